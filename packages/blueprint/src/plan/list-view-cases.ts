import type { Field, JsonValue } from '@forge/spec'
import { snake } from '../words'
import { creatable, moved, safeValue } from './bodies'
import { type CasePlan, type Check, literal } from './case-plan'
import { plan } from './common'
import { against } from './list-conditions'
import type { List } from './list-scene'
import { compare } from './list-sort-cases'
import { invalid, matchedValue, stranger } from './requests'
import { otherValue } from './states'

/** Everybody sees what is theirs. */
export function ownedCases(list: List): CasePlan[] {
  if (list.world.hiding(list.entity.name, 'list').length === 0 || list.endpoint.parent) return []
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
export function ownCases(list: List): CasePlan[] {
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
export function whereCases(list: List): CasePlan[] {
  return Object.entries(list.endpoint.where ?? {}).flatMap(([name, value]) => {
    const other = otherValue(list.world, list.entity.name, name, [value])
    if (other === undefined) return []
    const arrange = [...list.row('wanted'), ...list.row('other', { [name]: literal(other) })]
    return [list.case(`leaves_out_other_${snake(name)}`, `Rows with another ${name} are left out.`, arrange, {}, [list.rows(['wanted'], ['other'])])]
  })
}

/** Rows for which one of the list's conditions does not hold are left out. */
export function whenCases(list: List): CasePlan[] {
  return (list.endpoint.when ?? []).flatMap((condition) => {
    const values = against(list.world, list.entity.name, condition)
    if (values === undefined) return []
    const { field } = condition
    const arrange = [...list.row('wanted'), ...list.row('other', values), { kind: 'store' as const, entity: list.entity.name, row: 'other', values }]
    return [
      list.case(`looks_at_${snake(field)}`, `Rows whose ${field} speaks against it are left out.`, arrange, {}, [list.rows(['wanted'], ['other'])]),
    ]
  })
}

/** The path says which value the rows hold. */
export function matchCases(list: List): CasePlan[] {
  const { world, endpoint, entity } = list
  if (endpoint.matches === undefined) return []
  const { field: name, param } = endpoint.matches
  const field = world.field(entity.name, name)!
  const value = matchedValue(world, endpoint)
  const other = anotherValue(list, field, value)
  const cases: CasePlan[] = []
  if (other !== undefined) {
    const arrange = [...list.row('wanted'), ...list.row('other', { [name]: literal(other) })]
    cases.push(
      list.case(`leaves_out_other_${snake(name)}`, `Rows with another ${name} are left out.`, arrange, {}, [list.rows(['wanted'], ['other'])]),
    )
  }
  if (['enum', 'boolean', 'integer', 'date'].includes(field.type)) {
    const act = { method: endpoint.method, path: endpoint.path, params: { [param]: literal('nonsense') }, caller: list.caller }
    cases.push(plan(`${list.name}_invalid_${snake(name)}`, `Refused: not a value of ${name}.`, act, invalid(world)))
  }
  return cases
}

function anotherValue({ world, entity }: List, field: Field, value: JsonValue): JsonValue | undefined {
  const other =
    field.type === 'enum' || field.type === 'boolean'
      ? otherValue(world, entity.name, field.name, [value as string])
      : safeValue(world, entity.name, field, 3)
  return other === value ? undefined : other
}

/** The order is the list's own, and where it has a limit the last rows are left out. */
export function rankedCases(list: List): CasePlan[] {
  const { ranked } = list.endpoint
  if (ranked === undefined) return []
  const rows = ['first', 'second', 'third']
  const field = list.world.field(list.entity.name, ranked.by)!
  const values = rankedValues(list, field)
  const order = values === undefined ? [2, 1, 0] : [0, 1, 2].sort((a, b) => compare(values[a]!, values[b]!) * (ranked.order === 'asc' ? 1 : -1))
  const arrange = rows.flatMap((row, index) => {
    if (values === undefined) return list.row(row)
    const stored = { [field.name]: literal(values[index]!) }
    return [...list.row(row), { kind: 'store' as const, entity: list.entity.name, row, values: stored }]
  })
  const sorted = order.map((index) => rows[index]!)
  const what = `${ranked.order === 'asc' ? 'The lowest' : 'The highest'} ${ranked.by} comes first.`
  const cases = [list.case(`ordered_by_${snake(ranked.by)}`, what, arrange, {}, [list.rows(sorted, [], true)])]
  if (ranked.limit === undefined) return cases
  const { name, max } = ranked.limit
  const first: Check[] = list.shared ? [{ kind: 'length', value: 2 }] : [list.rows(sorted.slice(0, 2), [], true)]
  return [
    ...cases,
    list.case(`limited`, `${name} says how many rows there are at most.`, arrange, { [name]: literal(2) }, first),
    list.refused(`${snake(name)}_zero`, 'At least one row is asked for.', { [name]: literal(0) }),
    list.refused(`${snake(name)}_too_large`, `At most ${max} rows are asked for.`, { [name]: literal(max + 1) }),
  ]
}

/** Three values that are not in order. Undefined where rows are in the order in which they were made. */
function rankedValues({ world, entity, endpoint }: List, field: Field): [JsonValue, JsonValue, JsonValue] | undefined {
  if (field.auto === 'created') return undefined
  if (field.type === 'datetime' || field.type === 'date') {
    const past = (endpoint.when ?? []).some((condition) => condition.field === field.name && 'is' in condition && condition.is === 'past')
    const middle = `${past ? '2020' : '2090'}-01-15${field.type === 'date' ? '' : 'T09:00:00Z'}`
    return [middle, moved(middle, 1), moved(middle, -1)]
  }
  const [one, two, three] = [0, 1, 2].map((variant) => safeValue(world, entity.name, field, variant)).sort(compare)
  return [two!, three!, one!]
}
