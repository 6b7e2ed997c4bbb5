import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ForgeEvent, INTERRUPTED_CALL } from '@forge/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FORGE } from './forge'

const SPEC = `Shelf API
- Author (id, name, created_at)
- Book (id, title, author_id, created_at)
- GET /api/v1/authors - List authors
- POST /api/v1/authors - Create author
- GET /api/v1/authors/{id} - Get author
- GET /api/v1/books - List books
- POST /api/v1/books - Create book
- GET /api/v1/books/{id} - Get book
- DELETE /api/v1/books/{id} - Delete book
`

/** Where the harness is killed: at the nth event that matches, counted within one process, plus a delay. */
interface KillPoint {
  name: string
  matches(event: ForgeEvent): boolean
  nth?: number
  delayMs?: number
}

const at = (type: ForgeEvent['type'], nth = 1, delayMs = 0): KillPoint => ({
  name: `${type} ${nth} +${delayMs} ms`,
  matches: (event) => event.type === type,
  nth,
  delayMs,
})
const inSession = (session: number, point: KillPoint): KillPoint => ({
  ...point,
  name: `session ${session}: ${point.name}`,
  matches: (event) => event.sessionNumber === session && point.matches(event),
})

/** In the order in which one run passes them. */
const KILL_POINTS: KillPoint[] = [
  at('run-start'),
  inSession(1, at('session-start')),
  inSession(1, at('turn-start')),
  inSession(1, at('tool-start')),
  inSession(1, at('tool-end')),
  inSession(1, at('tool-start', 2)),
  inSession(1, at('tool-end', 3)),
  inSession(1, at('turn-end', 1, 2)),
  inSession(1, at('session-end')),
  at('features-frozen'),
  at('commit-created'),
  inSession(2, at('session-start')),
  inSession(2, at('tool-start')),
  inSession(2, at('tool-end', 5)),
  inSession(2, at('tool-start', 10)),
  inSession(2, at('turn-end')),
  inSession(2, at('session-end')),
  at('verification-start'),
  at('verification-start', 1, 300),
  at('verification-step', 1),
  at('verification-step', 2),
  at('verification-step', 3),
  at('verification-step', 4, 200),
  at('verification-end'),
  at('feature-verified', 3),
  at('commit-created', 1),
]

interface Process {
  pid: number
  parent: number
  started: string
  command: string
}

function processes(): Process[] {
  const found: Process[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] === 'Z') continue
      found.push({
        pid: Number(name),
        parent: Number(fields[1]),
        started: fields[19] ?? '',
        command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '),
      })
    } catch {
      // It ended while we looked.
    }
  }
  return found
}

function descendants(root: number): Process[] {
  const all = processes()
  const family = new Set([root])
  for (let size = 0; size !== family.size; ) {
    size = family.size
    for (const process of all) if (family.has(process.parent)) family.add(process.pid)
  }
  return all.filter((process) => family.has(process.pid))
}

const stillAlive = (family: Process[]): Process[] => {
  const now = new Map(processes().map((process) => [process.pid, process.started]))
  return family.filter((process) => now.get(process.pid) === process.started)
}

describe.skipIf(!existsSync('/proc/self/stat'))('kill -9', () => {
  let folder: string
  const events: ForgeEvent[] = []
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forge-kill-'))
    await writeFile(join(folder, 'spec.txt'), SPEC)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  function start(): ChildProcess {
    return spawn(
      process.execPath,
      [FORGE, 'generate', '--spec', 'spec.txt', '--project-dir', 'api', '--config', 'test', '--provider', 'blueprint', '--json'],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
  }

  /** Runs until the point and kills there; false when the run ended before. */
  async function killAt(point: KillPoint): Promise<boolean> {
    const child = start()
    let seen = 0
    for await (const line of createInterface({ input: child.stdout! })) {
      const event = JSON.parse(line) as ForgeEvent
      events.push(event)
      if (!point.matches(event) || ++seen !== (point.nth ?? 1)) continue
      if (point.delayMs) await sleep(point.delayMs)
      const family = descendants(child.pid!)
      child.kill('SIGKILL')
      const deadline = Date.now() + 8000
      while (stillAlive(family).length > 0 && Date.now() < deadline) await sleep(50)
      expect(
        stillAlive(family).map((process) => process.command),
        `left behind after ${point.name}`,
      ).toEqual([])
      return true
    }
    return false
  }

  it('loses at most a turn, does nothing twice, and leaves no process behind, wherever it strikes', async () => {
    const missed: string[] = []
    for (const point of KILL_POINTS) if (!(await killAt(point))) missed.push(point.name)
    expect(KILL_POINTS.length - missed.length, `points not reached: ${missed.join('; ')}`).toBeGreaterThanOrEqual(20)

    const child = start()
    let errors = ''
    child.stderr!.on('data', (chunk) => {
      errors += chunk
    })
    for await (const line of createInterface({ input: child.stdout! })) events.push(JSON.parse(line) as ForgeEvent)
    const exitCode = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('close', resolve)))
    expect(exitCode, errors).toBe(0)

    const repeated = (keys: string[]): string[] => keys.filter((key, index) => keys.indexOf(key) !== index)
    const turns = events.flatMap((event) => (event.type === 'turn-end' ? [`${event.sessionNumber}/${event.turn}`] : []))
    expect(repeated(turns), 'a turn that had come in whole was asked for again').toEqual([])
    // A call that a kill struck is answered as interrupted in the next process, and not carried out again.
    const carriedOut = events.filter((event) => event.type === 'tool-end' && event.content !== INTERRUPTED_CALL)
    expect(
      repeated(carriedOut.map((event) => `${event.sessionNumber}/${'id' in event ? event.id : ''}`)),
      'a tool call was carried out twice',
    ).toEqual([])
    const subjects = execFileSync('git', ['log', '--format=%s'], { cwd: join(folder, 'api'), encoding: 'utf8' })
      .trim()
      .split('\n')
    expect(new Set(subjects).size, `a commit was made twice: ${subjects.join(' | ')}`).toBe(subjects.length)
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: join(folder, 'api'), encoding: 'utf8' })).toBe('')
  }, 900_000)
})
