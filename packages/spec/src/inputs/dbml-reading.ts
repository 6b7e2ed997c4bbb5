import type { FieldFacts } from '../facts'
import type { Column, Input, Table } from './tables'
import type { Cursor, Token } from './tokens'

export interface Reading {
  input: Input
  cursor: Cursor
  tables: Map<string, Table>
  aliases: Map<string, string>
  enums: Map<string, string[]>
  typed: { column: Column; type: string; table: string }[]
  refs: { from: End; to: End; kind: string; onDelete: FieldFacts['onDelete']; line: number }[]
  lost: { what: string; line: number }[]
}

export interface End {
  table: string
  columns: string[]
}

/** `schema.name` → `name`. */
export function tableName(cursor: Cursor): Token {
  let name = cursor.word('a name')
  while (cursor.take('.')) name = cursor.word('a name')
  return name
}
