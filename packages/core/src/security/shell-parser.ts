import { type ParseError, type Script, parse } from 'unbash'

/** A typed tree of a bash script, with everything the parser was not sure about. */
export type ParsedScript = Script & { readonly errors?: readonly ParseError[] | undefined }

/** What the policy reads. */
export interface ShellParser {
  parse(source: string): ParsedScript
}

export const unbashParser: ShellParser = { parse }
