import { type Entity, type Field, type JsonValue, sampleValue } from '@forge/spec'
import type { AppFacts } from '../app/app-facts'
import { maxLength, storedField } from '../app/columns'
import { call, type Code, constant, flat, group, quoted } from '../app/python'
import { layout, list, literalOf } from '../tests/python'
import { daysOf } from './days'
import type { MockTable } from './tables'

/** The script while it grows. */
export interface ScriptFacts {
  facts: AppFacts
  tables: MockTable[]
  /** Values that fit a pattern or a narrow length, as constants. */
  pools: string[]
}

const PEOPLE = /user|member|customer|client|author|patient|employee|student|teacher|doctor|person|people|contact|guest|owner|staff|instructor/i

/** What texts are called, what Faker calls them, and how long they get. */
const TEXTS: [name: RegExp, expression: string, length: number][] = [
  [/^(first|given)_?name$/, 'fake.first_name()', 20],
  [/^(last|family)_?name$|surname/, 'fake.last_name()', 20],
  [/^(full_?name|author|display_?name|customer_?name|patient_?name)$/, 'fake.name()', 40],
  [/user_?name|login|handle/, 'fake.user_name()', 30],
  [/(^|_)(phone|mobile|fax|tel)/, 'fake.numerify("+1555#######")', 12],
  [/company|organi[sz]ation|employer|brand/, 'fake.company()', 60],
  [/(^|_)city$/, 'fake.city()', 40],
  [/country_?code/, 'fake.country_code()', 2],
  [/(^|_)country$/, 'fake.country()', 60],
  [/(^|_)(zip|postal|postcode)/, 'fake.postcode()', 10],
  [/address|street/, 'fake.street_address()', 60],
  [/currency/, 'fake.currency_code()', 3],
  [/colou?r/, 'fake.hex_color()', 7],
  [/(^|_)slug$/, 'fake.slug()', 80],
  [/file_?name/, 'fake.file_name()', 60],
  [/mime|content_?type|media_?type/, 'fake.mime_type()', 80],
  [/(^|_)ip(_|$)|ip_?address/, 'fake.ipv4()', 15],
  [/time_?zone/, 'fake.timezone()', 40],
  [/(^|_)(lang|language|locale)/, 'fake.language_code()', 10],
  [/(^|_)(hash|token|checksum|digest)(_|$)/, 'fake.sha256()', 64],
  [/(^|_)(sku|code|isbn|barcode|serial|number|reference|vin|iban)$/, 'fake.bothify("???-####").upper()', 8],
  [/title|subject|headline/, 'fake.sentence(nb_words=5).rstrip(".")', 90],
  [/descri|content|body|note|comment|bio|message|text|summary|reason|details|instructions/, 'fake.paragraph(nb_sentences=2)', 240],
]
const WORDS: [expression: string, length: number] = ['" ".join(fake.words(3)).capitalize()', 45]

/** A value as a Python expression; `n` is the place of the row, from 0. */
export function cellOf(script: ScriptFacts, table: MockTable, field: Field): Code {
  const { facts } = script
  const { entity } = table
  if (entity.key.length === 1 && entity.key[0] === field.name) return `KEYS[${quoted(entity.table)}][n]`
  const nullable = facts.columnNullable(entity, field)
  if (field.reference && !field.list) return referenceOf(script, table, field, nullable)
  if (field.fromCaller && !field.reference) return literalOf(callersId(facts, field))
  const one = scalarOf(script, table, field)
  const value = field.list ? list([one]) : one
  return nullable && !isFlag(field) ? call('sometimes', value) : value
}

const callersId = ({ world }: AppFacts, { type }: Field): JsonValue =>
  ['integer', 'bigint'].includes(type) ? Number(world.builtInId) : String(world.builtInId)

const isFlag = ({ type, list }: Field): boolean => type === 'boolean' && !list

function referenceOf({ facts, tables }: ScriptFacts, { entity }: MockTable, field: Field, nullable: boolean): Code {
  const target = facts.world.entity(field.reference!.entity)
  const name = quoted(target.table)
  if (target === entity) return call('earlier', name, quoted(entity.key[0]!), ...(nullable ? [] : [`KEYS[${name}][n]`]))
  const place = (wanted: Entity): number => tables.findIndex((table) => table.entity === wanted)
  const isFilled = place(target) < place(entity) && tables[place(target)]!.count > 0
  if (nullable && !isFilled) return 'None'
  return nullable ? call('sometimes', call('any_of', name)) : call('any_of', name)
}

function scalarOf(script: ScriptFacts, table: MockTable, field: Field): Code {
  const stored = storedField(script.facts, field)
  if (field.type === 'enum') return call('fake.random_element', list((field.values ?? []).map(quoted)))
  switch (stored.type) {
    case 'boolean':
      return flagOf(table, field)
    case 'integer':
    case 'bigint':
      return call('fake.random_int', ...range(field).map(String))
    case 'decimal':
    case 'float':
      return fraction(field)
    case 'datetime':
      return call('instant', 'n', String(daysOf(script.facts, table.entity, field)))
    case 'date':
      return call('day', 'n', String(daysOf(script.facts, table.entity, field)))
    case 'time':
      return quoted(`${String(8 + (daysOf(script.facts, table.entity, field) % 12)).padStart(2, '0')}:30:00`)
    case 'uuid':
      return 'fake.uuid4()'
    case 'json':
      return '{"note": fake.sentence()}'
    default:
      return textOf(script, table, stored.reference ? stored : field)
  }
}

/** What is deleted softly is no answer; most other flags hold what a new row has. */
function flagOf({ entity }: MockTable, field: Field): Code {
  if (entity.softDelete?.field === field.name) return entity.softDelete.deletedValue ? 'False' : 'True'
  return call('fake.boolean', field.default === true ? '85' : '30')
}

const USUAL: [name: RegExp, low: number, high: number][] = [
  [/rating|stars/, 1, 5],
  [/age$/, 18, 80],
  [/year/, 1990, 2026],
  [/percent|progress/, 0, 100],
  [/count|stock|quantity|qty|attempts/, 1, 40],
]

function range(field: Field): [number, number] {
  const [, low, high] = USUAL.find(([name]) => name.test(field.name.toLowerCase())) ?? [null, 1, 100]
  const least = field.min ?? Math.min(low, field.max ?? low)
  const most = Math.min(field.max ?? Number.POSITIVE_INFINITY, Math.max(high, least + 10))
  return [Math.ceil(least), Math.max(Math.ceil(least), Math.floor(most))]
}

/** Steps of the last decimal place, since binary fractions are not exact. */
function fraction(field: Field): Code {
  const scale = Math.min(field.scale ?? 2, 2)
  const unit = 10 ** scale
  const digits = field.precision === undefined ? 4 : field.precision - (field.scale ?? 0)
  const [low, high] = range({ ...field, max: Math.min(field.max ?? Number.POSITIVE_INFINITY, 10 ** Math.max(0, digits) - 1) })
  const [least, most] = [field.min ?? low, field.max === undefined ? high : Math.min(high, field.max)]
  const picked = flat(call('fake.random_int', String(Math.ceil(least * unit)), String(Math.floor(Math.max(least, most) * unit))))
  return `${picked} / ${unit}`
}

function textOf(script: ScriptFacts, table: MockTable, field: Field): Code {
  const limit = maxLength(table.entity, field) ?? Number.POSITIVE_INFINITY
  if (field.pattern !== undefined || (field.minLength ?? 0) > 4) return pool(script, table, field)
  if (field.type === 'email') return limit < 60 ? pool(script, table, field) : 'fake.ascii_safe_email()'
  if (field.type === 'url') return limit < 110 ? pool(script, table, field) : 'f"https://example.com/{fake.slug()}"'
  const [expression, length] = textFor(table.entity, field)
  if (length <= limit) return expression
  return limit < Math.max(12, length / 8) ? pool(script, table, field) : `clipped(${expression}, ${limit})`
}

function textFor(entity: Entity, field: Field): [string, number] {
  const name = field.name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  if (name === 'name' && PEOPLE.test(entity.name)) return ['fake.name()', 40]
  const [, ...known] = TEXTS.find(([pattern]) => pattern.test(name)) ?? [null, ...WORDS]
  return known
}

/** Values that the spec's own constraints accept, made when the project was: for what Faker knows nothing about. */
function pool({ pools }: ScriptFacts, { entity, count, unique }: MockTable, field: Field): Code {
  const name = constant(`${entity.table}_${field.name}`)
  const size = unique.some((tuple) => tuple.includes(field.name)) ? count + 20 : Math.min(count, 12)
  pools.push(layout(group(`${name} = [`, samples(field, size).map(literalOf), ']')).join('\n'))
  return call('fake.random_element', name)
}

/** Different samples of a field, at least one; names are words where the pattern lets them. */
export function samples(field: Field, size: number): JsonValue[] {
  const plain: Field = { ...field, list: false }
  const made = Array.from({ length: Math.max(1, size) }, (_, variant) => sampled(plain, variant)).flat()
  const found = new Set([...(/name|title|label/.test(field.name) ? NAMES.filter((name) => fits(field, name)) : []), ...made])
  return [...found].slice(0, Math.max(1, size))
}

/** A pattern may have few values. */
function sampled(field: Field, variant: number): JsonValue[] {
  try {
    return [sampleValue(field, variant)]
  } catch {
    return []
  }
}

const NAMES =
  'Amber Birch Coral Delta Ember Fjord Grove Harbor Indigo Juniper Krill Lagoon Maple Nova Opal Prairie Quartz River Summit Tundra Umber Vale Willow'.split(
    ' ',
  )

function fits({ pattern, minLength = 0, maxLength: most = Number.POSITIVE_INFINITY }: Field, text: string): boolean {
  return text.length >= minLength && text.length <= most && (pattern === undefined || new RegExp(pattern).test(text))
}
