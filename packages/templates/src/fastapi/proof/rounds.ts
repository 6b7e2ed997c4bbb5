import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Feature } from '@forge/core'
import type { ApiSpec } from '@forge/spec'
import { type Expectation, expectationOf } from './expectation'
import { queryParameters } from './input'
import type { JudgedTest } from './gateway'
import type { Ground } from './grounds'
import type { Trial } from './judge'
import type { CollectedTest } from './plugin-report'
import type { Snapshot } from './snapshot'
import type { Stage } from './stage'
import { type SuiteRun, pluginFolder, runSuite } from './suite'
import { RUNS, dealTreatments } from './treatments'

/** A test may name several cases; each is watched in a round of its own. Those beyond are not. */
const MOST_ROUNDS = 4

export interface Rounds {
  trials: Trial[]
  /** Every test, and how it ended where its answers were left alone. */
  suite: { passed: number; failed: number; skipped: number }
}

export interface RoundsOptions {
  stage: Stage
  snapshot: Snapshot
  spec: ApiSpec
  features: readonly Feature[]
  grounds: readonly Ground[]
  timeoutMs: number
  signal: AbortSignal
}

/** Runs the suite three times side by side, and again for tests that name more than one case. A text is a problem of the whole suite. */
export async function runRounds(options: RoundsOptions): Promise<Rounds | string> {
  const expectations = expectationsOf(options)
  const trials: Trial[] = []
  let first: SuiteRun[] | undefined
  let only: string[] | null = null
  for (let round = 0; round < MOST_ROUNDS && only?.length !== 0; round += 1) {
    const deal = dealTreatments()
    const watched = (test: CollectedTest) => namedCases(test, expectations)[round]
    const judge: RoundOptions['judge'] = (test, run) => {
      const expectation = watched(test)?.expectation
      return expectation && { expectation, treatment: deal(test.id, expectation.content.length > 0)[run]! }
    }
    const runs = await runRound({
      ...options,
      round,
      only,
      cases: [...expectations.values()].map(({ feature, name }) => [feature, name]),
      judge,
    })
    if (typeof runs === 'string') return runs
    first ??= runs
    const tests = runs[0]!.tests
    trials.push(...tests.flatMap((test) => trialOf(test, watched(test), deal, runs)))
    only = tests.filter((test) => namedCases(test, expectations).length > round + 1).map(({ id }) => id)
  }
  return { trials, suite: countTests(first!, trials) }
}

interface RoundOptions extends RoundsOptions {
  round: number
  only: string[] | null
  cases: [feature: number, name: string][]
  judge(test: CollectedTest, run: number): Omit<JudgedTest, 'test'> | undefined
}

async function runRound(options: RoundOptions): Promise<SuiteRun[] | string> {
  const runs = await Promise.all(options.grounds.map((ground, run) => runApart(options, ground, run)))
  return runs.find((run) => typeof run === 'string') ?? (runs as SuiteRun[])
}

/** One run, in a session and on a copy of its own: what its tests leave behind reaches no other run, and nothing that the harness writes later. */
async function runApart({ stage, snapshot, round, only, cases, judge, timeoutMs, signal }: RoundOptions, ground: Ground, run: number) {
  const desk = join(stage.folder, `g${round}${run}`)
  mkdirSync(desk)
  const { session, folder } = await stage.session(`t${round}${run}`, [pluginFolder(), desk])
  const tree = join(folder, 'p')
  await snapshot.writeTo(tree)
  const plan = { cases, run, runs: RUNS, only }
  const result = await runSuite({
    ...{ session, env: stage.env, tree, folder, ...ground, desk, plan, timeoutMs, signal },
    judge: (test) => judge(test, run),
  })
  await session.stop()
  return result
}

type Named = { feature: number; name: string; expectation: Expectation }

function expectationsOf({ features, spec }: RoundsOptions): Map<string, Named> {
  const parameters = queryParameters(spec)
  return new Map(
    features.flatMap(({ id, test_cases }) =>
      test_cases.map((testCase): [string, Named] => [
        keyOf(id, testCase.name),
        { feature: id, name: testCase.name, expectation: expectationOf(testCase, parameters) },
      ]),
    ),
  )
}

const keyOf = (feature: number, name: string): string => `${feature} ${name}`

/** The cases of the list that a test names, without repetition. */
function namedCases(test: CollectedTest, expectations: ReadonlyMap<string, Named>): Named[] {
  return [...new Set(test.cases.map(({ feature, name }) => expectations.get(keyOf(feature, name))))].filter((named) => named !== undefined)
}

function trialOf(test: CollectedTest, named: Named | undefined, deal: ReturnType<typeof dealTreatments>, runs: readonly SuiteRun[]): Trial[] {
  if (named === undefined) return []
  const treatments = deal(test.id, named.expectation.content.length > 0)
  return [{ test: test.id, feature: named.feature, name: named.name, treatments, runs }]
}

/** A test that names no listed case was run in one of the runs. */
function countTests(runs: readonly SuiteRun[], trials: readonly Trial[]): Rounds['suite'] {
  const suite = { passed: 0, failed: 0, skipped: 0 }
  const treatments = new Map(trials.filter((trial) => trial.runs === runs).map((trial) => [trial.test, trial.treatments]))
  for (const { id } of runs[0]!.tests) {
    const intact = runs.filter((_, run) => (treatments.get(id)?.[run] ?? 'intact') === 'intact')
    const outcomes = intact.flatMap((run) => run.outcomes.get(id)?.outcome ?? [])
    if (outcomes.length === 0 || outcomes.includes('failed')) suite.failed += 1
    else if (outcomes.every((outcome) => outcome === 'passed')) suite.passed += 1
    else suite.skipped += 1
  }
  return suite
}
