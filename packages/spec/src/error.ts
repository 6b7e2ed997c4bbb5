/** The text cannot be read as an API specification. `message` is one line; `remedy` says what to do, with an example. */
export class SpecError extends Error {
  override readonly name = 'SpecError'
  readonly code = 'SPEC_INVALID'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

const EXAMPLE =
  'Database Models:\n- Note (id, title, content, created_at)\n\nAPI Endpoints:\n- POST /api/v1/notes - Create note\n- GET /api/v1/notes - List notes'

export function specError(message: string): SpecError {
  return new SpecError(message, `Name at least one model and one endpoint, for example:\n\n${EXAMPLE}`)
}
