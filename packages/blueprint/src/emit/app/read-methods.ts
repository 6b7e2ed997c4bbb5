import { capitalized, snake, words } from '../../words'
import { attributeName } from '../names'
import { listOwnership, visibleRows } from './access'
import { type AppFacts, modelName, type Route } from './app-facts'
import { fixedConditions, fixedOrder } from './fixed-conditions'
import { call, type Code, lines, quoted, statement } from './python'
import { roleGuards } from './rules'
import { hasEnvelope, isPaged, type SchemaNames } from './schema-names'
import { belongsTo, column, findRow, hiddenSteps, keyColumn, ownerSteps, parentSteps, placeSteps, type Rows, withComputed } from './service-rows'

/** The later moment comes after the earlier one. */
function spanSteps({ from, to }: { from: string; to: string }): string[] {
  const [start, end] = [from, to].map((name) => `query.${attributeName({ name })}`)
  return [lines(`        if ${start} >= ${end}:`, `            raise InvalidInputError(${quoted(to)}, ${quoted(`must be after ${from}`)})`)]
}

/** Lists, plain, below a parent, or of what is linked. */
export function listBody(facts: AppFacts, route: Route, names: SchemaNames, rows: Rows): string[] {
  const { endpoint, entity } = route
  const conditions: Code[] = []
  const steps = roleGuards(facts, entity.name, 'list')
  if (endpoint.parent) {
    steps.push(...parentSteps(facts, route, rows))
    conditions.push(belongsTo(facts, route, rows))
  }
  if (endpoint.free !== undefined) steps.push(...spanSteps(endpoint.free))
  if (listOwnership(facts, entity) && endpoint.operation !== 'link-list') conditions.push(`${visibleRows(entity)}(caller)`)
  conditions.push(...fixedConditions(facts, route), ...filterConditions(route))
  conditions.push(...linkConditions(facts, route), ...softDeleteConditions(route))
  if (endpoint.search?.length) {
    const searched = endpoint.search.flatMap((name) => entity.fields.find((field) => field.name === name) ?? [])
    conditions.push(
      call('matches', `query.${attributeName({ name: endpoint.searchParam ?? 'search' })}`, ...searched.map((field) => column(entity, field))),
    )
  }
  const computed = withComputed(facts, route)
  const select = `sa.select(${modelName(entity)})`
  steps.push(conditions.length === 0 ? `        statement = ${select}` : statement(call(`${select}.where`, ...conditions), 8, 'statement = '))
  if (computed.length > 0) steps.push(statement(call('statement.options', ...computed), 8, 'statement = '))
  const key = keyColumn(facts, entity)
  const order =
    names.sort === undefined ? undefined : call('*ordering', `${snake(route.name).toUpperCase()}_ORDER[query.sort_by]`, 'query.sort_order', key)
  steps.push(statement(call('statement.order_by', ...(order === undefined ? fixedOrder(facts, route) : [order])), 8, 'statement = '))
  const limit = endpoint.ranked?.limit
  if (limit !== undefined) steps.push(`        statement = statement.limit(query.${attributeName(limit)})`)
  if (isPaged(facts, route)) steps.push('        return await fetch_page(self.session, statement, query)')
  else if (hasEnvelope(facts, route)) steps.push('        return Found.all(await fetch_all(self.session, statement))')
  else steps.push('        return await fetch_all(self.session, statement)')
  return steps
}

const FILTERS = {
  equals: 'equals',
  in: 'is_in',
  min: 'at_least',
  max: 'at_most',
  before: 'before',
  after: 'after',
  overdue: 'overdue',
  contains: 'contains',
} as const

function filterConditions({ endpoint, entity }: Route): Code[] {
  return (endpoint.filters ?? []).flatMap((filter): Code[] => {
    const field = entity.fields.find((each) => each.name === filter.field)
    if (!field || (filter.kind === 'equals' && field.name === entity.softDelete?.field)) return []
    const helper = field.list && filter.kind === 'equals' ? 'has_item' : FILTERS[filter.kind]
    return [call(helper, column(entity, field), `query.${attributeName(filter)}`)]
  })
}

/** The rows are joined to one that has the name asked for. */
function linkConditions(facts: AppFacts, { endpoint, entity }: Route): Code[] {
  return (endpoint.linked ?? []).map(({ name, field, through, target, by }): Code => {
    const named = facts.world.entity(target)
    const key = keyColumn(facts, named)
    const asked = [column(named, { name: by }), `query.${attributeName({ name })}`]
    if (through === undefined) return call('named_by', column(entity, { name: field! }), `sa.select(${key})`, ...asked)
    const joining = facts.world.entity(through.entity)
    const joined = `sa.select(${column(joining, { name: through.own })}).join(${modelName(named)}, ${key} == ${column(joining, { name: through.field })})`
    return call('named_by', keyColumn(facts, entity), joined, ...asked)
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

/** One row; `key` is the expression of its key. */
export function getBody(facts: AppFacts, route: Route, rows: Rows, key: string): string[] {
  const { endpoint, entity } = route
  const steps = roleGuards(facts, entity.name, 'read')
  if (endpoint.parent) steps.push(...parentSteps(facts, route, rows))
  if (endpoint.computed?.length) {
    steps.push(
      `        statement = sa.select(${modelName(entity)}).where(${endpoint.lookup === undefined ? keyColumn(facts, entity) : column(entity, { name: endpoint.lookup })} == ${key})`,
      statement(call('statement.options', ...withComputed(facts, route)), 8, 'statement = '),
      `        ${rows.row} = (await self.session.scalars(statement)).one_or_none()`,
      lines(`        if ${rows.row} is None:`, `            raise NotFoundError("${capitalized(words(entity))} not found")`),
      ...hiddenSteps(facts, entity, rows.row),
    )
  } else {
    steps.push(...findRow(facts, entity, rows.row, key, undefined, endpoint.lookup))
  }
  steps.push(...placeSteps(facts, route, rows), ...(endpoint.operation === 'me' ? [] : ownerSteps(facts, entity, 'read', rows.row)))
  const last = steps.at(-1)!
  const found = `        ${rows.row} = await `
  if (last.startsWith(found)) return [...steps.slice(0, -1), `        return await ${last.slice(found.length)}`]
  return [...steps, `        return ${rows.row}`]
}
