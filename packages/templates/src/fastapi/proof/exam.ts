import type { Feature } from '@forge/core'
import type { ApiSpec, Endpoint, Entity } from '@forge/spec'
import { endpointKey } from '../../requirements'
import { type Caller, callerOf } from './exam-caller'
import { difference } from './exam-compare'
import { type MadeRow, rowMaker } from './exam-rows'
import { isRecord, unwrapped } from './exchange'
import { type SocketClient, socketClient } from './socket-client'

/** The application, served by the harness for the exam alone. */
export interface Served {
  socket: string
  /** Ends it with every process it started. */
  stop(): Promise<void>
}

export interface ExamOptions {
  spec: ApiSpec
  features: readonly Feature[]
  /** Serves the application on the exam's database, each time from a fresh copy of the tree: nothing but the database outlives a stop. */
  serve(): Promise<Served>
  signal: AbortSignal
}

/** What the exam holds against a feature; `undefined` when it holds nothing. */
export type Objections = (feature: Feature) => string | undefined

interface Candidate {
  entity: Entity
  row: MadeRow
}

/**
 * Creates rows of each entity over HTTP and gets them, restarts the application, and gets them again. Two rows of an entity tell an application that
 * knows them from one that always answers the same.
 */
export async function examine(options: ExamOptions): Promise<Objections> {
  const { spec, signal } = options
  const failures = new Map<string, string>()
  let served = await options.serve()
  let client: SocketClient = socketClient(served.socket)
  const caller = callerOf(spec, () => client)
  try {
    const maker = rowMaker(spec, options.features, caller)
    const candidates: Candidate[] = []
    for (const entity of spec.entities.filter((each) => maker.canMake(each.name))) {
      signal.throwIfAborted()
      const made = await maker.makeTwo(entity.name)
      if (typeof made === 'string') failures.set(entity.name, made)
      else candidates.push(...made.map((row) => ({ entity, row })))
    }
    await askForAll(spec, caller, candidates, failures, '')
    client.close()
    await served.stop()
    served = await options.serve()
    client = socketClient(served.socket)
    await askForAll(spec, caller, candidates, failures, ' after a restart')
  } finally {
    client.close()
    await served.stop()
  }
  return objectionsOf(spec, failures)
}

async function askForAll(
  spec: ApiSpec,
  caller: Caller,
  candidates: readonly Candidate[],
  failures: Map<string, string>,
  when: string,
): Promise<void> {
  for (const { entity, row } of candidates) {
    if (failures.has(entity.name)) continue
    const fault = await faultOf(spec, caller, entity, row)
    if (fault !== undefined) failures.set(entity.name, `${fault}${when}`)
  }
}

/** Gets the row by its key, or looks for it in the list where there is no such endpoint. */
async function faultOf(spec: ApiSpec, caller: Caller, entity: Entity, row: MadeRow): Promise<string | undefined> {
  const endpoint = readingEndpoint(spec, entity)
  if (endpoint === undefined) return undefined
  const path = row.fill(endpoint)
  if (path === undefined) return undefined
  const answer = await caller.ask('GET', endpoint.operation === 'get' ? path : `${path}${longestPage(spec)}`)
  const asked = `GET ${endpoint.path} for a row that ${row.madeBy} made`
  if (answer.status !== 200) return `${asked} answered ${answer.status || answer.text}`
  const found = endpoint.operation === 'get' ? unwrapped(answer.json, row.keyName) : rowIn(answer.json, row)
  if (!isRecord(found)) return `${asked} does not show it`
  const wrong = difference(entity, row.sent, found) ?? (String(found[row.keyName]) === String(row.key) ? undefined : `another ${row.keyName}`)
  return wrong === undefined ? undefined : `${asked} shows ${wrong}`
}

function readingEndpoint(spec: ApiSpec, { name }: Entity): Endpoint | undefined {
  const own = spec.endpoints.filter((endpoint) => endpoint.entity === name && endpoint.method === 'GET' && endpoint.unsupported === null)
  return ['get', 'list', 'nested-list']
    .map((operation) => own.find((endpoint) => endpoint.operation === operation))
    .find((found) => found !== undefined)
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

function objectionsOf(spec: ApiSpec, failures: ReadonlyMap<string, string>): Objections {
  const entities = new Map(spec.endpoints.map((endpoint) => [endpointKey(endpoint.method, endpoint.path), endpoint.entity]))
  return (feature) => {
    const routes = [feature, ...feature.test_cases].map(({ method, path }) => endpointKey(method, path))
    const failed = routes.map((route) => entities.get(route) ?? '').find((entity) => failures.has(entity))
    return failed === undefined ? undefined : `exam of ${failed}: ${failures.get(failed)}`
  }
}
