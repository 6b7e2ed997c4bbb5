import type { Field, RuleEffect } from '@forge/spec'
import { snake } from '../words'
import type { Bulk } from './bulk-scene'
import { moved, rowSteps, safeValue } from './bodies'
import { type CasePlan, literal, ref, type Step, type Value } from './case-plan'
import { plan } from './common'
import { failure } from './requests'
import { numberFor } from './siblings'
import { rowState } from './states'

type Effect<Kind extends RuleEffect['kind']> = Extract<RuleEffect, { kind: Kind }>

/** Rules about rows and what they refer to hold for many rows at once, too. */
export function bulkLimitCases(bulk: Bulk): CasePlan[] {
  if (bulk.effect !== 'update') return []
  return bulk.world.effects.flatMap((effect): CasePlan[] => {
    if (!('entity' in effect) || effect.entity !== bulk.entity) return []
    if (effect.kind === 'bound') return boundCases(bulk, effect)
    if (effect.kind === 'capacity') return capacityCases(bulk, effect)
    return effect.kind === 'no-overlap' ? overlapCases(bulk, effect) : []
  })
}

const sent = (bulk: Bulk, name: string): boolean => bulk.endpoint.body?.includes(name) === true

/** Both rows, with these values; then what changes in them. */
function refused(bulk: Bulk, suffix: string, told: string, before: Step[], values: Record<string, Value>, changes: Record<string, Value>): CasePlan {
  const { world, entity, rows, endpoint, targets, name } = bulk
  const made = rows.flatMap((row) => rowSteps(world, entity, row, { ...rowState(world, endpoint), ...values }))
  const request = { ...bulk.request, body: bulk.body(bulk.both(), { ...bulk.changes, ...changes }) }
  return plan(`${name}_${suffix}`, told, request, failure(world, 409, 'RULE_VIOLATION'), { arrange: [...targets, ...before, ...made] })
}

function boundCases(bulk: Bulk, effect: Effect<'bound'>): CasePlan[] {
  const { world } = bulk
  const field = world.field(effect.entity, effect.field)
  const limit = world.field(effect.target, effect.limit)
  if (!field || !limit || !sent(bulk, effect.field) || sent(bulk, effect.reference)) return []
  const value = numberFor(field, Math.max(2, (limit.min ?? 0) + 1))
  if (numberFor(limit, value) !== value || numberFor(field, value + 1) !== value + 1) return []
  const target = `limiting_${snake(effect.target)}`
  const before = rowSteps(world, effect.target, target, { [limit.name]: literal(value) })
  const values = { [effect.reference]: ref(target, world.keyField(effect.target).name), [field.name]: literal(value) }
  const told = `Refused: ${field.name} would be above ${limit.name}.`
  return [refused(bulk, `${snake(field.name)}_above_${snake(limit.name)}`, told, before, values, { [field.name]: literal(value + 1) })]
}

function capacityCases(bulk: Bulk, effect: Effect<'capacity'>): CasePlan[] {
  const { world } = bulk
  const limit = typeof effect.limit === 'string' ? world.field(effect.target, effect.limit) : undefined
  if (!sent(bulk, effect.reference) || (limit === undefined ? effect.limit !== 1 : numberFor(limit, 1) !== 1)) return []
  const target = `narrow_${snake(effect.target)}`
  const before = rowSteps(world, effect.target, target, limit === undefined ? {} : { [limit.name]: literal(1) })
  const changes = { [effect.reference]: ref(target, world.keyField(effect.target).name) }
  return [refused(bulk, `more_than_${snake(effect.target)}_holds`, 'Refused: there is room for one of them.', before, {}, changes)]
}

function overlapCases(bulk: Bulk, effect: Effect<'no-overlap'>): CasePlan[] {
  const { world } = bulk
  const [start, end, scope] = [effect.start, effect.end, effect.scope].map((name) => world.field(effect.entity, name)) as (Field | undefined)[]
  const target = scope?.reference?.entity
  if (!start || !end || !scope || target === undefined || scope.fromCaller || !sent(bulk, start.name) || !sent(bulk, end.name)) return []
  const beginning = safeValue(world, effect.entity, start)
  const ending = moved(moved(beginning, 1), 1)
  const row = `shared_${snake(target)}`
  const changes = { [start.name]: literal(beginning), [end.name]: literal(ending), [scope.name]: ref(row, world.keyField(target).name) }
  if (!sent(bulk, scope.name)) return []
  return [refused(bulk, 'at_the_same_time', "Refused: they would stand in each other's way.", rowSteps(world, target, row), {}, changes)]
}
