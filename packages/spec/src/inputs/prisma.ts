import type { FieldFacts, Facts } from '../facts'
import { applyType, typeOf } from '../qualifiers/types'
import { nameKey } from '../words'
import { besideCode } from './comments'
import { addTables, type Column, type Input, newTable, readComments, remark, type Table } from './tables'
import { Cursor, type Token, tokenize } from './tokens'

interface Model {
  table: Table
  fields: PrismaField[]
}

interface PrismaField {
  name: string
  line: number
  type: string
  list: boolean
  optional: boolean
  attributes: Attribute[]
}

interface Attribute {
  name: string
  /** Without the brackets. */
  args: Token[]
  line: number
}

interface Reading {
  input: Input
  cursor: Cursor
  models: Map<string, Model>
  enums: Map<string, string[]>
  skipped: { what: string; line: number }[]
  lost: { what: string; line: number }[]
}

const LANGUAGE = { name: 'a Prisma schema', remedy: 'Correct that line; a model is written as: model User { id Int @id @default(autoincrement()) }' }

const SCALARS: Record<string, FieldFacts> = {
  String: { type: 'string' },
  Int: { type: 'integer' },
  BigInt: { type: 'bigint' },
  Float: { type: 'float' },
  Decimal: { type: 'decimal' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'datetime' },
  Json: { type: 'json' },
}

/**
 * Reads a Prisma schema: models, enums, relations.
 * @throws SpecError for what Prisma does not allow, with its line.
 */
export function readPrisma(text: string, told: Facts): Input {
  const { tokens, comments } = tokenize(text, false)
  const reading: Reading = {
    input: { facts: told, diagnostics: [] },
    cursor: new Cursor(tokens, LANGUAGE),
    models: new Map(),
    enums: new Map(),
    skipped: [],
    lost: [],
  }
  const { cursor } = reading
  for (cursor.skipLines(); cursor.peek().kind !== 'end'; cursor.skipLines()) readBlock(reading)
  for (const model of reading.models.values()) for (const field of model.fields) addField(field, model, reading)
  for (const model of reading.models.values()) addImplicitLinks(model, reading)
  readComments(comments.filter(besideCode(text)), reading.input.facts)
  addTables(
    [...reading.models.values()].map((model) => model.table),
    reading.input,
  )
  remark(reading.input, 'info', 'left out, since it concerns the Prisma client or the table names', reading.skipped)
  remark(reading.input, 'warning', 'not followed', reading.lost)
  return reading.input
}

function readBlock(reading: Reading): void {
  const { cursor } = reading
  const word = cursor.word('a block such as model or enum')
  const name = cursor.word(`the name of the ${word.text}`)
  cursor.skipLines()
  if (!cursor.is('{')) cursor.fail(`"{" is missing after ${word.text} ${name.text}`)
  switch (word.text) {
    case 'model':
      readModel(name, reading)
      return
    case 'enum':
      readEnum(name, reading)
      return
    case 'datasource':
    case 'generator':
    case 'type':
    case 'view':
      cursor.rest()
      ;(/^(?:type|view)$/.test(word.text) ? reading.lost : reading.skipped).push({ what: `${word.text} ${name.text}`, line: word.line })
      return
    default:
      cursor.fail(`no block is called "${word.text}"`)
      return
  }
}

function readEnum(name: Token, reading: Reading): void {
  const { cursor } = reading
  cursor.next()
  const values: string[] = []
  for (cursor.skipLines(); !cursor.is('}'); cursor.skipLines()) {
    const tokens = cursor.is('@@') || cursor.peek().kind === 'word' ? cursor.rest() : cursor.fail(`a member of ${name.text} is missing`)
    if (tokens[0]!.kind === 'word') values.push(tokens[0]!.text)
  }
  cursor.next()
  reading.enums.set(name.text, values)
}

function readModel(name: Token, reading: Reading): void {
  const { cursor } = reading
  if (reading.models.has(name.text)) cursor.fail(`the model "${name.text}" is defined a second time`)
  const model: Model = { table: newTable(name.text, name.line), fields: [] }
  reading.models.set(name.text, model)
  cursor.next()
  for (cursor.skipLines(); !cursor.is('}'); cursor.skipLines()) {
    if (cursor.take('@@')) readModelAttribute(attribute(cursor), model.table, reading)
    else model.fields.push(readField(model, reading))
  }
  cursor.next()
}

function readField(model: Model, reading: Reading): PrismaField {
  const { cursor } = reading
  const name = cursor.word(`a field of ${model.table.name}`)
  if (cursor.peek().kind !== 'word') cursor.fail(`the field "${name.text}" has no type`)
  const field: PrismaField = { name: name.text, line: name.line, type: cursor.next().text, list: false, optional: false, attributes: [] }
  if (cursor.is('(')) {
    cursor.next()
    cursor.rest()
    cursor.expect(')', `after ${field.type}`)
  }
  if (cursor.take('[')) {
    cursor.expect(']', `after ${field.type}[`)
    field.list = true
  }
  field.optional = cursor.take('?')
  while (cursor.take('@')) field.attributes.push(attribute(cursor))
  if (!['newline', 'end'].includes(cursor.peek().kind) && !cursor.is('}')) cursor.fail(`"${cursor.peek().text}" is no attribute of ${field.name}`)
  return field
}

/** `id`, `default(now())`, `db.VarChar(255)`; the sign before it is taken already. */
function attribute(cursor: Cursor): Attribute {
  const first = cursor.word('the name of an attribute')
  let name = first.text
  while (cursor.take('.')) name += `.${cursor.word('the name of an attribute').text}`
  const args: Token[] = []
  if (cursor.take('(')) {
    for (let depth = 1; ; ) {
      const token = cursor.next()
      if (token.kind === 'end') cursor.fail(`@${name} has no closing bracket`)
      if (token.kind === 'sign' && token.text === '(') depth += 1
      if (token.kind === 'sign' && token.text === ')' && --depth === 0) break
      if (token.kind !== 'newline') args.push(token)
    }
  }
  return { name, args, line: first.line }
}

/** `fields: [a, b]` or the first list. */
function listOf(args: readonly Token[], key: string | null): string[] {
  const start = key === null ? 0 : args.findIndex((one, index) => one.text === key && args[index + 1]?.text === ':')
  const open = start === -1 ? -1 : args.findIndex((one, index) => index >= start && one.text === '[')
  if (open === -1) return []
  const close = args.findIndex((one, index) => index > open && one.text === ']')
  return args
    .slice(open + 1, close)
    .filter((one, index, all) => one.kind === 'word' && all[index - 1]?.text !== ':' && all[index + 1]?.text !== ':')
    .map((one) => one.text)
}

function readModelAttribute({ name, args, line }: Attribute, table: Table, reading: Reading): void {
  const columns = listOf(args, args.some((one) => one.text === 'fields') ? 'fields' : null)
  if (name === 'id') table.primary = columns
  else if (name === 'unique') table.unique.push({ columns, caseInsensitive: false, line })
  else if (name === 'map' || name === 'schema' || name === 'index') reading.skipped.push({ what: `@@${name} of ${table.name}`, line })
  else reading.lost.push({ what: `@@${name} of ${table.name}`, line })
}

function addField(field: PrismaField, { table }: Model, reading: Reading): void {
  if (table.columns.has(field.name)) reading.cursor.fail(`the field "${field.name}" of ${table.name} is defined a second time`)
  if (reading.models.has(field.type)) {
    addRelation(field, table, reading)
    return
  }
  const facts: FieldFacts = { ...scalarFacts(field, table, reading), ...(field.list ? { list: true } : {}) }
  const column: Column = { name: field.name, line: field.line, facts }
  table.columns.set(field.name, column)
  facts.nullable = field.optional
  for (const one of field.attributes) readAttribute(one, column, table, reading)
  const references = reading.models.get(table.name)!.fields.find((other) => relationFields(other).join() === field.name)
  if (references !== undefined) Object.assign(facts, referenceFacts(references))
}

const relationFields = (field: PrismaField): string[] => listOf(field.attributes.find((one) => one.name === 'relation')?.args ?? [], 'fields')

function referenceFacts(field: PrismaField): FieldFacts {
  const args = field.attributes.find((one) => one.name === 'relation')!.args
  const at = args.findIndex((one) => one.text === 'onDelete')
  const word = at === -1 ? undefined : args[at + 2]?.text
  const onDelete =
    word === undefined ? undefined : word === 'Cascade' ? 'cascade' : word === 'SetNull' || word === 'SetDefault' ? 'set-null' : 'restrict'
  return { references: field.type, ...(onDelete === undefined ? {} : { onDelete }) }
}

function scalarFacts(field: PrismaField, table: Table, reading: Reading): FieldFacts {
  const values = reading.enums.get(field.type)
  if (values !== undefined) return { type: 'enum', values }
  const scalar = SCALARS[field.type]
  if (scalar !== undefined) return { ...scalar }
  reading.input.diagnostics.push({
    level: 'warning',
    message: `${table.name}.${field.name} has the type ${field.type} and is kept as text`,
    lines: [field.line],
  })
  return { type: 'text' }
}

/** The row's side is carried by its own field; lists are the other side of it, or a link table that Prisma makes by itself. */
function addRelation(field: PrismaField, table: Table, reading: Reading): void {
  const columns = relationFields(field)
  if (columns.length > 1) reading.lost.push({ what: `the key of several fields from ${table.name} to ${field.type}`, line: field.line })
  const missing = columns.find((name) => !reading.models.get(table.name)!.fields.some((one) => one.name === name))
  if (missing !== undefined)
    reading.lost.push({ what: `${table.name}.${field.name} names the field ${missing}, which ${table.name} does not have`, line: field.line })
}

function addImplicitLinks({ table, fields }: Model, reading: Reading): void {
  for (const field of fields) {
    const other = field.list ? reading.models.get(field.type) : undefined
    if (other === undefined || table.name > field.type) continue
    const name = (one: PrismaField) => one.attributes.find((at) => at.name === 'relation')?.args.find((arg) => arg.kind === 'string')?.text
    const back = other.fields.find((one) => one.type === table.name && one !== field && name(one) === name(field))
    if (back?.list !== true) continue
    if (other.table === table) reading.lost.push({ what: `the link of ${table.name} with itself`, line: field.line })
    else
      reading.input.facts.relations.push({
        entity: nameKey(table.name),
        kind: 'many-to-many',
        target: field.type,
        role: field.type,
        through: null,
        line: field.line,
      })
  }
}

function readAttribute({ name, args, line }: Attribute, column: Column, table: Table, reading: Reading): void {
  const { facts } = column
  if (name === 'id') table.primary = [column.name]
  else if (name === 'unique') facts.unique = 'exact'
  else if (name === 'updatedAt') Object.assign(facts, { auto: 'updated', readOnly: true })
  else if (name === 'default') readDefault(args, column, reading)
  else if (name === 'map') reading.skipped.push({ what: `@map of ${table.name}.${column.name}`, line })
  else if (name.startsWith('db.')) readNativeType(name.slice(3), args, column, reading)
  else reading.lost.push({ what: `@${name} of ${table.name}.${column.name}`, line })
}

function readNativeType(name: string, args: readonly Token[], column: Column, reading: Reading): void {
  const sizes = args.filter((one) => one.kind === 'number').map((one) => one.text)
  const type = typeOf(
    `${name === 'Timestamptz' || name === 'Timestamp' ? 'timestamp' : name}${sizes.length === 0 || /^time/i.test(name) ? '' : `(${sizes.join(',')})`}`,
  )
  if (type === null) reading.lost.push({ what: `@db.${name} of ${column.name}`, line: column.line })
  else applyType(column.facts, type)
}

function readDefault(args: readonly Token[], column: Column, reading: Reading): void {
  const [value] = args
  const { facts } = column
  if (value === undefined || value.text === '[') return
  if (args[1]?.text === '(') {
    if (value.text === 'now') Object.assign(facts, { auto: /^(?:updated|modified|last)/i.test(column.name) ? 'updated' : 'created', readOnly: true })
    else if (value.text === 'autoincrement' || value.text === 'sequence') facts.readOnly = true
    else if (/^(?:uuid|cuid|ulid|nanoid|auto)$/.test(value.text) || (value.text === 'dbgenerated' && /uuid/.test(args[2]?.text ?? '')))
      readGeneratedId(value.text, column, reading)
    else reading.lost.push({ what: `the default of ${column.name}`, line: column.line })
  } else if (value.kind === 'number') facts.default = Number(value.text)
  else if (value.text === 'true' || value.text === 'false') facts.default = value.text === 'true'
  else facts.default = value.text
}

/** Identifiers that nobody counts become UUIDs. */
function readGeneratedId(kind: string, column: Column, reading: Reading): void {
  Object.assign(column.facts, { type: 'uuid', readOnly: true })
  if (kind !== 'uuid' && kind !== 'dbgenerated')
    reading.input.diagnostics.push({ level: 'info', message: `${column.name} is a UUID, where the file makes it by ${kind}()`, lines: [column.line] })
}
