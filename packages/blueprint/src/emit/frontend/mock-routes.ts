import type { Endpoint, Entity, Field } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import type { AppFacts, Route } from '../app/app-facts'
import { storedField } from '../app/columns'
import { bodyOf, isList } from '../app/schema-names'
import { linkOf } from '../app/service-rows'
import type { Operation } from '../docs/operations'
import { viewFacts } from './mock-views'

const OVERDUE = 'overdue'

/** `mock-routes.ts`: what the mock has to know of the API, as data. */
export function mockRoutesFile(facts: AppFacts, operations: readonly Operation[]): ProjectFile {
  const served = new Map(operations.map((operation) => [`${operation.method} ${operation.path}`, operation]))
  const routes = facts.routes.flatMap((route) => {
    const operation = served.get(`${route.endpoint.method} ${route.endpoint.path}`)
    return operation ? [routeOf(facts, route, operation)] : []
  })
  const health = operations.filter(({ tag }) => tag === 'health').map(({ path }) => path)
  const tables = Object.fromEntries(facts.spec.entities.map((entity) => [entity.table, tableOf(facts, entity)]))
  return {
    path: 'frontend/src/api/mock-routes.ts',
    content: [
      '// What the mock knows of the API: its routes, its tables and its conventions.',
      TYPES,
      `export const mockRoutes: MockRoute[] = ${json(routes)}`,
      `export const mockTables: Record<string, MockTable> = ${json(tables)}`,
      `export const conventions: Conventions = ${json({ ...conventionsOf(facts), health })}`,
      '',
    ]
      .join('\n\n')
      .trimEnd()
      .concat('\n'),
  }
}

const json = (value: unknown): string => JSON.stringify(value, null, 2)

const TYPES = `export type Row = Record<string, unknown>

export interface MockRoute {
  method: string
  path: string
  operation: string
  table: string
  status: number
  /** What a success answers with. */
  answer: 'none' | 'row' | 'rows' | 'page' | 'count'
  /** Of lists by name, figures and trees. */
  when?: Condition[]
  matches?: { param: string; field: string }
  ranked?: { by: string; order: string; limit?: { name: string; default: number; max: number } }
  searchParam?: string
  figures?: MockFigure[]
  report?: MockReport
  above?: string
  /** Path parameter that names the row, and the field that it holds. */
  param?: string
  lookup?: string
  parent?: { param: string; table: string; key: string; field?: string; link?: { table: string; own: string; other: string } }
  mark?: { table: string; row: string; caller: string }
  /** Field that holds the caller: only the caller's rows are there. */
  own?: string
  where?: Row
  /** Fields that a body may set, and those that it must. */
  body?: string[]
  required?: string[]
  sets?: Row
  toggles?: string
  ids?: string
  bulk?: 'update' | 'delete'
  adjust?: { field: string; amount: string; sign: 1 | -1; to?: string }
  count?: string
  filters?: { name: string; field: string; kind: string }[]
  search?: string[]
  sort?: { field: string; descending: boolean }
  counts?: { name: string; table: string; field: string }[]
}

export interface Condition {
  field: string
  is?: string
  not?: unknown[]
  atMost?: number | string
}

export interface MockFigure {
  name: string[]
  table: string
  kind: string
  field?: string
  where?: Row
  when?: Condition[]
  by?: string
  link?: { field: string; param: string }
}

export interface MockReport {
  name: string
  field: string
  periods?: string[]
  param?: string
  shows?: { table: string; key: string; fields: Record<string, string> }
  range?: { field: string; from?: string; to?: string }
}

export interface MockTable {
  key: string
  defaults: Row
  created: string[]
  updated: string[]
  /** Fields that hold whoever made the row. */
  caller: string[]
  /** Members of enumerations, in their order. */
  enums: Record<string, string[]>
}

export interface Conventions {
  paging: { start: string; size: string; counted: boolean; defaultSize: number; maxSize: number } | null
  /** Meaning and name of each member of a page. */
  envelope: [meaning: string, name: string][]
  /** Meaning and name of each member of an error; empty for RFC 9457. */
  error: [meaning: string, name: string][]
  lowerCaseCodes: boolean
  validationStatus: number
  callerId: string | number
  health: string[]
}`

function routeOf(facts: AppFacts, route: Route, operation: Operation): Record<string, unknown> {
  const { endpoint, entity } = route
  const { own, where, toggles, sets, param, lookup } = endpoint
  return {
    method: endpoint.method,
    path: endpoint.path,
    operation: endpoint.operation,
    table: entity.table,
    status: operation.status,
    answer: answerOf(facts, route, operation),
    ...given({ param, lookup, own, where, toggles, sets }),
    ...(endpoint.parent && { parent: parentOf(facts, route) }),
    ...(endpoint.mark && {
      mark: { table: facts.world.entity(endpoint.mark.through).table, row: endpoint.mark.target, caller: endpoint.mark.caller },
    }),
    ...(endpoint.adjust && {
      adjust: {
        field: endpoint.adjust.field,
        amount: endpoint.adjust.amount,
        sign: endpoint.adjust.direction === 'take' ? -1 : 1,
        ...given({ to: endpoint.adjust.to }),
      },
    }),
    ...(endpoint.bulk && { bulk: endpoint.bulk.effect, ids: endpoint.bulk.ids, ...given({ count: endpoint.bulk.count }) }),
    ...(endpoint.operation === 'link-add' && endpoint.param === undefined ? { ids: endpoint.body?.[0] } : {}),
    ...bodyFacts(route),
    ...viewFacts(facts, endpoint),
    ...(isList(route) ? listFacts(facts, endpoint, entity) : {}),
    ...(endpoint.computed?.length ? { counts: endpoint.computed.map((each) => countOf(facts, entity, each)) } : {}),
  }
}

const given = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

function answerOf(facts: AppFacts, { endpoint }: Route, operation: Operation): string {
  if (operation.answer === undefined) return 'none'
  if (endpoint.bulk?.answer === 'count') return 'count'
  if (operation.answer.endsWith('[]')) return 'rows'
  return endpoint.paginated && facts.spec.paging.envelope.length > 0 ? 'page' : 'row'
}

function parentOf(facts: AppFacts, route: Route): Record<string, unknown> {
  const parent = route.endpoint.parent!
  const { table, key } = facts.world.entity(parent.entity)
  const link = parent.through === undefined ? undefined : linkOf(facts, route)
  return {
    param: parent.param,
    table,
    key: key[0],
    ...given({ field: parent.field }),
    ...(link && { link: { table: link.junction.table, own: link.left.name, other: link.right.name } }),
  }
}

function bodyFacts(route: Route): Record<string, unknown> {
  const { endpoint, entity } = route
  if (['link-add', 'mark'].includes(endpoint.operation)) return {}
  const fields = bodyOf(route).flatMap((name) => entity.fields.find((field) => field.name === name && !field.readOnly && !field.fromCaller) ?? [])
  const creating = ['create', 'nested-create'].includes(endpoint.operation)
  const required = creating ? fields.filter((field) => field.required).map(({ name }) => name) : []
  if (fields.length === 0) return {}
  return { body: fields.map(({ name }) => name), ...(required.length > 0 ? { required } : {}) }
}

function listFacts(facts: AppFacts, { filters, search, sort }: Endpoint, entity: Entity): Record<string, unknown> {
  const useful = (filters ?? []).filter(({ kind }) => kind !== OVERDUE).map(({ name, field, kind }) => ({ name, field, kind }))
  return {
    ...(useful.length > 0 ? { filters: useful } : {}),
    ...(search?.length ? { search } : {}),
    sort: { field: sort?.default ?? facts.world.keyField(entity.name).name, descending: sort?.defaultOrder === 'desc' },
  }
}

function countOf(facts: AppFacts, entity: Entity, { name, of, through }: NonNullable<Endpoint['computed']>[number]): Record<string, unknown> {
  const counted = facts.world.entity(through ?? of)
  const field = counted.fields.find((each) => each.reference?.entity === entity.name)
  return { name, table: counted.table, field: field?.name ?? '' }
}

function tableOf(facts: AppFacts, entity: Entity): Record<string, unknown> {
  const named = (fits: (field: Field) => boolean): string[] => entity.fields.filter(fits).map(({ name }) => name)
  const shown = entity.fields.filter((field) => !field.writeOnly && field.auto === undefined && !field.fromCaller && !entity.key.includes(field.name))
  return {
    key: facts.world.keyField(entity.name).name,
    defaults: Object.fromEntries(shown.map((field) => [field.name, defaultOf(facts, field)])),
    created: named((field) => field.auto !== undefined),
    updated: named((field) => field.auto === 'updated'),
    caller: named((field) => field.fromCaller === true),
    enums: Object.fromEntries(entity.fields.filter((field) => field.type === 'enum').map((field) => [field.name, field.values ?? []])),
  }
}

function defaultOf(facts: AppFacts, field: Field): unknown {
  if (field.default === null || field.list) return field.list && !field.nullable ? [] : null
  return ['decimal', 'float', 'integer'].includes(storedField(facts, field).type) ? Number(field.default) : field.default
}

function conventionsOf({ spec, world }: AppFacts): Record<string, unknown> {
  const { params, defaultSize, maxSize, envelope, names } = spec.paging
  const [start, size] = params === null ? [] : 'page' in params ? [params.page, params.size] : [params.offset, params.limit]
  return {
    paging: params === null ? null : { start, size, counted: 'page' in params, defaultSize, maxSize },
    envelope: envelope.map((meaning) => [meaning, names?.[meaning] ?? meaning]),
    error: spec.errors.format === 'problem' ? [] : spec.errors.fields.map(({ name, meaning }) => [meaning, name]),
    lowerCaseCodes: spec.errors.codeCase === 'lower',
    validationStatus: spec.statusCodes.validation,
    callerId: world.builtInId,
  }
}
