import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecResult, SandboxSession } from '@forge/core'
import { assetPath } from '../environment/asset-path'
import type { PythonEnv } from '../environment/python-env'
import { type Gateway, type JudgedTest, type Sighting, openGateway } from './gateway'
import { type CollectedTest, type TestOutcome, collectedTests, collectionErrors, outcomesOf } from './plugin-report'

/** One run of the suite. */
export interface SuiteRun {
  tests: CollectedTest[]
  outcomes: ReadonlyMap<string, TestOutcome>
  sighting(test: string): Sighting | undefined
}

/** Which tests a run is to have. Written for the plugin. */
export interface SuitePlan {
  /** Feature id and name of each listed case: tests that name one run in every run, each other test in one of them. */
  cases: [feature: number, name: string][]
  run: number
  runs: number
  /** Ids of the only tests to run, whatever they name. */
  only: string[] | null
}

export interface SuiteOptions {
  session: SandboxSession
  env: PythonEnv
  /** The run's own copy of the tree. */
  tree: string
  /** The run's own folder, which the session may write. No code that is judged has run in it yet: the harness still writes there. */
  folder: string
  databaseUrl: string
  /** Socket of the application on that database. */
  application: string
  /** Where the gateway listens and the plan lies: a folder that the session may read and not write. */
  desk: string
  plan: SuitePlan
  /** Case and treatment of a test, in this run. */
  judge(test: CollectedTest): Omit<JudgedTest, 'test'> | undefined
  timeoutMs: number
  signal: AbortSignal
}

/** The plugin's folder comes first, the project's last: nothing of the project can take the place of an installed package. */
const PROGRAM = `
import sys
sys.path.insert(0, sys.argv[1])
sys.path.append(sys.argv[2])
import pytest
raise SystemExit(pytest.main(sys.argv[3:]))
`

/** Folder of the plugin and of the pytest settings; the session that runs the tests must let its processes read it. */
export const pluginFolder = (): string => assetPath('fastapi', 'proof')

/**
 * Runs the suite once, with the harness's interpreter, packages, plugin and settings; of the project only the code and its `conftest.py` files count.
 * A problem of the whole suite is a text.
 */
export async function runSuite(options: SuiteOptions): Promise<SuiteRun | string> {
  const { tree, folder, session, env } = options
  const scratch = { home: join(folder, 'home'), temporary: join(folder, 'tmp'), plan: join(options.desk, 'plan.json') }
  await Promise.all([mkdir(scratch.home, { recursive: true }), mkdir(scratch.temporary, { recursive: true })])
  await writeFile(scratch.plan, JSON.stringify(options.plan))
  const gateway = await openGateway({ socket: join(options.desk, 's'), application: options.application, judged: judgeOf(options) })
  try {
    const plugin = pluginFolder()
    const settings = ['-c', join(plugin, 'pytest.ini'), '--rootdir', tree, '-p', 'forge_proof', '-p', 'no:cacheprovider']
    const result = await session.exec(
      [env.python, '-I', '-B', '-X', 'utf8', '-c', PROGRAM, plugin, tree, ...settings, '-q', '--tb=native', '--no-header', 'tests'],
      {
        cwd: tree,
        env: {
          PATH: `${env.bin}:/usr/local/bin:/usr/bin:/bin`,
          LANG: 'C.UTF-8',
          HOME: scratch.home,
          TMPDIR: scratch.temporary,
          DATABASE_URL: options.databaseUrl,
          TEST_DATABASE_URL: options.databaseUrl,
          FORGE_GATEWAY: gateway.socket,
          FORGE_PLAN: scratch.plan,
        },
        timeoutMs: options.timeoutMs,
        maxOutputBytes: 64 * 1024,
        signal: options.signal,
      },
    )
    options.signal.throwIfAborted()
    return readRun(gateway, result, options)
  } finally {
    await gateway.close()
  }
}

function judgeOf(options: SuiteOptions): (number: number, reports: Gateway['reports']) => JudgedTest | undefined {
  let known: (JudgedTest | undefined)[] | undefined
  return (number, reports) => {
    known ??= collectedTests(reports)?.map((test) => {
      const judged = options.judge(test)
      return judged && { ...judged, test: test.id }
    })
    return known?.[number]
  }
}

function readRun(gateway: Gateway, result: ExecResult, options: SuiteOptions): SuiteRun | string {
  const tests = collectedTests(gateway.reports)
  const outcomes = outcomesOf(gateway.reports)
  const errors = collectionErrors(gateway.reports)
  const tail = () => `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-25).join('\n')
  if (result.timedOut) return `the tests did not end within ${Math.round(options.timeoutMs / 1000)} s`
  if (errors.length > 0) return `the tests cannot be collected: ${errors.join('\n')}`
  if (tests === undefined || outcomes === undefined) return `pytest ended before it had run the tests (exit code ${result.exitCode}):\n${tail()}`
  return { tests, outcomes, sighting: gateway.sighting }
}
