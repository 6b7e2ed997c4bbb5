import type { Entity, Field } from '@forge/spec'
import { snake } from '../../plan/world'
import { attributeName } from '../names'
import { callerId, listOwnership, type Ownership, ownerGuard, ownership, parentRule, visibleRows } from './access'
import { type AppFacts, attribute, modelName, type Operation, type Route, variable } from './app-facts'
import { keyType } from './field-types'
import { literalOf } from './models'
import { call, type Code, lines, statement } from './python'
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
import { hasEnvelope, isPaged, type SchemaNames } from './schema-names'
import { inputFields, linksSeveral } from './schemas'

export interface Parameter {
  name: string
  type: string
  /** Path parameter that fills it. */
  path?: string
}

/** One method of a service. */
export interface Method {
  name: string
  parameters: Parameter[]
  returns: string
  summary: string
  /** Indented statements. */
  body: string[]
}

/** Names that a method uses itself. */
const TAKEN = new Set('self body query caller values changes changed statement find assign stamp check link matches contains before after'.split(' '))

interface Rows {
  /** Variable of the row, and the parameter that holds its key. */
  row: string
  key: string
  parent: string
  parentKey: string
}

function rowsOf(facts: AppFacts, { endpoint, entity }: Route): Rows {
  const safe = (name: string) => (TAKEN.has(name) ? `${name}_row` : name)
  const row = safe(variable(entity))
  const parentEntity = endpoint.parent && facts.world.entity(endpoint.parent.entity)
  const same = parentEntity?.name === entity.name
  const parent = parentEntity === undefined ? '' : same ? `parent_${row}` : safe(variable(parentEntity))
  return { row, key: `${row}_id`, parent, parentKey: `${parent}_id` }
}

export function methodOf(facts: AppFacts, route: Route, names: SchemaNames): Method {
  const { endpoint, entity, name } = route
  const rows = rowsOf(facts, route)
  const body = bodyOf(facts, route, names, rows)
  const parameters: Parameter[] = []
  if (endpoint.parent) parameters.push({ name: rows.parentKey, type: keyType(facts, facts.world.entity(endpoint.parent.entity)), path: endpoint.parent.param })
  if (endpoint.param !== undefined && endpoint.param !== endpoint.parent?.param) parameters.push({ name: rows.key, type: keyType(facts, entity), path: endpoint.param })
  if (names.body !== undefined) parameters.push({ name: 'body', type: names.body })
  if (names.query !== undefined) parameters.push({ name: 'query', type: names.query })
  if (/\bcaller\b/.test(body.join('\n'))) parameters.push({ name: 'caller', type: 'Caller' })
  return { name, parameters, returns: returnsOf(facts, route, names), summary: endpoint.summary || name, body }
}

function returnsOf(facts: AppFacts, route: Route, names: SchemaNames): string {
  const { endpoint, entity } = route
  switch (endpoint.operation) {
    case 'list':
    case 'nested-list':
    case 'link-list':
      return names.page !== undefined || isPaged(facts, route) ? `Found[${modelName(entity)}]` : `Sequence[${modelName(entity)}]`
    case 'link-add':
      return endpoint.status === 204 ? 'None' : `Sequence[${modelName(entity)}]`
    case 'delete':
    case 'link-remove':
      return 'None'
    default:
      return endpoint.status === 204 ? 'None' : modelName(entity)
  }
}

function bodyOf(facts: AppFacts, route: Route, names: SchemaNames, rows: Rows): string[] {
  switch (route.endpoint.operation) {
    case 'list':
    case 'nested-list':
    case 'link-list':
      return listBody(facts, route, names, rows)
    case 'create':
    case 'nested-create':
      return createBody(facts, route, rows)
    case 'get':
      return getBody(facts, route, rows, rows.key)
    case 'me':
      return getBody(facts, route, rows, 'caller.id')
    case 'update':
    case 'replace':
    case 'action':
      return updateBody(facts, route, rows)
    case 'delete':
      return deleteBody(facts, route, rows)
    case 'link-add':
      return linkAddBody(facts, route, rows)
    case 'link-remove':
      return linkRemoveBody(facts, route, rows)
    default:
      return []
  }
}

/** Column of an entity: `Task.status`. */
const column = (entity: Entity, field: Pick<Field, 'name'>): string => `${modelName(entity)}.${attributeName(field)}`
const keyColumn = (facts: AppFacts, entity: Entity): string => column(entity, facts.world.keyField(entity.name))
const noun = (entity: Entity): string => snake(entity.name).replace(/_/g, ' ')
const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Finds the row of an entity, hidden ones excepted. */
function findRow(facts: AppFacts, entity: Entity, row: string, key: string, lock?: 'update' | 'share'): string[] {
  const locking = lock === undefined ? [] : [`lock="${lock}"`]
  const found = statement(call('find', 'self.session', modelName(entity), key, ...locking), 8, `${row} = await `)
  return [found, ...hiddenSteps(facts, entity, row)]
}

/** What a soft delete hides is not found. */
function hiddenSteps(facts: AppFacts, entity: Entity, row: string): string[] {
  if (!facts.hides(entity)) return []
  const { field, deletedValue } = entity.softDelete!
  return [lines(`        if ${attribute(row, { name: field })} is ${deletedValue ? 'True' : 'False'}:`, `            raise NotFoundError("${capitalized(noun(entity))} not found")`)]
}

/** Finds the parent that the path names, where it is not there refuses, and keeps to the rules about it. */
function parentSteps(facts: AppFacts, route: Route, rows: Rows, guards: string[] = []): string[] {
  const parent = facts.world.entity(route.endpoint.parent!.entity)
  const rule = parentRule(facts, route, rows.parent)
  const steps = findRow(facts, parent, rows.parent, rows.parentKey, guards.length > 0 ? 'share' : undefined)
  if (rule !== undefined) steps.push(rule)
  steps.push(...guards)
  const used = steps.slice(1).some((step) => new RegExp(`\\b${rows.parent}\\b`).test(step))
  return used ? steps : [steps[0]!.replace(`${rows.parent} = await`, 'await')]
}

function ownerSteps(facts: AppFacts, entity: Entity, operation: Operation, row: string): string[] {
  const owned = ownership(facts, entity, operation)
  return owned ? [ownerGuard(facts, owned, row)] : []
}

/** A row below a parent has to be that parent's. */
function placeSteps({ endpoint, entity }: Route, rows: Rows): string[] {
  const link = entity.fields.find((field) => field.name === endpoint.parent?.field)
  if (!link) return []
  return [lines(`        if ${attribute(rows.row, link)} != ${rows.parentKey}:`, `            raise NotFoundError("${capitalized(noun(entity))} not found")`)]
}

function withComputed(facts: AppFacts, { endpoint, entity }: Route): Code[] {
  return (endpoint.computed ?? []).flatMap((computed): Code[] => {
    const counted = facts.world.entity(computed.through ?? computed.of)
    const link = counted.fields.find((field) => field.reference?.entity === entity.name)
    if (!link) return []
    return [call('with_expression', column(entity, computed), `count_where(${column(counted, link)} == ${keyColumn(facts, entity)})`)]
  })
}

function listBody(facts: AppFacts, route: Route, names: SchemaNames, rows: Rows): string[] {
  const { endpoint, entity } = route
  const conditions: Code[] = []
  const steps = roleGuards(facts, entity.name, 'list')
  if (endpoint.parent) {
    steps.push(...parentSteps(facts, route, rows))
    conditions.push(belongsTo(facts, route, rows))
  }
  if (listOwnership(facts, entity) && endpoint.operation !== 'link-list') conditions.push(`${visibleRows(entity)}(caller)`)
  conditions.push(...filterConditions(route))
  conditions.push(...softDeleteConditions(route))
  if (endpoint.search?.length) {
    const searched = endpoint.search.flatMap((name) => entity.fields.find((field) => field.name === name) ?? [])
    conditions.push(call('matches', 'query.search', ...searched.map((field) => column(entity, field))))
  }
  const computed = withComputed(facts, route)
  const select = `sa.select(${modelName(entity)})`
  steps.push(conditions.length === 0 ? `        statement = ${select}` : statement(call(`${select}.where`, ...conditions), 8, 'statement = '))
  if (computed.length > 0) steps.push(statement(call('statement.options', ...computed), 8, 'statement = '))
  const key = keyColumn(facts, entity)
  const order = names.sort === undefined ? key : `*ordering(${snake(route.name).toUpperCase()}_ORDER[query.sort_by], query.sort_order, ${key})`
  steps.push(statement(call('statement.order_by', order), 8, 'statement = '))
  if (isPaged(facts, route)) steps.push('        return await fetch_page(self.session, statement, query)')
  else if (hasEnvelope(facts, route)) steps.push('        return Found.all(await fetch_all(self.session, statement))')
  else steps.push('        return await fetch_all(self.session, statement)')
  return steps
}

/** The condition that a row lies below the parent, or is linked to it. */
function belongsTo(facts: AppFacts, route: Route, rows: Rows): string {
  const { endpoint, entity } = route
  if (endpoint.parent!.through === undefined) return `${column(entity, { name: endpoint.parent!.field! })} == ${rows.parentKey}`
  const { junction, left, right } = linkOf(facts, route)
  return `${keyColumn(facts, entity)}.in_(sa.select(${column(junction, right)}).where(${column(junction, left)} == ${rows.parentKey}))`
}

const FILTERS = { equals: 'equals', in: 'is_in', min: 'at_least', max: 'at_most', before: 'before', after: 'after', overdue: 'overdue', contains: 'contains' } as const

function filterConditions({ endpoint, entity }: Route): Code[] {
  return (endpoint.filters ?? []).flatMap((filter): Code[] => {
    const field = entity.fields.find((each) => each.name === filter.field)
    if (!field || (filter.kind === 'equals' && field.name === entity.softDelete?.field)) return []
    const helper = field.list && filter.kind === 'equals' ? 'has_item' : FILTERS[filter.kind]
    return [call(helper, column(entity, field), `query.${attributeName(filter)}`)]
  })
}

/** Deleted rows show only where the filter asks for them. */
function softDeleteConditions({ endpoint, entity }: Route): Code[] {
  if (!entity.softDelete) return []
  const { field, deletedValue } = entity.softDelete
  const shown = deletedValue ? 'False' : 'True'
  const filter = endpoint.filters?.find((each) => each.field === field && each.kind === 'equals')
  if (!filter) return [`${column(entity, { name: field })}.is_(${shown})`]
  const asked = `query.${attributeName(filter)}`
  return [`${column(entity, { name: field })}.is_(${shown} if ${asked} is None else ${asked})`]
}

function createBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const fields = inputFields(route)
  const names = fields.map((field) => field.name)
  const steps = roleGuards(facts, entity.name, 'create')
  const given: string[] = fields.length > 0 ? ['**values'] : []
  const link = endpoint.parent && entity.fields.find((field) => field.name === endpoint.parent!.field)
  if (link) {
    steps.push(...parentSteps(facts, route, rows, parentGuards(facts, entity, link.name, rows.parent)))
    given.push(`${attributeName(link)}=${rows.parentKey}`)
  }
  if (fields.length > 0) steps.push('        values = body.model_dump()')
  steps.push(...roleFieldGuardsOfCreation(facts, entity, names))
  if (checksReferences(facts, entity, names)) steps.push(`        await self._check_references(values${referencesNeedCaller(facts, entity) ? ', caller' : ''})`)
  for (const field of entity.fields) if (field.fromCaller && field !== link) given.push(`${attributeName(field)}=${callerId(facts, field)}`)
  steps.push(statement(call(modelName(entity), ...given), 8, `${rows.row} = `))
  const owned = ownership(facts, entity, 'create')
  if (owned) steps.push(...createGuard(facts, owned, rows.row))
  steps.push(...settled(facts, entity, rows.row), `        self.session.add(${rows.row})`, '        await self.session.commit()')
  if (endpoint.status !== 204) steps.push(...reread(facts, route, rows.row))
  return steps
}

/** Rows of which the caller becomes the owner anyway need no check. */
function createGuard(facts: AppFacts, owned: Ownership, row: string): string[] {
  if (owned.fields.some((field) => field.fromCaller)) return []
  return [ownerGuard(facts, owned, row)]
}

/** What follows from the values of a row, and what they may not be. */
function settled(facts: AppFacts, entity: Entity, row: string): string[] {
  return [...(stamping(facts, entity) ? [`        stamp(${row})`] : []), ...(consistencyCheck(facts, entity) ? [`        check(${row})`] : [])]
}

/** Answers with the row; read again where the answer holds computed fields. */
function reread(facts: AppFacts, route: Route, row: string): string[] {
  if (!route.endpoint.computed?.length) return [`        return ${row}`]
  const { entity } = route
  return [
    `        statement = sa.select(${modelName(entity)}).where(${keyColumn(facts, entity)} == ${attribute(row, facts.world.keyField(entity.name))})`,
    statement(call('statement.options', ...withComputed(facts, route)), 8, 'statement = '),
    '        return (await self.session.scalars(statement.execution_options(populate_existing=True))).one()',
  ]
}

function getBody(facts: AppFacts, route: Route, rows: Rows, key: string): string[] {
  const { endpoint, entity } = route
  const steps = roleGuards(facts, entity.name, 'read')
  if (endpoint.parent) steps.push(...parentSteps(facts, route, rows))
  if (endpoint.computed?.length) {
    steps.push(
      `        statement = sa.select(${modelName(entity)}).where(${keyColumn(facts, entity)} == ${key})`,
      statement(call('statement.options', ...withComputed(facts, route)), 8, 'statement = '),
      `        ${rows.row} = (await self.session.scalars(statement)).one_or_none()`,
      lines(`        if ${rows.row} is None:`, `            raise NotFoundError("${capitalized(noun(entity))} not found")`),
      ...hiddenSteps(facts, entity, rows.row),
    )
  } else {
    steps.push(...findRow(facts, entity, rows.row, key))
  }
  steps.push(...placeSteps(route, rows), ...(endpoint.operation === 'me' ? [] : ownerSteps(facts, entity, 'read', rows.row)))
  const last = steps.at(-1)!
  const found = `        ${rows.row} = await `
  if (last.startsWith(found)) return [...steps.slice(0, -1), `        return await ${last.slice(found.length)}`]
  return [...steps, `        return ${rows.row}`]
}

function updateBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const names = inputFields(route).map((field) => field.name)
  const sets = Object.entries(endpoint.sets ?? {})
  const steps = roleGuards(facts, entity.name, 'update')
  if (endpoint.parent) steps.push(...parentSteps(facts, route, rows))
  steps.push(...findRow(facts, entity, rows.row, rows.key, 'update'), ...placeSteps(route, rows))
  steps.push(...ownerSteps(facts, entity, 'update', rows.row), ...stateGuards(facts, entity, 'update', rows.row))
  if (names.length > 0) {
    steps.push(`        changes = changed(${rows.row}, body)`, ...roleFieldGuardsOfChange(facts, entity, names))
    if (checksReferences(facts, entity, names)) steps.push(`        await self._check_references(changes${referencesNeedCaller(facts, entity) ? ', caller' : ''})`)
    steps.push(`        assign(${rows.row}, changes)`)
  }
  for (const [name, value] of sets) {
    const field = entity.fields.find((each) => each.name === name)
    if (field) steps.push(`        ${attribute(rows.row, field)} = ${value === null ? 'None' : literalOf(facts, entity, field, value)}`)
  }
  steps.push(...settled(facts, entity, rows.row), '        await self.session.commit()')
  return endpoint.status === 204 ? steps : [...steps, ...reread(facts, route, rows.row)]
}

function deleteBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const steps = roleGuards(facts, entity.name, 'delete')
  if (endpoint.parent) steps.push(...parentSteps(facts, route, rows))
  steps.push(...findRow(facts, entity, rows.row, rows.key, 'update'), ...placeSteps(route, rows))
  steps.push(...ownerSteps(facts, entity, 'delete', rows.row), ...stateGuards(facts, entity, 'delete', rows.row), ...deleteGuards(facts, entity, rows.row))
  if (!entity.softDelete) return [...steps, `        await delete_row(self.session, ${rows.row})`]
  const { field, deletedValue } = entity.softDelete
  for (const effect of facts.effects('cascade', entity.name)) {
    const child = facts.world.entity(effect.child)
    const link = child.fields.find((each) => each.reference?.entity === entity.name)
    if (link) steps.push(`        await self.session.execute(sa.delete(${modelName(child)}).where(${column(child, link)} == ${attribute(rows.row, facts.world.keyField(entity.name))}))`)
  }
  return [...steps, `        ${attribute(rows.row, { name: field })} = ${deletedValue ? 'True' : 'False'}`, '        await self.session.commit()']
}

/** The junction of a link route, and its fields that point at the owner and at what is linked. */
function linkOf(facts: AppFacts, { endpoint, entity }: Route): { junction: Entity; left: Field; right: Field } {
  const junction = facts.world.entity(endpoint.parent!.through!)
  const left = junction.fields.find((field) => field.reference?.entity === endpoint.parent!.entity)!
  const right = junction.fields.find((field) => field.reference?.entity === entity.name && field !== left)!
  return { junction, left, right }
}

function linkAddBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const { junction, left, right } = linkOf(facts, route)
  const steps = [...roleGuards(facts, junction.name, 'create'), ...parentSteps(facts, route, rows)]
  const pair = (value: string) => `{"${attributeName(left)}": ${rows.parentKey}, "${attributeName(right)}": ${value}}`
  if (endpoint.param !== undefined) steps.push(...findRow(facts, entity, rows.row, rows.key).map((step) => (facts.hides(entity) ? step : step.replace(`${rows.row} = await`, 'await'))))
  const field = attributeName({ name: endpoint.body?.[0] ?? '' })
  const several = linksSeveral(route)
  const links = endpoint.param !== undefined ? `[${pair(rows.key)}]` : several ? `[${pair('key')} for key in body.${field}]` : `[${pair(`body.${field}`)}]`
  steps.push(statement(call('link', 'self.session', modelName(junction), links), 8, 'await '))
  if (endpoint.status === 204) return steps
  const order = keyColumn(facts, entity)
  return [...steps, statement(call(`sa.select(${modelName(entity)}).where`, belongsTo(facts, route, rows)), 8, 'statement = '), `        return await fetch_all(self.session, statement.order_by(${order}))`]
}

function linkRemoveBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { junction, left, right } = linkOf(facts, route)
  const conditions = [`${column(junction, left)} == ${rows.parentKey}`, `${column(junction, right)} == ${rows.key}`]
  return [
    ...roleGuards(facts, junction.name, 'delete'),
    ...parentSteps(facts, route, rows),
    statement(call(`sa.delete(${modelName(junction)}).where`, ...conditions), 8, 'statement = '),
    lines(
      `        if await self.session.scalar(statement.returning(${column(junction, right)})) is None:`,
      `            raise NotFoundError("This ${noun(route.entity)} is not linked")`,
    ),
    '        await self.session.commit()',
  ]
}
