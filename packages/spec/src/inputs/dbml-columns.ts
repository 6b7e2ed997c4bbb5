import { parseQualifiers } from '../qualifiers'
import { applyType, typeOf } from '../qualifiers/types'
import { nameKey } from '../words'
import type { Reading } from './dbml-reading'
import { endOf } from './dbml-refs'
import { type Column, readComments, type Table } from './tables'
import type { Cursor, Token } from './tokens'

export function addCheck(token: Token, table: Table, reading: Reading): void {
  reading.input.facts.rules.push({ text: `CHECK (${token.text})`, line: token.line, entity: nameKey(table.name), kind: 'rule' })
}

export function readColumn(table: Table, reading: Reading): void {
  const { cursor } = reading
  const name = cursor.word(`a column of ${table.name}`)
  if (cursor.peek().kind === 'newline') cursor.fail(`the column "${name.text}" has no type`)
  let type = ''
  while (!cursor.is('[') && !['newline', 'end'].includes(cursor.peek().kind) && !cursor.is('}')) {
    const token = cursor.next()
    type += token.text === '.' ? '' : token.text
    if (cursor.is('.')) type = ''
    if (cursor.is('[') && cursor.peek(1).text === ']') {
      type += '[]'
      cursor.next()
      cursor.next()
    }
  }
  const column: Column = { name: name.text, line: name.line, facts: {} }
  if (table.columns.has(name.text)) cursor.fail(`the column "${name.text}" of ${table.name} is defined a second time`)
  table.columns.set(column.name, column)
  reading.typed.push({ column, type, table: table.name })
  if (cursor.is('[')) for (const setting of settings(cursor)) readSetting(setting, column, table, reading)
  if (column.facts.nullable === undefined && !table.primary.includes(column.name)) column.facts.nullable = true
}

/** `[pk, not null, default: 'x', ref: > users.id]` → one list of tokens each. */
export function settings(cursor: Cursor): Token[][] {
  cursor.expect('[', 'before the settings')
  const found: Token[][] = [[]]
  let depth = 0
  while (depth > 0 || !cursor.is(']')) {
    if (cursor.peek().kind === 'end') cursor.fail('the settings have no closing bracket')
    const token = cursor.next()
    if (token.kind === 'sign' && token.text === '(') depth += 1
    if (token.kind === 'sign' && token.text === ')') depth -= 1
    if (token.text === ',' && token.kind === 'sign' && depth === 0) found.push([])
    else if (token.kind !== 'newline') found.at(-1)!.push(token)
  }
  cursor.next()
  return found.filter((one) => one.length > 0)
}

function readSetting(tokens: Token[], column: Column, table: Table, reading: Reading): void {
  const colon = tokens.findIndex((one) => one.text === ':')
  const key = (colon === -1 ? tokens : tokens.slice(0, colon)).map((one) => one.text.toLowerCase()).join(' ')
  const values = colon === -1 ? [] : tokens.slice(colon + 1)
  const { facts } = column
  switch (key) {
    case 'pk':
    case 'primary key':
      table.primary.push(column.name)
      return
    case 'not null':
      facts.nullable = false
      return
    case 'null':
      facts.nullable = true
      return
    case 'unique':
      facts.unique = 'exact'
      return
    case 'increment':
      facts.readOnly = true
      return
    case 'default':
      readDefault(values, column, reading)
      return
    case 'note':
      readNote(values[0]?.text ?? '', column)
      readComments([{ text: values[0]?.text ?? '', line: column.line }], reading.input.facts)
      return
    case 'check':
      addCheck(values[0]!, table, reading)
      return
    case 'ref': {
      const kind = values[0]?.text ?? ''
      const to = endOf(values.slice(1), reading)
      if (!/^(?:[<>-]|<>)$/.test(kind) || to === null) reading.cursor.fail(`the reference of ${column.name} is not of the form "ref: > table.column"`)
      reading.refs.push({ from: { table: table.name, columns: [column.name] }, to, kind, onDelete: undefined, line: column.line })
      return
    }
    default:
      reading.lost.push({ what: `[${tokens.map((one) => one.text).join(' ')}] of ${table.name}.${column.name}`, line: column.line })
  }
}

/** `note: 'read only'`: qualifiers, where the note is nothing else. */
function readNote(text: string, column: Column): void {
  const { facts, unknown } = parseQualifiers(text, column.name)
  if (unknown.length === 0) Object.assign(column.facts, facts)
}

function readDefault(values: Token[], column: Column, reading: Reading): void {
  const [value] = values
  if (value === undefined) return
  const code = value.kind === 'code' ? value.text : null
  if (code !== null && /^(?:now|current_)/i.test(code))
    Object.assign(column.facts, { auto: /^(?:updated|modified|last_)/i.test(column.name) ? 'updated' : 'created', readOnly: true })
  else if (code !== null && /uuid|nextval/i.test(code)) column.facts.readOnly = true
  else if (code !== null) reading.lost.push({ what: `the default of ${column.name}`, line: column.line })
  else if (value.kind === 'string') column.facts.default = value.text
  else if (/^(?:true|false)$/i.test(value.text)) column.facts.default = value.text.toLowerCase() === 'true'
  else if (value.kind === 'number') column.facts.default = Number(value.text)
}

export function applyColumnType({ column, type, table }: Reading['typed'][number], reading: Reading): void {
  const values = reading.enums.get(type.replace(/\[\]$/, ''))
  const known = typeOf(type)
  if (values !== undefined) Object.assign(column.facts, { type: 'enum', values, ...(type.endsWith('[]') ? { list: true } : {}) })
  else if (known !== null) applyType(column.facts, known)
  else {
    column.facts.type = 'text'
    reading.input.diagnostics.push({
      level: 'warning',
      message: `${table}.${column.name} has the type ${type} and is kept as text`,
      lines: [column.line],
    })
  }
  if (/^(?:big|small)?serial$/i.test(type)) column.facts.readOnly = true
}
