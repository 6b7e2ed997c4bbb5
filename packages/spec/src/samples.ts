import type { Field } from './api-spec'
import { sampleFromPattern } from './pattern'

/** Anything JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

/** Where a date or time should lie relative to any clock a test may run under. */
export interface SampleOptions {
  /** `future`: year 2099; `past`: year 2020. Default: guessed from the field's name (`due_date` lies ahead, `birth_date` behind). */
  when?: 'past' | 'future'
}

/** A value that a field must refuse. */
export interface InvalidSample {
  /** Usable as a test-case name, for example `title_too_long`. */
  name: string
  value: JsonValue
  /** What is wrong with it, for a person. */
  why: string
}

const INT32_MAX = 2_147_483_647
const PEOPLE = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Katherine Johnson', 'Edsger Dijkstra', 'Barbara Liskov']
const COLORS = ['#FF5733', '#33C1FF', '#2ECC71', '#9B59B6', '#F1C40F', '#34495E']
const CITIES = ['Lisbon', 'Oslo', 'Kyoto', 'Nairobi', 'Quito', 'Dublin']

/**
 * A valid, realistic value for `field`. The same field and variant always give the same value; different variants give different values
 * wherever the type has enough of them (booleans and enums repeat).
 * @param variant 0-based, default 0.
 * @throws Error for references (their value is the key of an existing row) and for patterns no value can be found for.
 */
export function sampleValue(field: Field, variant = 0, options: SampleOptions = {}): JsonValue {
  if (field.type === 'reference') throw new Error(`${field.name} is a reference: use the key of an existing row`)
  const one = sampleScalar(field, variant, options)
  return field.list ? [one] : one
}

/**
 * Values that a request must be refused for, one for each constraint of `field`. Empty for read-only fields; references give only
 * what needs no other row (wrong type, null).
 */
export function invalidSamples(field: Field): InvalidSample[] {
  if (field.readOnly || field.fromCaller) return []
  const samples: InvalidSample[] = []
  const add = (suffix: string, value: JsonValue, why: string) => {
    samples.push({
      name: `${caseName(field.name)}_${suffix}`,
      value: field.list && suffix !== 'null' && suffix !== 'not_a_list' ? [value] : value,
      why,
    })
  }
  if (!field.nullable) add('null', null, `${field.name} is not nullable`)
  if (field.list) add('not_a_list', 'not-a-list', `${field.name} is a list`)
  const wrong = wrongType(field)
  if (wrong !== undefined) add('wrong_type', wrong, `not ${describeType(field)}`)
  if (isText(field)) addTextFaults(field, add)
  if (isNumber(field)) addNumberFaults(field, add)
  if (field.type === 'enum') add('invalid', unusedMember(field.values ?? []), `not one of ${(field.values ?? []).join(', ')}`)
  return samples
}

type Add = (suffix: string, value: JsonValue, why: string) => void

function addTextFaults(field: Field, add: Add): void {
  const minimum = field.minLength ?? 0
  if (minimum >= 1) {
    add('empty', '', `${field.name} must not be empty`)
    add('blank', '   ', `${field.name} must not be blank`)
  }
  if (minimum >= 2) add('too_short', fit(textFor(field, 0), 0, minimum - 1), `shorter than ${minimum} characters`)
  if (field.maxLength !== undefined) add('too_long', overlong(field, field.maxLength), `longer than ${field.maxLength} characters`)
  if (field.type === 'email') add('bad_format', 'not-an-email', 'not an email address')
  if (field.type === 'url') add('bad_format', 'not a url', 'not a URL')
  if (field.pattern !== undefined) {
    const value = mismatch(field, field.pattern)
    if (value !== undefined) add('pattern_mismatch', value, field.patternText ?? `does not match ${field.pattern}`)
  }
}

function addNumberFaults(field: Field, add: Add): void {
  const step = field.type === 'integer' || field.type === 'bigint' ? 1 : 10 ** -(field.scale ?? 2)
  if (field.min !== undefined) add('below_min', round(field.min - step, field), `less than ${field.min}`)
  if (field.max !== undefined) add('above_max', round(field.max + step, field), `greater than ${field.max}`)
  if (field.type === 'integer' && field.max === undefined) add('out_of_range', INT32_MAX + 1, 'above the range of a 32-bit integer')
  if (field.type === 'integer' || field.type === 'bigint') add('fraction', 1.5, 'not a whole number')
  if (field.type === 'decimal' && field.scale !== undefined) {
    const base = Math.max(field.min ?? 0, 0)
    add('too_precise', Number((base + 10 ** -(field.scale + 1)).toFixed(field.scale + 1)), `more than ${field.scale} decimal places`)
  }
}

function sampleScalar(field: Field, variant: number, options: SampleOptions): JsonValue {
  switch (field.type) {
    case 'enum': {
      const values = field.values ?? []
      if (values.length === 0) throw new Error(`${field.name} is an enum without members`)
      return values[variant % values.length]!
    }
    case 'boolean':
      return variant % 2 === 0
    case 'integer':
    case 'bigint':
      return wholeNumber(field, variant)
    case 'decimal':
    case 'float':
      return fraction(field, variant)
    case 'datetime':
      return `${day(field.name, variant, options)}T09:00:00Z`
    case 'date':
      return day(field.name, variant, options)
    case 'time':
      return `${LATER.test(field.name) ? '17' : '09'}:${String(variant % 60).padStart(2, '0')}:00`
    case 'uuid':
      return `00000000-0000-4000-8000-${(variant + 1).toString(16).padStart(12, '0')}`
    case 'json':
      return { note: `Sample ${variant + 1}` }
    default:
      return textFor(field, variant)
  }
}

function wholeNumber(field: Field, variant: number): number {
  const low = field.min ?? Math.min(1, field.max ?? 1)
  const high = field.max ?? INT32_MAX
  const span = Math.max(1, Math.floor(high) - Math.ceil(low) + 1)
  return Math.ceil(low) + (variant % span)
}

function fraction(field: Field, variant: number): number {
  const low = field.min ?? Math.min(0, field.max ?? 0)
  const digits = field.precision === undefined ? 6 : field.precision - (field.scale ?? 0)
  const high = field.max ?? 10 ** Math.max(0, digits) - 10 ** -(field.scale ?? 2)
  const wanted = 19.5 + variant
  const value = wanted >= low && wanted <= high ? wanted : low + ((high - low) * ((variant % 8) + 1)) / 10
  return round(value, field)
}

const PAST =
  /birth|born|^dob$|hire|join|complet|publish|paid|sent|receiv|deliver|shipp|issued|founded|manufactur|purchase|acquired|visited|watched|read_at|login|seen/
const LATER = /(^|_)(end|ends|until|to|return|check_?out|expir\w*|close[sd]?|deadline|due|finish\w*|valid_to)(_|$)|end_?(date|time|at)|expir/i

function day(name: string, variant: number, options: SampleOptions): string {
  const lower = name.toLowerCase()
  const past = options.when === undefined ? PAST.test(lower) && !/expected|planned|scheduled|estimated/.test(lower) : options.when === 'past'
  const month = LATER.test(lower) ? 6 : 1
  const start = Date.UTC(past ? 2020 : 2099, month - 1, 15)
  return new Date(start + (variant % 120) * 86_400_000).toISOString().slice(0, 10)
}

function textFor(field: Field, variant: number): string {
  const candidates = [phrase(field, variant), `Sample ${variant + 1}`, `sample-${variant + 1}`, `sample${variant + 1}`, `${1000 + variant}`]
  const limit = field.maxLength ?? Number.POSITIVE_INFINITY
  const least = field.minLength ?? 0
  if (field.type === 'email' || field.type === 'url') return shortEnough(field, variant, limit)
  const pattern = field.pattern === undefined ? undefined : new RegExp(field.pattern)
  for (const candidate of candidates) {
    const value = fit(candidate, least, limit, variant)
    if (pattern === undefined || pattern.test(value)) return value
  }
  return sampleFromPattern(field.pattern!, variant, least, limit)
}

function shortEnough(field: Field, variant: number, limit: number): string {
  const n = variant + 1
  const shapes =
    field.type === 'email' ? [`person${n}@example.com`, `p${n}@example.com`, `${n}@ex.io`] : [`https://example.com/items/${n}`, `https://ex.io/${n}`]
  const pattern = field.pattern === undefined ? undefined : new RegExp(field.pattern)
  return shapes.find((shape) => shape.length <= limit && (pattern === undefined || pattern.test(shape))) ?? shapes[0]!
}

function phrase(field: Field, variant: number): string {
  const n = variant + 1
  const name = field.name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  const pick = (list: string[]) => (variant < list.length ? list[variant]! : `${list[variant % list.length]} ${n}`)
  if (/colou?r/.test(name)) return variant < COLORS.length ? COLORS[variant]! : `#${(0x100000 + variant).toString(16).toUpperCase()}`
  if (/(^|_)(phone|mobile|fax|tel)/.test(name)) return `+1555${String(1_000_000 + variant)}`
  if (/user_?name|login|handle/.test(name)) return `user${n}`
  if (/slug/.test(name)) return `sample-${n}`
  if (/password|secret/.test(name)) return `Correct-Horse-${n}`
  if (/(^|_)(zip|postal|postcode)/.test(name)) return String(10_000 + variant)
  if (/(^|_)currency/.test(name)) return ['EUR', 'USD', 'GBP', 'JPY', 'CHF'][variant % 5]!
  if (/country_?code/.test(name)) return ['PT', 'NO', 'JP', 'KE', 'EC'][variant % 5]!
  if (/(^|_)city$/.test(name)) return pick(CITIES)
  if (/(^|_)(sku|code|isbn|barcode|serial|number|reference|vin|iban)$/.test(name))
    return `${name
      .replace(/[^a-z]/g, '')
      .slice(0, 3)
      .toUpperCase()}-${1000 + variant}`
  if (/^(first|given)_?name$/.test(name)) return pick(PEOPLE.map((person) => person.split(' ')[0]!))
  if (/^(last|family)_?name$|surname/.test(name)) return pick(PEOPLE.map((person) => person.split(' ')[1]!))
  if (/^(full_?name|author|customer_name|patient_name|display_name)$/.test(name)) return pick(PEOPLE)
  const words = name.replace(/_+/g, ' ').trim()
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} ${n}`
}

/** Cuts or pads, keeping the part that differs between variants. */
function fit(value: string, least: number, limit: number, variant = 0): string {
  let text = value
  if (text.length > limit) {
    const tail = String(variant + 1)
    text = limit <= tail.length ? tail.slice(-limit) : `${text.slice(0, limit - tail.length).trimEnd()}${tail}`
  }
  return text.length < least ? text.padEnd(least, 'x') : text
}

function overlong(field: Field, limit: number): string {
  if (field.type === 'email') return `${'a'.repeat(limit)}@example.com`
  if (field.type === 'url') return `https://example.com/${'a'.repeat(limit)}`
  return 'a'.repeat(limit + 1)
}

function mismatch(field: Field, pattern: string): string | undefined {
  const regex = new RegExp(pattern)
  const valid = textFor(field, 0)
  const limit = field.maxLength ?? Number.POSITIVE_INFINITY
  const least = field.minLength ?? 0
  const spoilt = [`${valid}!`, `!${valid.slice(1)}`, `${valid.slice(0, -1)}<`, `${'@#!'.repeat(Math.ceil(Math.max(1, least) / 3))}`]
  return spoilt.find((value) => !regex.test(value) && value.length <= limit && value.length >= least)
}

function wrongType(field: Field): JsonValue | undefined {
  switch (field.type) {
    case 'json':
      return undefined
    case 'boolean':
      return 'maybe'
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'float':
      return 'not-a-number'
    case 'datetime':
    case 'date':
    case 'time':
      return 'not-a-date'
    case 'uuid':
      return 'not-a-uuid'
    case 'reference':
      return 'not-an-id'
    default:
      return 12345
  }
}

function describeType(field: Field): string {
  if (field.type === 'reference') return 'an id'
  if (isText(field) || field.type === 'enum') return 'text'
  return /^[aeiou]/.test(field.type) ? `an ${field.type}` : `a ${field.type}`
}

function unusedMember(values: string[]): string {
  let candidate = 'not_a_member'
  while (values.includes(candidate)) candidate += '_x'
  return candidate
}

function round(value: number, field: Field): number {
  return Number(value.toFixed(field.type === 'integer' || field.type === 'bigint' ? 0 : (field.scale ?? 2)))
}

const isText = (field: Field): boolean => ['string', 'text', 'email', 'url'].includes(field.type)
const isNumber = (field: Field): boolean => ['integer', 'bigint', 'decimal', 'float'].includes(field.type)
const caseName = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
