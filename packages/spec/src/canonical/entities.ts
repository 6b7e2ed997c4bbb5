import type { Entity, Field } from '../api-spec'
import { parseQualifiers } from '../qualifiers'

/** One entity: its fields, every quality of theirs written out. */
export function entitySection(entity: Entity): string[] {
  return [
    `### ${entity.name}${entity.junction === null ? '' : ' (junction table)'}`,
    '#### Fields',
    ...entity.fields.map((field) => `- ${field.name}: ${fieldText(field, entity)}`),
    ...entity.uniqueTogether
      .filter((names) => entity.junction === null || names.length > 2 || entity.key.length > 1)
      .map((names) => `- unique together: (${names.join(', ')})`),
  ]
}

function fieldText(field: Field, entity: Entity): string {
  const key = entity.key.includes(field.name)
  const parts = [
    typeText(field),
    key && entity.key.length === 1 ? 'primary key' : '',
    key ? '' : presence(field),
    field.unique === false ? '' : field.unique === 'exact' ? 'unique' : 'unique case-insensitive',
    field.indexed && field.unique === false && field.reference === undefined ? 'indexed' : '',
    field.minLength === undefined ? '' : `min length ${field.minLength}`,
    field.maxLength === undefined ? '' : `max length ${field.maxLength}`,
    field.min === undefined ? '' : `min ${field.min}`,
    field.max === undefined ? '' : `max ${field.max}`,
    patternText(field),
    field.default === null ? '' : `default: ${typeof field.default === 'string' ? JSON.stringify(field.default) : String(field.default)}`,
    field.auto === undefined ? '' : field.auto === 'created' ? 'set on create' : 'set on update',
    field.readOnly && !key && field.auto === undefined && field.fromCaller !== true ? 'read-only' : '',
    field.writeOnly === true ? 'write-only' : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function presence(field: Field): string {
  if (field.fromCaller === true) return ''
  if (field.readOnly) return field.auto !== undefined ? '' : field.nullable ? 'nullable' : 'not null'
  if (field.required) return field.nullable ? 'required, nullable' : 'required'
  return field.default === null ? (field.nullable ? 'optional, nullable' : 'not null, optional') : field.nullable ? 'nullable' : ''
}

function typeText(field: Field): string {
  if (field.reference !== undefined) return `reference to ${field.reference.entity}, on delete ${field.reference.onDelete.replace('-', ' ')}`
  const single = field.type === 'enum' ? `enum: ${field.values!.map((value) => JSON.stringify(value)).join(' | ')}` : sized(field)
  if (field.list) return field.type === 'enum' ? `list, ${single}` : `${field.type}[]`
  return single
}

const sized = (field: Field): string => (field.type === 'decimal' ? `decimal(${field.precision},${field.scale})` : field.type)

/** The words behind a pattern where they say the same, else the pattern itself. */
function patternText(field: Field): string {
  if (field.pattern === undefined) return ''
  const words = [field.patternText ?? '', 'hex color', `pattern: ${(field.patternText ?? '').replace(/^must match /, '')}`]
  return words.find((text) => parseQualifiers(text, field.name).facts.pattern === field.pattern) ?? `pattern: ${field.pattern}`
}
