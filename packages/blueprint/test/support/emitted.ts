import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startProcessHost } from '@forge/core'
import { type ApiSpec, readSpec } from '@forge/spec'
import { projectFiles, sizes } from '@forge/templates'
import { ensurePythonEnv } from '../../../templates/src/fastapi/environment/python-env'
import { startDatabaseServer } from '../../../templates/src/fastapi/machine/database'
import { emitApp } from '../../src/emit/app'
import { emitTests } from '../../src/emit/tests/index'
import { planFeatures } from '../../src/plan/index'

/** A project as the embedded provider writes it, with a database server of its own. */
export interface Emitted {
  spec: ApiSpec
  features: ReturnType<typeof planFeatures>
  /** Runs a program of the Python environment in the project. */
  run(argv: string[], environment?: Record<string, string>): Promise<{ code: number; output: string }>
  /** Runs the project's own tests on an empty database. */
  pytest(...more: string[]): Promise<{ code: number; output: string }>
  /** Does the work with one place of a file changed, and puts it back. @throws Error when there is no such place. */
  without<T>(path: string, rule: RegExp, instead: string, work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

export async function emitted(specification: URL): Promise<Emitted> {
  const folder = mkdtempSync(join(tmpdir(), 'forge-emitted-'))
  const spec = readSpec(readFileSync(specification, 'utf8'))
  const features = planFeatures(spec, sizes.medium)
  for (const { path, content } of [...projectFiles(), ...emitApp(spec), ...emitTests(spec, features)]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const host = await startProcessHost()
  const env = await ensurePythonEnv({ host })
  const server = await startDatabaseServer({ host })
  const run: Emitted['run'] = async (argv, environment = {}) => {
    const program = argv[0] === 'python' ? env.python : join(env.bin, argv[0]!)
    const result = await host.exec([program, ...argv.slice(1)], {
      cwd: folder,
      timeoutMs: 240_000,
      env: { PATH: env.bin, HOME: folder, PYTHONDONTWRITEBYTECODE: '1', ...environment },
    })
    return { code: result.exitCode ?? -1, output: `${result.stdout}${result.stderr}` }
  }
  return {
    spec,
    features,
    run,
    pytest: async (...more) => {
      const database = await server.createDatabase()
      try {
        return await run(['python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...more], {
          DATABASE_URL: database.url,
          TEST_DATABASE_URL: database.url,
        })
      } finally {
        await database.drop()
      }
    },
    without: async (path, rule, instead, work) => {
      const whole = readFileSync(join(folder, path), 'utf8')
      const changed = whole.replace(rule, instead)
      if (changed === whole) throw new Error(`${path} holds nothing like ${rule}`)
      writeFileSync(join(folder, path), changed)
      try {
        return await work()
      } finally {
        writeFileSync(join(folder, path), whole)
      }
    },
    close: async () => {
      await server.stop()
      await host.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
