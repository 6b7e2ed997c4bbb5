import type { Entity, Field } from '@forge/spec'
import { snake } from '../../words'
import { attributeName } from '../names'
import { type AppFacts, attribute, type Effect, modelName, variable } from './app-facts'
import { call, type Code, joinedBy, lines, statement } from './python'
import { type Limit, othersOf, referred, whenGiven } from './limit-parts'
import { refuse, sentence } from './refusals'
import { isOneOf, whereOneOf } from './state-conditions'

/** What two rows that a row refers to, or one of them and the row itself, agree on. */
export function agreement(facts: AppFacts, entity: Entity, effect: Effect<'agree'>): Limit {
  const [row, target] = [variable(entity), facts.world.entity(effect.target)]
  const reference = facts.world.field(entity.name, effect.reference)!
  const theirs = { name: effect.field }
  const second = effect.other.reference === undefined ? undefined : facts.world.field(entity.name, effect.other.reference)
  const mine = second ? attribute('other_row', { name: effect.other.field }) : attribute(row, { name: effect.other.field })
  const fields = [reference, ...(second ? [second] : [])]
  return {
    name: `_agree_on_${snake(effect.other.field)}_by_${snake(reference.name)}`,
    fields: [...fields.map((field) => field.name), ...(second ? [] : [effect.other.field])],
    doc: `Keep ${effect.field} of ${reference.name} and ${second ? `of ${second.name}` : 'of the row itself'} the same.`,
    body: [
      ...whenGiven(facts, entity, row, fields),
      referred(facts, entity, target, row, reference, 'one_row'),
      ...(second ? [referred(facts, entity, target, row, second, 'other_row')] : []),
      statement(`${attribute('one_row', theirs)} != ${mine}`, 8, 'if ', ':'),
      refuse('RuleViolationError', sentence(facts, effect), 12),
    ],
  }
}

/** What rows that point at one row add up to; the one is locked, so that two writers see each other. */
export function sumLimit(facts: AppFacts, entity: Entity, effect: Effect<'sum-limit'>): Limit {
  const [row, target] = [variable(entity), facts.world.entity(effect.target)]
  const [reference, field] = [effect.reference, effect.field].map((name) => facts.world.field(entity.name, name)!) as [Field, Field]
  const limit = typeof effect.limit === 'string' ? facts.world.field(target.name, effect.limit)! : undefined
  const held = `${variable(target)}_row`
  const most = limit === undefined ? String(effect.limit) : attribute(held, limit)
  const known = limit !== undefined && facts.columnNullable(target, limit) ? [`${most} is not None`] : []
  const column = `${modelName(entity)}.${attributeName(field)}`
  return {
    name: `_limit_sum_of_${snake(field.name)}_by_${snake(reference.name)}`,
    fields: [reference.name, field.name],
    doc: `Keep what ${field.name} adds up to for one ${variable(target).replace(/_/g, ' ')} within its limit.`,
    body: [
      ...whenGiven(facts, entity, row, [reference, field]),
      referred(facts, entity, target, row, reference, limit === undefined ? undefined : held),
      statement(call('await sum_rows', 'self.session', column, ...othersOf(facts, entity, row, reference)), 8, 'others = '),
      statement(joinedBy('and', [...known, `others + ${attribute(row, field)} > ${most}`]), 8, 'if ', ':'),
      refuse('RuleViolationError', sentence(facts, effect), 12),
    ],
  }
}

/** A moment of the referred row after which no row is made. */
export function deadline(facts: AppFacts, entity: Entity, effect: Effect<'deadline'>): Limit {
  const [row, target] = [variable(entity), facts.world.entity(effect.target)]
  const reference = facts.world.field(entity.name, effect.reference)!
  const field = facts.world.field(target.name, effect.field)!
  const held = `${variable(target)}_row`
  const last = attribute(held, field)
  const known = facts.columnNullable(target, field) ? [`${last} is not None`] : []
  const now = field.type === 'date' ? 'dt.datetime.now(dt.UTC).date()' : 'dt.datetime.now(dt.UTC)'
  return {
    name: `_keep_to_${snake(field.name)}_of_${snake(reference.name)}`,
    fields: [reference.name],
    doc: `Refuse rows after ${field.name} of the ${variable(target).replace(/_/g, ' ')}.`,
    body: [
      ...whenGiven(facts, entity, row, [reference]),
      referred(facts, entity, target, row, reference, held),
      statement(joinedBy('and', [...known, `${last} < ${now}`]), 8, 'if ', ':'),
      refuse('RuleViolationError', sentence(facts, effect), 12),
    ],
  }
}

/** Rows that point at this one, and keep it from a state. */
export function moveGuard(facts: AppFacts, entity: Entity, effect: Effect<'move-guard'>): Limit {
  const [row, child] = [variable(entity), facts.world.entity(effect.child)]
  const field = facts.world.field(entity.name, effect.field)!
  const link = facts.world.field(child.name, effect.childField)!
  const state = effect.where && facts.world.field(child.name, effect.where.field)
  const key = attribute(row, facts.world.keyField(entity.name))
  const conditions: Code[] = [`${modelName(child)}.${attributeName(link)} == ${key}`]
  if (effect.where?.in && state) conditions.push(whereOneOf(facts, child, state, effect.where.in))
  if (effect.where?.notIn && state) conditions.push(whereOneOf(facts, child, state, effect.where.notIn, true))
  const deleted = child.softDelete
  if (deleted) conditions.push(`${modelName(child)}.${attributeName({ name: deleted.field })}.is_(${deleted.deletedValue ? 'False' : 'True'})`)
  return {
    name: `_free_of_${snake(child.name)}_before_${snake(effect.values.join('_'))}`,
    fields: [field.name],
    doc: `Keep ${field.name} as it is while ${snake(child.name).replace(/_/g, ' ')} rows stand in the way.`,
    body: [
      lines(`        if ${isOneOf(facts, entity, field, row, effect.values, true)}:`, '            return'),
      statement(call('await any_row', 'self.session', ...conditions), 8, 'if ', ':'),
      refuse('RuleViolationError', sentence(facts, effect), 12),
    ],
  }
}
