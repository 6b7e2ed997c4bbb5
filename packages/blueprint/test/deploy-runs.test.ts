import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startProcessHost } from '@forge/core'
import { fastapi, sizes } from '@forge/templates'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ensurePythonEnv, type PythonEnv } from '../../templates/src/fastapi/environment/python-env'
import { type DatabaseServer, startDatabaseServer } from '../../templates/src/fastapi/machine/database'
import { compile } from '../src/compile'

// What the pipeline of a generated project would do, done here: its own commands, in its own order, on a real PostgreSQL.

const folder = mkdtempSync(join(tmpdir(), 'forge-pipeline-'))
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.md`, import.meta.url), 'utf8')
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

interface Step {
  name: string
  run: string
}

test.each([
  ['a list of books, callers in a header', 'books', fastapi({ size: 'test' }).exampleSpec],
  ['accounts with passwords, and endpoints of their own for them', 'accounts', fixture('accounts')],
  ['users with hashed passwords', 'clinic', fixture('clinic')],
])(
  'every step of the pipeline passes: %s (not run: its installation, done before by the same lock, and the build of the image)',
  {
    timeout: 300_000,
  },
  async (_, name, text) => {
    const root = join(folder, name)
    const { foundation, files } = compile(text, sizes.test)
    for (const { path, content } of [...foundation, ...files]) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    const { jobs } = parse(readFileSync(join(root, '.github', 'workflows', 'ci.yml'), 'utf8'))
    const steps: Step[] = jobs.test.steps.filter(({ run, name }: Partial<Step>) => run !== undefined && name !== 'Install' && !run.includes('git '))
    expect(steps.length).toBeGreaterThanOrEqual(5)
    const [database, tests] = [await server.createDatabase(), await server.createDatabase()]
    try {
      for (const { name, run } of steps) {
        const result = await host.exec(['bash', '-euo', 'pipefail', '-c', run], {
          cwd: root,
          timeoutMs: 200_000,
          env: { PATH: `${env.bin}:/usr/bin:/bin`, HOME: root, DATABASE_URL: database.url, TEST_DATABASE_URL: tests.url },
        })
        expect({ name, code: result.exitCode, output: result.exitCode === 0 ? '' : result.stdout + result.stderr }).toEqual({
          name,
          code: 0,
          output: '',
        })
      }
    } finally {
      await database.drop()
      await tests.drop()
    }
  },
)
