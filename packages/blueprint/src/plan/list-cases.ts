import { type Endpoint, envelopeName, type PagingConvention, sampleValue } from '@forge/spec'
import { snake, words } from '../words'
import { make } from './bodies'
import { type CasePlan, type Check, literal, type Value } from './case-plan'
import { identityCases, plan } from './common'
import { feedCases } from './feed-cases'
import { freeCases } from './free-cases'
import { filterCases } from './list-filter-cases'
import { List } from './list-scene'
import { linkFilterCases } from './link-filter-cases'
import { sortCases } from './list-sort-cases'
import { matchCases, ownCases, ownedCases, rankedCases, whenCases, whereCases } from './list-view-cases'
import { notFound, unknownRequest } from './requests'
import type { World } from './world'

/** Cases of a list, plain or below a parent. */
export function listCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  if (endpoint.followed !== undefined) return feedCases(world, endpoint, name)
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
    ...whenCases(list),
    ...matchCases(list),
    ...rankedCases(list),
    ...freeCases(list),
    ...(endpoint.filters ?? []).slice(1).flatMap((filter) => filterCases(list, filter)),
    ...linkFilterCases(list),
    ...otherSorting,
    ...otherPages,
    ...invalidQueryCases(list),
    ...identityCases(world, endpoint, name),
    ...methodCases(list),
  ]
}

function contentCases(list: List): CasePlan[] {
  const { endpoint, world } = list
  const first = endpoint.parent?.entity === list.entity.name ? `lower_${list.noun}` : list.noun
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

function searchCases(list: List): CasePlan[] {
  const field = (list.endpoint.search ?? [])
    .map((name) => list.world.field(list.entity.name, name))
    .find((each) => each && !each.list && !each.reference)
  if (!field) return []
  const param = list.endpoint.searchParam ?? 'search'
  const wanted = sampleValue(field, 3)
  const other = sampleValue(field, 4)
  if (typeof wanted !== 'string' || typeof other !== 'string') return []
  const arrange = [...list.row('wanted', { [field.name]: literal(wanted) }), ...list.row('other', { [field.name]: literal(other) })]
  return [
    list.case(
      'search',
      `${param} looks into ${list.endpoint.search!.join(', ')}, whatever the case of letters.`,
      arrange,
      { [param]: literal(wanted.toUpperCase()) },
      [list.rows(['wanted'], ['other'])],
    ),
    list.case('search_is_literal', 'Wildcards of the database mean themselves.', arrange, { [param]: literal('%_%') }, [
      list.rows([], ['wanted', 'other']),
    ]),
  ]
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
