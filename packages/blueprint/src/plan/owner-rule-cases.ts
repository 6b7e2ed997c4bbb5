import type { Endpoint, RuleEffect } from '@forge/spec'
import { snake, words } from '../words'
import { validBody } from './bodies'
import { byDefault, type Caller, type CasePlan, type Check, literal, ref, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { foreign, reading, sceneFor, stranger, requestFor } from './requests'
import { endpointFor, noSides, type OwnedRow, ownedRow, type RuleContext, type Sides, smallChange, succeeds } from './rule-scene'
import { rowState } from './states'
import type { World } from './world'

type OwnerEffect = Extract<RuleEffect, { kind: 'owner' }>

const merged = (all: Sides[]): Sides => ({ bites: all.flatMap((each) => each.bites), honest: all.flatMap((each) => each.honest) })

/** Rows belong to somebody. */
export function ownerRuleCases(context: RuleContext, effect: OwnerEffect): Sides {
  return merged(
    effect.operations.map((operation) =>
      operation === 'list'
        ? ownedListSides(context, effect)
        : operation === 'create'
          ? ownedParentSides(context, effect)
          : ownedRowSides(context, effect, operation),
    ),
  )
}

function ownedRowSides(context: RuleContext, effect: OwnerEffect, operation: 'read' | 'update' | 'delete'): Sides {
  const { world, name } = context
  const endpoint = endpointFor(world, effect.entity, operation)
  const owned = endpoint && ownedRow(world, effect.entity, effect.fields, effect.via)
  if (!endpoint || !owned) return noSides
  const label = `${name}_${operation}`
  const body = operation === 'update' ? smallChange(world, endpoint, guardedFields(world, effect.entity)) : { arrange: [], body: undefined }
  const inState = [...storedState(world, endpoint, owned.row), ...hiddenState(world, effect, owned.row)]
  const arrange = mergeSteps(body.arrange, owned.arrange, inState)
  const ask = (caller: Caller) =>
    requestFor(
      world,
      endpoint,
      owned.row,
      caller,
      endpoint.operation === 'action' && Object.keys(body.body ?? {}).length === 0 ? undefined : body.body,
    )
  const other = stranger(world)
  const unchanged = operation === 'read' ? [] : stillThere(world, effect.entity, owned, Object.keys(body.body ?? {}))
  const bites = [
    plan(`${label}_by_stranger`, `Refused for somebody else's ${words(world.entity(effect.entity))}.`, ask(other.caller), foreign(world, endpoint), {
      arrange: mergeSteps(arrange, other.arrange),
      after: unchanged,
    }),
  ]
  const expect =
    operation === 'read' ? { status: endpoint.status, checks: keyCheck(world, effect.entity, owned.row) } : succeeds(world, endpoint, body.body)
  const allowed = world.rolesFor(effect.entity, operation).length === 0
  const honest = allowed ? [plan(`${label}_by_owner`, 'Allowed for the owner.', ask(owned.owner), expect, { arrange })] : []
  const shown = (effect.open?.values ?? []).map((value) =>
    plan(
      `${label}_${snake(String(value))}_by_anybody`,
      `Everybody sees it while ${effect.open!.field} is ${String(value)}.`,
      ask(other.caller),
      expect,
      {
        arrange: mergeSteps(owned.arrange, other.arrange, [
          { kind: 'store', entity: effect.entity, row: owned.row, values: { [effect.open!.field]: literal(value) } },
        ]),
      },
    ),
  )
  return {
    bites,
    honest: [
      ...honest,
      ...(world.hiding(effect.entity, operation).length > 0 ? [] : shown),
      ...coOwners(context, effect, operation, endpoint, body),
      ...privileged(world, effect, label, ask, expect, arrange),
    ],
  }
}

/** Puts a row into a state in which no rule stands in the way of the endpoint. */
function storedState(world: World, endpoint: Endpoint, row: string): Step[] {
  const values = rowState(world, endpoint)
  return Object.keys(values).length === 0 ? [] : [{ kind: 'store', entity: endpoint.entity!, row, values }]
}

/** Where rows are everybody's in some states: in the first of the others. */
function hiddenState(world: World, { entity, open }: OwnerEffect, row: string): Step[] {
  const field = open && world.field(entity, open.field)
  const states: (string | boolean)[] = field?.type === 'boolean' ? [true, false] : (field?.values ?? [])
  const value = states.find((state) => open?.values.includes(state) === false)
  return open === undefined || value === undefined ? [] : [{ kind: 'store', entity, row, values: { [open.field]: literal(value) } }]
}

/** Whoever else a rule names beside the owner, for example the assignee. */
function coOwners(
  { world, name }: RuleContext,
  effect: OwnerEffect,
  operation: string,
  endpoint: Endpoint,
  change: { arrange: Step[]; body: Record<string, Value> | undefined },
): CasePlan[] {
  return effect.fields.slice(1).flatMap((field) => {
    const owned = ownedRow(world, effect.entity, [field])
    if (!owned || effect.via) return []
    const act = requestFor(world, endpoint, owned.row, owned.owner, change.body)
    return [
      plan(
        `${name}_${operation}_by_${snake(field).replace(/_id$/, '')}`,
        `Allowed for whoever ${field} names.`,
        act,
        succeeds(world, endpoint, change.body),
        { arrange: mergeSteps(change.arrange, owned.arrange, storedState(world, endpoint, owned.row)) },
      ),
    ]
  })
}

function privileged(
  world: World,
  effect: OwnerEffect,
  label: string,
  ask: (caller: Caller) => CasePlan['act'],
  expect: CasePlan['expect'],
  arrange: Step[],
): CasePlan[] {
  const [role] = effect.roles
  if (role === undefined) return []
  const builtIn = world.roleField === null ? (world.spec.auth.mockUser['role'] ?? world.spec.roles[0]) : world.spec.auth.mockUser[world.roleField]
  const caller: Caller = role === builtIn ? byDefault : { kind: 'user', id: literal(world.builtInId), role }
  return [plan(`${label}_by_${snake(role)}`, `Allowed for the role ${role}.`, ask(caller), expect, { arrange })]
}

/** The row is as it was: its owner sees the values that `fields` had before. */
function stillThere(world: World, entity: string, { row, owner }: OwnedRow, fields: string[]): CasePlan['after'] {
  const shown = fields.filter((field) => world.field(entity, field)?.writeOnly !== true && world.field(entity, field)?.reference === undefined)
  const same = shown.map((field): Check => ({ kind: 'equals', field, value: ref(row, field), compare: 'exact' }))
  if (world.rolesFor(entity, 'read').length > 0) return []
  return reading(world, entity, row, [...keyCheck(world, entity, row), ...same]).map((follow) => ({
    ...follow,
    request: { ...follow.request, caller: owner },
  }))
}

function keyCheck(world: World, entity: string, row: string): Check[] {
  const key = world.keyField(entity).name
  return [{ kind: 'equals', field: key, value: ref(row, key), compare: 'exact' }]
}

/** Fields of which some other rule speaks: a change of them would test that rule as well. */
function guardedFields(world: World, entity: string): string[] {
  return world.effects.flatMap((effect) => (effect.kind === 'role-field' && effect.entity === entity ? [effect.field] : []))
}

function ownedListSides({ world, name }: RuleContext, effect: OwnerEffect): Sides {
  const endpoint = world.endpoint(effect.entity, 'list')
  const owned = endpoint && ownedRow(world, effect.entity, effect.fields, effect.via)
  if (!endpoint || !owned) return noSides
  const key = world.keyField(effect.entity).name
  const builtIn = { arrange: [], caller: byDefault, id: literal(world.builtInId) }
  const others = effect.entity === world.spec.auth.userEntity ? owned : ownedRow(world, effect.entity, effect.fields, effect.via, builtIn)
  const foreign = renamed(others ?? owned, 'foreign')
  const { request } = sceneFor(world, endpoint, { caller: owned.owner })
  const rows = { kind: 'rows' as const, key, values: [ref(owned.row, key)], mode: 'among' as const, ordered: false, not: [ref(foreign.row, key)] }
  return {
    bites: [
      plan(
        `${name}_list_only_own`,
        'The list holds what belongs to whoever asks, and nothing else.',
        request,
        { status: endpoint.status, checks: [rows] },
        { arrange: mergeSteps(owned.arrange, foreign.arrange, hiddenState(world, effect, foreign.row)) },
      ),
    ],
    honest: [],
  }
}

/** The same rows once more, in variables of their own and owned by somebody else. */
function renamed(owned: OwnedRow, prefix: string): OwnedRow {
  const text = JSON.stringify(owned)
  const names = owned.arrange.flatMap((step) => (step.kind === 'make' ? [step.as] : []))
  const swap = (key: string, value: unknown) =>
    (key === 'as' || key === 'row') && typeof value === 'string' && names.includes(value) ? `${prefix}_${value}` : value
  const copy = JSON.parse(text, swap) as OwnedRow
  return { ...copy, row: names.includes(owned.row) ? `${prefix}_${owned.row}` : owned.row }
}

/** Rows are created below a parent that belongs to somebody. */
function ownedParentSides({ world, name }: RuleContext, effect: OwnerEffect): Sides {
  const endpoint = world.endpoint(effect.entity, 'nested-create')
  const parent = endpoint?.parent
  if (!endpoint || !parent || !effect.via) return noSides
  const owned = ownedRow(world, parent.entity, effect.fields)
  if (!owned) return noSides
  const draft = validBody(world, endpoint)
  const other = stranger(world)
  const params = { [parent.param]: ref(owned.row, world.keyField(parent.entity).name) }
  const ask = (caller: Caller) => ({ method: endpoint.method, path: endpoint.path, params, caller, body: draft.body })
  const arrange = mergeSteps(draft.arrange, owned.arrange)
  return {
    bites: [
      plan(`${name}_create_by_stranger`, 'Refused below what belongs to somebody else.', ask(other.caller), foreign(world, endpoint), {
        arrange: mergeSteps(arrange, other.arrange),
      }),
    ],
    honest: [plan(`${name}_create_by_owner`, 'Allowed for the owner.', ask(owned.owner), succeeds(world, endpoint, draft.body), { arrange })],
  }
}
