import { type Endpoint, type Field, type JsonValue, sampleValue } from '@forge/spec'
import { byDefault, type Check, literal, ref, type Step, type Value } from './case-plan'
import { snake, type World } from './world'

/** A body that must be accepted, and the rows it points at. */
export interface Draft {
  arrange: Step[]
  body: Record<string, Value>
}

/** Writable fields of an endpoint's body, in the spec's order. */
export function bodyFields(world: World, endpoint: Endpoint): Field[] {
  const entity = world.entity(endpoint.entity!)
  return (endpoint.body ?? []).flatMap((name) => entity.fields.find((field) => field.name === name && !field.readOnly && !field.fromCaller) ?? [])
}

/**
 * A valid body. Optional references and the switch of a soft delete stay out: tests of their own set them.
 * @param variant other variants hold other values.
 */
export function validBody(world: World, endpoint: Endpoint, options: { variant?: number; requiredOnly?: boolean } = {}): Draft {
  const draft: Draft = { arrange: [], body: {} }
  const entity = world.entity(endpoint.entity!)
  for (const field of bodyFields(world, endpoint)) {
    if (field.name === endpoint.parent?.field && endpoint.parent.param !== undefined) continue
    if (field.reference) {
      if (!field.required) continue
      const name = snake(field.reference.entity)
      if (!draft.arrange.some((step) => step.kind === 'make' && step.as === name))
        draft.arrange.push(make(field.reference.entity, name, demandedState(world, entity.name, field.name)))
      draft.body[field.name] = ref(name, world.keyField(field.reference.entity).name)
    } else if (field.name === entity.softDelete?.field || (options.requiredOnly && !field.required)) {
    } else {
      draft.body[field.name] = literal(safeValue(world, entity.name, field, options.variant ?? 0))
    }
  }
  return draft
}

/** What rules demand of the row that a reference points at. */
export function demandedState(world: World, entity: string, reference: string): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const effect of world.effects) {
    if (effect.kind !== 'reference-state' || effect.entity !== entity || effect.reference !== reference) continue
    const field = world.field(effect.target, effect.field)
    if (field && !field.readOnly && field.default !== effect.value) values[effect.field] = literal(effect.value)
  }
  return values
}

/** A sample that no rule objects to. */
export function safeValue(world: World, entity: string, field: Field, variant = 0): JsonValue {
  if (field.type === 'boolean' && field.default !== null && !field.list && variant === 0) return field.default
  if (field.type === 'enum') return field.list ? [safeMember(world, entity, field, variant)] : safeMember(world, entity, field, variant)
  const when = timing(world, entity, field.name)
  return when === undefined ? sampleValue(field, variant) : sampleValue(field, variant, { when })
}

/** The member to create with is the default; another one only where no rule says more about it. */
function safeMember(world: World, entity: string, field: Field, variant: number): JsonValue {
  const values = field.values ?? []
  const usual = typeof field.default === 'string' && values.includes(field.default) ? field.default : undefined
  const delicate = delicateValues(world, entity, field.name)
  const free = values.filter((value) => !delicate.has(value))
  if (variant === 0 && usual !== undefined) return usual
  const pool = free.length > 0 ? free : values
  const others = pool.filter((value) => value !== usual)
  return variant === 0 ? pool[0]! : (others[(variant - 1) % Math.max(1, others.length)] ?? usual ?? pool[0]!)
}

/** Values of a field that some rule speaks of. */
export function delicateValues(world: World, entity: string, field: string): Set<string | boolean> {
  const found = new Set<string | boolean>()
  for (const effect of world.effects) {
    if (effect.kind === 'exclusive' && effect.entity === entity) {
      for (const side of [effect.a, effect.b]) if (side.field === field) found.add(side.value)
    }
    if (effect.kind === 'state-guard' && effect.entity === entity && effect.field === field) for (const value of effect.values) found.add(value)
    if (effect.kind === 'parent-guard' && effect.parent === entity && effect.field === field) for (const value of effect.values) found.add(value)
    if (effect.kind === 'stamp' && effect.entity === entity && effect.field === field) found.add(effect.value)
  }
  return found
}

function timing(world: World, entity: string, field: string): 'past' | 'future' | undefined {
  for (const effect of world.effects) {
    if ((effect.kind === 'future' || effect.kind === 'past') && effect.entity === entity && effect.field === field) return effect.kind
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
  return [...(endpoint.body ?? []), ...(endpoint.parent?.field ? [endpoint.parent.field] : [])]
}

/** A row with some values; those that no request can set are stored. */
export function rowSteps(world: World, entity: string, as: string, values: Record<string, Value> = {}, caller = byDefault): Step[] {
  const settable = creatable(world, entity)
  const made: Record<string, Value> = {}
  const stored: Record<string, Value> = {}
  for (const [field, value] of Object.entries(values)) (settable === null || settable.includes(field) ? made : stored)[field] = value
  const steps = [make(entity, as, made, caller)]
  if (Object.keys(stored).length > 0) steps.push({ kind: 'store', entity, row: as, values: stored })
  return steps
}
