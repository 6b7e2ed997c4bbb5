import type { Phase } from '../phase'
import type { SizePreset } from '../size-preset'

/** What a provider is told besides the conversation. Typed, so that no provider parses a prompt. */
export interface RequestContext {
  phase: Phase
  /** Absolute. */
  projectDir: string
  /** Unset outside a run of a template. */
  size?: SizePreset | undefined
  /** From 1. */
  session: number
}

/** A tool as a model sees it. */
export interface ToolDefinition {
  name: string
  description: string
  /** JSON Schema of the input object. */
  inputSchema: Record<string, unknown>
}

/** One part of a message. A result answers the call with the same id. */
export type ContentBlock =
  | { type: 'text'; text: string }
  | { type: 'tool-call'; id: string; name: string; input: unknown }
  | { type: 'tool-result'; id: string; content: string; isError: boolean }
  /** A block that only its provider understands (thinking, signatures); sent back unchanged. */
  | { type: 'opaque'; provider: string; value: unknown }

/** Append-only: a message is never edited once it was sent. */
export interface Message {
  role: 'user' | 'assistant'
  content: ContentBlock[]
}

/** Everything one turn is made from. */
export interface ModelRequest {
  system: string
  messages: readonly Message[]
  tools: readonly ToolDefinition[]
  context: RequestContext
}

/** Tokens. Input tokens are those that were neither read from nor written to a cache. */
export interface Usage {
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
}

/** Why a turn ended. `max-tokens`: at the output limit, so its calls may be cut off and are not executed. `pause`: the provider wants to go on. */
export type StopReason = 'end-turn' | 'tool-use' | 'max-tokens' | 'context-full' | 'refusal' | 'pause'

/** One model turn, streamed. The last event is always `end`. */
export type ModelEvent =
  | { type: 'text-delta'; text: string }
  | { type: 'thinking-delta'; text: string }
  | { type: 'tool-call'; id: string; name: string; input: unknown }
  | { type: 'opaque'; provider: string; value: unknown }
  | { type: 'usage'; usage: Usage }
  | { type: 'end'; stopReason: StopReason }

/** A source of model turns. Core owns the loop, the tools, the policy and the limits. */
export interface Provider {
  readonly name: string
  /** The model's id, as logs name it. */
  readonly model: string
  /** Tokens; `Infinity` for a provider without a limit. */
  readonly contextWindow: number
  /** True when the provider is our own deterministic code, so that a missing sandbox need not stop a run. Default false. */
  readonly trusted?: boolean
  /** Its keys, when they did not come from the environment: they are kept out of logs and events. */
  readonly secrets?: readonly string[] | undefined
  /** @throws ProviderError */
  stream(request: ModelRequest, options: { signal: AbortSignal }): AsyncIterable<ModelEvent>
}

/** What kind of failure it was: decides whether it is tried again. */
export type ProviderErrorKind =
  | 'auth'
  | 'rate-limit'
  | 'spend-limit'
  | 'overloaded'
  | 'timeout'
  | 'network'
  | 'invalid-request'
  | 'protocol'
  | 'server'

/** A failed model turn. `retryable` is decided once, here. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly kind: ProviderErrorKind
  /** Milliseconds that the provider asked to wait, if it did. */
  readonly retryAfterMs: number | undefined
  /** What to do about it, where the kind alone does not tell. */
  readonly remedy: string | undefined

  constructor(kind: ProviderErrorKind, message: string, options: { retryAfterMs?: number; remedy?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.retryAfterMs = options.retryAfterMs
    this.remedy = options.remedy
  }

  /** True when the same request may succeed later. */
  get retryable(): boolean {
    return this.kind === 'rate-limit' || this.kind === 'overloaded' || this.kind === 'timeout' || this.kind === 'network' || this.kind === 'server'
  }
}
