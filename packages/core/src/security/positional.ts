import { type Argument, literal, unknownArgument } from './argument'

/** `$1`, `$2`, …: those that are known. */
export interface Positional {
  words: readonly Argument[]
  /** There are no others. */
  complete: boolean
}

export const UNKNOWN_POSITIONAL: Positional = { words: [], complete: false }

export function oneParameter(number: number, { words, complete }: Positional): Argument {
  return words[number - 1] ?? (complete ? literal('') : unknownArgument)
}

/** `"$*"` */
export function joinedParameters({ words, complete }: Positional): Argument {
  const texts = words.flatMap(({ text }) => text ?? [])
  return complete && texts.length === words.length ? literal(texts.join(' ')) : unknownArgument
}

/** `"$@"`: a word for each parameter. */
export function allParameters({ words, complete }: Positional): Argument[] {
  return complete ? [...words] : [...words, { ...unknownArgument, splits: true }]
}

/** `"$@"` and `"${array[@]}"` become several words, even in quotes, and so does what holds them. */
export function severalWords(text: string, values: Argument[]): Argument[] {
  return /\$\{?@|\[@\]/.test(text) ? values.map((value) => (value.numeric ? value : { ...unknownArgument, splits: true })) : values
}
