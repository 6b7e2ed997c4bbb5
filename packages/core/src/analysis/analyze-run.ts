import { secondsBetween } from '../logging/session-log'
import { type TimelineEntry, readTimeline } from './timeline'

const SLOWEST = 10
const ERRORS = 10

export interface RunAnalysis {
  /** UTC, ISO 8601; null when the timeline is empty. */
  start: string | null
  end: string | null
  seconds: number
  sessions: number
  totals: { tool_calls: number; errors: number; security_blocks: number; tokens: number }
  /** Most used first. */
  tools: { name: string; calls: number; errors: number; seconds: number }[]
  slowest: { name: string; session: number; seconds: number; timestamp: string }[]
  /** The first ten failed calls. */
  errors: { name: string; session: number; timestamp: string }[]
  /** The last one in the timeline. */
  progress: { proven: number; total: number } | null
}

/**
 * Sums up one run.
 * @param path a run folder or its `timeline.jsonl`
 * @throws ForgeError `CONFIG_INVALID`
 */
export async function analyzeRun(path: string): Promise<RunAnalysis> {
  const sessions = new Set<number>()
  const tools = new Map<string, RunAnalysis['tools'][number]>()
  const analysis: RunAnalysis = {
    start: null,
    end: null,
    seconds: 0,
    sessions: 0,
    totals: { tool_calls: 0, errors: 0, security_blocks: 0, tokens: 0 },
    tools: [],
    slowest: [],
    errors: [],
    progress: null,
  }
  for await (const entry of readTimeline(path)) {
    analysis.start ??= entry.timestamp
    analysis.end = entry.timestamp
    if (entry.session_number > 0) sessions.add(entry.session_number)
    if (entry.event_type === 'tool_end') addCall(entry, analysis, tools)
    if (entry.event_type === 'security_block') analysis.totals.security_blocks += 1
    if (entry.event_type === 'token_usage') analysis.totals.tokens += tokensOf(entry)
    if (entry.event_type === 'progress') {
      analysis.progress = { proven: numberOf(entry.data['passing_tests']), total: numberOf(entry.data['total_tests']) }
    }
  }
  if (analysis.start !== null && analysis.end !== null) analysis.seconds = secondsBetween(analysis.start, analysis.end)
  analysis.sessions = sessions.size
  analysis.tools = [...tools.values()].sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1))
  return analysis
}

function addCall(
  { data, session_number: session, timestamp }: TimelineEntry,
  analysis: RunAnalysis,
  tools: Map<string, RunAnalysis['tools'][number]>,
): void {
  const name = String(data['tool_name'])
  const seconds = numberOf(data['duration_seconds'])
  const failed = data['is_error'] === true
  const tool = tools.get(name) ?? { name, calls: 0, errors: 0, seconds: 0 }
  tools.set(name, { name, calls: tool.calls + 1, errors: tool.errors + (failed ? 1 : 0), seconds: tool.seconds + seconds })
  analysis.totals.tool_calls += 1
  analysis.slowest = [...analysis.slowest, { name, session, seconds, timestamp }].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST)
  if (!failed) return
  analysis.totals.errors += 1
  if (analysis.errors.length < ERRORS) analysis.errors.push({ name, session, timestamp })
}

function tokensOf({ data }: TimelineEntry): number {
  const names = ['input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens']
  return names.reduce((sum, name) => sum + numberOf(data[name]), 0)
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
