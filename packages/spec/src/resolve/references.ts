import type { EntityFact, Facts, FieldFacts } from '../facts'
import { entityName, nameKey, singular, snakeName, wordsOf } from '../words'

export const USER_KEYS = ['user', 'account', 'member', 'person', 'customer', 'profile', 'employee', 'author', 'appuser', 'useraccount']

const USER_ROLES =
  /^(user|creator|author|owner|created_by|creator_user|owned_by|posted_by|uploaded_by|submitted_by|requested_by|assignee|assigned_to|assigned_user|reviewer|approver|approved_by|updated_by|modified_by|deleted_by|completed_by|manager|sender|recipient|receiver|reporter|performed_by|recorded_by|added_by|invited_by|follower|following|followee|host|organizer|organiser|instructor|teacher|seller|buyer|moderator|lead|uploader|editor|customer|member|employee|patient|doctor|client|guest|student|requester|from_user|to_user)(_user)?$/

export interface Context {
  facts: Facts
  keys: Set<string>
  userKey: string | null
  /** Entity → its name as written where most is said of it. */
  names: Map<string, string>
  enums: { name: string; title: string[]; values: string[] }[]
  /** Field → lists of values that stand near its name. */
  hints: Map<string, Facts['enumHints']>
}

const ENUM_FILLERS = /^(supported|allowed|value|enum|possible|available|the|of|list|processing|valid)$/

export function contextOf(facts: Facts, declared: Map<string, EntityFact>, userKey: string | null): Context {
  const hints: Context['hints'] = new Map()
  for (const hint of facts.enumHints) {
    const key = wordsOf(hint.field).join('')
    hints.set(key, [...(hints.get(key) ?? []).slice(-200), hint])
  }
  const enums = facts.enums
    .filter((known) => known.values.length >= 2)
    .map((known) => ({
      name: known.name,
      values: known.values,
      title: wordsOf(known.name)
        .map(singular)
        .filter((word) => !ENUM_FILLERS.test(word)),
    }))
  return { facts, keys: new Set(declared.keys()), userKey, names: new Map([...declared].map(([key, fact]) => [key, fact.name])), enums, hints }
}

export function referenceTarget(snake: string, facts: FieldFacts, entity: string, context: Context): string | null {
  if (facts.list === true) return null
  const stated = facts.references
  if (stated !== undefined && stated !== '' && !stated.startsWith('enum:')) {
    const key = nameKey(stated)
    if (context.keys.has(key)) return entityName(stated)
    if (context.userKey !== null && USER_KEYS.includes(key)) return entityName(context.userKey)
    return null
  }
  const isId = /_id$/.test(snake)
  const byRole = /_by$|^assigned_to$/.test(snake)
  // `user` alone, where there is an entity User: nothing else says what it holds.
  const bare =
    facts.type === undefined && facts.values === undefined && !BARE_TEXT.test(snake) && context.keys.has(nameKey(snake)) && snake === snakeName(snake)
  if (!isId && !byRole && stated !== '' && !(bare && saysNothing(facts))) return null
  if (facts.type !== undefined && !['integer', 'bigint', 'uuid', 'reference', 'string'].includes(facts.type)) return null
  if (byRole && facts.type === 'string') return null
  const role = snake.replace(/_id$/, '')
  const words = role.split('_')
  for (let start = 0; start < words.length; start += 1) {
    const key = words.slice(start).map(singular).join('')
    if (context.keys.has(key)) return nameOfKey(key, context)
  }
  if (/^(parent|reply_to|root|previous|next)/.test(role)) return nameOfKey(entity, context)
  if (context.userKey !== null && USER_ROLES.test(role)) return nameOfKey(context.userKey, context)
  return null
}

/** Words that are the names of entities now and then, and plain text in other entities. */
const BARE_TEXT =
  /^(?:name|title|status|state|type|kind|level|priority|message|note|comment|address|location|color|currency|language|date|time|role)$/

const saysNothing = ({ default: fallback, minLength, maxLength, min, max, pattern, list }: FieldFacts): boolean =>
  [fallback, minLength, maxLength, min, max, pattern, list].every((one) => one === undefined)

function nameOfKey(key: string, context: Context): string {
  return entityName(context.names.get(key) ?? key)
}

export function enumFor(entity: string, name: string, facts: FieldFacts, context: Context): string[] | undefined {
  if (facts.type !== undefined && facts.type !== 'string' && facts.type !== 'enum') return undefined
  if (facts.references !== undefined && facts.references !== '') {
    const wanted = facts.references.replace(/^enum:/, '').toLowerCase()
    const named = context.facts.enums.find((known) => known.name.toLowerCase() === wanted)
    if (named !== undefined || facts.references.startsWith('enum:'))
      return named === undefined || named.values.length === 0 ? undefined : named.values
  }
  const words = wordsOf(name).map(singular)
  for (const known of context.enums) {
    const { title } = known
    if (title.length === 0 || !words.every((word) => title.includes(word))) continue
    const rest = title.filter((word) => !words.includes(word))
    if (rest.length === 0 || rest.join('') === entity || !context.keys.has(rest.join(''))) {
      if (rest.length === 0 || rest.join('') === entity || /^supported|^allowed|^available/i.test(known.name)) return known.values
    }
  }
  const hint = context.hints.get(words.join(''))?.find((one) => one.entity !== null && (one.entity === entity || one.entity.endsWith(entity)))
  return hint?.values
}
