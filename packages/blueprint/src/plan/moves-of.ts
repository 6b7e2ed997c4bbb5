import type { Move } from '@forge/spec'
import type { World } from './world'

/** What rules say of changes of one enumeration. */
export interface Moves {
  /** Whether some rule speaks of changes of the field. */
  ruled: boolean
  /** Whether a row with the first value may get the second one. */
  allows(from: string, to: string): boolean
}

/** All sentences about one enumeration together: what one of them allows, none refuses. */
export function movesOf(world: World, entity: string, field: string): Moves {
  const effects = world.effects.flatMap((effect) =>
    effect.kind === 'transitions' && effect.entity === entity && effect.field === field ? [effect] : [],
  )
  const has = (moves: readonly Move[], from: string, to: string) => moves.some((move) => move[0] === from && move[1] === to)
  return {
    ruled: effects.length > 0,
    allows: (from, to) => effects.some(({ allowed }) => has(allowed, from, to)) || !effects.some(({ refused }) => has(refused, from, to)),
  }
}

/** A value from which the field may get this one, the usual value first; undefined when there is none. */
export function valueBefore(world: World, entity: string, name: string, to: string): string | undefined {
  const field = world.field(entity, name)
  const moves = movesOf(world, entity, name)
  const usual = usualValue(world, entity, name)
  return [...(usual === undefined ? [] : [usual]), ...(field?.values ?? [])].find((from) => from !== to && moves.allows(from, to))
}

/** The value that rows are made with. */
export function usualValue(world: World, entity: string, name: string): string | undefined {
  const field = world.field(entity, name)
  return typeof field?.default === 'string' ? field.default : field?.values?.[0]
}
