import type { Endpoint } from '@forge/spec'
import { snake } from '../words'
import { byDefault, type Caller, type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { make, rowSteps } from './bodies'
import { parentState, rowState } from './states'
import type { ErrorCode, World } from './world'

type Follow = CasePlan['after'][number]

/** An endpoint made ready to be asked: its rows, and a request with all path parameters filled. */
export interface Scene {
  arrange: Step[]
  request: Request
  /** Variable of the row that the endpoint is about; `''` when it is about none. */
  row: string
}

/**
 * The rows a request to `endpoint` needs, made by `caller`, and the request itself without a body.
 * @param values fields of the row that matter.
 * @param children rows that are going to point at it.
 */
export function sceneFor(
  world: World,
  endpoint: Endpoint,
  options: { values?: Record<string, Value>; children?: { entity: string; field: string }[]; maker?: Caller; caller?: Caller } = {},
): Scene {
  const caller = options.caller ?? actorFor(world, endpoint)
  const request: Request = { method: endpoint.method, path: endpoint.path, params: {}, caller }
  const scene: Scene = { arrange: [], request, row: '' }
  const { parent, param, entity } = endpoint
  if (parent) {
    const name = snake(parent.entity)
    const state = parent.field === undefined ? {} : parentState(world, entity!, parent.field)
    scene.arrange.push(...rowSteps(world, parent.entity, name, state, options.maker))
    request.params[parent.param] = ref(name, world.keyField(parent.entity).name)
  }
  if (param !== undefined && param !== parent?.param && entity !== null) {
    scene.row = snake(entity)
    const placed = parent?.field === undefined ? {} : { [parent.field]: request.params[parent.param]! }
    const values = { ...placed, ...rowState(world, endpoint, options.children), ...options.values }
    scene.arrange.push(...rowSteps(world, entity, scene.row, values, options.maker))
    request.params[param] = ref(scene.row, world.keyField(entity).name)
  }
  return scene
}

/** The same endpoint asked for a row that does not exist. */
export function unknownRequest(world: World, endpoint: Endpoint, caller: Caller = actorFor(world, endpoint)): Request {
  const params: Record<string, Value> = {}
  for (const [name] of pathParams(endpoint.path)) {
    const entity = name === endpoint.parent?.param ? endpoint.parent.entity : endpoint.entity
    params[name] = entity === null ? literal(999999) : world.unknownKey(entity)
  }
  return { method: endpoint.method, path: endpoint.path, params, caller }
}

export function pathParams(path: string): [name: string][] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => [match[1]!])
}

/** Whoever the rules let use the endpoint. */
function actorFor(world: World, endpoint: Endpoint): Caller {
  if (endpoint.entity === null) return byDefault
  switch (endpoint.operation) {
    case 'create':
    case 'nested-create':
      return world.actor(endpoint.entity, 'create')
    case 'update':
    case 'replace':
    case 'action':
      return world.actor(endpoint.entity, 'update')
    case 'delete':
      return world.actor(endpoint.entity, 'delete')
    case 'list':
    case 'nested-list':
      return world.actor(endpoint.entity, 'list')
    case 'get':
      return world.actor(endpoint.entity, 'read')
    default:
      return byDefault
  }
}

/** Reads a row afterwards, where the API can. */
export function reading(world: World, entity: string, row: string, checks: Check[], status = 200): Follow[] {
  const endpoint = world.endpoint(entity, 'get')
  if (!endpoint || endpoint.param === undefined) return []
  const request = requestFor(world, endpoint, row, actorFor(world, endpoint))
  const { parent } = endpoint
  const moved = checks.find((check) => check.kind === 'equals' && check.field === parent?.field)
  if (parent && moved?.kind === 'equals') request.params[parent.param] = moved.value
  return [{ request, expect: { status, checks } }]
}

/** A request for one row, by whoever; below its parent where the path names that. */
export function requestFor(world: World, endpoint: Endpoint, row: string, caller: Caller = byDefault, body?: Record<string, Value>): Request {
  const { parent, param } = endpoint
  const params: Record<string, Value> = {}
  if (parent?.field !== undefined) params[parent.param] = ref(row, parent.field)
  if (param !== undefined && param !== parent?.param) params[param] = ref(row, world.keyField(endpoint.entity!).name)
  return { method: endpoint.method, path: endpoint.path, params, caller, ...(body === undefined ? {} : { body }) }
}

/** The error answer with `code`, in the API's own shape. */
export function failure(world: World, status: number, code: ErrorCode, field?: string): CasePlan['expect'] {
  return { status, checks: [{ kind: 'error', code: world.code(code), ...(field === undefined ? {} : { field }) }] }
}

export const invalid = (world: World, field?: string): CasePlan['expect'] =>
  failure(world, world.spec.statusCodes.validation, 'VALIDATION_ERROR', field)
export const notFound = (world: World): CasePlan['expect'] => failure(world, 404, 'NOT_FOUND')

/** The refusal for what belongs to somebody else. A path that names a parent is refused for that first. */
export function foreign(world: World, endpoint: Endpoint): CasePlan['expect'] {
  const { parent, entity } = endpoint
  const hiddenParent = parent !== undefined && world.owners(parent.entity, 'read').length > 0
  const { status, code } = world.otherOwner(hiddenParent ? parent.entity : entity!)
  return failure(world, status, code)
}

/** The step that makes an ordinary user, and that user as caller: neither privileged nor owner of anything. */
export function stranger(world: World, name = 'stranger', role?: string): { arrange: Step[]; caller: Caller; id: Value } {
  const users = world.spec.auth.userEntity
  const ordinary = role ?? world.spec.roles.at(-1)
  if (users === null) {
    const type = world.spec.auth.idType
    const id = literal(type === 'integer' ? 2 : type === 'uuid' ? '00000000-0000-4000-8000-000000000002' : name)
    return { arrange: [], caller: { kind: 'user', id, ...(ordinary === undefined ? {} : { role: ordinary }) }, id }
  }
  const id = ref(name, world.keyField(users).name)
  if (world.roleField === null) {
    return { arrange: [make(users, name)], caller: { kind: 'user', id, ...(ordinary === undefined ? {} : { role: ordinary }) }, id }
  }
  const values = ordinary === undefined ? {} : { [world.roleField]: literal(ordinary) }
  return { arrange: [make(users, name, values)], caller: { kind: 'user', id }, id }
}
