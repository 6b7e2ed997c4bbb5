import { namedSecrets } from './secret-names'
import { MAX_SECRET, type Span, openPrivateKey, secretShapes } from './secret-shapes'

export interface RedactOptions {
  /** Values that are taken out wherever they stand, also as JSON, URL or base64 writes them. Shorter than four characters they are ignored. */
  secrets?: readonly string[] | undefined
}

/** Redacts a text that arrives in pieces; together its output is what {@link redact} makes of the whole. */
export interface TextRedactor {
  /** Takes a piece and returns what can be shown by now: whole lines, as a rule. */
  write(chunk: string): string
  /** The rest. */
  end(): string
}

const MARK = '[REDACTED]'
const MIN_SECRET = 4

/** Takes out secrets: known values, the key formats of well-known services, private keys, URL passwords, and values beside names such as `API_KEY`. */
export function redact(text: string, { secrets = [] }: RedactOptions = {}): string {
  return replaceAll(text, spansOf(text, spellings(secrets)))
}

/** The same for a stream. */
export function createRedactor({ secrets = [] }: RedactOptions = {}): TextRedactor {
  const known = spellings(secrets)
  let held = ''
  return {
    write(chunk) {
      held += chunk
      const cut = safeCut(held, known)
      if (cut === 0) return ''
      const spans = spansOf(held, known)
      const end = spans.reduce((earliest, span) => (span.start < earliest && span.end > earliest ? span.start : earliest), cut)
      const shown = replaceAll(
        held.slice(0, end),
        spans.filter((span) => span.end <= end),
      )
      held = held.slice(end)
      return shown
    },
    end() {
      const shown = replaceAll(held, spansOf(held, known))
      held = ''
      return shown
    },
  }
}

/** Up to where nothing that is still to come can matter: the last line end, or far enough back in a line without one. */
function safeCut(text: string, known: readonly string[]): number {
  const lineEnd = text.lastIndexOf('\n') + 1
  const open = openPrivateKey(text.slice(-MAX_SECRET))
  const starts = [open < 0 ? text.length : Math.max(0, text.length - MAX_SECRET) + open, ...known.map((secret) => beginningAtEnd(text, secret))]
  const far = text.length - 2 * MAX_SECRET
  return Math.max(Math.min(lineEnd, ...starts), far, 0)
}

/** Where a text may end in the first part of a secret that goes over a line end. */
function beginningAtEnd(text: string, secret: string): number {
  if (!secret.includes('\n')) return text.length
  const from = Math.max(0, text.length - secret.length + 1)
  for (let at = text.indexOf(secret[0] as string, from); at >= 0; at = text.indexOf(secret[0] as string, at + 1)) {
    if (secret.startsWith(text.slice(at))) return at
  }
  return text.length
}

function spansOf(text: string, known: readonly string[]): Span[] {
  const exact = known.flatMap((secret) => {
    const spans: Span[] = []
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) spans.push({ start: at, end: at + secret.length })
    return spans
  })
  return merged([...exact, ...secretShapes(text), ...namedSecrets(text)])
}

function merged(spans: Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans.sort((one, other) => one.start - other.start)) {
    const last = result.at(-1)
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end)
    else result.push({ ...span })
  }
  return result
}

function replaceAll(text: string, spans: readonly Span[]): string {
  let result = ''
  let at = 0
  for (const { start, end } of spans) {
    result += text.slice(at, start) + MARK
    at = end
  }
  return at === 0 ? text : result + text.slice(at)
}

/** How a value may be written. */
function spellings(secrets: readonly string[]): string[] {
  const all = secrets
    .filter((secret) => secret.length >= MIN_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), percentEncoded(secret), Buffer.from(secret).toString('base64')])
  return [...new Set(all)]
}

/** A lone surrogate has no such form; it counts as the replacement character. */
const percentEncoded = (secret: string) => encodeURIComponent(Buffer.from(secret).toString())
