import type { Endpoint, Entity, Field, Operation } from '../api-spec'
import { nameKey, singular, wordsOf } from '../words'
import { commonWords, indexOfKeys, type KeyIndex, keyFor } from './field-words'
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
  'same',
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
  if (ending.length > 0) return ending.length === 1 ? ending[0]! : null
  // "Leave" is a leave request.
  const named = GENERAL.flatMap((word) => world.byKey.get(`${key}${word}`) ?? [])
  return named.length === 1 ? named[0]! : null
}

const GENERAL = ['request', 'record', 'entry', 'log', 'position', 'line', 'application', 'item']

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
  const behind = phrase.match(/^(.+?) (?:of|in|on|for) (?:an? |the |each |every |their |its |all )?([\w ]+)$/i)
  const owner = behind === null ? null : entityByWords(meaning(behind[2]!), view.world)
  const part = owner === null ? null : fieldIn(behind![1]!, owner)
  if (owner !== null && part !== null) return { entity: owner, field: part }
  const own = of(view.entity)
  if (own !== null || view.entity !== null) return own
  const words = meaning(phrase)
  for (let size = Math.min(3, words.length - 1); size >= 1; size -= 1) {
    const named = of(entityByWords(words.slice(0, size), view.world))
    if (named !== null) return named
  }
  const holders = view.world
    .speakingOf(words)
    .filter((entity) => entity.junction === null)
    .map(of)
    .filter((one) => one !== null)
  return holders.length === 1 ? holders[0]! : null
}

function fieldByWords(words: readonly string[], entity: Entity): Field | null {
  const { keys, fields } = keysOf(entity)
  const key = keyFor(words, keys)
  return key === undefined ? null : (fields.get(key) ?? null)
}

const KEYS = new WeakMap<Entity, { size: number; keys: KeyIndex; fields: Map<string, Field> }>()

/** The fields of an entity by the words of their names; the first of two with the same. */
function keysOf(entity: Entity): { keys: KeyIndex; fields: ReadonlyMap<string, Field> } {
  const known = KEYS.get(entity)
  if (known !== undefined && known.size === entity.fields.length) return known
  const fields = new Map<string, Field>()
  for (const field of entity.fields) {
    const key = commonWords(meaning(field.name))
    if (!fields.has(key)) fields.set(key, field)
  }
  const made = { size: entity.fields.length, keys: indexOfKeys(fields.keys()), fields }
  KEYS.set(entity, made)
  return made
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
  [
    /^(?:creat(?:e|ed|ing|ion)|add(?:ed|ing)?|post(?:ed|ing)?|register(?:ed)?|upload(?:ed|ing)?|submit(?:ted)?|mak(?:e|ing)|made|writ(?:e|ten|ing)|issued?|record(?:ed)?|plac(?:e|ed)|fil(?:e|ed)|log(?:ged)?|enter(?:ed)?)$/,
    ['create'],
  ],
  [/^(?:updat(?:e|ed|ing)|edit(?:ed|ing)?|modif(?:y|ied|ying|ication)|chang(?:e|ed|ing)|alter(?:ed)?|amend(?:ed)?|set(?:ting)?)$/, ['update']],
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

/** A mark makes the row: it joins the caller to another row, each pair once. */
export const marks = (entity: Entity, names: readonly string[], world: RuleWorld): boolean =>
  world.endpoints.some(
    ({ operation, unsupported, mark }) =>
      operation === 'mark' &&
      unsupported === null &&
      mark?.through === entity.name &&
      [...names].sort().join() === [mark.target, mark.caller].sort().join(),
  )

/** Creation settles all of the fields, by its body, its path or its caller, so that one row can be sent twice. */
export function creates(entity: Entity, names: readonly string[], world: RuleWorld): boolean {
  const create = endpointOf(entity, ['create', 'nested-create'], world)
  if (create === undefined) return false
  return names.every((name) => {
    const field = entity.fields.find((one) => one.name === name)
    if (field === undefined || field.list) return false
    if (create.parent?.field === name || field.fromCaller === true) return true
    return create.body?.includes(name) === true && field.type !== 'boolean'
  })
}
