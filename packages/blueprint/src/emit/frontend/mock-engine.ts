import type { ProjectFile } from '@forge/templates'

/** `mock.ts`: the switch between mock and API, and an API in memory. The same for every specification. */
export function mockFile(): ProjectFile {
  return { path: 'frontend/src/api/mock.ts', content: TEXT }
}

const TEXT = `// The switch between mock data and the real API, and the mock: an API in memory that starts with the rows of docs/mock-data.
//
// A tool in the cloud (Figma Make, v0, Lovable, StackBlitz) cannot reach localhost: its preview runs elsewhere. There, keep
// USE_MOCK_DATA on. Turn it off where the API can be reached: on your own machine, or with API_BASE_URL set to a public address
// whose CORS_ORIGINS names the origin of the front end.
//
// The mock keeps changes until the page is loaded again. It checks required fields and known ids, and filters, sorts and pages;
// it knows no business rules, roles or unique values. The real API does.

import { client } from './client.gen'
import { mockData } from './mock-data'
import { conventions, type MockRoute, mockRoutes, mockTables, type Row } from './mock-routes'
import { figuresOf, isShown, lineOf, reportOf, treeOf } from './mock-views'

export const USE_MOCK_DATA: boolean = true
export const API_BASE_URL = 'http://localhost:8000'

/** Points the client at the mock or at the API. Call it once, before the first request. */
export function connect(options: { useMockData?: boolean; baseUrl?: string } = {}): void {
  const useMock = options.useMockData ?? USE_MOCK_DATA
  client.setConfig({ baseUrl: options.baseUrl ?? API_BASE_URL, fetch: useMock ? mockFetch : globalThis.fetch.bind(globalThis) })
}

interface Asked {
  route: MockRoute
  params: Record<string, string>
  query: URLSearchParams
  body: Row
}

const tables: Record<string, Row[]> = structuredClone(mockData)

/** An error on its way to the answer. */
class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
  ) {
    super(message)
  }
}

/** Answers as the API would, from memory. */
export const mockFetch: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const { pathname, searchParams } = new URL(request.url)
  try {
    if (request.method === 'GET' && conventions.health.includes(pathname)) return answer(200, { status: 'healthy', timestamp: new Date().toISOString() })
    const found = match(request.method, pathname)
    const text = await request.text()
    return respond({ ...found, query: searchParams, body: text === '' ? {} : (JSON.parse(text) as Row) })
  } catch (error) {
    if (error instanceof Failure) return failed(error, pathname)
    throw error
  }
}

function match(method: string, pathname: string): { route: MockRoute; params: Record<string, string> } {
  const candidates = mockRoutes
    .map((route) => ({ route, params: paramsOf(route.path, pathname) }))
    .filter((each): each is { route: MockRoute; params: Record<string, string> } => each.params !== undefined)
    .sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)
  const found = candidates.find(({ route }) => route.method === method)
  if (found) return found
  throw candidates.length > 0
    ? new Failure(405, 'METHOD_NOT_ALLOWED', 'This path does not take ' + method + '.')
    : new Failure(404, 'NOT_FOUND', 'There is no such path.')
}

/** Values of the parameters of a path; undefined where the path does not fit. */
function paramsOf(pattern: string, pathname: string): Record<string, string> | undefined {
  const [expected, actual] = [pattern.split('/'), pathname.split('/')]
  if (expected.length !== actual.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of expected.entries()) {
    const value = actual[index] ?? ''
    if (part.startsWith('{')) params[part.slice(1, -1)] = decodeURIComponent(value)
    else if (part !== value) return undefined
  }
  return params
}

function respond(asked: Asked): Response {
  const { route } = asked
  const done = perform(asked)
  switch (route.answer) {
    case 'none':
      return new Response(null, { status: route.status })
    case 'count':
      return answer(route.status, { [route.count ?? 'count']: done.length })
    case 'row':
      return answer(route.status, shown(route, done[0] ?? {}))
    case 'rows':
      return answer(route.status, pageOf(asked, done).map((row) => shown(route, row)))
    case 'page':
      return answer(route.status, envelope(asked, done))
  }
}

/** Does what the route does, and returns the rows to show. */
function perform(asked: Asked): Row[] {
  const { route, body } = asked
  const rows = rowsOf(route.table)
  switch (route.operation) {
    case 'list':
      return listed(asked, rows)
    case 'nested-list':
    case 'link-list':
      return listed(asked, below(asked))
    case 'create':
    case 'nested-create':
      return [created(asked)]
    case 'delete':
      rows.splice(rows.indexOf(one(asked)), 1)
      return []
    case 'bulk':
      return inBulk(asked)
    case 'single-get':
      return [single(asked)]
    case 'single-update':
      return [changed(route, single(asked), body)]
    case 'adjust':
      return [adjusted(asked)]
    case 'link-add':
    case 'link-remove':
      return linked(asked)
    case 'mark':
    case 'unmark':
      return [marked(asked)]
    case 'stats':
      return [figuresOf(route, rowsOf, asked.params)]
    case 'report':
      return reportOf(route, rowsOf, asked.query)
    case 'tree':
      return treeOf(rows, keyOf(route.table), route.above ?? '', route.param === undefined ? undefined : one(asked))
    case 'ancestors':
    case 'descendants':
      return lineOf(rows, keyOf(route.table), route.above ?? '', one(asked), route.operation === 'descendants')
    case 'get':
    case 'me':
      return [one(asked)]
    default:
      return [changed(route, one(asked), body)]
  }
}

const rowsOf = (table: string): Row[] => (tables[table] ??= [])
const keyOf = (table: string): string => mockTables[table]?.key ?? 'id'
const same = (one: unknown, other: unknown): boolean => String(one) === String(other)

/** The row that the path names; without a name there, the caller's own. */
function one({ route, params }: Asked): Row {
  const [field, value] =
    route.param === undefined ? [route.own ?? keyOf(route.table), conventions.callerId] : [route.lookup ?? keyOf(route.table), params[route.param]]
  return known(route.table, field, value)
}

/** The one row of the caller; it is made the first time it is asked for. */
function single(asked: Asked): Row {
  const { route } = asked
  const owner = route.own ?? keyOf(route.table)
  const found = rowsOf(route.table).find((row) => same(row[owner], conventions.callerId))
  return found ?? created({ ...asked, body: {} })
}

function known(table: string, field: string, value: unknown): Row {
  const found = rowsOf(table).find((row) => same(row[field], value))
  if (!found) throw new Failure(404, 'NOT_FOUND', 'There is no such row.')
  return found
}

/** Rows below the parent that the path names. */
function below({ route, params }: Asked): Row[] {
  const { parent } = route
  if (!parent) return rowsOf(route.table)
  const id = known(parent.table, parent.key, params[parent.param])[parent.key]
  const { field, link } = parent
  if (!link) return rowsOf(route.table).filter((row) => field !== undefined && same(row[field], id))
  const joined = new Set(rowsOf(link.table).filter((row) => same(row[link.own], id)).map((row) => String(row[link.other])))
  return rowsOf(route.table).filter((row) => joined.has(String(row[keyOf(route.table)])))
}

function created({ route, params, body }: Asked): Row {
  const missing = (route.required ?? []).filter((name) => body[name] === undefined || body[name] === null || body[name] === '')
  if (missing.length > 0) {
    const fields = Object.fromEntries(missing.map((name) => [name, 'is required']))
    throw new Failure(conventions.validationStatus, 'VALIDATION_ERROR', 'The request is not valid.', fields)
  }
  const table = mockTables[route.table]
  const { parent } = route
  const above = parent?.field === undefined ? {} : { [parent.field]: known(parent.table, parent.key, params[parent.param])[parent.key] }
  const moment = new Date().toISOString()
  const row: Row = {
    [keyOf(route.table)]: newKey(route.table),
    ...table?.defaults,
    ...Object.fromEntries((table?.caller ?? []).map((name) => [name, conventions.callerId])),
    ...Object.fromEntries((table?.created ?? []).map((name) => [name, moment])),
    ...above,
    ...taken(route, body),
  }
  rowsOf(route.table).push(row)
  return row
}

/** One more than the largest number, or a new UUID. */
function newKey(table: string): string | number {
  const keys = rowsOf(table).map((row) => row[keyOf(table)])
  const numbers = keys.filter((key) => typeof key === 'number')
  return numbers.length === keys.length ? Math.max(0, ...numbers) + 1 : crypto.randomUUID()
}

/** What a body may set. */
const taken = (route: MockRoute, body: Row): Row => Object.fromEntries(Object.entries(body).filter(([name]) => route.body?.includes(name)))

function changed(route: MockRoute, row: Row, body: Row): Row {
  const moment = new Date().toISOString()
  const stamps = Object.fromEntries((mockTables[route.table]?.updated ?? []).map((name) => [name, moment]))
  const turned = route.toggles === undefined ? {} : { [route.toggles]: row[route.toggles] !== true }
  return Object.assign(row, taken(route, body), route.sets, turned, stamps)
}

/** A number goes up or down by what the body says; nothing takes it below zero. */
function adjusted({ route, params, body }: Asked): Row {
  const row = known(route.table, route.lookup ?? keyOf(route.table), params[route.param ?? ''])
  const { adjust } = route
  if (!adjust) return row
  const by = adjust.sign * Number(body[adjust.amount])
  const value = Number(row[adjust.field] ?? 0) + by
  if (by < 0 && value < 0) throw new Failure(409, 'RULE_VIOLATION', 'There is not enough of it.')
  const other = adjust.to === undefined ? undefined : known(route.table, keyOf(route.table), body[adjust.to])
  if (other) other[adjust.field] = like(other[adjust.field], Number(other[adjust.field] ?? 0) - by)
  return Object.assign(row, { [adjust.field]: like(row[adjust.field], value) })
}

/** Numbers that are told as text stay text. */
const like = (before: unknown, value: number): unknown => (typeof before === 'string' ? String(value) : value)

function inBulk({ route, body }: Asked): Row[] {
  const listed: unknown[] = Array.isArray(body[route.ids ?? '']) ? (body[route.ids ?? ''] as unknown[]) : []
  const rows = listed.map((id) => known(route.table, keyOf(route.table), id))
  if (route.bulk === 'update') return rows.map((row) => changed(route, row, body))
  tables[route.table] = rowsOf(route.table).filter((row) => !rows.includes(row))
  return rows
}

/** Joins rows to the parent, or parts them. */
function linked(asked: Asked): Row[] {
  const { route, params, body } = asked
  const link = route.parent?.link
  if (!route.parent || !link) return []
  const own = known(route.parent.table, route.parent.key, params[route.parent.param])[route.parent.key]
  const named = route.param === undefined ? [body[route.ids ?? '']].flat() : [params[route.param]]
  const others = named.map((id) => known(route.table, keyOf(route.table), id)[keyOf(route.table)])
  const links = rowsOf(link.table)
  for (const other of others) {
    const place = links.findIndex((row) => same(row[link.own], own) && same(row[link.other], other))
    if (route.operation === 'link-remove' && place < 0) throw new Failure(404, 'NOT_FOUND', 'They are not joined.')
    if (route.operation === 'link-remove') links.splice(place, 1)
    else if (place < 0) links.push({ [link.own]: own, [link.other]: other })
  }
  return route.answer === 'row' ? [known(route.parent.table, route.parent.key, own)] : below(asked)
}

/** Joins the caller to a row, or parts them. */
function marked(asked: Asked): Row {
  const row = one(asked)
  const { route } = asked
  const { mark } = route
  if (!mark) return row
  const pair: Row = { [mark.row]: row[keyOf(route.table)], [mark.caller]: conventions.callerId }
  const rest = rowsOf(mark.table).filter((each) => !Object.entries(pair).every(([name, value]) => same(each[name], value)))
  tables[mark.table] = route.operation === 'mark' ? [...rest, pair] : rest
  return row
}

function listed({ route, query, params }: Asked, rows: Row[]): Row[] {
  const text = query.get(route.searchParam ?? 'search')?.toLowerCase()
  const found = rows
    .filter((row) => route.own === undefined || same(row[route.own], conventions.callerId))
    .filter((row) => Object.entries(route.where ?? {}).every(([name, value]) => row[name] === value))
    .filter((row) => isShown(route, row, params))
    .filter((row) => (route.filters ?? []).every(({ name, field, kind }) => holds(kind, row[field], query.getAll(name))))
    .filter((row) => text === undefined || (route.search ?? []).some((field) => String(row[field] ?? '').toLowerCase().includes(text)))
  const { ranked } = route
  const field = ranked?.by ?? query.get('sort_by') ?? route.sort?.field ?? keyOf(route.table)
  const descending = (ranked?.order ?? query.get('sort_order') ?? (route.sort?.descending ? 'desc' : 'asc')) === 'desc'
  const members = mockTables[route.table]?.enums[field]
  const sorted = found.sort((a, b) => (descending ? -1 : 1) * compare(rank(members, a[field]), rank(members, b[field])))
  const limit = ranked?.limit
  return limit === undefined ? sorted : sorted.slice(0, Number(query.get(limit.name) ?? limit.default))
}

/** Enumerations are in the order in which they are declared. */
const rank = (members: string[] | undefined, value: unknown): unknown => (members === undefined ? value : members.indexOf(String(value)))

function compare(one: unknown, other: unknown): number {
  if (one === null || one === undefined) return other === null || other === undefined ? 0 : 1
  if (other === null || other === undefined) return -1
  if (typeof one === 'number' && typeof other === 'number') return one - other
  return String(one) < String(other) ? -1 : String(one) > String(other) ? 1 : 0
}

function holds(kind: string, value: unknown, asked: string[]): boolean {
  const [first] = asked
  if (first === undefined) return true
  const order = compare(value, typeof value === 'number' ? Number(first) : first)
  switch (kind) {
    case 'in':
      return asked.flatMap((each) => each.split(',')).includes(String(value))
    case 'min':
      return order >= 0
    case 'max':
      return order <= 0
    case 'before':
      return order < 0
    case 'after':
      return order > 0
    case 'contains':
      return String(value ?? '').toLowerCase().includes(first.toLowerCase())
    default:
      return Array.isArray(value) ? value.map(String).includes(first) : same(value, first)
  }
}

/** Where the page starts, and how many rows it has at most. */
function window({ query }: Asked): { skipped: number; length: number } {
  const { paging } = conventions
  if (!paging) return { skipped: 0, length: Number.MAX_SAFE_INTEGER }
  const length = Math.min(Number(query.get(paging.size) ?? paging.defaultSize), paging.maxSize)
  const start = Number(query.get(paging.start) ?? (paging.counted ? 1 : 0))
  return { skipped: paging.counted ? (start - 1) * length : start, length }
}

function pageOf(asked: Asked, rows: Row[]): Row[] {
  if (!asked.route.operation.endsWith('list')) return rows
  const { skipped, length } = window(asked)
  return rows.slice(skipped, skipped + length)
}

function envelope(asked: Asked, rows: Row[]): Row {
  const { skipped, length } = window(asked)
  const items = pageOf(asked, rows).map((row) => shown(asked.route, row))
  const values: Row = {
    items,
    total: rows.length,
    page: Math.floor(skipped / length) + 1,
    page_size: length,
    total_pages: Math.ceil(rows.length / length),
    limit: length,
    offset: skipped,
    count: conventions.envelope.some(([meaning]) => meaning === 'total') ? items.length : rows.length,
  }
  return Object.fromEntries(conventions.envelope.map(([meaning, name]) => [name, values[meaning]]))
}

/** A row with what is computed for it. */
function shown(route: MockRoute, row: Row): Row {
  const counted = (route.counts ?? []).map(({ name, table, field }) => {
    return [name, rowsOf(table).filter((each) => same(each[field], row[keyOf(route.table)])).length] as const
  })
  return { ...row, ...Object.fromEntries(counted) }
}

function answer(status: number, content: unknown, type = 'application/json'): Response {
  return new Response(JSON.stringify(content), { status, headers: { 'Content-Type': type } })
}

function failed({ status, code, message, fields }: Failure, instance: string): Response {
  const spelt = conventions.lowerCaseCodes ? code.toLowerCase() : code
  const errors = Object.entries(fields).map(([field, text]) => ({ loc: ['body', field], field, message: text, code: 'invalid' }))
  const values: Row = {
    message,
    code: spelt,
    'field-errors': Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, [text]])),
    details: Object.values(fields),
    'request-id': 'mock',
    status,
  }
  if (conventions.error.length > 0) {
    return answer(status, Object.fromEntries(conventions.error.map(([meaning, name]) => [name, values[meaning]])))
  }
  const problem = { type: 'about:blank', title: code, status, detail: message, instance, code: spelt, request_id: 'mock', errors }
  return answer(status, problem, 'application/problem+json')
}
`
