import type { Field, Filter, JsonValue } from '@forge/spec'
import { snake } from '../words'
import { creatable, rowSteps, safeValue } from './bodies'
import { type CasePlan, literal, ref, type Step, type Value } from './case-plan'
import { isOwned, type List } from './list-scene'
import { stranger } from './requests'
import { parentState } from './states'

/** One filter: what matches stays, what does not goes. */
export function filterCases(list: List, filter: Filter): CasePlan[] {
  const field = list.world.field(list.entity.name, filter.field)
  if (!field || list.isSettled(field.name)) return []
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
  const sent = creatable(list.world, list.entity.name)
  // Rows that no request creates hold what the test says.
  if (sent !== null && (field.fromCaller || !sent.includes(field.name))) {
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
