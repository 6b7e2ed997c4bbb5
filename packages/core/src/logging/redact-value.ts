import type { Redactor } from '../security/redact'

/** Redacts every string of a JSON value; a text is judged together with the name it stands under. */
export function redactValue(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.text(value)
  if (Array.isArray(value)) return value.map((item, index) => named(optionBefore(value, index), item, redactor))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name.length < SHORTEST_SECRET_NAME ? name : redactor.text(name),
      named(/^value$/i.test(name) ? nameBeside(value) : name, item, redactor),
    ]),
  )
}

/** Names may hold secrets, too, but short ones are words. */
const SHORTEST_SECRET_NAME = 16

function named(name: string, value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.property(name, value)
  if (typeof value === 'number') return namedNumber(name, value, redactor)
  if (Array.isArray(value)) return value.map((item, index) => named(optionBefore(value, index) || name, item, redactor))
  return redactValue(value, redactor)
}

/** A number stays one, unless it is a secret. */
function namedNumber(name: string, value: number, redactor: Redactor): string | number {
  const shown = redactor.property(name, String(value))
  return shown === String(value) ? value : shown
}

/** `["--token", "x"]` */
function optionBefore(items: readonly unknown[], index: number): string {
  const before = items[index - 1]
  return typeof before === 'string' && /^--?[\w-]+$/.test(before) ? before : ''
}

/** `{ "name": "API_KEY", "value": "x" }` */
function nameBeside(value: object): string {
  const [, name] = Object.entries(value).find(([key, each]) => /^(?:name|key)$/i.test(key) && typeof each === 'string') ?? []
  return typeof name === 'string' ? name : 'value'
}
