import type { Entity, Field } from '@forge/spec'
import type { AppFacts } from '../app/app-facts'

const BEHIND = /birth|born|^dob$/
const BEFORE = /hire|join|found|manufactur|purchase|acquired|issued/
const LATER = /(^|_)(end|ends|until|to|return|check_?out|expir\w*|close[sd]?|deadline|due|finish\w*|valid_to)(_|$)|end_?(date|time|at)|expir/i
const DONE = /complet|publish|paid|sent|receiv|deliver|shipp|visited|watched|read_at|login|seen|cancel|archiv|delet|approv/

/** Days between the making of a row and a date of it, such that ordered dates are in order. */
export function daysOf(facts: AppFacts, entity: Entity, field: Field): number {
  const days = new Map(entity.fields.map((each) => [each.name, usual(facts, entity, each)]))
  const orders = facts.effects('order', entity.name)
  const gaps = facts.effects('no-overlap', entity.name)
  for (let round = 0; round < entity.fields.length; round += 1) {
    for (const { before, after } of orders) days.set(after, Math.max(days.get(after) ?? 0, (days.get(before) ?? 0) + 1))
    // Rows are a day apart: what lasts one day meets no other row.
    for (const { start, end } of gaps) days.set(end, (days.get(start) ?? 0) + 1)
  }
  return days.get(field.name)!
}

function usual(facts: AppFacts, entity: Entity, field: Field): number {
  const name = field.name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  if (field.auto !== undefined) return field.auto === 'created' ? 0 : 1
  if (facts.effects('future', entity.name).some((effect) => effect.field === field.name)) return 730
  if (BEHIND.test(name)) return -9000
  if (BEFORE.test(name) || facts.effects('past', entity.name).some((effect) => effect.field === field.name)) return -60
  if (DONE.test(name)) return 1
  return LATER.test(name) ? 21 : 7
}
