import type { ForgeEventBody } from '../events'
import { type Backoff, type RetryMemory, withRetries } from '../providers/retry'
import type { ContentBlock, Message, Provider, ProviderError, RequestContext, ToolDefinition } from '../providers/provider'
import type { Tool, Workspace } from '../tools/tool'
import { answerCalls, refuseCalls } from './calls'
import type { Transcript } from './transcript'
import { type Reply, collectTurn, replyOf } from './turn'

/**
 * How a conversation ended. `done`: the model stopped by itself. `stopped`: the caller's `mayGoOn` said no. `cut-off`: three replies in a
 * row ran into the output limit. The session's own process can end a conversation in no other way.
 */
export type SessionStatus = 'done' | 'max-turns' | 'context-full' | 'refusal' | 'cut-off' | 'interrupted' | 'stopped' | 'provider-error'

export interface Conversation {
  provider: Provider
  system: string
  prompt: string
  context: RequestContext
  tools: readonly Tool[]
  workspace: Workspace
  transcript: Transcript
  maxTurns: number
  backoff: Backoff
  retries: RetryMemory
  signal: AbortSignal
  /** Asked before each turn. */
  mayGoOn(): boolean
  emit(event: ForgeEventBody): void
}

export interface ConversationEnd {
  status: SessionStatus
  /** The model's last text. */
  text: string
  error?: ProviderError | undefined
}

const CUT_OFFS = 3

/**
 * The inner loop: turn → tool calls → turn, until the model stops or has to.
 * @throws ProviderError
 * @throws the signal's reason when it is aborted
 */
export async function converse(session: Conversation): Promise<ConversationEnd> {
  const { transcript } = session
  const tools = session.tools.map(({ name, description, inputSchema }): ToolDefinition => ({ name, description, inputSchema }))
  let text = ''
  let cutOffs = 0
  let warned = false

  if (transcript.messages.length === 0) await transcript.append(userMessage([{ type: 'text', text: session.prompt }]))
  let leftOpen = openReply(transcript)
  while (true) {
    const stop = leftOpen === undefined ? stopBeforeTurn(session) : undefined
    if (stop !== undefined) return { status: stop, text }

    const reply = leftOpen ?? (await takeTurn(session, tools))
    leftOpen = undefined
    text = reply.text === '' ? text : reply.text
    cutOffs = reply.stopReason === 'max-tokens' ? cutOffs + 1 : 0
    const status = endOf(reply, cutOffs)
    if (status !== undefined) return { status, text }

    const answer = await answerTo(reply, session)
    if (!warned && isNearlyFull(reply, session.provider)) {
      answer.push({ type: 'text', text: WRAP_UP })
      warned = true
    }
    if (answer.length > 0) await transcript.append(userMessage(answer))
  }
}

const WRAP_UP =
  'This session is nearly out of room. Finish the step you are in, leave the project in a working state, write down what is next, and stop.'

function stopBeforeTurn({ signal, transcript, maxTurns, mayGoOn }: Conversation): SessionStatus | undefined {
  signal.throwIfAborted()
  if (transcript.turns >= maxTurns) return 'max-turns'
  return mayGoOn() ? undefined : 'stopped'
}

/** The reply that a killed process received and did not answer any more. */
function openReply({ openReply: open }: Transcript): Reply | undefined {
  return open && replyOf(open.message.content, open)
}

async function takeTurn(session: Conversation, tools: readonly ToolDefinition[]): Promise<Reply> {
  const { provider, transcript, emit, signal } = session
  const turn = transcript.turns + 1
  emit({ type: 'turn-start', turn })
  const request = { system: session.system, messages: transcript.messages, tools, context: session.context }
  const reply = await withRetries(() => collectTurn(provider, request, { signal, isUsed: transcript.hasCall, emit }), {
    backoff: session.backoff,
    memory: session.retries,
    signal,
    onWait: ({ error, attempt, waitMs }) =>
      emit({
        type: 'notice',
        level: 'warning',
        code: 'PROVIDER_RETRY',
        message: `Attempt ${attempt} failed (${error.kind}: ${error.message}); the next one in ${Math.ceil(waitMs / 1000)} s.`,
      }),
  })
  const { content, stopReason, usage } = reply
  if (content.length > 0) await transcript.append({ role: 'assistant', content }, { stopReason, usage })
  emit({ type: 'turn-end', turn, usage })
  return reply
}

function endOf(reply: Reply, cutOffs: number): SessionStatus | undefined {
  if (reply.stopReason === 'refusal') return 'refusal'
  if (reply.stopReason === 'context-full') return 'context-full'
  if (cutOffs >= CUT_OFFS) return 'cut-off'
  return reply.stopReason === 'end-turn' && reply.calls.length === 0 ? 'done' : undefined
}

async function answerTo(reply: Reply, session: Conversation): Promise<ContentBlock[]> {
  if (reply.stopReason !== 'max-tokens') return answerCalls(reply.calls, session)
  if (reply.calls.length > 0) return refuseCalls(reply.calls)
  return [{ type: 'text', text: 'Your reply was cut off at the output limit. Go on, in smaller pieces.' }]
}

function isNearlyFull({ usage }: Reply, { contextWindow }: Provider): boolean {
  return usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + usage.outputTokens > 0.85 * contextWindow
}

function userMessage(content: ContentBlock[]): Message {
  return { role: 'user', content }
}
