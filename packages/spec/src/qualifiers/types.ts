import type { FieldType } from '../api-spec'
import type { FieldFacts } from '../facts'
import { typeByName } from '../resolve/field-types'
import { wordsOf } from '../words'

const TYPES: [RegExp, FieldType][] = [
  [/^(big ?serial|big ?int(eger)?|int8|long|int64)$/, 'bigint'],
  [/^(small|tiny|medium)?int(eger)?s?(\d+)?$|^serial$|^int4$|^whole number$|^(foreign )?key$/, 'integer'],
  [/^(string|str|varchar2?|nvarchar|char|character varying|character|citext|shorttext)$/, 'string'],
  [/^(text|longtext|mediumtext|long text|clob|markdown|rich text|html)$/, 'text'],
  [/^(bool|boolean|flag|bit|true\/false)$/, 'boolean'],
  [
    /^(date ?time|timestamp|timestamptz|timestamp with(out)? time ?zone|timestamp with tz|iso ?(8601|datetime)( (date ?time|timestamp|string))?|datetimetz|utc (datetime|timestamp))$/,
    'datetime',
  ],
  [/^date$/, 'date'],
  [/^time( of day)?$/, 'time'],
  [/^(decimal|numeric|money|currency|monetary( amount)?|bigdecimal)$/, 'decimal'],
  [/^(float|double|double precision|real|numbers?|float8|float4)$/, 'float'],
  [/^(uuid|guid|uuid ?v?[147])$/, 'uuid'],
  [/^(jsonb?|object|dict|map|hash|json object|geojson)$/, 'json'],
  [/^(e-?mail|email address)$/, 'email'],
  [/^(url|uri|link)$/, 'url'],
]

const ITEM_TYPES = /^(?:array|list|set)\s*(?:of|<|\[|\()\s*([\w ]+?)s?[>\])]?$/

export function typeOf(word: string): { type: FieldType; length?: number; precision?: number; scale?: number; list?: boolean; number?: true } | null {
  const text = word.toLowerCase().trim()
  const sized = text.match(/^([a-z][a-z0-9 ]*?)\s*\(\s*(\d+|max)\s*(?:,\s*(\d+)\s*)?\)$/)
  const base = sized?.[1] ?? text
  const array = base.match(/^([a-z]+)\s*\[\]$/)
  const listed = array?.[1] ?? text.match(ITEM_TYPES)?.[1]
  if (listed !== undefined) {
    const item = listed.trim() === 'id' ? { type: 'integer' as const } : (typeOf(listed) ?? typeOf(`${listed}s`))
    return item === null ? null : { type: item.type, list: true }
  }
  if (text === 'array' || text === 'list' || text === 'json array') return { type: 'string', list: true }
  for (const [pattern, type] of TYPES) {
    if (!pattern.test(base)) continue
    if (/^numbers?$/.test(base) && sized === null) return { type, number: true }
    if (sized === null || sized[2] === 'max') return { type }
    const first = Number(sized[2])
    if (type === 'decimal' || type === 'float') return { type: 'decimal', precision: first, scale: Number(sized[3] ?? 0) }
    return type === 'string' || type === 'text' ? { type, length: first } : { type }
  }
  return null
}

/** @param fieldName tells whether a `number` is a whole one */
export function applyType(facts: FieldFacts, type: NonNullable<ReturnType<typeof typeOf>>, fieldName = ''): void {
  const guess = type.number === true ? typeByName(wordsOf(fieldName).join('_')) : type.type
  facts.type = guess === 'integer' || guess === 'decimal' ? guess : type.type
  if (type.length !== undefined) facts.maxLength = type.length
  if (type.precision !== undefined) facts.precision = type.precision
  if (type.scale !== undefined) facts.scale = type.scale
  if (type.list === true) facts.list = true
}
