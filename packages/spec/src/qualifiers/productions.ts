import type { FieldFacts } from '../facts'
import { unquote } from './members'

const LATIN_NAME = '[A-Za-z0-9\\u00C0-\\u1FFF\\u3040-\\uD7FF'

type Production = [RegExp, (facts: FieldFacts, match: RegExpMatchArray, fieldName: string) => void]

export const number = (text: string): number => Number(text.replace(/[,_](?=\d{3}\b)/g, ''))

const UNIT = '(?:chars?|characters?|letters?|digits|symbols)'

export const N = '(-?\\d[\\d,_]*(?:\\.\\d+)?)'

const VERB = '(?:must be |should be |has to be |is |are |be )?'

export const length = (facts: FieldFacts, low: string | undefined, high: string | undefined) => {
  if (low !== undefined) facts.minLength = number(low)
  if (high !== undefined) facts.maxLength = number(high)
}

export const PRODUCTIONS: Production[] = [
  [
    /^(?:always )?(?:required|mandatory|not null|non-null(?:able)?|not nullable|cannot be null)$/i,
    (f) => {
      f.required = true
      f.nullable = false
    },
  ],
  [
    /^(?:optional|not required|may be (?:empty|omitted))$/i,
    (f) => {
      f.required = false
    },
  ],
  [
    /^(?:nullable|null|can be null|may be null|null allowed|or null|allow(?:s)? null|default:? null|defaults to null)$/i,
    (f) => {
      f.nullable = true
      f.required ??= false
    },
  ],
  [
    /^can be null or empty(?: string)?$|^can be (?:empty|blank)$/i,
    (f) => {
      f.nullable = true
      f.required = false
    },
  ],
  [
    /^(?:must be |globally )?unique(?: constraint| index| key)?$/i,
    (f) => {
      f.unique ??= 'exact'
    },
  ],
  [
    /^(?:must be )?unique[ (]+(?:case[- ]insensitive|ignoring case)\)?$|^case[- ]insensitive(?:ly)? unique$|^case[- ]insensitive$/i,
    (f) => {
      f.unique = 'case-insensitive'
    },
  ],
  [
    /^(?:indexed?|db index|with index)$/i,
    (f) => {
      f.indexed = true
    },
  ],
  [
    /^(?:primary(?: key)?|pk|primary key.*|identifier)$/i,
    (f) => {
      f.primary = true
      f.readOnly = true
    },
  ],
  [
    /^(?:auto|auto[- ]?increment(?:ed|s)?|auto[- ]?generated|generated|server[- ]generated|system[- ]generated|auto-?set|computed|calculated|read[- ]?only|set by (?:the )?(?:server|system)|managed by (?:the )?(?:server|system)|automatic(?:ally)?(?: (?:set|generated))?|derived)$/i,
    (f) => {
      f.readOnly = true
    },
  ],
  [
    /^(?:auto[- ]?(?:set|updated?|generated|managed)?|set|updated?|automatic(?:ally)?(?: set| updated)?)\s*(?:timestamp )?(?:on|at|when|upon)\s*(?:every |each )?(?:create|creation|insert|created)$|^auto_?now_?add$|^(?:set|auto)[- ]on[- ]create$/i,
    (f) => {
      f.readOnly = true
      f.auto = 'created'
    },
  ],
  [
    /^(?:auto[- ]?(?:set|updated?|generated|managed)?|set|updated?|automatic(?:ally)?(?: set| updated)?)\s*(?:on|at|when|upon|with)\s*(?:every |each )?(?:updated?|change|write|modification|save)$|^auto_?now$|^on ?update.*$/i,
    (f) => {
      f.readOnly = true
      f.auto = 'updated'
    },
  ],
  [
    /^(?:write[- ]?only|hashed|encrypted|never returned|not returned|hidden|bcrypt(?: hash(?:ed)?)?|hashed with .*|stored hashed)$/i,
    (f) => {
      f.writeOnly = true
    },
  ],
  [
    /^(?:foreign key|fk|references?|reference to|ref|belongs to|links? to|link to|points to|relation to|id of(?: the)?)$/i,
    (f) => {
      f.references = ''
    },
  ],
  [
    /^(?:must reference |(?:integer |int |uuid )?(?:foreign key|fk|references?|ref|belongs to|reference to|links? to|points to)[:\s]*)(?:\(|to |→|->|=>|on |an? |the |existing )*\s*["'`]?([A-Za-z_]\w*)["'`]?(?:\s*[.(]\s*\w+\s*\)?)?\)?(?:\s+(?:table|model|entity))?(?:\s+on delete (cascade|set null|restrict|no action))?$/i,
    (f, m) => {
      f.references = m[1]!
      setOnDelete(f, m[2])
    },
  ],
  [
    /^(?:→|->|=>)\s*["'`]?([A-Za-z_]\w*)["'`]?(?:\s*[.(]\s*\w+\s*\)?)?$/,
    (f, m) => {
      f.references = m[1]!
    },
  ],
  [/^on delete:? (cascade|set null|restrict|no action|protect)$|^(cascade)(?: delete)?$/i, (f, m) => setOnDelete(f, m[1] ?? m[2])],
  [/^default(?:s)?(?: value)?(?: is| to)?\s*[:=]?\s*(.+)$|^=\s*(.+)$/i, (f, m) => setDefault(f, (m[1] ?? m[2])!)],
  [
    new RegExp(`^${VERB}(?:length )?(?:between )?${N}\\s*(?:-|–|—|to|and|\\.\\.+)\\s*${N}\\s*${UNIT}(?: long| in length)?$`, 'i'),
    (f, m) => length(f, m[1], m[2]),
  ],
  [new RegExp(`^(?:string )?length:? (?:must be )?(?:between )?${N}\\s*(?:-|–|—|to|and|\\.\\.+)\\s*${N}$`, 'i'), (f, m) => length(f, m[1], m[2])],
  [
    new RegExp(
      `^${VERB}(?:max(?:imum)?\\.?|up to|at most|no more than|not exceed|cannot exceed|not longer than|no longer than|less than or equal to|≤|<=)\\s*(?:length)?\\s*(?:of|:|=)?\\s*${N}\\s*${UNIT}(?: long| in length| max)?$`,
      'i',
    ),
    (f, m) => length(f, undefined, m[1]),
  ],
  [new RegExp(`^(?:max[_ -]?length|max[_ -]?len)\\s*[:=]?\\s*${N}$`, 'i'), (f, m) => length(f, undefined, m[1])],
  [new RegExp(`^(?:min[_ -]?length|min[_ -]?len)\\s*[:=]?\\s*${N}$`, 'i'), (f, m) => length(f, m[1], undefined)],
  [new RegExp(`^${N}\\s*${UNIT} (?:max(?:imum)?|or (?:less|fewer))$`, 'i'), (f, m) => length(f, undefined, m[1])],
  [
    new RegExp(
      `^${VERB}(?:min(?:imum)?\\.?|at least|no (?:less|fewer) than|≥|>=)\\s*(?:length)?\\s*(?:of|:|=)?\\s*${N}\\s*${UNIT}(?: long| in length)?$`,
      'i',
    ),
    (f, m) => length(f, m[1], undefined),
  ],
  [new RegExp(`^${N}\\+?\\s*${UNIT} (?:min(?:imum)?|or more)$`, 'i'), (f, m) => length(f, m[1], undefined)],
  [new RegExp(`^(?:must be |be )?(?:exactly )?${N}[- ]${UNIT}s?(?: long| in length| code)?$`, 'i'), (f, m) => length(f, m[1], m[1])],
  [
    /^(?:cannot|must not|can't|may not|should not) be (?:empty|blank|null or empty|empty or (?:blank|whitespace).*)$|^non-?empty$|^not (?:empty|blank)$/i,
    (f) => {
      f.minLength = Math.max(1, f.minLength ?? 1)
      f.required ??= true
    },
  ],
  [
    new RegExp(
      `^${VERB}(?:an? )?(?:integer |whole number |number |value |decimal )?(?:in (?:the )?range(?: of)? |in |range:? )?(?:between |from )?\\(?${N}\\s*(?:-|–|—|to|and|through|\\.\\.+)\\s*${N}\\)?(?: stars?| inclusive| \\(inclusive\\)|%)?$`,
      'i',
    ),
    (f, m) => {
      f.min = number(m[1]!)
      f.max = number(m[2]!)
    },
  ],
  [
    new RegExp(
      `^${VERB}(?:an? )?(?:integer |number )?(?:≥|>=|at least|min(?:imum)?:?(?: of| value| is)?:?|no less than|greater than or equal to|not (?:be )?(?:less|lower) than|cannot be less than|must not be less than)\\s*[:=]?\\s*[$€£]?${N}$`,
      'i',
    ),
    (f, m) => {
      f.min = number(m[1]!)
    },
  ],
  [
    new RegExp(
      `^${VERB}(?:≤|<=|at most|max(?:imum)?:?(?: of| value| is)?:?|no more than|up to|less than or equal to|cannot exceed|must not exceed|not exceed|cannot be (?:more|greater|higher) than)\\s*[:=]?\\s*[$€£]?${N}$`,
      'i',
    ),
    (f, m) => {
      f.max = number(m[1]!)
    },
  ],
  [
    new RegExp(`^${VERB}(?:>|greater than|more than|above|larger than)\\s*[$€£]?${N}$`, 'i'),
    (f, m) => {
      f.min = above(f, number(m[1]!))
    },
  ],
  [
    new RegExp(`^${VERB}(?:<|less than|below|under|lower than)\\s*[$€£]?${N}$`, 'i'),
    (f, m) => {
      f.max = below(f, number(m[1]!))
    },
  ],
  [
    /^(?:must be |be |is )?(?:an? )?(?:strictly )?positive(?: (?:integer|number|value|amount|decimal))?$|^positive.*non-?zero$/i,
    (f) => {
      f.min = above(f, 0)
    },
  ],
  [
    /^(?:must be |be |is )?(?:an? )?non-?negative(?: (?:integer|number|value|amount))?$|^(?:cannot|must not|can't|may not) be negative$|^zero or (?:more|greater|positive)$|^not negative$/i,
    (f) => {
      f.min = 0
    },
  ],
  [
    /^(?:up to |max(?:imum)? |at most )?(\d) decimal places?$|^(\d) decimals?$/i,
    (f, m) => {
      f.type = 'decimal'
      f.precision ??= 12
      f.scale = Number(m[1] ?? m[2])
    },
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:6-digit |rgb )?hex(?:adecimal)?(?: colou?r)?(?: codes?| format| value)?(?: \(.*\))?( or null)?$|^hex colou?r.*$/i,
    (f, m) => {
      f.pattern = '^#[0-9A-Fa-f]{6}$'
      f.patternText = 'a hex color such as #FF5733'
      f.maxLength ??= 7
      if (m[1] !== undefined) f.nullable = true
    },
  ],
  [/^alphanumeric(?: characters)?(?: only)?$|^(?:only )?letters and (?:numbers|digits)(?: only)?$/i, (f, m) => setPattern(f, '^[A-Za-z0-9]+$', m[0])],
  [
    /^(?:only )?alphanumeric(?: characters)? ?(?:\+|and|plus|with|,|&) ?(?:underscores?|_)(?: only)?$|^(?:only )?letters,? (?:numbers|digits),? (?:and )?underscores?(?: only)?$/i,
    (f, m) => setPattern(f, '^[A-Za-z0-9_]+$', m[0]),
  ],
  [
    /^(?:only )?alphanumeric(?: characters)? ?(?:\+|and|plus|with|,|&) ?(?:spaces?|hyphens?|dashes|underscores?)(?:(?:\/|,| and |,? ?& ?|, and )(?:spaces?|hyphens?|dashes|underscores?))*(?: only)?$/i,
    (f, m) => setPattern(f, `^[A-Za-z0-9${extras(m[0])}]+$`, m[0]),
  ],
  [
    /^(?:only )?lower-?case(?: letters)?,? ?(?:alphanumeric )?(?:letters )?(?:,|and|\+|with)? ?(?:numbers|digits)?,? ?(?:and|\+|with)? ?(?:hyphens?|dashes)(?: only)?$|^(?:must be )?(?:a )?(?:url[- ]safe|url[- ]friendly|slug|kebab-case)(?: format| string)?$/i,
    (f, m) => setPattern(f, '^[a-z0-9]+(?:-[a-z0-9]+)*$', m[0]),
  ],
  [
    /^no special characters(?: (?:except|other than|but)(?: for)? (.*))?$/i,
    (f, m) => setPattern(f, `^${LATIN_NAME}${extras(m[1] ?? 'spaces') || ' '}]+$`, m[0]),
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:properly formatted )?e-?mail(?: address)?(?: format)?$/i,
    (f) => {
      f.type = 'email'
    },
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:https? )?ur[li](?: format)?$/i,
    (f) => {
      f.type = 'url'
    },
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:iso[- ]?8601 )?(?:iso )?(?:date-?time|timestamp)(?: \(iso.*\)| string| format)?$|^(?:must be )?(?:a )?valid iso (?:8601 )?datetime(?: format| string)?$/i,
    (f) => {
      f.type = 'datetime'
    },
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:iso )?date(?: \(?yyyy-mm-dd\)?)?(?: format)?$|^yyyy-mm-dd(?: format)?$/i,
    (f) => {
      f.type = 'date'
    },
  ],
  [
    /^(?:in )?(?:hh:mm(?::ss)?)(?: format)?$/i,
    (f) => {
      f.type = 'time'
    },
  ],
  [
    /^(?:valid )?(?:e\.?164|phone(?: number)?|international phone)(?: format| number)?$/i,
    (f, m) => {
      f.pattern = '^\\+?[0-9][0-9 ().-]{4,24}$'
      f.patternText = m[0]
    },
  ],
  [
    /^(?:iso )?(?:4217 )?(?:3|three)[- ]?(?:letter|char(?:acter)?)(?: iso)?(?: (?:4217|currency|country))* ?(?:codes?)?$|^iso 4217(?: code| currency code)?$/i,
    (f, m) => {
      setPattern(f, '^[A-Z]{3}$', m[0])
      f.maxLength ??= 3
    },
  ],
  [
    /^(?:iso )?(?:3166 )?(?:2|two)[- ]?(?:letter|char(?:acter)?)(?: iso)?(?: (?:3166|country|language))* ?(?:codes?)?$/i,
    (f, m) => {
      setPattern(f, '^[A-Z]{2}$', m[0])
      f.maxLength ??= 2
    },
  ],
  [/^(?:pattern|regex|regexp|matches|format|must match)\s*[:=]?\s*\/?(\^.{1,200}\$)\/?$/i, (f, m) => setRegex(f, m[1]!)],
  [
    /^(?:must be |be )?(?:one of )?(?:the )?enum(?: values?)?$|^must be (?:one of|in) (?:the )?(?:enum|allowed|listed|valid|defined|specified) values?$|^(?:a )?valid enum(?: value)?$|^enum$/i,
    (f) => {
      f.type ??= 'enum'
    },
  ],
  [
    /^(?:must be )?(?:in )?(?:a )?(?:valid|correct|proper)(?: format)?$/i,
    (f, _, name) => {
      if (/e-?mail$/i.test(name)) f.type = 'email'
      else if (/ur[li]$/i.test(name)) f.type = 'url'
    },
  ],
  [
    /^(?:utc|with time ?zone|timezone[- ]aware|iso 8601(?: format)?|trimmed|self[- ]ref(?:erence|erencing)?|pg_?enum|unsigned|signed|stored as \w+)$/i,
    () => {},
  ],
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
