import type { Entity, Field } from '@forge/spec'
import { capitalized, words } from '../../words'
import { attributeName } from '../names'
import { callerId, ownerGuard, ownership, parentRule } from './access'
import { type AppFacts, attribute, modelName, type Operation, type Route, variable } from './app-facts'
import { locksReference } from './locks'
import { call, type Code, lines, statement } from './python'

/** Names that a method uses itself. */
const TAKEN = new Set('self body query caller values changes changed statement find assign stamp check link matches contains before after'.split(' '))

export interface Rows {
  /** Variable of the row, and the parameter that holds its key. */
  row: string
  key: string
  parent: string
  /** The parameter that names the parent, and the expression of the parent's key. */
  parentKey: string
  /** Variable of what stands above the parent. */
  above: string
  parentId: string
}

export function rowsOf(facts: AppFacts, { endpoint, entity }: Route): Rows {
  const safe = (name: string) => (TAKEN.has(name) ? `${name}_row` : name)
  const row = safe(variable(entity))
  const parentEntity = endpoint.parent && facts.world.entity(endpoint.parent.entity)
  const same = parentEntity?.name === entity.name
  const parent = parentEntity === undefined ? '' : same ? `parent_${row}` : safe(variable(parentEntity))
  const lookup = endpoint.parent?.lookup
  const parentKey = lookup === undefined ? `${parent}_id` : `${parent}_${attributeName({ name: lookup })}`
  return {
    row,
    key: endpoint.lookup === undefined ? `${row}_id` : `${row}_${attributeName({ name: endpoint.lookup })}`,
    parent,
    above: aboveName(endpoint.parent?.within?.entity, [row, parent]),
    parentKey,
    parentId: lookup === undefined ? parentKey : attribute(parent, facts.world.keyField(parentEntity!.name)),
  }
}

function aboveName(entity: string | undefined, taken: string[]): string {
  const name = entity === undefined ? '' : variable({ name: entity })
  return taken.includes(name) ? `upper_${name}` : name
}

/** Column of an entity: `Task.status`. */
export const column = (entity: Entity, field: Pick<Field, 'name'>): string => `${modelName(entity)}.${attributeName(field)}`
export const keyColumn = (facts: AppFacts, entity: Entity): string => column(entity, facts.world.keyField(entity.name))

/** Finds the row of an entity by its key, or by another unique field; hidden ones excepted. */
export function findRow(facts: AppFacts, entity: Entity, row: string, key: string, lock?: 'update' | 'share', lookup?: string): string[] {
  const locking = lock === undefined ? [] : [`lock="${lock}"`]
  const given = lookup === undefined ? [modelName(entity), key] : [modelName(entity), column(entity, { name: lookup }), key]
  const found = statement(call(lookup === undefined ? 'find' : 'find_by', 'self.session', ...given, ...locking), 8, `${row} = await `)
  return [found, ...hiddenSteps(facts, entity, row)]
}

/** What a soft delete hides is not found. */
export function hiddenSteps(facts: AppFacts, entity: Entity, row: string): string[] {
  if (!facts.world.hidesDeleted(entity.name)) return []
  const { field, deletedValue } = entity.softDelete!
  return [
    lines(
      `        if ${attribute(row, { name: field })} is ${deletedValue ? 'True' : 'False'}:`,
      `            raise NotFoundError("${capitalized(words(entity))} not found")`,
    ),
  ]
}

/** Finds the parent that the path names, where it is not there refuses, and keeps to the rules about it. */
export function parentSteps(facts: AppFacts, route: Route, rows: Rows, guards: string[] = []): string[] {
  const parent = facts.world.entity(route.endpoint.parent!.entity)
  const rule = parentRule(facts, route, rows.parent)
  const { field: reference, lookup } = route.endpoint.parent!
  const alone = route.endpoint.operation === 'nested-create' && reference !== undefined && locksReference(facts, route.entity, reference)
  const steps = findRow(facts, parent, rows.parent, rows.parentKey, alone ? 'update' : guards.length > 0 ? 'share' : undefined, lookup)
  const { within } = route.endpoint.parent!
  if (within !== undefined)
    steps.push(
      lines(
        `        if ${attribute(rows.parent, { name: within.field })} != ${rows.above}_id:`,
        `            raise NotFoundError("${capitalized(words(parent))} not found")`,
      ),
    )
  if (rule !== undefined) steps.push(rule)
  steps.push(...guards)
  const used = steps.slice(1).some((step) => new RegExp(`\\b${rows.parent}\\b`).test(step))
  return used || lookup !== undefined ? steps : [steps[0]!.replace(`${rows.parent} = await`, 'await')]
}

export function ownerSteps(facts: AppFacts, entity: Entity, operation: Operation, row: string): string[] {
  const owned = ownership(facts, entity, operation)
  return owned ? [ownerGuard(facts, owned, row)] : []
}

/** A row below a parent has to be that parent's. */
export function placeSteps(facts: AppFacts, { endpoint, entity }: Route, rows: Rows): string[] {
  const own = endpoint.own === undefined || endpoint.param === undefined ? undefined : facts.world.field(entity.name, endpoint.own)
  if (own !== undefined)
    return [
      lines(
        `        if ${attribute(rows.row, own)} != ${callerId(facts, own)}:`,
        `            raise NotFoundError("${capitalized(words(entity))} not found")`,
      ),
    ]
  const link = entity.fields.find((field) => field.name === endpoint.parent?.field)
  if (!link) return []
  return [
    lines(
      `        if ${attribute(rows.row, link)} != ${rows.parentId}:`,
      `            raise NotFoundError("${capitalized(words(entity))} not found")`,
    ),
  ]
}

export function withComputed(facts: AppFacts, { endpoint, entity }: Route): Code[] {
  return (endpoint.computed ?? []).flatMap((computed): Code[] => {
    const counted = facts.world.entity(computed.through ?? computed.of)
    const link = counted.fields.find((field) => field.reference?.entity === entity.name)
    if (!link) return []
    return [call('with_expression', column(entity, computed), call('count_where', `${column(counted, link)} == ${keyColumn(facts, entity)}`))]
  })
}

/** The condition that a row lies below the parent, or is linked to it. */
export function belongsTo(facts: AppFacts, route: Route, rows: Rows): string {
  const { endpoint, entity } = route
  if (endpoint.parent!.through === undefined) return `${column(entity, { name: endpoint.parent!.field! })} == ${rows.parentId}`
  const { junction, left, right } = linkOf(facts, route)
  return `${keyColumn(facts, entity)}.in_(sa.select(${column(junction, right)}).where(${column(junction, left)} == ${rows.parentId}))`
}

/** The junction of a link route, and its fields that point at the owner and at what is linked. */
export function linkOf(facts: AppFacts, { endpoint, entity }: Route): { junction: Entity; left: Field; right: Field } {
  const junction = facts.world.entity(endpoint.parent!.through!)
  const [parent, other] = (endpoint.parent!.ends ?? []).map((name) => junction.fields.find((field) => field.name === name))
  if (parent && other) return { junction, left: parent, right: other }
  const left = junction.fields.find((field) => field.reference?.entity === endpoint.parent!.entity)!
  const right = junction.fields.find((field) => field.reference?.entity === entity.name && field !== left)!
  return { junction, left, right }
}
