import type { Endpoint, JsonValue } from '@forge/spec'
import { snake } from '../words'
import { byDefault, type Caller, type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { callersId, make, rowSteps, safeValue } from './bodies'
import { parentState, rowState } from './states'
import { verbOf } from './verbs'
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
  const caller = options.caller ?? world.actorAt(endpoint)
  const request: Request = { method: endpoint.method, path: endpoint.path, params: {}, caller }
  const scene: Scene = { arrange: [], request, row: '' }
  const { parent, param, entity } = endpoint
  if (parent) {
    const name = snake(parent.entity)
    const state: Record<string, Value> = parent.field === undefined ? {} : { ...parentState(world, entity!, parent.field) }
    const { within } = parent
    if (within !== undefined) {
      const above = aboveRow(endpoint)
      scene.arrange.push(...rowSteps(world, within.entity, above, parentState(world, parent.entity, within.field), options.maker))
      request.params[within.param] = ref(above, world.keyField(within.entity).name)
      state[within.field] = request.params[within.param]!
    }
    scene.arrange.push(...rowSteps(world, parent.entity, name, state, options.maker))
    request.params[parent.param] = ref(name, parent.lookup ?? world.keyField(parent.entity).name)
  }
  if (param !== undefined && param !== parent?.param && entity !== null) {
    scene.row = snake(entity)
    const placed = parent?.field === undefined ? {} : { [parent.field]: parentKey(world, endpoint) }
    const values = { ...placed, ...ownedByCaller(world, endpoint), ...rowState(world, endpoint, options.children), ...options.values }
    scene.arrange.push(...rowSteps(world, entity, scene.row, values, options.maker))
    request.params[param] = rowKey(world, endpoint, scene.row)
  } else if (endpoint.matches !== undefined) {
    request.params[endpoint.matches.param] = literal(matchedValue(world, endpoint))
  } else if (isOfCaller(endpoint) && entity !== null) {
    const self = stranger(world, snake(entity))
    scene.row = snake(entity)
    scene.arrange.push(...self.arrange)
    if (options.caller === undefined) request.caller = self.caller
  }
  return scene
}

/** Variable of the row that stands above the parent. */
const aboveRow = ({ parent, entity }: Endpoint): string => {
  const name = snake(parent!.within!.entity)
  return name === snake(parent!.entity) || name === snake(entity!) ? `upper_${name}` : name
}

/** A row of the caller is the usual caller's, where the server does not see to that. */
function ownedByCaller(world: World, { entity, own }: Endpoint): Record<string, Value> {
  const field = own === undefined ? undefined : world.field(entity!, own)
  return field === undefined || field.fromCaller ? {} : { [field.name]: literal(callersId(world, field)) }
}

/** The value that rows hold where the path of a list names one. */
export function matchedValue(world: World, { entity, matches }: Endpoint): JsonValue {
  return safeValue(world, entity!, world.field(entity!, matches!.field)!)
}

/** The key of the row that stands above an endpoint's own, which `sceneFor` makes. */
export const parentKey = (world: World, { parent }: Endpoint): Value => ref(snake(parent!.entity), world.keyField(parent!.entity).name)

/** True when the row is that of whoever asks. */
export const isOfCaller = ({ own, param, operation }: Endpoint): boolean => own !== undefined && param === undefined && operation !== 'list'

/** What the path names a row by. */
const rowKey = (world: World, endpoint: Endpoint, row: string): Value => ref(row, endpoint.lookup ?? world.keyField(endpoint.entity!).name)

/** The same endpoint asked for a row that does not exist. */
export function unknownRequest(world: World, endpoint: Endpoint, caller: Caller = world.actorAt(endpoint)): Request {
  const params: Record<string, Value> = {}
  for (const [name] of pathParams(endpoint.path)) {
    if (name === endpoint.matches?.param) {
      params[name] = literal(matchedValue(world, endpoint))
      continue
    }
    const within = name === endpoint.parent?.within?.param ? endpoint.parent.within : undefined
    const entity = within?.entity ?? (name === endpoint.parent?.param ? endpoint.parent.entity : endpoint.entity)
    const lookup = within !== undefined ? undefined : name === endpoint.parent?.param ? endpoint.parent.lookup : endpoint.lookup
    params[name] = entity === null ? literal(999999) : lookup === undefined ? world.unknownKey(entity) : unknownValue(world, entity, lookup)
  }
  return { method: endpoint.method, path: endpoint.path, params, caller }
}

/** A value of the field in the path that no row has. */
function unknownValue(world: World, entity: string, lookup: string): Value {
  const type = world.field(entity, lookup)?.type
  return literal(type === 'integer' || type === 'bigint' ? 999999 : type === 'uuid' ? '00000000-0000-4000-8000-0000000fffff' : 'no-such-row')
}

export function pathParams(path: string): [name: string][] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => [match[1]!])
}

/** Reads a row afterwards, where the API can. */
export function reading(world: World, entity: string, row: string, checks: Check[], status = 200): Follow[] {
  const endpoint = world.endpoint(entity, 'get')
  if (!endpoint || endpoint.param === undefined) return []
  const request = requestFor(world, endpoint, row, world.actorAt(endpoint))
  const { parent } = endpoint
  const moved = checks.find((check) => check.kind === 'equals' && check.field === parent?.field)
  if (parent && moved?.kind === 'equals') request.params[parent.param] = moved.value
  const renamed = checks.find((check) => check.kind === 'equals' && check.field === endpoint.lookup)
  if (renamed?.kind === 'equals') request.params[endpoint.param] = renamed.value
  return [{ request, expect: { status, checks } }]
}

/** What the path names the parent of a row by. Factories tell it along with the row; a row that the test made itself lies below a parent of the test. */
function parentName({ parent }: Endpoint, row: string): Value {
  const { entity, field, lookup } = parent!
  if (lookup === undefined) return ref(row, field!)
  return row === 'created' ? ref(snake(entity), lookup) : ref(row, nameOfParent(entity, lookup))
}

/** Under which name a factory tells another unique field of the parent. */
export const nameOfParent = (parent: string, lookup: string): string => `${snake(parent)}_${snake(lookup)}`

/** A request for one row, by whoever; below its parent where the path names that. */
export function requestFor(world: World, endpoint: Endpoint, row: string, caller: Caller = byDefault, body?: Record<string, Value>): Request {
  const { parent, param } = endpoint
  const params: Record<string, Value> = {}
  if (parent?.field !== undefined) params[parent.param] = parentName(endpoint, row)
  if (param !== undefined && param !== parent?.param) params[param] = rowKey(world, endpoint, row)
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
  const hiddenParent = parent !== undefined && world.hiding(parent.entity, 'read').length > 0
  const { status, code } = world.otherOwner(hiddenParent ? parent.entity : entity!, verbOf(endpoint))
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
