import type { Entity, Field } from '@forge/spec'
import { attributeName } from '../names'
import { type AppFacts, attribute, modelName } from './app-facts'
import { locksReference } from './locks'
import { call, type Code, joinedBy, lines, statement } from './python'

/** A method of a service that looks at other rows before one is written. */
export interface Limit {
  name: string
  /** Fields on which the answer depends. */
  fields: string[]
  body: string[]
  doc: string
}

/** Reads the row that another one refers to, and keeps it as it is until the end of the transaction. */
export function referred(facts: AppFacts, entity: Entity, target: Entity, row: string, reference: Field, into?: string): string {
  const lock = locksReference(facts, entity, reference.name) ? ['lock="update"'] : []
  const read = call('refer_to', 'self.session', modelName(target), attribute(row, reference), `"${reference.name}"`, ...lock)
  return statement(read, 8, into === undefined ? 'await ' : `${into} = await `)
}

/** Conditions for the other rows that point at the same one, deleted ones left out. */
export function othersOf(facts: AppFacts, entity: Entity, row: string, reference: Field): Code[] {
  const model = modelName(entity)
  const key = facts.world.keyField(entity.name)
  const deleted = entity.softDelete
  return [
    `${model}.${attributeName(reference)} == ${attribute(row, reference)}`,
    `${model}.${attributeName(key)} != ${attribute(row, key)}`,
    ...(deleted ? [`${model}.${attributeName({ name: deleted.field })}.is_(${deleted.deletedValue ? 'False' : 'True'})`] : []),
  ]
}

/** Without these values there is nothing to look at. */
export function whenGiven(facts: AppFacts, entity: Entity, row: string, fields: Field[]): string[] {
  const unknown = fields.filter((field) => facts.columnNullable(entity, field)).map((field) => `${attribute(row, field)} is None`)
  return unknown.length === 0 ? [] : [lines(statement(joinedBy('or', unknown), 8, 'if ', ':'), '            return')]
}
