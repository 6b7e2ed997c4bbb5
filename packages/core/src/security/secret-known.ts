import { Literals } from './secret-literals'
import type { Source, Span } from './secret-span'

/** Shorter values would be found in any text. */
const MIN_SECRET = 4
/** Shorter values are too short to be told inside of longer base64. */
const MIN_INSIDE_BASE64 = 8

/** Finds values that are known, however they are written. */
export class KnownValues {
  readonly #spellings: string[]
  readonly #literals: Literals
  readonly #ofLines: readonly string[]

  constructor(secrets: readonly string[]) {
    this.#spellings = [...new Set(secrets.filter((secret) => secret.length >= MIN_SECRET).flatMap(spellingsOf))]
    this.#literals = new Literals(this.#spellings)
    this.#ofLines = this.#spellings.filter((spelling) => spelling.includes('\n'))
  }

  find(source: Source, spans: Span[]): void {
    if (this.#spellings.length === 0) return
    for (let found = this.#literals.next(source, 0); found; found = this.#literals.next(source, found.start + found.literal.length)) {
      spans.push({ start: found.start, end: found.start + found.literal.length })
    }
  }

  /** Where a text may end in the first part of a value that goes over a line end; its length without one. */
  openAt(text: string): number {
    return Math.min(text.length, ...this.#ofLines.map((spelling) => beginningAtEnd(text, spelling)))
  }
}

function beginningAtEnd(text: string, secret: string): number {
  const from = Math.max(0, text.length - secret.length + 1)
  for (let at = text.indexOf(secret[0] as string, from); at >= 0; at = text.indexOf(secret[0] as string, at + 1)) {
    if (secret.startsWith(text.slice(at))) return at
  }
  return text.length
}

/** How a value may be written: as it is, in JSON (also in JSON within JSON), Python, HTML, URLs, forms and base64. */
function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const json = inJson(secret)
  /** A lone surrogate has no such form; it counts as the replacement character. */
  const url = encodeURIComponent(bytes.toString())
  const urls = [url, url.replaceAll('%20', '+'), url.replaceAll('%2F', '/')]
  return [
    secret,
    ...[json, asciiOnly(json)].flatMap((text) => [text, inJson(text), inJson(inJson(text))]),
    secret.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n'),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ...urls,
    ...urls.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...(secret.length < MIN_INSIDE_BASE64 ? [] : [0, 1, 2].flatMap((offset) => insideBase64(bytes, offset))),
  ]
}

const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
const asciiOnly = (text: string) => text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** What all texts of a base64 have in common in which the value begins after this many bytes (modulo three). */
function insideBase64(bytes: Buffer, offset: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes])
  const [from, to] = [Math.ceil((offset * 8) / 6), Math.floor((whole.length * 8) / 6)]
  return (['base64', 'base64url'] as const).map((encoding) => whole.toString(encoding).slice(from, to))
}
