import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Workspace, createWorkspace, noSandbox } from '../../src/index'

/** A program of the agent swaps a folder for a link to outside, as fast as it can. What the tools make in the moment without either goes away. */
const SWAPS = `
  const { renameSync, rmSync } = require('fs')
  const quietly = (act) => { try { act(); return true } catch { return false } }
  const inPlace = (from) => { while (!quietly(() => renameSync(from, 'folder'))) quietly(() => rmSync('folder', { recursive: true })) }
  for (;;) {
    renameSync('folder', 'aside'); inPlace('trap')
    renameSync('folder', 'trap'); inPlace('aside')
  }`

const TRIES = 2_000

const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-race-')))
const [root, outside] = [join(base, 'project'), join(base, 'outside')]
let workspace: Workspace
let attacker: ChildProcess
let ended: Promise<unknown[]>

beforeAll(async () => {
  for (const folder of ['', 'below', 'below/low']) {
    mkdirSync(join(root, 'folder', folder), { recursive: true })
    mkdirSync(join(outside, folder), { recursive: true })
    writeFileSync(join(root, 'folder', folder, 'file'), 'mine')
    writeFileSync(join(outside, folder, 'file'), 'foreign')
    writeFileSync(join(outside, folder, 'leak'), 'foreign')
  }
  symlinkSync(outside, join(root, 'trap'))
  const session = await noSandbox().start({ root })
  workspace = await createWorkspace({ root, session, policies: [] })
  await session.stop()
  attacker = spawn(process.execPath, ['-e', SWAPS], { cwd: root, stdio: 'ignore' })
  ended = once(attacker, 'exit')
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

const namesBelow = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()

test('no tool reads, writes or lists anything outside, and none leaves a temporary file', { timeout: 30_000 }, async () => {
  const listed = new Set<string>()
  const read = new Set<string>()
  const counts = { done: 0, refused: 0 }
  const attempt = async (use: () => Promise<unknown>) => {
    await use().then(
      () => counts.done++,
      () => counts.refused++,
    )
  }
  const before = namesBelow(outside)
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const below = ['folder', 'folder/below', 'folder/below/low'][tries % 3] as string
      await attempt(async () => {
        for (const name of await workspace.list(tries % 2 ? below : '.')) listed.add(name)
      })
      await attempt(async () => read.add(await workspace.readText(`${below}/file`)))
      await attempt(() => workspace.writeText(`${below}/written`, 'written'))
      await attempt(() => workspace.writeText(`${below}/file`, 'mine', 'edit'))
    }
  } finally {
    attacker.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
  }
  expect(Math.min(counts.done, counts.refused)).toBeGreaterThan(100)
  expect([...listed].filter((name) => name.endsWith('leak'))).toEqual([])
  expect(listed).toContain('folder/below/low/file')
  expect([...read]).toEqual(['mine'])
  expect(namesBelow(outside)).toEqual(before)
  for (const folder of ['', 'below', 'below/low']) expect(readFileSync(join(outside, folder, 'file'), 'utf8')).toBe('foreign')
  expect(namesBelow(root).filter((name) => name.includes('.tmp'))).toEqual([])
})
