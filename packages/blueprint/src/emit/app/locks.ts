import type { Entity } from '@forge/spec'
import type { AppFacts } from './app-facts'

/** True when writing a row changes what the referenced one holds, or depends on all rows that point at it: one writer at a time. */
export function locksReference(facts: AppFacts, entity: Entity, reference: string): boolean {
  return (
    facts.effects('capacity', entity.name).some((effect) => effect.reference === reference) ||
    facts.effects('sum-limit', entity.name).some((effect) => effect.reference === reference) ||
    facts.effects('no-overlap', entity.name).some((effect) => effect.scope === reference) ||
    booksAlone(facts, entity, reference) ||
    facts.world.effects.some((effect) => effect.kind === 'aggregate' && effect.child === entity.name && effect.reference === reference)
  )
}

/** Rows that change a number of one other row. Both sides of a transfer are locked together instead, in the order of their keys. */
function booksAlone(facts: AppFacts, entity: Entity, reference: string): boolean {
  const references = new Set(facts.effects('balance', entity.name).map((effect) => effect.reference))
  return references.size === 1 && references.has(reference)
}
