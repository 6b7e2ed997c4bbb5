import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from './support/bundle'

const base = mkdtempSync(join(tmpdir(), 'forge-import-'))
const program = join(base, 'forge.mjs')
const empty = join(base, 'empty')

beforeAll(async () => {
  mkdirSync(empty)
  await bundle('src/index.ts', program)
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** What the library's own import changed in its process, and its time on a processor, whatever else the machine does. zod's registry is the one global that a dependency makes. */
const SCRIPT = `
  const look = () => ({
    env: JSON.stringify(process.env),
    globals: Object.getOwnPropertyNames(globalThis).filter((name) => !name.startsWith('__zod')).join(),
    cwd: process.cwd(),
    listeners: process.eventNames().map((name) => String(name) + process.listenerCount(name)).join(),
    resources: process.getActiveResourcesInfo().filter((name) => /Timeout|Process|TCP|Pipe|FSEvent/.test(name)).join(),
  })
  const before = look()
  const begun = process.cpuUsage()
  const forge = await import(${JSON.stringify(program)})
  const { user, system } = process.cpuUsage(begun)
  const ms = (user + system) / 1000
  const after = look()
  const changed = Object.keys(before).filter((key) => before[key] !== after[key])
  console.log(JSON.stringify({ ms, changed, names: Object.keys(forge).length }))`

function importIt(): { ms: number; changed: string[]; names: number } {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    cwd: empty,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ANTHROPIC_API_KEY: 'unused' },
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test('importing does nothing, and is quick', () => {
  const runs = Array.from({ length: 5 }, importIt)
  expect(runs.map(({ changed }) => changed)).toEqual([[], [], [], [], []])
  expect(runs[0]?.names).toBeGreaterThan(20)
  expect(readdirSync(empty)).toEqual([])
  expect(Math.min(...runs.map(({ ms }) => ms))).toBeLessThan(100)
})
