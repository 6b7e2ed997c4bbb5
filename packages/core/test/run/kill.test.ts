import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bundle } from '../support/bundle'
import { freshPath } from '../support/project'

/** Each run of the sequence ends at the first such moment it meets, and the next one goes on from there. */
const KILLS = [
  ...[
    'run-start',
    'commit-created',
    'session-start',
    'turn-start',
    'turn-end',
    'tool-start',
    'tool-start+120',
    'tool-end',
    'message-end',
    'session-end',
  ],
  ...[
    'features-frozen',
    'session-end+4',
    'session-end+12',
    'session-start+2',
    'tool-start+60',
    'turn-end',
    'tool-end',
    'session-end',
    'verification-start',
  ],
  ...[
    'verification-start+60',
    'verification-step',
    'feature-verified',
    'verification-end',
    'verification-end+6',
    'verification-end+14',
    'commit-created',
  ],
  ...['session-start', 'tool-start+150', 'tool-end+1', 'verification-start+110', 'progress', 'verification-end+10', 'tool-end+3', 'run-end'],
]

interface Ending {
  signal: string | null
  stdout: string
  stderr: string
}

function runChild(script: string, projectDir: string, temporary: string, kill: string): Promise<Ending> {
  const child = spawn(process.execPath, [script, projectDir], {
    env: { ...process.env, TMPDIR: temporary, FORGE_TEST_KILL: kill },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk
  })
  return new Promise((resolve) => child.on('close', (_code, signal) => resolve({ signal, ...output })))
}

function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
    } catch {
      return false
    }
  })
}

async function goneWithin(folder: string, ms: number): Promise<string[]> {
  const deadline = Date.now() + ms
  while (processesIn(folder).length > 0 && Date.now() < deadline) await sleep(20)
  return processesIn(folder)
}

test('killed again and again, a run loses nothing, does nothing twice and leaves no process', { timeout: 120_000 }, async () => {
  const projectDir = freshPath()
  const script = `${freshPath()}.mjs`
  const temporary = `${freshPath()}-tmp`
  await mkdir(temporary)
  await bundle('test/support/kill-child.ts', script)

  let kills = 0
  for (const moment of KILLS) {
    const { signal, stderr } = await runChild(script, projectDir, temporary, moment)
    expect(stderr).toBe('')
    if (signal === 'SIGKILL') kills += 1
    expect(await goneWithin(projectDir, 3000)).toEqual([])
  }
  const deep = join(projectDir, 'app', 'models')
  await mkdir(deep, { recursive: true })
  await writeFile(join(deep, '.forge-0123456789ab.tmp'), 'half a fi')
  const last = await runChild(script, projectDir, temporary, '')

  expect(kills).toBeGreaterThanOrEqual(20)
  expect(last.stderr).toBe('')
  expect(JSON.parse(last.stdout)).toEqual({ status: 'proven', features: Array(6).fill(true) })
  const log = (await readFile(join(projectDir, 'log'), 'utf8')).trim().split('\n')
  expect(log.length).toBeGreaterThanOrEqual(7)
  expect(new Set(log).size).toBe(log.length)
  const commits = execFileSync('git', ['log', '--format=%s'], { cwd: projectDir, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((subject) => !subject.startsWith('Proof'))
  expect(new Set(commits).size).toBe(commits.length)
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: projectDir, encoding: 'utf8' })).toBe('')
  expect((await readdir(join(projectDir, '.forge'))).sort()).toEqual(['features.json', 'spec.txt', 'state.json'])
  expect((await readdir(projectDir, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([])
  expect(await readdir(temporary)).toEqual([])
})
