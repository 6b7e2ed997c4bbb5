import { endpointKey } from '@forge/core'
import { isDeepStrictEqual } from 'node:util'
import { type ApiSpec, type Endpoint, type Entity, type Field, type JsonValue, sampleValue } from '@forge/spec'
import type { Caller } from './exam-caller'
import { difference } from './exam-compare'
import { type Candidate, isOfEveryRow, listings, showRow } from './exam-reading'
import { isRecord, unwrapped } from './exchange'

/** A change that the application says it made. */
export interface Change {
  endpoint: Endpoint
  /** Whether the row shows it; a text says what is wrong. Asked again after a restart. */
  fault(): Promise<string | undefined>
}

/** Other values than those that rows are made with. */
const OTHER_VARIANT = 41

/**
 * Changes one text of a row. What the application refuses, or does not claim in its answer, is left to the tests: rules may say so.
 * `undefined` when there is nothing to ask for later.
 */
export async function changeRow(spec: ApiSpec, caller: Caller, candidate: Candidate): Promise<Change | undefined> {
  const { entity, row } = candidate
  const endpoint = endpointFor(spec, entity, ['update', 'replace'])
  const path = endpoint && row.fill(endpoint)
  const names = new Set(spec.endpoints.flatMap((each) => (each.entity === entity.name && each.lookup !== undefined ? [each.lookup] : [])))
  const field = endpoint && changeable(entity, endpoint, row.sent, names)
  if (endpoint === undefined || path === undefined || field === undefined) return undefined
  const change = { [field.name]: sampleValue(field, OTHER_VARIANT) as JsonValue }
  const answer = await caller.ask(endpoint.method, path, endpoint.method === 'PATCH' ? change : { ...row.sent, ...change })
  row.sent = Object.fromEntries(Object.entries(row.sent).filter(([name]) => name !== field.name))
  const claimed = unwrapped(answer.json, row.keyName)
  if (answer.status < 200 || answer.status > 204 || answer.status === 202) return undefined
  if (isRecord(claimed) && difference(entity, change, claimed) !== undefined) return undefined
  return {
    endpoint,
    async fault() {
      const shown = await showRow(spec, caller, candidate)
      const wrong = shown?.row && difference(entity, change, shown.row)
      return wrong && `${endpoint.method} ${endpoint.path} answered ${answer.status}, and then GET shows ${wrong}`
    },
  }
}

/** Deletes a row; `undefined` when the application refuses. */
export async function deleteRow(spec: ApiSpec, caller: Caller, candidate: Candidate): Promise<Change | undefined> {
  const { entity, row } = candidate
  const endpoint = endpointFor(spec, entity, ['delete'])
  const path = endpoint && row.fill(endpoint)
  const before = endpoint && (await showRow(spec, caller, candidate))
  if (endpoint === undefined || path === undefined || before?.row === undefined) return undefined
  const wasListed = (await listings(spec, caller, [candidate])).size > 0
  const { status } = await caller.ask(endpoint.method, path)
  if (status !== 200 && status !== 204) return undefined
  return {
    endpoint,
    /** A soft delete may leave the row, but not as it was: something of it changes, or lists show it no more. */
    async fault() {
      const shown = await showRow(spec, caller, candidate)
      if (shown?.row === undefined || !isDeepStrictEqual(shown.row, before.row)) return undefined
      if (wasListed && (await listings(spec, caller, [candidate])).size === 0) return undefined
      return `${endpoint.method} ${endpoint.path} answered ${status}, and then GET shows the row as it was`
    },
  }
}

function endpointFor(spec: ApiSpec, { name }: Entity, operations: readonly Endpoint['operation'][]): Endpoint | undefined {
  return operations
    .map((operation) =>
      spec.endpoints.find((each) => each.entity === name && each.operation === operation && each.unsupported === null && isOfEveryRow(each)),
    )
    .find((found) => found !== undefined)
}

/** A text of the body that no rule but its own form speaks about, and that names no row in a path. */
function changeable(entity: Entity, endpoint: Endpoint, sent: Record<string, JsonValue>, names: ReadonlySet<string>): Field | undefined {
  return entity.fields.find(
    ({ name, type, list, readOnly, writeOnly, fromCaller }) =>
      (type === 'string' || type === 'text') &&
      !names.has(name) &&
      !list &&
      !readOnly &&
      !writeOnly &&
      !fromCaller &&
      endpoint.body?.includes(name) &&
      name in sent,
  )
}

/** Where objections to a change belong. */
export const changeKey = ({ endpoint }: Change): string => endpointKey(endpoint.method, endpoint.path)
