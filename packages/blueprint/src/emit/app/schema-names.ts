import type { AppFacts, Route } from './app-facts'
import { figuresName } from './figures'
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
  if (endpoint.operation === 'bulk' || endpoint.operation === 'adjust') return true
  return (
    (endpoint.body?.length ?? 0) > 0 &&
    ['create', 'nested-create', 'update', 'replace', 'single-update', 'action', 'link-add'].includes(endpoint.operation)
  )
}

function takesQuery(facts: AppFacts, route: Route): boolean {
  const { filters, search, sort, ranked, range, grouped, linked = [] } = route.endpoint
  if (grouped !== undefined && (grouped.param ?? ranked?.limit) !== undefined) return true
  if (range !== undefined || route.endpoint.free !== undefined) return true
  return (
    isList(route) &&
    (isPaged(facts, route) ||
      linked.length > 0 ||
      (filters?.length ?? 0) > 0 ||
      (search?.length ?? 0) > 0 ||
      sort !== undefined ||
      ranked?.limit !== undefined)
  )
}

/** Fields of a body that the path does not say already. */
export function bodyOf({ endpoint }: Route): string[] {
  return (endpoint.body ?? []).filter((name) => endpoint.operation !== 'nested-create' || name !== endpoint.parent?.field)
}

/** Name of the answer that holds how many rows a bulk route changed. */
export const countName = ({ name }: Route): string => `${pascal(name)}Count`

/** Name of an answer that is no row as others show it. */
function ownAnswer(route: Route): string | undefined {
  if (route.endpoint.operation === 'stats' || route.endpoint.operation === 'report') return figuresName(route)
  return route.endpoint.operation === 'tree' ? `${route.entity.name}Node` : undefined
}

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
    const found: SchemaNames = { read: ownAnswer(route) ?? read }
    if (takesBody(route)) {
      const kind =
        endpoint.operation === 'create' || endpoint.operation === 'nested-create'
          ? 'Create'
          : ['update', 'replace', 'single-update'].includes(endpoint.operation)
            ? 'Update'
            : undefined
      found.body = named(
        kind && `${entity.name}${kind}`,
        `${pascal(name)}Body`,
        JSON.stringify([endpoint.adjust, endpoint.bulk?.ids, endpoint.aliases, endpoint.optional, ...bodyOf(route)]),
      )
    }
    if (endpoint.bulk?.answer === 'count') found.count = countName(route)
    if (takesQuery(facts, route)) found.query = `${pascal(name)}Query`
    if (endpoint.sort) found.sort = `${pascal(name)}Sort`
    if (isList(route) && hasEnvelope(facts, route)) found.page = read.replace(/Read$/, '') === entity.name ? `${entity.name}Page` : `${read}Page`
    names.set(route, found)
  }
  return names
}
