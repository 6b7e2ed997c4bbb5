import type { FieldType } from '../api-spec'
import type { FieldFacts } from '../facts'
import { splitTop } from '../qualifiers/members'
import { typeOf } from '../qualifiers/types'
import { typeByName } from '../resolve/field-types'
import { wordsOf } from '../words'

const NAMES: Record<string, FieldType> = {
  emailstr: 'email',
  emailfield: 'email',
  anyurl: 'url',
  httpurl: 'url',
  slug: 'string',
  positiveinteger: 'integer',
  positivesmallinteger: 'integer',
  smallinteger: 'integer',
  biginteger: 'bigint',
  instant: 'datetime',
  localdate: 'date',
  localtime: 'time',
  localdatetime: 'datetime',
  zoneddatetime: 'datetime',
  offsetdatetime: 'datetime',
  awaredatetime: 'datetime',
  naivedatetime: 'datetime',
  unicode: 'string',
  unicodetext: 'text',
  textblob: 'text',
  any: 'json',
  record: 'json',
  unknown: 'json',
  jsonobject: 'json',
}

export interface TypeMeaning {
  facts: FieldFacts
  /** Name of a type that is none of the usual ones. */
  named: string | null
  list: boolean
}

/** What the name of a type means, in any of the notations: `string | null`, `Optional[int]`, `[Track!]!`, `Numeric(10, 2)`. */
export function typeMeaning(written: string, field: string): TypeMeaning {
  const facts: FieldFacts = {}
  let type = written.trim()
  const optional = type.match(/^Optional\[(.*)\]$/s)
  if (optional !== null) type = optional[1]!
  const parts = splitTop(type, '|').map((part) => part.trim())
  const kept = parts.filter((part) => !/^(?:null|None|undefined)$/.test(part))
  if (optional !== null || kept.length < parts.length) Object.assign(facts, { nullable: true, required: false })
  const literals = literalsOf(kept, type)
  if (literals.length > 0) return { facts: { ...facts, type: 'enum', values: literals }, named: null, list: false }
  type = kept[0]?.replace(/!$/, '') ?? ''
  const item =
    type.match(/^(?:Array|List|list|Set|set|Sequence|Collection|tuple)\s*[<[](.*)[>\]]$/s)?.[1] ??
    type.match(/^\[(.*)\]$/s)?.[1] ??
    type.match(/^\(?(.*?)\)?\[\]$/s)?.[1]
  if (item !== undefined) {
    const inner = typeMeaning(item, field)
    return { facts: { ...inner.facts, ...facts, list: true }, named: inner.named, list: true }
  }
  if (/^\{/.test(type) || /^(?:Record|Dict|dict|Map|Mapping|Partial)\b/.test(type))
    return { facts: { ...facts, type: 'json' }, named: null, list: false }
  const bare = type.replace(/^["']|["']$/g, '').replace(/^\w+\./, '')
  const known = scalar(bare, field)
  return known === null
    ? { facts, named: /^[A-Za-z_]\w*$/.test(bare) ? bare : null, list: false }
    : { facts: { ...facts, ...known }, named: null, list: false }
}

function literalsOf(parts: readonly string[], whole: string): string[] {
  const listed = whole.match(/^Literal\[(.*)\]$/s)?.[1]
  const values = listed === undefined ? parts : splitTop(listed, ',')
  return values.length > 0 && values.every((value) => /^["'][^"']+["']$/.test(value)) ? values.map((value) => value.slice(1, -1)) : []
}

/** Text and numbers of languages that have one type for all of them take their kind from the field's name. */
function scalar(name: string, field: string): FieldFacts | null {
  const lower = name.toLowerCase()
  if (lower === '' || lower === 'id') return {}
  const guess = typeByName(wordsOf(field).join('_'))
  if (/^(?:str|string|char)$/.test(lower))
    return ['datetime', 'date', 'time', 'uuid', 'email', 'url', 'text'].includes(guess) ? { type: guess } : { type: 'string' }
  if (lower === 'number')
    return ['integer', 'decimal', 'float'].includes(guess) || /_id$|^id$/.test(wordsOf(field).join('_')) ? {} : { type: 'float' }
  const sized = name.match(/^(\w+?)(?:\((\d+)?(?:,\s*(\d+))?.*\))?$/s)
  const base = sized?.[1] ?? name
  const type = NAMES[base.toLowerCase()] ?? typeOf(base.replace(/^(?:Boolean)$/, 'boolean'))?.type
  if (type === undefined) return null
  if (sized?.[2] === undefined) return { type }
  if (type === 'decimal' || type === 'float') return { type: 'decimal', precision: Number(sized[2]), scale: Number(sized[3] ?? 0) }
  return type === 'string' || type === 'text' ? { type, maxLength: Number(sized[2]) } : { type }
}
