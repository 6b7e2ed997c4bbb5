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

/** Levels of lists and objects in an answer: far more than an API has, and far less than a stack. */
const MAX_DEPTH = 100

/** `undefined` when it is no JSON, or nested so deeply that it can only be meant to exhaust whoever reads it. */
export function parseJson(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return isDeeperThan(value, MAX_DEPTH) ? undefined : value
  } catch {
    return undefined
  }
}

function isDeeperThan(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return most === 0 || Object.values(value).some((child) => isDeeperThan(child, most - 1))
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
