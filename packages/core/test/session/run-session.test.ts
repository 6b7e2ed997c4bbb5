import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  type ForgeEvent,
  type Message,
  type ModelEvent,
  noSandbox,
  type Provider,
  ProviderError,
  type RunSessionOptions,
  runSession,
  type Tool,
} from '../../src/index'
import { memorySandbox, scriptedProvider, type ScriptedTurn } from '../../src/testing/index'
import { allowAll, done, freshPath, runs, writes } from '../support/project'

async function session(turns: readonly ScriptedTurn[] | Provider, options: Partial<RunSessionOptions> = {}) {
  const provider = 'stream' in turns ? turns : scriptedProvider(turns)
  const projectDir = freshPath()
  mkdirSync(projectDir)
  const events: ForgeEvent[] = []
  const result = await runSession({
    provider,
    prompt: 'Begin.',
    system: 'You are a test.',
    projectDir,
    policies: [allowAll],
    sandbox: noSandbox(),
    sinks: [{ name: 'collector', handle: (event) => void events.push(event) }],
    ...options,
  })
  return { result, projectDir, events, requests: 'requests' in provider ? (provider as ReturnType<typeof scriptedProvider>).requests : [] }
}

const read = (path: string) => ({ name: 'Read', input: { file_path: path } })

function lastResults(messages: readonly Message[] | undefined) {
  return (messages?.at(-1)?.content ?? []).flatMap((block) => (block.type === 'tool-result' ? [block] : []))
}

test('one fresh context: turns, tools, text, usage', async () => {
  const { result, projectDir, requests } = await session([writes('a.txt', 'hello'), { calls: [read('a.txt')] }, { text: 'It says hello.' }])
  expect(result).toEqual({
    status: 'done',
    turns: 3,
    text: 'It says hello.',
    usage: { inputTokens: 30, outputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0 },
  })
  expect(await readFile(join(projectDir, 'a.txt'), 'utf8')).toBe('hello')
  expect(lastResults(requests[2]?.messages)[0]?.content).toContain('hello')
  expect(requests[0]?.tools.map(({ name }) => name)).toEqual(['Read', 'Write', 'Edit', 'Glob', 'Grep', 'Bash'])
})

test('results come in the order of the calls; reads run in parallel, the rest in order', async () => {
  const log: string[] = []
  const timed = (name: string): Tool => ({
    name,
    description: name,
    inputSchema: { type: 'object', properties: { label: { type: 'string' }, ms: { type: 'number' } }, required: ['label', 'ms'] },
    async execute(input) {
      const { label, ms } = input as { label: string; ms: number }
      log.push(`+${label}`)
      await sleep(ms)
      log.push(`-${label}`)
      return { content: label, isError: false }
    },
  })
  const call = (name: string, label: string, ms: number) => ({ name, input: { label, ms } })
  const calls = [call('Read', 'a', 60), call('Read', 'b', 10), call('Bash', 'c', 20), call('Bash', 'd', 1), call('Read', 'e', 1)]
  const { requests } = await session([{ calls }, done], { tools: [timed('Read'), timed('Bash')] })
  expect(lastResults(requests[1]?.messages).map(({ content }) => content)).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(log).toEqual(['+a', '+b', '-b', '-a', '+c', '-c', '+d', '-d', '+e', '-e'])
})

test('an unknown tool, a wrong input, a failing tool and a denied call are told to the model', async () => {
  const deny = { id: 'no', evaluate: () => ({ verdict: 'deny', rule: 'test.no', reason: 'not here.', hint: 'Use Write.' }) as const }
  const calls = [
    { name: 'Teleport', input: {} },
    { name: 'Read', input: { path: 1 } },
    { name: 'Read', input: { file_path: 'missing' } },
    { name: 'Bash', input: { command: 'touch x' } },
  ]
  const { requests, events } = await session([{ calls }, done], { policies: [deny] })
  const results = lastResults(requests[1]?.messages)
  expect(results.every(({ isError }) => isError)).toBe(true)
  expect(results[0]?.content).toContain('no tool "Teleport"')
  expect(results[1]?.content).toContain('Invalid input for Read: file_path')
  expect(results[3]?.content).toContain('test.no: not here. Use Write.')
  expect(events.find(({ type }) => type === 'tool-denied')).toMatchObject({ name: 'Bash', decision: { rule: 'test.no' } })
  expect(events.filter(({ type }) => type === 'tool-start')).toHaveLength(4)
  expect(events.filter(({ type }) => type === 'tool-end')).toHaveLength(4)
})

test('calls of a cut-off reply are never executed, and three in a row end the session', async () => {
  const cut: ScriptedTurn = { ...(writes('cut.txt', 'truncat') as object), stopReason: 'max-tokens' }
  const { result, projectDir, requests } = await session([cut, cut, cut])
  expect(result.status).toBe('cut-off')
  await expect(readFile(join(projectDir, 'cut.txt'))).rejects.toThrow()
  expect(lastResults(requests[1]?.messages)[0]?.content).toContain('Not executed')
})

test.each(['refusal', 'context-full'] as const)('a reply that stops for %s ends the session', async (stopReason) => {
  expect((await session([{ text: 'No.', stopReason }])).result).toMatchObject({ status: stopReason, turns: 1 })
})

test('a paused turn goes on, and a nearly full context is announced once', async () => {
  const { result, requests } = await session(
    scriptedProvider(
      [
        { text: 'wait', stopReason: 'pause' },
        { ...(runs('true') as object), usage: { inputTokens: 900 } },
        { ...(runs('true') as object), usage: { inputTokens: 950 } },
        done,
      ],
      {
        contextWindow: 1000,
      },
    ),
  )
  expect(result.status).toBe('done')
  expect(JSON.stringify(requests[3]?.messages).match(/nearly out of room/g)).toHaveLength(1)
})

test('maxTurns ends a session', async () => {
  expect((await session([runs('true'), runs('true')], { maxTurns: 2 })).result).toMatchObject({ status: 'max-turns', turns: 2 })
})

const protocolFaults: [string, ModelEvent[]][] = [
  ['no end', [{ type: 'text-delta', text: 'hi' }]],
  [
    'a repeated call id',
    [
      { type: 'tool-call', id: 'x', name: 'Read', input: {} },
      { type: 'tool-call', id: 'x', name: 'Read', input: {} },
      { type: 'end', stopReason: 'tool-use' },
    ],
  ],
  [
    'tool-use without a call',
    [
      { type: 'text-delta', text: 'hi' },
      { type: 'end', stopReason: 'tool-use' },
    ],
  ],
]

test.each(protocolFaults)('%s is a protocol error', async (_name, events) => {
  const provider: Provider = {
    name: 'faulty',
    model: 'm',
    contextWindow: 1000,
    async *stream() {
      yield* events
    },
  }
  const { result } = await session(provider)
  expect(result).toMatchObject({ status: 'provider-error', error: { kind: 'protocol' } })
})

test('what a provider throws comes out as a ProviderError, and a deaf provider is left on abort', async () => {
  const broken = scriptedProvider([{ error: new TypeError('x is undefined') }])
  const { result } = await session(broken)
  expect(result.error).toBeInstanceOf(ProviderError)
  expect(result.error?.message).toContain('x is undefined')

  const deaf: Provider = {
    name: 'deaf',
    model: 'm',
    contextWindow: 1000,
    stream: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
  }
  const startedAt = Date.now()
  expect((await session(deaf, { signal: AbortSignal.timeout(100) })).result.status).toBe('interrupted')
  expect(Date.now() - startedAt).toBeLessThan(5000)
})

test('commands run in the sandbox and nowhere else', async () => {
  const sandbox = memorySandbox({ 'make it so': { stdout: 'made\n' } })
  const { requests } = await session([runs('make it so'), runs('unknown'), done], { sandbox })
  expect(sandbox.commands).toEqual(['make it so', 'unknown'])
  expect(sandbox.open).toBe(0)
  expect(lastResults(requests[1]?.messages)[0]?.content).toContain('made')
  expect(lastResults(requests[2]?.messages)[0]).toMatchObject({ isError: true, content: expect.stringContaining('no answer for the command') })
})

test('a throwing logger or sink is reported once and changes nothing', async () => {
  const bad = {
    name: 'bad',
    open: () => Promise.reject(new Error('disk full')),
    handle: () => {
      throw new Error('broken')
    },
    close: () => Promise.reject(new Error('again')),
  }
  const { result, events } = await session([done], { logger: bad })
  expect(result.status).toBe('done')
  expect(events.filter((event) => event.type === 'notice' && event.code === 'SINK_FAILED')).toHaveLength(1)
})

test('a session without confinement is said at its start', async () => {
  const { events } = await session([{ text: 'done' }])
  expect(events.slice(0, 2)).toMatchObject([{ type: 'run-start' }, { type: 'notice', level: 'warning', code: 'SANDBOX_NONE' }])
  const { events: confined } = await session([{ text: 'done' }], { sandbox: memorySandbox({}) })
  expect(confined.filter(({ type }) => type === 'notice')).toEqual([])
})
