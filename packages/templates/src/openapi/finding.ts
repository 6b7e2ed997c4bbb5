/** What is wrong at one place of an OpenAPI document. */
export interface OpenApiFinding {
  /** The check's id, for example `error-coverage`. */
  check: string
  level: 'error' | 'warning'
  /** JSON pointer (RFC 6901) into the document; empty for the document as a whole. */
  pointer: string
  /** What is wrong. */
  message: string
  /** Why it matters. */
  reason: string
  /** What to do about it. */
  remedy: string
}

/** What a check says about one place; the check's id is added by whoever runs it. */
export type Fault = Omit<OpenApiFinding, 'check'>

/** A maker of faults that share reason and remedy. */
export const faults =
  (level: Fault['level'], reason: string, remedy: string) =>
  (pointer: string, message: string): Fault => ({ level, pointer, message, reason, remedy })
