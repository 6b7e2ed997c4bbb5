import type { Entity } from '@forge/spec'
import { type AppFacts, modelName, type Route } from './app-facts'
import { adjustBody } from './adjust-methods'
import { singleGetBody } from './single-methods'
import { bulkBody } from './bulk-methods'
import { pythonType } from './columns'
import { keyType } from './field-types'
import { statsBody } from './figures'
import { matchName } from './fixed-conditions'
import { linkAddBody, linkRemoveBody, markBody, unmarkBody } from './link-methods'
import { getBody, listBody } from './read-methods'
import { isPaged, type SchemaNames } from './schema-names'
import { endpointRoleGuards } from './rules'
import { reportBody } from './reports'
import { type Rows, rowsOf } from './service-rows'
import { lineageBody, treeBody } from './tree-methods'
import { createBody, deleteBody, updateBody } from './write-methods'

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
  /** A private method that only this one uses. */
  helper?: string
}

export function methodOf(facts: AppFacts, route: Route, names: SchemaNames): Method {
  const { endpoint, name } = route
  const rows = rowsOf(facts, route)
  const bulk = endpoint.operation === 'bulk' ? bulkBody(facts, route, rows) : undefined
  const body = [...endpointRoleGuards(facts, endpoint), ...(bulk?.body ?? bodyOf(facts, route, names, rows))]
  const parameters: Parameter[] = []
  const within = endpoint.parent?.within
  if (within !== undefined) parameters.push({ name: `${rows.above}_id`, type: rowType(facts, facts.world.entity(within.entity)), path: within.param })
  if (endpoint.parent)
    parameters.push({
      name: rows.parentKey,
      type: rowType(facts, facts.world.entity(endpoint.parent.entity), endpoint.parent.lookup),
      path: endpoint.parent.param,
    })
  if (endpoint.param !== undefined && endpoint.param !== endpoint.parent?.param)
    parameters.push({ name: rows.key, type: rowType(facts, route.entity, endpoint.lookup), path: endpoint.param })
  if (endpoint.matches !== undefined) {
    const field = facts.world.field(route.entity.name, endpoint.matches.field)!
    parameters.push({ name: matchName(field), type: pythonType(facts, route.entity, field), path: endpoint.matches.param })
  }
  if (names.body !== undefined) parameters.push({ name: 'body', type: names.body })
  if (names.query !== undefined) parameters.push({ name: 'query', type: names.query })
  if (/\bcaller\b/.test(body.join('\n'))) parameters.push({ name: 'caller', type: 'Caller' })
  return {
    name,
    parameters,
    returns: returnsOf(facts, route, names),
    summary: endpoint.summary || name,
    body,
    ...(bulk?.helper === undefined ? {} : { helper: bulk.helper }),
  }
}

/** Type of what the path names a row by. */
function rowType(facts: AppFacts, entity: Entity, lookup?: string): string {
  const field = lookup === undefined ? undefined : facts.world.field(entity.name, lookup)
  return field === undefined ? keyType(facts, entity) : pythonType(facts, entity, field)
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
    case 'bulk':
      return names.count ?? (endpoint.bulk!.answer === 'rows' ? `Sequence[${modelName(entity)}]` : 'None')
    case 'stats':
      return names.read
    case 'report':
      return `list[${names.read}]`
    case 'tree':
      return endpoint.param === undefined ? `list[${names.read}]` : names.read
    case 'ancestors':
    case 'descendants':
      return `Sequence[${modelName(entity)}]`
    case 'delete':
    case 'link-remove':
    case 'unmark':
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
    case 'single-get':
      return singleGetBody(facts, route, rows)
    case 'update':
    case 'single-update':
    case 'replace':
    case 'action':
      return updateBody(facts, route, rows)
    case 'delete':
      return deleteBody(facts, route, rows)
    case 'adjust':
      return adjustBody(facts, route, rows)
    case 'link-add':
      return linkAddBody(facts, route, rows)
    case 'link-remove':
      return linkRemoveBody(facts, route, rows)
    case 'tree':
      return treeBody(facts, route, rows, names.read)
    case 'ancestors':
    case 'descendants':
      return lineageBody(facts, route, rows)
    case 'stats':
      return statsBody(facts, route, rows, names.read)
    case 'report':
      return reportBody(facts, route, names.read)
    case 'mark':
      return markBody(facts, route, rows)
    case 'unmark':
      return unmarkBody(facts, route, rows)
    default:
      return []
  }
}
