import { type Endpoint, envelopeName, type Field, type RuleEffect } from '@forge/spec'
import { words } from '../words'
import { callersId } from './bodies'
import { type CasePlan, type Check, literal, type Request, ref, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { moveRequest } from './move-rule-cases'
import { usualValue, valueBefore } from './moves-of'
import { sceneFor } from './requests'
import { change, creation, noSides, type RuleContext, type Sides, smallChange, succeeds } from './rule-scene'
import type { World } from './world'

type Effect = Extract<RuleEffect, { kind: 'record' }>
type Change = Effect['on'][number]

/** A request that makes such a change, and what its row is called. */
interface Act {
  request: Request
  expect: CasePlan['expect']
  arrange: Step[]
  row: string
  /** The values of the field that is watched. */
  moved?: { from: string; to: string }
}

/** A row is written about each change, and says which; nothing is written where nothing changes. */
export function recordCases({ world, name }: RuleContext, effect: Effect): Sides {
  const bites = effect.on.flatMap((each) => {
    const act = actOf(world, effect, each)
    const label = effect.on.length > 1 ? `${name}_${each}` : name
    const sent = act?.moved === undefined || act.request.body !== undefined ? undefined : sentMove(world, effect, act.moved)
    return [
      ...(act === undefined ? [] : writtenCase(world, effect, each, act, label)),
      ...(sent === undefined ? [] : writtenCase(world, effect, each, sent, `${label}_when_sent`)),
    ]
  })
  return bites.length === 0 ? noSides : { bites: [...bites, ...secondCase(world, effect, name)], honest: unchangedCase(world, effect, name) }
}

function writtenCase(world: World, effect: Effect, change: Change, act: Act, label: string): CasePlan[] {
  const list = listOf(world, effect)
  if (list === undefined || world.seeded(effect.log)) return []
  const count = writtenBefore(world, effect, act) + 1
  const place = placeOf(world, list, count)
  const within = place === undefined ? undefined : [...itemsName(world, list), place]
  const noun = words(world.entity(effect.log))
  const checks: Check[] = within === undefined ? [] : contents(world, effect, change, act).map((check) => ({ ...check, within }))
  const told = `${count === 1 ? 'One' : 'Another'} ${noun} is written about it.`
  return [
    plan(label, told, act.request, act.expect, {
      arrange: act.arrange,
      after: [{ request: reading(world, effect, list, act), expect: { status: list.status, checks: [{ kind: 'length', value: count }, ...checks] } }],
    }),
  ]
}

/** The number of the second version. */
function secondCase(world: World, effect: Effect, name: string): CasePlan[] {
  const number = Object.keys(effect.values).find((each) => effect.values[each] === 'number')
  const first = number === undefined ? undefined : actOf(world, effect, 'update')
  const list = listOf(world, effect)
  const plain = first && Object.entries(first.request.body ?? {}).find(([, value]) => value.kind === 'literal')
  const place = list && placeOf(world, list, 2)
  if (number === undefined || !first || !list || !plain || place === undefined || world.seeded(effect.log)) return []
  const back = { ...first.request, body: { ...first.request.body, [plain[0]]: ref(first.row, plain[0]) } }
  const arrange: Step[] = [...first.arrange, { kind: 'call', request: first.request, status: first.expect.status }]
  const check: Check = { kind: 'equals', field: number, value: literal(2), compare: 'exact', within: [...itemsName(world, list), place] }
  return [
    plan(
      `${name}_again`,
      'The next one has the next number.',
      back,
      { status: first.expect.status, checks: [] },
      {
        arrange,
        after: [{ request: reading(world, effect, list, first), expect: { status: list.status, checks: [{ kind: 'length', value: 2 }, check] } }],
      },
    ),
  ]
}

/** What is sent as it is changes nothing. */
function unchangedCase(world: World, effect: Effect, name: string): CasePlan[] {
  const list = listOf(world, effect)
  const plain = world.entity(effect.entity).fields.find((field) => field.type === 'string' && !field.list && !field.readOnly && !field.writeOnly)
  const writing = plain && effect.on.includes('update') ? change(world, effect.entity, {}, ['update'], plain.name) : undefined
  if (!list || !plain || !writing || writing.row === '' || world.seeded(effect.log)) return []
  const body = { [plain.name]: ref(writing.row, plain.name) }
  const act: Act = {
    request: writing.request(body),
    expect: { status: writing.endpoint.status, checks: [] },
    arrange: writing.arrange,
    row: writing.row,
  }
  const none: Check[] = [{ kind: 'length', value: writtenBefore(world, effect, act) }]
  return [
    plan(`${name}_unchanged`, 'Nothing is written where nothing changes.', act.request, act.expect, {
      arrange: act.arrange,
      after: [{ request: reading(world, effect, list, act), expect: { status: list.status, checks: none } }],
    }),
  ]
}

function actOf(world: World, effect: Effect, each: Change): Act | undefined {
  if (each === 'create') {
    const made = creation(world, effect.entity)
    const { endpoint } = made ?? {}
    if (!made || !endpoint || endpoint.status === 204) return undefined
    return { request: made.request(made.body), expect: { status: endpoint.status, checks: [] }, arrange: made.arrange, row: 'created' }
  }
  if (each === 'delete') {
    const endpoint = world.endpoint(effect.entity, 'delete')
    if (!endpoint) return undefined
    const scene = sceneFor(world, endpoint)
    return { request: scene.request, expect: { status: endpoint.status, checks: [] }, arrange: scene.arrange, row: scene.row }
  }
  return effect.field === undefined ? updateOf(world, effect) : moveOf(world, effect, effect.field)
}

function updateOf(world: World, effect: Effect): Act | undefined {
  const keeps = Object.keys(effect.values).find((name) => effect.values[name] === 'was')
  const writing = change(world, effect.entity, {}, keeps === undefined ? ['update', 'replace', 'action'] : ['update', 'replace'])
  if (!writing) return undefined
  const { endpoint } = writing
  const draft = smallChange(world, endpoint)
  const arrange = mergeSteps(draft.arrange, writing.arrange)
  const empty = Object.keys(draft.body).length === 0
  const request = empty ? sceneFor(world, endpoint).request : writing.request(draft.body)
  return { request, expect: succeeds(world, endpoint, draft.body), arrange, row: writing.row }
}

/** The field gets another value than the usual one, from one that may become it. */
function moveOf(world: World, effect: Effect, name: string): Act | undefined {
  const usual = usualValue(world, effect.entity, name)
  const moves = (world.field(effect.entity, name)?.values ?? []).flatMap((to) => {
    const from = to === usual ? undefined : valueBefore(world, effect.entity, name, to)
    return from === undefined ? [] : [{ from, to }]
  })
  for (const moved of [...moves.filter(({ from }) => from === usual), ...moves]) {
    const found = moveRequest(world, effect.entity, name, moved.from, moved.to)
    if (found !== undefined) return { ...found, moved }
  }
  return undefined
}

/** The same move by a request that names the value, beside an action that stands for it. */
function sentMove(world: World, effect: Effect, moved: { from: string; to: string }): Act | undefined {
  const endpoint = world.endpoint(effect.entity, 'update', 'replace')
  if (endpoint?.body?.includes(effect.field!) !== true) return undefined
  const found = moveRequest(world, effect.entity, effect.field!, moved.from, moved.to, endpoint)
  return found && { ...found, moved }
}

/** What the row that is written holds. */
function contents(world: World, effect: Effect, change: Change, act: Act): Extract<Check, { kind: 'equals' | 'present' }>[] {
  return Object.entries(effect.values).flatMap(([name, value]): Extract<Check, { kind: 'equals' }>[] => {
    const field = world.field(effect.log, name)!
    const held = heldBy(world, effect, change, act, field, value)
    return field.writeOnly === true || held === undefined ? [] : [{ kind: 'equals', field: name, value: held, compare: 'exact' }]
  })
}

function heldBy(world: World, effect: Effect, change: Change, act: Act, field: Field, value: Effect['values'][string]): Value | undefined {
  switch (value) {
    case 'key': {
      const key = world.keyField(effect.entity)
      return key.type === field.type || field.reference !== undefined ? ref(act.row, key.name) : undefined
    }
    case 'caller':
      return act.request.caller.kind === 'user' ? sameType(field, act.request.caller.id) : literal(callersId(world, field))
    case 'entity':
      return literal(effect.title!)
    case 'action':
      return literal(effect.actions![change]!)
    case 'before':
      return literal(act.moved!.from)
    case 'after':
      return literal(act.moved!.to)
    case 'was':
      return ref(act.row, field.name)
    case 'number':
      return literal(1)
    case 'now':
      return undefined
  }
}

/** Ids that a text holds are written otherwise. */
const sameType = (field: Field, id: Value): Value | undefined => (field.reference !== undefined || field.type !== 'string' ? id : undefined)

const KEYS = ['list', 'nested-list'] as const

/** The list that shows what is written, below the row where there is no other. */
function listOf(world: World, effect: Effect): Endpoint | undefined {
  return KEYS.map((operation) => world.endpoint(effect.log, operation)).find(
    (each) => each !== undefined && (each.parent === undefined || effect.values[each.parent.field ?? ''] === 'key'),
  )
}

function reading(world: World, effect: Effect, list: Endpoint, act: Act): Request {
  const key = ref(act.row, list.parent?.lookup ?? world.keyField(effect.entity).name)
  const params: Record<string, Value> = list.parent === undefined ? {} : { [list.parent.param]: key }
  const query = list.parent === undefined ? queryOf(world, effect, list, act) : {}
  return { method: list.method, path: list.path, params, caller: world.actorAt(list), ...(Object.keys(query).length === 0 ? {} : { query }) }
}

/** Only what is written about this row, where the list can be asked for that. */
function queryOf(world: World, effect: Effect, list: Endpoint, act: Act): Record<string, Value> {
  const filters = (list.filters ?? []).filter(({ kind }) => kind === 'equals')
  return Object.fromEntries(
    filters.flatMap(({ name, field }): [string, Value][] => {
      const value = effect.values[field]
      if (value === 'entity') return [[name, literal(effect.title!)]]
      const own = value === 'key' ? heldBy(world, effect, 'update', act, world.field(effect.log, field)!, 'key') : undefined
      return own === undefined ? [] : [[name, own]]
    }),
  )
}

/** Rows that were written before, as rows were made over the API. */
function writtenBefore(world: World, effect: Effect, act: Act): number {
  const list = listOf(world, effect)!
  const alone = list.parent !== undefined || Object.values(queryOf(world, effect, list, act)).some(({ kind }) => kind === 'ref')
  const kinds = Object.values(queryOf(world, effect, list, act)).some(({ kind }) => kind === 'literal')
  const writes = (entity: string): boolean =>
    world.endpoint(entity, 'create', 'nested-create') !== undefined &&
    world.effects.some((each) => each.kind === 'record' && each.log === effect.log && each.entity === entity && each.on.includes('create'))
  return act.arrange.filter(
    (step) =>
      step.kind === 'make' &&
      writes(step.entity) &&
      (list.parent === undefined || step.entity === effect.entity) &&
      (!kinds || step.entity === effect.entity) &&
      (!alone || step.as === act.row),
  ).length
}

/** Where in the list the newest row stands; undefined where that is not sure. */
function placeOf(world: World, list: Endpoint, count: number): number | undefined {
  if (count === 1) return 0
  const key = world.keyField(list.entity!)
  const by = list.sort?.default ?? key.name
  const grows = by === key.name ? ['integer', 'bigint'].includes(key.type) : world.field(list.entity!, by)?.auto !== undefined
  if (!grows) return undefined
  return list.sort?.defaultOrder === 'desc' ? 0 : count - 1
}

function itemsName({ spec: { paging } }: World, list: Endpoint): string[] {
  return list.paginated && paging.envelope.includes('items') ? [envelopeName(paging, 'items')] : []
}
