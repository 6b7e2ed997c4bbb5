import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyzeRun, type ForgeEvent, jsonRenderer, plainRenderer, readTimeline } from '../../src/index'
import { scriptedProvider } from '../../src/testing/index'
import { builds, done, freshPath, rig, runs, writesList } from '../support/project'

const script = () => scriptedProvider([...writesList(), runs('echo hello; exit 3'), ...builds(1, 2)])

function stream(isTTY = false) {
  const chunks: string[] = []
  return {
    isTTY,
    write: (text: string) => void chunks.push(text),
    lines: () =>
      chunks
        .join('')
        .split('\n')
        .filter((line) => line !== ''),
  }
}

test('the JSON view writes one event a line, and the result last', async () => {
  const out = stream()
  const result = await rig(script(), { renderer: jsonRenderer({ stream: out }) }).harness.run()
  const lines = out.lines().map((line) => JSON.parse(line))
  expect(lines[0]).toMatchObject({ type: 'run-start', sessionNumber: 0, time: expect.stringMatching(/Z$/) })
  expect(lines.at(-2)).toMatchObject({ type: 'run-end', status: 'proven' })
  expect(lines.at(-1)).toEqual({ type: 'result', ...result })
})

test('the plain view has three levels and colours a terminal only', async () => {
  const shown: Record<string, string[]> = {}
  for (const level of ['quiet', 'normal', 'verbose'] as const) {
    const out = stream()
    await rig(script(), { renderer: plainRenderer({ stream: out, level, color: false }) }).harness.run()
    shown[level] = out.lines()
  }
  expect(shown['quiet']).toEqual([expect.stringContaining('warning: No sandbox')])
  expect(shown['normal']).toContain('Session 2 (coding)')
  expect(shown['normal']?.join('\n')).not.toContain('Bash')
  expect(shown['verbose']?.join('\n')).toContain('Bash echo hello; exit 3')
  const terminal = stream(true)
  plainRenderer({ stream: terminal, color: true }).handle({ type: 'notice', level: 'error', code: 'X', message: 'bad', time: '', sessionNumber: 0 })
  expect(terminal.lines()).toEqual(['\u001b[31merror: bad\u001b[0m'])
})

test('listeners, loggers and views that throw are reported once each and end nothing', async () => {
  const events: ForgeEvent[] = []
  const broken = () => {
    throw new Error('broken')
  }
  const { harness } = rig(script(), {
    logger: { name: 'bad-logger', open: async () => broken(), handle: broken, close: async () => broken() },
    renderer: { name: 'bad-view', handle: broken, result: broken, close: async () => broken() },
  })
  const late = async () => {
    throw new Error('later')
  }
  harness.on('tool-start', broken)
  harness.on('tool-end', late)
  harness.on('notice', (event) => void events.push(event))
  expect((await harness.run()).status).toBe('proven')
  const failures = events
    .filter((event) => event.type === 'notice' && event.code === 'SINK_FAILED')
    .map((event) => (event.type === 'notice' ? event.message : ''))
  expect(failures).toHaveLength(4)
  for (const name of ['bad-logger', 'bad-view', 'tool-start', 'tool-end']) expect(failures.join('\n')).toContain(`"${name}" failed: `)
})

test('a listener can be taken off again', async () => {
  const { harness } = rig(script())
  let heard = 0
  const listener = () => {
    heard += 1
  }
  harness.on('session-start', listener).off('session-start', listener)
  await harness.run()
  expect(heard).toBe(0)
})

test('an analysis sums up a run, and a torn last line is skipped', async () => {
  const { runDir } = await rig(script()).harness.run()
  await appendFile(join(runDir, 'timeline.jsonl'), '{"timestamp":"2026-')
  const analysis = await analyzeRun(runDir)
  expect(analysis).toMatchObject({
    sessions: 2,
    totals: { tool_calls: 4, errors: 1, security_blocks: 0, tokens: 55 },
    tools: [
      { name: 'Write', calls: 3, errors: 0 },
      { name: 'Bash', calls: 1, errors: 1 },
    ],
    errors: [{ name: 'Bash', session: 2 }],
    progress: { proven: 2, total: 2 },
  })
  expect(analysis.slowest).toHaveLength(4)
})

test('a timeline that is broken in the middle, or absent, is named', async () => {
  const path = freshPath()
  const read = async () => {
    const entries = []
    for await (const entry of readTimeline(path)) entries.push(entry)
  }
  await expect(read()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  await writeFile(
    path,
    '{"timestamp":"t","session_number":1,"event_type":"x","data":{}}\nnonsense\n{"timestamp":"t","session_number":1,"event_type":"x","data":{}}\n',
  )
  await expect(read()).rejects.toThrow(`${path}: line 2 is not a timeline entry.`)
})

test('secrets stay out of the logs, whatever they stand under', async () => {
  const { harness } = rig(
    {
      ...scriptedProvider([
        { calls: [{ name: 'Write', input: { file_path: 'x', content: 'the word is hunter22' } }] },
        { text: 'hunter22', calls: [{ name: 'Read', input: { api_key: 'zyxw-98765' } }] },
        ...writesList(),
        done,
      ]),
      secrets: ['hunter22'],
    },
    { maxIterations: 1 },
  )
  const { runDir } = await harness.run()
  for (const name of ['timeline.jsonl', 'session_001.json']) {
    const text = await readFile(join(runDir, name), 'utf8')
    expect(text).toContain('the word is [REDACTED]')
    expect(text).toContain('"[REDACTED]"')
    expect(text).not.toMatch(/hunter22|zyxw-98765/)
  }
})
