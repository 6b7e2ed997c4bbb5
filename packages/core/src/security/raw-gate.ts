import type { Refusal } from './refusal'

/** Longer or deeper scripts are refused before they are parsed: a parser's worst case grows with both. */
const MAX_LENGTH = 64 * 1024
const MAX_NESTING = 32

const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f]|\p{Surrogate}/u

/** Characters that change what a reader sees. Inside quotes they are text: an emoji in a commit message is made with one of them. */
const INVISIBLE =
  /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u
const QUOTED = /'[^']*'|"(?:\\.|[^"\\])*"/gs

/** The checks that need no parser. */
export function rawGate(command: string): Refusal | undefined {
  if (command.trim() === '') return { rule: 'raw.empty', reason: 'the command is empty.' }
  if (command.length > MAX_LENGTH) return { rule: 'raw.length', reason: 'the command is too long.', hint: 'Write a script file and run it.' }
  if (CONTROLS.test(command) || INVISIBLE.test(command.replace(QUOTED, '')))
    return {
      rule: 'raw.character',
      reason: 'the command contains control or invisible characters.',
      hint: 'Use plain text; write special characters with a file or printf.',
    }
  if (nesting(command) > MAX_NESTING)
    return { rule: 'raw.nesting', reason: 'the command is nested too deeply.', hint: 'Write a script file and run it.' }
  return undefined
}

/** An upper bound: brackets count wherever they stand. */
function nesting(command: string): number {
  let depth = 0
  let deepest = 0
  for (const character of command) {
    if (character === '(' || character === '{') deepest = Math.max(deepest, ++depth)
    else if ((character === ')' || character === '}') && depth > 0) depth--
  }
  return Math.max(deepest, (command.match(/`/g)?.length ?? 0) / 2)
}
