import type { Call, Conversation } from './conversation'

/** One answer: calls to make, or the last words of the session. */
export interface Turn {
  text: string
  calls: Call[]
}

export const CALLS_A_TURN = 16
/** A call that failed is made once more, since the machine may have been busy, and not a third time. */
const TRIES = 2

export const stop = (text: string): Turn => ({ text, calls: [] })

/** Calls that have no good answer yet. */
export function unanswered(conversation: Conversation, calls: readonly Call[]): Call[] {
  return calls.filter((call) => conversation.outcome(call)?.isError !== false)
}

/** The first calls of `calls`, unless one of them failed for good: then the session ends and says so. */
export function turnFor(conversation: Conversation, text: string, calls: readonly Call[]): Turn {
  for (const call of calls) {
    const outcome = conversation.outcome(call)
    if (outcome?.isError && outcome.failures >= TRIES) return stop(`${describe(call)} failed, so nothing more can be done: ${outcome.content}`)
  }
  return { text, calls: calls.slice(0, CALLS_A_TURN) }
}

function describe({ name, input }: Call): string {
  return `${name} ${String(input['file_path'] ?? input['pattern'] ?? input['command'] ?? '')}`
}
