import type { Argument } from './argument'
import type { Refusal } from './refusal'

const PLAIN_COMMANDS = new Set('pPdDnNhHgGxlzqQ='.split(''))

/**
 * Allows the sed scripts that only change text. The commands e, r, R, w, W and the flags e and w of s run programs or touch other files; whatever
 * is not understood is refused.
 */
export function checkSedScript(script: Argument): Refusal | undefined {
  if (script.text === undefined) return { rule: 'sed.unclear', reason: 'the script of sed must be written out.', hint: 'Use the Edit tool.' }
  return isHarmless(script.text)
    ? undefined
    : { rule: 'sed.script', reason: 'this sed script may run programs or touch other files.', hint: 'Use s/…/…/ or the Edit tool.' }
}

function isHarmless(script: string): boolean {
  let at = 0
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at
    const match = pattern.exec(script)
    if (match) at += match[0].length
    return match !== null
  }
  /** Up to and over the next delimiter that is not escaped. */
  const delimited = (delimiter: string) => {
    for (; at < script.length; at++) {
      if (script[at] === '\\') at++
      else if (script[at] === '\n') return false
      else if (script[at] === delimiter) {
        at++
        return true
      }
    }
    return false
  }
  const address = () => {
    if (skip(/\d+(~\d+)?|\$/y)) return true
    if (script[at] === '/') {
      at++
      return delimited('/') && skip(/[IM]*/y)
    }
    return false
  }

  while (at < script.length) {
    if (skip(/[\s;]+/y)) continue
    if (address() && skip(/[ \t]*,[ \t]*/y) && !skip(/[+~]\d+/y) && !address()) return false
    skip(/[ \t]*!?[ \t]*/y)
    const command = script[at++] ?? ''
    if (command === '{' || command === '}') continue
    if (command === 's' || command === 'y') {
      const delimiter = script[at++] ?? ''
      if (!/[^\w\s\\;{}]/.test(delimiter) || !delimited(delimiter) || !replacement(delimiter)) return false
      if (command === 's') skip(/[gpiIm\d]*/y)
    } else if (command === 'a' || command === 'i' || command === 'c') {
      for (; at < script.length && script[at] !== '\n'; at++) if (script[at] === '\\') at++
      continue
    } else if (command === 'b' || command === 't' || command === 'T' || command === ':') {
      if (!skip(/[ \t]*\w*/y)) return false
    } else if (!PLAIN_COMMANDS.has(command)) return false
    if (at < script.length && !/[\s;}]/.test(script[at] as string)) return false
  }
  return true

  /** The replacement may go over lines that end with a backslash. */
  function replacement(delimiter: string): boolean {
    for (; at < script.length; at++) {
      if (script[at] === '\\') at++
      else if (script[at] === delimiter) {
        at++
        return true
      }
    }
    return false
  }
}
