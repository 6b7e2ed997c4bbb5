import type { Endpoint, Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import { fieldNamed } from '../lists'
import type { Resolved } from '../resolve'
import { singular, wordsOf } from '../words'
import { entityOf } from './names'
import { type Shape, unsupported } from './shape'
import { inflections, type Sets, verbSets } from './verbs'

/** What `/orders/{id}/ship` does to the row: fields that the body holds, constants, the moment at which it happened. */
export function actionShape(fact: EndpointFact, entity: Entity, param: string, verb: string, resolved: Resolved): Shape {
  const base = { operation: 'action' as const, entity: entity.name, param }
  if (fact.method === 'GET') return unsupported('custom', entity.name, `what GET ${fact.path} answers is not defined by the models`)
  const word = verb.toLowerCase().replace(/-/g, '_')
  const refuse = (why: string): Shape => ({ ...base, body: [], unsupported: why })
  const given = bodyGiven(fact, entity, word, resolved)
  if (given.unknown.length > 0)
    return refuse(`the body of ${fact.method} ${fact.path} holds ${given.unknown.join(', ')}, of which the models do not say what becomes of it`)
  const named = entity.fields.find((one) => [word, `${word}_id`].includes(one.name) || wordsOf(one.name).join('_') === word)
  if (named !== undefined && named.type !== 'boolean' && !named.fromCaller) {
    if (fact.method !== 'DELETE') return taking(base, given, named)
    if (named.nullable) return { ...base, body: [], sets: { [named.name]: null } }
  }
  const assignee = /^(?:re)?assign(?:ee)?$/.test(word) ? assigneeField(entity, resolved) : undefined
  if (assignee !== undefined && fact.method !== 'DELETE') return taking(base, given, assignee)
  const unassigned =
    word === 'unassign' || (fact.method === 'DELETE' && /^assign(?:ee|ment)?$/.test(word)) ? assigneeField(entity, resolved) : undefined
  if (unassigned?.nullable === true) return { ...base, body: [], sets: { [unassigned.name]: null } }
  const undone = undoneMoment(fact.method === 'DELETE' ? `un${word}` : word, entity)
  const state =
    fact.method === 'DELETE' ? verbSets(`un${word}`, entity) : (statedSets(fact, entity) ?? verbSets(word, entity) ?? toldState(fact, word, entity))
  const sets = undone === undefined || (state === null && hasState(entity)) ? state : { ...state, [undone.name]: null }
  const stamps = fact.method === 'DELETE' ? undefined : momentOf(word, entity)
  if (sets !== null || (stamps !== undefined && !hasState(entity))) return settling(fact, base, given, sets, stamps, refuse)
  const flag = toggled(fact, word, entity)
  if (flag !== undefined) return { ...base, body: [], toggles: flag.name }
  if (given.fields.length > 0 && SETTERS.test(word) && given.fields.every((field) => !isNumber(field) || /^(?:set|change|update|rate)/.test(word)))
    return { ...base, ...bodyOf(given) }
  const told = fact.summary === '' ? '' : ` ("${fact.summary}")`
  return refuse(`nothing in the specification says which field ${fact.method} ${fact.path}${told} changes`)
}

type Base = Pick<Endpoint, 'operation' | 'entity'> & { param: string }

/** Verbs that give fields the values of the body, and do nothing else. */
const SETTERS = /^(?:(?:re)?assign|move|rename|reschedule|schedule|transfer|relocate|rate|grade|(?:set|change|update|edit)(?:_\w+)?)$/

const isNumber = (field: Field): boolean => ['integer', 'bigint', 'decimal', 'float'].includes(field.type) && field.reference === undefined

// -------------------------------------------------------------------------------------------------------------------- body

/** What the stated body gives: fields of the row, by other names where it calls them so, and what the row does not hold. */
interface Given {
  fields: Field[]
  aliases: Record<string, string>
  optional: string[]
  unknown: string[]
}

function bodyGiven(fact: EndpointFact, entity: Entity, word: string, resolved: Resolved): Given {
  const given: Given = { fields: [], aliases: {}, optional: [], unknown: [] }
  for (const { name, facts } of fact.body) {
    const field = fieldOf(name, entity, word, resolved)
    if (field === undefined || field.readOnly || field.fromCaller === true) {
      given.unknown.push(name)
      continue
    }
    if (given.fields.includes(field)) continue
    given.fields.push(field)
    if (name !== field.name) given.aliases[field.name] = name
    if (facts.required === false || facts.nullable === true || REMARK.test(name)) given.optional.push(field.name)
  }
  return given
}

/** Words with which people explain what they do: nobody has to. */
const REMARK = /(?:^|_)(?:reason|notes?|comments?|remarks?|message)$/i

function fieldOf(name: string, entity: Entity, word: string, resolved: Resolved): Field | undefined {
  const exact = fieldNamed(entity, name)
  if (exact !== undefined) return exact
  const stem = wordsOf(name).join('_')
  const own = entity.fields.filter((field) =>
    [word, ...inflections(word)].some((form) => [`${form}_${stem}`, `${nounOf(form)}_${stem}`].includes(field.name)),
  )
  if (own.length === 1) return own[0]
  if (!stem.endsWith('_id')) return undefined
  const target =
    entityOf(stem.slice(0, -3), resolved) ?? resolved.entities.find((one) => wordsOf(one.name).map(singular).join('_') === stem.slice(0, -3)) ?? null
  if (target === null) return undefined
  const pointing = entity.fields.filter(
    (field) => !field.list && field.reference?.entity === target.name && !field.readOnly && field.fromCaller !== true,
  )
  const assigned = /^(?:re)?assign/.test(word) ? pointing.filter((field) => ASSIGNEE.test(field.name)) : pointing
  return assigned.length === 1 ? assigned[0] : undefined
}

/** `cancelled` → `cancellation`, `rejected` → `rejection`. */
const nounOf = (form: string): string => form.replace(/l?led$/, 'llation').replace(/ed$/, 'ion')

function bodyOf({ fields, aliases, optional }: Given): Pick<Endpoint, 'body' | 'aliases' | 'optional'> {
  return {
    body: fields.map((field) => field.name),
    ...(Object.keys(aliases).length > 0 ? { aliases } : {}),
    ...(optional.length > 0 ? { optional } : {}),
  }
}

/** `PATCH /tasks/{id}/status {status}`, `POST /tasks/{id}/assign {user_id}`: the field that the path names, and what else the body holds. */
function taking(base: Base, given: Given, field: Field): Shape {
  return given.fields.length === 0 ? { ...base, body: [field.name] } : { ...base, ...bodyOf(given) }
}

/** A state is reached, and what the body says about it is written down. */
function settling(fact: EndpointFact, base: Base, given: Given, sets: Sets | null, stamps: Field | undefined, refuse: (why: string) => Shape): Shape {
  const counted = given.fields.filter(isNumber)
  if (counted.length > 0) return refuse(`what ${fact.method} ${fact.path} does with ${counted.map((field) => field.name).join(', ')} is not stated`)
  const body = given.fields.filter((field) => sets === null || !(field.name in sets))
  return {
    ...base,
    ...bodyOf({ ...given, fields: body }),
    ...(sets === null ? {} : { sets }),
    ...(stamps === undefined || given.fields.includes(stamps) ? {} : { stamps: stamps.name }),
  }
}

// -------------------------------------------------------------------------------------------------------------- what it sets

/** The moment of the verb: `returned_at` of `/return`. */
function momentOf(word: string, entity: Entity): Field | undefined {
  const forms = inflections(word.replace(/^mark_(?:as_)?/, ''))
  const names = forms.flatMap((form) => [`${form}_at`, `${form}_on`, `${form}_date`])
  return entity.fields.find(
    (field) => field.type !== 'string' && !field.list && field.nullable && names.includes(wordsOf(field.name).join('_')) && isMoment(field),
  )
}

/** The moment that `/unarchive`, or `DELETE /archive`, takes back: `archived_at`. */
function undoneMoment(word: string, entity: Entity): Field | undefined {
  const verb = word.match(/^un(\w{3,})$/)?.[1]
  return verb === undefined ? undefined : momentOf(verb, entity)
}

const isMoment = (field: Field): boolean => (field.type === 'datetime' || field.type === 'date') && field.auto === undefined

const hasState = (entity: Entity): boolean =>
  entity.fields.some((field) => field.type === 'enum' && /^(?:\w+_)?(?:status|state|stage)$/.test(wordsOf(field.name).join('_')))

/** "Set a frozen account to open again": the only state that the text says a row comes to. */
function toldState(fact: EndpointFact, word: string, entity: Entity): Sets | null {
  if (fact.body.length > 0 || fact.summary === '') return null
  const states = entity.fields.filter((field) => field.type === 'enum' && !field.list && /status|state|stage/.test(field.name))
  const [state, ...others] = states
  if (state === undefined || others.length > 0) return null
  const text = fact.summary.toLowerCase()
  const reached = state.values!.filter((value) =>
    new RegExp(`\\b(?:to|as|becomes?|into|=)\\s+["'\u0060]?(?:status\\s+)?${value.toLowerCase().replace(/[^a-z0-9]+/g, '[ _-]')}\\b`).test(text),
  )
  return reached.length === 1 && !text.includes(` ${word} or `) ? { [state.name]: reached[0]! } : null
}

/** The flag that `/toggle`, `/toggle-public` or "toggle public" turns: the only one there is, or the one of that name. */
function toggled(fact: EndpointFact, word: string, entity: Entity): Field | undefined {
  const name = word.match(/^toggle(?:_(\w+))?$/) ?? word.match(/^(\w+)_toggle$/)
  if (name === null || fact.method === 'DELETE') return undefined
  const flags = entity.fields.filter((field) => field.type === 'boolean' && !field.list && !field.readOnly)
  const wanted = name[1]
  if (wanted === undefined) return flags.length === 1 ? flags[0] : undefined
  return flags.find((field) => [wanted, `is_${wanted}`].includes(wordsOf(field.name).join('_')))
}

const ASSIGNEE = /^(?:assign|driver|agent|technician|handler|responsible|owner_agent)/

function assigneeField(entity: Entity, resolved: Resolved): Field | undefined {
  const people = entity.fields.filter((field) => field.reference !== undefined && !field.list && ASSIGNEE.test(field.name))
  return people.find((field) => field.reference!.entity === resolved.userEntity?.name) ?? people[0]
}

function statedSets(fact: EndpointFact, entity: Entity): Sets | null {
  const text = [fact.summary, ...fact.notes.map((note) => note.text)].join(' ')
  const match = text.match(/\bsets?\s+(?:the\s+)?([a-z_]\w*)\s*(?:=|to|:)\s*["'`]?([\w-]+)["'`]?/i)
  if (match === null) return null
  const field = entity.fields.find((one) => one.name.toLowerCase() === match[1]!.toLowerCase())
  if (field === undefined || field.readOnly) return null
  return fitted(field, match[2]!)
}

function fitted(field: Field, value: string): Sets | null {
  if (field.type === 'boolean') return /^(true|false)$/i.test(value) ? { [field.name]: value.toLowerCase() === 'true' } : null
  const member = field.values?.find((one) => one.toLowerCase() === value.toLowerCase())
  return member === undefined ? null : { [field.name]: member }
}
