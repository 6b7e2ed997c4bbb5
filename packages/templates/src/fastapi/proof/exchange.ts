/** One request of a test and what the application answered, as the gateway saw both. */
export interface Exchange {
  method: string
  /** Path and query, as sent. */
  target: string
  requestBody: Buffer
  answer: Answer
}

export interface Answer {
  status: number
  /** Names in lower case and values, in the order received. */
  headers: [name: string, value: string][]
  body: Buffer
}

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The row of an answer, also where an envelope holds it. */
export function unwrapped(json: unknown, keyName: string): unknown {
  if (!isRecord(json) || json[keyName] !== undefined) return json
  const rows = Object.values(json).filter((member) => isRecord(member) && member[keyName] !== undefined)
  return rows.length === 1 ? rows[0] : json
}
