import type { Entity, Field } from '@forge/spec'
import { snake } from '../../words'
import { attributeName } from '../names'
import { callerId } from './access'
import { type AppFacts, attribute, type Effect, modelName } from './app-facts'
import { literalOf } from './models'
import { call, type Code, quoted, statement } from './python'

type Record = Effect<'record'>
type Change = Record['on'][number]

/** What is written about a change; sentences that say the same count once. */
function recordsOf(facts: AppFacts, entity: Entity, change: Change): Record[] {
  const about = facts.effects('record', entity.name).filter(({ on }) => on.includes(change))
  return about.filter((each, index) => about.findIndex((other) => other.log === each.log && other.field === each.field) === index)
}

/** Fields whose value before a change is written down. */
export const watchedFields = (facts: AppFacts, entity: Entity, changing: readonly string[]): string[] =>
  facts.effects('record', entity.name).flatMap(({ field }) => (field !== undefined && changing.includes(field) ? [field] : []))

/** Statements that write down that a row was made, which has a key then. */
export function creationRecords(facts: AppFacts, entity: Entity, row: string): string[] {
  const records = recordsOf(facts, entity, 'create')
  return records.length === 0 ? [] : ['        await self.session.flush()', ...records.map((each) => adding(facts, entity, each, 'create', row, 8))]
}

/** Statements that write down a change; what stays as it was is none. */
export function changeRecords(facts: AppFacts, entity: Entity, row: string, changing: readonly string[]): string[] {
  return recordsOf(facts, entity, 'update').flatMap((each) => {
    if (isRevision(each)) return []
    if (each.field !== undefined && !changing.includes(each.field)) return []
    const changed =
      each.field === undefined ? `self.session.is_modified(${row})` : `${attribute(row, { name: each.field })} != ${snake(each.field)}_before`
    return [`        if ${changed}:`, adding(facts, entity, each, 'update', row, 12)]
  })
}

const isRevision = ({ values }: Record): boolean => Object.values(values).includes('was')

/** Statements that keep what a row was, before it is changed. */
export function revisionSteps(facts: AppFacts, entity: Entity, row: string, changing: readonly string[]): string[] {
  const kept = recordsOf(facts, entity, 'update').filter((each) => isRevision(each) && changing.some((name) => each.values[name] === 'was'))
  return kept.flatMap((each) => {
    const log = facts.world.entity(each.log)
    const reference = Object.keys(each.values).find((name) => each.values[name] === 'key')!
    const same = `${modelName(log)}.${attributeName({ name: reference })} == ${attribute(row, facts.world.keyField(entity.name))}`
    const counts = Object.values(each.values).includes('number')
    return [
      '        if changes:',
      ...(counts ? [statement(call('await count_rows', 'self.session', same), 12, 'earlier = ')] : []),
      adding(facts, entity, each, 'update', row, 12),
    ]
  })
}

/** Statements that write down that a row goes. */
export const deletionRecords = (facts: AppFacts, entity: Entity, row: string): string[] =>
  recordsOf(facts, entity, 'delete').map((each) => adding(facts, entity, each, 'delete', row, 8))

function adding(facts: AppFacts, entity: Entity, record: Record, change: Change, row: string, indent: number): string {
  const log = facts.world.entity(record.log)
  const given = Object.entries(record.values).map(([name, value]): Code => {
    const field = facts.world.field(log.name, name)!
    return `${attributeName(field)}=${heldValue(facts, entity, record, change, row, log, field, value)}`
  })
  return statement(call('self.session.add', call(modelName(log), ...given)), indent)
}

function heldValue(
  facts: AppFacts,
  entity: Entity,
  record: Record,
  change: Change,
  row: string,
  log: Entity,
  field: Field,
  value: Record['values'][string],
): string {
  const watched = record.field === undefined ? undefined : facts.world.field(entity.name, record.field)
  switch (value) {
    case 'key': {
      const key = facts.world.keyField(entity.name)
      const text = !['string', 'text'].includes(key.type) && ['string', 'text'].includes(field.type)
      return text ? `str(${attribute(row, key)})` : attribute(row, key)
    }
    case 'caller':
      return callerId(facts, field)
    case 'now':
      return 'dt.datetime.now(dt.UTC)'
    case 'entity':
      return field.type === 'enum' ? literalOf(facts, log, field, record.title!) : quoted(record.title!)
    case 'action':
      return literalOf(facts, log, field, record.actions![change]!)
    case 'was':
      return attribute(row, field)
    case 'number':
      return 'earlier + 1'
    case 'before':
      return asHeld(facts, log, field, `${snake(watched!.name)}_before`)
    case 'after':
      return asHeld(facts, log, field, attribute(row, watched!))
  }
}

/** The member of an enumeration as another column holds it. */
const asHeld = (facts: AppFacts, log: Entity, field: Field, value: string): string =>
  field.type === 'enum' ? `${facts.enumName(log, field)}(${value})` : `${value}.value`
