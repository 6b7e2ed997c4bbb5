import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startProcessHost } from '@forge/core'
import { sizes } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensurePythonEnv, type PythonEnv } from '../../templates/src/fastapi/environment/python-env'
import { type DatabaseServer, startDatabaseServer } from '../../templates/src/fastapi/machine/database'
import { compile } from '../src/compile'

// Lists by name, actions with a body, figures, reports and trees: nothing of these specifications is left for a model, and their projects prove themselves.

const folder = mkdtempSync(join(tmpdir(), 'forge-operations-'))
let host: Awaited<ReturnType<typeof startProcessHost>>
let env: PythonEnv
let server: DatabaseServer

beforeAll(async () => {
  host = await startProcessHost()
  env = await ensurePythonEnv({ host })
  server = await startDatabaseServer({ host })
}, 600_000)

afterAll(async () => {
  await server?.stop()
  await host?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(['lists', 'actions', 'figures', 'reports', 'link-filters', 'trees'])('%s', (name) => {
  const text = readFileSync(new URL(`../../spec/test/fixtures/operations/${name}.md`, import.meta.url), 'utf8')
  const { features, foundation, files } = compile(text, sizes.medium)

  test('leave nothing for a model', () => {
    expect(features.filter((feature) => feature.left_for_model !== undefined).map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })

  test('make a project that is clean and proves itself', { timeout: 300_000 }, async () => {
    const root = join(folder, name)
    for (const { path, content } of [...foundation, ...files]) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    const database = await server.createDatabase()
    try {
      const run = async (...argv: string[]) => {
        const environment = { PATH: env.bin, HOME: root, PYTHONDONTWRITEBYTECODE: '1', DATABASE_URL: database.url, TEST_DATABASE_URL: database.url }
        const result = await host.exec([join(env.bin, argv[0]!), ...argv.slice(1)], { cwd: root, timeoutMs: 200_000, env: environment })
        return { code: result.exitCode, output: `${result.stdout}${result.stderr}`.slice(-4000) }
      }
      expect(await run('ruff', 'check', '--no-cache', 'app', 'tests/api')).toEqual({ code: 0, output: expect.anything() })
      expect(await run('ruff', 'format', '--no-cache', '--check', 'app', 'tests/api')).toEqual({ code: 0, output: expect.anything() })
      expect(await run('mypy', 'app')).toEqual({ code: 0, output: expect.anything() })
      expect(await run('pytest', '-q', '-x', '-p', 'no:cacheprovider', 'tests/api')).toEqual({ code: 0, output: expect.anything() })
    } finally {
      await database.drop()
    }
  })
})
