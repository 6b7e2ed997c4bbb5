import { isSecretUnder } from './secret-assignments'
import { KnownValues } from './secret-known'
import { findSecrets } from './secret-scan'
import { openPrivateKey } from './secret-shapes'
import { MAX_SECRET, type Span, merged, sourceOf } from './secret-span'

export interface RedactOptions {
  /** Values that are taken out wherever they stand, also as JSON, URL, HTML or base64 writes them. Shorter than four characters they are ignored. */
  secrets?: readonly string[] | undefined
}

/** Redacts a text that arrives in pieces; together its output is what {@link redact} makes of the whole. */
export interface TextRedactor {
  /** Takes a piece and returns what can be shown by now: whole lines, as a rule. */
  write(chunk: string): string
  /** The rest. */
  end(): string
}

/** Takes secrets out of whole texts; its known values are prepared once. */
export interface Redactor {
  text(text: string): string
  /** A text that stands under a name, as in an object. */
  property(name: string, value: string): string
  stream(): TextRedactor
}

const MARK = '[REDACTED]'
/** Characters of a line without an end that a stream holds back before it shows a part of them. */
const LONGEST_HELD = 3 * MAX_SECRET
/** Characters of what was shown that a stream remembers, since they may name what follows. */
const LONGEST_CONTEXT = 8 * 1024

/** Takes out secrets: known values, the key formats of well-known services, private keys, URL passwords, and values beside names such as `API_KEY`. */
export function redact(text: string, options: RedactOptions = {}): string {
  return prepareRedactor(options).text(text)
}

/** The same for a stream. */
export function createRedactor(options: RedactOptions = {}): TextRedactor {
  return prepareRedactor(options).stream()
}

/** The same for many texts, properties and streams. */
export function prepareRedactor({ secrets = [] }: RedactOptions = {}): Redactor {
  const known = new KnownValues(secrets)
  const text = (whole: string) => replaceAll(whole, signsOf(whole, known).spans)

  function property(name: string, value: string): string {
    if (!/cookie$|authorization$/i.test(name)) return isSecretUnder(name, value) ? MARK : text(value)
    const prefix = `${name}: `
    const together = text(prefix + value)
    return together.startsWith(prefix) ? together.slice(prefix.length) : text(value)
  }

  return { text, property, stream: () => new Stream(known) }
}

class Stream implements TextRedactor {
  readonly #known: KnownValues
  /** What was shown last, as it came, where that may name what follows. */
  #context = ''
  #held = ''

  constructor(known: KnownValues) {
    this.#known = known
  }

  write(chunk: string): string {
    this.#held += chunk
    if (!chunk.includes('\n') && this.#held.length < LONGEST_HELD) return ''
    const cut = safeCut(this.#held, this.#known)
    return cut === 0 ? '' : this.#show(cut, false)
  }

  end(): string {
    return this.#show(this.#held.length, true)
  }

  /** Shows what is held up to a place or, where more is to come, up to the beginning of a secret that lies across it. */
  #show(cut: number, isEnd: boolean): string {
    const text = this.#context + this.#held
    const from = this.#context.length
    const { spans, lastSign } = signsOf(text, this.#known)
    const to = isEnd ? text.length : beforeOpen(spans, from + cut, text.length)
    if (to <= from) return ''
    const inside = spans.flatMap(({ start, end }) =>
      end > from && start < to ? [{ start: Math.max(start, from) - from, end: Math.min(end, to) - from }] : [],
    )
    this.#context = contextOf(text.slice(0, to), lastSign)
    this.#held = text.slice(to)
    return replaceAll(text.slice(from, to), inside)
  }
}

/** The last line and the one before (and those that go on with a backslash), where a sign of a secret stands in them. */
function contextOf(text: string, lastSign: number): string {
  let start = lineStart(text, lineStart(text, text.length))
  while (start > 1 && text[start - 2] === '\\') start = lineStart(text, start)
  return text[text.length - 2] === '\\' || lastSign >= start ? text.slice(Math.max(start, text.length - LONGEST_CONTEXT)) : ''
}

/** Where the line begins that ends before a place. */
const lineStart = (text: string, end: number) => (end < 2 ? 0 : text.lastIndexOf('\n', end - 2) + 1)

/** Up to where nothing that is still to come can matter: the last line end, or far enough back in a line without one. */
function safeCut(text: string, known: KnownValues): number {
  const lineEnd = text.lastIndexOf('\n') + 1
  const tail = Math.max(0, text.length - MAX_SECRET)
  const open = openPrivateKey(text.slice(tail))
  const far = text.length < LONGEST_HELD ? 0 : tail
  return Math.max(Math.min(lineEnd, open < 0 ? text.length : tail + open, known.openAt(text)), far)
}

/** A secret that lies across the cut, or ends with all that is there, waits for the rest, unless it is endless. */
function beforeOpen(spans: readonly Span[], cut: number, length: number): number {
  const open = spans.find(({ start, end }) => start < cut && start > cut - MAX_SECRET && (end > cut || end === length))
  return open?.start ?? cut
}

function signsOf(text: string, known: KnownValues): { spans: Span[]; lastSign: number } {
  const found: Span[] = []
  const source = sourceOf(text)
  known.find(source, found)
  const lastSign = findSecrets(source, found)
  return { spans: merged(found), lastSign }
}

function replaceAll(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text
  const parts: string[] = []
  let at = 0
  for (const { start, end } of spans) {
    parts.push(text.slice(at, start), MARK)
    at = end
  }
  parts.push(text.slice(at))
  return parts.join('')
}
