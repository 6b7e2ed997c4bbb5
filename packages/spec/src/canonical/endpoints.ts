import type { Endpoint, Figure, Filter, Grouping } from '../api-spec'
import { listsFigures } from '../operations/told-figures'

/** One endpoint, with what it takes and answers below it. */
export function endpointLines(endpoint: Endpoint): string[] {
  const notes = [
    endpoint.authenticated || endpoint.operation === 'health' || OPEN.test(endpoint.summary) ? '' : 'public',
    bodyLine(endpoint),
    params(endpoint),
    `Response: ${endpoint.status}${bulkAnswer(endpoint)}`,
    figuresExample(endpoint),
  ]
  return [
    `- ${endpoint.method} ${endpoint.path}${endpoint.summary === '' ? '' : ` - ${endpoint.summary}`}`,
    ...notes.filter((note) => note !== '').map((note) => `  - ${note}`),
  ]
}

/** What a caller sends: the ids of a bulk operation first. */
function bodyLine({ body, bulk, adjust, summary, unsupported, aliases = {}, optional = [] }: Endpoint): string {
  if ((bulk ?? adjust) !== undefined && /\bbody\s*:/i.test(summary)) return ''
  const named = (field: string) => `${aliases[field] ?? field}${optional.includes(field) ? ' (optional)' : ''}`
  const names = [
    ...(bulk === undefined ? [] : [bulk.ids]),
    ...[adjust?.to, adjust?.amount, ...(adjust?.log?.notes ?? [])].filter((name) => name !== undefined),
    ...(body ?? []).map(named),
  ]
  return names.length === 0 || unsupported !== null ? '' : `Body: ${[...new Set(names)].join(', ')}`
}

function bulkAnswer({ bulk }: Endpoint): string {
  if (bulk === undefined || bulk.answer === 'none') return ''
  return bulk.answer === 'rows' ? ' with the changed rows' : ` with {${bulk.count ?? 'count'}}`
}

/** What the figures of an answer are called, where the text of the endpoint does not list them. */
function figuresExample({ figures, summary, path, grouped }: Endpoint): string {
  if (figures !== undefined && grouped !== undefined) return rowExample(figures, grouped)
  if (figures === undefined || /\/count$/.test(path) || listsFigures(summary)) return ''
  const example: Record<string, unknown> = {}
  for (const figure of figures) {
    const [first, second] = figure.name as [string, string?]
    if (second === undefined) example[first] = exampleOf(figure)
    else example[first] = { ...(example[first] as object | undefined), [second]: exampleOf(figure) }
  }
  return `Response: ${JSON.stringify(example)}`
}

/** One row of a report; sums are texts, as money is. */
function rowExample(figures: Figure[], { name, periods, shows = {} }: Grouping): string {
  const value = periods === undefined ? '' : /^month$/i.test(name) || (!PERIOD.test(name) && periods[0] === 'month') ? '2026-01' : '2026-01-05'
  const shown = Object.keys(shows).map((each) => [each, ''])
  const numbers = figures.map((figure) => [figure.name[0], figure.function === 'sum' ? '0.00' : 0])
  return `Response: [${JSON.stringify(Object.fromEntries([[name, value], ...shown, ...numbers]))}]`
}

const PERIOD = /^(?:day|date|week)$/i

const exampleOf = ({ by }: Figure): unknown => (by === undefined ? 0 : { example: 0 })

const OPEN = /\b(?:no auth(?:entication)?(?: required)?|public(?:ly accessible)?|unauthenticated)\b/i

function params({ filters, linked, search, searchParam, sort, ranked, range, free, grouped }: Endpoint): string {
  const limit = ranked?.limit
  const all = [
    ...(filters ?? []).map(filterText),
    ...(linked ?? []).map(({ name, by }) => `${name} (${by})`),
    ...[range?.from, range?.to, free?.from, free?.to].filter((name) => name !== undefined),
    grouped?.param === undefined ? '' : `${grouped.param} (${grouped.periods!.join(', ')})`,
    limit === undefined ? '' : `${limit.name} (default ${limit.default}, max ${limit.max})`,
    search === undefined
      ? ''
      : `${searchParam ?? searchName([...(filters ?? []).map((one) => one.name), ...(sort?.fields ?? [])])} (in ${search.join(', ')})`,
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
