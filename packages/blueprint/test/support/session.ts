import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  builtinTools,
  type ContentBlock,
  createWorkspace,
  defaultPolicies,
  type Message,
  type ModelEvent,
  noSandbox,
  type Phase,
  type Provider,
  type SizePreset,
} from '@forge/core'
import { onTestFinished } from 'vitest'

/** A folder that goes when the test ends. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forge-blueprint-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface SessionOptions {
  phase: Phase
  size?: SizePreset
  /** Stops after so many turns, as a kill would. */
  turns?: number
  /** A conversation to go on with. */
  messages?: Message[]
}

export interface HeldSession {
  messages: Message[]
  /** Every call in order, as `Write app/main.py`. */
  calls: string[]
  text: string
  tokens: number
}

/** Holds a conversation with real tools on a real folder. */
export async function hold(
  provider: Provider,
  projectDir: string,
  { phase, size, turns = 200, messages = [] }: SessionOptions,
): Promise<HeldSession> {
  const session = await noSandbox().start({ root: projectDir })
  const workspace = await createWorkspace({ root: projectDir, session, policies: defaultPolicies() })
  const tools = builtinTools()
  const held: HeldSession = {
    messages: messages.length === 0 ? [{ role: 'user', content: [{ type: 'text', text: 'Go on.' }] }] : [...messages],
    calls: [],
    text: '',
    tokens: 0,
  }
  const { signal } = new AbortController()
  try {
    for (let turn = 0; turn < turns; turn += 1) {
      const events: ModelEvent[] = []
      const context = { phase, projectDir, session: 1, ...(size && { size }) }
      for await (const event of provider.stream({ system: '', messages: held.messages, tools: [], context }, { signal })) events.push(event)
      const calls = events.filter((event) => event.type === 'tool-call')
      held.text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
      for (const event of events) if (event.type === 'usage') held.tokens += event.usage.inputTokens + event.usage.outputTokens
      if (calls.length === 0) return held
      held.messages.push({ role: 'assistant', content: [{ type: 'text', text: held.text }, ...calls] })
      const results: ContentBlock[] = []
      for (const { id, name, input } of calls) {
        const { file_path, pattern, command } = input as Record<string, string>
        held.calls.push(`${name} ${file_path ?? pattern ?? command}`)
        const result = await tools.find((tool) => tool.name === name)!.execute(input, workspace, { signal })
        results.push({ type: 'tool-result', id, content: result.content, isError: result.isError })
      }
      held.messages.push({ role: 'user', content: results })
    }
    return held
  } finally {
    await session.stop()
  }
}
