import type { FieldFacts } from '../facts'
import type { Input, Table } from './tables'

/** What the reading of a schema needs everywhere. */
export interface Reading {
  input: Input
  /** The text, as the bytes that offsets count. */
  bytes: Buffer
  lineOf: (offset: number) => number
  tables: Map<string, Table>
  /** Enumerations and domains. */
  types: Map<string, FieldFacts>
  skipped: { what: string; line: number }[]
  lost: { what: string; line: number }[]
}
