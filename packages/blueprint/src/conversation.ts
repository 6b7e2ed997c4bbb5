import { type ContentBlock, INTERRUPTED_CALL, type Message } from '@forge/core'

/** A tool call, without the id that the conversation gives it. */
export interface Call {
  name: string
  input: Record<string, string | number>
}

export interface Outcome {
  content: string
  isError: boolean
  /** How often exactly this call failed so far; being cut off by a kill is no failure. */
  failures: number
}

/** What a conversation's tool calls have answered so far. */
export interface Conversation {
  /** The last answer to exactly this call. */
  outcome(call: Call): Outcome | undefined
}

/** Reads a conversation: the only memory there is. */
export function readConversation(messages: readonly Message[]): Conversation {
  const results = new Map(messages.flatMap(({ content }) => content.filter(isResult)).map((block) => [block.id, block]))
  const outcomes = new Map<string, Outcome>()
  for (const block of messages.flatMap(({ content }) => content)) {
    const result = block.type === 'tool-call' ? results.get(block.id) : undefined
    if (block.type !== 'tool-call' || result === undefined) continue
    const key = keyOf(block.name, block.input)
    const failures = (outcomes.get(key)?.failures ?? 0) + (result.isError && result.content !== INTERRUPTED_CALL ? 1 : 0)
    outcomes.set(key, { content: result.content, isError: result.isError, failures })
  }
  return { outcome: ({ name, input }) => outcomes.get(keyOf(name, input)) }
}

const isResult = (block: ContentBlock): block is Extract<ContentBlock, { type: 'tool-result' }> => block.type === 'tool-result'

const keyOf = (name: string, input: unknown): string => `${name} ${JSON.stringify(input)}`
