import type { Condition, Endpoint, Entity } from '@forge/spec'
import { attributeName } from '../names'
import { callerId } from './access'
import type { AppFacts, Route } from './app-facts'
import { literalOf } from './models'
import { call, type Code } from './python'
import { column, keyColumn } from './service-rows'

/** What the path or the text says of every row of a list: whose it is, and its state. */
export function fixedConditions(facts: AppFacts, { endpoint, entity }: Route): Code[] {
  const named = (name: string) => entity.fields.find((field) => field.name === name)
  const own = endpoint.own === undefined ? undefined : named(endpoint.own)
  const matched = endpoint.matches === undefined ? undefined : named(endpoint.matches.field)
  const where = Object.entries(endpoint.where ?? {}).map(([name, value]) => isValue(facts, entity, name, value))
  return [
    ...(own === undefined ? [] : [`${column(entity, own)} == ${callerId(facts, own)}`]),
    ...(matched === undefined ? [] : [`${column(entity, matched)} == ${matchName(matched)}`]),
    ...where,
    ...(endpoint.when ?? []).map((condition) => holds(facts, entity, condition)),
    ...followedConditions(facts, endpoint, entity),
    ...freeConditions(facts, endpoint, entity),
  ]
}

/** Whoever made the row is somebody whom the caller follows. */
function followedConditions(facts: AppFacts, { followed }: Endpoint, entity: Entity): Code[] {
  if (followed === undefined) return []
  const through = facts.world.entity(followed.through)
  const follower = facts.world.field(through.name, followed.follower)!
  const people = call(
    `sa.select(${column(through, { name: followed.target })}).where`,
    `${column(through, follower)} == ${callerId(facts, follower)}`,
  )
  return [call(`${column(entity, { name: followed.field })}.in_`, people)]
}

/** Nothing takes the row between the two moments. */
function freeConditions(facts: AppFacts, { free }: Endpoint, entity: Entity): Code[] {
  if (free === undefined) return []
  const taking = facts.world.entity(free.entity)
  const { except } = free
  const overlaps: Code[] = [
    `${column(taking, { name: free.field })} == ${keyColumn(facts, entity)}`,
    `${column(taking, { name: free.start })} < query.${attributeName({ name: free.to })}`,
    `${column(taking, { name: free.end })} > query.${attributeName({ name: free.from })}`,
    ...(except === undefined ? [] : [holds(facts, taking, { field: except.field, not: except.values })]),
  ]
  return [call('sa.not_', call('sa.exists().where', ...overlaps))]
}

/** Parameter that holds the value which the path names. */
export const matchName = (field: { name: string }): string => {
  const name = attributeName(field)
  return ['query', 'body', 'caller', 'statement', 'service', 'response'].includes(name) ? `${name}_value` : name
}

/** The field of a row has this value. */
export function isValue(facts: AppFacts, entity: Entity, name: string, value: string | boolean): Code {
  const field = entity.fields.find((each) => each.name === name)!
  const literal = literalOf(facts, entity, field, value)
  return typeof value === 'boolean' ? `${column(entity, field)}.is_(${literal})` : `${column(entity, field)} == ${literal}`
}

/** The condition of a list on its rows. */
export function holds(facts: AppFacts, entity: Entity, condition: Condition): Code {
  const field = entity.fields.find((each) => each.name === condition.field)!
  const compared = column(entity, field)
  if ('atMost' in condition)
    return `${compared} <= ${typeof condition.atMost === 'number' ? condition.atMost : column(entity, { name: condition.atMost })}`
  if ('not' in condition) {
    const [only, ...more] = condition.not.map((value) => literalOf(facts, entity, field, value))
    const differs =
      typeof condition.not[0] === 'boolean'
        ? `${compared}.is_not(${only})`
        : more.length === 0
          ? `${compared} != ${only}`
          : `${compared}.not_in([${[only, ...more].join(', ')}])`
    return facts.columnNullable(entity, field) && !differs.includes('is_not') ? `sa.or_(${compared}.is_(None), ${differs})` : differs
  }
  const now = field.type === 'date' ? 'sa.func.current_date()' : 'sa.func.now()'
  switch (condition.is) {
    case 'past':
      return `${compared} < ${now}`
    case 'future':
      return `${compared} ${field.type === 'date' ? '>=' : '>'} ${now}`
    case 'null':
      return `${compared}.is_(None)`
    case 'not-null':
      return `${compared}.is_not(None)`
  }
}

/** The order that nobody can change; by key where the list has none of its own. */
export function fixedOrder(facts: AppFacts, { endpoint, entity }: Route): Code[] {
  const key = keyColumn(facts, entity)
  if (endpoint.ranked === undefined) return [key]
  const field = entity.fields.find((each) => each.name === endpoint.ranked!.by)!
  const falling = endpoint.ranked.order === 'desc'
  const term = `${column(entity, field)}.${endpoint.ranked.order}()`
  return [facts.columnNullable(entity, field) ? `${term}.nulls_last()` : term, falling ? `${key}.desc()` : key]
}
