import { type AppFacts, modelName, type Route } from './app-facts'
import { keyType } from './field-types'
import { linkAddBody, linkRemoveBody } from './link-methods'
import { getBody, listBody } from './read-methods'
import { isPaged, type SchemaNames } from './schema-names'
import { type Rows, rowsOf } from './service-rows'
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
}

export function methodOf(facts: AppFacts, route: Route, names: SchemaNames): Method {
  const { endpoint, entity, name } = route
  const rows = rowsOf(facts, route)
  const body = bodyOf(facts, route, names, rows)
  const parameters: Parameter[] = []
  if (endpoint.parent)
    parameters.push({ name: rows.parentKey, type: keyType(facts, facts.world.entity(endpoint.parent.entity)), path: endpoint.parent.param })
  if (endpoint.param !== undefined && endpoint.param !== endpoint.parent?.param)
    parameters.push({ name: rows.key, type: keyType(facts, entity), path: endpoint.param })
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
