import { blankFacts, type FieldFacts } from '../facts'
import { applyType, typeOf } from '../qualifiers/types'
import { nameKey } from '../words'
import { addTables, type Column, type Input, newTable, readComments, remark, type Table } from './tables'
import { Cursor, type Token, tokenize } from './tokens'

interface Reading {
  input: Input
  cursor: Cursor
  tables: Map<string, Table>
  aliases: Map<string, string>
  enums: Map<string, string[]>
  typed: { column: Column; type: string; table: string }[]
  refs: { from: End; to: End; kind: string; onDelete: FieldFacts['onDelete']; line: number }[]
  lost: { what: string; line: number }[]
}

interface End {
  table: string
  columns: string[]
}

const LANGUAGE = { name: 'DBML', remedy: 'Correct that line; a table is written as: Table users { id int [pk] }' }

/**
 * Reads a DBML file: tables, enums, references, indexes, notes.
 * @throws SpecError for what DBML does not allow, with its line.
 */
export function readDbml(text: string): Input {
  const { tokens, comments } = tokenize(text, true)
  const reading: Reading = {
    input: { facts: blankFacts('API'), diagnostics: [] },
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
  readComments(comments, reading.input.facts)
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

/** `schema.name` → `name`. */
function tableName(cursor: Cursor): Token {
  let name = cursor.word('a name')
  while (cursor.take('.')) name = cursor.word('a name')
  return name
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

function addCheck(token: Token, table: Table, reading: Reading): void {
  reading.input.facts.rules.push({ text: `CHECK (${token.text})`, line: token.line, entity: nameKey(table.name), kind: 'rule' })
}

function readColumn(table: Table, reading: Reading): void {
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
function settings(cursor: Cursor): Token[][] {
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

function applyColumnType({ column, type, table }: Reading['typed'][number], reading: Reading): void {
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

/** `Ref: a.b > c.d`, `Ref name: …`, `Ref { … }`. */
function readRefs(reading: Reading): void {
  const { cursor } = reading
  if (cursor.peek().kind === 'word') cursor.next()
  if (cursor.take(':')) {
    readRef(cursor.rest(), reading)
    return
  }
  cursor.skipLines()
  cursor.expect('{', 'after Ref')
  for (cursor.skipLines(); !cursor.is('}'); cursor.skipLines()) readRef(cursor.rest(), reading)
  cursor.next()
}

function readRef(tokens: Token[], reading: Reading): void {
  const bracket = tokens.findIndex((one) => one.text === '[' && one.kind === 'sign')
  const ends = bracket === -1 ? tokens : tokens.slice(0, bracket)
  const at = ends.findIndex((one) => one.kind === 'sign' && /^(?:[<>-]|<>)$/.test(one.text))
  const from = at === -1 ? null : endOf(ends.slice(0, at), reading)
  const to = at === -1 ? null : endOf(ends.slice(at + 1), reading)
  if (from === null || to === null) {
    reading.cursor.fail('a reference is not of the form "Ref: posts.user_id > users.id"')
    return
  }
  const rule = tokens
    .map((one) => one.text.toLowerCase())
    .join(' ')
    .match(/delete : (cascade|set null|restrict|no action|set default)/)?.[1]
  const onDelete = rule === undefined ? undefined : rule === 'cascade' ? 'cascade' : rule === 'set null' ? 'set-null' : 'restrict'
  reading.refs.push({ from, to, kind: ends[at]!.text, onDelete, line: tokens[0]!.line })
}

/** `users.id`, `schema.users.id`, `users.(a, b)`. */
function endOf(tokens: Token[], reading: Reading): End | null {
  const open = tokens.findIndex((one) => one.text === '(')
  const words = (open === -1 ? tokens : tokens.slice(0, open)).filter((one) => one.kind === 'word').map((one) => one.text)
  const columns =
    open === -1
      ? words.slice(-1)
      : tokens
          .slice(open)
          .filter((one) => one.kind === 'word')
          .map((one) => one.text)
  const table = open === -1 ? words.at(-2) : words.at(-1)
  return table === undefined || columns.length === 0 ? null : { table: reading.aliases.get(table) ?? table, columns }
}

function addRef(ref: Reading['refs'][number], reading: Reading): void {
  const at = (end: End) => reading.tables.get(reading.aliases.get(end.table) ?? end.table)
  const [from, to] = ref.kind === '<' ? [ref.to, ref.from] : [ref.from, ref.to]
  const [own, target] = [at(from), at(to)]
  if (own === undefined || target === undefined) {
    reading.lost.push({ what: `the reference between ${ref.from.table} and ${ref.to.table}, one of which the file does not define`, line: ref.line })
    return
  }
  if (ref.kind === '<>') {
    reading.input.facts.relations.push({
      entity: nameKey(own.name),
      kind: 'many-to-many',
      target: target.name,
      role: target.name,
      through: null,
      line: ref.line,
    })
    return
  }
  const column = from.columns.length === 1 ? own.columns.get(from.columns[0]!) : undefined
  if (column === undefined) {
    reading.lost.push({ what: `the key of several columns from ${own.name} to ${target.name}`, line: ref.line })
    return
  }
  if (ref.kind === '-' && !own.primary.includes(column.name)) column.facts.unique = 'exact'
  column.facts.references = target.name
  if (ref.onDelete !== undefined) column.facts.onDelete = ref.onDelete
}

function readProject(reading: Reading): void {
  const { cursor } = reading
  if (cursor.peek().kind === 'word') reading.input.facts.title = cursor.next().text
  const tokens = cursor.rest()
  const note = tokens.findIndex((one) => /^note$/i.test(one.text))
  const text = note === -1 ? undefined : tokens.slice(note).find((one) => one.kind === 'string')?.text
  if (text !== undefined) reading.input.facts.description = text.split('\n')[0]!.slice(0, 600)
}
