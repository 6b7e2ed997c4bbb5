import type { Facts } from '../facts'
import { nameKey } from '../words'
import { addCheck, applyColumnType, readColumn, settings } from './dbml-columns'
import { type Reading, tableName } from './dbml-reading'
import { addRef, readRefs } from './dbml-refs'
import { besideCode } from './comments'
import { addTables, type Input, newTable, readComments, remark, type Table } from './tables'
import { Cursor, tokenize } from './tokens'

const LANGUAGE = { name: 'DBML', remedy: 'Correct that line; a table is written as: Table users { id int [pk] }' }

/**
 * Reads a DBML file: tables, enums, references, indexes, notes.
 * @throws SpecError for what DBML does not allow, with its line.
 */
export function readDbml(text: string, told: Facts): Input {
  const { tokens, comments } = tokenize(text, true)
  const reading: Reading = {
    input: { facts: told, diagnostics: [] },
    cursor: new Cursor(tokens, LANGUAGE),
    tables: new Map(),
    aliases: new Map(),
    enums: new Map(),
    typed: [],
    refs: [],
    lost: [],
  }
  const { cursor } = reading
  for (cursor.skipLines(); cursor.peek().kind !== 'end'; cursor.skipLines()) readBlock(reading)
  for (const one of reading.typed) applyColumnType(one, reading)
  for (const ref of reading.refs) addRef(ref, reading)
  readComments(comments.filter(besideCode(text)), reading.input.facts)
  addTables(reading.tables.values(), reading.input)
  remark(reading.input, 'warning', 'not followed', reading.lost)
  return reading.input
}

function readBlock(reading: Reading): void {
  const { cursor } = reading
  const word = cursor.word('a block such as Table, Enum or Ref')
  switch (word.text.toLowerCase()) {
    case 'table':
      readTable(reading)
      return
    case 'enum':
      readEnum(reading)
      return
    case 'ref':
      readRefs(reading)
      return
    case 'project':
      readProject(reading)
      return
    case 'note':
    case 'tablegroup':
    case 'tablepartial':
    case 'records':
      if (word.text.toLowerCase() !== 'note') reading.lost.push({ what: word.text, line: word.line })
      return void cursor.rest()
    default:
      cursor.fail(`no block is called "${word.text}"`)
      return
  }
}

function readTable(reading: Reading): void {
  const { cursor } = reading
  const name = tableName(cursor)
  const table = newTable(name.text, name.line)
  if (reading.tables.has(name.text)) cursor.fail(`the table "${name.text}" is defined a second time`)
  reading.tables.set(name.text, table)
  if (cursor.take('as')) reading.aliases.set(cursor.word('the alias').text, name.text)
  if (cursor.is('[')) settings(cursor)
  cursor.skipLines()
  cursor.expect('{', `after Table ${name.text}`)
  for (cursor.skipLines(); !cursor.is('}'); cursor.skipLines()) {
    if (cursor.peek().kind === 'end') cursor.fail(`the table "${name.text}" has no closing brace`)
    const [first, second] = [cursor.peek(), cursor.peek(1)]
    if (/^indexes$/i.test(first.text) && second.text === '{') readIndexes(table, reading)
    else if (/^note$/i.test(first.text) && (second.text === ':' || second.text === '{')) readNote(reading, table)
    else if (/^checks$/i.test(first.text) && second.text === '{') readChecks(table, reading)
    else if (first.text === '~') reading.lost.push({ what: 'TablePartial', line: cursor.rest()[0]!.line })
    else readColumn(table, reading)
  }
  cursor.next()
}

function readNote(reading: Reading, table: Table): void {
  const { line } = reading.cursor.peek()
  const text = reading.cursor.rest().find((one) => one.kind === 'string')?.text ?? ''
  readComments(
    text.split('\n').map((one, index) => ({ text: one.trim(), line: line + index })),
    reading.input.facts,
  )
  for (const rule of reading.input.facts.rules) if (rule.line >= line && rule.entity === null) rule.entity = nameKey(table.name)
}

function readChecks(table: Table, reading: Reading): void {
  for (const token of reading.cursor.rest()) if (token.kind === 'code') addCheck(token, table, reading)
}

function readIndexes(table: Table, reading: Reading): void {
  const { cursor } = reading
  cursor.next()
  cursor.expect('{', 'after indexes')
  for (cursor.skipLines(); !cursor.is('}'); cursor.skipLines()) {
    const { line } = cursor.peek()
    const columns: string[] = []
    let plain = true
    if (cursor.take('(')) {
      while (!cursor.take(')')) {
        const token = cursor.next()
        if (token.kind === 'end') cursor.fail('an index has no closing bracket')
        if (token.kind === 'code') plain = false
        if (token.kind === 'word') columns.push(token.text)
      }
    } else {
      const token = cursor.next()
      plain = token.kind === 'word'
      columns.push(token.text)
    }
    const flags = cursor.is('[') ? settings(cursor).map((one) => one.map((token) => token.text.toLowerCase()).join(' ')) : []
    const lowered = !plain ? (columns.length === 1 ? columns[0]!.match(/^lower\((\w+)\)$/i)?.[1] : undefined) : undefined
    if (lowered !== undefined && flags.includes('unique')) table.unique.push({ columns: [lowered], caseInsensitive: true, line })
    else if (!plain) reading.lost.push({ what: `an index over an expression on ${table.name}`, line })
    else if (flags.includes('pk')) table.primary = columns
    else if (flags.includes('unique')) table.unique.push({ columns, caseInsensitive: false, line })
    else if (columns.length === 1 && table.columns.has(columns[0]!)) table.columns.get(columns[0]!)!.facts.indexed = true
  }
  cursor.next()
}

function readEnum(reading: Reading): void {
  const { cursor } = reading
  const name = tableName(cursor)
  cursor.skipLines()
  cursor.expect('{', `after Enum ${name.text}`)
  const values: string[] = []
  for (cursor.skipLines(); !cursor.is('}'); cursor.skipLines()) {
    values.push(cursor.word(`a member of ${name.text}`).text)
    if (cursor.is('[')) settings(cursor)
  }
  cursor.next()
  reading.enums.set(name.text, values)
}

function readProject(reading: Reading): void {
  const { cursor } = reading
  if (cursor.peek().kind === 'word') reading.input.facts.title = titled(cursor.next().text, reading.input.facts.title)
  const tokens = cursor.rest()
  const note = tokens.findIndex((one) => /^note$/i.test(one.text))
  const text = note === -1 ? undefined : tokens.slice(note).find((one) => one.kind === 'string')?.text
  if (text !== undefined) reading.input.facts.description = text.split('\n')[0]!.slice(0, 600)
}

/** What a comment at the top calls the project, else its own name with a capital. */
const titled = (name: string, told: string): string => (told === 'API' ? name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, ' ') : told)
