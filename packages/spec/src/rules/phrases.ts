import type { Endpoint, Entity, Field, Operation } from '../api-spec'
import { nameKey, singular, wordsOf } from '../words'
import type { RuleView, RuleWorld } from './view'

// From the noun phrases and verbs of a sentence to the entities, fields, roles, states and operations they name.

const FILLERS = new Set([
  'the',
  'a',
  'an',
  'all',
  'any',
  'each',
  'every',
  'their',
  'its',
  'his',
  'her',
  'own',
  'new',
  'existing',
  'specific',
  'other',
  'this',
  'that',
  'some',
  'of',
])
// Fillers, too, but where an entity has such a name.
const VAGUE = new Set(['field', 'value', 'record', 'profile', 'account', 'detail', 'resource', 'item'])

/** Meaningful words of a phrase, singular and in lower case. */
export const meaning = (phrase: string): string[] =>
  wordsOf(phrase.replace(/'s\b|s'(?=\s|$)/g, ''))
    .filter((word) => !FILLERS.has(word))
    .map(singular)

const exactly = (words: readonly string[]): string[] => words.filter((word) => !VAGUE.has(word))

/** The entity a phrase names, exactly; `''` and pronouns mean the entity of the section. */
export function entityIn(phrase: string, view: RuleView): Entity | null {
  const named = entityByWords(meaning(phrase), view.world)
  if (named !== null) return named
  const words = exactly(meaning(phrase))
  if (words.length === 0 || /^(it|they|them|one|those|these|record|item|resource)$/.test(words.join(' '))) {
    if (/\b(profile|account)\b/i.test(phrase) && !view.world.byKey.has('profile') && !view.world.byKey.has('account')) return view.world.userEntity
    return view.entity
  }
  return entityByWords(words, view.world)
}

export function entityByWords(words: readonly string[], world: RuleWorld): Entity | null {
  if (words.length === 0) return null
  const key = words.join('')
  const exact = world.byKey.get(key)
  if (exact !== undefined) return exact
  const ending = world.endingWith(words.at(-1) ?? '').filter((entity) => nameKey(entity.name).endsWith(key))
  return ending.length === 1 ? ending[0]! : null
}

/** The field a phrase names: `due date`, `due_date`, `Tag names`, `the task's title`. */
export function fieldIn(phrase: string, entity: Entity): Field | null {
  const words = meaning(phrase)
  const own = wordsOf(entity.name).map(singular)
  const without = own.every((word, index) => words[index] === word) ? words.slice(own.length) : words
  const last = own.length > 1 && words.length > 1 && words[0] === own.at(-1) ? words.slice(1) : []
  for (const candidate of [words, without, exactly(without), last]) {
    if (candidate.length === 0) continue
    const found =
      fieldByWords(candidate, entity) ??
      fieldByWords(
        candidate.filter((word) => !/^(format|address|date|timestamp|time)$/.test(word)),
        entity,
      )
    if (found !== null) return found
  }
  return null
}

/** The field a phrase names: of the section's entity, of one that the phrase names too ("a user's role"), else of the only one that has it. */
export function targetIn(phrase: string, view: RuleView): { entity: Entity; field: Field } | null {
  const of = (entity: Entity | null | undefined) => {
    const field = entity === null || entity === undefined ? null : fieldIn(phrase, entity)
    return field === null ? null : { entity: entity!, field }
  }
  const own = of(view.entity)
  if (own !== null || view.entity !== null) return own
  const words = meaning(phrase)
  for (let size = Math.min(3, words.length - 1); size >= 1; size -= 1) {
    const named = of(entityByWords(words.slice(0, size), view.world))
    if (named !== null) return named
  }
  const holders = view.world.entities
    .filter((entity) => entity.junction === null)
    .map(of)
    .filter((one) => one !== null)
  return holders.length === 1 ? holders[0]! : null
}

function fieldByWords(words: readonly string[], entity: Entity): Field | null {
  if (words.length === 0) return null
  const name = words.join('_')
  const by = (wanted: string) => entity.fields.find((field) => meaning(field.name).join('_') === wanted)
  const exact = by(name) ?? by(`${name}_id`) ?? by(`is_${name}`) ?? by(`${name}_at`) ?? by(`${name}_on`) ?? by(`${name}_date`)
  if (exact !== undefined) return exact
  return null
}

const LIST = /\s*(?:,|\/|&|\band\/or\b|\band\b|\bor\b)\s*/i

export const partsOf = (phrase: string): string[] =>
  phrase
    .split(LIST)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** Roles a phrase lists, as the specification spells them; null when a part is no role. */
export function rolesIn(phrase: string, world: RuleWorld): string[] | null {
  const parts = partsOf(phrase.replace(/\b(?:the|an?|users?|roles?|with|permissions?|users with)\b/gi, ' '))
  const found = parts.map((part) => roleNamed(part, world))
  return parts.length === 0 || found.some((role) => role === null) ? null : [...new Set(found as string[])]
}

function roleNamed(text: string, world: RuleWorld): string | null {
  const key = wordsOf(text)
    .map(singular)
    .join('_')
    .replace(/^administrator$/, 'admin')
  return (
    world.roles.find(
      (role) =>
        wordsOf(role)
          .map(singular)
          .join('_')
          .replace(/^administrator$/, 'admin') === key,
    ) ?? null
  )
}

const OWNER_WORDS: Record<string, RegExp> = {
  owner: /^(owner|user|creator|author|created_by|owned_by)$/,
  creator: /^(creator|created_by|author|user|owner|reporter)$/,
  author: /^(author|user|creator|created_by|owner)$/,
  assignee: /^(assignee|assigned_to|assigned_user|assigned)$/,
  reporter: /^(reporter|reported_by|creator|user)$/,
  uploader: /^(uploader|uploaded_by|user|owner)$/,
  poster: /^(poster|posted_by|user|author)$/,
}

/** Fields of `entity` that name the people of a phrase ("task creator or assigned user"), and roles among them. */
export function peopleIn(phrase: string, entity: Entity, world: RuleWorld): { fields: string[]; roles: string[] } | null {
  const fields: string[] = []
  const roles: string[] = []
  for (const part of partsOf(phrase)) {
    const role = rolesIn(part, world)
    const field = personField(part, entity, world)
    if (field !== null) fields.push(field)
    else if (role !== null) roles.push(...role)
    else return null
  }
  return fields.length === 0 ? null : { fields: [...new Set(fields)], roles: [...new Set(roles)] }
}

function personField(phrase: string, entity: Entity, world: RuleWorld): string | null {
  const own = wordsOf(entity.name).map(singular)
  const named = meaning(phrase).filter((word) => !own.includes(word) && !/^(original|who|it|person)$/.test(word))
  const words = named.length > 1 ? named.filter((word) => word !== 'user') : named
  const word = words.join('_').replace(/^assigned$/, 'assignee')
  const people = entity.fields.filter((field) => field.reference?.entity === world.userEntity?.name || field.fromCaller)
  const role = (field: Field) => wordsOf(field.name).join('_').replace(/_id$/, '')
  const exact = people.find((field) => role(field) === word)
  if (exact !== undefined) return exact.name
  const pattern = OWNER_WORDS[word]
  if (pattern === undefined) return null
  return (people.find((field) => pattern.test(role(field)) && field.fromCaller) ?? people.find((field) => pattern.test(role(field))))?.name ?? null
}

/** Field that says whose a row is: the caller's, or the key for the users themselves. */
export function ownFields(entity: Entity, world: RuleWorld): string[] {
  if (entity.name === world.userEntity?.name) return [entity.key[0]!]
  const made = entity.fields.find((field) => field.fromCaller)
  return made === undefined ? [] : [made.name]
}

export type Verb = 'list' | 'read' | 'create' | 'update' | 'delete'

const VERBS: [RegExp, Verb[]][] = [
  [/^(?:access|manage|use)(?:ed|d|ing)?$/, ['list', 'read', 'update', 'delete']],
  [/^(?:see|seen|seeing|view(?:ed|ing)?|read|reading|retriev(?:e|ed|ing)|fetch(?:ed)?)$/, ['list', 'read']],
  [/^(?:get|open)$/, ['read']],
  [/^(?:list(?:ed|ing)?|browse)$/, ['list']],
  [/^(?:creat(?:e|ed|ing|ion)|add(?:ed|ing)?|post(?:ed|ing)?|register(?:ed)?|upload(?:ed|ing)?|submit(?:ted)?|mak(?:e|ing))$/, ['create']],
  [/^(?:updat(?:e|ed|ing)|edit(?:ed|ing)?|modif(?:y|ied|ying|ication)|chang(?:e|ed|ing)|set(?:ting)?)$/, ['update']],
  [/^(?:delet(?:e|ed|ing|ion)|remov(?:e|ed|ing|al)|destroy(?:ed)?)$/, ['delete']],
]

/** `create/delete`, `edit or delete`, `see/modify` → operations; null when a verb is none of them. */
export function operationsIn(phrase: string): Verb[] | null {
  const found = new Set<Verb>()
  for (const part of partsOf(phrase.toLowerCase())) {
    const verbs = VERBS.find(([pattern]) => pattern.test(part))?.[1]
    if (verbs === undefined) return null
    for (const verb of verbs) found.add(verb)
  }
  return found.size === 0 ? null : [...found]
}

const CARRIERS: Record<Verb, Operation[]> = {
  list: ['list', 'nested-list'],
  read: ['get'],
  create: ['create', 'nested-create'],
  update: ['update', 'replace', 'action'],
  delete: ['delete'],
}

/** Those of the operations that some supported endpoint carries out. */
export function carried<V extends Verb>(entity: Entity, verbs: readonly V[], world: RuleWorld): V[] {
  return verbs.filter((verb) => endpointOf(entity, CARRIERS[verb], world) !== undefined)
}

export function endpointOf(entity: Entity, operations: readonly Operation[], world: RuleWorld): Endpoint | undefined {
  return world.endpointsOf(entity.name).find((endpoint) => operations.includes(endpoint.operation))
}

/** Creation settles all of the fields, by its body, its path or its caller, so that one row can be sent twice. */
export function creates(entity: Entity, names: readonly string[], world: RuleWorld): boolean {
  const create = endpointOf(entity, ['create', 'nested-create'], world)
  if (create === undefined) return false
  return names.every((name) => {
    const field = entity.fields.find((one) => one.name === name)
    if (field === undefined || field.list) return false
    if (create.parent?.field === name || field.fromCaller === true) return true
    return create.body?.includes(name) === true && (field.required || (field.reference === undefined && field.type !== 'boolean'))
  })
}

export interface State {
  field: string
  values: (string | boolean)[]
}

const TERMINAL =
  /^(completed?|done|finished|cancell?ed|closed|archived|dropped|resolved|rejected|delivered|returned|refunded|expired|inactive|failed|paid|checked_out|no_show|void(?:ed)?|ended|terminated|declined)$/
const spelt = (text: string): string => wordsOf(text).join('_')

/** The state a phrase speaks of: `status "in_progress"`, `completed or cancelled`, `inactive`, `archived`. */
export function stateIn(phrase: string, entity: Entity): State | null {
  const cleaned = phrase
    .replace(/\b(?:with|in|having|whose|that are|which are|are|is|has|have|the|an?|set to|as|being|marked|currently|already)\b/gi, ' ')
    .replace(/["'`]/g, ' ')
    .replace(/\s*=+\s*/g, ' ')
    .trim()
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
  const positive = booleanNamed(word, entity)
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
  const behind = text.match(/^(.*?)\s+(?:with|in|having|whose|that (?:is|are)|which (?:is|are)|(?:is|are)|marked(?: as)?|where)\s+(.+)$/i)
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
