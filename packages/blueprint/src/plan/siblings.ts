import type { Field } from '@forge/spec'
import { creatable, make, rowSteps } from './bodies'
import { type Caller, literal, type Step, type Value } from './case-plan'
import { stranger } from './requests'
import type { World } from './world'

/** Rows that are made to point at the same one. */
export interface Sibling {
  as: string
  values?: Record<string, Value>
}

/**
 * Steps that make rows of `entity` whose `reference` points at the row with this key: by different people where one person may make one only.
 * Undefined when there can be no second one.
 */
export function siblings(world: World, entity: string, reference: Field, key: Value, rows: readonly Sibling[]): Step[] | undefined {
  const tuples = world.entity(entity).uniqueTogether.filter((tuple) => tuple.includes(reference.name))
  const fields = (tuple: string[]) => tuple.flatMap((name) => (name === reference.name ? [] : (world.field(entity, name) ?? [])))
  const personal = tuples.some((tuple) => fields(tuple).every((field) => field.fromCaller))
  if (rows.length > 1 && (reference.unique !== false || (personal && reference.fromCaller))) return undefined
  return rows.flatMap(({ as, values = {} }) => {
    if (reference.fromCaller) return madeBy(world, entity, as, values, { kind: 'user', id: key }, { [reference.name]: key })
    const placed = { ...values, [reference.name]: key }
    const owner = world.entity(entity).fields.find((field) => field.fromCaller)
    // Rows that no request creates are whose the test says.
    const told = owner !== undefined && values[owner.name] !== undefined && creatable(world, entity) === null
    if (!personal || owner === undefined || told) return rowSteps(world, entity, as, placed)
    const maker = stranger(world, `maker_of_${as}`)
    return [...maker.arrange, ...madeBy(world, entity, as, placed, maker.caller, { [owner.name]: maker.id })]
  })
}

/** A row of a certain person: over the API as that person, else with that person in it. */
function madeBy(world: World, entity: string, as: string, values: Record<string, Value>, caller: Caller, owner: Record<string, Value>): Step[] {
  return creatable(world, entity) === null ? [make(entity, as, { ...values, ...owner })] : rowSteps(world, entity, as, values, caller)
}

/** A number within the limits of a field that is at least as large as wanted, where there is one. */
export function numberFor(field: Field, wanted: number): number {
  const low = Math.ceil(field.min ?? Number.NEGATIVE_INFINITY)
  const high = Math.floor(field.max ?? Number.POSITIVE_INFINITY)
  return Math.min(Math.max(wanted, low), high)
}

export const number = (field: Field, wanted: number): Value => literal(numberFor(field, wanted))
