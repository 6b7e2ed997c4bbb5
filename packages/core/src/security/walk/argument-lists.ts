import type { Command } from 'unbash'
import type { Argument } from '../argument'
import { refuse } from '../refusal'
import type { Scope } from '../scope'
import { MAX_READINGS } from '../words'
import type { Walk } from './walk'

const MAX_WORDS = 4000

/** All the ways in which the words of a command can be read. */
export function argumentLists(walk: Walk, node: Command, scope: Scope): Argument[][] {
  let lists: Argument[][] = [[]]
  for (const entry of node.suffix) {
    if (entry.type !== 'Word' && entry.type !== 'Assignment') continue
    const readable = entry.type === 'Word' ? walk.words.readings(entry, scope) : walk.variables.assignmentWord(entry, scope)
    walk.wordsRead += readable.reduce((sum, { length }) => sum + length, 0) * lists.length
    if (walk.wordsRead > MAX_WORDS)
      refuse('scope.words', 'the script has too many words to be judged.', 'Write a script file and run it, or run it in parts.')
    const [only] = readable
    if (readable.length === 1 && only) for (const list of lists) list.push(...only)
    else lists = lists.flatMap((list) => readable.map((each) => [...list, ...each]))
    if (lists.length > MAX_READINGS) {
      refuse('scope.readings', 'the words of the command can be read in too many ways.', 'Use fewer variables in one command.')
    }
  }
  return lists
}
