import type { FieldFacts } from '../facts'

/** What a qualifier looks like, and what it says of its field. */
export type Production = [RegExp, (facts: FieldFacts, match: RegExpMatchArray, fieldName: string) => void]

/** A number as people write it: `1,000`. */
export const N = '(-?\\d[\\d,_]*(?:\\.\\d+)?)'

export const VERB = '(?:must be |should be |has to be |is |are |be )?'

export const number = (text: string): number => Number(text.replace(/[,_](?=\d{3}\b)/g, ''))
