import { type Script, type ParseError, parse } from 'unbash'

/** What the policy reads: a typed tree of a bash script, with everything the parser was not sure about. */
export interface ShellParser {
  parse(source: string): Script & { readonly errors?: readonly ParseError[] | undefined }
}

export const unbashParser: ShellParser = { parse }
