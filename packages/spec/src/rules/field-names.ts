import type { RuleFact } from '../facts'
import { nameKey, singular, wordsOf } from '../words'
import { bareKeys, commonWords, indexOfKeys, type KeyIndex, keyFor } from './field-words'

/** Names of entities and fields, before anything is resolved. */
export interface Names {
  /** Entity → words of a field → its name. */
  entities: Map<string, Map<string, string>>
  /** Words of a field, with and without its unit → entities that have it, six at most. */
  holders: Map<string, string[]>
}

export interface NamedField {
  entity: string
  field: string
}

const MANY = 6

export function namesOf(fields: readonly { entity: string; name: string }[]): Names {
  const names: Names = { entities: new Map(), holders: new Map() }
  for (const { entity, name } of fields) {
    const known = names.entities.get(entity) ?? new Map<string, string>()
    names.entities.set(entity, known)
    const key = commonWords(wordsOf(name).map(singular))
    if (known.has(key)) continue
    known.set(key, name)
    for (const bare of bareKeys(key)) {
      const holders = names.holders.get(bare) ?? []
      if (holders.length < MANY && !holders.includes(entity)) names.holders.set(bare, [...holders, entity])
    }
  }
  return names
}

const FILLERS = /^(the|a|an|all|each|every|its|their|any|new|field|value|values|of|on)$/

const fieldWords = (phrase: string): string[] =>
  wordsOf(phrase)
    .map(singular)
    .filter((word) => !FILLERS.test(word))

/** Entity and field that a phrase names: the section's entity first, then one the phrase names, then the only one with such a field. */
export function targetOf(phrase: string, rule: RuleFact, names: Names): NamedField | null {
  const words = fieldWords(
    phrase
      .replace(/'s\b|(?<=s)'(?=\s)/g, '')
      .replace(/^(?:the )?number of /i, '')
      .replace(/\s*\(.*$/, ''),
  )
  if (words.length === 0 || words.length > 6) return null
  const exact = names.holders.get(commonWords(words))
  if (rule.entity === null && exact?.length === 1) return fieldOf(words, exact[0]!, names)
  const of = phrase.match(/^(.+?) of (?:an? |the |each |every |all )?(.+)$/i)
  if (of !== null && names.entities.has(nameKey(of[2]!))) return fieldOf(fieldWords(of[1]!), nameKey(of[2]!), names)
  for (let size = Math.min(3, words.length - 1); size >= 1; size -= 1) {
    const entity = words.slice(0, size).join('')
    const named = names.entities.has(entity) ? fieldOf(words.slice(size), entity, names) : null
    if (named !== null && named.field !== 'id') return named
  }
  if (rule.entity !== null) return fieldOf(words, rule.entity, names)
  const holders = holdersOf(words, names)
  if (holders.length > 0 || words.length < 2) return holders.length === 1 ? holders[0]! : null
  const kin = [...names.entities.keys()].filter((key) => key.includes(words[0]!)).flatMap((entity) => fieldOf(words.slice(1), entity, names) ?? [])
  if (kin.length === 1) return kin[0]!
  // "License plates" are the plates, where one entity only has such a field.
  const last =
    (words.length === 2 && OFTEN.test(words[1]!)) || LEADS.test(words[0]!) || names.entities.has(words[0]!) ? [] : holdersOf(words.slice(1), names)
  return last.length === 1 ? last[0]! : null
}

/** "Quantities must be positive": every entity with such a field, where the sentence names none and stands below none. */
export function targetsOf(phrase: string, rule: RuleFact, names: Names): NamedField[] {
  const one = targetOf(phrase, rule, names)
  if (one !== null || rule.entity !== null) return one === null ? [] : [one]
  const holders = holdersOf(fieldWords(phrase), names)
  return holders.length >= MANY ? [] : holders.length > 0 ? holders : severalOf(phrase, names)
}

/** "Scores": `home_score` and `away_score`, where one entity only has several of them. */
function severalOf(phrase: string, names: Names): NamedField[] {
  const word = phrase.match(/^(?:the |all |both )?(\w{4,}s)$/i)?.[1]
  if (word === undefined) return []
  const end = `_${singular(word.toLowerCase())}`
  const found = [...names.entities].flatMap(([entity, fields]) => {
    const several = [...fields].filter(([key]) => key.endsWith(end)).map(([, field]) => ({ entity, field }))
    return several.length === 0 ? [] : [several]
  })
  return found.length === 1 && found[0]!.length > 1 ? found[0]! : []
}

const LEADS = /^(?:once|after|before|when|while|if|only|no|not|two|both|new|one|this|that|other|more|most|least|at|to|in|for)$/
const OFTEN = /^(?:name|type|number|date|code|status|state|id|title|time|count|amount|value|level|key|role|kind|note|address|text)$/
const SHORTENED = /^(format|address|length|name|date|time|count|number)$/

const shortened = (words: readonly string[]): string[] => words.filter((word) => !SHORTENED.test(word))

function holdersOf(words: readonly string[], names: Names): NamedField[] {
  const entities = new Set([words, shortened(words)].flatMap((some) => bareKeys(commonWords(some)).flatMap((key) => names.holders.get(key) ?? [])))
  return [...entities].flatMap((entity) => fieldOf(words, entity, names) ?? [])
}

export function fieldOf(words: readonly string[], entity: string, names: Names): NamedField | null {
  const fields = names.entities.get(entity)
  if (fields === undefined) return null
  const keys = keysIn(fields)
  const key = keyFor(words, keys) ?? keyFor(shortened(words), keys)
  return key === undefined ? null : { entity, field: fields.get(key)! }
}

const INDEXES = new WeakMap<ReadonlyMap<string, string>, KeyIndex>()

/** The index of an entity's fields, once `namesOf` is through. */
export function keysIn(fields: ReadonlyMap<string, string>): KeyIndex {
  const known = INDEXES.get(fields)
  if (known !== undefined) return known
  const made = indexOfKeys(fields.keys())
  INDEXES.set(fields, made)
  return made
}
