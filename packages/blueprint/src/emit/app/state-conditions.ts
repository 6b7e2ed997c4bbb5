import type { Entity, Field } from '@forge/spec'
import { attributeName } from '../names'
import { type AppFacts, attribute, modelName } from './app-facts'
import { literalOf } from './models'
import { lines, tuple, WIDTH } from './python'

// Conditions on the states of rows, in Python and in queries.

/** `task.status == TaskStatus.DONE`, `user.is_active is False`, `task.status in (…)`. */
export function isOneOf(facts: AppFacts, entity: Entity, field: Field, row: string, values: readonly (string | boolean)[], not = false): string {
  const literals = values.map((value) => literalOf(facts, entity, field, value))
  const name = attribute(row, field)
  if (literals.length > 1) return `${name} ${not ? 'not in' : 'in'} ${tuple(literals)}`
  if (typeof values[0] === 'boolean') return `${name} is ${not ? 'not ' : ''}${literals[0]}`
  return `${name} ${not ? '!=' : '=='} ${literals[0]}`
}

/** `if …:` around `isOneOf`, one state a line where they do not fit. */
export function ifOneOf(facts: AppFacts, entity: Entity, field: Field, row: string, values: readonly (string | boolean)[], indent: number): string {
  const pad = ' '.repeat(indent)
  const line = `${pad}if ${isOneOf(facts, entity, field, row, values)}:`
  if (line.length <= WIDTH || values.length < 2) return line
  const literals = values.map((value) => `${pad}    ${literalOf(facts, entity, field, value)},`)
  return lines(`${pad}if ${attribute(row, field)} in (`, ...literals, `${pad}):`)
}

/** The same as a condition of a query. */
export function whereOneOf(facts: AppFacts, entity: Entity, field: Field, values: readonly (string | boolean)[], not = false): string {
  const literals = values.map((value) => literalOf(facts, entity, field, value))
  const name = `${modelName(entity)}.${attributeName(field)}`
  if (typeof values[0] === 'boolean' && values.length === 1) return `${name}.${not ? 'is_not' : 'is_'}(${literals[0]})`
  return `${name}.${not ? 'not_in' : 'in_'}(${tuple(literals)})`
}
