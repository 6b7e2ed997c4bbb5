import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { builtinTools, createWorkspace, defaultPolicies, noSandbox, type SandboxSession, type ToolResult, type Workspace } from '../../src/index'
import { allowAll } from '../support/project'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-tools-')))
let session: SandboxSession
let workspace: Workspace
let root: string

beforeAll(async () => {
  session = await noSandbox().start({ root: base, env: { PATH: process.env['PATH'] ?? '' } })
})
afterAll(async () => {
  await session.stop()
  rmSync(base, { recursive: true, force: true })
})
beforeEach(async () => {
  root = mkdtempSync(join(base, 'project-'))
  workspace = await createWorkspace({ root, session, policies: [allowAll] })
})

function files(all: Record<string, string>): void {
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

async function use(name: string, input: unknown, signal = new AbortController().signal): Promise<ToolResult> {
  const tool = builtinTools().find((one) => one.name === name)
  if (tool === undefined) throw new Error(`no tool ${name}`)
  return tool.execute(input, workspace, { signal })
}

const contentOf = async (name: string, input: unknown) => (await use(name, input)).content
const read = (path: string) => readFileSync(join(root, path), 'utf8')

describe('Read', () => {
  test('numbers the lines, says how the file ends, and pages', async () => {
    files({ a: 'one\ntwo\n', open: 'one\ntwo', empty: '', long: `${Array.from({ length: 5 }, (_, i) => `line ${i + 1}`).join('\n')}\n` })
    expect(await contentOf('Read', { file_path: 'a' })).toBe('1\tone\n2\ttwo')
    expect(await contentOf('Read', { file_path: 'open' })).toBe('1\tone\n2\ttwo\n[no line end after the last line]')
    expect(await contentOf('Read', { file_path: 'empty' })).toBe('[the file is empty]')
    expect(await contentOf('Read', { file_path: 'long', offset: 2, limit: 2 })).toBe('2\tline 2\n3\tline 3\n[lines 2-3 of 5; go on with offset 4]')
    expect(await use('Read', { file_path: 'long', offset: 9 })).toMatchObject({ isError: true, content: expect.stringContaining('only 5 lines') })
  })

  test('cuts a line that is longer than a page', async () => {
    files({ wide: `${'x'.repeat(300_000)}\nnext\n` })
    const first = await contentOf('Read', { file_path: 'wide' })
    expect(first.length).toBeLessThan(263_000)
    expect(first).toContain('[line 1 is longer than a page and was cut]')
    expect(first).toContain('go on with offset 2')
    expect(await contentOf('Read', { file_path: 'wide', offset: 2 })).toBe('2\tnext')
  })

  test('says what is missing, a folder, or no text', async () => {
    files({ 'folder/x': '' })
    writeFileSync(join(root, 'binary'), Buffer.from([0xff, 0xfe, 0x00]))
    expect(await use('Read', { file_path: 'folder/nowhere' })).toMatchObject({ isError: true, content: 'There is no such file: folder/nowhere' })
    expect((await use('Read', { file_path: 'gone/nowhere' })).content).toBe('There is no such file: gone/nowhere')
    expect(await use('Glob', { pattern: '*', path: 'gone' })).toMatchObject({ isError: true, content: 'There is no such file: gone' })
    expect(await use('Read', { file_path: 'binary' })).toMatchObject({ isError: true, content: expect.stringContaining('not a text file') })
  })

  test('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect((await use('Read', { file_path: 'pipe' })).denied?.rule).toBe('fs.special')
  })
})

describe('Write', () => {
  test('makes folders, replaces at once, keeps the mode, and leaves no temporary file', async () => {
    expect(await contentOf('Write', { file_path: 'a/b/c.txt', content: 'ü\n' })).toBe('Wrote a/b/c.txt (3 bytes).')
    expect(read('a/b/c.txt')).toBe('ü\n')
    chmodSync(join(root, 'a/b/c.txt'), 0o755)
    await use('Write', { file_path: join(root, 'a/b/c.txt'), content: 'new' })
    expect(read('a/b/c.txt')).toBe('new')
    expect(statSync(join(root, 'a/b/c.txt')).mode & 0o777).toBe(0o755)
    expect(readdirSync(join(root, 'a/b'))).toEqual(['c.txt'])
  })

  test('does not write over a folder', async () => {
    files({ 'folder/x': '' })
    expect((await use('Write', { file_path: 'folder', content: '' })).isError).toBe(true)
    expect(readdirSync(join(root, 'folder'))).toEqual(['x'])
  })
})

test.each<[string, Record<string, unknown>, string]>([
  ['Read', { file_path: 'folder' }, 'folder is a folder, not a file. Name a file in it.'],
  ['Read', { file_path: 'file/' }, 'file/ names a folder by its end'],
  ['Read', { file_path: 'file/x/y' }, 'a part of the path is a file, not a folder.'],
  ['Write', { file_path: 'folder', content: '' }, 'folder is a folder, not a file.'],
  ['Write', { file_path: 'file/x', content: '' }, 'a part of the path is a file, not a folder.'],
  ['Edit', { file_path: 'folder', old_string: 'a', new_string: 'b' }, 'folder is a folder, not a file.'],
  ['Glob', { pattern: '*', path: 'file/x' }, 'a part of the path is a file, not a folder.'],
  ['Grep', { pattern: 'a', path: 'file/x' }, 'a part of the path is a file, not a folder.'],
])('to take a file and a folder for each other is a mistake, and no denial: %s %j', async (name, input, message) => {
  files({ 'folder/x': '', file: '' })
  const { content, isError, denied } = await use(name, input)
  expect({ isError, denied }).toEqual({ isError: true, denied: undefined })
  expect(content).toContain(message)
  expect(content).not.toContain('Denied')
})

test.each(['../outside/file/x', '/etc/passwd/x', 'file/../../../etc/passwd', '.git/config/x'])(
  'it is one where nothing may be used: Write %s',
  async (path) => {
    files({ file: '', '.git/config': '' })
    expect((await use('Write', { file_path: path, content: '' })).denied?.rule).toMatch(/^fs\.(path|outside|git)$/)
  },
)

describe('Edit', () => {
  test('replaces exactly one occurrence, or all of them', async () => {
    files({ a: 'one two one\n' })
    expect(await contentOf('Edit', { file_path: 'a', old_string: 'two', new_string: '$& $1' })).toBe('Replaced 1 occurrence in a.')
    expect(read('a')).toBe('one $& $1 one\n')
    const ambiguous = await use('Edit', { file_path: 'a', old_string: 'one', new_string: '1' })
    expect(ambiguous).toMatchObject({ isError: true, content: expect.stringContaining('2 times in a (lines 1, 1)') })
    expect(await contentOf('Edit', { file_path: 'a', old_string: 'one', new_string: '1', replace_all: true })).toBe('Replaced 2 occurrences in a.')
    expect(read('a')).toBe('1 $& $1 1\n')
  })

  test('says why a text is not found', async () => {
    files({ a: 'def f():\n    return 1\n', windows: 'a\r\nb\r\n' })
    const why = async (file_path: string, old_string: string) => contentOf('Edit', { file_path, old_string, new_string: 'x' })
    expect(await why('a', 'def f():\n  return 1')).toContain('other white space')
    expect(await why('a', 'class')).toContain('without line numbers')
    expect(await why('windows', 'a\nb')).toContain('CRLF')
    expect(await why('a', '')).toContain('Use Write')
    expect(await why('nowhere', 'y')).toBe('There is no such file: nowhere')
    expect(await contentOf('Edit', { file_path: 'a', old_string: 'def', new_string: 'def' })).toContain('nothing to change')
  })
})

describe('Glob and Grep', () => {
  beforeEach(() => {
    files({
      '.gitignore': '*.log\nbuild/\n!keep.log\n',
      'app/main.py': 'import os\nTOKEN = 1\n',
      'app/models/user.py': 'class User:\n    pass\n',
      'app/models/.gitignore': 'secret.py\n',
      'app/models/secret.py': 'class Secret: pass\n',
      'build/out.py': 'class Out: pass\n',
      'noise.log': 'class Noise\n',
      'keep.log': 'class Keep\n',
      'readme.md': 'A class of its own\n',
      '.git/config': 'class Git\n',
    })
  })

  test.each([
    ['**/*.py', ['app/main.py', 'app/models/user.py']],
    ['*.py', ['app/main.py', 'app/models/user.py']],
    ['app/*.py', ['app/main.py']],
    ['app/**', ['app/main.py', 'app/models/.gitignore', 'app/models/user.py']],
    ['{readme,keep}.{md,log}', ['keep.log', 'readme.md']],
    ['[a-r]*.md', ['readme.md']],
    ['?eep.log', ['keep.log']],
    ['*.go', ['[no file matches]']],
  ])('Glob %s', async (pattern, found) => {
    expect((await contentOf('Glob', { pattern })).split('\n')).toEqual(found)
  })

  test('Glob looks below a folder, relative to it, and refuses what stands for too many patterns', async () => {
    expect(await contentOf('Glob', { pattern: '*.py', path: 'app/models' })).toBe('app/models/user.py')
    expect((await use('Glob', { pattern: '{a,b}'.repeat(20) })).isError).toBe(true)
    expect(await use('Glob', { pattern: '*', path: 'readme.md' })).toMatchObject({ isError: true, content: expect.stringContaining('not a folder') })
  })

  test('Grep shows lines, files, counts and context', async () => {
    expect(await contentOf('Grep', { pattern: '^class' })).toBe('app/models/user.py:1:class User:\nkeep.log:1:class Keep')
    expect(await contentOf('Grep', { pattern: 'CLASS', case_insensitive: true, output_mode: 'files_with_matches' })).toBe(
      'app/models/user.py\nkeep.log\nreadme.md',
    )
    expect(await contentOf('Grep', { pattern: 's', glob: '*.py', output_mode: 'count' })).toBe('app/main.py:1\napp/models/user.py:2')
    expect(await contentOf('Grep', { pattern: 'TOKEN', context: 1 })).toBe('app/main.py:1-import os\napp/main.py:2:TOKEN = 1\napp/main.py:3-')
    expect(await contentOf('Grep', { pattern: 'class', path: 'readme.md' })).toBe('readme.md:1:A class of its own')
    expect(await contentOf('Grep', { pattern: 'nowhere' })).toBe('[no match]')
  })

  test('Grep names a bad expression, and stops one that backtracks without end', { timeout: 20_000 }, async () => {
    expect(await use('Grep', { pattern: '(' })).toMatchObject({ isError: true, content: expect.stringContaining('not a regular expression') })
    files({ bomb: `${'a'.repeat(40)}!\n` })
    const startedAt = Date.now()
    expect(await use('Grep', { pattern: '^(a+)+$', path: 'bomb' })).toMatchObject({ isError: true, content: expect.stringContaining('stopped') })
    expect(Date.now() - startedAt).toBeLessThan(9000)
  })

  test('neither waits for a .gitignore that is a pipe', async () => {
    rmSync(join(root, '.gitignore'))
    execFileSync('mkfifo', [join(root, '.gitignore')])
    expect(await contentOf('Glob', { pattern: 'readme.md' })).toBe('readme.md')
  })
})

describe('Bash', () => {
  test('gives exit code and both streams, starts in the project each time, and takes no input', async () => {
    const { content, isError } = await use('Bash', { command: 'cd /; echo out; echo err >&2; exit 3' })
    expect({ content, isError }).toEqual({ content: 'exit code 3\nstdout:\nout\nstderr:\nerr', isError: true })
    expect(await use('Bash', { command: 'pwd -P; cat' })).toEqual({ content: `exit code 0\nstdout:\n${root}`, isError: false })
  })

  test('ends a command at its time limit and on abort', async () => {
    expect(await use('Bash', { command: 'sleep 20', timeout: 200 })).toMatchObject({
      isError: true,
      content: expect.stringContaining('timed out after 200 ms'),
    })
    await expect(use('Bash', { command: 'sleep 20' }, AbortSignal.timeout(200))).rejects.toThrow()
  })

  test('says what happened when a command ends its own shell', async () => {
    expect(await use('Bash', { command: 'pkill -f forge-nobody-is-called-so; echo more' })).toEqual({
      content: 'ended by SIGTERM. pkill -f also finds the shell of a call that names more than one command: call it alone.',
      isError: true,
    })
    expect((await use('Bash', { command: 'kill $$; sleep 5' })).content).toBe('ended by SIGTERM')
  })

  test('is refused by the policy, with rule, reason and hint', async () => {
    workspace = await createWorkspace({ root, session, policies: defaultPolicies() })
    const refused = await use('Bash', { command: 'rm -rf / && touch ran' })
    expect(refused.denied).toMatchObject({ verdict: 'deny', rule: expect.any(String), reason: expect.any(String) })
    expect(refused.content).toContain('Denied by')
    expect(await use('Bash', { command: 'ls' })).toMatchObject({ isError: false })
    workspace = await createWorkspace({ root, session, policies: [] })
    expect((await use('Bash', { command: 'ls' })).denied).toBeDefined()
  })
})

describe('the one door', () => {
  const wrong: [string, unknown][] = [
    ['Read', {}],
    ['Read', { file_path: 'a', offset: 0 }],
    ['Read', { file_path: 'a', colour: 'red' }],
    ['Write', { file_path: 'a' }],
    ['Edit', { file_path: 'a', old_string: 1, new_string: 'b' }],
    ['Bash', { command: '' }],
    ['Bash', { command: 'ls', timeout: 10_000_000 }],
    ['Grep', 'pattern'],
  ]
  test.each(wrong)('%s refuses the input %j', async (name, input) => {
    expect(await use(name, input)).toMatchObject({ isError: true, content: expect.stringContaining(`Wrong input for ${name}`) })
  })

  const outside = ['../outside', '/etc/passwd', 'link-out', 'folder-out/file', 'loop', '~/x', 'file:///etc/passwd', 'a\0b', '']
  test.each(outside)('no tool leaves the project by the path %j', async (path) => {
    const target = mkdtempSync(join(base, 'outside-'))
    writeFileSync(join(target, 'file'), 'secret')
    symlinkSync(join(target, 'file'), join(root, 'link-out'))
    symlinkSync(target, join(root, 'folder-out'))
    symlinkSync('loop', join(root, 'loop'))
    for (const [name, input] of [
      ['Read', { file_path: path }],
      ['Write', { file_path: path, content: 'changed' }],
      ['Edit', { file_path: path, old_string: 'secret', new_string: 'changed' }],
      ['Glob', { pattern: '*', path }],
      ['Grep', { pattern: 'secret', path }],
    ] as const) {
      const result = await use(name, input)
      expect(result.isError).toBe(true)
      expect(result.content).not.toMatch(/secret|root:/)
    }
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('secret')
    expect(readdirSync(target)).toEqual(['file'])
  })

  test('Glob and Grep follow no link, and a hard link is not written', async () => {
    const target = mkdtempSync(join(base, 'outside-'))
    writeFileSync(join(target, 'file'), 'secret')
    symlinkSync(target, join(root, 'folder-out'))
    linkSync(join(target, 'file'), join(root, 'hard'))
    expect(await contentOf('Glob', { pattern: '**/*' })).toBe('hard')
    expect(await contentOf('Grep', { pattern: 'secret', output_mode: 'files_with_matches' })).toBe('hard')
    expect((await use('Write', { file_path: 'hard', content: 'x' })).denied?.rule).toBe('fs.hard-link')
  })

  test.each(['.git/config', '.GIT/hooks/x', 'sub/.git/config', '.forge/state.json', '.Forge/x'])('%s cannot be written', async (path) => {
    const result = await use('Write', { file_path: path, content: 'x' })
    expect(result.denied?.rule).toMatch(/^fs\.(git|state)$/)
    expect(readdirSync(root)).toEqual([])
  })
})

test('six tools, and a prompt that stays small', () => {
  const tools = builtinTools()
  expect(tools.map(({ name }) => name)).toEqual(['Read', 'Write', 'Edit', 'Glob', 'Grep', 'Bash'])
  expect(JSON.stringify(tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))).length / 4).toBeLessThan(1000)
})
