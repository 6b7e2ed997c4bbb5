import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { evaluateCommand, formatFeatureList, type SizePreset, startProcessHost } from '@forge/core'
import { type ApiSpec, formatSpec, readSpec } from '@forge/spec'
import { fastapi, projectFiles, sizes, type ProjectFile } from '@forge/templates'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tracker } from '../../spec/test/fixtures/tracker'
import { ensurePythonEnv, type PythonEnv } from '../../templates/src/fastapi/environment/python-env'
import { emitApp } from '../src/emit/app'
import { handOffDocuments } from '../src/emit/docs'
import type { OpenApiDocument } from '../src/emit/docs/operations'
import { emitMockData } from '../src/emit/mock-data'
import { emitTests } from '../src/emit/tests'
import { clientFiles } from '../src/hand-off/client'
import { featureList, planFeatures } from '../src/plan'
import { workshop } from './fixtures/workshop'
import { codeSpans, fencedLines, isCommand } from './support/told'

// The package for front ends, made as a session makes it: by the application's own scripts, and then from what they say.

const folder = mkdtempSync(join(tmpdir(), 'forge-hand-off-'))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
let host: Awaited<ReturnType<typeof startProcessHost>>
let env: PythonEnv

beforeAll(async () => {
  host = await startProcessHost()
  env = await ensurePythonEnv({ host })
}, 600_000)

afterAll(async () => {
  await host?.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(root: string, files: ProjectFile[]): void {
  for (const { path, content } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

async function run(root: string, ...argv: string[]): Promise<{ code: number | null; output: string }> {
  const program = argv[0] === 'python' ? env.python : join(env.bin, argv[0]!)
  const result = await host.exec([program, ...argv.slice(1)], {
    cwd: root,
    timeoutMs: 120_000,
    env: { PATH: env.bin, HOME: root, PYTHONDONTWRITEBYTECODE: '1' },
  })
  return { code: result.exitCode, output: `${result.stdout}${result.stderr}` }
}

async function handOver(root: string, spec: ApiSpec, size: SizePreset): Promise<void> {
  const plans = planFeatures(spec, size)
  write(root, [...projectFiles(), ...emitApp(spec), ...emitTests(spec, plans), ...emitMockData(spec, size)])
  write(root, [
    { path: 'app_spec.txt', content: formatSpec(spec) },
    { path: 'feature_list.json', content: formatFeatureList(featureList(spec, plans)) },
  ])
  expect(await run(root, 'python', 'scripts/export_openapi.py')).toEqual({ code: 0, output: '' })
  expect(await run(root, 'python', 'scripts/generate_mock_data.py')).toEqual({ code: 0, output: '' })
  const document = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8')) as OpenApiDocument
  write(root, [...(await clientFiles(document as never)), ...handOffDocuments(spec, document)])
}

const filesIn = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()

const rowsOf = (root: string, table: string) =>
  JSON.parse(readFileSync(join(root, 'docs/mock-data', `${table}.json`), 'utf8')) as Record<string, unknown>[]

const example = readSpec(fastapi({ size: sizes.medium }).exampleSpec)

describe.each([
  ['tracker', tracker, sizes.small],
  ['workshop', workshop, sizes.test],
  ['example', example, sizes.medium],
] as const)('%s', (name, spec, size) => {
  const root = join(folder, name)
  const rows = (table: string) => rowsOf(root, table)
  beforeAll(() => handOver(root, spec, size), 120_000)

  test('has a script and a test that please the linters', { timeout: 120_000 }, async () => {
    expect(await run(root, 'ruff', 'check', '--no-cache', 'scripts', 'tests')).toMatchObject({ code: 0 })
    expect(await run(root, 'ruff', 'format', '--no-cache', '--check', 'scripts', 'tests')).toMatchObject({ code: 0 })
    expect(await run(root, 'mypy', 'scripts/generate_mock_data.py')).toMatchObject({ code: 0 })
  })

  test('has mock data that are answers of the API, and refer to each other', { timeout: 60_000 }, async () => {
    const result = await run(root, 'python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--noconftest', 'tests/test_mock_data.py')
    expect(result, result.output).toMatchObject({ code: 0 })
    expect(result.output).toMatch(/\d+ passed/)
    expect(result.output).not.toMatch(/skipped|failed/)
  })

  test('has as many rows as the size says', () => {
    const users = spec.entities.find((entity) => entity.name === spec.auth.userEntity)
    if (users) expect(rows(users.table)).toHaveLength(size.mockData.users)
    const counts = spec.entities.filter((entity) => entity !== users).map(({ table }) => rows(table).length)
    expect(Math.max(...counts)).toBe(Math.max(size.mockData.mainEntity, size.mockData.secondaryEntities))
  })

  test('has a client, a mock, rows and examples whose types agree', { timeout: 120_000 }, async () => {
    const result = await promisify(execFile)(process.execPath, [compiler, '-p', join(root, 'frontend')]).catch((error: { stdout: string }) => error)
    expect(result.stdout).toBe('')
    expect(filesIn(join(root, 'frontend/examples'))).toHaveLength(3)
  })

  test('has documents that name only what exists', () => {
    const documents = filesIn(root).filter((path) => path.endsWith('.md'))
    expect(documents).toEqual(
      expect.arrayContaining([
        'AGENTS.md',
        'docs/APP_OVERVIEW.md',
        'docs/FIGMA_MAKE_PROMPT.md',
        'docs/FRONTEND_HANDOFF.md',
        'guidelines/Guidelines.md',
        'guidelines/guideline.md',
      ]),
    )
    const exists = knownNames(root)
    const unknown = documents.flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link!).filter((link) => !existsSync(join(root, dirname(path), link)))
      return [...codeSpans(text).filter((span) => !exists(span)), ...links].map((span) => `${path}: ${span}`)
    })
    expect(unknown).toEqual([])
    expect(readFileSync(join(root, 'guidelines/Guidelines.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(150)
  })

  test('tells commands that an agent may run', () => {
    const told = filesIn(root)
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8')
        return [...codeSpans(text).filter(isToldCommand), ...fencedLines(text)]
      })
    expect(told.length).toBeGreaterThan(8)
    const denied = told.filter((command) => evaluateCommand(command, { projectDir: root }).verdict === 'deny')
    expect(denied).toEqual([])
  })
})

const VERB = /^(?:GET|POST|PUT|PATCH|DELETE) /
const WORD = /[\p{L}\p{N}_$-]+/gu
const isToldCommand = (span: string): boolean => isCommand(span) && !VERB.test(span)

/** What people make or what is Python's, JavaScript's or HTTP's, with the reason why no file of the project holds it. */
const ELSEWHERE = new Set([
  '.env', // made by init.sh from .env.example
  'any',
  'null',
  'true',
  'false',
  'data',
  'error',
  'client.setConfig',
  'postgresql://user@/app?host=/run/postgresql', // an example of a URL
  '2026-01-05T09:00:00Z',
  '2026-01-05',
  '09:30:00',
])

/** Whether a piece of code in a document exists: as a path, an endpoint, a name of the client, a field, a value, a setting, a command. */
function knownNames(root: string): (span: string) => boolean {
  const { paths } = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8')) as OpenApiDocument
  const rows = readdirSync(join(root, 'docs/mock-data'))
  const sources = filesIn(root).filter((path) => /^(?:app|tests|frontend)\/.*\.(?:py|ts)$|^openapi\.json$|^\.env\.example$/.test(path))
  const words = new Set(sources.flatMap((path) => readFileSync(join(root, path), 'utf8').match(WORD) ?? []))
  const isEndpoint = (span: string): boolean => {
    const [method, path] = VERB.test(span) ? span.split(' ') : [undefined, span]
    const found = paths[path!]
    return found !== undefined && (method === undefined || found[method.toLowerCase()] !== undefined)
  }
  return (span) =>
    ELSEWHERE.has(span) ||
    existsSync(join(root, span)) ||
    rows.includes(span) ||
    isEndpoint(span) ||
    (isToldCommand(span) && evaluateCommand(span, { projectDir: root }).verdict === 'allow') ||
    (span.match(WORD) ?? [span]).every((word) => words.has(word) || /^\d+$/.test(word))
}

const isHandedOver = (path: string): boolean =>
  /^(?:docs|frontend|guidelines|scripts)\/|^(?:AGENTS\.md|openapi\.json|tests\/test_mock_data\.py)$/.test(path)

describe('mock data', () => {
  const root = join(folder, 'tracker')

  test('are held to the schemas by a test that finds what is wrong', { timeout: 60_000 }, async () => {
    const [table] = tracker.entities.map((entity) => entity.table).filter((each) => rowsOf(root, each).length > 1)
    const file = join(root, 'docs/mock-data', `${table!}.json`)
    const right = readFileSync(file, 'utf8')
    const [first, second, ...others] = rowsOf(root, table!)
    writeFileSync(
      file,
      JSON.stringify([{ ...first, ...Object.fromEntries(Object.keys(first!).map((field) => [field, second![field]])) }, second, ...others]),
    )
    const repeated = await run(root, 'python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--noconftest', 'tests/test_mock_data.py')
    writeFileSync(file, JSON.stringify([{ ...first, surprise: 1 }, second, ...others]))
    const surprised = await run(root, 'python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--noconftest', 'tests/test_mock_data.py')
    writeFileSync(file, right)
    expect(repeated.code).toBe(1)
    expect(surprised.code).toBe(1)
  })

  test('are the same every time, with all that is handed over', { timeout: 120_000 }, async () => {
    const again = join(folder, 'tracker-again')
    await handOver(again, structuredClone(tracker), sizes.small)
    const made = filesIn(root).filter(isHandedOver)
    expect(filesIn(again).filter(isHandedOver)).toEqual(made)
    for (const path of made) expect(readFileSync(join(again, path), 'utf8') === readFileSync(join(root, path), 'utf8'), path).toBe(true)
  })
})

describe('the mock', () => {
  interface Answer {
    data?: unknown
    error?: Record<string, unknown>
    response: Response
  }
  type Function = (options?: object) => Promise<Answer>
  let api: Record<string, Function>
  /** The tracker's errors have a shape of their own. */
  const named = (meaning: string): string => tracker.errors.fields.find((field) => field.meaning === meaning)!.name

  beforeAll(async () => {
    const root = join(folder, 'tracker')
    const entry = join(root, 'frontend/entry.ts')
    writeFileSync(entry, "export * from './src/api'\nexport { connect } from './src/api/mock'\n")
    const outfile = join(folder, 'tracker.mjs')
    await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', logLevel: 'error' })
    rmSync(entry)
    api = (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as typeof api
    ;(api['connect'] as unknown as () => void)()
  })

  test('lists in pages, filters, searches and sorts', async () => {
    const all = (await api['listTasks']!({ query: { page_size: 100 } })).data as { items: Record<string, unknown>[]; total: number }
    expect(all.total).toBe(all.items.length)
    const page = (await api['listTasks']!({ query: { page: 2, page_size: 2 } })).data as typeof all & { total_pages: number }
    expect(page.items).toHaveLength(2)
    expect(page.total_pages).toBe(Math.ceil(all.total / 2))
    expect(page.items[0]).toEqual(all.items[2])
    const { priority } = all.items[0]!
    const some = (await api['listTasks']!({ query: { priority, page_size: 100 } })).data as typeof all
    expect(some.items).toEqual(all.items.filter((row) => row['priority'] === priority))
    const title = String(all.items[1]!['title'])
    const found = (await api['listTasks']!({ query: { search: title.toUpperCase() } })).data as typeof all
    expect(found.items.map((row) => row['title'])).toContain(title)
    const sorted = (await api['listTasks']!({ query: { sort_by: 'title', sort_order: 'desc', page_size: 100 } })).data as typeof all
    const titles = all.items.map((row) => String(row['title']))
    expect(sorted.items.map((row) => row['title'])).toEqual(titles.sort().reverse())
  })

  test('creates, reads, changes and deletes in memory', async () => {
    const made = await api['createTask']!({ body: { title: 'Paint the door', project_id: 1 } })
    expect(made.response.status).toBe(201)
    const { id } = made.data as { id: number }
    const path = { id }
    expect((await api['getTask']!({ path })).data).toMatchObject({ title: 'Paint the door', priority: 'medium' })
    expect((await api['updateTask']!({ path, body: { title: 'Paint the wall' } })).data).toMatchObject({ id, title: 'Paint the wall', project_id: 1 })
    expect((await api['deleteTask']!({ path })).response.status).toBe(204)
    const gone = await api['getTask']!({ path })
    expect(gone.response.status).toBe(404)
    expect(gone.error![named('code')]).toBe('NOT_FOUND')
  })

  test('names the fields that are missing', async () => {
    const refused = await api['createTask']!({ body: {} })
    expect(refused.response.status).toBe(422)
    expect(refused.error![named('field-errors')]).toMatchObject({ title: [expect.any(String)] })
  })
})
