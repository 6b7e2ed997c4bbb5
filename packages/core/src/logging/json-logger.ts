import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventOf, ForgeEvent } from '../events'
import { writeFileAtomic } from '../files'
import { type LineWriter, openLineWriter } from './line-writer'
import type { Logger } from './logger'
import { type SessionLog, addToSessionLog, secondsBetween, startSessionLog, timelineData, withSummary } from './session-log'

const CHECKPOINT_MS = 2000
/** A long session's log is written more seldom: making its text takes no more than one fiftieth of the time. */
const CHECKPOINT_SHARE = 50

interface OpenRun {
  projectDir: string
  runId: string
  startedAt: Date
  folder: string
  timeline: LineWriter
}

/**
 * Writes `<projectDir>/logs/<runId>/`: `timeline.jsonl`, one `session_NNN.json` a session and `run_summary.json`, in the seed's shape, all
 * times in UTC. Files are rewritten while a session runs, so that they are true after a kill, too, but for the last two
 * seconds (more in a session with a very long log). The events of a run come without secrets; whoever feeds it others redacts them first.
 */
export function jsonLogger(): Logger {
  const finished: SessionLog[] = []
  let run: OpenRun | undefined
  let facts: EventOf<'run-start'> | undefined
  let ending: EventOf<'run-end'> | undefined
  let session: SessionLog | undefined
  let lastTime = ''
  let checkpoint: NodeJS.Timeout | undefined
  let pauseMs = CHECKPOINT_MS
  let writing: Promise<void> = Promise.resolve()
  let failure: unknown

  /** One write after the other; only the newest state of a file is worth writing. */
  function save(final: boolean) {
    clearTimeout(checkpoint)
    checkpoint = undefined
    const open = run
    if (open === undefined) return
    const begun = performance.now()
    const files = [
      ...(session ? [[`session_${String(session.session_number).padStart(3, '0')}.json`, withSummary(session, lastTime)] as const] : []),
      ['run_summary.json', summaryOf(open, facts, ending, [...finished, ...(session ? [session] : [])], lastTime)] as const,
    ]
    const texts = files.map(([name, value]) => [name, `${JSON.stringify(value, null, 2)}\n`] as const)
    pauseMs = Math.max(CHECKPOINT_MS, CHECKPOINT_SHARE * (performance.now() - begun))
    writing = writing
      .then(async () => {
        if ((await realpath(open.folder)) !== open.folder) throw new Error(`${open.folder} was replaced by a link`)
        for (const [name, text] of texts) await writeFileAtomic(join(open.folder, name), text, { mode: 0o600 })
        if (final) await open.timeline.flush()
      })
      .catch((error: unknown) => {
        failure ??= error
      })
  }

  function record(event: ForgeEvent, open: OpenRun) {
    const size = event.type === 'tool-end' ? event.content.length : 0
    lastTime = event.time
    if (event.type === 'run-start') facts = event
    if (event.type === 'run-end') ending = event
    if (event.type === 'session-start') session = startSessionLog(event)
    if (session !== undefined) addToSessionLog(session, event, size)
    const line = timelineData(event, session, size)
    if (line === undefined) return
    open.timeline.write(JSON.stringify({ timestamp: event.time, session_number: event.sessionNumber, ...line }))
    if (event.sessionNumber === session?.session_number) session.events.push({ timestamp: event.time, ...line })
  }

  function schedule(event: ForgeEvent) {
    const isBoundary = event.type === 'session-start' || event.type === 'session-end' || event.type === 'progress' || event.type === 'run-end'
    if (isBoundary) save(event.type === 'session-end' || event.type === 'run-end')
    else checkpoint ??= setTimeout(() => save(false), pauseMs).unref()
  }

  return {
    name: 'json-logger',
    async open({ projectDir, runId, startedAt }) {
      const path = join(projectDir, 'logs', runId)
      await mkdir(path, { recursive: true })
      const folder = await realpath(path)
      run = { projectDir, runId, startedAt, folder, timeline: await openLineWriter(join(folder, 'timeline.jsonl')) }
    },
    handle(event) {
      if (failure !== undefined) throw failure
      if (run === undefined || event.type === 'message-delta') return
      if (event.type === 'session-start' && session !== undefined) closeSession()
      record(event, run)
      schedule(event)
    },
    async close() {
      save(true)
      await writing
      await run?.timeline.close()
      if (failure !== undefined) throw failure
    },
  }

  function closeSession() {
    save(false)
    if (session !== undefined)
      finished.push(
        withSummary({ ...session, events: [], tool_calls: session.tool_calls.map((call) => ({ ...call, input: null, result: null })) }, lastTime),
      )
    session = undefined
  }
}

function summaryOf(
  run: OpenRun,
  facts: EventOf<'run-start'> | undefined,
  ending: EventOf<'run-end'> | undefined,
  logs: readonly SessionLog[],
  at: string,
): unknown {
  const startTime = run.startedAt.toISOString()
  const seconds = at === '' ? 0 : secondsBetween(startTime, at)
  const sessions = logs.map((log) => {
    const { summary, duration_minutes, end_time, token_usage } = withSummary(log, at)
    return {
      session_number: log.session_number,
      start_time: log.start_time,
      end_time,
      duration_minutes,
      tool_calls: summary.total_tool_calls,
      errors: summary.total_errors,
      security_blocks: summary.total_security_blocks,
      tokens_used: token_usage.total_tokens,
    }
  })
  const sum = (pick: (session: (typeof sessions)[number]) => number) => sessions.reduce((total, one) => total + pick(one), 0)
  const longest = sessions.reduce<(typeof sessions)[number] | undefined>(
    (a, b) => (a === undefined || b.duration_minutes > a.duration_minutes ? b : a),
    undefined,
  )
  return {
    run_id: run.runId,
    project_dir: run.projectDir,
    provider: facts?.provider ?? null,
    model: facts?.model ?? null,
    config: facts?.size ?? null,
    sandbox: facts?.sandbox ?? null,
    status: ending?.status ?? 'running',
    start_time: startTime,
    end_time: ending === undefined ? null : at,
    duration_seconds: seconds,
    duration_minutes: seconds / 60,
    sessions,
    summary: {
      total_sessions: sessions.length,
      total_tool_calls: sum((one) => one.tool_calls),
      total_errors: sum((one) => one.errors),
      total_security_blocks: sum((one) => one.security_blocks),
      total_tokens: sum((one) => one.tokens_used),
      longest_session: longest ? { session_number: longest.session_number, duration_minutes: longest.duration_minutes } : null,
    },
  }
}
