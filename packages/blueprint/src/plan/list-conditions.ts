import type { Condition, Endpoint } from '@forge/spec'
import { inOrder } from './bodies'
import { literal, ref, type Value } from './case-plan'
import { numberFor } from './siblings'
import { otherValue } from './states'
import type { World } from './world'

type Values = Record<string, Value>

/** What a row of a list is made with, so that the conditions of the list hold. */
export function madeFor(world: World, { entity, when }: Endpoint): Values {
  return Object.assign({}, ...(when ?? []).map((condition) => made(world, entity!, condition)))
}

function made(world: World, entity: string, condition: Condition): Values {
  if ('not' in condition) {
    const value = otherValue(world, entity, condition.field, condition.not)
    return value === undefined ? {} : { [condition.field]: literal(value) }
  }
  if ('atMost' in condition) return limited(world, entity, condition, 0)
  return condition.is === 'null' ? { [condition.field]: literal(null) } : {}
}

/** What is put into a row of a list behind the API's back: moments that lie behind or ahead, whatever rules say about creation. */
export function storedFor(world: World, { entity, when }: Endpoint): Values {
  const stored = (when ?? []).flatMap((condition) =>
    'is' in condition && condition.is !== 'null' ? [moment(world, entity!, condition.field, condition.is !== 'future')] : [],
  )
  return Object.assign({}, ...stored)
}

/** Values with which a condition does not hold, for a row beside that of the variable `wanted`. Undefined where there are none. */
export function against(world: World, entity: string, condition: Condition): Values | undefined {
  if ('not' in condition) return { [condition.field]: literal(condition.not[0]!) }
  if ('atMost' in condition) return limited(world, entity, condition, 1)
  if (condition.is === 'not-null') return { [condition.field]: literal(null) }
  const reference = world.field(entity, condition.field)?.reference
  if (reference !== undefined) return reference.entity === entity ? { [condition.field]: ref('wanted', world.keyField(entity).name) } : undefined
  return moment(world, entity, condition.field, condition.is !== 'past')
}

/** A moment of the past or of the future, and the other ends of its intervals. */
export function moment(world: World, entity: string, name: string, past: boolean): Values {
  const day = past ? '2020-01-15' : '2090-01-15'
  const value = world.field(entity, name)?.type === 'date' ? day : `${day}T09:00:00Z`
  return inOrder(world, entity, { [name]: literal(value) })
}

/** The number is as large as its limit, or by so much larger. */
function limited(world: World, entity: string, { field, atMost }: Extract<Condition, { atMost: unknown }>, above: number): Values {
  if (typeof atMost === 'number') return { [field]: literal(atMost + above) }
  const limit = numberFor(world.field(entity, atMost)!, 3)
  return { [atMost]: literal(limit), [field]: literal(limit + above) }
}
