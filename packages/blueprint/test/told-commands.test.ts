import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type Phase, type PromptContext, evaluateCommand } from '@forge/core'
import { fastapi, sizes } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blueprint } from '../src/index'
import { hold } from './support/session'
import { codeSpans, fencedLines, isCommand, scriptSteps, venvCommands } from './support/told'

/** What an agent is told to run, by prompts and by the project that it finds, must be allowed: a denial would cost it a turn. */
const project = mkdtempSync(join(tmpdir(), 'forge-told-'))
afterAll(() => rmSync(project, { recursive: true, force: true }))

const judge = (command: string) => evaluateCommand(command, { projectDir: project })
const denied = (commands: readonly string[]) =>
  commands.map((command) => ({ command, ...judge(command) })).filter(({ verdict }) => verdict === 'deny')

const template = fastapi({ size: sizes.test })
const context: PromptContext = { projectDir: project, bearings: '' }
const prompt = (phase: Phase) => `${template.system(phase)}\n${template.prompt(phase, context)}`
/** Steps of `init.sh` that are for people, with the reason. */
const FOR_PEOPLE: ReadonlyMap<string, string> = new Map([
  [
    'docker info >/dev/null 2>&1',
    'asks for the daemon where no DATABASE_URL is set; an agent always has one, and docker version for the same question',
  ],
])

const commandsIn = (markdown: string) => [...codeSpans(markdown).filter(isCommand), ...fencedLines(markdown)]

/** What the embedded provider makes of the example, with the tools and the policy of a real session. */
beforeAll(async () => {
  writeFileSync(join(project, 'app_spec.txt'), template.exampleSpec)
  for (const phase of ['initializer', 'coding'] as const) await hold(blueprint(), project, { phase, size: sizes.test })
})

const files = () =>
  readdirSync(project, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(project, join(entry.parentPath, entry.name)))
const read = (path: string) => readFileSync(join(project, path), 'utf8')

describe('commands that the prompts tell an agent to run', () => {
  test.each([
    ['initializer', ['./init.sh', '.venv/bin/python -m pytest', 'uvicorn app.main:app']],
    ['coding', ['./init.sh', 'git log --oneline -20', 'ruff check', 'mypy app', 'alembic check']],
  ] as const)('are allowed in the %s prompt', (phase, some) => {
    const commands = commandsIn(prompt(phase))
    expect(commands).toEqual(expect.arrayContaining([...some]))
    expect(denied(commands)).toEqual([])
  })

  test('are of programs that are listed, and of none of those that are said to be denied', () => {
    const said = /only development commands are allowed: ([^.]*)\.[^.]*\.\s+Wrappers \(([^)]*)\)/.exec(prompt('coding'))
    const names = (list: string | undefined) => (list ?? '').split(/[,\s]+/).filter((word) => word !== '')
    const isListed = (name: string) => judge(name).rule !== 'default.unlisted'
    const [allowed, wrappers] = [names(said?.[1]?.replace(/ to a local address| of your own processes/g, '')), names(said?.[2])]
    expect(allowed.length).toBeGreaterThan(20)
    expect(allowed.filter((name) => !isListed(name))).toEqual([])
    expect(wrappers).toEqual(expect.arrayContaining(['env', 'sudo', 'xargs']))
    expect(wrappers.filter((word) => !word.startsWith('-') && isListed(word))).toEqual([])
  })
})

describe('commands that the generated project names', () => {
  test('are allowed in its documents', () => {
    const documents = files().filter((path) => /\.(?:md|txt|example)$/.test(path) && path !== 'app_spec.txt')
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'claude-progress.txt', '.env.example']))
    const commands = documents.flatMap((path) => commandsIn(read(path)))
    expect(commands).toEqual(expect.arrayContaining(['python3 -m venv .venv', 'docker compose up --detach --wait db', './init.sh']))
    expect(commands.length).toBeGreaterThan(8)
    expect(denied(commands)).toEqual([])
  })

  test('are allowed where any of its files names a program of its environment', () => {
    const commands = files()
      .filter((path) => path !== 'app_spec.txt')
      .flatMap((path) => venvCommands(read(path)))
      .filter((command) => !command.includes('$'))
    expect(commands).toEqual(expect.arrayContaining(['.venv/bin/uvicorn app.main:app --reload', '.venv/bin/python -m alembic upgrade head']))
    expect(denied(commands)).toEqual([])
  })

  test('are allowed as the steps of init.sh', () => {
    const script = read('init.sh')
    const steps = scriptSteps(script)
    expect(steps).toEqual(expect.arrayContaining([...FOR_PEOPLE.keys()]))
    expect(steps.length).toBeGreaterThanOrEqual(7)
    const settings = script.split('\n').filter((line) => /^\w+=[\w.-]+$/.test(line))
    expect(denied(steps.filter((step) => !FOR_PEOPLE.has(step)).map((step) => [...settings, step].join('\n')))).toEqual([])
  })
})
