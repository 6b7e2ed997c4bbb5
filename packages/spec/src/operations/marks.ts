import type { Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { makeJunction } from '../resolve/relations'
import { entityName, nameKey, singular, snakeName, tableName, wordsOf } from '../words'
import { verbSets } from './verbs'
import { type Shape, unsupported } from './shape'

/** Nouns of what a verb makes between the caller and a row. */
const NOUNS: Record<string, string[]> = {
  follow: ['follow', 'follower', 'following', 'followship'],
  enroll: ['enrollment', 'enrolment'],
  enrol: ['enrolment', 'enrollment'],
  subscribe: ['subscription', 'subscriber'],
  join: ['membership', 'participant', 'participation'],
  attend: ['attendance', 'attendee', 'rsvp'],
  favorite: ['favorite', 'favourite'],
  favourite: ['favourite', 'favorite'],
  save: ['saved', 'save', 'bookmark'],
  upvote: ['upvote', 'vote'],
  vote: ['vote'],
}

/** Verbs that join the caller to a row even where no model is named for it. */
const SOCIAL = /^(like|follow|favou?rite|bookmark|star|watch|save|upvote)$/

const UNDO: Record<string, string> = { leave: 'join', unenroll: 'enroll', unenrol: 'enrol', unsubscribe: 'subscribe' }

/** `POST /posts/{id}/like` and `DELETE /posts/{id}/like`: joins the caller to a row, or parts them. Null when the path means something else. */
export function markShape(fact: EndpointFact, owner: Entity, param: string, segment: string, resolved: Resolved): Shape | null {
  if (fact.method === 'GET' || fact.method === 'PATCH' || fact.body.length > 0 || singular(segment) !== segment) return null
  const word = segment.toLowerCase().replace(/-/g, '_')
  const undone = UNDO[word] ?? (/^un\w{3,}$/.test(word) ? word.slice(2) : undefined)
  const verb = undone ?? word
  if (owner.fields.some((field) => wordsOf(field.name).join('_') === verb) || verbSets(word, owner) !== null) return null
  const user = resolved.userEntity
  if (user === null) return null
  const found = joining(owner, verb, user, resolved)
  if (found === undefined && !SOCIAL.test(verb)) return null
  const counter = owner.fields.find((field) => field.type === 'integer' && new RegExp(`^${verb}(?:s|rs|s?_count|rs_count)$`).test(field.name))
  const operation = fact.method === 'DELETE' || undone !== undefined ? ('unmark' as const) : ('mark' as const)
  if (counter !== undefined)
    return {
      ...unsupported(operation, owner.name, `${fact.method} ${fact.path} has to keep ${owner.name}.${counter.name}, which no rule defines`),
      param,
    }
  if (owner === user && verb !== 'follow' && found === undefined) return null
  const mark = found ?? implied(fact, owner, verb, user, resolved)
  if (mark === null) return null
  return { operation, entity: owner.name, param, mark }
}

type Mark = { through: string; target: string; caller: string }

/** The entity whose rows join callers to `owner`, by name and by references. What else it holds, a caller need not send. */
function joining(owner: Entity, verb: string, user: Entity, resolved: Resolved): Mark | undefined {
  const nouns = NOUNS[verb] ?? [verb]
  const named = resolved.entities.filter((entity) => {
    const words = wordsOf(entity.name).map(singular)
    return (
      nouns.includes(words.at(-1)!) ||
      nouns.includes(words.join('_')) ||
      (words[0] === snakeName(owner.name) && nouns.includes(words.slice(1).join('_')))
    )
  })
  const fitting = named.flatMap((entity) => {
    const ends = endsOf(entity, owner, user)
    const others = entity.fields.filter(
      (field) => !field.readOnly && field.default === null && !entity.key.includes(field.name) && !ends?.includes(field),
    )
    // Whoever likes or enrols sends nothing; a comment or a review is sent.
    const demanding = others.some((field) => field.required || !(SOCIAL.test(verb) || Object.hasOwn(NOUNS, verb)))
    return ends === undefined || demanding ? [] : [{ entity, ends }]
  })
  const [only, ...more] = fitting
  if (only === undefined || more.length > 0) return undefined
  const [target, caller] = only.ends.map((field) => field.name) as [string, string]
  const { entity } = only
  const pair = [target, caller]
  if (!samePair(entity.key, pair) && !entity.uniqueTogether.some((names) => samePair(names, pair))) {
    entity.uniqueTogether.push(pair)
    resolved.diagnostics.push({
      level: 'info',
      message: `${entity.name} holds each pair of ${target} and ${caller} once`,
      lines: [entity.source.line],
    })
  }
  return { through: entity.name, target, caller }
}

const samePair = (one: readonly string[], two: readonly string[]): boolean => one.length === two.length && one.every((name) => two.includes(name))

/** References of a joining entity: at the row, and at the caller. */
export function endsOf(entity: Entity, owner: Entity, user: Entity): [target: Field, caller: Field] | undefined {
  const people = entity.fields.filter((field) => !field.list && field.reference?.entity === user.name)
  if (owner === user) {
    const caller = people.find((field) => /^(follower|subscriber|user|blocker|from|source)/.test(field.name))
    const target = people.find((field) => field !== caller)
    return people.length === 2 && caller !== undefined && target !== undefined ? [target, caller] : undefined
  }
  const targets = entity.fields.filter((field) => !field.list && field.reference?.entity === owner.name)
  return people.length === 1 && targets.length === 1 ? [targets[0]!, people[0]!] : undefined
}

/** A table that nothing names but the path. */
export function implied(fact: EndpointFact, owner: Entity, verb: string, user: Entity, resolved: Resolved): Mark | null {
  const name = entityName(owner === user ? verb : `${snakeName(owner.name)}_${verb}`)
  const source = { line: fact.line, origin: 'inferred' as const }
  const known = resolved.byKey.get(nameKey(name))
  const ends = known === undefined ? undefined : endsOf(known, owner, user)
  if (known !== undefined) return ends === undefined ? null : { through: known.name, target: ends[0].name, caller: ends[1].name }
  const junction = makeJunction(owner, user, name, source)
  Object.assign(junction, { name, table: tableName(name) })
  if (owner === user) {
    for (const [index, end] of ['followed_id', 'follower_id'].entries()) junction.fields[index]!.name = end
    junction.key = junction.fields.map((field) => field.name)
  }
  resolved.entities.push(junction)
  resolved.byKey.set(nameKey(name), junction)
  resolved.diagnostics.push({
    level: 'info',
    message: `${owner.name} and whoever asks are joined by the table ${junction.table}, which ${fact.path} implies`,
    lines: [fact.line],
  })
  return { through: name, target: junction.fields[0]!.name, caller: junction.fields[1]!.name }
}

/** `/users/{id}/followers`, `/courses/{id}/students`: the people that some entity joins to the row in this role. */
export function peopleShape(fact: EndpointFact, owner: Entity, param: string, segment: string, resolved: Resolved): Shape | null {
  const user = resolved.userEntity
  if (user === null || fact.method !== 'GET') return null
  const role = singular(segment.toLowerCase().replace(/-/g, '_'))
  const through = resolved.entities.flatMap((entity) => {
    const ends = endsOf(entity, owner, user)
    if (ends === undefined) return []
    const roleOf = (field: Field): string => wordsOf(field.name).join('_').replace(/_id$/, '')
    const [target, caller] = ends
    if (roleOf(caller) === role) return [{ entity, ends: [target.name, caller.name] as [string, string] }]
    const reversed = owner === user && (roleOf(target) === role || (/^(following|followee)$/.test(role) && roleOf(caller) === 'follower'))
    return reversed ? [{ entity, ends: [caller.name, target.name] as [string, string] }] : []
  })
  const [only, ...more] = through
  if (only === undefined || more.length > 0) return null
  return { operation: 'link-list', entity: user.name, parent: { entity: owner.name, param, through: only.entity.name, ends: only.ends } }
}
