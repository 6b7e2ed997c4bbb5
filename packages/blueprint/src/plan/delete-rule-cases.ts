import type { Endpoint, RuleEffect } from '@forge/spec'
import { snake, words } from '../words'
import { make, rowSteps } from './bodies'
import { type CasePlan, type Check, literal, ref, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { deletedNow } from './endpoint-cases'
import { moveRequest } from './move-rule-cases'
import { valueBefore } from './moves-of'
import { notFound, reading, type Scene, sceneFor, requestFor } from './requests'
import { broken, noSides, type RuleContext, type Sides, smallChange } from './rule-scene'
import { type Children, otherValue, stateAfterChildren } from './states'
import type { World } from './world'

type Effect<Kind extends RuleEffect['kind']> = Extract<RuleEffect, { kind: Kind }>

/** No delete while other rows need this one. */
export function deleteGuardCases({ world, name }: RuleContext, effect: Effect<'delete-guard'>): Sides {
  const endpoint = world.endpoint(effect.entity, 'delete')
  const reference = world.field(effect.child, effect.childField)
  if (!endpoint || !reference) return noSides
  const children = [{ entity: effect.child, field: effect.childField }]
  const scene = sceneFor(world, endpoint, { children })
  const key = world.keyField(effect.entity).name
  const child = snake(effect.child) === scene.row ? `other_${scene.row}` : snake(effect.child)
  const childIn = (value: string | boolean | undefined): Step[] => [
    ...rowSteps(world, effect.child, child, {
      [effect.childField]: ref(scene.row, key),
      ...(value === undefined || !effect.where ? {} : { [effect.where.field]: literal(value) }),
    }),
    ...madeReady(world, endpoint, scene.row, children),
  ]
  const same: Check[] = [{ kind: 'equals', field: key, value: ref(scene.row, key), compare: 'exact' }]
  const { guarding, exempt } = guardedValues(world, effect)
  const noun = words(world.entity(effect.child))
  const bite = plan(`${name}_refused`, `Refused while ${noun} rows need it.`, scene.request, broken(world), {
    arrange: [...scene.arrange, ...childIn(guarding)],
    after: reading(world, effect.entity, scene.row, same),
  })
  const alone = plan(
    `${name}_without_${child}`,
    `Deleted when no ${noun} needs it.`,
    scene.request,
    { status: endpoint.status, checks: [] },
    { arrange: [...scene.arrange, ...madeReady(world, endpoint, scene.row, children)] },
  )
  const softly = world.entity(effect.entity).softDelete !== null || reference.reference?.onDelete !== 'restrict'
  const harmless =
    exempt === undefined || !softly
      ? []
      : [
          plan(
            `${name}_with_${snake(String(exempt))}_${child}`,
            `Deleted when no ${noun} stands in the way any more.`,
            scene.request,
            { status: endpoint.status, checks: [] },
            { arrange: [...scene.arrange, ...childIn(exempt)] },
          ),
        ]
  return { bites: [bite], honest: [...harmless, alone] }
}

/** Brings a row that took its children into a state in which the endpoint may be asked for it. */
function madeReady(world: World, endpoint: Endpoint, row: string, children: Children[]): Step[] {
  const values = stateAfterChildren(world, endpoint, children)
  return Object.keys(values).length === 0 ? [] : [{ kind: 'store', entity: endpoint.entity!, row, values }]
}

/** A value of the child with which it stands in the way, and one with which it does not. */
function guardedValues(
  world: World,
  { child, where }: Pick<Effect<'delete-guard'>, 'child' | 'where'>,
): { guarding: string | boolean | undefined; exempt: string | boolean | undefined } {
  if (!where) return { guarding: undefined, exempt: undefined }
  const outside = otherValue(world, child, where.field, where.in ?? where.notIn ?? []) as string | boolean | undefined
  return where.in ? { guarding: where.in[0], exempt: outside } : { guarding: outside, exempt: where.notIn?.[0] }
}

/** Deleting takes links or children along. */
export function cascadeCases({ world, name }: RuleContext, effect: Effect<'cascade'>): Sides {
  const endpoint = world.endpoint(effect.entity, 'delete')
  const child = world.entity(effect.child)
  const reference = child.fields.find((field) => field.reference?.entity === effect.entity)
  if (!endpoint || !reference) return noSides
  const children = [{ entity: effect.child, field: reference.name }]
  const scene = sceneFor(world, endpoint, { children })
  const ready = madeReady(world, endpoint, scene.row, children)
  const key = ref(scene.row, world.keyField(effect.entity).name)
  const witness = child.junction ? linkWitness(world, effect, reference.name, key) : childWitness(world, effect.child, reference.name, key)
  if (!witness) return noSides
  return {
    bites: [
      plan(
        `${name}_takes_along`,
        `Deleting the ${words(world.entity(effect.entity))} takes its ${words(child)} rows along.`,
        scene.request,
        { status: endpoint.status, checks: [] },
        { arrange: [...scene.arrange, ...witness.arrange, ...ready], after: witness.after },
      ),
    ],
    honest: [
      plan(
        `${name}_keeps_others`,
        'Rows of others stay.',
        scene.request,
        { status: endpoint.status, checks: [] },
        { arrange: [...scene.arrange, ...witness.others, ...ready], after: witness.kept },
      ),
    ],
  }
}

/** No move to a state while other rows stand in the way. */
export function moveGuardCases({ world, name }: RuleContext, effect: Effect<'move-guard'>): Sides {
  const child = snake(effect.child)
  const key = world.keyField(effect.entity).name
  const noun = words(world.entity(effect.child))
  const { guarding, exempt } = guardedValues(world, effect)
  const sides = effect.values.map((value): Sides => {
    const from = valueBefore(world, effect.entity, effect.field, value)
    const move = from === undefined ? undefined : moveRequest(world, effect.entity, effect.field, from, value)
    if (from === undefined || move === undefined) return noSides
    const { arrange, row, request, expect } = move
    const below = (state: string | boolean | undefined): Step[] => [
      ...rowSteps(world, effect.child, child, {
        [effect.childField]: ref(row, key),
        ...(state === undefined || !effect.where ? {} : { [effect.where.field]: literal(state) }),
      }),
      // Whatever a new child asks of the row, the move starts where it starts.
      { kind: 'store', entity: effect.entity, row, values: { [effect.field]: literal(from) } },
    ]
    const is = (state: string): Check[] => [{ kind: 'equals', field: effect.field, value: literal(state), compare: 'exact' }]
    const label = `${name}_${snake(value)}`
    const cleared = exempt === undefined ? [] : below(exempt)
    return {
      bites: [
        plan(`${label}_refused`, `Refused while ${noun} rows stand in the way.`, request, broken(world), {
          arrange: [...arrange, ...below(guarding)],
          after: reading(world, effect.entity, row, is(from)),
        }),
      ],
      honest: [
        plan(`${label}_free`, `Allowed when no ${noun} stands in the way.`, request, expect, {
          arrange: [...arrange, ...cleared],
          after: reading(world, effect.entity, row, is(value)),
        }),
      ],
    }
  })
  return { bites: sides.flatMap(({ bites }) => bites), honest: sides.flatMap(({ honest }) => honest) }
}

/** Children stay, and point at nothing any more. */
export function clearedCases({ world, name }: RuleContext, effect: Effect<'cleared'>): Sides {
  const endpoint = world.endpoint(effect.entity, 'delete')
  if (!endpoint) return noSides
  const children = [{ entity: effect.child, field: effect.field }]
  const scene = sceneFor(world, endpoint, { children })
  const child = snake(effect.child)
  const key = world.keyField(effect.child).name
  const after = reading(world, effect.child, child, [
    { kind: 'equals', field: key, value: ref(child, key), compare: 'exact' },
    { kind: 'equals', field: effect.field, value: literal(null), compare: 'exact' },
  ])
  if (after.length === 0) return noSides
  const told = `Deleting the ${words(world.entity(effect.entity))} leaves its ${words(world.entity(effect.child))} rows, without ${effect.field}.`
  const own = [
    ...rowSteps(world, effect.child, child, { [effect.field]: ref(scene.row, world.keyField(effect.entity).name) }),
    ...madeReady(world, endpoint, scene.row, children),
  ]
  const done = { status: endpoint.status, checks: [] }
  return { bites: [plan(`${name}_clears`, told, scene.request, done, { arrange: mergeSteps(scene.arrange, own), after })], honest: [] }
}

interface Witness {
  arrange: Step[]
  after: CasePlan['after']
  /** Rows that must stay, and the requests that show them. */
  others: Step[]
  kept: CasePlan['after']
}

/** The other side of a many-to-many relation stays, and lists the link no more. */
function linkWitness(world: World, effect: Effect<'cascade'>, own: string, key: Value): Witness | undefined {
  const junction = world.entity(effect.child)
  const far = junction.fields.find((field) => field.reference && field.name !== own)
  const list = world.spec.endpoints.find(
    (each) => each.operation === 'link-list' && each.unsupported === null && each.parent?.through === effect.child && each.entity === effect.entity,
  )
  if (!far?.reference || !list?.parent) return undefined
  const other = snake(far.reference.entity)
  const otherKey = ref(other, world.keyField(far.reference.entity).name)
  const rowKey = world.keyField(effect.entity).name
  const made = make(far.reference.entity, other)
  const request = { method: list.method, path: list.path, params: { [list.parent.param]: otherKey }, caller: { kind: 'default' as const } }
  const holding = (values: Value[]): CasePlan['after'] => [
    { request, expect: { status: list.status, checks: [{ kind: 'rows', key: rowKey, values, mode: 'exact', ordered: false }] } },
  ]
  const link = (target: Value) => make(effect.child, '', { [own]: target, [far.name]: otherKey })
  const kept = `kept_${snake(effect.entity)}`
  return {
    arrange: [made, link(key)],
    after: holding([]),
    others: [made, link(key), make(effect.entity, kept), link(ref(kept, rowKey))],
    kept: holding([ref(kept, rowKey)]),
  }
}

/** A child of its own endpoints is not found any more. */
function childWitness(world: World, entity: string, field: string, key: Value): Witness | undefined {
  // Below a parent that is gone everything is: only a path of its own tells.
  const endpoint = (['get', 'update', 'replace', 'delete', 'action'] as const)
    .flatMap((operation) => world.spec.endpoints.filter((each) => each.entity === entity && each.operation === operation))
    .find((each) => each.unsupported === null && !each.parent)
  if (!endpoint) return undefined
  const name = snake(entity)
  const ask = (row: string) => askFor(world, endpoint, row)
  const other = `kept_${name}`
  return {
    arrange: [make(entity, name, { [field]: key })],
    after: [{ request: ask(name), expect: notFound(world) }],
    others: [make(entity, other)],
    kept: [{ request: ask(other), expect: { status: endpoint.status, checks: [] } }],
  }
}

function askFor(world: World, endpoint: Endpoint, row: string): CasePlan['act'] {
  const body = endpoint.operation !== 'get' && (endpoint.body ?? []).length > 0 ? smallChange(world, endpoint).body : undefined
  return requestFor(world, endpoint, row, undefined, body)
}

/** The row is marked, not removed: hidden from everybody where no request can bring it back, else in sight. */
export function softDeleteCases({ world, name }: RuleContext, entity: string): Sides {
  const endpoint = world.endpoint(entity, 'delete')
  if (!endpoint || !world.entity(entity).softDelete) return noSides
  const scene = sceneFor(world, endpoint)
  const done = { status: endpoint.status, checks: [] }
  const kept = `kept_${scene.row}`
  const keptKey = ref(kept, world.keyField(entity).name)
  const untouched = reading(world, entity, kept, [{ kind: 'equals', field: world.keyField(entity).name, value: keptKey, compare: 'exact' }])
  const mark = plan(`${name}_marks`, 'What was deleted is marked as such.', scene.request, done, {
    arrange: scene.arrange,
    after: deletedNow(world, endpoint, scene),
  })
  const others = plan(`${name}_keeps_others`, 'Everything else is as it was.', scene.request, done, {
    arrange: mergeSteps(scene.arrange, [make(entity, kept)]),
    after: untouched,
  })
  return { bites: [mark, ...listedNow(world, entity, scene, `${name}_listed`, kept)], honest: [others] }
}

/** What the list says of a deleted row. */
function listedNow(world: World, entity: string, scene: Scene, name: string, kept: string): CasePlan[] {
  const list = world.endpoint(entity, 'list')
  const endpoint = world.endpoint(entity, 'delete')!
  if (!list || !world.hidesDeleted(entity)) return []
  const key = world.keyField(entity).name
  const rows: Check = { kind: 'rows', key, values: [ref(kept, key)], mode: 'among', ordered: false, not: [ref(scene.row, key)] }
  const request = { method: list.method, path: list.path, params: {}, caller: scene.request.caller }
  return [
    plan(
      name,
      'What was deleted is listed no more; everything else is.',
      scene.request,
      { status: endpoint.status, checks: [] },
      { arrange: mergeSteps(scene.arrange, [make(entity, kept)]), after: [{ request, expect: { status: list.status, checks: [rows] } }] },
    ),
  ]
}
