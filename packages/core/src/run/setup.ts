import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureFile, readOwnFile } from '../files'
import type { Template } from '../template'
import { SPEC_FILE } from './project'
import { STATE_FOLDER, type StateStore } from './state'

/** Ignored in every project: state of this machine, logs, secrets. The frozen list is committed, so that a clone can be proven. */
const ALWAYS_IGNORED = [`${STATE_FOLDER}/*`, `!${STATE_FOLDER}/features.json`, 'logs/', '.env', '.env.*', '!.env.example', '*.pem', '*.key']

/** Lays the ground for the first session. Each step can be repeated after a kill. */
export async function layGround(options: { projectDir: string; spec: string; template: Template; store: StateStore }): Promise<void> {
  const { projectDir, spec, template, store } = options
  await mkdir(projectDir, { recursive: true })
  await store.writeSpec(spec)
  await ensureFile(join(projectDir, SPEC_FILE), spec)
  await ignore(join(projectDir, '.gitignore'), [...ALWAYS_IGNORED, ...template.gitignore])
}

/** Adds the lines that a .gitignore lacks. */
async function ignore(path: string, wanted: readonly string[]): Promise<void> {
  const present = (await readOwnFile(path)) ?? ''
  const lines = new Set(present.split(/\r?\n/).map((line) => line.trim()))
  const missing = [...new Set(wanted)].filter((line) => !lines.has(line))
  if (missing.length === 0) return
  const start = present === '' || present.endsWith('\n') ? present : `${present}\n`
  await ensureFile(path, `${start}${missing.join('\n')}\n`)
}

const TEMPORARY = /(?:\.|^\.forge-)[0-9a-f]{12}\.tmp$/
/** Large, and written by others. */
const NOT_SWEPT = new Set(['.git', '.venv', 'venv', 'node_modules'])

/** Removes the temporary files that killed writes left in a folder, and in all that it holds. Links are not followed. */
export async function sweepTemporaries(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !NOT_SWEPT.has(entry.name)) await sweepTemporaries(path)
    else if (entry.isFile() && TEMPORARY.test(entry.name)) await rm(path, { force: true })
  }
}
