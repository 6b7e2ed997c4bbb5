/** A value beside any `strong` name is a secret unless it is plainly none; beside a `weak` one only when it looks like one. */
export type Strength = 'strong' | 'weak'

/** What may follow the last word of a name without changing what it names: `SECRET_KEY_BASE`, `password2`, `tokenValue`. */
const TAIL = '(?:_?(?:base|value|data|plain|raw|confirm|confirmation|confirmed|repeat|again|old|new|current|pem|b64|base64|\\d{1,3}|v\\d))?$'
const PASSWORD = new RegExp(`(?:passwo?r?d|passphrase|pass_phrase|passcode|pwd|mnemonic|seed_phrase)(?:_?hash)?${TAIL}`)
const STRONG = new RegExp(
  `(?:secret|token|authorization|api_?key|(?:access|account|encrypt|encryption|decryption|master|private|secret|shared_?access|signing|client|auth|hmac|jwt|webhook|deploy|subscription|license|service)_?key|code_verifier|(?:^|_)psk)(?:_id)?${TAIL}`,
)
/** `pass` alone is a verb and a noun; with these it is a password. */
const DATABASE_PASS =
  /(?:db|database|smtp|user|mysql|pg|postgres|redis|mongo|ftp|mail|email|admin|root|ssh|proxy|login|rabbitmq|amqp|sql|ldap|imap|require|become|store|key|trust)_?pass$|^masterauth$/
const WEAK = /(?:credentials?|(?:^|_)auth|(?:^|_)pass|[a-z0-9]_?key|secret_id|sess(?:ion)?_?id|(?:^|_)sid|_pat|cookie)(?:_?\d{1,3})?$/

/** Names that end like those of secrets, and are other names. */
const OTHERS = [
  /(?:^|_)(?:next|page|paging|continuation|cancel|cancellation|pad|eos|bos|unk|sep|mask|cls|stop|start|end|first|last|special|design|sync|max|min|num|total|existing|pull|has|is|no|requires?|needs?)_(?:page_)?(?:token|secret|password|key|auth)$/,
  /(?:primary|foreign|sort|public|partition|cache|unique|idempotency|row|range|hash|object|composite|candidate|natural|surrogate|routing|group|dict|json|field|column|map|lookup|index|translation|i18n|hot|short_?cut|arrow|enter|shift|ctrl|alt|meta|host|known)_?key(?:_?\d{1,3})?$/,
  /(?:mon|don|tur|hoc|whis|joc|ba)key$/,
  /(?:^|_)keyword|webtoken$/,
]

const MOST_REMEMBERED = 2000
const remembered = new Map<string, Strength | undefined>()

/** What a name says about its value; undefined when nothing. Texts use few names, and often. */
export function strengthOf(name: string): Strength | undefined {
  if (remembered.has(name)) return remembered.get(name)
  if (remembered.size >= MOST_REMEMBERED) remembered.clear()
  const strength = judged(name)
  remembered.set(name, strength)
  return strength
}

function judged(name: string): Strength | undefined {
  const words = name
    .replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3_$2')
    .replace(/[-. ]+/g, '_')
    .toLowerCase()
  if (OTHERS.some((other) => other.test(words))) return undefined
  if (PASSWORD.test(words) || STRONG.test(words) || DATABASE_PASS.test(words)) return /^data_(?:token|key|secret)/.test(words) ? 'weak' : 'strong'
  return WEAK.test(words) && (!/key(?:_?\d+)?$/.test(words) || /_KEY(?:_?\d+)?$/.test(name)) ? 'weak' : undefined
}

/** Passwords may be plain words and numbers. */
export const isPassword = (name: string) => /(?:passw|passphrase|pwd|pass$|pass_|mnemonic|seed_phrase)/i.test(name)
/** Names whose value begins with a scheme, such as `Bearer`. */
export const isAuthorization = (name: string) => /authorization$/i.test(name)

/** The longest name that is looked at, in characters to each side of its root. */
export const REACH = 64

function isNameCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 45 || code === 46
}

/** Where a name ends that holds this place. */
export function nameEnd(text: string, from: number): number {
  let at = from
  while (at < from + REACH && isNameCode(text.charCodeAt(at))) at += 1
  while (at > from && (text[at - 1] === '.' || text[at - 1] === '-')) at -= 1
  return at
}

/** Where a name starts that holds this place. */
export function nameStart(text: string, from: number): number {
  let at = from
  while (at > from - REACH && at > 0 && isNameCode(text.charCodeAt(at - 1))) at -= 1
  if (at < from && text[at - 1] === '\\' && /[nrt]/.test(text[at] as string)) return at + 1
  return at === from && text[at - 1] === ' ' && /^key/i.test(text.slice(at, at + 3))
    ? at - (FIRST_WORD.exec(text.slice(Math.max(0, at - 24), at))?.[0].length ?? 0)
    : at
}

/** `API key` and `secret key` are written as two words, too. */
const FIRST_WORD = /(?:(?<![A-Za-z0-9])|(?<=\[[\d;]{0,8}m))(?:api|access|secret|private|signing|account|master) $/i
