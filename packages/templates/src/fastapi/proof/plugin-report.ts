import { isRecord } from './exchange'
import type { GatewayReport } from './gateway'

export type Outcome = 'passed' | 'failed' | 'skipped' | 'xfailed'

export interface CollectedTest {
  id: string
  /** What its markers name, the nearest first. */
  cases: { feature: number; name: string }[]
}

export interface TestOutcome {
  outcome: Outcome
  /** First line of why it failed. */
  message: string
}

/** What pytest found. The report comes from the judged process, so whatever is ill-formed is left out. */
export function collectedTests(reports: readonly GatewayReport[]): CollectedTest[] | undefined {
  const content = contentOf(reports, 'collected')
  if (content === undefined || !Array.isArray(content['tests'])) return undefined
  return content['tests'].filter(isRecord).flatMap(({ id, cases }) => (typeof id === 'string' ? [{ id, cases: casesOf(cases) }] : []))
}

/** How the tests ended, by their id; `undefined` when pytest did not come to its end. */
export function outcomesOf(reports: readonly GatewayReport[]): Map<string, TestOutcome> | undefined {
  const content = contentOf(reports, 'finished')
  if (content === undefined || !Array.isArray(content['outcomes'])) return undefined
  return new Map(
    content['outcomes'].filter(isRecord).map(({ id, outcome, message }) => [
      String(id),
      {
        outcome: outcome === 'passed' || outcome === 'failed' || outcome === 'xfailed' ? outcome : 'skipped',
        message: typeof message === 'string' ? (message.split('\n')[0] ?? '').slice(0, 200) : '',
      },
    ]),
  )
}

/** Files that could not be collected. */
export function collectionErrors(reports: readonly GatewayReport[]): string[] {
  const errors = contentOf(reports, 'finished')?.['errors']
  return Array.isArray(errors) ? errors.filter((error) => typeof error === 'string').map((error) => error.slice(0, 1000)) : []
}

/** The first report of a kind counts: a later one could only come from a test. */
function contentOf(reports: readonly GatewayReport[], kind: string): Record<string, unknown> | undefined {
  const content = reports.find((report) => report.kind === kind)?.content
  return isRecord(content) ? content : undefined
}

function casesOf(value: unknown): CollectedTest['cases'] {
  if (!Array.isArray(value)) return []
  return value.flatMap((pair) => {
    if (!Array.isArray(pair)) return []
    const [feature, name] = pair as unknown[]
    return typeof feature === 'number' && typeof name === 'string' ? [{ feature, name }] : []
  })
}
