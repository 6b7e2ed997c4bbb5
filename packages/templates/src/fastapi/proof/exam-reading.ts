import { endpointKey } from '@forge/core'
import type { ApiSpec, Endpoint, Entity } from '@forge/spec'
import type { Caller } from './exam-caller'
import { difference } from './exam-compare'
import type { MadeRow } from './exam-rows'
import { isRecord, unwrapped } from './exchange'

/** A row that the exam made. */
export interface Candidate {
  entity: Entity
  row: MadeRow
}

export type Shown = { asked: string; row: Record<string, unknown> } | { asked: string; row: undefined; status: number; text: string }

/** Gets the row by its key, or looks for it in the list where there is no such endpoint; `undefined` where there is neither. */
export async function showRow(spec: ApiSpec, caller: Caller, { entity, row }: Candidate): Promise<Shown | undefined> {
  const endpoint = readingEndpoint(spec, entity)
  const path = endpoint && row.fill(endpoint)
  if (endpoint === undefined || path === undefined) return undefined
  const answer = await caller.ask('GET', endpoint.operation === 'get' ? path : `${path}${longestPage(spec)}`)
  const asked = `GET ${endpoint.path} for a row that ${row.madeBy} made`
  const { status, text } = answer
  if (status !== 200) return { asked, row: undefined, status, text }
  const found = endpoint.operation === 'get' ? unwrapped(answer.json, row.keyName) : rowIn(answer.json, row)
  return isRecord(found) ? { asked, row: found } : { asked, row: undefined, status, text }
}

/** Why the row is not shown as it was sent, as text. */
export async function faultOf(spec: ApiSpec, caller: Caller, candidate: Candidate): Promise<string | undefined> {
  const shown = await showRow(spec, caller, candidate)
  if (shown === undefined) return undefined
  const { asked, row: found } = shown
  if (found === undefined) return shown.status === 200 ? `${asked} does not show it` : `${asked} answered ${shown.status || shown.text}`
  const { entity, row } = candidate
  const wrong = difference(entity, row.sent, found) ?? (String(found[row.keyName]) === String(row.key) ? undefined : `another ${row.keyName}`)
  return wrong === undefined ? undefined : `${asked} shows ${wrong}`
}

/** Lists that show rows of the exam, by endpoint: which rows each shows. */
export async function listings(spec: ApiSpec, caller: Caller, candidates: readonly Candidate[]): Promise<Map<string, Set<MadeRow>>> {
  const found = new Map<string, Set<MadeRow>>()
  for (const { entity, row } of candidates) {
    for (const endpoint of readingEndpoints(spec, entity, ['list', 'nested-list'])) {
      const path = row.fill(endpoint)
      const answer = path === undefined ? undefined : await caller.ask('GET', `${path}${endpoint.paginated ? longestPage(spec) : ''}`)
      if (answer?.status !== 200 || rowIn(answer.json, row) === undefined) continue
      const key = endpointKey(endpoint.method, endpoint.path)
      found.set(key, (found.get(key) ?? new Set()).add(row))
    }
  }
  return found
}

function readingEndpoint(spec: ApiSpec, entity: Entity): Endpoint | undefined {
  return readingEndpoints(spec, entity, ['get', 'list', 'nested-list'])[0]
}

/** False for endpoints about the caller's own rows, or about rows in one state. */
export const isOfEveryRow = ({ own, where }: Endpoint): boolean => own === undefined && where === undefined

/** In the order of the operations. */
function readingEndpoints(spec: ApiSpec, { name }: Entity, operations: readonly Endpoint['operation'][]): Endpoint[] {
  const own = spec.endpoints.filter(
    (endpoint) => endpoint.entity === name && endpoint.method === 'GET' && endpoint.unsupported === null && isOfEveryRow(endpoint),
  )
  return operations.flatMap((operation) => own.filter((endpoint) => endpoint.operation === operation))
}

function longestPage({ paging }: ApiSpec): string {
  if (paging.params === null) return ''
  return `?${'size' in paging.params ? paging.params.size : paging.params.limit}=${paging.maxSize}`
}

function rowIn(json: unknown, row: MadeRow): unknown {
  const lists = Array.isArray(json) ? [json] : isRecord(json) ? Object.values(json).filter(Array.isArray) : []
  const rows: unknown[] = lists.flat()
  return rows.find((each) => isRecord(each) && String(each[row.keyName]) === String(row.key))
}
