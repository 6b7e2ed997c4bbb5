export type Redactor = (text: string) => string

/** Redacts every string of a JSON value; a value is judged together with the name it stands under. */
export function redactValue(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, typeof item === 'string' ? named(name, item, redact) : redactValue(item, redact)]),
  )
}

function named(name: string, value: string, redact: Redactor): string {
  const prefix = `${name}=`
  const together = redact(`${prefix}${value}`)
  return together.startsWith(prefix) ? together.slice(prefix.length) : redact(value)
}
