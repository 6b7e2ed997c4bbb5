import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProcessHost } from '@forge/core'
import { readSpec } from '@forge/spec'
import { projectFiles, sizes } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensurePythonEnv, type PythonEnv } from '../../templates/src/fastapi/environment/python-env'
import { type DatabaseServer, startDatabaseServer } from '../../templates/src/fastapi/machine/database'
import { emitApp } from '../src/emit/app'
import { emitTests } from '../src/emit/tests/index'
import { planFeatures } from '../src/plan/index'
import { mutants } from '../src/testing/mutants'

// Rules about several rows, for real: the emitted tests pass on the emitted application, and fail on one that is made without a rule.

/** Runs the tests against changed applications. */
const RUNNER = fileURLToPath(new URL('../../../scripts/accept/mutation.py', import.meta.url))
interface Fate {
  id: string
  code: number | null
  output: string
}
/** One of each kind: a unique pair, a figure, moves, a fixed value, a copied value, a limit, an interval, a number of rows, a unique value, a default. */
const KINDS = new Set([
  'rule 1',
  'rule 2',
  'rule 6',
  'rule 7',
  'rule 9',
  'rule 11',
  'rule 14',
  'rule 15',
  'User.email: unique',
  'Product.status: default',
])
const folder = mkdtempSync(join(tmpdir(), 'forge-rules-'))
const spec = readSpec(readFileSync(new URL('fixtures/market.md', import.meta.url), 'utf8'))
const features = planFeatures(spec, sizes.medium)
const rules = features.filter((feature) => feature.category === 'business_logic')
let host: Awaited<ReturnType<typeof startProcessHost>>
let env: PythonEnv
let server: DatabaseServer

beforeAll(async () => {
  for (const { path, content } of [...projectFiles(), ...emitApp(spec), ...emitTests(spec, features)]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  host = await startProcessHost()
  env = await ensurePythonEnv({ host })
  server = await startDatabaseServer({ host, mayCreate: true })
}, 600_000)

afterAll(async () => {
  await server?.stop()
  await host?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function run(argv: string[], environment: Record<string, string> = {}) {
  const program = argv[0] === 'python' ? env.python : join(env.bin, argv[0]!)
  const result = await host.exec([program, ...argv.slice(1)], {
    cwd: folder,
    timeoutMs: 240_000,
    env: { PATH: env.bin, HOME: folder, PYTHONDONTWRITEBYTECODE: '1', ...environment },
  })
  return { code: result.exitCode, output: `${result.stdout}${result.stderr}` }
}

async function pytest(environment: Record<string, string>, ...more: string[]) {
  const database = await server.createDatabase()
  try {
    return await run(['python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...more], {
      DATABASE_URL: database.url,
      TEST_DATABASE_URL: database.url,
      ...environment,
    })
  } finally {
    await database.drop()
  }
}

describe('rules about several rows', () => {
  test('need no model, and are tested on both sides', () => {
    expect(spec.rules.filter((rule) => rule.status !== 'compiled').map((rule) => rule.text)).toEqual([])
    for (const feature of rules) {
      expect([feature.description, feature.leftForModel]).toEqual([feature.description, undefined])
      expect([feature.description, feature.cases.length > 1]).toEqual([feature.description, true])
    }
  })

  test('please the linters', { timeout: 300_000 }, async () => {
    expect(await run(['ruff', 'check', '--no-cache', '.'])).toMatchObject({ code: 0 })
    expect(await run(['ruff', 'format', '--no-cache', '--check', '.'])).toMatchObject({ code: 0 })
    expect(await run(['mypy', 'app'])).toMatchObject({ code: 0 })
  })

  test.each(['mock', 'jwt'])('hold, by their own tests, with AUTH_MODE=%s', { timeout: 300_000 }, async (mode) => {
    const { code, output } = await pytest({ AUTH_MODE: mode, JWT_SECRET: 'a-secret-that-is-long-enough-for-hs256' })
    expect([code, output.split('\n').slice(-12)]).toMatchObject([0, expect.anything()])
  })

  const all = [...mutants(spec)]

  test('are in the application: without any of them it is another one', () => {
    expect(all.length).toBeGreaterThan(rules.length)
    expect(all.filter(({ files }) => files === null).map(({ text }) => text)).toEqual([])
  })

  test('are missed by a test when taken out', { timeout: 300_000 }, async () => {
    const application = new Map(emitApp(spec).map(({ path, content }) => [path, content]))
    const chosen = all.filter(({ id }) => KINDS.has(id))
    expect(chosen.length).toBe(KINDS.size)
    const jobs = chosen.map(({ id, table, files }) => ({
      id,
      changes: Object.fromEntries(
        files!.filter(({ path, content }) => application.get(path) !== content).map(({ path, content }) => [path, content]),
      ),
      tests: [[`tests/${id.startsWith('rule') ? 'rules' : 'api/v1'}/test_${table}.py`]],
    }))
    const list = join(folder, 'mutants.json')
    writeFileSync(list, JSON.stringify(jobs))
    const database = await server.createDatabase()
    try {
      const { output } = await run(['python', RUNNER, folder, list], { DATABASE_URL: database.url })
      const fates = output.split('\n').flatMap((line): Fate[] => (line.startsWith('{') ? [JSON.parse(line)] : []))
      expect(fates.map(({ id }) => id)).toEqual(chosen.map(({ id }) => id))
      expect(fates.filter((fate) => fate.code !== 1 || !/^FAILED /m.test(fate.output))).toEqual([])
    } finally {
      await database.drop()
    }
  })
})
