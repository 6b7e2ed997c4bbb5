import assert from 'node:assert/strict'
import { type ModelEvent, type ModelRequest, type Provider, ProviderError } from '../providers/provider'

/** One named check; `run` throws when it fails. Hand it to any test runner: `for (const c of cases) test(c.name, c.run)`. */
export interface ConformanceCase {
  name: string
  run(): Promise<void>
}

export interface ProviderConformanceOptions {
  /** A fresh provider that will answer the request with a normal turn. */
  create(): Provider | Promise<Provider>
  /** Default: a request with one short user message and no tools. */
  request?: ModelRequest | undefined
  /** A provider whose next turn fails, for whatever reason. */
  createFailing?: (() => Provider | Promise<Provider>) | undefined
}

/** What every `Provider` must do. */
export function providerConformance(options: ProviderConformanceOptions): ConformanceCase[] {
  const request = options.request ?? plainRequest
  const turn = async () => collect((await options.create()).stream(request, { signal: new AbortController().signal }))
  const { createFailing } = options
  return [
    {
      name: 'has a name, a model and a context window',
      async run() {
        const { name, model, contextWindow } = await options.create()
        assert.ok(name.length > 0, 'name is empty')
        assert.ok(model.length > 0, 'model is empty')
        assert.ok(contextWindow > 0, 'contextWindow is not positive')
      },
    },
    {
      name: 'ends a turn with one end event, the last one',
      async run() {
        const events = await turn()
        const ends = events.flatMap((event, index) => (event.type === 'end' ? [index] : []))
        assert.deepEqual(ends, [events.length - 1])
      },
    },
    {
      name: 'reports usage once, in whole tokens',
      async run() {
        const usages = (await turn()).flatMap((event) => (event.type === 'usage' ? [event.usage] : []))
        assert.equal(usages.length, 1)
        for (const tokens of Object.values(usages[0] ?? {})) assert.ok(Number.isInteger(tokens) && tokens >= 0, `${tokens} is not a number of tokens`)
      },
    },
    {
      name: 'gives each tool call an id of its own and an input that is an object',
      async run() {
        const calls = (await turn()).filter((event) => event.type === 'tool-call')
        assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length)
        for (const { input } of calls) assert.ok(typeof input === 'object' && input !== null && !Array.isArray(input), 'an input is not an object')
      },
    },
    {
      name: 'says tool-use exactly when a turn that was not cut off holds tool calls',
      async run() {
        const events = await turn()
        const end = events.find((event) => event.type === 'end')
        if (end?.stopReason === 'tool-use') assert.ok(events.some(({ type }) => type === 'tool-call'))
        if (end?.stopReason === 'end-turn') assert.ok(events.every(({ type }) => type !== 'tool-call'))
      },
    },
    {
      name: 'does not change the request',
      async run() {
        const before = JSON.stringify(request)
        await turn()
        assert.equal(JSON.stringify(request), before)
      },
    },
    {
      name: 'ends at once when its signal is aborted before the turn',
      async run() {
        const provider = await options.create()
        await assert.rejects(collect(provider.stream(request, { signal: AbortSignal.abort() })))
      },
    },
    ...(createFailing === undefined
      ? []
      : [
          {
            name: 'fails with a ProviderError',
            async run() {
              const provider = await createFailing()
              await assert.rejects(
                collect(provider.stream(request, { signal: new AbortController().signal })),
                (error) => error instanceof ProviderError,
              )
            },
          },
        ]),
  ]
}

const plainRequest: ModelRequest = {
  system: 'You answer in one word.',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }],
  tools: [],
  context: { phase: 'coding', projectDir: '/nowhere', session: 1 },
}

async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const all: ModelEvent[] = []
  for await (const event of events) all.push(event)
  return all
}
