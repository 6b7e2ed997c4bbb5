import { endpointKey, type Feature } from '@forge/core'
import type { ApiSpec, Entity } from '@forge/spec'
import { type Caller, callerOf } from './exam-caller'
import { type Change, changeKey, changeRow, deleteRow } from './exam-changes'
import { type Candidate, faultOf, listings } from './exam-reading'
import { type MadeRow, rowMaker } from './exam-rows'
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
  /** For all requests together, in milliseconds; default 300 000 and 2 000 more for each entity. What is not answered by then counts as not answered. */
  limitMs?: number | undefined
  signal: AbortSignal
}

/** What the exam holds against a feature; `undefined` when it holds nothing. */
export type Objections = (feature: Feature) => string | undefined

/** Objections by the name of an entity or the key of an endpoint. */
type Failures = Map<string, string>

const AFTER = ' after a restart'

/**
 * Creates rows of each entity over HTTP and gets them, changes one, deletes one, restarts the application, and gets them again. Two rows of an entity
 * tell an application that knows them from one that always answers the same.
 */
export async function examine(options: ExamOptions): Promise<Objections> {
  const { spec, signal } = options
  const failures: Failures = new Map()
  const ends = AbortSignal.any([signal, AbortSignal.timeout(options.limitMs ?? 300_000 + 2_000 * spec.entities.length)])
  let served = await options.serve()
  let client: SocketClient = socketClient(served.socket, ends)
  const caller = callerOf(spec, () => client)
  try {
    const { candidates, changes } = await write(options, caller, failures)
    const lists = await listings(spec, caller, candidates)
    signal.throwIfAborted()
    client.close()
    await served.stop()
    served = await options.serve()
    client = socketClient(served.socket, ends)
    await askForAll(spec, caller, candidates, failures, AFTER)
    await askForChanges(changes, failures, AFTER)
    noteLosses(lists, await listings(spec, caller, candidates), failures)
    signal.throwIfAborted()
  } finally {
    client.close()
    await served.stop()
  }
  return objectionsOf(spec, failures)
}

/** All that is written before the restart. */
async function write({ spec, features, signal }: ExamOptions, caller: Caller, failures: Failures) {
  const maker = rowMaker(spec, features, caller)
  const candidates: Candidate[] = []
  const changes: Change[] = []
  const made = new Map<Entity, MadeRow[]>()
  for (const entity of spec.entities.filter((each) => maker.canMake(each.name))) {
    signal.throwIfAborted()
    const rows = await maker.makeTwo(entity.name)
    if (typeof rows === 'string') failures.set(entity.name, rows)
    else made.set(entity, rows)
  }
  for (const [entity, rows] of made) candidates.push(...rows.map((row) => ({ entity, row })))
  await askForAll(spec, caller, candidates, failures, '')
  for (const [entity, rows] of made) {
    signal.throwIfAborted()
    const another = await maker.makeAnother(entity.name)
    changes.push(
      ...[
        await changeRow(spec, caller, { entity, row: rows.at(-1)! }),
        typeof another === 'string' ? undefined : await deleteRow(spec, caller, { entity, row: another }),
      ].filter((change) => change !== undefined),
    )
  }
  await askForChanges(changes, failures, '')
  return { candidates, changes }
}

async function askForAll(spec: ApiSpec, caller: Caller, candidates: readonly Candidate[], failures: Failures, when: string): Promise<void> {
  for (const candidate of candidates) {
    const { name } = candidate.entity
    const fault = failures.has(name) ? undefined : await faultOf(spec, caller, candidate)
    if (fault !== undefined) failures.set(name, `${fault}${when}`)
  }
}

async function askForChanges(changes: readonly Change[], failures: Failures, when: string): Promise<void> {
  for (const change of changes) {
    const fault = failures.has(changeKey(change)) ? undefined : await change.fault()
    if (fault !== undefined) failures.set(changeKey(change), `${fault}${when}`)
  }
}

function noteLosses(before: ReadonlyMap<string, ReadonlySet<MadeRow>>, after: ReadonlyMap<string, ReadonlySet<MadeRow>>, failures: Failures): void {
  for (const [key, rows] of before) {
    const lost = [...rows].find((row) => !after.get(key)?.has(row))
    if (lost !== undefined) failures.set(key, `${key} does not list a row that ${lost.madeBy} made, and that it listed before,${AFTER}`)
  }
}

function objectionsOf(spec: ApiSpec, failures: ReadonlyMap<string, string>): Objections {
  const entities = new Map(spec.endpoints.map((endpoint) => [endpointKey(endpoint.method, endpoint.path), endpoint.entity]))
  return (feature) => {
    const routes = [feature, ...feature.test_cases].map(({ method, path }) => endpointKey(method, path))
    const failed = routes.flatMap((route) => [entities.get(route) ?? '', route]).find((subject) => failures.has(subject))
    return failed === undefined ? undefined : `exam of ${failed}: ${failures.get(failed)}`
  }
}
