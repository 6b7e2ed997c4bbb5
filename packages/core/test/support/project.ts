import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import {
  Harness,
  type EventOf,
  type Feature,
  type ForgeEvent,
  type ForgeEventType,
  type HarnessOptions,
  noSandbox,
  type Provider,
  type SecurityPolicy,
} from '../../src/index'
import type { ScriptedTurn } from '../../src/testing/index'
import { TINY_LIST, tinyTemplate } from './tiny-template'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-core-')))
process.env['XDG_STATE_HOME'] = join(base, 'state')
afterAll(() => rmSync(base, { recursive: true, force: true }))

let count = 0

/** A path that does not exist yet. */
export function freshPath(): string {
  count += 1
  return join(base, `project-${count}`)
}

export const allowAll: SecurityPolicy = {
  id: 'allow-all',
  evaluate: () => ({ verdict: 'allow', rule: 'test.all', reason: 'a test allows everything' }),
}

export interface Rig {
  harness: Harness
  projectDir: string
  events: ForgeEvent[]
  of<T extends ForgeEventType>(type: T): EventOf<T>[]
}

/** A harness on a fresh project with real files, real commands and a scripted provider. */
export function rig(provider: Provider, options: Partial<HarnessOptions> = {}): Rig {
  const events: ForgeEvent[] = []
  const projectDir = options.projectDir ?? freshPath()
  const harness = new Harness({
    projectDir,
    template: tinyTemplate(),
    provider,
    sandbox: noSandbox(),
    policies: [allowAll],
    autoContinueDelayMs: 0,
    retry: { baseDelayMs: 1, maxDelayMs: 5 },
    renderer: { name: 'collector', handle: (event) => void events.push(event) },
    ...options,
  })
  return { harness, projectDir, events, of: (type) => events.filter((event): event is EventOf<typeof type> => event.type === type) as never }
}

export const done: ScriptedTurn = { text: 'Done.' }

/** Writes the list and stops. */
export function writesList(features: unknown = TINY_LIST): ScriptedTurn[] {
  return [writes('feature_list.json', typeof features === 'string' ? features : JSON.stringify(features, null, 2)), done]
}

/** Makes the checks of these features true and stops. */
export function builds(...ids: number[]): ScriptedTurn[] {
  return [{ calls: ids.map((id) => ({ name: 'Write', input: { file_path: `checks/${id}.sh`, content: 'echo ok works\n' } })) }, done]
}

export function writes(path: string, content: string): ScriptedTurn {
  return { calls: [{ name: 'Write', input: { file_path: path, content } }] }
}

export function runs(command: string): ScriptedTurn {
  return { calls: [{ name: 'Bash', input: { command } }] }
}

export async function listOf(projectDir: string): Promise<Feature[]> {
  return JSON.parse(await readFile(join(projectDir, 'feature_list.json'), 'utf8'))
}

/** What git prints in a project. */
export function git(projectDir: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: projectDir, encoding: 'utf8' })
}
