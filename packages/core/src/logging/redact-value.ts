/** Takes secrets out of a text; {@link redact} is one. */
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

/** In quotes first, so that a value with blanks in it is taken out as a whole. */
function named(name: string, value: string, redact: Redactor): string {
  const prefix = `${name}=`
  const quoted = redact(prefix + JSON.stringify(value))
  const whole = quoted.startsWith(prefix) ? parsedString(quoted.slice(prefix.length)) : undefined
  if (whole !== undefined && whole !== value) return whole
  const together = redact(prefix + value)
  return together.startsWith(prefix) ? together.slice(prefix.length) : redact(value)
}

function parsedString(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
