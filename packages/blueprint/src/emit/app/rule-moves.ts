import type { Entity, Field } from '@forge/spec'
import { movesOf } from '../../plan/moves-of'
import { snake } from '../../words'
import { attributeName } from '../names'
import { type AppFacts, attribute, modelName, variable } from './app-facts'
import { literalOf } from './models'
import { call, docstring, group, lines, statement } from './python'
import { refuse, sentence } from './refusals'

/** Enumerations of which rules say how they may change. */
const ruledFields = (facts: AppFacts, entity: Entity): Field[] =>
  entity.fields.filter((field) => facts.effects('transitions', entity.name).some((effect) => effect.field === field.name))

const tableName = (field: Field): string => `${snake(field.name).toUpperCase()}_MOVES`
const checkName = (field: Field): string => `check_${snake(field.name)}_move`

/** For each enumeration with rules about its changes: the table of moves, and the function that refuses all others. */
export function moveChecks(facts: AppFacts, entity: Entity): string[] {
  return ruledFields(facts, entity).flatMap((field) => [moveTable(facts, entity, field), moveCheck(facts, entity, field)])
}

function moveTable(facts: AppFacts, entity: Entity, field: Field): string {
  const moves = movesOf(facts.world, entity.name, field.name)
  const type = facts.enumName(entity, field)
  const rows = field.values!.map((from) => {
    const targets = field.values!.filter((to) => moves.allows(from, to)).map((to) => literalOf(facts, entity, field, to))
    const set = targets.length === 0 ? 'frozenset()' : call('frozenset', group('{', targets, '}'))
    return statement(set, 4, `${literalOf(facts, entity, field, from)}: `, ',')
  })
  return lines(`# What ${field.name} may become.`, `${tableName(field)}: dict[${type}, frozenset[${type}]] = {`, ...rows, '}')
}

function moveCheck(facts: AppFacts, entity: Entity, field: Field): string {
  const row = variable(entity)
  const type = facts.enumName(entity, field)
  const current = attribute(row, field)
  return lines(
    statement(group(`def ${checkName(field)}(`, [`${row}: ${modelName(entity)}`, `new: ${type}`], ') -> None:')),
    docstring(`Refuse changes of ${field.name} that no rule allows.`, 4),
    `    if new not in ${tableName(field)}[${current}]:`,
    `        raise RuleViolationError(f"${field.name} cannot change from {${current}} to {new}")`,
  )
}

/** Statements that refuse changes of a body; they stand before the changes are made. */
export function moveSteps(facts: AppFacts, entity: Entity, row: string, names: readonly string[]): string[] {
  return ruledFields(facts, entity)
    .filter((field) => names.includes(field.name))
    .map((field) => {
      const key = `"${attributeName(field)}"`
      return lines(`        if ${key} in changes:`, `            ${checkName(field)}(${row}, changes[${key}])`)
    })
}

/** The statement that refuses an action which sets the field to a constant. */
export function constantMove(facts: AppFacts, entity: Entity, field: Field, row: string, value: string | number | boolean | null): string[] {
  if (value === null || !ruledFields(facts, entity).includes(field)) return []
  return [`        ${checkName(field)}(${row}, ${literalOf(facts, entity, field, value)})`]
}

/** Statements that refuse changes of what only creation sets. */
export function fixedSteps(facts: AppFacts, entity: Entity, names: readonly string[]): string[] {
  const effects = facts.effects('fixed', entity.name)
  const first = effects.filter((effect, index) => names.includes(effect.field) && effects.findIndex((each) => each.field === effect.field) === index)
  return first.map((effect) =>
    lines(`        if "${attributeName({ name: effect.field })}" in changes:`, refuse('RuleViolationError', sentence(facts, effect), 12)),
  )
}
