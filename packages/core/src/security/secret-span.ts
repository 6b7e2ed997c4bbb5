/** Part of a text, `end` excluded. */
export interface Span {
  start: number
  end: number
}

/** No secret is looked for over more characters than this, so a stream never has to hold back more. */
export const MAX_SECRET = 32 * 1024

/** The longest value beside a name, in characters. */
export const LONGEST_VALUE = 16 * 1024

/** In order, and none over another. */
export function merged(spans: Span[]): Span[] {
  if (spans.length < 2) return spans
  const result: Span[] = []
  for (const span of spans.sort((one, other) => one.start - other.start)) {
    const last = result.at(-1)
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end)
    else result.push({ ...span })
  }
  return result
}

/** Matches a sticky pattern at a place. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** A text and the lower eight bits of its characters, which are quicker to look through. */
export interface Source {
  text: string
  bytes: Uint8Array
}

export const sourceOf = (text: string): Source => ({ text, bytes: Buffer.from(text, 'latin1') })
