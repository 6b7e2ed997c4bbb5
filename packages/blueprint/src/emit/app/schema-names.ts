import type { AppFacts, Route } from './app-facts'
import { pascal } from './python'

/** Names of the schemas that a route takes and answers with. */
export interface SchemaNames {
  body?: string
  query?: string
  sort?: string
  read: string
  page?: string
  /** Answer that holds a number of rows instead of rows. */
  count?: string
}

/** True when the answer is an envelope rather than a bare array. */
export const hasEnvelope = (facts: AppFacts, { endpoint }: Route): boolean => endpoint.paginated && facts.spec.paging.envelope.length > 0
export const isPaged = (facts: AppFacts, { endpoint }: Route): boolean => endpoint.paginated && facts.spec.paging.params !== null
const LISTS = ['list', 'nested-list', 'link-list']
export const isList = ({ endpoint }: Route): boolean => LISTS.includes(endpoint.operation)

function takesBody({ endpoint }: Route): boolean {
  if (endpoint.operation === 'bulk') return true
  return (endpoint.body?.length ?? 0) > 0 && ['create', 'nested-create', 'update', 'replace', 'action', 'link-add'].includes(endpoint.operation)
}

function takesQuery(facts: AppFacts, route: Route): boolean {
  const { filters, search, sort } = route.endpoint
  return isList(route) && (isPaged(facts, route) || (filters?.length ?? 0) > 0 || (search?.length ?? 0) > 0 || sort !== undefined)
}

/** Fields of a body that the path does not say already. */
export function bodyOf({ endpoint }: Route): string[] {
  return (endpoint.body ?? []).filter((name) => endpoint.operation !== 'nested-create' || name !== endpoint.parent?.field)
}

/** Name of the answer that holds how many rows a bulk route changed. */
export const countName = ({ name }: Route): string => `${pascal(name)}Count`

/** Routes with the same body share a schema: the first creation `TaskCreate`, the first update `TaskUpdate`, all others named after the route. */
export function schemaNames(facts: AppFacts): Map<Route, SchemaNames> {
  const names = new Map<Route, SchemaNames>()
  const taken = new Map<string, string>()
  const named = (usual: string | undefined, other: string, content: string): string => {
    for (const name of [usual, other]) {
      if (name === undefined) continue
      if ((taken.get(name) ?? content) !== content) continue
      taken.set(name, content)
      return name
    }
    return other
  }
  for (const route of facts.routes) {
    const { endpoint, entity, name } = route
    const counts = JSON.stringify(endpoint.computed ?? [])
    const read = counts === '[]' ? `${entity.name}Read` : named(`${entity.name}Detail`, `${pascal(name)}Read`, counts)
    const found: SchemaNames = { read }
    if (takesBody(route)) {
      const kind =
        endpoint.operation === 'create' || endpoint.operation === 'nested-create'
          ? 'Create'
          : endpoint.operation === 'update' || endpoint.operation === 'replace'
            ? 'Update'
            : undefined
      found.body = named(kind && `${entity.name}${kind}`, `${pascal(name)}Body`, JSON.stringify([endpoint.bulk?.ids, ...bodyOf(route)]))
    }
    if (endpoint.bulk?.answer === 'count') found.count = countName(route)
    if (takesQuery(facts, route)) found.query = `${pascal(name)}Query`
    if (endpoint.sort) found.sort = `${pascal(name)}Sort`
    if (isList(route) && hasEnvelope(facts, route)) found.page = read.replace(/Read$/, '') === entity.name ? `${entity.name}Page` : `${read}Page`
    names.set(route, found)
  }
  return names
}
