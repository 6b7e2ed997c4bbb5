import type { CaseProof, Feature, FeatureProof, TestCase } from '@forge/core'
import type { Outcome } from './plugin-report'
import type { SuiteRun } from './suite'
import type { Treatment } from './treatments'

/** What all runs of one round say about one test and the case that was watched in it. */
export interface Trial {
  test: string
  feature: number
  name: string
  treatments: readonly Treatment[]
  runs: readonly SuiteRun[]
}

/**
 * Tests whose end hangs on the answers that other tests got: with true answers of their own they fail, with false ones they pass. An honest test never
 * does that. Where one does, others may have been warned the same way with better luck, so nothing of the suite can be believed.
 */
export function warnedTests(trials: readonly Trial[]): string[] {
  return trials.filter((trial) => endsAs(trial, 'failed', true) && endsAs(trial, 'passed', false)).map(({ test }) => test)
}

/** Whether the test got its answer and ended so in a run that left the answer alone (`intact`), or in one that falsified it. */
function endsAs({ test, treatments, runs }: Trial, outcome: Outcome, intact: boolean): boolean {
  return treatments.some((treatment, index) => {
    const run = runs[index]!
    return (treatment === 'intact') === intact && run.outcomes.get(test)?.outcome === outcome && (run.sighting(test)?.met ?? 0) > 0
  })
}

const LONGEST_ID = 200
const ASSERT_STATUS = ': it has to assert the status of that very answer'
const ASSERT_CONTENT = ': it has to assert what that very answer holds'

type Verdict = { proven: true; exchange: NonNullable<CaseProof['exchange']> } | { proven: false; failed: boolean; reason: string }

/** A feature is proven when it has cases and each is proven; what else speaks against it comes as `objection`. */
export function judgeFeature(feature: Feature, trials: readonly Trial[], objection: string | undefined): FeatureProof {
  const cases = feature.test_cases.map((testCase) => judgeCase(feature.id, testCase, trialsOf(feature.id, testCase.name, trials)))
  const open = cases.find(({ proven }) => !proven)
  const lack =
    feature.test_cases.length === 0 ? 'it has no test case that could prove it' : open && `case "${open.name}": ${open.reason ?? 'not proven'}`
  const reason = objection ?? lack
  return { id: feature.id, proven: reason === undefined, cases, ...(reason === undefined ? {} : { reason }) }
}

function trialsOf(feature: number, name: string, trials: readonly Trial[]): Trial[] {
  return trials.filter((trial) => trial.feature === feature && trial.name === name)
}

/** One good test is enough, as long as no other one for the same case fails. */
function judgeCase(feature: number, testCase: TestCase, trials: readonly Trial[]): CaseProof {
  const { name } = testCase
  const verdicts = trials.map((trial) => ({ test: trial.test, verdict: judgeTrial(testCase, trial) }))
  const failing = verdicts.find(({ verdict }) => !verdict.proven && verdict.failed)
  const good = verdicts.filter(({ verdict }) => verdict.proven)
  const first = good[0]?.verdict
  if (failing === undefined && first?.proven) return { name, proven: true, tests: good.map(({ test }) => shortened(test)), exchange: first.exchange }
  const bad = failing ?? verdicts[0]
  const reason =
    bad === undefined || bad.verdict.proven
      ? `no test names it in a marker: @pytest.mark.feature(${feature}, ${JSON.stringify(name)})`
      : `${shortened(bad.test)} ${bad.verdict.reason}`
  return { name, proven: false, tests: verdicts.map(({ test }) => shortened(test)), reason }
}

/** The test must pass wherever its answers were left alone, fail wherever they were falsified, and have sent its request in every run. */
function judgeTrial(testCase: TestCase, trial: Trial): Verdict {
  let exchange: CaseProof['exchange']
  for (const [index, treatment] of trial.treatments.entries()) {
    if (treatment !== 'intact') continue
    const run = trial.runs[index]!
    const ended = run.outcomes.get(trial.test)
    const seen = run.sighting(trial.test)
    if (ended === undefined) return no('was collected and not run: something ended the tests before its turn')
    if (ended.outcome === 'failed') return { proven: false, failed: true, reason: `fails: ${ended.message || 'no message'}` }
    if (ended.outcome !== 'passed') return no(`is ${ended.outcome}`)
    if (seen === undefined || seen.met === 0 || seen.exchange === undefined) return no(absence(testCase, seen))
    exchange = seen.exchange
  }
  for (const [index, treatment] of trial.treatments.entries()) {
    if (treatment === 'intact') continue
    const run = trial.runs[index]!
    const ended = run.outcomes.get(trial.test)
    if (ended?.outcome === 'passed')
      return no(
        treatment === 'content'
          ? `passes when the content of the answer is wrong${ASSERT_CONTENT}`
          : `passes when the status of the answer is wrong${ASSERT_STATUS}`,
      )
    if (ended?.outcome !== 'failed')
      return no(`${ended === undefined ? 'is not run' : `is ${ended.outcome}`} when the answer is wrong: it has to fail then`)
    if ((run.sighting(trial.test)?.met ?? 0) === 0)
      return no(`fails in one of three runs before it has its answer to ${testCase.method} ${testCase.path}: ${ended.message || 'no message'}`)
  }
  return exchange === undefined ? no('was not run') : { proven: true, exchange }
}

/** Ids hold the values of parameters, of any length. */
const shortened = (test: string): string => (test.length > LONGEST_ID ? `${test.slice(0, LONGEST_ID)}…` : test)

const no = (reason: string): Verdict => ({ proven: false, failed: false, reason })

function absence({ method, path }: TestCase, seen: { miss?: string; shared: boolean } | undefined): string {
  if (seen?.shared)
    return 'leaves the request to a fixture that other tests share: it has to send it itself, or in a fixture of its own (scope "function")'
  if (seen?.miss !== undefined) return `sends ${method} ${path}, but ${seen.miss}`
  return `never sent ${method} ${path} to the application, through httpx.ASGITransport or TestClient`
}
