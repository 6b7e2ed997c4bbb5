import type { EventSink } from '../events'

/** Writes a run's log. */
export interface Logger extends EventSink {
  /** Called before the first event. */
  open(run: { projectDir: string; runId: string; startedAt: Date }): Promise<void>
}
