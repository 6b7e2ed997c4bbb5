import type { Diagnostic, Endpoint, Entity, Field } from './api-spec'
import type { EndpointFact, Facts } from './facts'
import { fieldNamed, listParts } from './lists'
import type { Resolved } from './resolve'
import { nameKey, singular, snakeName, wordsOf } from './words'

const LISTS = ['list', 'nested-list', 'link-list']

/** Fills in what depends on the finished entities: bodies, filters, search, sorting, counts. */
export function completeEndpoint(endpoint: Endpoint, fact: EndpointFact, resolved: Resolved, facts: Facts, paged: boolean, diagnostics: Diagnostic[]): void {
  const entity = resolved.entities.find((one) => one.name === endpoint.entity)
  if (entity === undefined) return
  addBody(endpoint, fact, entity, diagnostics)
  if (LISTS.includes(endpoint.operation)) {
    const parts = listParts(fact, endpoint, entity, facts, diagnostics)
    endpoint.filters = parts.filters
    if (parts.search.length > 0) endpoint.search = parts.search
    if (parts.sort !== undefined) endpoint.sort = parts.sort
    endpoint.paginated = paged
    if (parts.searchParam !== undefined) diagnostics.push({ level: 'warning', message: `${endpoint.path} is searched by the parameter "search", not "${parts.searchParam}"`, lines: [fact.line] })
  }
  const computed = countsOf(fact, endpoint, entity, resolved)
  if (computed.length > 0) endpoint.computed = computed
}

/** Fields a caller may send. */
export function writableFields(entity: Entity): Field[] {
  return entity.fields.filter((field) => !field.readOnly && field.fromCaller !== true)
}

function addBody(endpoint: Endpoint, fact: EndpointFact, entity: Entity, diagnostics: Diagnostic[]): void {
  if (endpoint.operation !== 'create' && endpoint.operation !== 'update' && endpoint.operation !== 'replace' && endpoint.operation !== 'nested-create') return
  const parentField = endpoint.parent?.field
  const writable = writableFields(entity).filter((field) => field.name !== parentField)
  const stated = fact.body.map((one) => fieldNamed(entity, one.name)?.name ?? entity.fields.find((field) => field.name === one.name)?.name)
  const unknown = fact.body.filter((_, index) => stated[index] === undefined).map((one) => one.name)
  if (unknown.length > 0) diagnostics.push({ level: 'warning', message: `the body of ${endpoint.method} ${endpoint.path} names ${unknown.join(', ')}, which ${entity.name} does not hold`, lines: [fact.line] })
  const chosen = stated.some((name) => writable.some((field) => field.name === name)) ? writable.filter((field) => stated.includes(field.name) || field.required) : writable
  endpoint.body = chosen.map((field) => field.name)
}

const COUNT = /\b(?:with|including|includes?|and|plus|returns?)\s+(?:its\s+|the\s+|their\s+)?(?:number of\s+(\w+)|(?:an?\s+)?(\w+)\s+counts?)\b/gi

/** "with task count": how many rows point here. */
function countsOf(fact: EndpointFact, endpoint: Endpoint, entity: Entity, resolved: Resolved): NonNullable<Endpoint['computed']> {
  if (endpoint.operation !== 'get' && endpoint.operation !== 'list') return []
  const text = [fact.summary, ...fact.notes.map((note) => note.text)].join(' . ')
  const found: NonNullable<Endpoint['computed']> = []
  for (const match of text.matchAll(COUNT)) {
    const key = nameKey(match[1] ?? match[2]!)
    const relation = entity.relations.find((one) => one.kind !== 'belongs-to' && (nameKey(one.target) === key || nameKey(one.name) === key || singular(wordsOf(one.name).at(-1) ?? '') === key))
    const name = relation === undefined ? '' : `${snakeName(relation.target)}_count`
    const target = resolved.entities.find((one) => one.name === relation?.target)
    if (relation === undefined || target === undefined || entity.fields.some((field) => field.name === name)) continue
    found.push({ name, kind: 'count', of: target.name, ...(relation.through === undefined ? {} : { through: relation.through }) })
  }
  return found
}
