import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evaluateCommand } from '@forge/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowedCommands, deniedCommands } from '../packages/core/test/security/support/corpus'
import { forge, ROOT } from './forge'

describe('forge policy check', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forge-policy-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const commands = [...allowedCommands(), ...deniedCommands().map(({ command }) => command)]
  const asLines = (list: readonly string[]): string => list.map((command, id) => `${JSON.stringify({ id, command })}\n`).join('')
  const answersOf = (stdout: string): Record<string, unknown>[] =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  it('answers the whole corpus as the library does, in order, and makes no project', async () => {
    await writeFile(join(folder, 'corpus.jsonl'), asLines(commands))
    const { exitCode, stdout, stderr } = await forge(['policy', 'check', '--file', 'corpus.jsonl', '--project-dir', 'absent'], { cwd: folder })
    expect([exitCode, stderr]).toEqual([1, ''])
    const expected = commands.map((command, id) => ({ id, ...evaluateCommand(command, { projectDir: join(folder, 'absent') }) }))
    expect(answersOf(stdout)).toEqual(JSON.parse(JSON.stringify(expected)))
    expect(await readdir(folder)).toEqual(['corpus.jsonl'])
  })

  it('judges ten thousand lines in seconds, and starts in a fraction of one', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => commands[index % commands.length] as string)
    await writeFile(join(folder, 'many.jsonl'), asLines(many))
    const all = await forge(['policy', 'check', '--file', 'many.jsonl'], { cwd: folder })
    expect(answersOf(all.stdout)).toHaveLength(10_000)
    expect(all.milliseconds).toBeLessThan(10_000)
    const one = await forge(['policy', 'check', 'pytest -q'], { cwd: folder })
    expect([one.exitCode, one.stderr]).toEqual([0, ''])
    expect(one.milliseconds).toBeLessThan(2000)
  })

  it('reads stdin', async () => {
    const { exitCode, stdout } = await forge(['policy', 'check', '--file', '-'], { cwd: folder, stdin: '{"id":"x","command":"ls"}\n' })
    expect(exitCode).toBe(0)
    expect(answersOf(stdout)).toMatchObject([{ id: 'x', verdict: 'allow' }])
  })

  it('reads the policy files that the documentation shows', async () => {
    const text = await readFile(join(ROOT, 'docs/security.md'), 'utf8')
    for (const name of ['team.json', 'team.mjs']) {
      const shown = new RegExp(`<!-- policy: ${name.replace('.', '\\.')} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1]
      await writeFile(join(folder, name), shown ?? '')
      const words = ['policy', 'check', '--project-dir', 'absent', '--json', '--policy', name]
      const { stdout, stderr } = await forge([...words, 'make test', 'git reset --hard', 'git reset HEAD~1', 'make -C ..'], { cwd: folder })
      expect(stderr).toBe('')
      expect(answersOf(stdout).map(({ verdict }) => verdict)).toEqual(['allow', 'deny', 'allow', 'deny'])
    }
  })
})
