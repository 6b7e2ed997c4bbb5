import { setTimeout as sleep } from 'node:timers/promises'
import { type ModelEvent, type ModelRequest, type Provider, ProviderError, type StopReason, type Usage } from '../providers/provider'

export interface ScriptedReply {
  text?: string | undefined
  calls?: readonly { name: string; input: unknown; id?: string | undefined }[] | undefined
  /** Default: `tool-use` with calls, else `end-turn`. */
  stopReason?: StopReason | undefined
  usage?: Partial<Usage> | undefined
  /** Milliseconds before the reply begins. */
  delayMs?: number | undefined
  /** The stream breaks off with this error, after what the reply holds. */
  error?: Error | undefined
}

/** A reply, or a function that makes it from the request. */
export type ScriptedTurn = ScriptedReply | ((request: ModelRequest) => ScriptedReply | Promise<ScriptedReply>)

export interface ScriptedProviderOptions {
  /** Default `scripted`. */
  name?: string | undefined
  /** Default `scripted-1`. */
  model?: string | undefined
  /** Tokens; default 200 000. */
  contextWindow?: number | undefined
  /** Default false. */
  trusted?: boolean | undefined
}

export interface ScriptedProvider extends Provider {
  /** Every request so far, as it was when it came. */
  readonly requests: readonly ModelRequest[]
  /** @throws Error when turns are left over */
  assertDone(): void
}

/** A provider that plays a strict queue of turns: a call beyond the last one fails, and `assertDone` fails on leftovers. */
export function scriptedProvider(turns: readonly ScriptedTurn[], options: ScriptedProviderOptions = {}): ScriptedProvider {
  const { name = 'scripted', model = 'scripted-1', contextWindow = 200_000, trusted = false } = options
  const queue = [...turns]
  const requests: ModelRequest[] = []
  return {
    name,
    model,
    contextWindow,
    trusted,
    requests,
    async *stream(request, { signal }) {
      signal.throwIfAborted()
      requests.push({ ...request, messages: [...request.messages] })
      const turn = queue.shift()
      if (turn === undefined) throw new ProviderError('protocol', `The script has ${turns.length} turns, and turn ${requests.length} was asked for.`)
      const reply = typeof turn === 'function' ? await turn(request) : turn
      if (reply.delayMs !== undefined) await sleep(reply.delayMs, undefined, { signal })
      yield* eventsOf(reply, request)
    },
    assertDone() {
      if (queue.length > 0) throw new Error(`${queue.length} of ${turns.length} scripted turns were never asked for.`)
    },
  }
}

function* eventsOf(reply: ScriptedReply, { messages, context }: ModelRequest): Generator<ModelEvent> {
  const calls = reply.calls ?? []
  if (reply.text !== undefined) yield { type: 'text-delta', text: reply.text }
  for (const [index, { name, input, id }] of calls.entries()) {
    yield { type: 'tool-call', id: id ?? `call_${context.session}_${messages.length}_${index}`, name, input }
  }
  yield { type: 'usage', usage: { inputTokens: 10, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, ...reply.usage } }
  if (reply.error !== undefined) throw reply.error
  yield { type: 'end', stopReason: reply.stopReason ?? (calls.length > 0 ? 'tool-use' : 'end-turn') }
}
