import type { EventSink } from '../events'
import type { RunResult } from '../result'

/** Shows a run to a person or a program. */
export interface Renderer extends EventSink {
  /** The run's outcome, after the last event and before `close`. */
  result?(result: RunResult): void
}
