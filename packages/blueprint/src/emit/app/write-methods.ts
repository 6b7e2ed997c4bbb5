import type { Entity } from '@forge/spec'
import { attributeName } from '../names'
import { callerId, type Ownership, ownerGuard, ownership } from './access'
import { type AppFacts, attribute, modelName, type Route } from './app-facts'
import { changing, isOfCaller, settled } from './change-methods'
import { call, statement } from './python'
import { bookSteps, lockSteps } from './rule-balances'
import { givingBack } from './rule-reversals'
import { creationRecords, deletionRecords } from './rule-records'
import { fillSteps } from './rule-derived'
import { limitSteps } from './rule-limits'
import { checksReferences, deleteGuards, parentGuards, referencesNeedCaller, roleFieldGuardsOfCreation, roleGuards, stateGuards } from './rules'
import { inputFields } from './schemas'
import { singleRow } from './single-methods'
import { column, findRow, keyColumn, ownerSteps, parentSteps, placeSteps, type Rows, withComputed } from './service-rows'

export function createBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const fields = inputFields(route)
  const names = fields.map((field) => field.name)
  const steps = roleGuards(facts, entity.name, 'create')
  const given: string[] = fields.length > 0 ? ['**values'] : []
  const link = endpoint.parent && entity.fields.find((field) => field.name === endpoint.parent!.field)
  if (link) {
    const [found, ...guards] = parentSteps(facts, route, rows, parentGuards(facts, entity, link.name, rows.parent))
    const inherits = endpoint.inherits ?? []
    steps.push(inherits.length > 0 ? found!.replace(/^ +await/, `        ${rows.parent} = await`) : found!, ...guards)
    given.push(...inherits.map((name) => `${attributeName({ name })}=${attribute(rows.parent, { name })}`))
    given.push(`${attributeName(link)}=${rows.parentId}`)
  }
  if (fields.length > 0) steps.push('        values = body.model_dump()')
  steps.push(...roleFieldGuardsOfCreation(facts, entity, names))
  if (checksReferences(facts, entity, names))
    steps.push(
      ...lockSteps(facts, entity, names),
      `        await self._check_references(values${referencesNeedCaller(facts, entity) ? ', caller' : ''})`,
    )
  for (const field of entity.fields) if (field.fromCaller && field !== link) given.push(`${attributeName(field)}=${callerId(facts, field)}`)
  steps.push(statement(call(modelName(entity), ...given), 8, `${rows.row} = `))
  const owned = ownership(facts, entity, 'create')
  if (owned) steps.push(...createGuard(facts, owned, rows.row))
  steps.push(...fillSteps(facts, entity, rows.row), ...settled(facts, entity, rows.row), ...limitSteps(facts, entity, rows.row))
  steps.push(...bookSteps(facts, entity, rows.row))
  steps.push(`        self.session.add(${rows.row})`, ...creationRecords(facts, entity, rows.row), '        await self.session.commit()')
  if (endpoint.status !== 204) steps.push(...reread(facts, route, rows.row))
  return steps
}

/** Rows of which the caller becomes the owner anyway need no check. */
function createGuard(facts: AppFacts, owned: Ownership, row: string): string[] {
  if (owned.fields.some((field) => field.fromCaller)) return []
  return [ownerGuard(facts, owned, row)]
}

/** Answers with the row; read again where the answer holds computed fields. */
function reread(facts: AppFacts, route: Route, row: string): string[] {
  if (!route.endpoint.computed?.length) return [`        return ${row}`]
  const { entity } = route
  return [
    statement(
      call(`sa.select(${modelName(entity)}).where`, `${keyColumn(facts, entity)} == ${attribute(row, facts.world.keyField(entity.name))}`),
      8,
      'statement = ',
    ),
    statement(call('statement.options', ...withComputed(facts, route)), 8, 'statement = '),
    '        return (await self.session.scalars(statement.execution_options(populate_existing=True))).one()',
  ]
}

/** Changes of a row, and actions on it. */
export function updateBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const ofCaller = isOfCaller(route)
  const steps = ofCaller ? [] : roleGuards(facts, entity.name, 'update')
  if (endpoint.parent) steps.push(...parentSteps(facts, route, rows))
  if (endpoint.operation === 'single-update') steps.push(...singleRow(facts, route, rows, 'update'))
  else {
    const found = findRow(facts, entity, rows.row, ofCaller ? 'caller.id' : rows.key, 'update', endpoint.lookup)
    steps.push(...(bringsBack(endpoint, entity) ? found.slice(0, 1) : found), ...placeSteps(facts, route, rows))
  }
  steps.push(...changing(facts, route, rows), '        await self.session.commit()')
  return endpoint.status === 204 ? steps : [...steps, ...reread(facts, route, rows.row)]
}

/** An action for rows that a soft delete has hidden. */
const bringsBack = ({ sets }: Route['endpoint'], { softDelete }: Entity): boolean =>
  softDelete !== null && sets?.[softDelete.field] === !softDelete.deletedValue

export function deleteBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const steps = roleGuards(facts, entity.name, 'delete')
  if (endpoint.parent) steps.push(...parentSteps(facts, route, rows))
  steps.push(...findRow(facts, entity, rows.row, rows.key, 'update', endpoint.lookup), ...placeSteps(facts, route, rows))
  steps.push(
    ...ownerSteps(facts, entity, 'delete', rows.row),
    ...stateGuards(facts, entity, 'delete', rows.row),
    ...deleteGuards(facts, entity, rows.row),
    ...givingBack(facts, entity, rows.row),
    ...deletionRecords(facts, entity, rows.row),
  )
  if (!entity.softDelete) return [...steps, `        await delete_row(self.session, ${rows.row})`]
  return [...steps, ...softDeleteSteps(facts, entity, rows), '        await self.session.commit()']
}

/** What a soft delete does to a row, and to the rows that go with it. */
export function softDeleteSteps(facts: AppFacts, entity: Entity, rows: Rows): string[] {
  const { field, deletedValue } = entity.softDelete!
  const steps: string[] = []
  for (const effect of facts.effects('cascade', entity.name)) {
    const child = facts.world.entity(effect.child)
    const link = child.fields.find((each) => each.reference?.entity === entity.name)
    if (link)
      steps.push(
        `        await self.session.execute(sa.delete(${modelName(child)}).where(${column(child, link)} == ${attribute(rows.row, facts.world.keyField(entity.name))}))`,
      )
  }
  return [...steps, `        ${attribute(rows.row, { name: field })} = ${deletedValue ? 'True' : 'False'}`]
}
