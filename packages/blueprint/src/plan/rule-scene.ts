import type { Endpoint, Field, Operation, RuleEffect } from '@forge/spec'
import { snake } from '../words'
import { bodyFields, creatable, echoChecks, inOrder, make, rowSteps, validBody, withDemanded } from './bodies'
import { byDefault, type Caller, type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { failure, sceneFor, stranger } from './requests'
import type { World } from './world'

/** Both sides of a rule: requests that it refuses or shapes, and their honest neighbours, which it must let pass. */
export interface Sides {
  bites: CasePlan[]
  honest: CasePlan[]
}

export const noSides: Sides = { bites: [], honest: [] }

/** What a rule's cases are made for. */
export interface RuleContext {
  world: World
  /** Prefix of the case names, from the sentence. */
  name: string
}

const ENDPOINTS = {
  list: ['list', 'nested-list'],
  read: ['get'],
  create: ['create', 'nested-create'],
  update: ['update', 'replace', 'action'],
  delete: ['delete'],
} as const

/** The endpoint on which a rule about who may do an operation is tested. */
export function endpointFor(
  world: World,
  entity: string,
  operation: Extract<RuleEffect, { kind: 'owner' }>['operations'][number],
): Endpoint | undefined {
  return world.endpoint(entity, ...ENDPOINTS[operation])
}

/** An endpoint that writes, with all it needs to be asked. */
export interface Writing {
  endpoint: Endpoint
  arrange: Step[]
  /** A valid body; empty for updates, which may send any part. */
  body: Record<string, Value>
  request(body: Record<string, Value>): Request
  /** Variable of the changed row, or `created`. */
  row: string
}

/** Creation of a row. */
export function creation(world: World, entity: string): Writing | undefined {
  const endpoint = world.endpoint(entity, 'create', 'nested-create')
  if (!endpoint) return undefined
  const scene = sceneFor(world, endpoint)
  const draft = validBody(world, endpoint)
  return {
    endpoint,
    arrange: mergeSteps(scene.arrange, draft.arrange),
    body: draft.body,
    request: (body) => ({ ...scene.request, body: withDemanded(world, entity, body, endpoint.body) }),
    row: 'created',
  }
}

/** Change of a row that has these values. */
export function change(
  world: World,
  entity: string,
  values: Record<string, Value> = {},
  operations: Operation[] = ['update', 'replace'],
  field?: string,
): Writing | undefined {
  const endpoint = operations.map((operation) => endpointWith(world, entity, operation, field)).find((each) => each !== undefined)
  if (!endpoint) return operations.includes('update') ? changeOfCaller(world, entity, field) : undefined
  const scene = sceneFor(world, endpoint)
  const arrange = mergeSteps(scene.arrange, rowSteps(world, entity, scene.row, values))
  return {
    endpoint,
    arrange,
    body: {},
    request: (body) => ({ ...scene.request, body: withDemanded(world, entity, body, endpoint.body) }),
    row: scene.row,
  }
}

/** Change of the one row that the usual caller has, made with it where nobody creates it. */
function changeOfCaller(world: World, entity: string, field: string | undefined): Writing | undefined {
  const endpoint = world.spec.endpoints.find(
    (each) =>
      each.entity === entity &&
      each.operation === 'single-update' &&
      each.unsupported === null &&
      (field === undefined || each.body?.includes(field) === true),
  )
  if (endpoint === undefined || world.endpoint(entity, 'create') !== undefined) return undefined
  const request = { method: endpoint.method, path: endpoint.path, params: {}, caller: byDefault }
  return { endpoint, arrange: [], body: {}, request: (body) => ({ ...request, body }), row: '' }
}

function endpointWith(world: World, entity: string, operation: Operation, field: string | undefined): Endpoint | undefined {
  return world.spec.endpoints.find(
    (each) =>
      each.entity === entity &&
      each.operation === operation &&
      each.unsupported === null &&
      each.own === undefined &&
      (field === undefined || each.body?.includes(field) === true),
  )
}

/** The writing on which a field is best tested: creation, else update, else an action that takes it. */
export function writingOf(world: World, entity: string, field: string): Writing | undefined {
  const created = creation(world, entity)
  if (created?.endpoint.body?.includes(field)) return created
  return change(world, entity, {}, ['update', 'replace', 'action'], field)
}

/** The body of a writing with some other values. */
export function bodyWith(world: World, { endpoint, body }: Writing, values: Record<string, Value>): Record<string, Value> {
  return { ...body, ...inOrder(world, endpoint.entity!, values, endpoint.body) }
}

export function writable(world: World, writing: Writing, name: string): Field | undefined {
  return bodyFields(world, writing.endpoint).find((field) => field.name === name)
}

/** The request is accepted, and answered with what was sent. */
export function accepted(
  world: World,
  name: string,
  description: string,
  writing: Writing,
  body: Record<string, Value>,
  checks: Check[] = [],
  steps: Step[] = [],
): CasePlan {
  const { endpoint } = writing
  const expect = { status: endpoint.status, checks: [...echoChecks(world, endpoint.entity!, body), ...checks] }
  return plan(name, description, writing.request(body), expect, { arrange: mergeSteps(writing.arrange, steps) })
}

/** Success, with what was sent in the answer where there is one. */
export function succeeds(world: World, endpoint: Endpoint, body: Record<string, Value> = {}): CasePlan['expect'] {
  const sets = Object.entries(endpoint.sets ?? {}).map(
    ([field, value]): Check => (value === null ? { kind: 'null', field } : { kind: 'equals', field, value: literal(value), compare: 'exact' }),
  )
  return {
    status: endpoint.status,
    checks: endpoint.status === 204 || endpoint.entity === null ? [] : [...echoChecks(world, endpoint.entity, body), ...sets],
  }
}

/** The request is refused because of the state of the data. */
export const broken = (world: World): CasePlan['expect'] => failure(world, 409, 'RULE_VIOLATION')

/** A row of `entity` in the variable `row` that belongs to an ordinary user, who is the caller. */
export interface OwnedRow {
  arrange: Step[]
  row: string
  owner: Caller
}

/**
 * @param fields what names the owner
 * @param via the parent that is owned instead
 * @param owner by default an ordinary user
 */
export function ownedRow(
  world: World,
  entity: string,
  fields: readonly string[],
  via?: { field: string; entity: string },
  owner: ReturnType<typeof stranger> = stranger(world, 'owner'),
): OwnedRow | undefined {
  if (via !== undefined) {
    const fieldsOfParent = world.effects.flatMap((effect) =>
      effect.kind === 'owner' && effect.entity === via.entity && effect.via === undefined ? effect.fields : [],
    )
    const parent = ownedRow(world, via.entity, fieldsOfParent.length > 0 ? fieldsOfParent : fields, undefined, owner)
    if (parent === undefined) return undefined
    const key = ref(parent.row, world.keyField(via.entity).name)
    return { ...parent, row: snake(entity), arrange: [...parent.arrange, make(entity, snake(entity), { [via.field]: key }, parent.owner)] }
  }
  if (entity === world.spec.auth.userEntity && fields.includes(world.keyField(entity).name))
    return { arrange: owner.arrange, row: 'owner', owner: owner.caller }
  const name = fields[0]
  const field = name === undefined ? undefined : world.field(entity, name)
  if (field === undefined) return undefined
  const row = snake(entity)
  if (field.fromCaller && creatable(world, entity) !== null)
    return { arrange: [...owner.arrange, make(entity, row, {}, owner.caller)], row, owner: owner.caller }
  return { arrange: [...owner.arrange, ...rowSteps(world, entity, row, { [field.name]: owner.id })], row, owner: owner.caller }
}

/** The smallest change an update can make: one plain field. */
export function smallChange(world: World, endpoint: Endpoint, not: readonly string[] = []): { arrange: Step[]; body: Record<string, Value> } {
  const draft = validBody(world, endpoint, { variant: 1 })
  const plain = Object.entries(draft.body).find(([name, value]) => value.kind === 'literal' && !not.includes(name))
  return plain ? { arrange: [], body: inOrder(world, endpoint.entity!, { [plain[0]]: plain[1] }, endpoint.body) } : draft
}
