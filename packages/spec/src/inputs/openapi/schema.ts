import type { FieldFacts } from '../../facts'
import { isObject } from '../../json-block'
import { parseQualifiers } from '../../qualifiers'
import type { Document, Json } from './document'

/** A schema with its parts put together: `allOf` merged, references followed, `null` taken out. */
export interface Shape {
  /** Component the schema is, if it has a name. */
  name: string | null
  schema: Json
  properties: Map<string, { value: unknown; line: number }>
  required: Set<string>
  nullable: boolean
  /** `oneOf` and `anyOf` of several alternatives, of which nothing single can be said. */
  mixed: boolean
  /** A number, or the same number as text: how decimals are sent without loss. */
  decimal: boolean
}

/** @param depth How many schemas enclose this one; deeper ones than 20 are taken as empty. */
export function shapeOf(value: unknown, document: Document, depth = 0): Shape {
  const schema = document.resolve(value)
  const shape: Shape = {
    name: document.refName(value),
    schema: { ...schema },
    properties: new Map(),
    required: new Set(),
    nullable: schema['nullable'] === true || (Array.isArray(schema['type']) && schema['type'].includes('null')),
    mixed: false,
    decimal: false,
  }
  if (depth > 20) return shape
  const alternatives = [...list(schema['oneOf']), ...list(schema['anyOf'])]
  const solid = alternatives.filter((one) => document.resolve(one)['type'] !== 'null')
  if (solid.length < alternatives.length) shape.nullable = true
  const number = solid.find((one) => document.resolve(one)['type'] === 'number')
  shape.decimal = solid.length === 2 && number !== undefined && solid.some((one) => document.resolve(one)['type'] === 'string')
  shape.mixed = solid.length > 1 && !shape.decimal
  if (shape.decimal) absorb(shape, shapeOf(number, document, depth + 1))
  for (const part of [...list(schema['allOf']), ...(solid.length === 1 ? solid : [])]) absorb(shape, shapeOf(part, document, depth + 1))
  if (Array.isArray(schema['type'])) shape.schema['type'] = schema['type'].find((one) => one !== 'null')
  const properties = schema['properties']
  if (isObject(properties))
    for (const [name, property] of Object.entries(properties))
      shape.properties.set(name, { value: property, line: document.lineOf(properties, name) })
  for (const name of list(schema['required'])) shape.required.add(String(name))
  return shape
}

function absorb(shape: Shape, part: Shape): void {
  shape.name ??= part.name
  shape.nullable ||= part.nullable
  shape.mixed ||= part.mixed
  shape.schema = { ...part.schema, ...shape.schema }
  for (const [name, property] of part.properties) shape.properties.set(name, property)
  for (const name of part.required) shape.required.add(name)
}

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export const isObjectShape = (shape: Shape): boolean => shape.schema['type'] === 'object' || shape.properties.size > 0

const FORMATS: Record<string, FieldFacts> = {
  'date-time': { type: 'datetime' },
  date: { type: 'date' },
  time: { type: 'time' },
  uuid: { type: 'uuid' },
  email: { type: 'email' },
  'idn-email': { type: 'email' },
  uri: { type: 'url' },
  url: { type: 'url' },
  decimal: { type: 'decimal' },
  password: { type: 'string', writeOnly: true },
  int64: { type: 'bigint' },
}

/** What a property's schema says of a field. `lost`: keywords that are not followed. */
export function fieldFacts(value: unknown, name: string, document: Document): { facts: FieldFacts; lost: string[] } {
  const shape = shapeOf(value, document)
  const { schema } = shape
  const facts: FieldFacts = shape.nullable ? { nullable: true } : {}
  const lost: string[] = []
  if (schema['type'] === 'array') {
    const item = fieldFacts(schema['items'], name, document)
    Object.assign(facts, { type: item.facts.type ?? 'json', list: true }, item.facts.values === undefined ? {} : { values: item.facts.values })
    lost.push(...['minItems', 'maxItems', 'uniqueItems'].filter((key) => schema[key] !== undefined))
  } else if (shape.decimal || DECIMAL.test(String(schema['pattern'] ?? ''))) {
    Object.assign(facts, { type: 'decimal', precision: 12, scale: 2 })
    addBounds({ ...schema, pattern: undefined }, facts, lost)
  } else addScalar(shape, facts, name, lost)
  if (schema['readOnly'] === true) facts.readOnly = true
  if (schema['writeOnly'] === true) facts.writeOnly = true
  addHints(schema, facts, name)
  lost.push(...['not', 'contentEncoding', 'if', 'dependentRequired'].filter((key) => schema[key] !== undefined))
  return { facts, lost }
}

/** The pattern by which Pydantic describes decimals as text. */
const DECIMAL = /^\^\(\?!\^\[-\+\.\]\*\$\)/

function addScalar({ schema, mixed }: Shape, facts: FieldFacts, name: string, lost: string[]): void {
  const { type } = schema
  const format = String(schema['format'] ?? '')
  const members = list(schema['enum'] ?? (schema['const'] === undefined ? undefined : [schema['const']])).filter((one) => one !== null)
  if (mixed) {
    facts.type = 'json'
    lost.push('oneOf')
  } else if (members.length > 0 && members.every((one) => typeof one === 'string')) Object.assign(facts, { type: 'enum', values: members })
  else if (type === 'boolean') facts.type = 'boolean'
  else if (type === 'integer') facts.type = format === 'int64' && name !== 'id' && !/_?ids?$/i.test(name) ? 'bigint' : 'integer'
  else if (type === 'number') Object.assign(facts, numberFacts(schema, format))
  else if (type === 'string') Object.assign(facts, FORMATS[format] ?? { type: 'string' })
  else if (type === 'object' || schema['properties'] !== undefined) facts.type = 'json'
  if (type === 'string' && /^(?:binary|byte)$/.test(format)) lost.push(`format ${format}`)
  if (schema['multipleOf'] !== undefined && facts.type !== 'decimal') lost.push('multipleOf')
  addBounds(schema, facts, lost)
  const fallback = schema['default']
  if (typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean') facts.default = fallback
}

function numberFacts(schema: Json, format: string): FieldFacts {
  const step = Number(schema['multipleOf'] ?? Number.NaN)
  const scale = step > 0 && step < 1 ? Math.round(-Math.log10(step)) : undefined
  if (scale !== undefined && Math.abs(10 ** -scale - step) < 1e-9) return { type: 'decimal', precision: 12, scale }
  return { type: format === 'decimal' ? 'decimal' : 'float' }
}

/** Bounds that only repeat those of the type say nothing. */
const INT32 = 2 ** 31 - 1

function addBounds(schema: Json, facts: FieldFacts, lost: string[]): void {
  const number = (key: string) => (typeof schema[key] === 'number' && Math.abs(schema[key]) < INT32 ? schema[key] : undefined)
  if (facts.type === 'integer' && Number(schema['maximum'] ?? 0) > INT32) facts.type = 'bigint'
  const [minLength, maxLength] = [number('minLength'), number('maxLength')]
  if (minLength !== undefined) facts.minLength = minLength
  if (maxLength !== undefined) facts.maxLength = maxLength
  const say = (text: string) => Object.assign(facts, parseQualifiers(text, '').facts)
  const [minimum, maximum, above, below] = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map(number)
  if (minimum !== undefined) say(`${schema['exclusiveMinimum'] === true ? '>' : '>='} ${minimum}`)
  if (maximum !== undefined) say(`${schema['exclusiveMaximum'] === true ? '<' : '<='} ${maximum}`)
  if (above !== undefined) say(`> ${above}`)
  if (below !== undefined) say(`< ${below}`)
  if (typeof schema['pattern'] !== 'string') return
  const pattern = schema['pattern']
  const anchored = `${pattern.startsWith('^') ? '' : '^.*'}${pattern}${pattern.endsWith('$') ? '' : '.*$'}`
  const { facts: read } = parseQualifiers(`pattern: ${anchored}`, '')
  if (read.pattern === undefined) lost.push(`pattern ${pattern}`)
  else Object.assign(facts, { pattern: read.pattern, patternText: `must match ${pattern}` })
}

/** `x-forge-*` members, and what a description says of uniqueness. */
function addHints(schema: Json, facts: FieldFacts, name: string): void {
  const unique = schema['x-forge-unique'] ?? schema['x-unique']
  if (unique === true) facts.unique = 'exact'
  if (unique === 'case-insensitive') facts.unique = 'case-insensitive'
  if (typeof schema['x-forge-references'] === 'string') facts.references = schema['x-forge-references']
  const rule = schema['x-forge-on-delete']
  if (rule === 'cascade' || rule === 'set-null' || rule === 'restrict') facts.onDelete = rule
  if (typeof schema['description'] !== 'string') return
  for (const part of schema['description'].split(/[.;,\n]/)) {
    const said = parseQualifiers(part, name).facts
    if (said.unique !== undefined) facts.unique ??= said.unique
  }
}

/** A value of the schema's form, for the readers of examples. */
export function exampleOf(value: unknown, document: Document, depth = 0): unknown {
  const { schema, properties } = shapeOf(value, document)
  const given = schema['example'] ?? list(schema['examples'])[0] ?? schema['const'] ?? list(schema['enum'])[0] ?? schema['default']
  if (given !== undefined) return given
  if (schema['type'] === 'array') return depth > 3 ? [] : [exampleOf(schema['items'], document, depth + 1)]
  if (schema['type'] === 'object' || properties.size > 0)
    return depth > 3 ? {} : Object.fromEntries([...properties].map(([name, one]) => [name, exampleOf(one.value, document, depth + 1)]))
  return schema['type'] === 'integer' || schema['type'] === 'number' ? 0 : schema['type'] === 'boolean' ? false : ''
}
