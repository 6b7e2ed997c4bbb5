import type { Entity, Field } from '../api-spec'
import { wordsOf } from '../words'
import { entityIn, partsOf } from './phrases'
import type { RuleView } from './view'

// The states that phrases speak of: members of enumerations, and flags.

export interface State {
  field: string
  values: (string | boolean)[]
}

const TERMINAL =
  /^(completed?|done|finished|cancell?ed|closed|archived|dropped|resolved|rejected|delivered|returned|refunded|received|fulfilled|settled|executed|repaid|dismissed|revoked|withdrawn|expired|inactive|failed|paid|checked_out|no_show|void(?:ed)?|ended|terminated|declined)$/
const spelt = (text: string): string => wordsOf(text).join('_')

/** The state a phrase speaks of: `status "in_progress"`, `completed or cancelled`, `inactive`, `archived`. */
export function stateIn(phrase: string, entity: Entity): State | null {
  const cleaned = phrase
    .replace(/\b(?:with|in|having|whose|that are|which are|are|is|has|have|the|an?|set to|as|being|marked|currently|already)\b/gi, ' ')
    .replace(/["'`]/g, ' ')
    .replace(/\s*=+\s*/g, ' ')
    .trim()
  const others = cleaned.match(/^(?:not|no longer|anything (?:but|other than)|other than)\s+(.+)$/i)
  if (others !== null) return complementOf(stateIn(others[1]!, entity), entity)
  const parts = partsOf(cleaned)
  if (parts.length === 0) return null
  const states: State[] = []
  for (const part of parts) {
    const field = states[0]?.field
    const one = singleState(part, entity) ?? (field === undefined ? null : memberOf(part, entity, field))
    if (one === null || (field !== undefined && field !== one.field)) return null
    states.push(one)
  }
  return { field: states[0]!.field, values: [...new Set(states.flatMap((one) => one.values))] }
}

function complementOf(state: State | null, entity: Entity): State | null {
  const field = entity.fields.find((one) => one.name === state?.field)
  const all: (string | boolean)[] = field?.type === 'boolean' ? [true, false] : (field?.values ?? [])
  return state === null ? null : { field: state.field, values: all.filter((value) => !state.values.includes(value)) }
}

function singleState(text: string, entity: Entity): State | null {
  const words = wordsOf(text).filter((word) => !/^(state|status)$/.test(word) || wordsOf(text).length === 1)
  const word = words.join('_')
  const enums = entity.fields.filter((field) => field.type === 'enum' && !field.list)
  for (const field of enums) {
    const name = spelt(field.name)
    const rest = word.startsWith(`${name}_`) ? word.slice(name.length + 1) : word.endsWith(`_${name}`) ? word.slice(0, -name.length - 1) : null
    const member = rest === null ? undefined : field.values!.find((value) => spelt(value) === rest)
    if (member !== undefined) return { field: field.name, values: [member] }
  }
  const holders = enums.filter((field) => field.values!.some((value) => spelt(value) === word))
  if (holders.length === 1) return { field: holders[0]!.name, values: [holders[0]!.values!.find((value) => spelt(value) === word)!] }
  if (holders.length > 1) return null
  return booleanState(word, entity)
}

function memberOf(text: string, entity: Entity, name: string): State | null {
  const member = entity.fields.find((field) => field.name === name)?.values?.find((value) => spelt(value) === spelt(text))
  return member === undefined ? null : { field: name, values: [member] }
}

const NEGATIONS: [RegExp, string][] = [
  [/^in(active|visible|complete|valid)$/, ''],
  [/^un(available|published|verified|approved|paid|completed?|read|locked|archived)$/, ''],
  [/^non_(.+)$/, ''],
  [/^not_(.+)$/, ''],
  [/^(disabled|deactivated)$/, 'active'],
]

function booleanState(word: string, entity: Entity): State | null {
  const stated = word.match(/^(.+?)_(true|false)$/)
  if (stated !== null) {
    const field = booleanNamed(stated[1]!, entity)
    return field === null ? null : { field: field.name, values: [stated[2] === 'true'] }
  }
  const positive = booleanNamed(word, entity) ?? booleanNamed(word.match(/^(\w+ing)_/)?.[1] ?? '', entity)
  if (positive !== null) return { field: positive.name, values: [true] }
  for (const [pattern, instead] of NEGATIONS) {
    const match = word.match(pattern)
    const field =
      match === null ? null : (booleanNamed(instead || match[1]!, entity) ?? (instead === 'active' ? booleanNamed('enabled', entity) : null))
    if (field !== null) return { field: field.name, values: [false] }
  }
  return null
}

function booleanNamed(word: string, entity: Entity): Field | null {
  const forms = [word, `is_${word}`, `${word}d`, `is_${word}d`, `${word}ed`, word.replace(/^is_/, '')]
  return entity.fields.find((field) => field.type === 'boolean' && !field.list && forms.includes(spelt(field.name))) ?? null
}

/** Rows that are still under way: every state but the final ones; null when the entity has no such field. */
export function underWay(entity: Entity): { field: string; notIn: string[] } | null {
  const field = entity.fields.find((one) => one.type === 'enum' && /(^|_)(status|state)$/.test(spelt(one.name)))
  const final = field?.values?.filter((value) => TERMINAL.test(spelt(value))) ?? []
  return field === undefined || final.length === 0 || final.length === field.values!.length ? null : { field: field.name, notIn: final }
}

/** Splits "completed tasks" into a state and the entity whose state it is. */
export function statefulEntity(phrase: string, view: RuleView): { entity: Entity; state: State } | null {
  const text = phrase.trim()
  const behind = text.match(
    /^(.*?)\s+(?:with|in|under|having|whose|(?:that|which|who) (?:is|are|was|were|(?:has|have) been)(?: already)?|(?:is|are)|marked(?: as)?|where)\s+(.+)$/i,
  )
  if (behind !== null) {
    const entity = entityIn(behind[1]!, view)
    const state = entity === null ? null : stateIn(behind[2]!, entity)
    if (entity !== null && state !== null) return { entity, state }
  }
  const words = text.replace(/^(?:an?|the|any|all|every)\s+/i, '').split(/\s+/)
  for (let size = Math.min(3, words.length - 1); size >= 1; size -= 1) {
    const entity = entityIn(words.slice(-size).join(' '), view)
    const state = entity === null ? null : stateIn(words.slice(0, -size).join(' '), entity)
    if (entity !== null && state !== null) return { entity, state }
  }
  return null
}
