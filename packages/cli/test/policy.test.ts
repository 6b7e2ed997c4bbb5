import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { colourFor } from '../src/colour'
import { forge } from './run-forge'

let folder = ''
let project = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forge-policy-cli-'))
  project = join(folder, 'api')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const check = (...words: string[]) => forge('policy', 'check', '--project-dir', project, ...words)
const rows = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

describe('forge policy check COMMAND…', () => {
  it('says verdict, rule, reason and hint, and ends with 1 when any is denied', async () => {
    const { exitCode, stdout, stderr } = await check('ls -la', 'git push')
    expect([exitCode, stderr]).toEqual([1, ''])
    expect(stdout).toBe(
      'allow  ls -la\n       command.allowed: every command keeps its rules.\n' +
        'deny   git push\n       git.subcommand: git push is not allowed.\n       Work with the local repository only.\n',
    )
    expect((await check('ls -la', 'pytest -q | tee log.txt')).exitCode).toBe(0)
  })

  it('--json prints an object for each command, in order', async () => {
    const { exitCode, stdout } = await check('--json', 'ls', '', '007', 'git push')
    expect(exitCode).toBe(1)
    expect(rows(stdout)).toEqual([
      { command: 'ls', verdict: 'allow', rule: 'command.allowed', reason: expect.any(String) },
      { command: '', verdict: 'deny', rule: 'raw.empty', reason: expect.any(String) },
      { command: '007', verdict: 'deny', rule: 'default.unlisted', reason: expect.any(String), hint: expect.any(String) },
      { command: 'git push', verdict: 'deny', rule: 'git.subcommand', reason: expect.any(String), hint: expect.any(String) },
    ])
  })

  it('shows no character that would steer the terminal', async () => {
    const { stdout } = await check('ls\u001b[2J\u202e; x\nls')
    expect(stdout).toContain('deny   ls\\u{1b}[2J\\u{202e}; x⏎ls\n')
  })

  it.each([
    ['nothing', [], 'There is no command to check.'],
    ['both', ['ls', '--file', 'x.jsonl'], 'Both commands and --file were given.'],
    ['an option in the place of a command', ['-la'], 'Unknown option `-l`'],
  ])('%s is a mistake', async (_name, words, message) => {
    const { exitCode, stdout, stderr } = await check(...words)
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it('tells whoever forgets the quotes', async () => {
    const { exitCode, stderr } = await check('--json', 'git', 'push', 'origin')
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("put it in quotes: forge policy check 'git push origin'\n")])
    expect((await check('ls', 'pwd')).stderr).toBe('')
    expect((await forge('policy', 'check', 'ls', '-la')).stderr).toContain('Put each command in quotes')
  })

  it('knows no other action', async () => {
    expect(await forge('policy', 'show')).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('forge policy check') })
    expect(await forge('policy')).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('forge policy check') })
  })
})

describe('colours', () => {
  it.each<[string, boolean, Record<string, string>, boolean]>([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['both', false, { NO_COLOR: '1', FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
  ])('%s', (_name, isTTY, env, coloured) => {
    expect(colourFor({ isTTY }, env)('red', 'deny')).toBe(coloured ? '\u001b[31mdeny\u001b[0m' : 'deny')
  })
})

describe('forge policy check --file', () => {
  it('answers each line with its id, in order; cwd is relative to the project, and need not exist', async () => {
    const lines = [
      { id: 'a', command: 'cat ../README.md', cwd: 'app', expected: 'allow' },
      { id: 2, command: 'cat ../README.md' },
      { id: 'c', command: 'ls', cwd: '..' },
      { id: 'c', command: 'ls', cwd: join(project, 'app', 'models') },
      { id: 'e', command: 'ls', cwd: null },
      { id: 'f', command: 'ls', cwd: '/' },
      { id: 'g', command: 'ls', cwd: 'a\0b' },
    ]
    const text = `\ufeff${lines.map((line) => JSON.stringify(line)).join('\r\n\n')}\n\n`
    const { exitCode, stdout, stderr } = await check('--file', file('good.jsonl', text))
    expect([exitCode, stderr]).toEqual([1, ''])
    expect(rows(stdout).map(({ id, verdict, rule }) => [id, verdict, rule])).toEqual([
      ['a', 'allow', 'command.allowed'],
      [2, 'deny', 'path.outside'],
      ['c', 'deny', 'cwd.outside'],
      ['c', 'allow', 'command.allowed'],
      ['e', 'allow', 'command.allowed'],
      ['f', 'deny', 'cwd.outside'],
      ['g', 'deny', 'cwd.outside'],
    ])
    expect(rows(stdout)[1]).toMatchObject({ reason: expect.stringContaining('../README.md'), hint: expect.any(String) })
  })

  it('ends with 0 when all are allowed', async () => {
    expect(await check('--file', file('fine.jsonl', '{"id":1,"command":"ls"}'))).toMatchObject({ exitCode: 0 })
  })

  it.each<[string, string | Uint8Array, string]>([
    ['half a line', '{"id":1,"command":"ls"}\n\n{"id":2,"comm', 'line 3 is not JSON'],
    ['a list', '["ls"]', 'line 1 is not a JSON object'],
    ['no id', '{"command":"ls"}', 'line 1: "id" is neither'],
    ['no command', '{"id":1}', 'line 1: "command" is not a text'],
    ['a folder that is no text', '{"id":1,"command":"ls","cwd":7}', 'line 1: "cwd" is not a text'],
    ['nothing', '\n\n', 'holds no command'],
    ['bytes', Uint8Array.from([0xff, 0xfe, 0x00]), 'is not UTF-8 text'],
  ])('%s: exit code 2, the line and a remedy, and no verdicts', async (name, content, message) => {
    const { exitCode, stdout, stderr } = await check('--file', file(`${name}.jsonl`, content))
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/\n {2}\S.*\{"id":/)
  })

  it.each(['absent.jsonl', '.'])('a file that cannot be read: %s', async (name) => {
    expect(await check('--file', join(folder, name))).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(folder) })
  })
})

describe('--allow', () => {
  it('lets a further command run, with its words inside the project; it may be repeated', async () => {
    const allow = ['--allow', 'make', '--allow', './scripts/build.sh']
    expect((await check(...allow, 'make -j4 test && ./scripts/build.sh --fast && ls')).exitCode).toBe(0)
    expect((await check('--json', ...allow, 'make -C ../other')).stdout).toContain('"path.outside"')
    expect((await check('make test')).exitCode).toBe(1)
  })

  it.each([
    ['a wrapper', 'bash', 'bash cannot be allowed by its name alone'],
    ['an interpreter', 'perl', 'perl cannot be allowed by its name alone'],
    ['a builtin', 'eval', 'the shell builtin eval cannot be allowed'],
    ['a path', '/usr/bin/make', '"/usr/bin/make" is not the name of a command'],
    ['an empty name', '', '--allow has an empty value.'],
  ])('%s is refused with a remedy', async (_name, name, message) => {
    for (const words of [
      ['policy', 'check', 'ls'],
      ['generate', '--project-dir', project],
    ]) {
      const { exitCode, stdout, stderr } = await forge(...words, '--allow', name)
      expect([exitCode, stdout]).toEqual([2, ''])
      expect(stderr).toContain(message)
      expect(stderr).toMatch(/^forge: .*\.\n {2}\S.*\.\n$/)
    }
  })
})

describe('--policy', () => {
  it('takes JSON', async () => {
    const policy = file(
      'team.json',
      JSON.stringify({ allow: ['make'], deny: [{ command: 'git', words: ['reset', '--hard'], reason: 'It loses work.' }] }),
    )
    const { stdout } = await check('--policy', policy, '--json', 'make test', 'git reset --hard', 'git reset HEAD~1')
    expect(rows(stdout).map(({ verdict, rule }) => [verdict, rule])).toEqual([
      ['allow', 'command.allowed'],
      ['deny', 'git.denied'],
      ['allow', 'command.allowed'],
    ])
  })

  const own = `{ id: 'own', evaluate: ({ command }) => command.includes('x') ? { verdict: 'deny', rule: 'own.x', reason: 'no x' } : { verdict: 'abstain' } }`
  it.each([
    ['a policy', 'mjs', `export default ${own}`],
    ['a list', 'mjs', `export default [${own}]`],
    ['a function', 'mjs', `export default ({ commandAllowlist }) => [commandAllowlist({ add: ['make'] }), ${own}]`],
    ['an asynchronous function', 'mjs', `export default async () => (${own})`],
    ['CommonJS', 'cjs', `module.exports = ${own}`],
  ])('takes a module with %s', async (name, extension, text) => {
    const policy = file(`${name}.${extension}`, text)
    const { stdout } = await check('--policy', policy, '--json', 'ls x', 'ls')
    expect(rows(stdout)).toMatchObject([{ verdict: 'deny', rule: 'own.x' }, { verdict: 'allow' }])
  })

  it('adds to the built-in policy, to --allow and to other files; denials win', async () => {
    const lax = file('lax.mjs', `export default { id: 'lax', evaluate: () => ({ verdict: 'allow', rule: 'lax', reason: 'everything' }) }`)
    const strict = file('strict.json', JSON.stringify({ remove: ['curl'] }))
    const words = ['--json', '--allow', 'make', '--policy', lax, '--policy', strict]
    const { stdout } = await check(...words, 'git push', 'make', 'evil', 'curl http://localhost')
    expect(rows(stdout).map(({ verdict, rule }) => [verdict, rule])).toEqual([
      ['deny', 'git.subcommand'],
      ['allow', 'command.allowed'],
      ['allow', 'lax'],
      ['deny', 'curl.removed'],
    ])
  })

  it('denies what a policy fails at, and shows no secret of its error', async () => {
    const failing = file(
      'failing.mjs',
      `export default { id: 'own', evaluate() { throw new Error('no server at postgresql://app:Xk29vQp7Lm@db/x') } }`,
    )
    const { exitCode, stdout } = await check('--policy', failing, 'ls')
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringContaining('internal.error: the policy own failed: no server at postgresql://app:[REDACTED]@db/x'),
    ])
  })

  it('relaxes a built-in rule only when it says that it replaces the built-in policy, which is said on stderr', async () => {
    const rule = { names: ['git'], flags: '-u', operands: 'text' }
    const added = file('added.json', JSON.stringify({ replace: [rule] }))
    expect((await check('--policy', added, 'git push -u origin main')).exitCode).toBe(1)
    const replacing = file('replacing.json', JSON.stringify({ replacesDefaults: true, replace: [rule] }))
    const { exitCode, stderr } = await check('--policy', replacing, 'git push -u origin main', 'pytest -q')
    expect([exitCode, stderr]).toEqual([0, `forge: The built-in command policy is replaced by ${replacing}.\n`])
    const module = file('replacing.mjs', `export const replacesDefaults = true\nexport default ${own}`)
    expect((await check('--policy', module, '--json', 'ls')).stdout).toContain('default.unlisted')
    expect(await check('--policy', replacing, '--allow', 'make', 'ls')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--allow adds to'),
    })
  })

  it('is refused inside the project directory, also through a link', async () => {
    mkdirSync(project, { recursive: true })
    const outside = file('outside.json', '{}')
    writeFileSync(join(project, 'inside.json'), '{}')
    symlinkSync(join(project, 'inside.json'), join(folder, 'link-in.json'))
    symlinkSync(outside, join(project, 'link-out.json'))
    symlinkSync(project, join(folder, 'alias'))
    for (const path of [
      join(project, 'inside.json'),
      join(folder, 'link-in.json'),
      join(project, 'link-out.json'),
      join(folder, 'alias', 'inside.json'),
    ]) {
      for (const words of [
        ['policy', 'check', 'ls'],
        ['generate', '--sandbox', 'none'],
      ]) {
        const { exitCode, stdout, stderr } = await forge(...words, '--project-dir', project, '--policy', path)
        expect([exitCode, stdout]).toEqual([2, ''])
        expect(stderr).toContain('lies inside the project directory')
        expect(stderr).toContain('Move it out')
      }
    }
    rmSync(project, { recursive: true })
    expect((await check('--policy', outside, 'ls')).exitCode).toBe(0)
  })

  it.each([
    ['absent.json', undefined, 'does not exist'],
    ['.', undefined, 'neither a JavaScript module nor JSON'],
    ['wrong.toml', 'allow = ["make"]', 'neither a JavaScript module nor JSON'],
    ['broken.json', '{ "allow": ', 'cannot be read'],
    ['misspelt.json', '{ "alow": ["make"] }', 'is refused: the policy is wrong: there is no field alow (perhaps allow is meant).'],
    ['flag.json', '{ "replacesDefaults": "yes" }', 'neither true nor false'],
    ['list.json', '["make"]', 'is not a JSON object'],
    ['number.json', '7', 'is not a JSON object'],
    ['wrapper.json', '{ "allow": ["env"] }', 'env cannot be allowed'],
    ['syntax.mjs', 'export default [', 'node --check'],
    ['throws.mjs', 'throw new Error("out of order")', 'out of order'],
    ['leaks.mjs', 'throw new Error("no server at postgresql://app:Xk29vQp7Lm@db/x")', 'no server at postgresql://app:[REDACTED]@db/x'],
    ['imports.mjs', 'import "no-such-package-here"', 'no-such-package-here'],
    ['none.mjs', 'export const policy = 1', 'gives no policy'],
    ['empty.mjs', 'export default []', 'gives no policy'],
    ['nameless.mjs', 'export default { evaluate() {} }', 'gives no policy'],
  ])('%s is refused with reason and remedy', async (name, content, message) => {
    const path = content === undefined ? join(folder, name) : file(name, content)
    const { exitCode, stdout, stderr } = await check('--policy', path, 'ls')
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr.split('\n')[0]).toContain(name)
    expect(stderr).toMatch(/\n {2}\S/)
    expect(stderr).not.toContain('fault of Forge')
  })
})
