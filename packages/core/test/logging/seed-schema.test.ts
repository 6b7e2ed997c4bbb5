import { mkdirSync } from 'node:fs'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyzeRun, type ForgeEventBody, jsonLogger, noSandbox, plainRenderer, readTimeline, runSession, type TimelineEntry } from '../../src/index'
import { createEventBus } from '../../src/event-bus'
import { environmentSecrets } from '../../src/logging/secrets'
import { redact as takeOut } from '../../src/security/redact'
import { scriptedProvider } from '../../src/testing/index'
import { allowAll, builds, done, freshPath, rig, runs, writesList } from '../support/project'

async function json(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8'))
}

async function timeline(path: string): Promise<TimelineEntry[]> {
  const entries: TimelineEntry[] = []
  for await (const entry of readTimeline(path)) entries.push(entry)
  return entries
}

const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

test('every field of the seed’s logs is there, with its type', async () => {
  const deny = { id: 'no', evaluate: () => ({ verdict: 'deny', rule: 'test.no', reason: 'not here' }) as const }
  const { harness } = rig(scriptedProvider([...writesList(), runs('touch x'), ...builds(1, 2)]), { policies: [deny] })
  const { runDir } = await harness.run()
  expect(runDir).toMatch(/run_\d{8}_\d{6}$/)
  expect((await stat(join(runDir, 'timeline.jsonl'))).mode & 0o077).toBe(0)

  const session = await json(join(runDir, 'session_002.json'))
  expect(session).toMatchObject({
    session_number: 2,
    start_time: expect.stringMatching(UTC),
    end_time: expect.stringMatching(UTC),
    duration_seconds: expect.any(Number),
    duration_minutes: expect.any(Number),
    token_usage: { input_tokens: 30, output_tokens: 3, total_tokens: 33 },
    errors: [{ timestamp: expect.stringMatching(UTC), tool_name: 'Bash', error: expect.stringContaining('test.no') }],
    security_blocks: [{ timestamp: expect.stringMatching(UTC), tool_name: 'Bash', command: 'touch x', reason: 'test.no: not here' }],
    progress: { passing_tests: 2, total_tests: 2, percentage: 100, timestamp: expect.stringMatching(UTC) },
    summary: {
      total_tool_calls: 3,
      total_events: (session['events'] as unknown[]).length,
      total_errors: 1,
      total_security_blocks: 1,
      tools_used: ['Bash', 'Write'],
      slowest_tool_call: { tool_name: expect.any(String), duration_seconds: expect.any(Number) },
      average_tool_duration: expect.any(Number),
    },
  })
  expect((session['tool_calls'] as unknown[])[1]).toEqual({
    tool_name: 'Write',
    tool_use_id: expect.any(String),
    start_time: expect.stringMatching(UTC),
    end_time: expect.stringMatching(UTC),
    duration_seconds: expect.any(Number),
    input: { file_path: 'checks/1.sh', content: 'echo ok works\n' },
    result: { content: 'Wrote checks/1.sh (14 bytes).', truncated: false, original_size: 29 },
    is_error: false,
  })

  const summary = await json(join(runDir, 'run_summary.json'))
  expect(summary).toMatchObject({
    run_id: expect.stringMatching(/^run_/),
    project_dir: expect.any(String),
    model: 'scripted-1',
    config: 'test',
    start_time: expect.stringMatching(UTC),
    end_time: expect.stringMatching(UTC),
    duration_seconds: expect.any(Number),
    duration_minutes: expect.any(Number),
    summary: { total_sessions: 2, total_tool_calls: 4, total_errors: 1, total_security_blocks: 1, total_tokens: 55 },
  })
  expect((summary['sessions'] as object[]).map((one) => Object.keys(one).sort())).toEqual(
    Array(2).fill(['duration_minutes', 'end_time', 'errors', 'security_blocks', 'session_number', 'start_time', 'tokens_used', 'tool_calls']),
  )

  const entries = await timeline(runDir)
  const first = (type: string) => entries.find(({ event_type }) => event_type === type)?.data
  expect(first('tool_start')).toEqual({ tool_name: 'Write', tool_use_id: expect.any(String), input: expect.anything() })
  expect(first('tool_end')).toMatchObject({
    tool_name: 'Write',
    duration_seconds: expect.any(Number),
    is_error: false,
    result_size: expect.any(Number),
  })
  expect(first('security_block')).toMatchObject({ tool_name: 'Bash', command: 'touch x', reason: 'not here' })
  expect(first('agent_message')).toEqual({ text: 'Done.', token_info: null })
  expect(first('token_usage')).toMatchObject({ input_tokens: 10, output_tokens: 1, cumulative_total: 11 })
  expect(first('progress')).toEqual({ passing_tests: 2, total_tests: 2, percentage: 100 })
  const own = entries.filter(({ session_number }) => session_number === 2)
  expect(session['events']).toEqual(own.map(({ timestamp, event_type, data }) => ({ timestamp, event_type, data })))
})

test('results are cut at 10,000 characters and texts at 5,000', async () => {
  const long = 'x'.repeat(6000)
  const { harness } = rig(scriptedProvider([{ ...(runs('head -c 20000 /dev/zero | tr "\\0" y') as object), text: long }, done]), { maxIterations: 1 })
  const { runDir } = await harness.run()
  const session = await json(join(runDir, 'session_001.json'))
  const [call] = session['tool_calls'] as { result: { content: string; truncated: boolean; original_size: number } }[]
  expect(call?.result).toMatchObject({ truncated: true })
  expect(call?.result.content).toHaveLength(10_000)
  expect(call?.result.original_size).toBeGreaterThan(20_000)
  const message = (await timeline(runDir)).find(({ event_type }) => event_type === 'agent_message')
  expect(message?.data['text']).toHaveLength(5000)
})

test('a session by itself is logged like a run, and its summary ends', async () => {
  const projectDir = freshPath()
  mkdirSync(projectDir)
  const logger = jsonLogger()
  await runSession({
    provider: scriptedProvider([runs('true'), done]),
    prompt: 'x',
    system: '',
    projectDir,
    policies: [allowAll],
    sandbox: noSandbox(),
    logger,
  })
  const [run = ''] = await readdir(join(projectDir, 'logs'))
  expect(await json(join(projectDir, 'logs', run, 'run_summary.json'))).toMatchObject({
    status: 'done',
    model: 'scripted-1',
    config: null,
    end_time: expect.stringMatching(UTC),
    summary: { total_sessions: 1, total_tool_calls: 1 },
  })
})

test('a clock that is set back makes no negative duration', async () => {
  const projectDir = freshPath()
  const logger = jsonLogger()
  await logger.open({ projectDir, runId: 'run_1', startedAt: new Date('2026-01-01T12:00:00.000Z') })
  const at = (time: string, body: ForgeEventBody) => logger.handle({ ...body, time, sessionNumber: 1 })
  at('2026-01-01T12:00:00.000Z', { type: 'session-start', session: 1, phase: 'coding', provider: 'p', model: 'm' })
  at('2026-01-01T11:00:00.000Z', { type: 'tool-start', id: 'a', name: 'Bash', input: {} })
  await logger.close?.()
  const folder = join(projectDir, 'logs/run_1')
  expect(await json(join(folder, 'session_001.json'))).toMatchObject({ duration_seconds: 0, tool_calls: [{ end_time: null, result: null }] })
  expect(await json(join(folder, 'run_summary.json'))).toMatchObject({ duration_seconds: 0, status: 'running' })
  expect((await analyzeRun(folder)).seconds).toBe(0)
})

test('parallel calls are filed under their own ids', async () => {
  const projectDir = freshPath()
  const logger = jsonLogger()
  await logger.open({ projectDir, runId: 'run_1', startedAt: new Date() })
  const bus = createEventBus({ sinks: [logger] })
  bus.enterSession(1)
  bus.emit({ type: 'session-start', session: 1, phase: 'coding', provider: 'p', model: 'm' })
  for (const id of ['a', 'b']) bus.emit({ type: 'tool-start', id, name: 'Read', input: { file_path: id } })
  for (const id of ['b', 'a']) bus.emit({ type: 'tool-end', id, name: 'Read', input: {}, content: `of ${id}`, isError: false, seconds: 1 })
  await bus.close()
  const { tool_calls } = await json(join(projectDir, 'logs/run_1/session_001.json'))
  expect((tool_calls as { input: unknown; result: { content: string } }[]).map(({ input, result }) => [input, result.content])).toEqual([
    [{ file_path: 'a' }, 'of a'],
    [{ file_path: 'b' }, 'of b'],
  ])
})

test('a log of the seed system is read as one session-less run', async () => {
  const path = freshPath()
  await writeFile(
    path,
    [
      { timestamp: '2025-10-02T10:00:00.123456', event_type: 'tool_start', data: { tool_name: 'Read', tool_use_id: 'x', input: {} } },
      {
        timestamp: '2025-10-02T10:00:01.123456',
        event_type: 'tool_end',
        data: { tool_name: 'Read', duration_seconds: 1, is_error: true, result_size: 3 },
      },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  )
  expect((await timeline(path)).map(({ session_number }) => session_number)).toEqual([0, 0])
  expect(await analyzeRun(path)).toMatchObject({ sessions: 0, seconds: 1, totals: { tool_calls: 1, errors: 1 } })
})

test('secrets of the environment and of well-known shape are redacted by default, look-alikes are kept', () => {
  const secrets = environmentSecrets({ ANTHROPIC_API_KEY: 'very-own-value-1', TOKEN: 'own-token-2', HOME: '/home/somebody', SHORT_KEY: 'abc' })
  const redact = (text: string) => takeOut(text, { secrets })
  expect(redact('a very-own-value-1 b own-token-2 c /home/somebody abc')).toBe('a [REDACTED] b [REDACTED] c /home/somebody abc')
  expect(redact('Authorization: Bearer sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789')).not.toContain('abcdefghijklmnop')
  expect(redact('keyboard tokens secretary')).toBe('keyboard tokens secretary')
})

test('the default logger keeps the secrets of the environment out of every file', async () => {
  process.env['FORGE_TEST_API_KEY'] = 'planted-secret-value'
  try {
    const { harness } = rig(scriptedProvider([{ ...(runs('echo planted-secret-value') as object), text: 'It is planted-secret-value.' }, done]), {
      maxIterations: 1,
    })
    const { runDir } = await harness.run()
    for (const name of await readdir(runDir)) {
      const text = await readFile(join(runDir, name), 'utf8')
      expect(text).not.toContain('planted-secret-value')
      if (name !== 'run_summary.json') expect(text).toContain('[REDACTED]')
    }
  } finally {
    delete process.env['FORGE_TEST_API_KEY']
  }
})

test('a terminal is not driven by what an agent writes', () => {
  const chunks: string[] = []
  const view = plainRenderer({ stream: { write: (text) => void chunks.push(text) }, level: 'verbose', color: false })
  const bus = createEventBus({ sinks: [view] })
  bus.emit({ type: 'message-end', text: 'hello \u001b[2J\u001b]0;title\u0007 \u009b1A\rthere' })
  bus.emit({ type: 'notice', level: 'warning', code: 'X', message: '\u001b[31mred', remedy: '\u0008' })
  expect(chunks.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(chunks.join('')).toContain('hello')
})

test('the event bus: envelope, order, isolation, and no loop when the reporter of failures fails', async () => {
  const seen: string[] = []
  const late = () => Promise.reject(new Error('later'))
  const bus = createEventBus({
    sinks: [
      {
        name: 'broken',
        handle: () => {
          throw new Error('no')
        },
      },
      { name: 'first', handle: (event) => void seen.push(`first ${event.type} ${event.sessionNumber} ${UTC.test(event.time)}`) },
      { name: 'second', handle: (event) => void seen.push(`second ${event.type}`) },
    ],
    listeners: () => [late],
  })
  bus.enterSession(7)
  bus.emit({ type: 'turn-start', turn: 1 })
  await bus.close()
  expect(seen.slice(0, 4)).toEqual(['first notice 7 true', 'second notice', 'first turn-start 7 true', 'second turn-start'])
  expect(seen.filter((line) => line.startsWith('first notice')).length).toBeLessThanOrEqual(3)
})
