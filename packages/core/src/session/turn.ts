import type { ForgeEventBody } from '../events'
import { messageOf } from '../files'
import {
  type ContentBlock,
  type ModelEvent,
  type ModelRequest,
  type Provider,
  ProviderError,
  type StopReason,
  type Usage,
} from '../providers/provider'
import { noUsage } from '../providers/usage'

export type ToolCall = Extract<ContentBlock, { type: 'tool-call' }>

/** One complete model turn. */
export interface Reply {
  content: ContentBlock[]
  calls: ToolCall[]
  text: string
  stopReason: StopReason
  usage: Usage
}

/**
 * Collects one turn. The one place where a provider's failures are caught: whatever it throws comes out as a ProviderError.
 * @throws ProviderError
 * @throws the signal's reason when it is aborted
 */
export async function collectTurn(
  provider: Provider,
  request: ModelRequest,
  options: { signal: AbortSignal; isUsed(callId: string): boolean; emit(event: ForgeEventBody): void },
): Promise<Reply> {
  try {
    const reply = await assemble(abortable(provider.stream(request, { signal: options.signal }), options.signal), options.emit)
    refuseRepeatedIds(reply, options.isUsed)
    return reply
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof ProviderError) throw error
    throw new ProviderError('protocol', `The provider "${provider.name}" failed: ${messageOf(error)}`, { cause: error })
  }
}

async function assemble(events: AsyncIterable<ModelEvent>, emit: (event: ForgeEventBody) => void): Promise<Reply> {
  const content: ContentBlock[] = []
  let text = ''
  let usage = noUsage
  const closeText = () => {
    if (text !== '') content.push({ type: 'text', text })
    text = ''
  }
  for await (const event of events) {
    if (event.type === 'text-delta') {
      text += event.text
      emit({ type: 'message-delta', text: event.text })
    } else if (event.type === 'usage') {
      usage = event.usage
    } else if (event.type === 'end') {
      closeText()
      return complete(replyOf(content, { stopReason: event.stopReason, usage }), emit)
    } else if (event.type !== 'thinking-delta') {
      closeText()
      content.push(event)
    }
  }
  throw new ProviderError('protocol', 'The reply stopped without its end: the stream closed before the model did.')
}

/** A turn from its finished content. */
export function replyOf(content: ContentBlock[], { stopReason, usage }: { stopReason: StopReason; usage: Usage }): Reply {
  const calls = content.filter((block): block is ToolCall => block.type === 'tool-call')
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('')
  return { content, calls, text, stopReason, usage }
}

function complete(reply: Reply, emit: (event: ForgeEventBody) => void): Reply {
  if (reply.stopReason === 'tool-use' && reply.calls.length === 0) {
    throw new ProviderError('protocol', 'The reply stopped for a tool call but holds none.')
  }
  if (reply.stopReason === 'pause' && reply.content.length === 0) throw new ProviderError('protocol', 'The reply paused without any content.')
  if (reply.text !== '') emit({ type: 'message-end', text: reply.text })
  return reply
}

function refuseRepeatedIds({ calls }: Reply, isUsed: (id: string) => boolean): void {
  const ids = calls.map(({ id }) => id)
  const repeated = ids.find((id, index) => isUsed(id) || ids.indexOf(id) !== index)
  if (repeated !== undefined) throw new ProviderError('protocol', `The reply uses the tool call id "${repeated}" a second time.`)
}

/** Stops waiting for a provider that does not listen to its signal. */
async function* abortable<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  signal.throwIfAborted()
  const iterator = source[Symbol.asyncIterator]()
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  aborted.catch(() => {})
  let finished = false
  try {
    while (true) {
      const next = await Promise.race([iterator.next(), aborted])
      finished = next.done === true
      if (next.done) return
      yield next.value
    }
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop)
    if (!finished) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
