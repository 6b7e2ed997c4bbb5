import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DeniedError, type FileOperation, type FilesystemGuard, filesystemGuard } from '../../src'

let base = ''
let root = ''
let outside = ''
let guard: FilesystemGuard

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-guard-')))
  root = join(base, 'project')
  outside = join(base, 'outside')
  for (const folder of [
    root,
    outside,
    join(base, 'project-other'),
    join(root, 'app'),
    join(root, '.git', 'hooks'),
    join(root, '.forge'),
    join(root, 'sub', '.git'),
  ]) {
    mkdirSync(folder, { recursive: true })
  }
  for (const file of [
    join(root, 'app', 'main.py'),
    join(root, '.git', 'config'),
    join(root, '.forge', 'state.json'),
    join(outside, 'secret'),
    join(base, 'project-other', 'x'),
  ]) {
    writeFileSync(file, 'content')
  }
  symlinkSync(outside, join(root, 'out'))
  symlinkSync(join(outside, 'secret'), join(root, 'secret-link'))
  symlinkSync(join(outside, 'not-there'), join(root, 'dangling'))
  symlinkSync('app', join(root, 'inner'))
  symlinkSync('loop', join(root, 'loop'))
  symlinkSync('.git', join(root, 'git-link'))
  symlinkSync('/proc/self/root', join(root, 'proc'))
  linkSync(join(outside, 'secret'), join(root, 'hard'))
  execFileSync('mkfifo', [join(root, 'pipe')])
  guard = filesystemGuard(root)
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const ALLOWED: readonly (readonly [FileOperation, string])[] = [
  ['read', 'app/main.py'],
  ['read', './app/main.py'],
  ['read', 'app/../app/main.py'],
  ['read', 'inner/main.py'],
  ['read', '.git/config'],
  ['read', 'hard'],
  ['read', 'not-there.txt'],
  ['write', 'new.txt'],
  ['write', 'deep/er/and/deeper/new.txt'],
  ['write', 'inner/new.py'],
  ['write', '.gitignore'],
  ['write', '.github/workflows/ci.yml'],
  ['write', 'git/config'],
  ['write', 'naïve ünïcode 文件.txt'],
  ['write', '...'],
  ['write', 'a:b'],
  ['edit', 'app/main.py'],
  ['list', '.'],
  ['list', 'app'],
  ['list', 'inner'],
]

const DENIED: readonly (readonly [FileOperation, string, string])[] = [
  ['read', '..', 'fs.outside'],
  ['read', '../outside/secret', 'fs.outside'],
  ['read', 'app/../../outside/secret', 'fs.outside'],
  ['read', '/etc/passwd', 'fs.outside'],
  ['read', '../project-other/x', 'fs.outside'],
  ['read', 'out/secret', 'fs.outside'],
  ['read', 'secret-link', 'fs.outside'],
  ['read', 'proc/etc/passwd', 'fs.outside'],
  ['write', 'out/new.txt', 'fs.outside'],
  ['write', 'out/not/there/new.txt', 'fs.outside'],
  ['write', 'dangling', 'fs.path'],
  ['write', 'dangling/x', 'fs.path'],
  ['read', 'loop', 'fs.path'],
  ['write', 'loop/x', 'fs.path'],
  ['write', 'app/main.py/x', 'fs.folder'],
  ['read', 'app/main.py/../../../etc/passwd', 'fs.path'],
  ['write', 'inner/main.py/x/y', 'fs.folder'],
  ['write', 'secret-link/x', 'fs.path'],
  ['write', '.git/config/x', 'fs.path'],
  ['write', 'hard/x', 'fs.path'],
  ['list', 'out', 'fs.outside'],
  ['list', '/', 'fs.outside'],
  ['write', '.git/config', 'fs.git'],
  ['write', '.git/hooks/pre-commit', 'fs.git'],
  ['edit', '.git/config', 'fs.git'],
  ['write', '.GIT/config', 'fs.git'],
  ['write', '.git./config', 'fs.git'],
  ['write', '.git ', 'fs.git'],
  ['write', '.g\u200bit/config', 'fs.git'],
  ['write', 'GIT~1/config', 'fs.git'],
  ['write', 'sub/.git/config', 'fs.git'],
  ['write', 'git-link/config', 'fs.git'],
  ['write', '.git', 'fs.git'],
  ['write', '.forge/state.json', 'fs.state'],
  ['write', '.Forge/state.json', 'fs.state'],
  ['write', 'hard', 'fs.hard-link'],
  ['edit', 'hard', 'fs.hard-link'],
  ['read', 'app', 'fs.folder'],
  ['write', 'app', 'fs.folder'],
  ['write', '.', 'fs.folder'],
  ['read', 'pipe', 'fs.special'],
  ['write', 'pipe', 'fs.special'],
  ['read', '', 'fs.path'],
  ['read', 'a\0b', 'fs.path'],
  ['read', '~/x', 'fs.path'],
  ['read', 'file:///etc/passwd', 'fs.path'],
  ['read', 'https://example.com/x', 'fs.path'],
  ['write', `${'a'.repeat(300)}.txt`, 'fs.path'],
  ['write', 'a/'.repeat(3000), 'fs.path'],
]

describe('check', () => {
  test.each(ALLOWED)('allows to %s %j', (operation, path) => {
    expect(guard.check(operation, path)).toMatchObject({ verdict: 'allow' })
  })

  test.each(DENIED)('denies to %s %j', (operation, path, rule) => {
    expect(guard.check(operation, path)).toMatchObject({ verdict: 'deny', rule })
  })

  test('a path far below a file, or a link to nothing, takes no time', () => {
    const startedAt = process.cpuUsage()
    for (const [start, rule] of [
      ['app/main.py/', 'fs.folder'],
      ['loop/', 'fs.path'],
      [`${'app/../'.repeat(200)}loop/`, 'fs.path'],
    ] as const) {
      expect(guard.check('read', `${start}${'x/'.repeat(1300)}x`)).toMatchObject({ verdict: 'deny', rule })
    }
    expect(process.cpuUsage(startedAt).user).toBeLessThan(300_000)
  })

  test('takes absolute paths inside the folder', () => {
    expect(guard.check('read', join(root, 'app', 'main.py')).verdict).toBe('allow')
    expect(guard.check('read', `${root}-other/x`).verdict).toBe('deny')
  })

  test('knows a folder that is reached through a link', () => {
    symlinkSync(root, join(base, 'alias'))
    const other = filesystemGuard(join(base, 'alias'))
    expect(other.root).toBe(root)
    expect(other.check('write', 'x').verdict).toBe('allow')
    expect(other.check('write', join(base, 'alias', 'x')).verdict).toBe('allow')
  })

  test('a folder that does not exist cannot be guarded', () => {
    expect(() => filesystemGuard(join(base, 'nothing'))).toThrow(/does not exist/)
  })
})

describe('open', () => {
  test('opens what was checked', async () => {
    const { handle, realPath } = await guard.open('read', 'inner/main.py')
    expect(await handle.readFile('utf8')).toBe('content')
    expect(realPath).toBe(join(root, 'app', 'main.py'))
    await handle.close()
  })

  test('refuses what check refuses, and makes nothing', async () => {
    for (const [operation, path] of DENIED) await expect(guard.open(operation, path)).rejects.toThrow(DeniedError)
    expect(readdirSync(outside)).toEqual(['secret'])
  })

  test('opens a folder to list it', async () => {
    const { handle, realPath } = await guard.open('list', 'inner')
    expect((await handle.stat()).isDirectory()).toBe(true)
    await handle.close()
    expect(realPath).toBe(join(root, 'app'))
    await expect(guard.open('list', 'app/main.py')).rejects.toMatchObject({ decision: { rule: 'fs.folder' } })
  })

  test.each<[FileOperation, string, string]>([
    ['read', 'gone.txt', 'ENOENT'],
    ['edit', 'app/$& gone.txt', 'ENOENT'],
    ['read', 'gone/deep/er.txt', 'ENOENT'],
    ['write', 'gone/new.txt', 'ENOENT'],
    ['list', 'gone', 'ENOENT'],
  ])('the error of the system to %s %s names that path, and none of the process', async (operation, path, code) => {
    const error = (await guard.open(operation, path).catch((caught: unknown) => caught)) as NodeJS.ErrnoException
    expect(error).toMatchObject({ code, path, message: expect.stringContaining(`'${path}'`) })
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('/proc/')
  })

  test('creates a file for writing and not for editing', async () => {
    const { handle } = await guard.open('write', 'app/new.py')
    await handle.close()
    expect(statSync(join(root, 'app', 'new.py')).isFile()).toBe(true)
    await expect(guard.open('edit', 'app/missing.py')).rejects.toThrow(/ENOENT/)
  })
})

test('an operation that is none is denied at each door', async () => {
  const bring = (operation: string) => operation as FileOperation & ('write' | 'edit')
  for (const operation of ['delete', 'constructor', '', undefined]) {
    expect(guard.check(bring(operation as string), 'b.txt')).toMatchObject({
      verdict: 'deny',
      rule: 'fs.operation',
      hint: expect.stringContaining('read, write, edit, list'),
    })
    expect(() => guard.resolve(bring(operation as string), 'b.txt')).toThrow(DeniedError)
    await expect(guard.open(bring(operation as string), 'b.txt')).rejects.toThrow(DeniedError)
  }
  for (const operation of ['delete', 'read', 'list']) await expect(guard.replace(bring(operation), '.git/config', 'x')).rejects.toThrow(DeniedError)
  expect(readFileSync(join(root, '.git', 'config'), 'utf8')).toBe('content')
})

describe('replace', () => {
  test('writes a whole file, makes its folders and keeps its mode', async () => {
    expect(await guard.replace('write', 'deep/er/x.sh', 'one')).toEqual({ realPath: join(root, 'deep/er/x.sh'), existed: false })
    execFileSync('chmod', ['755', join(root, 'deep/er/x.sh')])
    expect(await guard.replace('edit', 'deep/er/x.sh', 'two')).toMatchObject({ existed: true })
    expect(readFileSync(join(root, 'deep/er/x.sh'), 'utf8')).toBe('two')
    expect(lstatSync(join(root, 'deep/er/x.sh')).mode & 0o777).toBe(0o755)
    expect(readdirSync(join(root, 'deep/er'))).toEqual(['x.sh'])
  })

  test('refuses what check refuses, and changes nothing', async () => {
    for (const [operation, path] of DENIED) {
      if (operation === 'write' || operation === 'edit') await expect(guard.replace(operation, path, 'changed')).rejects.toThrow(DeniedError)
    }
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('content')
    expect(readFileSync(join(root, '.git', 'config'), 'utf8')).toBe('content')
    expect(readdirSync(outside)).toEqual(['secret'])
  })
})

test('writes a file whose name is as long as a file system takes', async () => {
  const name = '界'.repeat(85)
  await guard.replace('write', name, 'content')
  expect(readFileSync(join(root, name), 'utf8')).toBe('content')
})

test('comes to an end while somebody removes the folders it makes', async () => {
  const folder = join(root, 'a')
  const remover = spawn(process.execPath, ['-e', `for (;;) try { require('fs').rmSync(${JSON.stringify(folder)}, { recursive: true }) } catch {}`])
  const ended = once(remover, 'exit')
  const outcomes: string[] = []
  try {
    for (let tries = 0; tries < 2000; tries++) {
      outcomes.push(
        await guard.replace('write', 'a/b/c/d.txt', 'content').then(
          () => 'written',
          (error: NodeJS.ErrnoException) => error.code ?? error.name,
        ),
      )
    }
  } finally {
    remover.kill('SIGKILL')
    await ended
  }
  expect(outcomes).toContain('ENOENT')
  expect(outcomes.filter((outcome) => !['written', 'ENOENT', 'DeniedError'].includes(outcome))).toEqual([])
})

describe('while somebody swaps a folder for a link', () => {
  test('nothing is ever written or read outside', async () => {
    const [folder, aside, link] = [join(root, 'swap'), join(root, 'aside'), join(root, 'trap')]
    mkdirSync(folder)
    writeFileSync(join(folder, 'secret'), 'mine')
    symlinkSync(outside, link)
    let running = true
    const swapping = (async () => {
      while (running) {
        renameSync(folder, aside)
        renameSync(link, folder)
        await sleep(Math.random() * 4)
        renameSync(folder, link)
        renameSync(aside, folder)
        await sleep(Math.random() * 4)
      }
    })()
    const contents: string[] = []
    let refused = 0
    while (contents.length < 100 || refused < 100) {
      await sleep(Math.random() * 2)
      await guard.replace('write', 'swap/new.txt', 'x').catch(() => {})
      await guard.open('write', 'swap/made.txt').then(
        ({ handle }) => handle.close(),
        () => {},
      )
      await guard.open('read', 'swap/secret').then(
        async ({ handle }) => {
          contents.push(await handle.readFile('utf8'))
          await handle.close()
        },
        () => {
          refused += 1
        },
      )
    }
    running = false
    await swapping
    expect(readdirSync(outside)).toEqual(['secret'])
    expect(new Set(contents)).toEqual(new Set(['mine']))
  })
})
