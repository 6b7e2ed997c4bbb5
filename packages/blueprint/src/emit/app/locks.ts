import type { Entity } from '@forge/spec'
import type { AppFacts } from './app-facts'

/** True when writing a row changes what the referenced one holds, or depends on all rows that point at it: one writer at a time. */
export function locksReference(facts: AppFacts, entity: Entity, reference: string): boolean {
  return (
    facts.effects('capacity', entity.name).some((effect) => effect.reference === reference) ||
    facts.effects('no-overlap', entity.name).some((effect) => effect.scope === reference) ||
    facts.world.effects.some((effect) => effect.kind === 'aggregate' && effect.child === entity.name && effect.reference === reference)
  )
}
