import type { ApiSpec, Endpoint, Entity, Field, RuleEffect } from '@forge/spec'
import { endpointNames } from '../../plan/endpoint-names'
import { type World, worldOf } from '../../plan/world'
import { snake } from '../../words'
import { attributeName, columnName, moduleName } from '../names'
import { isLibraryName, type Symbols } from './module'
import { pascal } from './python'

/** One endpoint that is emitted. */
export interface Route {
  endpoint: Endpoint
  /** Name of the route's function and of the service's method, for example `list_task_tags`. */
  name: string
  entity: Entity
}

type Kind = RuleEffect['kind']
export type Effect<K extends Kind> = Extract<RuleEffect, { kind: K }>
export type Operation = Effect<'owner'>['operations'][number]

/** What the templates ask about a spec, looked up once. */
export interface AppFacts {
  spec: ApiSpec
  world: World
  routes: Route[]
  /** Routes of one entity, in the spec's order. */
  routesOf(entity: Entity): Route[]
  /** Entities that have routes, in the spec's order. */
  served: Entity[]
  effects<K extends Kind>(kind: K, entity: string): Effect<K>[]
  /** Name of the enumeration of a field. */
  enumName(entity: Entity, field: Field): string
  /** Names that generated modules export, with their modules. */
  symbols: Symbols
  /** Python type of roles; null when the spec knows none. */
  roleType: string | null
  /** Python type of the callers' ids. */
  idType: 'int' | 'UUID' | 'str'
  onDelete(entity: Entity, field: Field): 'cascade' | 'set-null' | 'restrict'
  columnNullable(entity: Entity, field: Field): boolean
}

/** Endings of the names of an entity's own schemas: a field `read` of Task is no `TaskRead`. */
const SCHEMAS = new Set(['Create', 'Update', 'Read', 'Detail', 'Page', 'DetailPage', 'Service', 'ServiceDep'])
const SKIPPED = new Set<Endpoint['operation']>(['custom', 'health'])

export function factsOf(spec: ApiSpec): AppFacts {
  const world = worldOf(spec)
  const names = endpointNames(world)
  const routes = spec.endpoints
    .filter((endpoint) => endpoint.unsupported === null && endpoint.entity !== null && !SKIPPED.has(endpoint.operation))
    .map((endpoint): Route => ({ endpoint, name: names.get(endpoint)!, entity: world.entity(endpoint.entity!) }))
  const routesOf = (entity: Entity) => routes.filter((route) => route.entity.name === entity.name)
  const served = spec.entities.filter((entity) => routesOf(entity).length > 0)
  const entityNames = new Set(spec.entities.map((entity) => entity.name))
  const enumName = (entity: Entity, field: Field): string => {
    const name = `${entity.name}${pascal(attributeName(field))}`
    return entityNames.has(name) || SCHEMAS.has(pascal(attributeName(field))) ? `${name}Value` : name
  }
  const effects = <K extends Kind>(kind: K, entity: string) =>
    world.effects.filter((effect): effect is Effect<K> => effect.kind === kind && 'entity' in effect && effect.entity === entity)
  const onDelete: AppFacts['onDelete'] = (entity, field) => {
    const target = field.reference!.entity
    if (effects('cascade', target).some((effect) => effect.child === entity.name)) return 'cascade'
    return field.reference!.onDelete === 'set-null' && !columnNullable(entity, field) ? 'restrict' : field.reference!.onDelete
  }
  const columnNullable: AppFacts['columnNullable'] = (entity, field) => {
    if (entity.key.includes(field.name) || field.auto || field.fromCaller) return false
    if (field.nullable) return true
    if (field.default !== null || setByPath(spec, entity, field)) return false
    return !field.required || field.readOnly
  }
  const users = spec.auth.userEntity === null ? undefined : world.entity(spec.auth.userEntity)
  const roleField = users?.fields.find((field) => field.name === world.roleField)
  return {
    spec,
    world,
    routes,
    routesOf,
    served,
    effects,
    enumName,
    symbols: symbolsOf(spec, served, enumName),
    roleType: users && roleField ? enumName(users, roleField) : spec.roles.length > 0 ? CALLER_ROLE : null,
    idType: idTypeOf(spec),
    onDelete,
    columnNullable,
  }
}

function idTypeOf(spec: ApiSpec): AppFacts['idType'] {
  return spec.auth.idType === 'integer' ? 'int' : spec.auth.idType === 'uuid' ? 'UUID' : 'str'
}

/** The path names the parent of a nested row. */
function setByPath(spec: ApiSpec, entity: Entity, field: Field): boolean {
  return spec.endpoints.some((each) => each.operation === 'nested-create' && each.entity === entity.name && each.parent?.field === field.name)
}

function symbolsOf(spec: ApiSpec, served: Entity[], enumName: AppFacts['enumName']): Map<string, string> {
  const symbols = new Map<string, string>()
  for (const entity of spec.entities) {
    if (!isLibraryName(entity.name)) symbols.set(entity.name, 'app.models')
    for (const field of entity.fields) if (field.type === 'enum') symbols.set(enumName(entity, field), 'app.models')
  }
  for (const entity of served) {
    symbols.set(`${entity.name}Service`, `app.services.${moduleName(entity)}`)
    symbols.set(`${entity.name}ServiceDep`, 'app.dependencies.services')
    symbols.set(`get_${snake(entity.name)}_service`, 'app.dependencies.services')
  }
  symbols.set(CALLER_ROLE, 'app.services.access')
  return symbols
}

/** Roles that no table holds. */
export const CALLER_ROLE = 'AccessRole'

/** How services and routes name a model: by the package where a library has the same name. */
export const modelName = ({ name }: Pick<Entity, 'name'>): string => (isLibraryName(name) ? `models.${name}` : name)

/** Python expression of a field of a row. */
export const attribute = (owner: string, field: Pick<Field, 'name'>): string => `${owner}.${attributeName(field)}`

/** Variable that holds a row: `task_tag`. */
export const variable = (entity: Pick<Entity, 'name'>): string => moduleName(entity)

/** A constraint's or index's name: as the naming convention has it, shortened where PostgreSQL would cut it. */
export function databaseName(name: string): string {
  if (name.length <= 63) return name
  let hash = 0x811c9dc5
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0
  return `${name.slice(0, 54)}_${hash.toString(16).padStart(8, '0')}`
}

/** Fields of the unique constraints, the pairs of a junction included. */
export function uniqueTuples(entity: Entity): string[][] {
  const tuples = [...entity.uniqueTogether]
  if (entity.junction && entity.key.length === 1) {
    const ends = [entity.junction.left, entity.junction.right].map((side) => entity.fields.filter((field) => field.reference?.entity === side))
    const pair = [ends[0]![0], ends[1]!.find((field) => field !== ends[0]![0])].flatMap((field) => field?.name ?? [])
    if (pair.length === 2 && !tuples.some((tuple) => [...tuple].sort().join() === [...pair].sort().join())) tuples.push(pair)
  }
  return tuples
}

export const columns = (entity: Entity, fields: string[]): string[] =>
  fields.map((name) => columnName(entity.fields.find((field) => field.name === name) ?? { name }))
