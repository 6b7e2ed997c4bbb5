import type { ApiSpec, Endpoint, Entity, Field, JsonValue, Operation, RuleEffect } from '@forge/spec'
import { OPERATIONS_OF, type Verb, verbOf } from './verbs'
import { byDefault, type Caller, literal, type Value } from './case-plan'

/** The machine-readable part of an error answer. */
export type ErrorCode =
  | 'VALIDATION_ERROR'
  | 'DUPLICATE'
  | 'INVALID_REFERENCE'
  | 'RULE_VIOLATION'
  | 'FORBIDDEN'
  | 'UNAUTHORIZED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'

type Owner = Extract<RuleEffect, { kind: 'owner' }>
type RoleRule = Extract<RuleEffect, { kind: 'role' }>
type EndpointRole = Extract<RuleEffect, { kind: 'endpoint-role' }>

/** What tests need to know about a spec, looked up once. */
export interface World {
  spec: ApiSpec
  /** Effects of the rules that compiled in full or in part. */
  effects: RuleEffect[]
  entity(name: string): Entity
  field(entity: string, name: string): Field | undefined
  /** A supported endpoint about every row of the entity, by order of operations. */
  endpoint(entity: string, ...operations: Operation[]): Endpoint | undefined
  keyField(entity: string): Field
  /** Key that no row has. */
  unknownKey(entity: string): Value
  /** Spelt as the API spells it. */
  code(code: ErrorCode): string
  /** Who may do it: the built-in user, or with a role that a rule demands. */
  actor(entity: string, operation: Verb): Caller
  /** Who may use the endpoint. */
  actorAt(endpoint: Endpoint): Caller
  owners(entity: string, operation: Verb): Owner[]
  /** Of these, those that hide rows whatever their state. */
  hiding(entity: string, operation: Verb): Owner[]
  /** Fields that name the owner and that a body sets: rows of the usual caller hold that caller's id. */
  ownerFields(entity: string): string[]
  /** False for fields that only other roles than that of the usual caller may set. */
  maySet(entity: string, operation: 'create' | 'update', field: string): boolean
  /** What is demanded of whoever does this with any row, by whatever endpoint. */
  rolesFor(entity: string, operation: Verb): RoleRule[]
  /** What is demanded at this endpoint only. */
  rolesAt(endpoint: Endpoint): EndpointRole[]
  /** Status and code for what belongs to somebody else. */
  otherOwner(entity: string, operation?: Verb): { status: number; code: ErrorCode }
  /** The least privileged role outside `roles`. */
  roleOutside(roles: readonly string[]): string | undefined
  builtInId: JsonValue
  /** Enum field of the user entity that holds the role. */
  roleField: string | null
  /** Values, in lower case, that rows have before any test makes one. */
  initialValues(entity: string, field: string): ReadonlySet<string>
  /** True when rows exist before any test makes one. */
  seeded(entity: string): boolean
  /** True when a soft delete hides rows from everybody, since no request can bring them back. */
  hidesDeleted(entity: string): boolean
}

/** True for a list of every row that the caller may see, and for rows that the path names by no more than one other. */
const isWhole = ({ where, when, matches, ranked, followed, free, parent }: Endpoint): boolean =>
  [where, when, matches, ranked, followed, free, parent?.within].every((part) => part === undefined)

export function worldOf(spec: ApiSpec): World {
  const effects = spec.rules.flatMap((rule) => rule.effects)
  const entities = new Map(spec.entities.map((entity) => [entity.name, entity]))
  const entity = (name: string): Entity => {
    const found = entities.get(name)
    if (!found) throw new Error(`the spec names an entity that it does not hold: ${name}`)
    return found
  }
  const field = (name: string, fieldName: string) => entities.get(name)?.fields.find((each) => each.name === fieldName)
  const keyField = (name: string): Field => field(name, entity(name).key[0]!)!
  const users = spec.auth.userEntity === null ? undefined : entities.get(spec.auth.userEntity)
  const roleField = users?.fields.find((each) => each.name === 'role' && each.type === 'enum')?.name ?? null
  const builtInId = spec.auth.mockUser['id'] ?? 1
  const builtInRole = roleField === null ? (spec.auth.mockUser['role'] ?? spec.roles[0]) : spec.auth.mockUser[roleField]
  const owners = (name: string, operation: Verb) =>
    effects.filter((effect): effect is Owner => effect.kind === 'owner' && effect.entity === name && effect.operations.includes(operation))
  const hiding = (name: string, operation: Verb) => owners(name, operation).filter(({ open }) => open === undefined)
  const rolesFor = (name: string, operation: Verb) =>
    effects.filter((effect): effect is RoleRule => effect.kind === 'role' && effect.entity === name && effect.operations.includes(operation))

  const rolesAt = ({ method, path }: Endpoint) =>
    effects.filter((effect): effect is EndpointRole => effect.kind === 'endpoint-role' && effect.method === method && effect.path === path)

  const endpointOf: World['endpoint'] = (name, ...operations) => {
    for (const operation of operations) {
      const found = spec.endpoints.find(
        (each) => each.entity === name && each.operation === operation && each.unsupported === null && each.own === undefined && isWhole(each),
      )
      if (found) return found
    }
    return undefined
  }

  const actorAt: World['actorAt'] = (endpoint) => {
    const verb = verbOf(endpoint)
    return meeting([...(verb === undefined || endpoint.entity === null ? [] : rolesFor(endpoint.entity, verb)), ...rolesAt(endpoint)])
  }

  const actor: World['actor'] = (name, operation) => {
    const usual = endpointOf(name, ...OPERATIONS_OF[operation])
    return usual === undefined ? meeting(rolesFor(name, operation)) : actorAt(usual)
  }

  const meeting = (demanded: readonly { roles: string[] }[]): Caller => {
    if (demanded.length === 0 || demanded.every((rule) => rule.roles.includes(String(builtInRole)))) return byDefault
    const role = demanded[0]!.roles.find((each) => demanded.every((rule) => rule.roles.includes(each))) ?? demanded[0]!.roles[0]!
    return { kind: 'user', id: literal(builtInId), role }
  }

  return {
    spec,
    effects,
    entity,
    field,
    keyField,
    endpoint: endpointOf,
    unknownKey: (name) => {
      const type = keyField(name).type
      return literal(type === 'uuid' ? '00000000-0000-4000-8000-0000000fffff' : type === 'integer' || type === 'bigint' ? 999999 : 'unknown')
    },
    code: (code) => (spec.errors.codeCase === 'lower' ? code.toLowerCase() : code),
    actor,
    actorAt,
    owners,
    hiding,
    ownerFields: (name) =>
      effects.flatMap((effect) => {
        if (effect.kind !== 'owner' || effect.entity !== name || effect.via !== undefined) return []
        const fields = effect.fields.flatMap((each) => field(name, each) ?? [])
        return fields.some((each) => each.fromCaller || keyField(name).name === each.name) ? [] : fields.slice(0, 1).map((each) => each.name)
      }),
    maySet: (name, operation, fieldName) => {
      const caller = actor(name, operation)
      const role = caller.kind === 'user' ? caller.role : builtInRole
      return effects.every(
        (effect) => effect.kind !== 'role-field' || effect.entity !== name || effect.field !== fieldName || effect.roles.includes(String(role)),
      )
    },
    rolesFor,
    rolesAt,
    otherOwner: (name, operation) => {
      const sees = operation === 'read' || operation === 'list' ? owners : hiding
      const hidden = sees(name, 'read').length > 0 || sees(name, 'list').length > 0
      const status = hidden ? spec.statusCodes.otherOwner : 403
      return { status, code: status === 404 ? 'NOT_FOUND' : 'FORBIDDEN' }
    },
    roleOutside: (roles) => [...spec.roles].reverse().find((role) => !roles.includes(role)),
    builtInId,
    roleField,
    initialValues: (name, fieldName) => {
      const rows = [...spec.seeds.filter((seed) => seed.entity === name).map(({ row }) => row), ...(name === users?.name ? [spec.auth.mockUser] : [])]
      return new Set(rows.flatMap((row) => (row[fieldName] == null ? [] : [String(row[fieldName]).toLowerCase()])))
    },
    seeded: (name) => name === users?.name || spec.seeds.some((seed) => seed.entity === name),
    hidesDeleted: (name) => {
      const { softDelete } = entity(name)
      return softDelete !== null && !spec.endpoints.some((each) => each.entity === name && each.body?.includes(softDelete.field))
    },
  }
}
