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
  /** The process id of a job this script started. */
  job: boolean
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
  job: false,
  pipe: false,
  tilde: false,
})

export const unknownArgument: Argument = { ...literal(''), text: undefined, numeric: false }
