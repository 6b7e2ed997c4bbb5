import type { FeatureResult, RunOutcome } from '@forge/core'
import { describe, expect, it } from 'vitest'
import { summarise } from '../src/summary'

const feature = (id: number, more: Partial<FeatureResult> = {}): FeatureResult => ({
  id,
  description: `Feature ${id}`,
  cases: 2,
  proven: true,
  reason: null,
  leftForModel: null,
  ...more,
})
const FEATURES = [
  feature(1),
  feature(2, { proven: false, reason: 'no test for the case "unknown_id"' }),
  feature(3, { proven: false, reason: 'left for a model', leftForModel: 'needs mail' }),
]

function summaryOf(outcome: RunOutcome, features = FEATURES, warning: string | null = null): string {
  const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 }
  return summarise({ ...outcome, features, usage, seconds: 12.34, runDir: '/srv/api/logs/run_1' }, '/srv/my api', warning)
}

describe('the summary', () => {
  it('tells what was proven, what is not and why, and what is left for a model', () => {
    const text = summaryOf({ status: 'failed', why: 'stalled', reason: '3 sessions in a row proved nothing new.' })
    expect(text).toContain('1 feature of 3 proven (2 test cases) in 12.3 s, 0 tokens.')
    expect(text).toContain('1 feature left for a model:\n  #3 Feature 3\n      needs mail')
    expect(text).toContain('1 feature not proven:\n  #2 Feature 2\n      no test for the case "unknown_id"')
    expect(text).toContain('Failed (stalled): 3 sessions in a row proved nothing new.')
  })

  it('shows commands that can be pasted into a shell', () => {
    const text = summaryOf({ status: 'proven' })
    expect(text).toMatch(/^ {2}node \S*bin\/forge\.js serve '[^']*my api'$/m)
    expect(text).toMatch(/^ {2}node \S*bin\/forge\.js verify '[^']*my api'$/m)
  })

  it('offers no server when nothing is proven', () => {
    expect(summaryOf({ status: 'interrupted' }, [feature(1, { proven: false })])).not.toContain('serve')
  })

  it('counts nothing before there is a list', () => {
    const text = summaryOf({ status: 'interrupted' }, [])
    expect(text).toContain('No feature list yet in 12.3 s, 0 tokens.')
    expect(text).not.toContain('0 features')
  })

  it('says loudly that nothing confined the run', () => {
    expect(summaryOf({ status: 'proven' }, FEATURES, 'No sandbox: bwrap is missing.')).toContain('\nNo sandbox: bwrap is missing.\n')
  })

  const endings: [RunOutcome, string][] = [
    [{ status: 'proven' }, 'Every feature is proven.'],
    [{ status: 'needs-model', left: [] }, 'the rest needs a model'],
    [{ status: 'limit', which: 'minutes' }, 'Stopped at the limit (minutes); the same command goes on.'],
    [{ status: 'interrupted' }, 'Interrupted; the state is saved'],
    [{ status: 'provider-unavailable', error: { kind: 'auth', message: 'Bad key.', remedy: 'Check the key.' } }, 'Bad key.\n  Check the key.'],
    [
      { status: 'not-verified', code: 'PYTHON_MISSING', reason: 'No Python.', remedy: 'Install it.' },
      'Nothing is proven, since the proof was not run: No Python.\n  Install it.',
    ],
  ]
  it.each(endings)('%j', (outcome, text) => expect(summaryOf(outcome)).toContain(text))
})
