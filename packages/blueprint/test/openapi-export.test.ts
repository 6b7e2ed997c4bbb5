import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProcessHost } from '@forge/core'
import { readSpec } from '@forge/spec'
import { checkOpenApi, projectFiles, sizes } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensurePythonEnv, type PythonEnv } from '../../templates/src/fastapi/environment/python-env'
import { emitApp } from '../src/emit/app'
import { emitTests } from '../src/emit/tests'
import { planFeatures } from '../src/plan'

// The document that a generated project exports of itself, for real, held against the checks.

const textOf = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')
/** Open to everybody, errors and statuses of its own, JSON, money, keys that are texts, children that are read below their parents only. */
const DEPOT = `Depot API

No authentication.

Models
- Depot: code (string, primary key), name (required, unique), price (decimal), tags (list of strings), settings (json), opens_on (date), starts_at (time)
- Crate: id, depot_code (FK -> Depot), label (required), weight (float)

Endpoints
- GET /api/depots - List depots (search in name, sort by name)
- POST /api/depots - Create depot
- GET /api/depots/{code} - Get depot
- PATCH /api/depots/{code} - Update depot
- GET /api/depots/{code}/crates - List crates of a depot
- POST /api/depots/{code}/crates - Add a crate
- GET /api/depots/{code}/crates/{id} - Get a crate
- DELETE /api/depots/{code}/crates/{id} - Delete a crate

Invalid input is answered with 400.
Errors: {"error": "not_found", "message": "Depot not found"}
`
const SPECS: [name: string, text: string][] = [
  ['the bundled example', textOf('../../templates/assets/specs/task-management.md')],
  ['the smallest example', textOf('../../templates/assets/specs/reading-list.md')],
  ['a laboratory', textOf('fixtures/lab.md')],
  ['a vault', textOf('fixtures/vault.md')],
  ['accounts that sign in', textOf('fixtures/accounts.md')],
  ['a depot', DEPOT],
]

const folder = mkdtempSync(join(tmpdir(), 'forge-export-'))
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

async function python(root: string, ...words: string[]): Promise<{ code: number | null; output: string }> {
  const { exitCode, stdout, stderr } = await host.exec([env.python, ...words], {
    cwd: root,
    timeoutMs: 120_000,
    env: { PATH: env.bin, HOME: root, PYTHONDONTWRITEBYTECODE: '1' },
  })
  return { code: exitCode, output: `${stdout}${stderr}` }
}

function write(name: string, text: string): string {
  const root = join(folder, name.replace(/ /g, '-'))
  const spec = readSpec(text)
  const files = [...projectFiles(), ...emitApp(spec), ...emitTests(spec, planFeatures(spec, sizes.test)), { path: 'app_spec.txt', content: text }]
  for (const { path, content } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

describe.each(SPECS)('%s', (name, text) => {
  test('exports a document without a fault, the same from everywhere', { timeout: 300_000 }, async () => {
    const root = write(name, text)
    expect(await python(root, 'scripts/export_openapi.py')).toEqual({ code: 0, output: '' })
    const exported = readFileSync(join(root, 'openapi.json'), 'utf8')
    expect(await python(folder, join(root, 'scripts/export_openapi.py'))).toEqual({ code: 0, output: '' })
    expect(readFileSync(join(root, 'openapi.json'), 'utf8')).toBe(exported)
    expect(exported).toBe(`${JSON.stringify(JSON.parse(exported), null, 2)}\n`)
    const { findings, notRun } = await checkOpenApi(root)
    expect({ findings, notRun }).toEqual({ findings: [], notRun: [] })
  })
})

test('the generated test tells an export that is out of date', { timeout: 300_000 }, async () => {
  const root = write('stale', DEPOT)
  const run = () => python(root, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'tests/test_openapi.py')
  expect(await run()).toMatchObject({ code: 0 })
  await python(root, 'scripts/export_openapi.py')
  expect(await run()).toMatchObject({ code: 0 })
  const main = join(root, 'app/main.py')
  writeFileSync(main, readFileSync(main, 'utf8').replace('"Development"', '"Elsewhere"'))
  expect(await run()).toMatchObject({ code: 1, output: expect.stringContaining('test_exported_document_is_current') })
})
