import type { Entity, Field } from '@forge/spec'
import { type AppFacts, attribute, type Effect } from './app-facts'
import { joinedBy, lines, statement } from './python'
import { refuse } from './refusals'

/** A condition of a row, as Python has it. */
type IsOneOf = (facts: AppFacts, entity: Entity, field: Field, row: string, values: readonly (string | boolean)[]) => string

/** Checks of a row for what its state demands, and for how old somebody is. */
export function demandChecks(facts: AppFacts, entity: Entity, row: string, isOneOf: IsOneOf): string[] {
  return [
    ...facts.effects('required-when', entity.name).flatMap((effect) => demanded(facts, entity, effect, row, isOneOf)),
    ...facts.effects('age', entity.name).flatMap((effect) => oldEnough(facts, entity, effect, row)),
  ]
}

function demanded(facts: AppFacts, entity: Entity, effect: Effect<'required-when'>, row: string, isOneOf: IsOneOf): string[] {
  const [field, state] = [effect.field, effect.when.field].map((name) => facts.world.field(entity.name, name))
  if (!field || !state || !facts.columnNullable(entity, field)) return []
  const text = ['string', 'text'].includes(field.type)
  const missing = text ? `not ${attribute(row, field)}` : `${attribute(row, field)} is None`
  const told = `"${field.name}", "is required while ${state.name} is ${effect.when.values.map(String).join(' or ')}"`
  return [
    lines(
      statement(joinedBy('and', [isOneOf(facts, entity, state, row, effect.when.values), missing]), 4, 'if ', ':'),
      refuse('InvalidInputError', told, 8),
    ),
  ]
}

function oldEnough(facts: AppFacts, entity: Entity, effect: Effect<'age'>, row: string): string[] {
  const field = facts.world.field(entity.name, effect.field)
  if (!field) return []
  const born = attribute(row, field)
  const known = facts.columnNullable(entity, field) ? `${born} is not None and ` : ''
  return [
    lines(
      `    if ${known}years_since(${born}) < ${effect.years}:`,
      refuse('InvalidInputError', `"${field.name}", "must lie ${effect.years} years back at least"`, 8),
    ),
  ]
}
