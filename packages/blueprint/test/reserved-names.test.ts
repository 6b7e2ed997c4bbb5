import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProcessHost } from '@forge/core'
import { readSpec } from '@forge/spec'
import { projectFiles } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensurePythonEnv, type PythonEnv } from '../../templates/src/fastapi/environment/python-env'
import { withClassNames } from '../src/class-names'
import { emitApp } from '../src/emit/app'

// Names that SQL, Python, Pydantic or SQLAlchemy keep for themselves, as names of entities, fields and members.

const text = readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'fixtures/reserved-names.md'), 'utf8')
const written = readSpec(text)
const spec = withClassNames(written)
const folder = mkdtempSync(join(tmpdir(), 'forge-reserved-'))
let host: Awaited<ReturnType<typeof startProcessHost>>
let env: PythonEnv

beforeAll(async () => {
  host = await startProcessHost()
  env = await ensurePythonEnv({ host })
  for (const { path, content } of [...projectFiles(), ...emitApp(spec)]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}, 600_000)

afterAll(async () => {
  await host?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function run(argv: string[]): Promise<string> {
  const program = argv[0] === 'python' ? env.python : join(env.bin, argv[0]!)
  const result = await host.exec([program, ...argv.slice(1)], {
    cwd: folder,
    timeoutMs: 240_000,
    env: { PATH: env.bin, HOME: folder, PYTHONDONTWRITEBYTECODE: '1' },
  })
  return `${result.stdout}${result.stderr}`.trim()
}

describe('names that are taken', () => {
  it('give clean Python', async () => {
    expect(await run(['ruff', 'check', 'app'])).toBe('All checks passed!')
    expect(await run(['ruff', 'format', '--check', 'app'])).toMatch(/^\d+ files already formatted$/)
    expect(await run(['mypy', '--strict', 'app'])).toMatch(/^Success: no issues found/)
  }, 300_000)

  it('stand in the API as they are written', async () => {
    const script = [
      'import json',
      'from app.main import app',
      'schemas = app.openapi()["components"]["schemas"]',
      'print(json.dumps({name: list(schema["properties"]) for name, schema in schemas.items() if name.endswith("Read") and "properties" in schema}))',
    ].join('\n')
    writeFileSync(join(folder, 'names.py'), script)
    const shown = JSON.parse((await run(['python', 'names.py'])).split('\n').at(-1)!) as Record<string, string[]>
    for (const entity of spec.entities) expect(shown[`${entity.name}Read`]).toEqual(entity.fields.map((field) => field.name))
  }, 120_000)

  it('change the class of an entity only where Python needs it', () => {
    const renamed = spec.entities.filter((entity, index) => entity.name !== written.entities[index]!.name)
    expect(renamed.map((entity) => [entity.name, entity.table])).toEqual([['BaseRecord', 'bases']])
    expect(spec.endpoints.map((endpoint) => endpoint.path)).toEqual(written.endpoints.map((endpoint) => endpoint.path))
  })
})
