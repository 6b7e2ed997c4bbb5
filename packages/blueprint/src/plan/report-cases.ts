import type { Endpoint, Figure, JsonValue } from '@forge/spec'
import { snake } from '../words'
import { inOrder, safeValue } from './bodies'
import { type CasePlan, type Check, literal, ref, type Step, type Value } from './case-plan'
import { identityCases } from './common'
import { List } from './list-scene'
import { stranger } from './requests'
import { numberFor } from './siblings'
import type { World } from './world'

type Values = Record<string, Value>

/** One row of the answer: what is asked of it. */
interface Expected {
  group: Value
  rows: string[]
}

/** Cases of reports: rows that the test makes are put together, and others are left out. */
export function reportCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const { figures: _figures, range: _range, grouped: _grouped, ranked: _ranked, ...rest } = endpoint
  const list = new List(world, { ...rest, operation: 'list' }, name)
  if (world.seeded(list.entity.name)) return []
  const own = endpoint.grouped!.periods === undefined ? valueCases(list, endpoint) : periodCases(list, endpoint)
  if (own.length === 0) return []
  return [
    ...own,
    list.case('without_rows', 'Without rows the report is empty.', [], {}, [{ kind: 'length', value: 0 }]),
    ...refusedCases(list, endpoint),
    ...foreignCases(list),
    ...identityCases(world, endpoint, name),
  ]
}

/** The number that each row adds to what is summed or compared. */
const AMOUNTS: Record<string, number> = { first: 3, second: 6, third: 4, fourth: 5 }

/** A row with a number of its own in each field that a figure works on, and with these values. */
function made(list: List, row: string, endpoint: Endpoint, values: Values): Step[] {
  const numbers = endpoint.figures!.flatMap(({ field }) => (field === undefined ? [] : [[field, literal(amountOf(list, field, row))] as const]))
  const stored = { ...Object.fromEntries(numbers), ...values }
  return [...list.row(row), ...(Object.keys(stored).length === 0 ? [] : [{ kind: 'store' as const, entity: list.entity.name, row, values: stored }])]
}

const amountOf = (list: List, field: string, row: string): number => numberFor(list.world.field(list.entity.name, field)!, AMOUNTS[row] ?? 3)

/** What a figure is about these rows; undefined where the test does not say. */
function worth(list: List, { function: kind, field, where, when }: Figure, rows: string[]): number | undefined {
  if (where !== undefined || when !== undefined) return undefined
  if (kind === 'count') return rows.length
  const numbers = rows.map((row) => amountOf(list, field!, row))
  const sum = numbers.reduce((total, each) => total + each, 0)
  if (kind === 'sum') return sum
  return kind === 'average' ? sum / numbers.length : kind === 'minimum' ? Math.min(...numbers) : Math.max(...numbers)
}

/** These rows, in this order, and no others. */
function answers(list: List, endpoint: Endpoint, expected: Expected[]): Check[] {
  const rows = expected.flatMap(({ group, rows: own }, at): Check[] => [
    { kind: 'equals', within: [at], field: endpoint.grouped!.name, value: group, compare: 'exact' },
    ...endpoint.figures!.flatMap((figure): Check[] => {
      const value = worth(list, figure, own)
      return value === undefined ? [] : [{ kind: 'equals', within: [at], field: figure.name[0]!, value: literal(value), compare: 'exact' }]
    }),
  ])
  return [{ kind: 'length', value: expected.length }, ...rows]
}

// --------------------------------------------------------------------------------------------------------------------- periods

/** Two rows of one day, the later of them late in the evening; one of the next day, in the same week; one of the next month. */
const DAYS: Record<string, [day: string, time: string]> = {
  first: ['2021-01-13', '00:10:00'],
  second: ['2021-01-13', '23:50:00'],
  third: ['2021-01-14', '09:00:00'],
  fourth: ['2021-02-03', '09:00:00'],
}
const NAMED: Record<string, Record<string, string>> = {
  day: { '2021-01-13': '2021-01-13', '2021-01-14': '2021-01-14', '2021-02-03': '2021-02-03' },
  week: { '2021-01-13': '2021-01-11', '2021-01-14': '2021-01-11', '2021-02-03': '2021-02-01' },
  month: { '2021-01-13': '2021-01', '2021-01-14': '2021-01', '2021-02-03': '2021-02' },
}

function periodCases(list: List, endpoint: Endpoint): CasePlan[] {
  const { field, periods = [], param } = endpoint.grouped!
  const at = (row: string): Values => {
    const [day, time] = DAYS[row]!
    const isDay = list.world.field(list.entity.name, field)!.type === 'date'
    return inOrder(list.world, list.entity.name, { [field]: literal(isDay ? day : `${day}T${time}Z`) })
  }
  const all = Object.keys(DAYS)
  const arrange = all.flatMap((row) => made(list, row, endpoint, at(row)))
  const inPeriods = (period: string, rows: string[]): Check[] => {
    const groups = new Map<string, string[]>()
    for (const row of rows) {
      const group = NAMED[period]![DAYS[row]![0]]!
      groups.set(group, [...(groups.get(group) ?? []), row])
    }
    return answers(
      list,
      endpoint,
      [...groups].map(([group, own]) => ({ group: literal(group), rows: own })),
    )
  }
  const [usual = 'day', ...others] = periods
  const bounds: [string | undefined, string, string[]][] = [
    [endpoint.range?.from, '2021-01-14', ['third', 'fourth']],
    [endpoint.range?.to, '2021-01-13', ['first', 'second']],
  ]
  return [
    list.case('', `Rows of one ${usual} make one row, the earliest first.`, arrange, {}, inPeriods(usual, all)),
    ...others.map((period) =>
      list.case(`by_${period}`, `Rows of one ${period} make one row.`, arrange, { [param!]: literal(period) }, inPeriods(period, all)),
    ),
    ...bounds.flatMap(([bound, day, rows]) =>
      bound === undefined
        ? []
        : [
            list.case(
              `${snake(bound)}_a_day`,
              `${bound} leaves out other days, and keeps all of its own.`,
              arrange,
              { [bound]: literal(day) },
              inPeriods(usual, rows),
            ),
          ],
    ),
  ]
}

// ---------------------------------------------------------------------------------------------------------------------- values

function valueCases(list: List, endpoint: Endpoint): CasePlan[] {
  const { field } = endpoint.grouped!
  const grouped = list.world.field(list.entity.name, field)!
  if (grouped.reference !== undefined) return referenceCases(list, endpoint, grouped.reference.entity)
  const values = [0, 1].map((variant): JsonValue => safeValue(list.world, list.entity.name, grouped, variant))
  const members = grouped.type === 'enum' ? grouped.values! : grouped.type === 'boolean' ? [false, true] : [...values].sort()
  const [one, two] = members.filter((member) => values.includes(member))
  if (one === undefined || two === undefined) return []
  const own = (row: string, value: JsonValue): Step[] => made(list, row, endpoint, { [field]: literal(value) })
  const arrange = [...own('third', two), ...own('first', one), ...own('second', one)]
  const expected = [
    { group: literal(one), rows: ['first', 'second'] },
    { group: literal(two), rows: ['third'] },
  ]
  const main = list.case('', `Rows of one ${field} make one row, in its order.`, arrange, {}, answers(list, endpoint, expected))
  return [main, ...boundCases(list, endpoint, own, one)]
}

/** Rows of other days are left out. */
function boundCases(list: List, endpoint: Endpoint, own: (row: string, value: JsonValue) => Step[], value: JsonValue): CasePlan[] {
  const { range } = endpoint
  const moment = range?.fields[list.entity.name]
  if (range === undefined || moment === undefined) return []
  const isDay = list.world.field(list.entity.name, moment)!.type === 'date'
  const dated = (row: string, day: string): Step[] => [
    ...own(row, value),
    {
      kind: 'store',
      entity: list.entity.name,
      row,
      values: inOrder(list.world, list.entity.name, { [moment]: literal(isDay ? day : `${day}T23:50:00Z`) }),
    },
  ]
  const arrange = [...dated('first', '2021-01-13'), ...dated('second', '2021-01-14')]
  const bounds: [string | undefined, string, string][] = [
    [range.from, '2021-01-14', 'second'],
    [range.to, '2021-01-13', 'first'],
  ]
  return bounds.flatMap(([bound, day, row]) => {
    if (bound === undefined) return []
    const checks = answers(list, endpoint, [{ group: literal(value), rows: [row] }])
    return [
      list.case(`${snake(bound)}_a_day`, `${bound} leaves out other days, and keeps all of its own.`, arrange, { [bound]: literal(day) }, checks),
    ]
  })
}

/** Rows that point at the same one make one row, those with the most first. */
function referenceCases(list: List, endpoint: Endpoint, target: string): CasePlan[] {
  const { world, entity } = list
  const { field, shows = {} } = endpoint.grouped!
  const key = world.keyField(target).name
  const { limit } = endpoint.ranked ?? {}
  const make = (as: string): Step => ({ kind: 'make', entity: target, as, values: {}, caller: list.caller })
  const own = (row: string, of: string): Step[] => made(list, row, endpoint, { [field]: ref(of, key) })
  const arrange = [make('little'), make('much'), ...own('first', 'little'), ...own('second', 'much'), ...own('third', 'much')]
  const much: Expected = { group: ref('much', key), rows: ['second', 'third'] }
  const little: Expected = { group: ref('little', key), rows: ['first'] }
  const shown: Check[] = Object.entries(shows).map(([name, from]) => ({
    kind: 'equals',
    within: [0],
    field: name,
    value: ref('much', from),
    compare: 'exact',
  }))
  const noun = entity.table.replace(/_/g, ' ')
  return [
    list.case('', `The ${noun} of one ${snake(target)} make one row, the most first.`, arrange, {}, [
      ...answers(list, endpoint, [much, little]),
      ...shown,
    ]),
    ...(limit === undefined
      ? []
      : [
          list.case(
            `${snake(limit.name)}_one`,
            'No more rows than asked for.',
            arrange,
            { [limit.name]: literal(1) },
            answers(list, endpoint, [much]),
          ),
          list.refused(`${snake(limit.name)}_zero`, `Refused: ${limit.name} is too small.`, { [limit.name]: literal(0) }),
        ]),
  ]
}

// --------------------------------------------------------------------------------------------------------------------- refusals

function refusedCases(list: List, { range, grouped }: Endpoint): CasePlan[] {
  const bounds = [range?.from, range?.to, grouped?.param].filter((name) => name !== undefined)
  return bounds.map((name) => list.refused(`${snake(name)}_invalid`, `Refused: ${name} is not known.`, { [name]: literal('nonsense') }))
}

/** Reports tell nobody what others own. */
function foreignCases(list: List): CasePlan[] {
  const { world, entity } = list
  if (!(['list', 'read'] as const).some((operation) => world.owners(entity.name, operation).length > 0)) return []
  const other = stranger(world)
  const each = list.case('leaves_out_foreign', 'Rows of others are left out.', [...other.arrange, ...list.row('foreign')], {}, [
    { kind: 'length', value: 0 },
  ])
  return [{ ...each, act: { ...each.act, caller: other.caller } }]
}
