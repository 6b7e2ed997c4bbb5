import type { Field, FieldType, Source } from '../api-spec'
import type { FieldFacts } from '../facts'
import type { MergedField } from '../merge'
import { EXCLUSIVE } from '../qualifiers/bounds'
import { sampleValue } from '../samples'
import { nameKey, wordsOf } from '../words'
import { typeFor } from './field-types'
import { type Context, enumFor, referenceTarget } from './references'

const OPTIONAL_ROLES =
  /^(parent|assignee|assigned_to|assigned|reviewer|approver|approved_by|updated_by|modified_by|deleted_by|completed_by|manager|lead|reply_to|replaced_by|invited_by|cancelled_by|closed_by|resolved_by|previous|next|supervisor)/

/** The moment at which a row was made, by its plainest names. */
const OWN_CREATION = /^(creat|insert|date_created)/
export const CREATED =
  /^(created|uploaded|registered|joined|added|submitted|posted|inserted|logged|recorded|signed_up)_?(at|on|date|time)$|^(date_created|creation_date|created|date_joined|date_added)$/

/** Moments of making a row in the words of some trade; of later moments rules tell. */
const BEGINNING =
  /^(enrolled|issued|ordered|placed|booked|opened|started|requested|received|sent|uploaded|assigned|checked_in|borrowed|rated|reviewed|liked|followed|applied|reported|subscribed|purchased)_(at|on|date)$/
const UPDATED = /^(updated|modified|last_updated|last_modified|edited|changed)_?(at|on|date|time)?$|^date_(updated|modified)$/

export const blankField = (name: string, type: FieldType, source: Source): Field => ({
  name,
  type,
  list: false,
  required: false,
  nullable: true,
  readOnly: false,
  unique: false,
  indexed: false,
  default: null,
  source,
})

/** How the author marks fields: with `required`, with `optional`, or not at all. */
export function markingStyle(fields: MergedField[]): 'required' | 'optional' | 'none' {
  if (fields.some((field) => field.facts.required === true)) return 'required'
  return fields.some((field) => field.facts.required === false) ? 'optional' : 'none'
}

export function buildField(merged: MergedField, entity: string, marks: ReturnType<typeof markingStyle>, context: Context): Field {
  const { name, facts } = merged
  const field = blankField(name, 'string', { line: merged.line, origin: 'stated' })
  const snake = wordsOf(name).join('_')
  const enumValues = facts.values ?? enumFor(entity, name, facts, context)
  const target = referenceTarget(snake, facts, entity, context)
  field.type = target !== null ? 'reference' : enumValues !== undefined ? 'enum' : typeFor(snake, facts)
  field.list = facts.list === true
  if (field.type === 'enum') field.values = enumValues!
  if (target !== null) field.reference = { entity: target, onDelete: facts.onDelete ?? 'restrict' }
  if (field.type === 'decimal') Object.assign(field, { precision: facts.precision ?? 12, scale: facts.scale ?? 2 })
  applyBounds(field, facts)
  field.unique = facts.unique ?? false
  field.indexed = facts.indexed === true || field.unique !== false || field.type === 'reference'
  if (facts.writeOnly === true || /^(password|passwd|pin_code)$/.test(snake)) field.writeOnly = true
  if (/^(hashed_password|password_hash)$/.test(snake)) Object.assign(field, { writeOnly: true, readOnly: true })
  applyServerSet(field, snake, facts)
  if (facts.default !== undefined && facts.default !== null) field.default = fittingDefault(field, facts.default)
  applyPresence(field, snake, entity, facts, marks)
  return field
}

function applyBounds(field: Field, facts: FieldFacts): void {
  const text = ['string', 'text', 'email', 'url'].includes(field.type)
  const numeric = ['integer', 'bigint', 'decimal', 'float'].includes(field.type)
  if (text) {
    const untyped = facts.type === undefined || facts.type === 'string' || facts.type === 'text'
    if (facts.minLength !== undefined) field.minLength = facts.minLength
    else if (untyped && facts.min !== undefined && facts.max !== undefined && facts.min >= 0) field.minLength = Math.floor(facts.min)
    if (facts.maxLength !== undefined) field.maxLength = facts.maxLength
    else if (untyped && facts.max !== undefined && facts.max >= 1) field.maxLength = Math.floor(facts.max)
    if (field.minLength !== undefined && field.minLength < 0) delete field.minLength
    if (field.maxLength !== undefined && field.maxLength < Math.max(1, field.minLength ?? 1)) delete field.maxLength
    if (facts.pattern !== undefined) applyPattern(field, facts.pattern, facts.patternText)
  }
  if (!numeric) return
  const step = field.type === 'decimal' || field.type === 'float' ? 10 ** -(field.scale ?? 2) : 1
  if (facts.min !== undefined) field.min = inclusive(facts.min, step)
  if (facts.max !== undefined) field.max = inclusive(facts.max, step)
  if (field.min !== undefined && field.max !== undefined && field.min > field.max) delete field.max
}

/** Only patterns that some value of the allowed length matches. */
function applyPattern(field: Field, pattern: string, text: string | undefined): void {
  const patterned = { ...field, pattern, ...(text === undefined ? {} : { patternText: text }) }
  try {
    sampleValue(patterned)
  } catch {
    return
  }
  Object.assign(field, patterned)
}

/** `> 0` arrives as 0 + EXCLUSIVE: the next value of the field's own step. */
function inclusive(bound: number, step: number): number {
  const base = Math.round(bound / step) * step
  const distance = bound - base
  const digits = Math.max(0, Math.ceil(-Math.log10(step)))
  if (Math.abs(Math.abs(distance) - EXCLUSIVE) < EXCLUSIVE / 2) return Number((base + Math.sign(distance) * step).toFixed(digits))
  return bound
}

function applyServerSet(field: Field, snake: string, facts: FieldFacts): void {
  const temporal = field.type === 'datetime' || field.type === 'date'
  field.readOnly ||= facts.readOnly === true
  // "joined_on, optional" is for the client to send; only the row's own creation is the server's whatever is said of it.
  const sent = facts.required === true || (facts.required === false && !OWN_CREATION.test(snake))
  const auto =
    facts.auto ??
    (temporal && !sent && CREATED.test(snake)
      ? 'created'
      : temporal && facts.required !== true && UPDATED.test(snake)
        ? 'updated'
        : temporal && facts.readOnly === true && facts.nullable !== true && BEGINNING.test(snake)
          ? 'created'
          : undefined)
  if (temporal && (auto !== undefined || (facts.readOnly === true && (CREATED.test(snake) || UPDATED.test(snake))))) {
    field.auto = UPDATED.test(snake) ? 'updated' : (auto ?? 'created')
    field.readOnly = true
    field.nullable = false
  }
  if (/(^|_)(count|counter)$/.test(snake) && field.type === 'integer' && facts.required !== true) {
    field.readOnly = true
    field.default ??= 0
    field.nullable = false
  }
}

function fittingDefault(field: Field, value: string | number | boolean): Field['default'] {
  if (field.type === 'boolean')
    return typeof value === 'boolean' ? value : value === 1 || value === 'yes' ? true : value === 0 || value === 'no' ? false : null
  if (['integer', 'bigint', 'decimal', 'float'].includes(field.type))
    return typeof value === 'number' ? value : Number.isNaN(Number(value)) ? null : Number(value)
  if (field.type === 'enum')
    return (
      field.values!.find((member) => member === String(value)) ??
      field.values!.find((member) => member.toLowerCase() === String(value).toLowerCase()) ??
      null
    )
  if (['string', 'text', 'email', 'url'].includes(field.type)) return String(value)
  return null
}

function applyPresence(field: Field, snake: string, entity: string, facts: FieldFacts, marks: 'required' | 'optional' | 'none'): void {
  if (field.readOnly) {
    if (facts.nullable === false || (field.default !== null && facts.nullable !== true)) field.nullable = false
    return
  }
  const selfReference = field.reference !== undefined && nameKey(field.reference.entity) === entity
  const usual =
    /^(name|title|email|username|user_name|full_name|first_name|last_name)$/.test(snake) ||
    field.unique !== false ||
    (field.type === 'reference' && !selfReference && !OPTIONAL_ROLES.test(snake))
  if (field.default === null && facts.required === undefined && facts.nullable === undefined) inferDefault(field, snake)
  if (facts.required !== undefined) field.required = facts.required && field.default === null
  else if (field.default !== null || facts.nullable === true) field.required = false
  else if (facts.nullable === false) field.required = true
  else field.required = marks === 'optional' ? !selfReference : usual
  field.nullable = facts.nullable ?? !(field.required || field.default !== null || facts.required === true)
  if (field.required) field.nullable = facts.nullable === true && facts.required !== true
  if (field.required && (field.type === 'string' || field.type === 'text') && !field.list) field.minLength ??= 1
}

function inferDefault(field: Field, snake: string): void {
  if (field.list) return
  if (field.type === 'boolean') field.default = /^(is_)?(active|enabled|available|visible|in_stock|is_open)$/.test(snake)
  else if (field.type === 'enum' && /(^|_)(status|state)$/.test(snake)) field.default = field.values![0] ?? null
  else if (field.type === 'enum' && /(^|_)role$/.test(snake))
    field.default = field.values!.find((value) => /^(user|member|customer|viewer|employee|staff|patient|student|guest|reader)$/.test(value)) ?? null
}
