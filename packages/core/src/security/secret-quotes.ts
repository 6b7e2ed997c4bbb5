import { QUOTES } from './secret-joints'
import { REACH } from './secret-names'
import { LONGEST_VALUE } from './secret-span'

/** What a text may be handed to before it is the secret. */
const MAKER =
  '(?:SecretStr|SecretBytes|(?:bytes|bytearray)\\.fromhex|(?:base64\\.)?(?:urlsafe_)?b64decode|(?:binascii\\.)?unhexlify|Buffer\\.from)\\('
/** What opens a value in quotes; the group is the quote. */
export const OPENING = new RegExp(`(?:${MAKER})?[bfru$]{0,2}((?:\\\\{1,15}"){3}|\\\\{0,15}(?:"""|'''|["'\`])|${QUOTES})`, 'y')

/** In `'password=' + value` the quote ends the text that the name stands in. */
export function isClosing(text: string, quote: string, name: number, end: number): boolean {
  if (!/^\\*["'`]$/.test(quote) || !/^(?:\s|$|[)\]},;\\]|\+ |\+[\w.]{1,32}[)\];,+])/.test(text.slice(end, end + 36))) return false
  const line = text.slice(Math.max(0, name - REACH), name)
  return line.lastIndexOf(quote) > line.lastIndexOf('\n')
}

/** The quote that closes is written like the one that opened; without one the value ends with its line. */
export function closing(text: string, start: number, quote: string): number {
  const isBlock = /["']{3}|(?:\\+"){3}/.test(quote)
  const window = text.slice(start, start + LONGEST_VALUE)
  const lineEnd = isBlock ? -1 : window.indexOf('\n')
  const limit = lineEnd < 0 ? window.length : lineEnd
  for (let at = window.indexOf(quote); at >= 0 && at < limit; at = window.indexOf(quote, at + 1)) {
    if (quote === "'" && isDoubled(window, at)) at += 1
    else if (/^[\\&%]/.test(quote) ? !isLongerEscape(window, at) : !isEscaped(window, at)) return start + at
  }
  return start + limit
}

/** YAML and SQL write a quote inside of a text twice. */
const isDoubled = (text: string, at: number) => at > 0 && /^''\w/.test(text.slice(at, at + 3))

function isEscaped(text: string, at: number): boolean {
  let from = at
  while (from > 0 && text[from - 1] === '\\') from -= 1
  return (at - from) % 2 === 1
}

/** An escaped quote inside of a text that is itself escaped has more backslashes than the quotes around it. */
function isLongerEscape(text: string, at: number): boolean {
  return at > 0 && text[at] === '\\' && text[at - 1] === '\\'
}
