import type { Command, Word } from 'unbash'
import { refuse } from './refusal'

/** Quotes only: nothing in the word is expanded. */
export const isQuotedText = (word: Word): boolean =>
  (word.parts ?? []).every(
    (part) =>
      part.type === 'Literal' ||
      part.type === 'SingleQuoted' ||
      part.type === 'AnsiCQuoted' ||
      (part.type === 'DoubleQuoted' && part.parts.every((child) => child.type === 'Literal')),
  )

/** The name of a command that is written without quotes or expansions. */
export function commandName(node: Command): string | undefined {
  return node.name && node.name.parts === undefined ? node.name.value : undefined
}

/** The name of a variable or function that a script defines. */
export function plainName(word: Word): string {
  if (word.parts !== undefined || !/^[A-Za-z_][\w-]*$/.test(word.text)) return refuse('name.dynamic', 'the name must be written out.')
  return word.text
}

export function checkIndex(word: Word): void {
  if (word.parts !== undefined || !/^(\d+|@|\*)$/.test(word.text)) refuse('array.index', 'the index of an array must be a number.')
}
