import type { Entity, Field, RuleEffect } from '../api-spec'
import type { Direction } from './balance-clauses'
import { type Booked, memberIn, sourceByMember } from './balances'
import { endpointOf, entityIn } from './phrases'
import type { RuleView } from './view'

export function effectOf(entity: Entity, { reference, target, field }: Booked, amount: Field, direction: Direction, when?: When): RuleEffect {
  return {
    kind: 'balance',
    entity: entity.name,
    reference: reference.name,
    target: target.name,
    field: field.name,
    amount: amount.name,
    direction,
    ...(when === undefined ? {} : { when }),
  }
}

export type When = { field: string; values: string[] }

/** The rows that a noun names: an entity, one kind of its rows, or the rows below it that alone hold what is counted. */
export function sourceOf(noun: string, view: RuleView): { entity: Entity; when?: When }[] | null {
  const anywhere = { ...view, entity: null }
  const whole = entityIn(noun, anywhere)
  if (whole !== null) return [{ entity: whole }, ...partsOf(whole, view).map((entity) => ({ entity }))]
  const kind = noun.match(/^(.+?) (?:of|with|whose) (?:the )?(?:type|kind|direction|category|reason|status)?\s*(?:is |= ?|: ?)?([\w-]+)$/i)
  const words = noun.split(/\s+/)
  const splits: [entity: string, member: string][] = [
    ...(kind === null ? [] : [[kind[1]!, kind[2]!] as [string, string]]),
    ...words.slice(1).map((_, index): [string, string] => [words.slice(index + 1).join(' '), words.slice(0, index + 1).join(' ')]),
  ]
  for (const [name, member] of splits) {
    const entity = entityIn(name, anywhere)
    const when = entity === null ? null : memberIn(member, entity)
    if (entity !== null && when !== null) return [{ entity, when }]
  }
  const alone = sourceByMember(noun, view.world)
  return alone === null ? null : [alone]
}

/** "Placing an order reduces stock", where the items of an order name the products. */
export function partsOf(whole: Entity, view: RuleView): Entity[] {
  const parts = view.world.entities.filter((entity) => entity !== whole && entity.fields.some((field) => field.reference?.entity === whole.name))
  return parts.filter(
    (entity) => /(item|line|detail|entry)$/i.test(entity.name) && endpointOf(entity, ['create', 'nested-create'], view.world) !== undefined,
  )
}
