import type { Endpoint } from '@forge/spec'
import { snake, words } from '../words'
import { bodyFields, echoChecks, validBody } from './bodies'
import { adjustCases } from './adjust-cases'
import { bulkCases } from './bulk-cases'
import { foreignCases, malformedIdCases, ownRoleCases } from './caller-cases'
import { byDefault, type CasePlan, type Check, literal, ref, type Request, type Value } from './case-plan'
import { article, identityCases, mergeSteps, plan } from './common'
import { countCases } from './count-cases'
import {
  danglingCases,
  defaultCases,
  duplicateCases,
  invalidCases,
  isUnique,
  massAssignmentCases,
  missingCase,
  nullCases,
  partialCases,
  unknownFieldCase,
} from './field-cases'
import { actionCases } from './action-cases'
import { linkCases } from './link-cases'
import { listCases } from './list-cases'
import { markCases } from './mark-cases'
import { isOfCaller, notFound, parentKey, reading, type Scene, sceneFor, stranger, unknownRequest } from './requests'
import { reportCases } from './report-cases'
import { statsCases } from './stats-cases'
import { singleCases } from './single-cases'
import { belowItselfCases, treeCases } from './tree-cases'
import type { World } from './world'

/** Every case worth testing on an endpoint, the most telling first. */
export function endpointCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  switch (endpoint.operation) {
    case 'health':
      return [
        plan(name, 'The service says that it is up.', bare(endpoint), { status: endpoint.status, checks: [{ kind: 'present', field: 'status' }] }),
      ]
    case 'create':
    case 'nested-create':
      return createCases(world, endpoint, name)
    case 'get':
      return getCases(world, endpoint, name)
    case 'me':
      return meCases(world, endpoint, name)
    case 'update':
    case 'replace':
      return updateCases(world, endpoint, name)
    case 'delete':
      return deleteCases(world, endpoint, name)
    case 'action':
      return actionCases(world, endpoint, name)
    case 'list':
    case 'nested-list':
      return listCases(world, endpoint, name)
    case 'link-add':
    case 'link-list':
    case 'link-remove':
      return linkCases(world, endpoint, name)
    case 'mark':
    case 'unmark':
      return markCases(world, endpoint, name)
    case 'bulk':
      return bulkCases(world, endpoint, name)
    case 'single-get':
    case 'single-update':
      return singleCases(world, endpoint, name)
    case 'adjust':
      return adjustCases(world, endpoint, name)
    case 'tree':
    case 'ancestors':
    case 'descendants':
      return treeCases(world, endpoint, name)
    case 'stats':
      return statsCases(world, endpoint, name)
    case 'report':
      return reportCases(world, endpoint, name)
    case 'custom':
      return []
  }
}

function bare(endpoint: Endpoint): Request {
  return { method: endpoint.method, path: endpoint.path, params: {}, caller: byDefault }
}

function createCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const entity = world.entity(endpoint.entity!)
  const scene = sceneFor(world, endpoint)
  const draft = validBody(world, endpoint)
  const arrange = mergeSteps(scene.arrange, draft.arrange)
  const act = (body: Record<string, Value>): Request => ({ ...scene.request, body })
  const created: Check[] = [{ kind: 'present', field: world.keyField(entity.name).name }, ...echoChecks(world, entity.name, draft.body)]
  if (endpoint.parent?.field !== undefined) {
    const parent = parentKey(world, endpoint)
    created.push({ kind: 'equals', field: endpoint.parent.field, value: parent, compare: 'exact' })
    for (const field of endpoint.inherits ?? [])
      created.push({ kind: 'equals', field, value: ref(snake(endpoint.parent.entity), field), compare: 'exact' })
  }
  const readBack = endpoint.status === 204 ? [] : reading(world, entity.name, 'created', echoChecks(world, entity.name, draft.body))
  const cases: CasePlan[] = [
    plan(
      name,
      `Creates ${article(entity)} and answers with it; it can be read afterwards.`,
      act(draft.body),
      { status: endpoint.status, checks: created },
      { arrange, after: readBack, ...(isUnique(world, endpoint, act(draft.body)) ? { once: true } : {}) },
    ),
  ]
  const [firstMissing, ...otherMissing] = bodyFields(world, endpoint)
    .filter((field) => field.required && draft.body[field.name] !== undefined)
    .map((field) => missingCase(world, name, field, arrange, act(draft.body)))
  if (firstMissing) cases.push(firstMissing)
  if (endpoint.parent) {
    const unknown = { ...unknownRequest(world, endpoint), body: draft.body }
    cases.push(
      plan(
        `${name}_unknown_${snake(endpoint.parent.entity)}`,
        `Refused below ${article(world.entity(endpoint.parent.entity))} that does not exist.`,
        unknown,
        notFound(world),
        { arrange: draft.arrange },
      ),
    )
  }
  cases.push(...duplicateCases(world, endpoint, name, arrange, act, draft.body))
  cases.push(...invalidCases(world, endpoint, name, arrange, act(draft.body)).slice(0, 2))
  cases.push(...defaultCases(world, endpoint, name))
  cases.push(...danglingCases(world, endpoint, name, arrange, act, draft.body))
  cases.push(...ownRoleCases(world, endpoint, name, 'create', arrange, act(draft.body)))
  cases.push(...identityCases(world, endpoint, name))
  cases.push(...massAssignmentCases(world, endpoint, name, arrange, act(draft.body)))
  cases.push(...otherMissing)
  cases.push(...invalidCases(world, endpoint, name, arrange, act(draft.body)).slice(2))
  cases.push(unknownFieldCase(world, endpoint, name, arrange, act(draft.body)))
  return cases
}

function getCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const entity = world.entity(endpoint.entity!)
  const scene = sceneFor(world, endpoint)
  const key = world.keyField(entity.name)
  const telling = entity.fields
    .filter((field) => !field.writeOnly && !field.reference && !field.list && field.name !== key.name && !field.auto)
    .slice(0, 3)
  const checks: Check[] = [key, ...telling].map((field) => ({
    kind: 'equals',
    field: field.name,
    value: ref(scene.row, field.name),
    compare: 'exact',
  }))
  for (const computed of endpoint.computed ?? []) checks.push({ kind: 'equals', field: computed.name, value: literal(0), compare: 'exact' })
  const cases = [
    plan(name, `Answers with the ${words(entity)} asked for.`, scene.request, { status: endpoint.status, checks }, { arrange: scene.arrange }),
    plan(`${name}_not_found`, 'An unknown id is not found.', unknownRequest(world, endpoint), notFound(world)),
  ]
  cases.push(...countCases(world, endpoint, name))
  cases.push(...foreignCases(world, endpoint, name, 'read', {}))
  cases.push(...malformedIdCases(world, endpoint, name))
  cases.push(...identityCases(world, endpoint, name))
  cases.push(...ownRoleCases(world, endpoint, name, 'read', scene.arrange, scene.request))
  return cases
}

function meCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const key = world.keyField(endpoint.entity!).name
  const shown = Object.entries(world.spec.auth.mockUser).filter(([name]) => {
    const field = world.field(endpoint.entity!, name)
    return field !== undefined && !field.writeOnly && name !== key
  })
  const checks: Check[] = [{ kind: 'equals', field: key, value: literal(world.builtInId), compare: 'exact' }]
  for (const [field, value] of shown.slice(0, 3)) checks.push({ kind: 'equals', field, value: literal(value), compare: 'exact' })
  const other = stranger(world, 'other')
  const act = bare(endpoint)
  return [
    plan(name, 'Answers with the built-in user when no identity is sent.', act, { status: endpoint.status, checks }),
    plan(
      `${name}_other_caller`,
      'Answers with whoever asks.',
      { ...act, caller: other.caller },
      { status: endpoint.status, checks: [{ kind: 'equals', field: key, value: other.id, compare: 'exact' }] },
      { arrange: other.arrange },
    ),
    ...identityCases(world, endpoint, name),
  ]
}

function updateCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const entity = world.entity(endpoint.entity!)
  const scene = sceneFor(world, endpoint)
  const draft = validBody(world, endpoint, { variant: 1 })
  const arrange = mergeSteps(draft.arrange, scene.arrange)
  const act = (body: Record<string, Value>): Request => ({ ...scene.request, body })
  const changed = echoChecks(world, entity.name, draft.body)
  const changedAt = entity.fields.filter((field) => field.auto === 'updated' && Object.keys(draft.body).length > 0)
  const moved: Check[] = changedAt.map(({ name }) => ({ kind: 'differs', field: name, value: ref(scene.row, name) }))
  const cases: CasePlan[] = [
    plan(
      name,
      `Changes the ${words(entity)} and keeps the change.`,
      act(draft.body),
      { status: endpoint.status, checks: [...changed, ...moved] },
      { arrange, after: reading(world, entity.name, scene.row, changed) },
    ),
  ]
  if (!isOfCaller(endpoint)) {
    const unknown = { ...unknownRequest(world, endpoint), body: draft.body }
    cases.push(plan(`${name}_not_found`, 'An unknown id is not found.', unknown, notFound(world), { arrange: draft.arrange }))
  }
  const faults = invalidCases(world, endpoint, name, scene.arrange, act({}))
  cases.push(...faults.slice(0, 1))
  cases.push(...partialCases(world, endpoint, name, scene.arrange, act, scene.row, draft.body))
  cases.push(...duplicateCases(world, endpoint, name, scene.arrange, act, {}))
  if (!isOfCaller(endpoint)) cases.push(...foreignCases(world, endpoint, name, 'update', draft.body, draft.arrange))
  cases.push(...danglingCases(world, endpoint, name, scene.arrange, act, {}))
  cases.push(...nullCases(world, endpoint, name, scene, act))
  cases.push(...belowItselfCases(world, endpoint, name))
  cases.push(...identityCases(world, endpoint, name))
  cases.push(...faults.slice(1))
  cases.push(...massAssignmentCases(world, endpoint, name, arrange, act(draft.body), scene.row))
  cases.push(unknownFieldCase(world, endpoint, name, scene.arrange, act({})))
  cases.push(...malformedIdCases(world, endpoint, name))
  if (!isOfCaller(endpoint)) cases.push(...ownRoleCases(world, endpoint, name, 'update', arrange, act(draft.body)))
  return cases
}

function deleteCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const entity = world.entity(endpoint.entity!)
  const scene = sceneFor(world, endpoint)
  const visible = entity.softDelete !== null && !world.hidesDeleted(entity.name)
  const gone = deletedNow(world, endpoint, scene)
  const cases = [
    plan(
      name,
      visible ? `Deletes the ${words(entity)} softly; it says so afterwards.` : `Deletes the ${words(entity)}; it is gone afterwards.`,
      scene.request,
      { status: endpoint.status, checks: [] },
      { arrange: scene.arrange, after: gone },
    ),
    plan(`${name}_not_found`, 'An unknown id is not found.', unknownRequest(world, endpoint), notFound(world)),
  ]
  cases.push(...foreignCases(world, endpoint, name, 'delete', undefined))
  cases.push(...ownRoleCases(world, endpoint, name, 'delete', scene.arrange, scene.request))
  cases.push(...identityCases(world, endpoint, name))
  cases.push(...malformedIdCases(world, endpoint, name))
  return cases
}

/** A deleted row is not found, or marked where a soft delete leaves it in sight. */
export function deletedNow(world: World, endpoint: Endpoint, scene: Scene): CasePlan['after'] {
  const { name, softDelete } = world.entity(endpoint.entity!)
  if (softDelete && !world.hidesDeleted(name)) {
    return reading(world, name, scene.row, [{ kind: 'equals', field: softDelete.field, value: literal(softDelete.deletedValue), compare: 'exact' }])
  }
  return [...reading(world, name, scene.row, notFound(world).checks, 404), { request: scene.request, expect: notFound(world) }].slice(0, 1)
}
