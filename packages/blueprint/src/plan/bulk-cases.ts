import type { Endpoint } from '@forge/spec'
import { snake } from '../words'
import { bulkLimitCases } from './bulk-limit-cases'
import { Bulk } from './bulk-scene'
import { bodyFields, faultsOf } from './bodies'
import { type CasePlan, literal, type Step, type Value } from './case-plan'
import { identityCases, plan } from './common'
import { failure, foreign, invalid, notFound, reading, stranger } from './requests'
import { otherValue } from './states'
import type { World } from './world'

/** Cases of one change of many rows: all of them, or none. */
export function bulkCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const bulk = new Bulk(world, endpoint, name)
  return [
    successCase(bulk),
    unknownCase(bulk),
    ...stateCases(bulk),
    ...foreignCases(bulk),
    ...bulkLimitCases(bulk),
    ...roleCases(bulk),
    ...inputCases(bulk),
    twiceCase(bulk),
    ...identityCases(world, endpoint, name),
  ]
}

/** Afterwards every row is changed, or gone. */
function done(bulk: Bulk): CasePlan['after'] {
  const { world, entity } = bulk
  const { softDelete } = world.entity(entity)
  return bulk.rows.flatMap((row) => {
    if (bulk.effect === 'update') return reading(world, entity, row, bulk.settled())
    if (softDelete && !world.hidesDeleted(entity))
      return reading(world, entity, row, [{ kind: 'equals', field: softDelete.field, value: literal(softDelete.deletedValue), compare: 'exact' }])
    return reading(world, entity, row, notFound(world).checks, 404)
  })
}

function successCase(bulk: Bulk): CasePlan {
  const verb = bulk.effect === 'update' ? 'Changes' : 'Deletes'
  return plan(
    bulk.name,
    `${verb} every ${bulk.noun} that is named.`,
    bulk.asked(bulk.both()),
    { status: bulk.endpoint.status, checks: bulk.answer(bulk.rows) },
    { arrange: bulk.made(), after: done(bulk) },
  )
}

function unknownCase(bulk: Bulk): CasePlan {
  const [row] = bulk.rows
  return plan(
    `${bulk.name}_unknown_id`,
    'One unknown id, and nothing happens to any row.',
    bulk.asked([bulk.keyOf(row), bulk.world.unknownKey(bulk.entity)]),
    notFound(bulk.world),
    {
      arrange: bulk
        .made()
        .filter((step) => step.kind !== 'make' || step.as !== bulk.rows[1])
        .filter((step) => step.kind !== 'store' || step.row !== bulk.rows[1]),
      after: bulk.untouched(row),
    },
  )
}

/** A key that is named twice is one row. */
function twiceCase(bulk: Bulk): CasePlan {
  const keys = bulk.both()
  return plan(
    `${bulk.name}_same_id_twice`,
    'An id that is named twice is one row.',
    bulk.asked([...keys, keys[0]!]),
    { status: bulk.endpoint.status, checks: bulk.answer(bulk.rows) },
    { arrange: bulk.made() },
  )
}

/** One row in a state that forbids it, and the other one stays as it was, too. */
function stateCases(bulk: Bulk): CasePlan[] {
  const { world, entity } = bulk
  const guard = world.effects.find((effect) => effect.kind === 'state-guard' && effect.entity === entity && effect.operations.includes(bulk.effect))
  if (guard?.kind !== 'state-guard') return []
  const field = world.field(entity, guard.field)
  const value = guard.values[0]
  if (field === undefined || value === undefined || otherValue(world, entity, field.name, guard.values) === undefined) return []
  const [free, locked] = bulk.rows
  const stored: Step = { kind: 'store', entity, row: locked, values: { [field.name]: literal(value) } }
  return [
    plan(
      `${bulk.name}_refuses_${snake(field.name)}_${snake(String(value))}`,
      'One row whose state forbids it, and nothing happens to any row.',
      bulk.asked(bulk.both()),
      failure(world, 409, 'RULE_VIOLATION'),
      { arrange: [...bulk.made(), stored], after: bulk.untouched(free) },
    ),
  ]
}

function foreignCases(bulk: Bulk): CasePlan[] {
  const { world, endpoint } = bulk
  if (world.owners(bulk.entity, bulk.effect).length === 0) return []
  const other = stranger(world)
  return [
    plan(
      `${bulk.name}_not_owner`,
      'Refused for somebody else, and nothing happens to any row.',
      { ...bulk.asked(bulk.both()), caller: other.caller },
      foreign(world, endpoint),
      { arrange: [...bulk.made(), ...other.arrange], after: bulk.untouched(bulk.rows[0]) },
    ),
  ]
}

function roleCases(bulk: Bulk): CasePlan[] {
  const { world } = bulk
  const [rule] = world.rolesFor(bulk.entity, bulk.effect)
  const role = rule && world.roleOutside(rule.roles)
  if (role === undefined) return []
  const other = stranger(world, 'caller', role)
  return [
    plan(
      `${bulk.name}_forbidden_for_${snake(role)}`,
      `Refused for the role ${role}.`,
      { ...bulk.asked(bulk.both()), caller: other.caller },
      failure(world, 403, 'FORBIDDEN'),
      { arrange: [...bulk.made(), ...other.arrange] },
    ),
  ]
}

function inputCases(bulk: Bulk): CasePlan[] {
  const { world, endpoint, name } = bulk
  const { ids } = endpoint.bulk!
  const fields = bodyFields(world, endpoint)
  const refused = (suffix: string, description: string, body: Record<string, Value>, field: string): CasePlan =>
    plan(`${name}_${suffix}`, description, { ...bulk.request, body }, invalid(world, field), { arrange: bulk.targets })
  const [only, ...more] = fields
  const unknown = [world.unknownKey(bulk.entity)]
  const faults = fields.flatMap((field) =>
    faultsOf(world, field)
      .slice(0, 2)
      .map((fault) => ({ field, fault })),
  )
  return [
    refused(`${snake(ids)}_missing`, `Refused without ${ids}.`, bulk.changes, ids),
    refused(`${snake(ids)}_empty`, 'Refused: no row is named.', bulk.body([]), ids),
    refused(`${snake(ids)}_wrong_type`, `Refused: ${ids} holds no ids.`, { ...bulk.body([]), [ids]: literal('nonsense') }, ids),
    ...(only !== undefined && more.length === 0
      ? [refused(`${snake(only.name)}_missing`, `Refused without ${only.name}.`, bulk.body(unknown, {}), only.name)]
      : []),
    ...faults.map(({ field, fault }) =>
      refused(fault.name, `Refused: ${fault.why}.`, bulk.body(unknown, { ...bulk.changes, [field.name]: literal(fault.value) }), fault.at),
    ),
  ]
}
