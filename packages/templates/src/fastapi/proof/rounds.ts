import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Feature } from '@forge/core'
import { type Expectation, expectationOf } from './expectation'
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
  features: readonly Feature[]
  grounds: readonly Ground[]
  timeoutMs: number
  signal: AbortSignal
}

/** Runs the suite three times side by side, and again for tests that name more than one case. A text is a problem of the whole suite. */
export async function runRounds(options: RoundsOptions): Promise<Rounds | string> {
  const { stage, snapshot, features } = options
  const sockets = join(stage.folder, 'g')
  mkdirSync(sockets)
  const { session, folder } = await stage.session('t', [pluginFolder(), sockets])
  const places = await Promise.all(
    Array.from({ length: RUNS }, async (_, index) => {
      const own = join(folder, String(index))
      await snapshot.writeTo(join(own, 'p'))
      return own
    }),
  )
  const expectations = expectationsOf(features)
  const trials: Trial[] = []
  let first: { runs: SuiteRun[]; treatments: ReturnType<typeof dealTreatments> } | undefined
  let only: string[] | undefined
  for (let round = 0; round < MOST_ROUNDS && only?.length !== 0; round += 1) {
    const deal = dealTreatments()
    const watched = (test: CollectedTest) => namedCases(test, expectations)[round]
    const outcome = await Promise.all(
      places.map((place, index) =>
        runSuite({
          session,
          env: stage.env,
          tree: join(place, 'p'),
          folder: place,
          databaseUrl: options.grounds[index]!.databaseUrl,
          application: options.grounds[index]!.application,
          socket: join(sockets, `${round}${index}`),
          only,
          judge(test) {
            const expectation = watched(test)?.expectation
            return expectation && { expectation, treatment: deal(test.id, expectation.content.length > 0)[index]! }
          },
          timeoutMs: options.timeoutMs,
          signal: options.signal,
        }),
      ),
    )
    const problem = outcome.find((run) => typeof run === 'string')
    if (problem !== undefined) return problem
    const runs = outcome as SuiteRun[]
    first ??= { runs, treatments: deal }
    const tests = runs[0]!.tests
    trials.push(...tests.flatMap((test) => trialOf(test, watched(test), deal, runs)))
    only = tests.filter((test) => namedCases(test, expectations).length > round + 1).map(({ id }) => id)
  }
  return { trials, suite: countTests(first!.runs, trials) }
}

type Named = { feature: number; name: string; expectation: Expectation }

function expectationsOf(features: readonly Feature[]): Map<string, Named> {
  return new Map(
    features.flatMap(({ id, test_cases }) =>
      test_cases.map((testCase): [string, Named] => [
        keyOf(id, testCase.name),
        { feature: id, name: testCase.name, expectation: expectationOf(testCase) },
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

function countTests(runs: readonly SuiteRun[], trials: readonly Trial[]): Rounds['suite'] {
  const suite = { passed: 0, failed: 0, skipped: 0 }
  const treatments = new Map(trials.filter((trial) => trial.runs === runs).map((trial) => [trial.test, trial.treatments]))
  for (const { id } of runs[0]!.tests) {
    const intact = runs.filter((_, index) => (treatments.get(id)?.[index] ?? 'intact') === 'intact')
    const outcomes = intact.map((run) => run.outcomes.get(id)?.outcome ?? 'failed')
    if (outcomes.includes('failed')) suite.failed += 1
    else if (outcomes.every((outcome) => outcome === 'passed')) suite.passed += 1
    else suite.skipped += 1
  }
  return suite
}
