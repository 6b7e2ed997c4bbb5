import type { FieldFacts } from '../facts'

/** Text with the 1-based line on which it begins. */
export interface Piece {
  text: string
  line: number
}

export interface DeclaredField extends Piece {
  name: string
  /** Type as written, `text` being the whole member. */
  type: string
  /** What the notation says beside the type. */
  facts: FieldFacts
}

export interface DeclaredType {
  name: string
  line: number
  fields: DeclaredField[]
  /** Types whose fields it has as well. */
  bases: string[]
  junction?: boolean
}

/** What the types of another notation say, before the names of types are looked up. */
export interface Declarations {
  types: DeclaredType[]
  enums: { name: string; values: string[]; line: number }[]
  /** Fields that point at another type, told apart from both: JDL, diagrams. */
  links: { from: string; to: string; field: string; kind: 'one' | 'many'; required: boolean; line: number }[]
}

export const noDeclarations = (): Declarations => ({ types: [], enums: [], links: [] })
