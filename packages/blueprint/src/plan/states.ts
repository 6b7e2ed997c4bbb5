import type { Endpoint, JsonValue } from '@forge/spec'
import { literal, type Value } from './case-plan'
import { movesOf } from './moves-of'
import type { World } from './world'

type Member = string | boolean

/** What some rule asks of a field's value: to be this, or to be none of these. */
interface Demand {
  field: string
  is?: Member
  not?: readonly Member[]
}

/** What rules ask of a row so that `child` rows may point at it. */
export function parentState(world: World, child: string, reference: string): Record<string, Value> {
  const target = world.field(child, reference)?.reference?.entity
  return target === undefined ? {} : { ...ampleLimits(world, child, reference), ...meeting(world, target, parentDemands(world, child, reference)) }
}

/** More than any test needs, of what limits the rows that point at one. */
function ampleLimits(world: World, child: string, reference: string): Record<string, Value> {
  const names = world.effects.flatMap((effect) => {
    if (effect.kind === 'balance' && effect.entity === child && effect.reference === reference) return [{ entity: effect.target, name: effect.field }]
    if (
      (effect.kind !== 'bound' && effect.kind !== 'capacity' && effect.kind !== 'sum-limit') ||
      effect.entity !== child ||
      effect.reference !== reference
    )
      return []
    return typeof effect.limit === 'string' ? [{ entity: effect.target, name: effect.limit }] : []
  })
  return Object.fromEntries(names.map(({ entity, name }) => [name, literal(world.field(entity, name)?.max ?? 1000)]))
}

/** Rows that point at another: their entity, and the field by which they do. */
export interface Children {
  entity: string
  field: string
}

/**
 * What rules ask of a row so that an endpoint may change it or delete it, and `children` rows may point at it. Where no value is good for both, it is
 * the children's: `stateAfterChildren` tells the other.
 */
export function rowState(world: World, endpoint: Endpoint, children: Children[] = []): Record<string, Value> {
  const torn = tornFields(world, endpoint, children)
  return {
    ...Object.assign({}, ...children.map(({ entity, field }) => ampleLimits(world, entity, field))),
    ...meeting(world, endpoint.entity!, [
      ...ownDemands(world, endpoint).filter(({ field }) => !torn.includes(field)),
      ...children.flatMap(({ entity, field }) => parentDemands(world, entity, field)),
    ]),
  }
}

/** What a row must hold when its children are made, so that the endpoint may change it or delete it: only what `rowState` could not give. */
export function stateAfterChildren(world: World, endpoint: Endpoint, children: Children[]): Record<string, Value> {
  const own = ownDemands(world, endpoint)
  const values = tornFields(world, endpoint, children).flatMap((field) => {
    const value = valueFor(world, endpoint.entity!, field, own)
    return value === undefined ? [] : [[field, literal(value)] as const]
  })
  return Object.fromEntries(values)
}

/** Fields of which the endpoint and the children ask what no value can be. */
function tornFields(world: World, endpoint: Endpoint, children: Children[]): string[] {
  const own = ownDemands(world, endpoint)
  const below = children.flatMap(({ entity, field }) => parentDemands(world, entity, field))
  const asked = new Set(own.map(({ field }) => field).filter((name) => below.some(({ field }) => field === name)))
  return [...asked].filter((name) => valueFor(world, endpoint.entity!, name, [...own, ...below]) === undefined)
}

function ownDemands(world: World, endpoint: Endpoint): Demand[] {
  const operation =
    endpoint.bulk !== undefined
      ? endpoint.bulk.effect
      : endpoint.operation === 'delete'
        ? 'delete'
        : ['update', 'replace', 'action', 'adjust'].includes(endpoint.operation)
          ? 'update'
          : undefined
  const guards = world.effects.flatMap((effect): Demand[] =>
    (effect.kind === 'adjust-guard' && effect.entity === endpoint.entity && effect.path === endpoint.path) ||
    (effect.kind === 'state-guard' && effect.entity === endpoint.entity && operation !== undefined && effect.operations.includes(operation))
      ? [{ field: effect.field, not: effect.values }]
      : [],
  )
  return [...guards, ...moveDemands(world, endpoint)]
}

/** An action that sets an enumeration needs a row from which that may be reached. */
function moveDemands(world: World, endpoint: Endpoint): Demand[] {
  return Object.entries(endpoint.sets ?? {}).flatMap(([field, to]): Demand[] => {
    const moves = movesOf(world, endpoint.entity!, field)
    if (!moves.ruled || typeof to !== 'string') return []
    return [{ field, not: (world.field(endpoint.entity!, field)?.values ?? []).filter((from) => !moves.allows(from, to)) }]
  })
}

function parentDemands(world: World, child: string, reference: string): Demand[] {
  return world.effects.flatMap((effect): Demand[] => {
    if (effect.kind === 'reference-state' && effect.entity === child && effect.reference === reference)
      return [{ field: effect.field, is: effect.value }]
    if (effect.kind === 'parent-guard' && effect.entity === child && effect.parentField === reference)
      return [{ field: effect.field, not: effect.values }]
    return []
  })
}

/** Values that meet the demands; only for fields that would not meet them anyway. */
function meeting(world: World, entity: string, demands: Demand[]): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const name of new Set(demands.map(({ field }) => field))) {
    const mine = demands.filter(({ field }) => field === name)
    const [wanted] = mine.flatMap(({ is }) => (is === undefined ? [] : [is]))
    const refused = mine.flatMap(({ not }) => not ?? [])
    const usual = world.field(entity, name)?.default as Member | null | undefined
    const fine = usual !== undefined && usual !== null && !refused.includes(usual) && (wanted === undefined || usual === wanted)
    const value = fine ? undefined : (wanted ?? otherValue(world, entity, name, refused))
    if (value !== undefined) values[name] = literal(value)
  }
  return values
}

/** A value of the field that meets all the demands made of it, if there is one. */
function valueFor(world: World, entity: string, name: string, demands: Demand[]): Member | undefined {
  const mine = demands.filter(({ field }) => field === name)
  const [wanted] = mine.flatMap(({ is }) => (is === undefined ? [] : [is]))
  const refused = mine.flatMap(({ not }) => not ?? [])
  if (wanted === undefined) return otherValue(world, entity, name, refused) as Member | undefined
  return refused.includes(wanted) ? undefined : wanted
}

/** A value of the field that is none of `not`: the usual one, or one of which no rule speaks, where there is such a value. */
export function otherValue(world: World, entity: string, name: string, not: readonly Member[]): JsonValue | undefined {
  const field = world.field(entity, name)
  if (!field) return undefined
  if (field.type === 'boolean') return [false, true].find((value) => !not.includes(value))
  const delicate = delicateValues(world, entity, name)
  const free = (field.values ?? []).filter((value) => !not.includes(value))
  const usual = typeof field.default === 'string' && free.includes(field.default) ? field.default : undefined
  return usual ?? free.find((value) => !delicate.has(value)) ?? free[0]
}

/** Values of a field that some rule speaks of. */
export function delicateValues(world: World, entity: string, field: string): Set<Member> {
  const found = new Set<Member>()
  for (const effect of world.effects) {
    if (effect.kind === 'exclusive' && effect.entity === entity) {
      for (const side of [effect.a, effect.b]) if (side.field === field) found.add(side.value)
    }
    if (effect.kind === 'state-guard' && effect.entity === entity && effect.field === field) for (const value of effect.values) found.add(value)
    if (effect.kind === 'parent-guard' && effect.parent === entity && effect.field === field) for (const value of effect.values) found.add(value)
    if (effect.kind === 'stamp' && effect.entity === entity && effect.field === field) found.add(effect.value)
    if (effect.kind === 'required-when' && effect.entity === entity && effect.when.field === field)
      for (const value of effect.when.values) found.add(value)
  }
  return found
}
