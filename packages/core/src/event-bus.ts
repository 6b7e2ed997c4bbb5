import type { EventSink, ForgeEvent, ForgeEventBody, ForgeEventType } from './events'
import { messageOf } from './files'
import type { EventRedactor } from './logging/event-redactor'

type Listener = (event: ForgeEvent) => unknown

export interface EventBusOptions {
  sinks: readonly EventSink[]
  /** The listeners of one event type, asked at each event. */
  listeners?: (type: ForgeEventType) => readonly Listener[]
  /** What of an event leaves the run; default all of it. */
  redact?: EventRedactor
}

/** Puts the envelope on each event and hands it to every sink. One that throws is reported once and never stops the others. */
export interface EventBus {
  emit(event: ForgeEventBody): void
  /** Later events carry this session number; 0 outside a session. */
  enterSession(session: number): void
  /** Runs a sink's own method (`open`, `close`, `result`) with the same isolation. */
  guard(name: string, key: object, call: () => unknown): Promise<void>
  /** Closes every sink. */
  close(): Promise<void>
}

export function createEventBus({ sinks, listeners = () => [], redact = (event) => [event] }: EventBusOptions): EventBus {
  const reported = new Set<object>()
  let session = 0

  function report(name: string, key: object, error: unknown) {
    if (reported.has(key)) return
    reported.add(key)
    emit({
      type: 'notice',
      level: 'warning',
      code: 'SINK_FAILED',
      message: `${name} failed: ${messageOf(error)}. It is reported once.`,
      remedy: 'The run itself is not affected.',
    })
  }

  function attempt(name: string, key: object, call: () => unknown): unknown {
    try {
      const outcome = call()
      return outcome instanceof Promise ? outcome.catch((error) => report(name, key, error)) : undefined
    } catch (error) {
      report(name, key, error)
      return undefined
    }
  }

  function emit(body: ForgeEventBody) {
    for (const safe of redact(body)) deliver(safe)
  }

  function deliver(body: ForgeEventBody) {
    const event: ForgeEvent = { ...body, time: new Date().toISOString(), sessionNumber: session }
    for (const sink of sinks) attempt(`The sink "${sink.name}"`, sink, () => sink.handle(event))
    for (const listener of listeners(event.type)) attempt(`A listener of "${event.type}"`, listener, () => listener(event))
  }

  return {
    emit,
    enterSession(number) {
      session = number
    },
    async guard(name, key, call) {
      await attempt(name, key, call)
    },
    async close() {
      for (const sink of sinks) await attempt(`The sink "${sink.name}"`, sink, () => sink.close?.())
    },
  }
}
