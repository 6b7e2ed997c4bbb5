import type { EventOf, ForgeEvent } from '../events'

const RESULT_CHARACTERS = 10_000
const TEXT_CHARACTERS = 5_000

interface LoggedCall {
  tool_name: string
  tool_use_id: string
  start_time: string
  end_time: string | null
  duration_seconds: number | null
  input: unknown
  result: { content: string; truncated: boolean; original_size: number } | null
  is_error: boolean
}

/** One session's log, in the seed's shape. A call that has not ended has no end, no duration and no result. */
export interface SessionLog {
  session_number: number
  start_time: string
  end_time: string | null
  duration_seconds: number
  duration_minutes: number
  status: string
  phase: string
  events: { timestamp: string; event_type: string; data: unknown }[]
  tool_calls: LoggedCall[]
  token_usage: { input_tokens: number; output_tokens: number; total_tokens: number; cache_read_tokens: number; cache_write_tokens: number }
  errors: { timestamp: string; tool_name: string; error: string }[]
  security_blocks: { timestamp: string; tool_name: string; command: string; rule: string; reason: string }[]
  progress: { passing_tests: number; total_tests: number; percentage: number; timestamp: string } | null
  summary: {
    total_tool_calls: number
    total_events: number
    total_errors: number
    total_security_blocks: number
    tools_used: string[]
    slowest_tool_call: { tool_name: string; duration_seconds: number } | null
    average_tool_duration: number
  }
}

export function startSessionLog(event: EventOf<'session-start'>): SessionLog {
  return {
    session_number: event.session,
    start_time: event.time,
    end_time: null,
    duration_seconds: 0,
    duration_minutes: 0,
    status: 'running',
    phase: event.phase,
    events: [],
    tool_calls: [],
    token_usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0 },
    errors: [],
    security_blocks: [],
    progress: null,
    summary: {
      total_tool_calls: 0,
      total_events: 0,
      total_errors: 0,
      total_security_blocks: 0,
      tools_used: [],
      slowest_tool_call: null,
      average_tool_duration: 0,
    },
  }
}

/** Adds one event. Calls are kept apart by their id, so that parallel ones do not mix. `size`: characters of a whole result. */
export function addToSessionLog(log: SessionLog, event: ForgeEvent, size: number): void {
  if (event.type === 'tool-start') startCall(log, event)
  if (event.type === 'tool-end') endCall(log, event, size)
  if (event.type === 'tool-denied') {
    log.security_blocks.push({
      timestamp: event.time,
      tool_name: event.name,
      command: commandOf(event.input),
      rule: event.decision.rule,
      reason: `${event.decision.rule}: ${event.decision.reason}`,
    })
  }
  if (event.type === 'turn-end') addUsage(log, event)
  if (event.type === 'progress') {
    log.progress = { passing_tests: event.proven, total_tests: event.total, percentage: percentage(event.proven, event.total), timestamp: event.time }
  }
  if (event.type === 'session-end') {
    log.end_time = event.time
    log.status = event.status
  }
}

/** The log with its sums, as of the given time. */
export function withSummary(log: SessionLog, at: string): SessionLog {
  const seconds = secondsBetween(log.start_time, log.end_time ?? at)
  const ended = log.tool_calls.flatMap((call) =>
    call.duration_seconds === null ? [] : [{ tool_name: call.tool_name, duration_seconds: call.duration_seconds }],
  )
  const total = ended.reduce((sum, call) => sum + call.duration_seconds, 0)
  return {
    ...log,
    duration_seconds: seconds,
    duration_minutes: seconds / 60,
    summary: {
      total_tool_calls: log.tool_calls.length,
      total_events: log.events.length,
      total_errors: log.errors.length,
      total_security_blocks: log.security_blocks.length,
      tools_used: [...new Set(log.tool_calls.map((call) => call.tool_name))].sort(),
      slowest_tool_call: ended.reduce<SessionLog['summary']['slowest_tool_call']>(
        (a, b) => (a === null || b.duration_seconds > a.duration_seconds ? b : a),
        null,
      ),
      average_tool_duration: ended.length === 0 ? 0 : total / ended.length,
    },
  }
}

/** Never negative: the clock of the machine may be set back during a run. */
export function secondsBetween(start: string, end: string): number {
  return Math.max(0, (Date.parse(end) - Date.parse(start)) / 1000)
}

function startCall(log: SessionLog, event: EventOf<'tool-start'>) {
  log.tool_calls.push({
    tool_name: event.name,
    tool_use_id: event.id,
    start_time: event.time,
    end_time: null,
    duration_seconds: null,
    input: event.input,
    result: null,
    is_error: false,
  })
}

function endCall(log: SessionLog, event: EventOf<'tool-end'>, size: number) {
  const call = log.tool_calls.findLast(({ tool_use_id }) => tool_use_id === event.id)
  if (call === undefined) return
  call.end_time = event.time
  call.duration_seconds = event.seconds
  call.is_error = event.isError
  call.result = { content: event.content.slice(0, RESULT_CHARACTERS), truncated: size > RESULT_CHARACTERS, original_size: size }
  if (event.isError) log.errors.push({ timestamp: event.time, tool_name: event.name, error: event.content.slice(0, TEXT_CHARACTERS) })
}

function addUsage(log: SessionLog, { usage }: EventOf<'turn-end'>) {
  const sums = log.token_usage
  sums.input_tokens += usage.inputTokens
  sums.output_tokens += usage.outputTokens
  sums.cache_read_tokens += usage.cacheReadTokens
  sums.cache_write_tokens += usage.cacheWriteTokens
  sums.total_tokens = sums.input_tokens + sums.output_tokens + sums.cache_read_tokens + sums.cache_write_tokens
}

function percentage(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole
}

/** What was refused: the command, or the path; never the content that would have been written. */
function commandOf(input: unknown): string {
  const { command, file_path, path } = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>
  const refused = [command, file_path, path].find((value) => typeof value === 'string')
  return typeof refused === 'string' ? refused : (JSON.stringify(input) ?? '').slice(0, TEXT_CHARACTERS)
}

/** An event as the timeline writes it; `undefined` for those that would only be noise there. */
export function timelineData(event: ForgeEvent, log: SessionLog | undefined, size: number): { event_type: string; data: unknown } | undefined {
  const { type, time: _time, sessionNumber: _session, ...body } = event
  switch (event.type) {
    case 'turn-start':
    case 'message-delta':
      return undefined
    case 'tool-start':
      return { event_type: 'tool_start', data: { tool_name: event.name, tool_use_id: event.id, input: event.input } }
    case 'tool-end':
      return {
        event_type: 'tool_end',
        data: {
          tool_name: event.name,
          tool_use_id: event.id,
          duration_seconds: event.seconds,
          is_error: event.isError,
          result_size: size,
        },
      }
    case 'tool-denied':
      return {
        event_type: 'security_block',
        data: {
          tool_name: event.name,
          tool_use_id: event.id,
          command: commandOf(event.input),
          rule: event.decision.rule,
          reason: event.decision.reason,
        },
      }
    case 'message-end':
      return { event_type: 'agent_message', data: { text: event.text.slice(0, TEXT_CHARACTERS), token_info: null } }
    case 'turn-end': {
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = event.usage
      return {
        event_type: 'token_usage',
        data: {
          input_tokens: inputTokens,
          output_tokens: outputTokens,
          cache_read_tokens: cacheReadTokens,
          cache_write_tokens: cacheWriteTokens,
          cumulative_total: log?.token_usage.total_tokens ?? 0,
        },
      }
    }
    case 'progress':
      return {
        event_type: 'progress',
        data: { passing_tests: event.proven, total_tests: event.total, percentage: percentage(event.proven, event.total) },
      }
    default:
      return { event_type: type.replaceAll('-', '_'), data: body }
  }
}
