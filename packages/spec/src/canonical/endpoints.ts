import type { Endpoint, Filter } from '../api-spec'

/** One endpoint, with what it takes and answers below it. */
export function endpointLines(endpoint: Endpoint): string[] {
  const notes = [
    endpoint.authenticated || endpoint.operation === 'health' || OPEN.test(endpoint.summary) ? '' : 'public',
    bodyLine(endpoint),
    params(endpoint),
    `Response: ${endpoint.status}${bulkAnswer(endpoint)}`,
  ]
  return [
    `- ${endpoint.method} ${endpoint.path}${endpoint.summary === '' ? '' : ` - ${endpoint.summary}`}`,
    ...notes.filter((note) => note !== '').map((note) => `  - ${note}`),
  ]
}

/** What a caller sends: the ids of a bulk operation first. */
function bodyLine({ body, bulk, summary, unsupported }: Endpoint): string {
  if (bulk !== undefined && /\bbody\s*:/i.test(summary)) return ''
  const names = [...(bulk === undefined ? [] : [bulk.ids]), ...(body ?? [])]
  return names.length === 0 || unsupported !== null ? '' : `Body: ${[...new Set(names)].join(', ')}`
}

function bulkAnswer({ bulk }: Endpoint): string {
  if (bulk === undefined || bulk.answer === 'none') return ''
  return bulk.answer === 'rows' ? ' with the changed rows' : ` with {${bulk.count ?? 'count'}}`
}

const OPEN = /\b(?:no auth(?:entication)?(?: required)?|public(?:ly accessible)?|unauthenticated)\b/i

function params({ filters, search, sort }: Endpoint): string {
  const all = [
    ...(filters ?? []).map(filterText),
    search === undefined ? '' : `${searchName([...(filters ?? []).map((one) => one.name), ...(sort?.fields ?? [])])} (in ${search.join(', ')})`,
    sort === undefined ? '' : `sort_by (${sort.fields.join(', ')}) default: ${sort.default}${sort.defaultOrder === 'desc' ? ' desc' : ''}`,
  ].filter((text) => text !== '')
  return all.length === 0 ? '' : `Query params: ${all.join(', ')}`
}

/** A field may be called `search` itself. */
const searchName = (taken: string[]): string => ['search', 'q', 'query'].find((name) => !taken.includes(name)) ?? 'search'

const filterText = (filter: Filter): string =>
  filter.kind === 'in' && filter.name === filter.field
    ? `${filter.name} (multiple values)`
    : filter.kind === 'contains' && filter.name === filter.field
      ? `${filter.name} (contains)`
      : filter.name
