import type { Field, JsonValue } from '@forge/spec'
import { snake } from '../words'
import { safeValue } from './bodies'
import { type CasePlan, literal } from './case-plan'
import type { List } from './list-scene'

/** Orders that can be asked for. */
export function sortCases(list: List): CasePlan[] {
  const { sort } = list.endpoint
  if (!sort) return []
  const rows = ['first', 'second', 'third']
  const cases: CasePlan[] = []
  const plain = sort.fields.map((name) => list.world.field(list.entity.name, name)).filter((field) => field !== undefined && sortable(list, field))
  for (const field of plain.slice(0, 3)) {
    const values = [0, 1, 2].map((variant) => safeValue(list.world, list.entity.name, field!, variant))
    const placed = rows.map((row, index) => ({ row, value: values[index]! })).sort((a, b) => compare(a.value, b.value))
    const arrange = [1, 0, 2].flatMap((index) => list.row(rows[index]!, { [field!.name]: literal(values[index]!) }))
    const ascending = placed.map((each) => each.row)
    for (const order of ['asc', 'desc'] as const) {
      const expected = order === 'asc' ? ascending : [...ascending].reverse()
      const query = { sort_by: literal(field!.name), sort_order: literal(order) }
      cases.push(
        list.case(`sorted_by_${snake(field!.name)}_${order}`, `Sorted by ${field!.name}, ${order}.`, arrange, query, [list.rows(expected, [], true)]),
      )
    }
  }
  const created = sort.fields.find((name) => list.world.field(list.entity.name, name)?.auto === 'created')
  if (created !== undefined) {
    const arrange = rows.flatMap((row) => list.row(row))
    const query = { sort_by: literal(created), sort_order: literal('desc') }
    cases.push(list.case(`newest_first`, `Sorted by ${created}, newest first.`, arrange, query, [list.rows([...rows].reverse(), [], true)]))
  }
  return cases
}

export function sortable(list: List, field: Field): boolean {
  if (list.isSettled(field.name) || field.list || field.reference || field.auto || field.readOnly) return false
  if (!['string', 'text', 'integer', 'bigint', 'decimal', 'float', 'datetime', 'date', 'email'].includes(field.type)) return false
  const values = [0, 1, 2].map((variant) => safeValue(list.world, list.entity.name, field, variant))
  return new Set(values).size === 3
}

export function compare(a: JsonValue, b: JsonValue): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en')
}
