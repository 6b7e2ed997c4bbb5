import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DeniedError, type FileOperation, type FilesystemGuard, filesystemGuard } from '../../src'
import { PATHS } from './corpus/paths'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-paths-')))
const [root, outside] = [join(base, 'project'), join(base, 'outside')]

const FILES: Record<string, string> = {
  'project/app/main.py': 'main',
  'project/app/deep/low.py': 'low',
  'project/a.txt': 'mine',
  'project/with space/file name.txt': 'spaced',
  'project/.git/config': 'git',
  'project/.git/hooks/sample': 'git',
  'project/sub/.git/config': 'git',
  'project/.forge/state.json': 'state',
  'project/logs/run_1/timeline.jsonl': 'log',
  'project-evil/secret': 'secret',
  'outside/secret': 'secret',
  'a.txt': 'secret',
}

const LINKS: Record<string, string> = {
  out: outside,
  'app/out': outside,
  'secret-link': '../outside/secret',
  'dotted-link': 'out/../outside/secret',
  chain: 'chain-2',
  'chain-2': 'out',
  dangling: '../outside/new',
  'inner-dangling': 'nothing',
  loop: 'loop',
  'loop-a': 'loop-b',
  'loop-b': 'loop-a',
  inner: 'app',
  'deep-link': 'app/deep',
  'main-link': 'app/main.py',
  'git-link': '.git',
  'hooks-link': '.git/hooks',
  'config-link': '.git/config',
  'logs-link': 'logs/run_1',
  proc: '/proc/self/root',
  '../alias': 'project',
}

let socket: Server
let guard: FilesystemGuard
let untouched: string

beforeAll(async () => {
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(base, path)), { recursive: true })
    writeFileSync(join(base, path), content)
  }
  for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, join(root, path))
  linkSync(join(outside, 'secret'), join(root, 'hard'))
  execFileSync('mkfifo', [join(root, 'pipe')])
  socket = createServer().listen(join(root, 'socket'))
  await once(socket, 'listening')
  guard = filesystemGuard(root)
  untouched = snapshot()
})
afterAll(() => {
  socket.close()
  rmSync(base, { recursive: true, force: true })
})

/** Every name below the base, and what stands in the files. */
function snapshot(): string {
  const entries = readdirSync(base, { withFileTypes: true, recursive: true })
  return entries
    .map((entry) => join(entry.parentPath, entry.name) + (entry.isFile() ? `=${readFileSync(join(entry.parentPath, entry.name), 'utf8')}` : ''))
    .sort()
    .join('\n')
}

const placed = (path: string) => path.replaceAll('{root}', root).replaceAll('{outside}', outside).replaceAll('{base}', base)

function resolved(operation: FileOperation, path: string): string | DeniedError {
  try {
    return guard.resolve(operation, path)
  } catch (error) {
    if (error instanceof DeniedError) return error
    throw error
  }
}

/** What is read, or which folder it is, or the code of the error. A new file is taken away again. */
async function opened(operation: FileOperation, path: string): Promise<{ realPath: string; content: string } | string | DeniedError> {
  try {
    const target = resolved(operation, path)
    const isNew = typeof target === 'string' && statSync(target, { throwIfNoEntry: false }) === undefined
    const { handle, realPath } = await guard.open(operation, path)
    const content = operation === 'list' ? `folder ${(await handle.stat()).ino}` : await handle.readFile('utf8')
    await handle.close()
    if (isNew) rmSync(realPath)
    return { realPath, content }
  } catch (error) {
    return error instanceof DeniedError ? error : ((error as NodeJS.ErrnoException).code ?? String(error))
  }
}

/** What the system itself reads by that path, without any rewriting of it. */
function kernelReads(path: string): string {
  try {
    return readFileSync(path.startsWith('/') ? path : `${root}/${path}`, 'utf8')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** What `open` of a folder gives, its error for a name that is not there, and its refusal of a file. */
function listing(target: string): unknown {
  const stats = statSync(target, { throwIfNoEntry: false })
  if (stats === undefined) return 'ENOENT'
  if (stats.isDirectory()) return { realPath: target, content: `folder ${stats.ino}` }
  return expect.objectContaining({ name: 'DeniedError', decision: expect.objectContaining({ rule: 'fs.folder' }) })
}

test('the corpus keeps its size, and no row stands twice', () => {
  expect(PATHS.length).toBeGreaterThanOrEqual(200)
  expect(new Set(PATHS.map(([operation, path]) => `${operation} ${path}`)).size).toBe(PATHS.length)
})

describe('check, resolve and open agree', () => {
  test.each(PATHS.map(([operation, path, verdict]) => ({ operation, path, verdict, shown: JSON.stringify(path).slice(0, 60) })))(
    '$operation $shown: $verdict',
    async ({ operation, path: written, verdict }) => {
      const path = placed(written)
      const decision = guard.check(operation, path)
      expect(decision.verdict === 'allow' ? 'allow' : decision.rule).toMatch(new RegExp(`^(${verdict.replaceAll('.', '\\.')})$`))

      const target = resolved(operation, path)
      const outcome = await opened(operation, path)
      if (decision.verdict === 'deny') {
        for (const refusal of [target, outcome]) expect(refusal).toMatchObject({ name: 'DeniedError', decision: { rule: decision.rule } })
        expect(decision.hint).toMatch(/\w\.$/)
      } else {
        expect(target === root || String(target).startsWith(`${root}/`)).toBe(true)
        if (operation === 'read') expect(typeof outcome === 'object' ? (outcome as { content: string }).content : outcome).toBe(kernelReads(path))
        else if (operation === 'list') expect(outcome).toEqual(listing(String(target)))
        else expect(outcome).toSatisfy((it) => it === 'ENOENT' || (it as { realPath?: string }).realPath === target)
      }
      expect(snapshot()).toBe(untouched)
    },
  )
})

describe('cost', () => {
  const ROUNDS = 21
  const at = (times: readonly number[], share: number) => [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] as number

  /** Milliseconds of each round. */
  async function timed(run: () => unknown): Promise<number[]> {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const startedAt = process.hrtime.bigint()
      await run()
      times.push(Number(process.hrtime.bigint() - startedAt) / 1e6)
    }
    return times
  }

  /** The best of a row's rounds leaves out what other programs of the machine cost; the 99th percentile is over the rows. */
  async function bestOfEach(run: (row: (typeof PATHS)[number]) => unknown): Promise<number[]> {
    const best: number[] = []
    for (const row of PATHS) best.push(Math.min(...(await timed(() => run(row)))))
    return best
  }

  test('99 of 100 checks take less than 1 ms', async () => {
    expect(at(await bestOfEach(([operation, path]) => guard.check(operation, placed(path))), 0.99)).toBeLessThan(1)
  })

  test('99 of 100 reads and refusals by open take less than 10 ms', async () => {
    const times = await bestOfEach(([, path]) =>
      guard.open('read', placed(path)).then(
        ({ handle }) => handle.close(),
        () => {},
      ),
    )
    expect(at(times, 0.99)).toBeLessThan(10)
  })
})
