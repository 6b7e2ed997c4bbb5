import type { Facts, FieldFact, FieldFacts, RuleFact } from '../facts'
import { parseQualifiers } from '../qualifiers'
import { nameKey, singular, wordsOf } from '../words'

/** What a sentence says about one field, and the parts of it that no qualifier understood. */
export interface FieldStatement {
  entity: string
  field: string
  facts: FieldFacts
  /** Parts that the field's facts do not carry. */
  rest: string[]
  /** Fields whose values are unique only together ("unique per project"). */
  together?: string[]
}

/** Names of entities and fields, before anything is resolved. */
interface Names {
  /** Entity → words of a field → its name. */
  entities: Map<string, Map<string, string>>
  /** Words of a field → entities that have it. */
  holders: Map<string, string[]>
}

/**
 * For each rule sentence the statements about fields that it makes; empty for sentences of another kind. What is unique together is added
 * to `facts`.
 */
export function fieldStatements(facts: Facts): Map<RuleFact, FieldStatement[]> {
  const names: Names = { entities: new Map(), holders: new Map() }
  for (const field of facts.fields) {
    const fields = names.entities.get(field.entity) ?? new Map<string, string>()
    names.entities.set(field.entity, fields)
    const key = keyOf(field.name)
    if (fields.has(key)) continue
    fields.set(key, field.name)
    names.holders.set(key, [...(names.holders.get(key) ?? []).slice(-1), field.entity])
  }
  const found = new Map<RuleFact, FieldStatement[]>()
  for (const rule of facts.rules) {
    const statements = statementsOf(rule, names)
    found.set(rule, statements)
    for (const { entity, together } of statements)
      if (together !== undefined) facts.uniqueTogether.push({ entity, fields: together, caseInsensitive: false, line: rule.line })
  }
  return found
}

/** The statements as facts for the resolver: rules outweigh the models. */
export function factsOf(statements: Map<RuleFact, FieldStatement[]>): FieldFact[] {
  return [...statements].flatMap(([rule, list]) =>
    list.map((one) => ({ entity: one.entity, name: one.field, line: rule.line, weight: 3 as const, facts: one.facts })),
  )
}

const keyOf = (name: string): string => wordsOf(name).map(singular).join('_')

const VERB =
  /^(.{2,60}?)\s+((?:is|are)(?: always)? (?:required|optional|mandatory|unique|nullable|read-?only|between|limited|at (?:least|most)|an? )|(?:must|should|has to|have to|needs to|cannot|can not|can't|can never|may not|may only|can only contain|must not)\b|starts? (?:at|with)\b|can be (?:null|empty|blank|one of)\b|may be (?:null|empty|omitted)\b|max(?:imum)?\b|min(?:imum)?\b|defaults? (?:to|is)\b|has an? (?:max|min)|up to\b|at (?:least|most)\b|is one of\b|are one of\b)(.*)$/i

function statementsOf(rule: RuleFact, names: Names): FieldStatement[] {
  const text = caseAside(rule.text.replace(/[.!]$/, '').trim())
  const parts = text.split(/;\s+/)
  const each = parts.length > 1 ? parts.map((part) => statementsOf({ ...rule, text: part }, names)) : []
  if (each.length > 0 && each.every((list) => list.length > 0)) return each.flat()
  const scoped = scopedStatement(text, rule, names)
  if (scoped !== null) return scoped
  const duplicate = duplicateStatement(text, rule, names)
  if (duplicate !== null) return [duplicate]
  const colon = text.match(/^([A-Za-z_][\w '/-]{0,40}?)\s*[:—–]\s+(.+)$/s) ?? text.match(/^([A-Za-z_]\w*)\s+-\s+(.+)$/s)
  if (colon !== null) {
    const statements = about(colon[1]!, colon[2]!, rule, names)
    if (statements.length > 0) return statements
  }
  const verb = text.match(VERB)
  return verb === null ? [] : about(verb[1]!, `${verb[2]}${verb[3]}`, rule, names)
}

/** "case-insensitively unique", "unique regardless of case" → as qualifiers have it. */
const caseAside = (text: string): string =>
  text
    .replace(/\bcase[- ]insensitive(?:ly)? unique\b/i, 'unique (case-insensitive)')
    .replace(
      /\bunique,? \(?(?:case[- ]insensitively|(?:ignoring|regardless of|irrespective of|without regard to) (?:letter )?case)\b\)?/i,
      'unique (case-insensitive)',
    )

function about(subject: string, predicate: string, rule: RuleFact, names: Names): FieldStatement[] {
  const found: FieldStatement[] = []
  const parts = subject.split(/\s*(?:,|\/|&|\band\b)\s*/).filter((one) => one !== '')
  const sure = parts.map((part) => targetOf(part, rule, names)).find((target) => target !== null)
  for (const part of parts) {
    const target = targetOf(part, rule, names) ?? (sure ? targetOf(part, { ...rule, entity: sure.entity }, names) : null)
    if (target === null) return []
    const { facts, unknown } = parseQualifiers(normal(predicate), target.field)
    found.push({ ...target, facts, rest: unknown })
  }
  return found.some((one) => Object.keys(one.facts).length > 0 || one.rest.length > 0) ? found : []
}

/** Predicates as sentences have them → as qualifiers have them. */
function normal(predicate: string): string {
  return predicate
    .replace(/^(?:is|are)(?: always)?\s+/i, '')
    .replace(
      /^(?:must|should|has to|have to|needs to) (?:always )?(?:be|have)\s+(?:an? )?(?=required|optional|unique|positive|non|valid|one of|between|at |in |greater|less|more|exactly|\d|min|max|>|<|e-?mail|url|\w+ (?:long|format)|length)/i,
      '',
    )
    .replace(/^(?:must|should|may|can) ?not exceed/i, 'not exceed')
    .replace(
      /^(?:cannot|can not|can't|must not|must never|may not|can never|may never|should not|should never) (?:be negative|(?:go|drop|fall|be) below (?:zero|0)|become negative|go negative)$/i,
      'non-negative',
    )
    .replace(/^(?:may|can|must|should) (?:only )?(?:contain|consist of|have) (?:only )?(?=letters|lower|upper|alphanumeric|digits)/i, 'only ')
    .replace(/^(?:starts?|begins?) (?:at|with) (?=-?\d)/i, 'default ')
    .replace(/^has an? /i, '')
    .replace(/\bunique(?: across (?:all|the) [\w ]+)?\s*\((case[- ]insensitive)\)/i, 'unique ($1)')
    .replace(/\bunique across [\w ]+$/i, 'unique')
    .replace(/\s*\((?:case[- ]insensitive)(?: match| comparison)?\)/i, ' (case-insensitive)')
    .replace(/^limited to (\d+)/i, 'max $1')
    .replace(/\ba valid format\b/gi, 'valid format')
}

const FILLERS = /^(the|a|an|all|each|every|its|their|any|new|field|value|values|of|on)$/

/** Entity and field that a phrase names: the section's entity first, then one the phrase names, then the only one with such a field. */
function targetOf(phrase: string, rule: RuleFact, names: Names): { entity: string; field: string } | null {
  const words = wordsOf(
    phrase
      .replace(/'s\b/g, '')
      .replace(/^(?:the )?number of /i, '')
      .replace(/\s*\(.*$/, ''),
  )
    .map(singular)
    .filter((word) => !FILLERS.test(word))
  if (words.length === 0 || words.length > 5) return null
  const whole = words.join('_')
  if (rule.entity === null && names.holders.get(whole)?.length === 1) return fieldOf(words, names.holders.get(whole)![0]!, names)
  const of = phrase.match(/^(.+?) of (?:an? |the |each |every )?(.+)$/i)
  if (of !== null && names.entities.has(nameKey(of[2]!)))
    return fieldOf(
      wordsOf(of[1]!)
        .map(singular)
        .filter((word) => !FILLERS.test(word)),
      nameKey(of[2]!),
      names,
    )
  for (let size = Math.min(3, words.length - 1); size >= 1; size -= 1) {
    const entity = words.slice(0, size).join('')
    const named = names.entities.has(entity) ? fieldOf(words.slice(size), entity, names) : null
    if (named !== null && named.field !== 'id') return named
  }
  if (rule.entity !== null) {
    const own = fieldOf(words, rule.entity, names)
    if (own !== null) return own
    return null
  }
  const holders = new Set(spellings(words).flatMap((key) => names.holders.get(key) ?? []))
  return holders.size === 1 ? fieldOf(words, [...holders][0]!, names) : null
}

function fieldOf(words: readonly string[], entity: string, names: Names): { entity: string; field: string } | null {
  const fields = names.entities.get(entity)
  const key = fields === undefined ? undefined : spellings(words).find((one) => fields.has(one))
  return key === undefined ? null : { entity, field: fields!.get(key)! }
}

function spellings(words: readonly string[]): string[] {
  const name = words.join('_')
  const short = words.filter((word) => !/^(format|address|length|name|date|time|count)$/.test(word)).join('_')
  return [name, `${name}_id`, `is_${name}`, `${name}_at`, short].filter((one) => one !== '')
}

const SCOPED =
  /^(.+?)[: ]+(?:must be |should be |has to be |is |are )?unique (?:per|within|for each|for every|in each|inside|among the \w+ of) (?:an? |the |each |every |their |its |same )*([\w ]+)$/i

/** "Names are unique per project"; empty when the words fit but no reference does. */
function scopedStatement(text: string, rule: RuleFact, names: Names): FieldStatement[] | null {
  const match = text.match(SCOPED)
  if (match === null) return null
  const target = targetOf(match[1]!, rule, names)
  const fields = target === null ? undefined : names.entities.get(target.entity)
  const scope = wordsOf(match[2]!).map(singular).join('_')
  const other = fields?.get(`${scope}_id`) ?? fields?.get(scope)
  return target === null || other === undefined ? [] : [{ ...target, facts: {}, rest: [], together: [other, target.field] }]
}

const DUPLICATES = [
  /^(?:cannot|can not|can't|must not) (?:create|add|register|have)(?: an?| two)? (\w[\w ]*?) with (?:the )?(?:same|duplicate|an? existing|an? already used) (\w+)(?: as (?:an? )?(?:existing|another)(?: \w+)?)?( ?\(?case[- ]insensitive(?: match| comparison)?\)?)?$/i,
  /^no two (\w[\w ]*?) (?:can|may|should|must)?\s*(?:have|share|use) the same (\w+)( ?\(?case[- ]insensitive\)?)?$/i,
  /^(?:each|every) (\w[\w ]*?) (?:must have|has|needs) an? unique (\w+)( ?\(?case[- ]insensitive\)?)?$/i,
]
const BARE_DUPLICATE = /^duplicate (\w[\w ]*?)s? (?:are|is) (?:not allowed|forbidden|rejected|refused)( ?\(?case[- ]insensitive\)?)?$/i

/** "Cannot create tag with same name as existing (case-insensitive match)" is uniqueness in other words. */
function duplicateStatement(text: string, rule: RuleFact, names: Names): FieldStatement | null {
  for (const form of DUPLICATES) {
    const match = text.match(form)
    const target =
      match === null ? null : (fieldOf([singular(match[2]!.toLowerCase())], nameKey(match[1]!), names) ?? targetOf(match[2]!, rule, names))
    if (match !== null && target !== null) return { ...target, facts: { unique: match[3] === undefined ? 'exact' : 'case-insensitive' }, rest: [] }
  }
  const bare = text.match(BARE_DUPLICATE)
  const target = bare === null ? null : targetOf(bare[1]!, rule, names)
  return target === null ? null : { ...target, facts: { unique: bare![2] === undefined ? 'exact' : 'case-insensitive' }, rest: [] }
}
