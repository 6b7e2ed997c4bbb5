import { type Span, matchAt } from './secret-span'

/** Has a digit or mixes its cases: a word does neither. */
const LOOKS_RANDOM = '(?=[A-Za-z0-9._~+/=-]{0,64}(?:\\d|[a-z][A-Z]))'

/** A quote may be escaped, as in JSON. */
const QUOTE = '\\\\{0,15}["\']'
/** The text in quotes. */
const quoted = (shortest: number) => `[bfru]?${QUOTE}((?:[^"'\\n\\\\]|\\\\(?!\\\\*["'])){${shortest},256})(?=${QUOTE})`

/** Words that a secret follows without being a value. The group is the secret. */
const PHRASES: readonly { root: RegExp; rest: RegExp; isSecret?: (text: string) => boolean }[] = [
  {
    root: /^bearer/,
    rest: /[ \t]{0,8}(?!mock:)((?=[A-Za-z0-9._~+/=-]{0,64}\d|[A-Za-z0-9._~+/=-]{24})[A-Za-z0-9._~+/=-]{8,4096})/y,
  },
  { root: /^basic/, rest: /[ \t]{0,8}([A-Za-z0-9+/]{8,1024}={0,2})(?![\w+/=-])/y, isSecret: isUserAndPassword },
  { root: /^signature/, rest: /([A-Za-z0-9%+/=_~-]{24,512})/y },
  { root: /^identified/, rest: new RegExp(`\\s{1,8}(?:PASSWORD )?${quoted(1)}`, 'iy') },
  { root: /^credentials/, rest: new RegExp(`[^\\s/:]{1,64} ?[/:] ?(${LOOKS_RANDOM}[^\\s/,;)"'\`\\\\]{6,128})`, 'y') },
  {
    root: /^cookies/,
    rest: new RegExp(
      `(?:=|:|\\.set\\()\\s{0,8}\\{?\\s{0,8}${QUOTE}[\\w.-]{1,64}${QUOTE}[:,] {0,4}${QUOTE}(${LOOKS_RANDOM}[\\w.%+/=~-]{16,4096})`,
      'y',
    ),
  },
  { root: /^jwt/, rest: new RegExp(`\\s{0,8}(?:\\{[^{}\\n]{0,200}\\}|[\\w.[\\]]{1,64}),\\s{0,8}${quoted(4)}`, 'y') },
  { root: /^hmac/, rest: new RegExp(`\\s{0,8}${quoted(4)}`, 'y') },
  { root: /^auth/, rest: new RegExp(`\\s{0,40}[bfru]?${QUOTE}[^"'\\n\\\\]{0,128}${QUOTE},\\s{0,40}${quoted(1)}`, 'y') },
]

/** What phrases begin with, in lower case. */
export const PHRASE_ROOTS = [
  'bearer ',
  'bearer\t',
  'basic ',
  'basic\t',
  'signature=',
  'identified by',
  'auth(',
  'auth=(',
  'credentials: ',
  'cookies',
  'jwt.encode(',
  'jwt.decode(',
  'jwt.sign(',
  'jwt.verify(',
  'hmac.new(',
]

/** The secret after a phrase. */
export function phraseSecret(text: string, root: string, at: number): Span | undefined {
  const phrase = PHRASES.find((each) => each.root.test(root))
  const secret = phrase && matchAt(phrase.rest, text, at)?.[1]
  if (!phrase || secret === undefined || phrase.isSecret?.(secret) === false) return undefined
  const end = phrase.rest.lastIndex
  return { start: end - secret.length, end }
}

/** `user:password` in base64. */
function isUserAndPassword(base64: string): boolean {
  return Buffer.from(base64, 'base64').includes(':')
}
