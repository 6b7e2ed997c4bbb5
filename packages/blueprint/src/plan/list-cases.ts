import { type Endpoint, type Entity, envelopeName, type Field, type Filter, type JsonValue, type PagingConvention, sampleValue } from '@forge/spec'
import { snake, words } from '../words'
import { callersId, creatable, make, rowSteps, safeValue } from './bodies'
import { type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { identityCases, plan } from './common'
import { invalid, notFound, parentKey, sceneFor, stranger, unknownRequest } from './requests'
import { siblings } from './siblings'
import { otherValue, parentState } from './states'
import type { World } from './world'

/** Cases of a list, plain or below a parent. */
export function listCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const list = new List(world, endpoint, name)
  const [sorting, ...otherSorting] = sortCases(list)
  const [pages, otherPages] = [pageCases(list).slice(0, 1), pageCases(list).slice(1)]
  return [
    ...contentCases(list),
    ...pages,
    ...(endpoint.filters ?? []).slice(0, 1).flatMap((filter) => filterCases(list, filter)),
    ...(sorting ? [sorting] : []),
    ...searchCases(list),
    ...ownedCases(list),
    ...ownCases(list),
    ...whereCases(list),
    ...(endpoint.filters ?? []).slice(1).flatMap((filter) => filterCases(list, filter)),
    ...otherSorting,
    ...otherPages,
    ...invalidQueryCases(list),
    ...identityCases(world, endpoint, name),
    ...methodCases(list),
  ]
}

/** What the cases of one list share. */
class List {
  readonly entity: Entity
  readonly key: string
  /** Rows exist before the test makes any, or the order of the others is not ours to say. */
  readonly shared: boolean
  private readonly parent: Step[]
  private readonly request: Request

  constructor(
    readonly world: World,
    readonly endpoint: Endpoint,
    readonly name: string,
  ) {
    this.entity = world.entity(endpoint.entity!)
    this.key = world.keyField(this.entity.name).name
    this.shared = world.seeded(this.entity.name) && endpoint.operation === 'list'
    const scene = sceneFor(world, endpoint)
    this.parent = scene.arrange
    this.request = scene.request
  }

  /** A row of the list with some values; those that no request can set are stored. */
  row(as: string, values: Record<string, Value> = {}): Step[] {
    const { parent } = this.endpoint
    const placed: Record<string, Value> = parent?.field === undefined ? {} : { [parent.field]: parentKey(this.world, this.endpoint) }
    const given = { ...this.settled(), ...values }
    const link = parent?.field === undefined ? undefined : this.world.field(this.entity.name, parent.field)
    const apart = link && !isOwned(this) ? siblings(this.world, this.entity.name, link, placed[link.name]!, [{ as, values: given }]) : undefined
    return apart ?? rowSteps(this.world, this.entity.name, as, { ...placed, ...given })
  }

  /** What every row of the list holds: its state, and the caller where the server does not set that. */
  private settled(): Record<string, Value> {
    const { own, where } = this.endpoint
    const field = own === undefined ? undefined : this.world.field(this.entity.name, own)
    return {
      ...Object.fromEntries(Object.entries(where ?? {}).map(([name, value]) => [name, literal(value)])),
      ...(field === undefined || field.fromCaller ? {} : { [field.name]: literal(callersId(this.world, field)) }),
    }
  }

  keyOf(row: string): Value {
    return ref(row, this.key)
  }

  case(suffix: string, description: string, arrange: Step[], query: Record<string, Value>, checks: Check[]): CasePlan {
    const act: Request = { ...this.request, ...(Object.keys(query).length === 0 ? {} : { query }) }
    const name = suffix === '' ? this.name : `${this.name}_${suffix}`
    return plan(name, description, act, { status: this.endpoint.status, checks }, { arrange: [...this.parent, ...arrange] })
  }

  refused(suffix: string, description: string, query: Record<string, Value>): CasePlan {
    return plan(`${this.name}_${suffix}`, description, { ...this.request, query }, invalid(this.world), {
      arrange: this.parent,
      table: { group: `${this.name}_refuses_invalid_query`, kind: 'query', query },
    })
  }

  rows(rows: string[], not: string[] = [], ordered = false): Check {
    return {
      kind: 'rows',
      key: this.key,
      values: rows.map((row) => this.keyOf(row)),
      mode: this.shared ? 'among' : 'exact',
      ordered,
      ...(this.shared && not.length > 0 ? { not: not.map((row) => this.keyOf(row)) } : {}),
    }
  }

  get noun(): string {
    return words(this.entity).replace(/ /g, '_')
  }
}

function contentCases(list: List): CasePlan[] {
  const { endpoint, world } = list
  const first = list.noun
  const second = `second_${list.noun}`
  const cases: CasePlan[] = []
  if (endpoint.parent) {
    const elsewhere = make(list.entity.name, `elsewhere`)
    cases.push(
      list.case(
        '',
        `Lists the ${words(list.entity)} rows of one ${words(world.entity(endpoint.parent.entity))} and no others.`,
        [...list.row(first), ...list.row(second), elsewhere],
        {},
        [list.rows([first, second], ['elsewhere'])],
      ),
    )
    cases.push(
      plan(
        `${list.name}_unknown_${snake(endpoint.parent.entity)}`,
        'Refused below a row that does not exist.',
        unknownRequest(world, endpoint),
        notFound(world),
      ),
    )
  } else {
    cases.push(list.case('', `Lists every ${words(list.entity)}.`, [...list.row(first), ...list.row(second)], {}, [list.rows([first, second])]))
  }
  if (!list.shared) {
    const empty: Check[] = [{ kind: 'length', value: 0 }]
    if (hasEnvelope(list, 'total')) empty.push({ kind: 'envelope', name: nameOf(list, 'total'), value: 0 })
    cases.push(list.case('empty', 'Without rows the list is empty.', [], {}, empty))
  }
  return cases
}

type Member = PagingConvention['envelope'][number]

const nameOf = (list: List, member: Member): string => envelopeName(list.world.spec.paging, member)

function hasEnvelope(list: List, member: Member): boolean {
  return list.endpoint.paginated && list.world.spec.paging.envelope.includes(member)
}

function pageCases(list: List): CasePlan[] {
  const { params } = list.world.spec.paging
  if (!list.endpoint.paginated || params === null) return []
  const rows = ['first', 'second', 'third']
  const arrange = rows.flatMap((row) => list.row(row))
  const query: Record<string, Value> =
    'page' in params ? { [params.page]: literal(2), [params.size]: literal(2) } : { [params.offset]: literal(2), [params.limit]: literal(2) }
  const checks: Check[] = list.shared ? [] : [{ kind: 'length', value: 1 }]
  const numbers: Partial<Record<Member, number>> = { total: 3, page: 2, page_size: 2, total_pages: 2, limit: 2, offset: 2 }
  for (const [member, value] of Object.entries(numbers) as [Member, number][]) {
    if (!hasEnvelope(list, member)) continue
    const counted = member === 'total' || member === 'total_pages'
    checks.push({ kind: 'envelope', name: nameOf(list, member), value, ...(counted && list.shared ? { atLeast: true } : {}) })
  }
  const beyond: Record<string, Value> = 'page' in params ? { [params.page]: literal(50) } : { [params.offset]: literal(5000) }
  const nothing: Check[] = [{ kind: 'length', value: 0 }]
  if (hasEnvelope(list, 'total')) nothing.push({ kind: 'envelope', name: nameOf(list, 'total'), value: 3, ...(list.shared ? { atLeast: true } : {}) })
  return [
    ...(checks.length === 0
      ? []
      : [list.case('second_page', 'Pages hold as many rows as asked for, and the rest follows on the next.', arrange, query, checks)]),
    list.case('beyond_last_page', 'Behind the last page lie no rows; the total stays.', arrange, beyond, nothing),
  ]
}

function filterCases(list: List, filter: Filter): CasePlan[] {
  const field = list.world.field(list.entity.name, filter.field)
  if (!field) return []
  const scene = filterScene(list, filter, field)
  if (scene === undefined) return []
  return [
    list.case(`by_${snake(filter.name)}`, `${filter.name} leaves only the rows that match.`, scene.arrange, { [filter.name]: scene.query }, [
      list.rows(['wanted'], ['other']),
    ]),
  ]
}

function filterScene(list: List, filter: Filter, field: Field): { arrange: Step[]; query: Value } | undefined {
  const two = (wanted: Value, other: Value): Step[] => [
    ...list.row('wanted', { [field.name]: wanted }),
    ...list.row('other', { [field.name]: other }),
  ]
  if (filter.kind === 'overdue') {
    const arrange = [...list.row('wanted'), ...list.row('other', { [field.name]: literal(safeValue(list.world, list.entity.name, field)) })]
    const past = field.type === 'date' ? '2020-01-15' : '2020-01-15T09:00:00Z'
    arrange.push({ kind: 'store', entity: list.entity.name, row: 'wanted', values: { [field.name]: literal(past) } })
    return { arrange, query: literal(true) }
  }
  if (field.reference) return referenceScene(list, field)
  if (field.list || field.auto) return undefined
  const [low, high] = [sampleAt(list, field, 0), sampleAt(list, field, 3)]
  if (low === undefined || high === undefined || low === high) return undefined
  switch (filter.kind) {
    case 'min':
      return { arrange: two(literal(high), literal(low)), query: literal(high) }
    case 'max':
      return { arrange: two(literal(low), literal(high)), query: literal(low) }
    case 'before':
      return { arrange: two(literal(low), literal(high)), query: literal(between(field, low)) }
    case 'after':
      return { arrange: two(literal(high), literal(low)), query: literal(between(field, low)) }
    case 'contains':
      return typeof low === 'string' ? { arrange: two(literal(low), literal(high)), query: literal(low.toLowerCase()) } : undefined
    default:
      return { arrange: two(literal(low), literal(high)), query: literal(low) }
  }
}

function referenceScene(list: List, field: Field): { arrange: Step[]; query: Value } | undefined {
  if (isOwned(list) && list.world.ownerFields(list.entity.name).includes(field.name)) return undefined
  const target = field.reference!.entity
  const key = list.world.keyField(target).name
  if (field.fromCaller || (creatable(list.world, list.entity.name)?.includes(field.name) ?? true) === false) {
    return field.fromCaller ? callerScene(list, field) : undefined
  }
  const [one, two] = [`wanted_${snake(target)}`, `other_${snake(target)}`]
  const state = parentState(list.world, list.entity.name, field.name)
  const arrange = [
    ...rowSteps(list.world, target, one, state),
    ...rowSteps(list.world, target, two, state),
    ...list.row('wanted', { [field.name]: ref(one, key) }),
    ...list.row('other', { [field.name]: ref(two, key) }),
  ]
  return { arrange, query: ref(one, key) }
}

/** Lists show what reads would, unless a rule speaks of lists. */
const isOwned = ({ world, entity }: List): boolean => (['list', 'read'] as const).some((operation) => world.owners(entity.name, operation).length > 0)

/** Rows of two callers. */
function callerScene(list: List, field: Field): { arrange: Step[]; query: Value } | undefined {
  if (isOwned(list)) return undefined
  const other = stranger(list.world)
  const wanted = list.row('wanted').find((step) => step.kind === 'make' && step.as === 'wanted')
  if (wanted?.kind !== 'make') return undefined
  return {
    arrange: [...other.arrange, { ...wanted, caller: other.caller }, ...list.row('other')],
    query: field.reference ? other.id : literal(field.name),
  }
}

/** A value for the field; `index` 0 and 3 differ, the first being the smaller. */
function sampleAt(list: List, field: Field, index: number): JsonValue | undefined {
  if (field.type === 'boolean') {
    // The switch of a soft delete hides rows when off: look for those that are on.
    const wanted = field.name === list.entity.softDelete?.field ? !list.entity.softDelete.deletedValue : field.default !== true
    return index === 0 ? wanted : !wanted
  }
  if (field.type === 'enum') return enumPair(list, field)[index === 0 ? 0 : 1]
  const [low, high] = [safeValue(list.world, list.entity.name, field, 0), safeValue(list.world, list.entity.name, field, 3)]
  const ordered = typeof low === 'number' && typeof high === 'number' ? low <= high : String(low) <= String(high)
  return (index === 0) === ordered ? low : high
}

/** Two members with which rows can be created: the usual one, and one that no rule forbids beside it. */
function enumPair(list: List, field: Field): [JsonValue, JsonValue] {
  return [safeValue(list.world, list.entity.name, field, 1), safeValue(list.world, list.entity.name, field, 0)]
}

/** A moment after `low` and before the next sample. */
function between(field: Field, low: JsonValue): JsonValue {
  if (typeof low !== 'string') return low
  const next = new Date(Date.parse(low.length === 10 ? `${low}T00:00:00Z` : low) + 86_400_000).toISOString()
  return field.type === 'date' ? next.slice(0, 10) : `${next.slice(0, 19)}Z`
}

function searchCases(list: List): CasePlan[] {
  const field = (list.endpoint.search ?? [])
    .map((name) => list.world.field(list.entity.name, name))
    .find((each) => each && !each.list && !each.reference)
  if (!field) return []
  const wanted = sampleValue(field, 3)
  const other = sampleValue(field, 4)
  if (typeof wanted !== 'string' || typeof other !== 'string') return []
  const arrange = [...list.row('wanted', { [field.name]: literal(wanted) }), ...list.row('other', { [field.name]: literal(other) })]
  return [
    list.case(
      'search',
      `search looks into ${list.endpoint.search!.join(', ')}, whatever the case of letters.`,
      arrange,
      { search: literal(wanted.toUpperCase()) },
      [list.rows(['wanted'], ['other'])],
    ),
    list.case('search_is_literal', 'Wildcards of the database mean themselves.', arrange, { search: literal('%_%') }, [
      list.rows([], ['wanted', 'other']),
    ]),
  ]
}

function sortCases(list: List): CasePlan[] {
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

function sortable(list: List, field: Field): boolean {
  if (field.list || field.reference || field.auto || field.readOnly) return false
  if (!['string', 'text', 'integer', 'bigint', 'decimal', 'float', 'datetime', 'date', 'email'].includes(field.type)) return false
  const values = [0, 1, 2].map((variant) => safeValue(list.world, list.entity.name, field, variant))
  return new Set(values).size === 3
}

function compare(a: JsonValue, b: JsonValue): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en')
}

/** Everybody sees what is theirs. */
function ownedCases(list: List): CasePlan[] {
  if (list.world.owners(list.entity.name, 'list').length === 0 || list.endpoint.parent) return []
  const other = stranger(list.world)
  const [own] = list.row('own', Object.fromEntries(list.world.ownerFields(list.entity.name).map((field) => [field, other.id])))
  if (own?.kind !== 'make') return []
  const arrange = [...other.arrange, ...list.row('foreign'), { ...own, caller: other.caller }]
  const each = list.case('only_own', 'Everybody sees only what is theirs.', arrange, {}, [
    { kind: 'rows', key: list.key, values: [list.keyOf('own')], mode: 'exact', ordered: false },
  ])
  return [{ ...each, act: { ...each.act, caller: other.caller } }]
}

/** Nobody sees what others own, whatever their role. */
function ownCases(list: List): CasePlan[] {
  const { own } = list.endpoint
  const field = own === undefined ? undefined : list.world.field(list.entity.name, own)
  if (field === undefined) return []
  const other = stranger(list.world)
  const byCaller = field.fromCaller === true && creatable(list.world, list.entity.name) !== null
  const [made, ...more] = list.row('foreign', byCaller ? {} : { [field.name]: other.id })
  if (made?.kind !== 'make') return []
  const foreign = [byCaller ? { ...made, caller: other.caller } : made, ...more]
  const arrange = [...other.arrange, ...foreign, ...list.row('own')]
  return [list.case('leaves_out_others', 'Rows of others are left out.', arrange, {}, [list.rows(['own'], ['foreign'])])]
}

/** Rows in another state are left out. */
function whereCases(list: List): CasePlan[] {
  return Object.entries(list.endpoint.where ?? {}).flatMap(([name, value]) => {
    const other = otherValue(list.world, list.entity.name, name, [value])
    if (other === undefined) return []
    const arrange = [...list.row('wanted'), ...list.row('other', { [name]: literal(other) })]
    return [list.case(`leaves_out_other_${snake(name)}`, `Rows with another ${name} are left out.`, arrange, {}, [list.rows(['wanted'], ['other'])])]
  })
}

function invalidQueryCases(list: List): CasePlan[] {
  const cases: CasePlan[] = []
  const { params, maxSize } = list.world.spec.paging
  if (list.endpoint.paginated && params !== null) {
    const size = 'page' in params ? params.size : params.limit
    if ('page' in params) cases.push(list.refused(`${snake(params.page)}_zero`, 'Pages count from 1.', { [params.page]: literal(0) }))
    else cases.push(list.refused(`${snake(params.offset)}_negative`, 'No rows lie before the first.', { [params.offset]: literal(-1) }))
    cases.push(list.refused(`${snake(size)}_zero`, 'A page holds at least one row.', { [size]: literal(0) }))
    cases.push(list.refused(`${snake(size)}_too_large`, `A page holds at most ${maxSize} rows.`, { [size]: literal(maxSize + 1) }))
  }
  if (list.endpoint.sort) {
    cases.push(list.refused('sort_by_unknown', 'Refused: a field that the list cannot be sorted by.', { sort_by: literal('no_such_field') }))
    cases.push(list.refused('sort_order_unknown', 'Refused: an order that does not exist.', { sort_order: literal('sideways') }))
  }
  for (const filter of list.endpoint.filters ?? []) {
    const field = list.world.field(list.entity.name, filter.name) ?? list.world.field(list.entity.name, filter.field)
    if (!field || ['string', 'text', 'email', 'url', 'json'].includes(field.type) || field.list || filter.kind === 'contains') continue
    cases.push(list.refused(`${snake(filter.name)}_invalid`, `Refused: not a value for ${filter.name}.`, { [filter.name]: literal('nonsense') }))
  }
  return cases
}

/** Whether a path with parameters takes requests to a literal path. */
function answersTo(template: string, path: string): boolean {
  const [one, other] = [template.split('/'), path.split('/')]
  return one.length === other.length && one.every((segment, index) => segment.startsWith('{') || segment === other[index])
}

/** The path exists, the method does not. */
function methodCases(list: List): CasePlan[] {
  const { world, endpoint } = list
  if (endpoint.parent || world.spec.endpoints.some((each) => each.method === 'PATCH' && answersTo(each.path, endpoint.path))) return []
  const checks: Check[] = [{ kind: 'error', code: world.code('METHOD_NOT_ALLOWED') }]
  return [
    plan(
      `${list.name}_method_not_allowed`,
      'The path answers, but not to this method.',
      { method: 'PATCH', path: endpoint.path, params: {}, caller: { kind: 'default' } },
      { status: 405, checks },
    ),
  ]
}
