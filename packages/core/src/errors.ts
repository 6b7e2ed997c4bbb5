/** The codes a {@link ForgeError} can carry. Callers branch on the code, never on the message. */
export type ForgeErrorCode =
  | 'CONFIG_INVALID'
  | 'PROVIDER_MISSING'
  | 'PROVIDER_UNAVAILABLE'
  | 'PROVIDER_PROTOCOL'
  | 'PROJECT_FOREIGN'
  | 'PROJECT_LOCKED'
  | 'SPEC_INVALID'
  | 'SPEC_CHANGED'
  | 'FEATURES_INVALID'
  | 'SANDBOX_UNAVAILABLE'
  | 'PYTHON_MISSING'
  | 'DATABASE_MISSING'
  | 'ENVIRONMENT_FAILED'
  | 'INTERNAL'

/**
 * Misuse, or something the machine lacks. Expected endings of a run are values (`RunResult`), not errors.
 * The message says what happened and why; `remedy` says what to do next.
 */
export class ForgeError extends Error {
  override readonly name = 'ForgeError'
  readonly code: ForgeErrorCode
  readonly remedy: string | undefined

  constructor(code: ForgeErrorCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.remedy = options.remedy
  }
}
