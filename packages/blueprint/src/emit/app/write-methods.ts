import type { Entity, Field } from '@forge/spec'
import { attributeName } from '../names'
import { callerId, type Ownership, ownerGuard, ownership } from './access'
import { type AppFacts, attribute, modelName, type Route } from './app-facts'
import { literalOf } from './models'
import { call, statement } from './python'
import { bookSteps, lockSteps } from './rule-balances'
import { givingBack, settleSteps, stateBefore } from './rule-reversals'
import { changeRecords, creationRecords, deletionRecords, revisionSteps } from './rule-records'
import { fillSteps, workingOut } from './rule-derived'
import { limitSteps } from './rule-limits'
import { constantMove, fixedSteps, moveSteps } from './rule-moves'
import {
  checksReferences,
  consistencyCheck,
  deleteGuards,
  parentGuards,
  referencesNeedCaller,
  roleFieldGuardsOfChange,
  roleFieldGuardsOfCreation,
  roleGuards,
  stamping,
  stateGuards,
} from './rules'
import { inputFields } from './schemas'
import { singleRow } from './single-methods'
import { cycleSteps } from './tree-methods'
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

/** What follows from the values of a row, and what they may not be. */
export function settled(facts: AppFacts, entity: Entity, row: string): string[] {
  return [
    ...(stamping(facts, entity) ? [`        stamp(${row})`] : []),
    ...(workingOut(facts, entity) ? [`        work_out(${row})`] : []),
    ...(consistencyCheck(facts, entity) ? [`        check(${row})`] : []),
  ]
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
  const names = inputFields(route).map((field) => field.name)
  const ofCaller = endpoint.own !== undefined && endpoint.param === undefined
  const steps = ofCaller ? [] : roleGuards(facts, entity.name, 'update')
  if (endpoint.parent) steps.push(...parentSteps(facts, route, rows))
  if (endpoint.operation === 'single-update') steps.push(...singleRow(facts, route, rows, 'update'))
  else {
    const found = findRow(facts, entity, rows.row, ofCaller ? 'caller.id' : rows.key, 'update', endpoint.lookup)
    steps.push(...(bringsBack(endpoint, entity) ? found.slice(0, 1) : found), ...placeSteps(facts, route, rows))
  }
  steps.push(...(ofCaller ? [] : ownerSteps(facts, entity, 'update', rows.row)), ...stateGuards(facts, entity, 'update', rows.row))
  const changing = { body: names, sets: Object.keys(endpoint.sets ?? {}) }
  const written = [...changing.body, ...changing.sets]
  steps.push(...stateBefore(facts, entity, rows.row, written))
  if (names.length > 0) {
    steps.push(`        changes = changed(${rows.row}, body)`, ...roleFieldGuardsOfChange(facts, entity, names))
    if (checksReferences(facts, entity, names))
      steps.push(`        await self._check_references(changes${referencesNeedCaller(facts, entity) ? ', caller' : ''})`)
    steps.push(
      ...fixedSteps(facts, entity, names),
      ...moveSteps(facts, entity, rows.row, names),
      ...cycleSteps(facts, entity, rows.row, names),
      ...revisionSteps(facts, entity, rows.row, names),
      `        assign(${rows.row}, changes)`,
    )
  }
  steps.push(...constantSteps(facts, route, rows), ...settled(facts, entity, rows.row))
  steps.push(...changeRecords(facts, entity, rows.row, written), ...limitSteps(facts, entity, rows.row, changing))
  steps.push(...settleSteps(facts, entity, rows.row, written), '        await self.session.commit()')
  return endpoint.status === 204 ? steps : [...steps, ...reread(facts, route, rows.row)]
}

/** An action for rows that a soft delete has hidden. */
const bringsBack = ({ sets }: Route['endpoint'], { softDelete }: Entity): boolean =>
  softDelete !== null && sets?.[softDelete.field] === !softDelete.deletedValue

/** Fields that an action sets to constants. */
export function constantSteps(facts: AppFacts, { endpoint, entity }: Route, rows: Rows): string[] {
  if (endpoint.toggles !== undefined) {
    const flag = attribute(rows.row, { name: endpoint.toggles })
    return [`        ${flag} = not ${flag}`]
  }
  const ruled = facts
    .effects('stamp', entity.name)
    .some((effect) => effect.target === endpoint.stamps && endpoint.sets?.[effect.field] === effect.value)
  const stamped = ruled ? undefined : entity.fields.find((each) => each.name === endpoint.stamps)
  const sets = Object.entries(endpoint.sets ?? {}).flatMap(([name, value]) => {
    const field = entity.fields.find((each) => each.name === name)
    if (!field) return []
    const literal = value === null ? 'None' : literalOf(facts, entity, field, value)
    return [...constantMove(facts, entity, field, rows.row, value), `        ${attribute(rows.row, field)} = ${literal}`]
  })
  return stamped === undefined ? sets : [...sets, ...momentSteps(stamped, rows.row)]
}

/** A moment is written down once. */
function momentSteps(field: Field, row: string): string[] {
  const moment = attribute(row, field)
  const now = `dt.datetime.now(dt.UTC)${field.type === 'date' ? '.date()' : ''}`
  return [`        if ${moment} is None:`, `            ${moment} = ${now}`]
}

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
