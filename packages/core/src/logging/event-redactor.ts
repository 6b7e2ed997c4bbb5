import type { EventOf, ForgeEventBody } from '../events'
import { prepareRedactor } from '../security/redact'
import { redactValue } from './redact-value'

/** What may be shown of an event: as a rule one event, none while a streamed text may still be in the middle of a secret. */
export type EventRedactor = (event: ForgeEventBody) => ForgeEventBody[]

/** Takes secrets out of all that an event carries; texts that are streamed in pieces are judged across their borders. */
export function eventRedactor(secrets: readonly string[]): EventRedactor {
  const redactor = prepareRedactor({ secrets })
  /** The input of a call comes twice: when it starts and when it ends. */
  const inputs = new WeakMap<object, unknown>()
  let stream = redactor.stream()

  function inputOf(input: unknown): unknown {
    if (typeof input !== 'object' || input === null) return redactValue(input, redactor)
    const known = inputs.get(input) ?? redactValue(input, redactor)
    inputs.set(input, known)
    return known
  }

  function whole(event: ForgeEventBody): ForgeEventBody {
    const { type, ...body } = event
    if (!('input' in body)) return { type, ...(redactValue(body, redactor) as object) } as ForgeEventBody
    const { input, ...others } = body
    return { type, ...(redactValue(others, redactor) as object), input: inputOf(input) } as ForgeEventBody
  }

  const delta = (text: string): EventOf<'message-delta'>[] => (text === '' ? [] : [{ type: 'message-delta', text } as EventOf<'message-delta'>])

  function rest(): ForgeEventBody[] {
    const pieces = delta(stream.end())
    stream = redactor.stream()
    return pieces
  }

  return (event) => (event.type === 'message-delta' ? delta(stream.write(event.text)) : [...rest(), whole(event)])
}
