import { type Joint, jointAt, mayJoin } from './secret-joints'
import { cookiesAt, parametersAt } from './secret-lists'
import { REACH, type Strength, isAuthorization, isPassword, nameEnd, nameStart, strengthOf } from './secret-names'
import { OPENING, closing, isClosing } from './secret-quotes'
import { LONGEST_VALUE, type Span, matchAt } from './secret-span'
import { isSecretValue } from './secret-value'

/** What the names of secrets have in common; most of what holds it is another name, which {@link strengthOf} tells. */
export const NAME_ROOTS = [
  ...['key', 'token', 'secret', 'pass', 'pwd', 'credential', 'auth', 'cookie', 'sid', 'sessionid', 'sessionId', 'session_id', 'session-id'],
  ...['verifier', 'mnemonic', 'seed_phrase', 'psk', '_pat'],
]
/** Names inside a value that is no secret are looked at, but not in ones longer than this. */
const LONG = 1024

const SCHEME = /(?:(?:bearer|basic|token|apikey|api-key|digest|negotiate|sharedkey)[ \t]+|[A-Za-z][A-Za-z-]{2,24}[ \t]+(?=[\w+/=.~:-]{8}))/iy
const BARE = new RegExp(`[^\\s,;&"'\`\\\\<>)\\]}|\\u001b]{1,${LONGEST_VALUE}}`, 'y')
/** On a line of its own a value has no end but a blank; only another assignment follows `&`. */
const WIDE = new RegExp(`(?:[^\\s;&"'\`\\\\<>|\\u001b]|&(?![\\w.%-]{1,64}=)){1,${LONGEST_VALUE}}`, 'y')
const XML_TEXT = /[^<\n]{1,4096}/y

/** A name that was found, and the text around it. */
interface Named {
  text: string
  name: string
  /** Where the name starts. */
  start: number
  strength: Strength
  joint: Joint
  /** Where the value, or its opening quote, starts. */
  at: number
}

/** Secrets that were found, and from where to look on. */
export interface Found {
  spans: readonly Span[]
  end: number
}

/**
 * Values that stand beside the name of a secret: `NAME=value`, `"name": "value"`, `--name value`, `Authorization: Bearer value`.
 * The name holds the root that lies between the two places.
 */
export function secretsBeside(text: string, rootStart: number, rootEnd: number): Found {
  const end = nameEnd(text, rootEnd)
  const named = mayJoin(text, end) ? namedAt(text, nameStart(text, rootStart), end) : undefined
  return named && isJoined(named) ? secretsOf(named) : { spans: [], end }
}

/** Whether a value is a secret since it stands under this name in an object. */
export function isSecretUnder(name: string, value: string): boolean {
  const strength = strengthOf(name)
  if (strength === undefined) return false
  const scheme = isAuthorization(name) ? (matchAt(SCHEME, value, 0)?.[0].length ?? 0) : 0
  return isSecretValue(value.slice(scheme), { isPassword: isPassword(name), mustLook: strength === 'weak' && 'random', quoted: true })
}

function namedAt(text: string, start: number, end: number): Named | undefined {
  const name = text.slice(start, end)
  const strength = strengthOf(name)
  const joint = strength && jointAt(text, end)
  return joint && { text, name, start, strength: name.includes(' ') ? 'weak' : strength, joint, at: end + joint.written.length }
}

/** Whether the joint joins where it stands: a blank does so only in options, declarations and logins. */
function isJoined(found: Named): boolean {
  const { text, name, start, joint } = found
  const before = (pattern: RegExp, reach = 80) => pattern.test(text.slice(Math.max(0, start - reach), start))
  if (joint.form === 'verb') return !isAuthorization(name)
  if (joint.form === 'table') return before(/\|[ \t]{0,8}[`*"]{0,3}(?:\w{1,16} )?$|(?:^|\n|\\n|")[ \t]*$/)
  if (joint.form === 'block') return before(/\bvariable[ \t]+\\{0,15}"$/)
  if (joint.form === 'markup') return before(/<(?:\w+:)?$/, 20) || (/^\\*["']/.test(joint.written) && before(/\b(?:name|key|id)=\\{0,15}["']$/, 20))
  if (joint.form === 'part') return before(/\bname=\\{0,15}"$/, 30)
  if (joint.form === 'call') return isPassword(name) || /credential$|(?:^|\.)set_?[a-z]/i.test(name)
  if (joint.form === 'blank') return isDeclared(found) || isQuoted(found, /^\\*["'`]/) || isColumn(found)
  if (joint.written.includes('=>')) return /["'`]/.test(joint.written) || text[start - 1] === ':'
  return !(joint.written === ':' && before(/\/\/$|:$/, 2))
}

const PRECEDING =
  /(?:#define|\bENV|\bARG|\bsetx|\bsetenv|\bset(?: -[a-zA-Z]+)+|\b(?:login|machine) \S{1,64}|\bconfig(?:ure)? set(?: \S{0,64}:)?|^default)\s*$/

/** `--password value`, `ENV PASSWORD value`, `login x password value`, `PASSWORD 'value'`. */
function isDeclared(found: Named): boolean {
  const { text, name, start } = found
  if (name.startsWith('-') || /^(?:requirepass|masterauth)$/.test(name)) return true
  return (/^passw/i.test(name) && isQuoted(found, /^\\*["']/)) || PRECEDING.test(text.slice(Math.max(0, start - 80), start))
}

/** Whether the value is in quotes, which may be escaped. */
const isQuoted = ({ text, at }: Named, pattern: RegExp) => pattern.test(text.slice(at, at + 16))

/** Names and values in two columns. */
function isColumn({ text, start, joint }: Named): boolean {
  return /\t|\\t/.test(joint.written) || (joint.written.length > 1 && /(?:^|\n|\\n)[ \t]*$/.test(text.slice(Math.max(0, start - 20), start)))
}

function secretsOf(found: Named): Found {
  const { text, name } = found
  if (/cookie$/i.test(name)) return cookiesAt(text, found.at)
  const opening = found.joint.form === 'markup' ? null : matchAt(OPENING, text, found.at)
  const start = found.at + (opening?.[0].length ?? 0)
  const parameters = isAuthorization(name) ? parametersAt(text, start) : undefined
  if (parameters) return parameters
  const value = start + (isAuthorization(name) ? (matchAt(SCHEME, text, start)?.[0].length ?? 0) : 0)
  return opening ? quotedSecret(found, value, opening[1] as string) : bareSecret(found, value)
}

function quotedSecret(found: Named, start: number, quote: string): Found {
  const { text, name, joint } = found
  if (!joint.written.includes(quote) && isClosing(text, quote, found.start, start)) return { spans: [], end: start }
  const end = closing(text, start, quote)
  const value = text.slice(start, end)
  if (isNamedAlike(name, value) || (quote === '`' && joint.written === '=' && value.includes(' '))) return { spans: [], end: start }
  const isSecret = isSecretValue(value, { isPassword: isPassword(name), mustLook: mustLook(found, /[=!]=/.test(joint.written)), quoted: true })
  return isSecret ? { spans: [{ start, end }], end } : { spans: [], end: start }
}

function bareSecret(found: Named, from: number): Found {
  const { text, name, joint } = found
  const start = from + (isShellDefault(found) ? 1 : 0)
  const isLine = isAlone(found)
  const value = bareValue(found, start, isLine)
  const end = start + value.length
  if (isNamedAlike(name, value)) return { spans: [], end: start }
  if (joint.form === 'markup' && !/^<\\?\//.test(text.slice(end, end + 3))) return { spans: [], end: start }
  const looks = mustLook(found, isSentence(found, value, end, isLine))
  if (!isSecretValue(value, { isPassword: isPassword(name), mustLook: looks, quoted: false }))
    return { spans: [], end: value.length > LONG ? end : start }
  const whole = isLine ? Math.max(end, start + wideValue(text, start).length) : end
  return { spans: [{ start, end: whole }], end: whole }
}

/** Without quotes a value ends where something else begins. */
function bareValue({ text, joint }: Named, start: number, isLine: boolean): string {
  const valueBy = (pattern: RegExp) => matchAt(pattern, text, start)?.[0] ?? ''
  if (joint.form === 'markup') return valueBy(XML_TEXT)
  if (!isLine && /[{[(]/.test(text[start] ?? '')) return ''
  const value = joint.form === 'verb' ? valueBy(BARE).replace(/[.!?]$/, '') : valueBy(BARE)
  if (isLine && value === '') return wideValue(text, start)
  return joint.written.includes('%') ? value.replace(/%(?:26|20|0[ad]).*$/i, '') : value
}

/** What is left of a line of its own, but for a comma. */
const wideValue = (text: string, start: number) => (matchAt(WIDE, text, start)?.[0] ?? '').replace(/,$/, '')

/** `self.api_key = api_key` */
function isNamedAlike(name: string, value: string): boolean {
  const other = value.replace(/^_+/, '')
  return other.length > 3 && name.endsWith(other) && /^$|[._-]$/.test(name.slice(0, -other.length))
}

/** `${NAME:-value}` */
function isShellDefault({ text, start, joint, at }: Named): boolean {
  return joint.written === ':' && text.startsWith('${', start - 2) && /[-=]/.test(text[at] ?? '')
}

const SETTER = /(?:set|put|define|append|add|header|param)\w{0,16}\(\s{0,4}\(?[bfru]?\\{0,15}["']$/i

/** How much a value has to look like a secret where the name or the place says too little. */
function mustLook(found: Named, isUnclear: boolean): false | 'mixed' | 'random' {
  if (found.strength === 'weak') return 'random'
  return (isUnclear || isUnclearPlace(found)) && (isPassword(found.name) || /secret$/i.test(found.name) ? 'mixed' : 'random')
}

function isUnclearPlace(found: Named): boolean {
  const { text, name, start, joint } = found
  if (['verb', 'heading', 'table', 'call'].includes(joint.form)) return true
  if (joint.form === 'list') return !name.startsWith('-') && !SETTER.test(text.slice(Math.max(0, start - 40), start))
  return joint.form === 'blank' && !isDeclared(found)
}

/** `export NAME=value` and `NAME=value` as a whole line, also where a tool numbers or marks its lines. */
function isAlone({ text, start, joint }: Named): boolean {
  if (joint.written !== '=') return false
  const before = text.slice(Math.max(0, start - REACH), start)
  const line = before.slice(before.lastIndexOf('\n') + 1)
  return line.length < REACH && /^(?:[\w./-]{1,40}:\d{1,6}:)?[ \t\d>+-]*(?:export |set |-e |ENV |local |declare -x )?$/.test(line)
}

/** `headers['Authorization'] = header`, `self.token = other`, `user, token = pair`, `token = secret = other` */
function isCode({ text, name, start, joint }: Named, end: number): boolean {
  if (joint.written.includes(']')) return true
  if (!/^[ \t]+=[ \t]+$/.test(joint.written)) return false
  return (
    /^(?:self|cls|this)\.|token(?:_?value)?$/i.test(name) ||
    /[A-Za-z_], $/.test(text.slice(Math.max(0, start - 3), start)) ||
    /^[ \t]+=[ \t>]/.test(text.slice(end, end + 4))
  )
}

/** `Invalid token: unexpected end` is a sentence, and `f(password=pw)` passes a variable; their words are no secrets unless they look like some. */
function isSentence(found: Named, value: string, end: number, isLine: boolean): boolean {
  const { text, name, start, joint } = found
  if (/[=!]=/.test(joint.written)) return true
  const isWord = /^[A-Za-z_]+$/.test(value)
  if (isWord && joint.written === ':' && !isPassword(name)) return true
  if (isWord && isCode(found, end)) return true
  if (!joint.written.includes(':') || joint.written.includes('='))
    return isWord && !isLine && !/^[A-Z\d_]+$/.test(name) && /^[),\]]/.test(text.slice(end, end + 1))
  if (/^[ \t]+[A-Za-z(]/.test(text.slice(end, end + 12))) return true
  if (isWord && /^[ \t]*[),\]}|]/.test(text.slice(end, end + 4))) return true
  if (/^(?:[A-Z][a-z]+)+$/.test(value) && !isPassword(name)) return true
  return !isPassword(name) && /[a-z] $/i.test(text.slice(Math.max(0, start - 2), start))
}
