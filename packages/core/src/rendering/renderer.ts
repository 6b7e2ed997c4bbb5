import type { EventSink } from '../events'

/** Shows a run to a person. */
export interface Renderer extends EventSink {}
