import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startProcessHost } from '@forge/core'
import { readSpec } from '@forge/spec'
import { projectFiles, sizes } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensurePythonEnv, type PythonEnv } from '../../templates/src/fastapi/environment/python-env'
import { type DatabaseServer, startDatabaseServer } from '../../templates/src/fastapi/machine/database'
import { emitApp } from '../src/emit/app'
import { emitTests } from '../src/emit/tests/index'
import { planFeatures } from '../src/plan/index'

// Rules about several rows, for real: the emitted tests pass on the emitted application, and fail on one from which a rule was taken out.

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
  server = await startDatabaseServer({ host })
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

async function pytest(...more: string[]) {
  const database = await server.createDatabase()
  try {
    return await run(['python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...more], {
      DATABASE_URL: database.url,
      TEST_DATABASE_URL: database.url,
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

  test('hold, by their own tests', { timeout: 300_000 }, async () => {
    const { code, output } = await pytest()
    expect([code, output.split('\n').slice(-12)]).toMatchObject([0, expect.anything()])
  })

  test.each([
    ['a unique pair', 'alembic/versions/0001_create_tables.py', /^ +sa\.UniqueConstraint\("user_id", "product_id".*\n/m, ''],
    ['a figure', 'alembic/versions/0001_create_tables.py', /count\(\*\)/, '1'],
    ['a move', 'app/services/order.py', /if new not in STATUS_MOVES\[.*:/, 'if False:'],
    ['a limit', 'app/services/order_item.py', /> product_row\.stock/, '> 10**6'],
    ['a number of rows', 'app/services/rental.py', /others >= 3/, 'others >= 10**6'],
    ['an interval', 'app/services/rental.py', /Rental\.starts_at < rental\.ends_at/, 'Rental.starts_at == rental.ends_at'],
    ['a row that points at itself', 'app/services/stall.py', /stall\.neighbour_id == stall\.id/, 'False'],
    ['a copied value', 'app/services/order_item.py', /order_item\.unit_price = product_row\.price/, 'order_item.unit_price = None'],
    ['a fixed value', 'app/services/order.py', /"code" in changes/, 'False'],
  ])('are missed by a test when taken out: %s', { timeout: 300_000 }, async (_, path, rule, instead) => {
    const whole = readFileSync(join(folder, path), 'utf8')
    const without = whole.replace(rule, instead)
    expect(without).not.toBe(whole)
    writeFileSync(join(folder, path), without)
    try {
      const { code, output } = await pytest('-x', 'tests/rules')
      expect([code, output]).toEqual([1, expect.stringMatching(/\b1 failed\b/)])
    } finally {
      writeFileSync(join(folder, path), whole)
    }
  })
})
