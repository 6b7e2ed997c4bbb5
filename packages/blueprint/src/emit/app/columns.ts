import type { Entity, Field } from '@forge/spec'
import { columnName } from '../names'
import type { AppFacts } from './app-facts'
import { isPassword } from '../../plan/credentials'
import { quoted } from './python'

/** Longest text of a column that has an index and no limit of its own: PostgreSQL refuses longer entries. */
const INDEXED_LENGTH = 255

/** The field that a reference takes its type from, followed to its end. */
export function storedField(facts: AppFacts, field: Field): Field {
  let current = field
  for (let depth = 0; current.reference !== undefined && depth < 8; depth += 1) current = facts.world.keyField(current.reference.entity)
  return { ...current, list: field.list }
}

/** Limit of a text, if any. */
export function maxLength(entity: Entity | null, field: Field): number | undefined {
  if (field.maxLength !== undefined) return field.maxLength
  const keyed = entity?.key.includes(field.name) === true
  return field.unique !== false || field.indexed || keyed || entity?.uniqueTogether.some((tuple) => tuple.includes(field.name))
    ? INDEXED_LENGTH
    : undefined
}

/** Digits of a decimal: all, and those behind the point. */
export function digits(field: Field): [precision: number, scale: number] {
  return [field.precision ?? 18, field.scale ?? (field.precision === undefined ? 4 : 0)]
}

/** Python type of a value in a row. */
export function pythonType(facts: AppFacts, entity: Entity, field: Field): string {
  const stored = storedField(facts, field)
  const one = field.type === 'enum' ? facts.enumName(entity, field) : PYTHON_TYPES[stored.type]
  return field.list ? `list[${one}]` : one
}

const PYTHON_TYPES: Record<Field['type'], string> = {
  integer: 'int',
  bigint: 'int',
  string: 'str',
  text: 'str',
  boolean: 'bool',
  datetime: 'dt.datetime',
  date: 'dt.date',
  time: 'dt.time',
  decimal: 'Decimal',
  float: 'float',
  uuid: 'UUID',
  json: 'Any',
  email: 'str',
  url: 'str',
  enum: 'str',
  reference: 'str',
}

/** SQLAlchemy type of the column, as migrations write it. */
export function columnType(facts: AppFacts, entity: Entity, field: Field): string {
  const stored = storedField(facts, field)
  if (isPassword(facts.spec, entity, field)) return 'sa.Text()'
  if (field.list || stored.type === 'json') return 'pg.JSONB(none_as_null=True)'
  switch (stored.type) {
    case 'integer':
      return 'sa.Integer()'
    case 'bigint':
      return 'sa.BigInteger()'
    case 'boolean':
      return 'sa.Boolean()'
    case 'datetime':
      return 'sa.DateTime(timezone=True)'
    case 'date':
      return 'sa.Date()'
    case 'time':
      return 'sa.Time()'
    case 'float':
      return 'sa.Double()'
    case 'uuid':
      return 'sa.Uuid()'
    case 'decimal': {
      const [precision, scale] = digits(stored)
      return `sa.Numeric(${precision}, ${scale})`
    }
    case 'enum':
      return `sa.String(${Math.max(...(stored.values ?? ['']).map((value) => value.length))})`
    default: {
      const limit = maxLength(field.reference ? facts.world.entity(field.reference.entity) : entity, stored)
      return limit === undefined || stored.type === 'text' ? 'sa.Text()' : `sa.String(${limit})`
    }
  }
}

/** What the database fills in, as an expression. */
export function serverDefault(entity: Entity, field: Field): string | undefined {
  if (field.auto) return 'sa.func.clock_timestamp()'
  if (entity.key.includes(field.name) && entity.key.length === 1 && field.type === 'uuid') return 'sa.func.gen_random_uuid()'
  if (field.default === null || field.list || field.type === 'json') return undefined
  if (typeof field.default === 'boolean') return field.default ? 'sa.true()' : 'sa.false()'
  return quoted(String(field.default))
}

/** Whether the model's attribute says by itself what the column is. */
export function impliedType(facts: AppFacts, field: Field): boolean {
  const { type, list } = storedField(facts, field)
  return !list && ['integer', 'boolean', 'datetime', 'date', 'time', 'float', 'uuid'].includes(type)
}

/** A column that has an index of its own. */
export function hasIndex(entity: Entity, field: Field): boolean {
  if (field.unique !== false || field.list || field.type === 'json') return false
  if (entity.key[0] === field.name) return false
  return field.indexed || field.reference !== undefined || field.fromCaller === true
}

/** The expression of a unique index that ignores case. */
export const lowered = (field: Field): string => `lower(${identifier(columnName(field))})`

/** A name as SQL takes it. */
export const identifier = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) && !SQL_WORDS.has(name) ? name : `"${name}"`)

const SQL_WORDS = new Set([
  'user',
  'order',
  'group',
  'table',
  'column',
  'select',
  'from',
  'to',
  'end',
  'desc',
  'asc',
  'limit',
  'offset',
  'check',
  'default',
  'references',
  'primary',
  'unique',
  'when',
  'where',
  'with',
  'all',
  'any',
  'case',
  'cast',
  'do',
  'else',
  'for',
  'grant',
  'having',
  'in',
  'into',
  'not',
  'null',
  'on',
  'only',
  'or',
  'some',
  'then',
  'union',
  'using',
  'window',
])
