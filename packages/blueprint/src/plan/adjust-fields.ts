import type { Endpoint, Field } from '@forge/spec'
import type { World } from './world'

/** The smallest amount that is more than nothing, in the digits of a number. */
export const smallestStep = ({ type, scale = 2 }: Field): number => (type === 'decimal' ? Number((10 ** -scale).toFixed(scale)) : 1)

/** The amount that the body of an `adjust` endpoint holds, as a field: of the type of the number that it changes, and more than nothing where it is not signed. */
export function amountField(world: World, endpoint: Endpoint): Field {
  const { field, amount, direction } = endpoint.adjust!
  const { type, precision, scale, source } = world.field(endpoint.entity!, field)!
  return {
    name: amount,
    type,
    list: false,
    required: true,
    nullable: false,
    readOnly: false,
    unique: false,
    indexed: false,
    default: null,
    source,
    ...(precision === undefined ? {} : { precision }),
    ...(scale === undefined ? {} : { scale }),
    ...(direction === 'change' ? {} : { min: smallestStep({ type, scale } as Field) }),
  }
}

/** Fields of the written row that the body may hold. */
export function noteFields(world: World, { adjust }: Endpoint): Field[] {
  const { log } = adjust!
  return log === undefined ? [] : log.notes.flatMap((name) => world.field(log.entity, name) ?? [])
}
