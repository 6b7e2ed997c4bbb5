import type { Endpoint, Figure, JsonValue } from '@forge/spec'
import { snake, words } from '../words'
import { safeValue } from './bodies'
import { type CasePlan, type Check, literal, type Step, type Value } from './case-plan'
import { identityCases, plan } from './common'
import { moment } from './list-conditions'
import { List } from './list-scene'
import { notFound, stranger, unknownRequest } from './requests'
import { numberFor } from './siblings'
import { otherValue } from './states'
import type { World } from './world'

/** Cases of figures: each one is worked out of rows that the test makes. */
export function statsCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const figures = endpoint.figures ?? []
  const worked = figures.flatMap((figure) => figureCase(world, endpoint, name, figure))
  const [first, ...others] = worked
  if (first === undefined) return []
  return [
    { ...first, name },
    ...zeroCases(world, endpoint, name),
    ...others,
    ...(endpoint.parent === undefined
      ? []
      : [
          plan(
            `${name}_unknown_${snake(endpoint.parent.entity)}`,
            'Refused below a row that does not exist.',
            unknownRequest(world, endpoint),
            notFound(world),
          ),
          ...elsewhereCases(world, endpoint, name),
        ]),
    ...rangeCases(world, endpoint, name),
    ...foreignCases(world, endpoint, name),
    ...identityCases(world, endpoint, name),
  ]
}

/** The rows that a figure is about, as a list would hold them. */
function rowsOf(world: World, endpoint: Endpoint, name: string, figure: Pick<Figure, 'entity' | 'where' | 'when'>): List {
  const { figures: _figures, range: _range, ...rest } = endpoint
  const conditions = { ...(figure.where === undefined ? {} : { where: figure.where }), ...(figure.when === undefined ? {} : { when: figure.when }) }
  return new List(world, { ...rest, operation: 'list', entity: figure.entity, ...conditions }, name)
}

const placeOf = ({ name }: Figure): { within: string[]; field: string } => ({ within: name.slice(0, -1), field: name.at(-1)! })

/** The number is this one; where other rows are there from the start, it has grown by so much. */
function amounts(world: World, endpoint: Endpoint, figure: Figure, value: number, member?: string): Check {
  const place = member === undefined ? placeOf(figure) : { within: figure.name, field: member }
  if (isShared(world, endpoint, figure)) return { kind: 'grown', ...place, since: BEFORE, by: value }
  return { kind: 'equals', ...place, value: literal(value), compare: 'exact' }
}

const BEFORE = 'before'
const isShared = (world: World, { parent }: Endpoint, { entity }: Figure): boolean => world.seeded(entity) && parent === undefined

function figureCase(world: World, endpoint: Endpoint, name: string, figure: Figure): CasePlan[] {
  const list = rowsOf(world, endpoint, name, figure)
  const scene = sceneOf(list, figure)
  if (scene === undefined) return []
  if (isShared(world, endpoint, figure) && figure.function !== 'count' && figure.function !== 'sum') return []
  const checks = scene.expected.map(({ value, member }) => amounts(world, endpoint, figure, value, member))
  const before: Step[] = isShared(world, endpoint, figure) ? [{ kind: 'call', request: list.request, status: endpoint.status, as: BEFORE }] : []
  const each = list.case(snake(figure.name.join('_')), `${figure.name.join('.')} is worked out of the rows.`, scene.arrange, {}, checks)
  const made = each.arrange.length - scene.arrange.length
  return [{ ...each, arrange: [...each.arrange.slice(0, made), ...before, ...scene.arrange] }]
}

interface FigureScene {
  arrange: Step[]
  expected: { value: number; member?: string }[]
}

function sceneOf(list: List, figure: Figure): FigureScene | undefined {
  if (figure.by !== undefined) return memberScene(list, figure.by)
  return figure.function === 'count' ? countScene(list, figure) : numberScene(list, figure)
}

/** Two rows that count, and one that does not. */
function countScene(list: List, figure: Figure): FigureScene {
  const counted = [...list.row('first'), ...list.row('second')]
  const [field, value] = Object.entries(figure.where ?? {})[0] ?? []
  const other = field === undefined ? undefined : otherValue(list.world, figure.entity, field, [value!])
  const left = other === undefined || other === value ? [] : list.row('other', { [field!]: literal(other) })
  return { arrange: [...counted, ...left], expected: [{ value: 2 }] }
}

function memberScene(list: List, by: string): FigureScene | undefined {
  const field = list.world.field(list.entity.name, by)!
  const [one, two] = [0, 1].map((variant) => String(safeValue(list.world, list.entity.name, field, variant)))
  if (one === two) return undefined
  const rows: [string, string][] = [
    ['first', one!],
    ['second', one!],
    ['third', two!],
  ]
  const others = (field.values ?? []).filter((member) => member !== one && member !== two)
  return {
    arrange: rows.flatMap(([row, value]) => list.row(row, { [by]: literal(value) })),
    expected: [{ value: 2, member: one! }, { value: 1, member: two! }, ...others.slice(0, 1).map((member) => ({ value: 0, member }))],
  }
}

/** Two rows with numbers of their own. */
function numberScene(list: List, figure: Figure): FigureScene | undefined {
  const field = list.world.field(list.entity.name, figure.field!)!
  const [one, two] = [numberFor(field, 3), numberFor(field, 6)]
  if (one === two) return undefined
  const values: Record<typeof figure.function, number> = {
    sum: one + two,
    average: (one + two) / 2,
    minimum: Math.min(one, two),
    maximum: Math.max(one, two),
    count: 2,
  }
  const stored = (row: string, value: JsonValue): Step[] => [
    ...list.row(row),
    { kind: 'store', entity: list.entity.name, row, values: { [field.name]: literal(value) } },
  ]
  return { arrange: [...stored('first', one), ...stored('second', two)], expected: [{ value: values[figure.function] }] }
}

/** Without rows nothing is counted, and nothing is the largest. */
function zeroCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const figures = (endpoint.figures ?? []).filter((figure) => !isShared(world, endpoint, figure))
  const [first] = figures
  if (first === undefined) return []
  const checks = figures.flatMap((figure): Check[] => {
    if (figure.by !== undefined) {
      const [member] = world.field(figure.entity, figure.by)?.values ?? []
      return member === undefined ? [] : [{ kind: 'equals', within: figure.name, field: member, value: literal(0), compare: 'exact' }]
    }
    if (figure.function === 'count' || figure.function === 'sum') return [{ kind: 'equals', ...placeOf(figure), value: literal(0), compare: 'exact' }]
    return [{ kind: 'null', ...placeOf(figure) }]
  })
  return [
    rowsOf(world, endpoint, name, { entity: first.entity }).case(
      'without_rows',
      'Without rows counts and sums are 0, and there is no average.',
      [],
      {},
      checks,
    ),
  ]
}

const countsRows = (endpoint: Endpoint): Figure | undefined =>
  endpoint.figures?.find(
    (figure) => figure.function === 'count' && figure.by === undefined && figure.where === undefined && figure.when === undefined,
  )

/** Rows below another parent are left out. */
function elsewhereCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const figure = countsRows(endpoint)
  if (figure === undefined) return []
  const list = rowsOf(world, endpoint, name, figure)
  const elsewhere: Step = { kind: 'make', entity: figure.entity, as: 'elsewhere', values: {}, caller: { kind: 'default' } }
  return [
    list.case(
      'leaves_out_others',
      `Rows of another ${words(world.entity(endpoint.parent!.entity))} are left out.`,
      [...list.row('own'), elsewhere],
      {},
      [amounts(world, endpoint, figure, 1)],
    ),
  ]
}

/** Rows before and after the bounds are left out. */
function rangeCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const { range } = endpoint
  const figure = countsRows(endpoint) ?? endpoint.figures?.find((each) => each.function === 'count' && each.by === undefined)
  if (range === undefined) return []
  const bounds = [range.from, range.to].filter((bound) => bound !== undefined)
  const list = rowsOf(world, endpoint, name, figure ?? { entity: Object.keys(range.fields)[0]! })
  const refused = bounds.map((bound) => list.refused(`${snake(bound)}_invalid`, `Refused: ${bound} is no moment.`, { [bound]: literal('nonsense') }))
  if (figure === undefined || isShared(world, endpoint, figure)) return refused
  const field = range.fields[figure.entity]!
  const early = moment(world, figure.entity, field, true)
  const arrange: Step[] = [
    ...list.row('early'),
    { kind: 'store', entity: figure.entity, row: 'early', values: early },
    ...list.row('late'),
    ...list.row('later'),
  ]
  const day: Value = literal(world.field(figure.entity, field)?.type === 'date' ? '2021-01-01' : '2021-01-01T00:00:00Z')
  return [
    ...(range.from === undefined
      ? []
      : [
          list.case(`since_${snake(range.from)}`, 'What lies earlier is left out.', arrange, { [range.from]: day }, [
            amounts(world, endpoint, figure, 2),
          ]),
        ]),
    ...(range.to === undefined
      ? []
      : [list.case(`until_${snake(range.to)}`, 'What lies later is left out.', arrange, { [range.to]: day }, [amounts(world, endpoint, figure, 1)])]),
    ...refused,
  ]
}

/** Figures tell nobody what others own. */
function foreignCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const figure = countsRows(endpoint)
  if (figure === undefined || endpoint.parent !== undefined || world.seeded(figure.entity)) return []
  if (!(['list', 'read'] as const).some((operation) => world.hiding(figure.entity, operation).length > 0)) return []
  const other = stranger(world)
  const list = rowsOf(world, endpoint, name, figure)
  const each = list.case('leaves_out_foreign', 'Rows of others are left out.', [...other.arrange, ...list.row('foreign')], {}, [
    amounts(world, endpoint, figure, 0),
  ])
  return [{ ...each, act: { ...each.act, caller: other.caller } }]
}
