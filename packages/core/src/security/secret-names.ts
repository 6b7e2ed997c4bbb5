import type { Span } from './secret-shapes'

/**
 * The end of a name that stands for a secret, before something that gives it a value. `token_type`, `max_tokens` and `primary_key` are other names.
 */
const NAME =
  /(?:api[_-]?key|(?:access|account|auth|client|encryption|master|private|secret|service|shared[_-]?access|signing|storage)[_-]?key(?:[_-]?id)?|[A-Z0-9]_KEY|token|secret|passw(?:or)?d|passphrase|pwd|credentials?|authorization)(?:_?\d{1,3})?(?=\\{0,3}["'`]?\s{0,8}[=:]|\\{0,3}["']\]\s{0,8}=|[ \t]+\S)/gi

/** What joins name and value; at most one quote closes the name and one opens the value, and each may be escaped. */
const JOINT = /(?:\\{0,3}["'`])?\]?[ \t]{0,8}(?::=|=>|==?|:)[ \t]{0,8}|[ \t]+/y
const QUOTE = /(?:[bfru]{0,2})(\\{0,3}["'`])/y
const SCHEME = /(?:bearer|basic|token|apikey|digest)[ \t]+/iy
const BARE = /[^\s,;&"'`\\<>)\]}|]{1,4096}/y

/** Words that describe a value instead of being one. */
const DESCRIPTION =
  /^(?:true|false|null|none|nil|undefined|nan|required|optional|empty|missing|invalid|expired|unset|redacted|hidden|masked|str|string|text|int|integer|number|bool|boolean|bytes|any|object|array|list|dict|bearer|basic|mock|SecretStr|password|token|secret|varchar|uuid|unknown|never|void|self|this|yes|no|on|off|not|the|a|an|is|was|are|and|or|of|for|in|with)$/i
const TEMPLATE = /^(?:\$|<|\{|\*{2,}|x{4,}$|\.{2,}|\[|%[({sd]|#\{|mock:)/i
const EXPRESSION = /^(?:[A-Za-z_]\w*\??\.)+[A-Za-z_]\w*$|^(?:await[ ]|new[ ])?[A-Za-z_][\w.]*[([]/
const RANDOM = /^(?=.*\d)(?=.*[A-Za-z]).{8,}$|^[A-Za-z0-9+/_=-]{20,}$/

/** Values that stand beside the name of a secret: `NAME=value`, `"name": "value"`, `--name value`, `Authorization: Bearer value`. */
export function namedSecrets(text: string): Span[] {
  const spans: Span[] = []
  NAME.lastIndex = 0
  for (let match = NAME.exec(text); match; match = NAME.exec(text)) {
    const span = isOtherKey(text, match[0], match.index) ? undefined : valueAfter(text, match[0].toLowerCase(), match.index, NAME.lastIndex)
    if (span) spans.push(span)
  }
  return [...spans, ...bearers(text)]
}

/** `ENCRYPTION_KEY` is a setting; `sort_key` and `PRIMARY_KEY` are terms. */
function isOtherKey(text: string, name: string, start: number): boolean {
  if (!/^[a-z0-9]_key/i.test(name)) return false
  return name !== name.toUpperCase() || /(?:PRIMAR|FOREIG|SOR|PUBLI|PARTITIO|CACH|UNIQU|IDEMPOTENC)$/.test(text.slice(Math.max(0, start - 12), start))
}

function valueAfter(text: string, name: string, nameStart: number, nameEnd: number): Span | undefined {
  const joint = matchAt(JOINT, text, nameEnd)?.[0]
  if (joint === undefined) return undefined
  const isOption = joint.trim() === ''
  if (isOption && !/(?:^|\s)--?[\w-]{0,40}$/.test(text.slice(Math.max(0, nameStart - 42), nameStart))) return undefined
  let start = nameEnd + joint.length
  const opening = matchAt(QUOTE, text, start)
  if (opening) {
    start += opening[0].length
    if (name.startsWith('authorization')) start += matchAt(SCHEME, text, start)?.[0].length ?? 0
    const end = closing(text, start, opening[1] as string)
    return end > start && isSecret(text.slice(start, end), name, true) ? { start, end } : undefined
  }
  if (name.startsWith('authorization')) start += matchAt(SCHEME, text, start)?.[0].length ?? 0
  const value = matchAt(BARE, text, start)?.[0]
  if (value === undefined || !isSecret(value, name, false)) return undefined
  const end = start + value.length
  return isProse(text, joint, value, end) ? undefined : { start, end }
}

/** The quote that closes is written like the one that opened; without one the value ends with its line. */
function closing(text: string, start: number, quote: string): number {
  const lineEnd = text.indexOf('\n', start)
  const limit = lineEnd < 0 ? text.length : lineEnd
  for (let at = text.indexOf(quote, start); at >= 0 && at < limit; at = text.indexOf(quote, at + 1)) {
    if (quote.startsWith('\\') || text[at - 1] !== '\\') return at
  }
  return limit
}

function isSecret(value: string, name: string, quoted: boolean): boolean {
  if (DESCRIPTION.test(value) || TEMPLATE.test(value)) return false
  if (/^[\d.,]+[a-z%]?$/i.test(value)) return /^passw|^passphrase|^pwd/.test(name) && value.length >= 4
  if (name.startsWith('pwd') && value.startsWith('/')) return false
  if (!quoted && (EXPRESSION.test(value) || /^(?:[a-z]+_)*(?:password|passwd|token|secret|key)$/.test(value))) return false
  return value.length >= 2 && !/^[^A-Za-z0-9]+$/.test(value)
}

/** `password: must be long`: a word and more words after a colon are a sentence, unless the word looks like nothing but a secret. */
function isProse(text: string, joint: string, value: string, end: number): boolean {
  if (!joint.includes(':') || joint.includes('=') || RANDOM.test(value)) return false
  return /^[ \t]+[A-Za-z(]/.test(text.slice(end, end + 12)) || /^[A-Z]?[a-z]+[(.[]/.test(value + text.slice(end, end + 1))
}

const BEARER = /\bbearer[ \t]+(?!mock:)([A-Za-z0-9._~+/=-]{8,4096})/gi

/** Outside of a header the token must look like one: `bearer authentication` is prose. */
function bearers(text: string): Span[] {
  return [...text.matchAll(BEARER)].flatMap((match) => {
    const token = match[1] as string
    const end = match.index + match[0].length
    return /\d/.test(token) || token.length >= 24 ? [{ start: end - token.length, end }] : []
  })
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
