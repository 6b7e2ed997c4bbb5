/** A word of a command, after everything that bash does to it has been done as far as it can be known. */
export interface Argument {
  /** What the program will see; undefined when that is known only at run time. With `glob`, the pattern. */
  text: string | undefined
  /** The part that is known in any case; all of it when `text` is. */
  prefix: string
  /** Unquoted `*`, `?` or `[…]`: bash may put file names in its place. */
  glob: boolean
  /** May become several words, or none. Only when `text` is unknown. */
  splits: boolean
  /** Digits, whatever they will be. */
  numeric: boolean
  /** What a program has printed: without quotes it may become no word, or several. */
  printed: boolean
  /** The process id of a job this script started. */
  job: boolean
  /** Names of files inside the project, as a program lists them: the words that it splits into are read, and never written. */
  listed: boolean
  /** A pipe that bash makes: `<( )`. */
  pipe: boolean
  /** Begins with an unquoted `~`, which bash replaces by a home folder. */
  tilde: boolean
}

export const literal = (text: string): Argument => ({
  text,
  prefix: text,
  glob: false,
  splits: false,
  numeric: /^\d+$/.test(text),
  printed: false,
  job: false,
  listed: false,
  pipe: false,
  tilde: false,
})

/** A part of a word that is known, or what it names, in the place of the whole. */
export const withText = (word: Argument, text: string): Argument => ({ ...word, text, prefix: text })

export const unknownArgument: Argument = { ...literal(''), text: undefined, numeric: false }

export const anyNumber: Argument = { ...unknownArgument, numeric: true }

export const printedNumber: Argument = { ...anyNumber, printed: true }

export const listedFiles: Argument = { ...unknownArgument, listed: true }

const INTEGER = /^-?\d+$/

export const isNumber = (value: Argument) => value.numeric || (value.text !== undefined && INTEGER.test(value.text))

/** The text of a word without quotes; `raw` is how it is written. */
export function plainArgument(value: string, raw: string, first: boolean): Argument {
  const tilde = (first && raw.startsWith('~')) || /[=:]~/.test(raw)
  const glob = /^(?:[^\\*?[]|\\[\s\S])*[*?[]/.test(raw)
  return { ...literal(value), tilde, glob, prefix: glob ? value.replace(/[*?[].*$/s, '') : value }
}

/** As the value of a variable: patterns and tildes are taken up only where it is used without quotes. */
export const asValue = (value: Argument): Argument => (value.tilde ? unknownArgument : { ...value, splits: false })

/** What an expansion without quotes becomes: a text with blanks or patterns in it turns into other words. */
export function unquoted(value: Argument): Argument {
  if (value.text === undefined) return { ...value, splits: !value.numeric || value.printed }
  return value.glob || /^[^\s*?[\\]+$/.test(value.text) ? value : { ...unknownArgument, splits: true }
}

export function joined(parts: readonly Argument[]): Argument {
  const [one, other] = parts as [Argument, Argument]
  if (one.text === '' && !one.glob && !one.tilde) return other
  if (other.text === '' && !other.glob) return one
  const text = one.text === undefined || other.text === undefined ? undefined : one.text + other.text
  return {
    text,
    prefix: one.text === undefined || one.glob ? one.prefix : one.text + other.prefix,
    glob: one.glob || other.glob,
    splits: one.splits || other.splits,
    numeric: one.numeric && other.numeric,
    printed: one.printed || other.printed,
    job: false,
    listed: false,
    pipe: false,
    tilde: one.tilde || (other.tilde && /[=:]$/.test(one.text ?? '')),
  }
}
