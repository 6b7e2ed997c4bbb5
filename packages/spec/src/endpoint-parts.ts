import type { Diagnostic, Endpoint, Entity, Field } from './api-spec'
import type { EndpointFact, Facts } from './facts'
import { fieldNamed, listParts } from './lists'
import { linkFilterOf } from './link-filters'
import { givesRights } from './operations/own'
import type { Resolved } from './resolve'
import { nameKey, singular, snakeName, wordsOf } from './words'

const LISTS = ['list', 'nested-list', 'link-list']

/** Fills in what depends on the finished entities: bodies, filters, search, sorting, counts. */
export function endpointCompleter(
  resolved: Resolved,
  facts: Facts,
  all: readonly Endpoint[],
  paged: boolean,
  diagnostics: Diagnostic[],
): (endpoint: Endpoint, fact: EndpointFact) => void {
  const byName = new Map(resolved.entities.map((entity) => [entity.name, entity]))
  const fixed = fixedParents(all)
  return (endpoint, fact) => {
    const entity = byName.get(endpoint.entity ?? '')
    if (entity === undefined) return
    addBody(endpoint, fact, entity, fixed, diagnostics)
    if (endpoint.unsupported === null) endpoint.unsupported = outcomeOf(endpoint, fact, entity)
    if (LISTS.includes(endpoint.operation))
      addList(endpoint, fact, entity, facts, paged, diagnostics, (param) => linkFilterOf(param, entity, resolved.entities, all))
    const computed = countsOf(fact, endpoint, entity)
    if (computed.length > 0) endpoint.computed = computed
  }
}

function addList(
  endpoint: Endpoint,
  fact: EndpointFact,
  entity: Entity,
  facts: Facts,
  paged: boolean,
  diagnostics: Diagnostic[],
  linkOf: Parameters<typeof listParts>[5],
): void {
  const parts = listParts(fact, endpoint, entity, facts, diagnostics, linkOf)
  const settled = [
    endpoint.own,
    endpoint.matches?.field,
    endpoint.followed?.field,
    ...Object.keys(endpoint.where ?? {}),
    ...(endpoint.when ?? []).map((one) => one.field),
  ]
  const bounds = [endpoint.free?.from, endpoint.free?.to]
  endpoint.filters = parts.filters
    .filter((filter) => !bounds.includes(filter.name))
    .filter((filter) => !settled.includes(filter.field) || filter.source.origin === 'stated')
  if (parts.linked.length > 0) endpoint.linked = parts.linked
  if (parts.search.length > 0) endpoint.search = parts.search
  if (parts.search.length > 0 && parts.searchParam !== undefined) endpoint.searchParam = parts.searchParam
  if (parts.sort !== undefined && endpoint.ranked === undefined) endpoint.sort = parts.sort
  endpoint.paginated = paged && endpoint.ranked?.limit === undefined
}

/** Fields a caller may send. */
export function writableFields(entity: Entity): Field[] {
  return entity.fields.filter((field) => !field.readOnly && field.fromCaller !== true)
}

/** Parents of rows that are only made below them, by entity: such rows do not move. */
function fixedParents(all: readonly Endpoint[]): Map<string, string[]> {
  const fixed = new Map<string, string[]>()
  for (const endpoint of all) {
    const { entity, operation, parent } = endpoint
    if (entity !== null && operation === 'nested-create' && parent?.field !== undefined)
      fixed.set(entity, [...(fixed.get(entity) ?? []), parent.field])
  }
  for (const endpoint of all) if (endpoint.operation === 'create') fixed.delete(endpoint.entity ?? '')
  return fixed
}

function addBody(endpoint: Endpoint, fact: EndpointFact, entity: Entity, fixed: ReadonlyMap<string, string[]>, diagnostics: Diagnostic[]): void {
  if (
    endpoint.operation !== 'create' &&
    endpoint.operation !== 'update' &&
    endpoint.operation !== 'single-update' &&
    endpoint.operation !== 'replace' &&
    endpoint.operation !== 'nested-create'
  )
    return
  const ofCaller = endpoint.own !== undefined && endpoint.operation === 'update' && endpoint.param === undefined
  const parentField = endpoint.parent?.field
  if (endpoint.inherits !== undefined)
    endpoint.inherits = endpoint.inherits.filter((name) => !entity.fields.some((field) => field.name === name && field.fromCaller))
  const unmoved = endpoint.operation === 'update' ? (fixed.get(entity.name) ?? []) : []
  const writable = writableFields(entity).filter(
    (field) =>
      field.name !== parentField &&
      endpoint.inherits?.includes(field.name) !== true &&
      !unmoved.includes(field.name) &&
      !(ofCaller && givesRights(field)),
  )
  const stated = fact.body.map((one) => entity.fields.find((field) => field.name === one.name)?.name ?? fieldNamed(entity, one.name)?.name)
  const unknown = fact.body.filter((_, index) => stated[index] === undefined).map((one) => one.name)
  if (unknown.length > 0)
    diagnostics.push({
      level: 'warning',
      message: `the body of ${endpoint.method} ${endpoint.path} names ${unknown.join(', ')}, which ${entity.name} does not hold`,
      lines: [fact.line],
    })
  const makes = endpoint.operation === 'create' || endpoint.operation === 'nested-create'
  const chosen = stated.some((name) => writable.some((field) => field.name === name))
    ? writable.filter((field) => stated.includes(field.name) || (field.required && makes))
    : writable
  endpoint.body = chosen.map((field) => field.name)
}

/** What makes a row is work that the text only names, when the row holds both a result and an error that nobody sends. */
function outcomeOf(endpoint: Endpoint, fact: EndpointFact, entity: Entity): string | null {
  if (endpoint.operation !== 'create' && endpoint.operation !== 'nested-create') return null
  const result = entity.fields.find((field) => /^(result|output)s?$/.test(field.name))
  const error = entity.fields.find((field) => /^(error|error_message|failure_reason)$/.test(field.name))
  if (result === undefined || error === undefined || fact.body.some((one) => one.name === result.name)) return null
  return `${result.name} and ${error.name} of ${entity.name} come out of work that the specification names but does not define`
}

const COUNT = /\b(?:with|including|includes?|and|plus|returns?)\s+(?:its\s+|the\s+|their\s+)?(?:number of\s+(\w+)|(?:an?\s+)?(\w+)\s+counts?)\b/gi

/** "with task count": how many rows point here. */
function countsOf(fact: EndpointFact, endpoint: Endpoint, entity: Entity): NonNullable<Endpoint['computed']> {
  if (endpoint.operation !== 'get' && endpoint.operation !== 'list') return []
  const text = [fact.summary, ...fact.notes.map((note) => note.text)].join(' . ')
  const found: NonNullable<Endpoint['computed']> = []
  for (const match of text.matchAll(COUNT)) {
    const key = nameKey(match[1] ?? match[2]!)
    const relation = entity.relations.find(
      (one) =>
        one.kind !== 'belongs-to' && (nameKey(one.target) === key || nameKey(one.name) === key || singular(wordsOf(one.name).at(-1) ?? '') === key),
    )
    const name = relation === undefined ? '' : `${snakeName(relation.target)}_count`
    if (relation === undefined || entity.fields.some((field) => field.name === name)) continue
    found.push({ name, kind: 'count', of: relation.target, ...(relation.through === undefined ? {} : { through: relation.through }) })
  }
  return found
}
