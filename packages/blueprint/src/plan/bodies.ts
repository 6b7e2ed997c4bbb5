import { type Endpoint, type Field, type InvalidSample, invalidSamples, type JsonValue, type RuleEffect, sampleValue } from '@forge/spec'
import { snake } from '../words'
import { byDefault, type Check, literal, ref, type Step, type Value } from './case-plan'
import { movesOf } from './moves-of'
import { delicateValues, parentState } from './states'
import type { World } from './world'

type OrderEffect = Extract<RuleEffect, { kind: 'order' }>

/** A body that must be accepted, and the rows it points at. */
export interface Draft {
  arrange: Step[]
  body: Record<string, Value>
}

/** Writable fields of an endpoint's body, in the spec's order; of a change without those that stay as they were created. */
export function bodyFields(world: World, endpoint: Endpoint): Field[] {
  const entity = world.entity(endpoint.entity!)
  const changes = endpoint.operation === 'update' || endpoint.operation === 'replace'
  const fixed = (name: string) => world.effects.some((effect) => effect.kind === 'fixed' && effect.entity === entity.name && effect.field === name)
  return (endpoint.body ?? []).flatMap(
    (name) => entity.fields.find((field) => field.name === name && !field.readOnly && !field.fromCaller && !(changes && fixed(name))) ?? [],
  )
}

/**
 * A valid body. Optional references and the switch of a soft delete stay out: tests of their own set them.
 * @param variant other variants hold other values.
 */
export function validBody(world: World, endpoint: Endpoint, options: { variant?: number; requiredOnly?: boolean } = {}): Draft {
  const draft: Draft = { arrange: [], body: {} }
  const entity = world.entity(endpoint.entity!)
  const creates = endpoint.operation === 'create' || endpoint.operation === 'nested-create'
  for (const field of bodyFields(world, endpoint)) {
    if (field.name === endpoint.parent?.field && endpoint.parent.param !== undefined) continue
    if (!field.required && (options.requiredOnly || !world.maySet(entity.name, creates ? 'create' : 'update', field.name))) continue
    if (world.ownerFields(entity.name).includes(field.name)) {
      draft.body[field.name] = literal(callersId(world, field))
    } else if (field.reference) {
      if (!field.required) continue
      const name = apart(world, entity.name, field, draft) ? `other_${snake(field.reference.entity)}` : snake(field.reference.entity)
      if (!draft.arrange.some((step) => step.kind === 'make' && step.as === name))
        draft.arrange.push(...rowSteps(world, field.reference.entity, name, parentState(world, entity.name, field.name)))
      draft.body[field.name] = ref(name, world.keyField(field.reference.entity).name)
    } else if (field.name !== entity.softDelete?.field) {
      draft.body[field.name] = literal(safeValue(world, entity.name, field, options.variant ?? 0))
    }
  }
  return draft
}

/** This field may not hold what another one of the body holds already. */
function apart(world: World, entity: string, field: Field, { body }: Draft): boolean {
  const sides = world.effects.flatMap((effect) => (effect.kind === 'balance' && effect.entity === entity ? [effect.reference] : []))
  if (sides.includes(field.name) && sides.some((other) => other !== field.name && body[other] !== undefined)) return true
  return world.effects.some(
    (effect) =>
      effect.kind === 'distinct' &&
      effect.entity === entity &&
      effect.fields.includes(field.name) &&
      effect.fields.some((other) => other !== field.name && body[other] !== undefined),
  )
}

/** The id of the usual caller, as a field holds it. */
export function callersId(world: World, field: Field): JsonValue {
  return field.reference || ['integer', 'bigint', 'uuid'].includes(field.type) ? world.builtInId : String(world.builtInId)
}

/** Values that must be refused. `at` is what the answer names: the field, or the item of a list. References are as wrong as the key they hold. */
export function faultsOf(world: World, field: Field): (InvalidSample & { at: string })[] {
  return invalidSamples({ ...field, type: keyType(world, field) }).map((sample) => ({
    ...sample,
    at: field.list && Array.isArray(sample.value) ? `${field.name}.0` : field.name,
  }))
}

/** Text for references whose key is text, which has no form that could be wrong. */
function keyType(world: World, field: Field): Field['type'] {
  if (!field.reference) return field.type
  const type = keyType(world, world.keyField(field.reference.entity))
  return ['integer', 'bigint', 'uuid'].includes(type) ? 'reference' : type
}

/** A sample that no rule objects to. */
export function safeValue(world: World, entity: string, field: Field, variant = 0): JsonValue {
  if (
    field.type === 'boolean' &&
    world.effects.some((effect) => effect.kind === 'only-one' && effect.entity === entity && effect.flag === field.name)
  )
    return false
  if (field.type === 'boolean' && field.default !== null && !field.list && variant === 0) return field.default
  if (world.effects.some((effect) => effect.kind === 'age' && effect.entity === entity && effect.field === field.name))
    return `19${50 + (variant % 20)}-05-17`
  if (field.type === 'enum') return field.list ? [safeMember(world, entity, field, variant)] : safeMember(world, entity, field, variant)
  if (isKeptApart(world, entity, field)) return unusedSample(world, entity, field, variant)
  return behindItsBeginning(world, entity, field, variant, timedSample(world, entity, field, variant))
}

function timedSample(world: World, entity: string, field: Field, variant: number): JsonValue {
  const when = timing(world, entity, field.name)
  return when === undefined ? sampleValue(field, variant) : sampleValue(field, variant, { when })
}

/** The sample of an end, moved behind the sample of its beginning where an order rule would object. */
function behindItsBeginning(world: World, entity: string, field: Field, variant: number, value: JsonValue): JsonValue {
  if (field.list) return value
  for (const effect of world.effects) {
    if (effect.kind === 'no-overlap' && effect.entity === entity && effect.end === field.name)
      return moved(timedSample(world, entity, world.field(entity, effect.start)!, variant), 1)
  }
  for (const effect of world.effects) {
    if (effect.kind !== 'order' || effect.entity !== entity || effect.after !== field.name) continue
    const before = world.field(entity, effect.before)
    if (before?.type !== field.type) continue
    const start = timedSample(world, entity, before, variant)
    if (liesBefore(value, start) || (value === start && mayNotBeEqual(world, effect))) return moved(start, 1)
  }
  return value
}

/** Numbers by their size, moments by their text. */
export const liesBefore = (one: JsonValue, two: JsonValue): boolean =>
  typeof one === 'number' && typeof two === 'number' ? one < two : String(one) < String(two)

/** This rule or another one about the same two fields refuses equal values. */
export const mayNotBeEqual = (world: World, { entity, before, after }: OrderEffect): boolean =>
  world.effects.some((one) => one.kind === 'order' && one.strict === true && one.entity === entity && one.before === before && one.after === after)

/** The next value of an ordered type, or with -1 the one before: a whole number, a day, an hour. */
export function moved(value: JsonValue, by: 1 | -1): JsonValue {
  if (typeof value === 'number') return value + by
  const text = String(value)
  if (/^\d{2}:/.test(text)) return `${String((Number(text.slice(0, 2)) + by + 24) % 24).padStart(2, '0')}${text.slice(2)}`
  return `${new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10)}${text.slice(10)}`
}

const isKeptApart = (world: World, entity: string, field: Field): boolean =>
  !field.list && (field.unique !== false || world.entity(entity).key.includes(field.name)) && world.initialValues(entity, field.name).size > 0

/** The sample of that number among those that no row has from the start. */
function unusedSample(world: World, entity: string, field: Field, variant: number): JsonValue {
  const taken = world.initialValues(entity, field.name)
  const last = variant + taken.size
  const free = Array.from({ length: last + 1 }, (_, index) => sampleValue(field, index)).filter((value) => !taken.has(String(value).toLowerCase()))
  return free[variant] ?? sampleValue(field, variant)
}

/** The member to create with is the default; another one only where no rule says more about it. */
function safeMember(world: World, entity: string, field: Field, variant: number): JsonValue {
  const values = field.values ?? []
  const usual = typeof field.default === 'string' && values.includes(field.default) ? field.default : undefined
  const delicate = delicateValues(world, entity, field.name)
  const free = values.filter((value) => !delicate.has(value))
  if (variant === 0 && usual !== undefined) return usual
  const moves = movesOf(world, entity, field.name)
  if (variant > 0 && moves.ruled) {
    const before = usual ?? String(safeMember(world, entity, field, 0))
    return free.find((value) => value !== before && moves.allows(before, value)) ?? before
  }
  const pool = free.length > 0 ? free : values
  const others = pool.filter((value) => value !== usual)
  return variant === 0 ? pool[0]! : (others[(variant - 1) % Math.max(1, others.length)] ?? usual ?? pool[0]!)
}

function timing(world: World, entity: string, field: string): 'past' | 'future' | undefined {
  for (const effect of world.effects) {
    if ((effect.kind === 'future' || effect.kind === 'past') && effect.entity === entity && effect.field === field) return effect.kind
    if (effect.kind === 'deadline' && effect.target === entity && effect.field === field) return 'future'
  }
  // Both ends of an interval lie ahead, so that order rules and future rules never disagree; the sampler puts the later end later.
  return undefined
}

/** What an answer must repeat of a body. Write-only fields never come back. */
export function echoChecks(world: World, entity: string, body: Record<string, Value>): Check[] {
  return Object.entries(body).flatMap(([name, value]): Check[] => {
    const field = world.field(entity, name)
    if (!field || field.writeOnly) return []
    return [{ kind: 'equals', field: name, value, compare: comparison(field) }]
  })
}

export function comparison(field: Field): 'exact' | 'number' | 'prefix' {
  if (field.list) return 'exact'
  if (field.type === 'decimal' || field.type === 'float') return 'number'
  return field.type === 'datetime' || field.type === 'time' ? 'prefix' : 'exact'
}

export function make(entity: string, as: string, values: Record<string, Value> = {}, caller = byDefault): Step {
  return { kind: 'make', entity, as, values, caller }
}

/** Fields a request can set on creation; null when rows are inserted directly, so that every field can be set. */
export function creatable(world: World, entity: string): string[] | null {
  const endpoint = world.endpoint(entity, 'create', 'nested-create')
  if (!endpoint) return null
  const sent = (endpoint.body ?? []).filter((field) => world.maySet(entity, 'create', field))
  return [...sent, ...(endpoint.parent?.field ? [endpoint.parent.field] : [])]
}

/**
 * Values with the other end of each interval of which they hold one, so that no order rule objects.
 * @param within fields that may be added; all when left out
 */
export function inOrder(world: World, entity: string, values: Record<string, Value>, within?: readonly string[]): Record<string, Value> {
  const ordered = { ...values }
  for (const effect of world.effects) {
    if (effect.kind !== 'order' || effect.entity !== entity) continue
    const strict = mayNotBeEqual(world, effect)
    for (const [mine, theirs, by] of [
      [effect.before, effect.after, 1],
      [effect.after, effect.before, -1],
    ] as const) {
      const value = ordered[mine]
      const sameType = world.field(entity, mine)?.type === world.field(entity, theirs)?.type
      if (value?.kind === 'literal' && value.value !== null && ordered[theirs] === undefined && sameType && (within?.includes(theirs) ?? true))
        ordered[theirs] = strict ? literal(moved(value.value, by)) : value
    }
  }
  return withDemanded(world, entity, ordered, within)
}

/** Values with what rules demand beside them: a reason for what is rejected. */
export function withDemanded(world: World, entity: string, values: Record<string, Value>, within?: readonly string[]): Record<string, Value> {
  const all = { ...values }
  for (const effect of world.effects) {
    if (effect.kind !== 'required-when' || effect.entity !== entity || all[effect.field] !== undefined) continue
    const state = all[effect.when.field]
    const field = world.field(entity, effect.field)
    if (state?.kind !== 'literal' || !effect.when.values.includes(state.value as string | boolean) || field === undefined) continue
    if (!field.reference && (within?.includes(field.name) ?? true)) all[field.name] = literal(safeValue(world, entity, field))
  }
  return all
}

/** A row with some values; those that no request can set are stored. */
export function rowSteps(world: World, entity: string, as: string, values: Record<string, Value> = {}, caller = byDefault): Step[] {
  const settable = creatable(world, entity)
  const made: Record<string, Value> = {}
  const stored: Record<string, Value> = {}
  for (const [field, value] of Object.entries(inOrder(world, entity, values)))
    (settable === null || settable.includes(field) ? made : stored)[field] = value
  const steps = [make(entity, as, made, caller)]
  if (Object.keys(stored).length > 0) steps.push({ kind: 'store', entity, row: as, values: stored })
  return steps
}
