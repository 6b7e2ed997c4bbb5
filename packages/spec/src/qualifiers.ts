import type { FieldType } from './api-spec'
import type { FieldFacts } from './facts'
import { plain } from './words'

/** What a list of qualifiers says, and the parts that no production understood. */
export interface Qualifiers {
  facts: FieldFacts
  unknown: string[]
}

const LATIN_NAME = "[A-Za-z0-9\\u00C0-\\u1FFF\\u3040-\\uD7FF"

const TYPES: [RegExp, FieldType][] = [
  [/^(big ?serial|big ?int(eger)?|int8|long|int64)$/, 'bigint'],
  [/^(small|tiny|medium)?int(eger)?s?(\d+)?$|^serial$|^int4$|^whole number$|^(foreign )?key$/, 'integer'],
  [/^(string|str|varchar2?|nvarchar|char|character varying|character|citext|shorttext)$/, 'string'],
  [/^(text|longtext|mediumtext|long text|clob|markdown|rich text|html)$/, 'text'],
  [/^(bool|boolean|flag|bit|true\/false)$/, 'boolean'],
  [/^(date ?time|timestamp|timestamptz|timestamp with(out)? time ?zone|timestamp with tz|iso ?(8601|datetime)( (date ?time|timestamp|string))?|datetimetz|utc (datetime|timestamp))$/, 'datetime'],
  [/^date$/, 'date'],
  [/^time( of day)?$/, 'time'],
  [/^(decimal|numeric|money|currency|monetary( amount)?|bigdecimal)$/, 'decimal'],
  [/^(float|double|double precision|real|number|float8|float4)$/, 'float'],
  [/^(uuid|guid|uuid ?v?[147])$/, 'uuid'],
  [/^(jsonb?|object|dict|map|hash|json object|geojson)$/, 'json'],
  [/^(e-?mail|email address)$/, 'email'],
  [/^(url|uri|link)$/, 'url'],
]

const ITEM_TYPES = /^(?:array|list|set)\s*(?:of|<|\[|\()\s*([\w ]+?)s?[>\])]?$/

export function typeOf(word: string): { type: FieldType; length?: number; precision?: number; scale?: number; list?: boolean } | null {
  const text = word.toLowerCase().trim()
  const sized = text.match(/^([a-z][a-z0-9 ]*?)\s*\(\s*(\d+|max)\s*(?:,\s*(\d+)\s*)?\)$/)
  const base = sized?.[1] ?? text
  const array = base.match(/^([a-z]+)\s*\[\]$/)
  const listed = array?.[1] ?? text.match(ITEM_TYPES)?.[1]
  if (listed !== undefined) {
    const item = listed.trim() === 'id' ? { type: 'integer' as const } : typeOf(listed) ?? typeOf(`${listed}s`)
    return item === null ? null : { type: item.type, list: true }
  }
  if (text === 'array' || text === 'list' || text === 'json array') return { type: 'string', list: true }
  for (const [pattern, type] of TYPES) {
    if (!pattern.test(base)) continue
    if (sized === null || sized[2] === 'max') return { type }
    const first = Number(sized[2])
    if (type === 'decimal' || type === 'float') return { type: 'decimal', precision: first, scale: Number(sized[3] ?? 0) }
    return type === 'string' || type === 'text' ? { type, length: first } : { type }
  }
  return null
}

/** Splits at commas and semicolons that stand outside brackets and quotes. */
export function splitTop(text: string, separators = ',;'): string[] {
  const parts: string[] = []
  let depth = 0
  let quote = ''
  let start = 0
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]!
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"' || (char === "'" && !/\w/.test(text[index - 1] ?? ' '))) quote = text.indexOf(char, index + 1) === -1 ? '' : char
    else if ('([{'.includes(char)) depth += 1
    else if (')]}'.includes(char)) depth = Math.max(0, depth - 1)
    else if (depth === 0 && separators.includes(char)) {
      parts.push(text.slice(start, index))
      start = index + 1
    }
  }
  parts.push(text.slice(start))
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** Names of enum-like fields: a bare list in brackets after one of these is its list of members. */
export const ENUM_LIKE = /(^|_)(status|state|type|role|kind|priority|level|severity|category|gender|visibility|frequency|method|mode|stage|phase|condition|tier|plan|difficulty|size|unit|currency|channel|operation|action|outcome|result)$/i

const STRONG_ENUM_LIKE = /(^|_)(status|state|type|role|kind|priority|level|severity|category|gender|visibility|frequency|stage|phase|tier|difficulty)$/i

/**
 * Reads what stands in brackets or behind a colon after a field's name, in any order, comma-separated.
 * Linear in the length of the text.
 */
export function parseQualifiers(text: string, fieldName: string): Qualifiers {
  const facts: FieldFacts = {}
  const unknown: string[] = []
  const cleaned = plain(text)
    .replace(/\s*(?:\/\/|--\s|#\s)\s*/g, ', ')
    .replace(/\b(?:except|other than|but)(?: for)? [\w ]+(?:, (?:and )?(?:spaces?|hyphens?|dashes|apostrophes?|underscores?|periods?|dots?|commas?)\b)+/gi, (list) => list.replace(/,/g, ' and'))
  const parts = splitTop(cleaned)
  let collecting = false
  for (const part of parts) {
    if (collecting && isMember(part)) {
      facts.values!.push(...members(part))
      continue
    }
    collecting = false
    const opened = enumOf(part, fieldName, parts.length)
    if (opened !== null) {
      facts.type = 'enum'
      facts.values = [...(facts.values ?? []), ...opened]
      collecting = true
      continue
    }
    const rest = applyPart(part, facts, fieldName)
    if (rest !== null) unknown.push(rest)
  }
  const bare = parts.length >= 2 && unknown.length === parts.length && parts.every(isBareMember)
  if (bare && facts.values === undefined && STRONG_ENUM_LIKE.test(fieldName)) {
    facts.type = 'enum'
    facts.values = parts.map(unquote)
    return { facts, unknown: [] }
  }
  if (facts.values !== undefined) facts.values = [...new Set(facts.values)].slice(0, 200)
  if (facts.values !== undefined && facts.values.length === 0) {
    delete facts.values
    delete facts.type
  }
  return { facts, unknown }
}

const unquote = (text: string): string => text.trim().replace(/^["'`[({]+|["'`\])}.]+$/g, '').trim()
const isBareMember = (text: string): boolean => /^[A-Za-z][\w-]*$/.test(unquote(text))
const FLAG_WORD = /^(required|optional|nullable|unique|indexed?|default\b.*|auto\b.*|read-?only|not null|null|primary key|pk|fk|mandatory|min\b.*|max\b.*)$/i
const isMember = (part: string): boolean => /^["'].*["'][\])}]*$/.test(part.trim()) || (isBareMember(part) && !FLAG_WORD.test(unquote(part)) && typeOf(unquote(part)) === null)

function members(text: string): string[] {
  const inner = text.trim().replace(/^[[({]|[\])}]$/g, '')
  const quoted = [...inner.matchAll(/"([^"]{1,80})"|'([^']{1,80})'/g)].map((match) => match[1] ?? match[2]!)
  if (quoted.length > 0) return quoted
  return inner
    .split(/\s*(?:\||,|;|\/|\bor\b|\band\b)\s*/)
    .map(unquote)
    .filter((word) => /^[\p{L}\p{N}][\p{L}\p{N}_ .+-]{0,60}$/u.test(word))
}

function enumOf(part: string, fieldName: string, count: number): string[] | null {
  const lead = part.match(/^(?:string\s+)?(?:enum(?:eration)?|one of|must be one of|either|allowed values?|possible values?|values?|options?|choices?|can be|in)\b\s*(?:the\s+)?(?:values?|following)?\s*[:=-]?\s*(.*)$/i)
  if (lead !== null && !/^(the )?enum values?$/i.test(lead[1]!) && !/\benum\b/i.test(lead[1]!)) {
    const list = members(lead[1]!)
    const prose = /^(?:either|can be|in)\b/i.test(part) && !/^[[({"']/.test(lead[1]!) && list.length < 2
    if (!prose && (list.length > 0 || /^enum/i.test(part))) return list
  }
  const mixed = part.match(/^(?:string|varchar|text|enum)?\s*[:([]?\s*((?:["'][^"']{1,60}["']\s*(?:\||\/|,|or)?\s*){2,})[)\]]?$/i)
  if (mixed !== null) return members(mixed[1]!)
  if (/^[\w-]+(\s*\|\s*[\w-]+)+$/.test(part)) return members(part)
  if (/^[A-Za-z_][\w-]*(\s*\/\s*[A-Za-z_][\w-]*)+$/.test(part) && ENUM_LIKE.test(fieldName)) return members(part)
  if (count === 1 && ENUM_LIKE.test(fieldName) && /^[\w-]+(\s*,\s*[\w-]+)+$/.test(part)) return members(part)
  return null
}

type Production = [RegExp, (facts: FieldFacts, match: RegExpMatchArray, fieldName: string) => void]

const number = (text: string): number => Number(text.replace(/[,_](?=\d{3}\b)/g, ''))
const UNIT = '(?:chars?|characters?|letters?|digits|symbols)'
const N = '(-?\\d[\\d,_]*(?:\\.\\d+)?)'
const VERB = '(?:must be |should be |has to be |is |are |be )?'

const length = (facts: FieldFacts, low: string | undefined, high: string | undefined) => {
  if (low !== undefined) facts.minLength = number(low)
  if (high !== undefined) facts.maxLength = number(high)
}

const PRODUCTIONS: Production[] = [
  [/^(?:always )?(?:required|mandatory|not null|non-null(?:able)?|not nullable|cannot be null)$/i, (f) => { f.required = true; f.nullable = false }],
  [/^(?:optional|not required|may be (?:empty|omitted))$/i, (f) => { f.required = false }],
  [/^(?:nullable|null|can be null|may be null|null allowed|or null|allow(?:s)? null|default:? null|defaults to null)$/i, (f) => { f.nullable = true; f.required ??= false }],
  [/^can be null or empty(?: string)?$|^can be (?:empty|blank)$/i, (f) => { f.nullable = true; f.required = false }],
  [/^(?:must be |globally )?unique(?: constraint| index| key)?$/i, (f) => { f.unique ??= 'exact' }],
  [/^(?:must be )?unique[ (]+(?:case[- ]insensitive|ignoring case)\)?$|^case[- ]insensitive(?:ly)? unique$|^case[- ]insensitive$/i, (f) => { f.unique = 'case-insensitive' }],
  [/^(?:indexed?|db index|with index)$/i, (f) => { f.indexed = true }],
  [/^(?:primary(?: key)?|pk|primary key.*|identifier)$/i, (f) => { f.primary = true; f.readOnly = true }],
  [/^(?:auto|auto[- ]?increment(?:ed|s)?|auto[- ]?generated|generated|server[- ]generated|system[- ]generated|auto-?set|computed|calculated|read[- ]?only|set by (?:the )?(?:server|system)|managed by (?:the )?(?:server|system)|automatic(?:ally)?(?: (?:set|generated))?|derived)$/i, (f) => { f.readOnly = true }],
  [/^(?:auto[- ]?(?:set|updated?|generated|managed)?|set|updated?|automatic(?:ally)?(?: set| updated)?)\s*(?:timestamp )?(?:on|at|when|upon)\s*(?:every |each )?(?:create|creation|insert|created)$|^auto_?now_?add$|^(?:set|auto)[- ]on[- ]create$/i, (f) => { f.readOnly = true; f.auto = 'created' }],
  [/^(?:auto[- ]?(?:set|updated?|generated|managed)?|set|updated?|automatic(?:ally)?(?: set| updated)?)\s*(?:on|at|when|upon|with)\s*(?:every |each )?(?:updated?|change|write|modification|save)$|^auto_?now$|^on ?update.*$/i, (f) => { f.readOnly = true; f.auto = 'updated' }],
  [/^(?:write[- ]?only|hashed|encrypted|never returned|not returned|hidden|bcrypt(?: hash(?:ed)?)?|hashed with .*|stored hashed)$/i, (f) => { f.writeOnly = true }],
  [/^(?:foreign key|fk|references?|reference to|ref|belongs to|links? to|link to|points to|relation to|id of(?: the)?)$/i, (f) => { f.references = '' }],
  [/^(?:must reference |(?:integer |int |uuid )?(?:foreign key|fk|references?|ref|belongs to|reference to|links? to|points to)[:\s]*)(?:\(|to |→|->|=>|on |an? |the |existing )*\s*["'`]?([A-Za-z_]\w*)["'`]?(?:\s*[.(]\s*\w+\s*\)?)?\)?(?:\s+(?:table|model|entity))?(?:\s+on delete (cascade|set null|restrict|no action))?$/i, (f, m) => { f.references = m[1]!; setOnDelete(f, m[2]) }],
  [/^(?:→|->|=>)\s*["'`]?([A-Za-z_]\w*)["'`]?(?:\s*[.(]\s*\w+\s*\)?)?$/, (f, m) => { f.references = m[1]! }],
  [/^on delete:? (cascade|set null|restrict|no action|protect)$|^(cascade)(?: delete)?$/i, (f, m) => setOnDelete(f, m[1] ?? m[2])],
  [/^default(?:s)?(?: value)?(?: is| to)?\s*[:=]?\s*(.+)$|^=\s*(.+)$/i, (f, m) => setDefault(f, (m[1] ?? m[2])!)],
  [new RegExp(`^${VERB}(?:length )?(?:between )?${N}\\s*(?:-|–|—|to|and|\\.\\.+)\\s*${N}\\s*${UNIT}(?: long| in length)?$`, 'i'), (f, m) => length(f, m[1], m[2])],
  [new RegExp(`^(?:string )?length:? (?:must be )?(?:between )?${N}\\s*(?:-|–|—|to|and|\\.\\.+)\\s*${N}$`, 'i'), (f, m) => length(f, m[1], m[2])],
  [new RegExp(`^${VERB}(?:max(?:imum)?\\.?|up to|at most|no more than|not exceed|cannot exceed|not longer than|no longer than|less than or equal to|≤|<=)\\s*(?:length)?\\s*(?:of|:|=)?\\s*${N}\\s*${UNIT}(?: long| in length| max)?$`, 'i'), (f, m) => length(f, undefined, m[1])],
  [new RegExp(`^(?:max[_ -]?length|max[_ -]?len)\\s*[:=]?\\s*${N}$`, 'i'), (f, m) => length(f, undefined, m[1])],
  [new RegExp(`^(?:min[_ -]?length|min[_ -]?len)\\s*[:=]?\\s*${N}$`, 'i'), (f, m) => length(f, m[1], undefined)],
  [new RegExp(`^${N}\\s*${UNIT} (?:max(?:imum)?|or (?:less|fewer))$`, 'i'), (f, m) => length(f, undefined, m[1])],
  [new RegExp(`^${VERB}(?:min(?:imum)?\\.?|at least|no (?:less|fewer) than|≥|>=)\\s*(?:length)?\\s*(?:of|:|=)?\\s*${N}\\s*${UNIT}(?: long| in length)?$`, 'i'), (f, m) => length(f, m[1], undefined)],
  [new RegExp(`^${N}\\+?\\s*${UNIT} (?:min(?:imum)?|or more)$`, 'i'), (f, m) => length(f, m[1], undefined)],
  [new RegExp(`^(?:must be |be )?(?:exactly )?${N}[- ]${UNIT}s?(?: long| in length| code)?$`, 'i'), (f, m) => length(f, m[1], m[1])],
  [/^(?:cannot|must not|can't|may not|should not) be (?:empty|blank|null or empty|empty or (?:blank|whitespace).*)$|^non-?empty$|^not (?:empty|blank)$/i, (f) => { f.minLength = Math.max(1, f.minLength ?? 1); f.required ??= true }],
  [new RegExp(`^${VERB}(?:an? )?(?:integer |whole number |number |value |decimal )?(?:in (?:the )?range(?: of)? |in |range:? )?(?:between |from )?\\(?${N}\\s*(?:-|–|—|to|and|through|\\.\\.+)\\s*${N}\\)?(?: stars?| inclusive| \\(inclusive\\)|%)?$`, 'i'), (f, m) => { f.min = number(m[1]!); f.max = number(m[2]!) }],
  [new RegExp(`^${VERB}(?:an? )?(?:integer |number )?(?:≥|>=|at least|min(?:imum)?:?(?: of| value| is)?:?|no less than|greater than or equal to|not (?:be )?(?:less|lower) than|cannot be less than|must not be less than)\\s*[:=]?\\s*[$€£]?${N}$`, 'i'), (f, m) => { f.min = number(m[1]!) }],
  [new RegExp(`^${VERB}(?:≤|<=|at most|max(?:imum)?:?(?: of| value| is)?:?|no more than|up to|less than or equal to|cannot exceed|must not exceed|not exceed|cannot be (?:more|greater|higher) than)\\s*[:=]?\\s*[$€£]?${N}$`, 'i'), (f, m) => { f.max = number(m[1]!) }],
  [new RegExp(`^${VERB}(?:>|greater than|more than|above|larger than)\\s*[$€£]?${N}$`, 'i'), (f, m) => { f.min = above(f, number(m[1]!)) }],
  [new RegExp(`^${VERB}(?:<|less than|below|under|lower than)\\s*[$€£]?${N}$`, 'i'), (f, m) => { f.max = below(f, number(m[1]!)) }],
  [/^(?:must be |be |is )?(?:an? )?(?:strictly )?positive(?: (?:integer|number|value|amount|decimal))?$|^positive.*non-?zero$/i, (f) => { f.min = above(f, 0) }],
  [/^(?:must be |be |is )?(?:an? )?non-?negative(?: (?:integer|number|value|amount))?$|^(?:cannot|must not|can't|may not) be negative$|^zero or (?:more|greater|positive)$|^not negative$/i, (f) => { f.min = 0 }],
  [/^(?:up to |max(?:imum)? |at most )?(\d) decimal places?$|^(\d) decimals?$/i, (f, m) => { f.type = 'decimal'; f.precision ??= 12; f.scale = Number(m[1] ?? m[2]) }],
  [/^(?:must be |be )?(?:a |an )?(?:valid )?(?:6-digit |rgb )?hex(?:adecimal)?(?: colou?r)?(?: codes?| format| value)?(?: \(.*\))?( or null)?$|^hex colou?r.*$/i, (f, m) => { f.pattern = '^#[0-9A-Fa-f]{6}$'; f.patternText = 'a hex color such as #FF5733'; f.maxLength ??= 7; if (m[1] !== undefined) f.nullable = true }],
  [/^alphanumeric(?: characters)?(?: only)?$|^(?:only )?letters and (?:numbers|digits)(?: only)?$/i, (f, m) => setPattern(f, '^[A-Za-z0-9]+$', m[0])],
  [/^(?:only )?alphanumeric(?: characters)? ?(?:\+|and|plus|with|,|&) ?(?:underscores?|_)(?: only)?$|^(?:only )?letters,? (?:numbers|digits),? (?:and )?underscores?(?: only)?$/i, (f, m) => setPattern(f, '^[A-Za-z0-9_]+$', m[0])],
  [/^(?:only )?alphanumeric(?: characters)? ?(?:\+|and|plus|with|,|&) ?(?:spaces?|hyphens?|dashes|underscores?)(?:(?:\/|,| and |,? ?& ?|, and )(?:spaces?|hyphens?|dashes|underscores?))*(?: only)?$/i, (f, m) => setPattern(f, `^[A-Za-z0-9${extras(m[0])}]+$`, m[0])],
  [/^(?:only )?lower-?case(?: letters)?,? ?(?:alphanumeric )?(?:letters )?(?:,|and|\+|with)? ?(?:numbers|digits)?,? ?(?:and|\+|with)? ?(?:hyphens?|dashes)(?: only)?$|^(?:must be )?(?:a )?(?:url[- ]safe|url[- ]friendly|slug|kebab-case)(?: format| string)?$/i, (f, m) => setPattern(f, '^[a-z0-9]+(?:-[a-z0-9]+)*$', m[0])],
  [/^no special characters(?: (?:except|other than|but)(?: for)? (.*))?$/i, (f, m) => setPattern(f, `^${LATIN_NAME}${extras(m[1] ?? 'spaces') || ' '}]+$`, m[0])],
  [/^(?:must be |be )?(?:a |an )?(?:valid )?(?:properly formatted )?e-?mail(?: address)?(?: format)?$/i, (f) => { f.type = 'email' }],
  [/^(?:must be |be )?(?:a |an )?(?:valid )?(?:https? )?ur[li](?: format)?$/i, (f) => { f.type = 'url' }],
  [/^(?:must be |be )?(?:a |an )?(?:valid )?(?:iso[- ]?8601 )?(?:iso )?(?:date-?time|timestamp)(?: \(iso.*\)| string| format)?$|^(?:must be )?(?:a )?valid iso (?:8601 )?datetime(?: format| string)?$/i, (f) => { f.type = 'datetime' }],
  [/^(?:must be |be )?(?:a |an )?(?:valid )?(?:iso )?date(?: \(?yyyy-mm-dd\)?)?(?: format)?$|^yyyy-mm-dd(?: format)?$/i, (f) => { f.type = 'date' }],
  [/^(?:in )?(?:hh:mm(?::ss)?)(?: format)?$/i, (f) => { f.type = 'time' }],
  [/^(?:valid )?(?:e\.?164|phone(?: number)?|international phone)(?: format| number)?$/i, (f, m) => { f.pattern = '^\\+?[0-9][0-9 ().-]{4,24}$'; f.patternText = m[0] }],
  [/^(?:iso )?(?:4217 )?(?:3|three)[- ]?(?:letter|char(?:acter)?)(?: iso)?(?: (?:4217|currency|country))* ?(?:codes?)?$|^iso 4217(?: code| currency code)?$/i, (f, m) => { setPattern(f, '^[A-Z]{3}$', m[0]); f.maxLength ??= 3 }],
  [/^(?:iso )?(?:3166 )?(?:2|two)[- ]?(?:letter|char(?:acter)?)(?: iso)?(?: (?:3166|country|language))* ?(?:codes?)?$/i, (f, m) => { setPattern(f, '^[A-Z]{2}$', m[0]); f.maxLength ??= 2 }],
  [/^(?:pattern|regex|regexp|matches|format|must match)\s*[:=]?\s*\/?(\^.{1,200}\$)\/?$/i, (f, m) => setRegex(f, m[1]!)],
  [/^(?:must be |be )?(?:one of )?(?:the )?enum(?: values?)?$|^must be (?:one of|in) (?:the )?(?:enum|allowed|listed|valid|defined|specified) values?$|^(?:a )?valid enum(?: value)?$|^enum$/i, (f) => { f.type ??= 'enum' }],
  [/^(?:must be )?(?:in )?(?:a )?(?:valid|correct|proper)(?: format)?$/i, (f, _, name) => { if (/e-?mail$/i.test(name)) f.type = 'email'; else if (/ur[li]$/i.test(name)) f.type = 'url' }],
  [/^(?:utc|with time ?zone|timezone[- ]aware|iso 8601(?: format)?|trimmed|self[- ]ref(?:erence|erencing)?|pg_?enum|unsigned|signed|stored as \w+)$/i, () => {}],
]

function setOnDelete(facts: FieldFacts, word: string | undefined): void {
  const rule = word?.toLowerCase()
  if (rule === 'cascade') facts.onDelete = 'cascade'
  else if (rule === 'set null') facts.onDelete = 'set-null'
  else if (rule !== undefined) facts.onDelete = 'restrict'
}

function setDefault(facts: FieldFacts, text: string): void {
  const value = unquote(text.replace(/::.*$/, ''))
  if (/^(now|now\(\)|current[_ ]timestamp|current_date|now\(\) at.*|current (time|date|datetime)|today|creation time|timestamp)$/i.test(value)) {
    facts.auto = 'created'
    return
  }
  if (/^(null|none)$/i.test(value)) facts.nullable = true
  else if (/^(gen_random_uuid|uuid_generate_v4|uuid4?|nextval|auto)\b/i.test(value)) facts.readOnly = true
  else if (/^(true|false)$/i.test(value)) facts.default = value.toLowerCase() === 'true'
  else if (/^-?\d+(\.\d+)?$/.test(value) && !/^["']/.test(text.trim())) facts.default = Number(value)
  else facts.default = value
}

const setPattern = (facts: FieldFacts, pattern: string, text: string): void => {
  facts.pattern = pattern
  facts.patternText = text
}

function setRegex(facts: FieldFacts, pattern: string): void {
  if (/\(\?|\\[pPbBAZ]|\\\d/.test(pattern)) return
  try {
    new RegExp(pattern)
  } catch {
    return
  }
  setPattern(facts, pattern.replace(/\\d/g, '[0-9]').replace(/\\w/g, '[A-Za-z0-9_]'), `must match ${pattern}`)
}

function extras(text: string): string {
  const has = (word: RegExp) => word.test(text)
  return `${has(/underscore/) ? '_' : ''}${has(/period|dots?\b/) ? '.' : ''}${has(/comma/) ? ',' : ''}${has(/space/) ? ' ' : ''}${has(/apostrophe/) ? "'" : ''}${has(/hyphen|dash/) ? '-' : ''}`
}

const isFraction = (facts: FieldFacts): boolean => facts.type === 'decimal' || facts.type === 'float'

/** Exclusive bounds become inclusive at the resolver, which knows the type: kept as an epsilon marker here. */
function above(facts: FieldFacts, bound: number): number {
  return isFraction(facts) ? bound + 10 ** -(facts.scale ?? 2) : bound + EXCLUSIVE
}

function below(facts: FieldFacts, bound: number): number {
  return isFraction(facts) ? bound - 10 ** -(facts.scale ?? 2) : bound - EXCLUSIVE
}

/** Distance that marks an exclusive bound until the field's type is known. */
export const EXCLUSIVE = 1e-6

/** Applies one qualifier; returns it when nothing understood it. */
function applyPart(part: string, facts: FieldFacts, fieldName: string): string | null {
  const text = part.replace(/\s+/g, ' ').replace(/[.!]$/, '').replace(/^(?:and|but|also)\s+/i, '').trim()
  if (text === '' || text.length > 300) return text === '' ? null : text
  const type = typeOf(text)
  if (type !== null) {
    applyType(facts, type)
    return null
  }
  for (const [pattern, apply] of PRODUCTIONS) {
    const match = text.match(pattern)
    if (match === null) continue
    apply(facts, match, fieldName)
    return null
  }
  return applyCompound(text, facts, fieldName)
}

export function applyType(facts: FieldFacts, type: NonNullable<ReturnType<typeof typeOf>>): void {
  facts.type = type.type
  if (type.length !== undefined) facts.maxLength = type.length
  if (type.precision !== undefined) facts.precision = type.precision
  if (type.scale !== undefined) facts.scale = type.scale
  if (type.list === true) facts.list = true
}

/** `optional (can be null)`, `string required max 100`, `required and cannot be empty`, `valid email, max 255`. */
function applyCompound(text: string, facts: FieldFacts, fieldName: string): string | null {
  const bracket = text.match(/^([^()]+)\(([^()]*)\)\s*(.*)$/)
  if (bracket !== null) {
    const whole = [bracket[1]!, ...splitTop(bracket[2]!), bracket[3]!].map((part) => part.trim()).filter((part) => part !== '')
    const left = whole.map((part) => applyPart(part, facts, fieldName)).filter((rest): rest is string => rest !== null)
    if (left.length === 0) return null
    const example = /^(e\.?g\.?|for example|i\.e\.|like|such as)\b/i
    const serious = left.filter((rest) => !example.test(rest) && !bracket[2]!.match(example))
    return serious.length === 0 ? null : serious.length === whole.length ? text : serious.join(', ')
  }
  const pieces = text.split(/\s+(?:and|but|plus)\s+/)
  if (pieces.length > 1) {
    const left = pieces.map((piece) => applyPart(piece, facts, fieldName)).filter((rest): rest is string => rest !== null)
    return left.length === 0 ? null : left.length === pieces.length ? text : left.join(' and ')
  }
  const words = text.match(/^(not null|primary key|[\w]+(?:\([\d, ]+\))?(?:\[\])?)\s+(.+)$/i)
  if (words !== null && (typeOf(words[1]!) !== null || /^(required|optional|unique|nullable|indexed|not null|primary key|auto)$/i.test(words[1]!))) {
    const first = applyPart(words[1]!, facts, fieldName)
    const second = applyPart(words[2]!, facts, fieldName)
    if (first === null && second === null) return null
    return first === null ? second : text
  }
  return text
}
