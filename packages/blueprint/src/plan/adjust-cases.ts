import type { Endpoint, JsonValue } from '@forge/spec'
import { amountField, noteFields } from './adjust-fields'
import { comparison, faultsOf, rowSteps, safeValue } from './bodies'
import { foreignCases, malformedIdCases } from './caller-cases'
import { type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { identityCases, plan } from './common'
import { failure, invalid, notFound, reading, type Scene, sceneFor, unknownRequest } from './requests'
import type { Sides } from './rule-scene'
import { numberFor } from './siblings'
import { otherValue } from './states'
import type { World } from './world'
import { snake, words } from '../words'

const HELD = 10
const MOVED = 4

/** Cases of a change of a number by an amount: it is changed, kept above zero, and written down. */
export function adjustCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const adjusting = new Adjusting(world, endpoint, name)
  const { unknown } = adjusting
  return [
    successCase(adjusting),
    ...refusalCases(adjusting),
    plan(`${name}_not_found`, 'An unknown id is not found.', { ...unknownRequest(world, endpoint), body: unknown }, notFound(world), {
      arrange: adjusting.others(),
    }),
    ...logCases(adjusting),
    ...receiverCases(adjusting),
    ...inputCases(adjusting),
    ...foreignCases(world, endpoint, name, 'update', unknown, adjusting.others()),
    ...identityCases(world, endpoint, name),
    ...malformedIdCases(world, endpoint, name),
  ]
}

/** Cases of a sentence about what is never taken: those of an endpoint that takes. */
export function takingCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  return refusalCases(new Adjusting(world, endpoint, name))
}

/** Cases of a sentence about a state in which the number stays as it is. */
export function guardCases(world: World, endpoint: Endpoint, name: string, field: string, values: readonly (string | boolean)[]): Sides {
  const adjusting = new Adjusting(world, endpoint, name)
  const free = otherValue(world, adjusting.entity, field, values)
  const scene = adjusting.scene()
  const rowIn = (value: JsonValue): Step[] => [
    ...rowSteps(world, adjusting.entity, scene.row, { [adjusting.adjust.field]: literal(adjusting.held), [field]: literal(value) }),
    ...adjusting.others(),
  ]
  const act = adjusting.asked(scene, MOVED)
  const bites = values.map((value) =>
    plan(`${name}_${snake(String(value))}`, `Refused while ${field} is ${String(value)}.`, act, failure(world, 409, 'RULE_VIOLATION'), {
      arrange: rowIn(value),
      after: reading(world, adjusting.entity, scene.row, adjusting.shows(adjusting.held)),
    }),
  )
  const allowed = { status: endpoint.status, checks: [] }
  const honest =
    free === undefined
      ? []
      : [plan(`${name}_${snake(String(free))}`, `Allowed while ${field} is ${String(free)}.`, act, allowed, { arrange: rowIn(free) })]
  return { bites, honest }
}

/** Cases of a sentence about who receives what is taken. */
export function elsewhereCases(world: World, endpoint: Endpoint, name: string): Sides {
  const adjusting = new Adjusting(world, endpoint, name)
  return { bites: receiverCases(adjusting).slice(-1), honest: [{ ...successCase(adjusting), name: `${name}_to_another` }] }
}

/** What the cases of one endpoint share. */
class Adjusting {
  readonly entity: string
  readonly key: string
  readonly other: string

  constructor(
    readonly world: World,
    readonly endpoint: Endpoint,
    readonly name: string,
  ) {
    this.entity = endpoint.entity!
    this.key = world.keyField(this.entity).name
    this.other = `receiving_${words(world.entity(this.entity)).replace(/ /g, '_')}`
  }

  get adjust() {
    return this.endpoint.adjust!
  }

  /** How much the row holds before. */
  get held(): number {
    return numberFor(this.world.field(this.entity, this.adjust.field)!, HELD)
  }

  scene(held = this.held): Scene {
    return sceneFor(this.world, this.endpoint, { values: { [this.adjust.field]: literal(held) } })
  }

  /** The row that receives what is taken. */
  others(): Step[] {
    return this.adjust.to === undefined ? [] : rowSteps(this.world, this.entity, this.other, { [this.adjust.field]: literal(this.held) })
  }

  body(amount: number): Record<string, Value> {
    const { log, to } = this.adjust
    const notes = noteFields(this.world, this.endpoint).map((field) => [field.name, literal(safeValue(this.world, log!.entity, field))])
    return {
      ...(to === undefined ? {} : { [to]: ref(this.other, this.key) }),
      [this.adjust.amount]: literal(amount),
      ...(Object.fromEntries(notes) as Record<string, Value>),
    }
  }

  get unknown(): Record<string, Value> {
    return this.body(MOVED)
  }

  /** The receiver that nobody is. */
  nobody(): Record<string, Value> {
    return this.adjust.to === undefined ? {} : { [this.adjust.to]: this.world.unknownKey(this.entity) }
  }

  shows(value: number): Check[] {
    const field = this.world.field(this.entity, this.adjust.field)!
    return [{ kind: 'equals', field: field.name, value: literal(value), compare: comparison(field) }]
  }

  asked(scene: Scene, amount: number): Request {
    return { ...scene.request, body: this.body(amount) }
  }

  get noun(): string {
    return words(this.world.entity(this.entity))
  }
}

function successCase(adjusting: Adjusting): CasePlan {
  const { world, endpoint, name, adjust, held, entity } = adjusting
  const scene = adjusting.scene()
  const after = adjust.direction === 'take' ? held - MOVED : held + MOVED
  const receiver = adjust.to === undefined ? [] : reading(world, entity, adjusting.other, adjusting.shows(held + MOVED))
  return plan(
    name,
    `${adjust.field} of the ${adjusting.noun} is ${adjust.direction === 'take' ? 'less' : 'more'} by ${adjust.amount}.`,
    adjusting.asked(scene, MOVED),
    { status: endpoint.status, checks: adjusting.shows(after) },
    { arrange: [...scene.arrange, ...adjusting.others()], after: [...reading(world, entity, scene.row, adjusting.shows(after)), ...receiver] },
  )
}

/** Not more than there is; all of it may be taken, by one of many who ask for it at once. */
function refusalCases(adjusting: Adjusting): CasePlan[] {
  const { world, endpoint, name, adjust, held, entity } = adjusting
  if (adjust.direction === 'add') return []
  const sign = adjust.direction === 'change' ? -1 : 1
  const scene = adjusting.scene()
  const arrange = [...scene.arrange, ...adjusting.others()]
  return [
    plan(
      `${name}_too_much`,
      `Refused: the ${adjusting.noun} has not so much, and keeps what it has.`,
      adjusting.asked(scene, sign * (held + 1)),
      failure(world, 409, 'RULE_VIOLATION'),
      {
        arrange,
        after: reading(world, entity, scene.row, adjusting.shows(held)),
      },
    ),
    plan(
      `${name}_all_of_it`,
      `Accepted: all that the ${adjusting.noun} has.`,
      adjusting.asked(scene, sign * held),
      { status: endpoint.status, checks: adjusting.shows(0) },
      {
        arrange,
        after: reading(world, entity, scene.row, adjusting.shows(0)),
        once: true,
      },
    ),
  ]
}

/** The row that is written about the change, where a list shows it. */
function logCases(adjusting: Adjusting): CasePlan[] {
  const { world, endpoint, name, adjust } = adjusting
  const { log } = adjust
  const list =
    log &&
    world.spec.endpoints.find(
      (each) =>
        each.unsupported === null &&
        each.entity === log.entity &&
        ['nested-list', 'list'].includes(each.operation) &&
        each.own === undefined &&
        (each.parent === undefined || each.parent.field === log.reference),
    )
  if (log === undefined || list === undefined) return []
  const scene = adjusting.scene()
  const key = ref(scene.row, adjusting.key)
  const filtered = list.parent !== undefined || list.filters?.some((filter) => filter.name === log.reference && filter.kind === 'equals') === true
  if (!filtered) return []
  const params: Record<string, Value> = list.parent === undefined ? {} : { [list.parent.param]: ref(scene.row, list.parent.lookup ?? adjusting.key) }
  const request: Request = {
    method: list.method,
    path: list.path,
    params,
    caller: scene.request.caller,
    ...(list.parent === undefined ? { query: { [log.reference]: key } } : {}),
  }
  return [
    plan(
      `${name}_written_down`,
      `One ${words(world.entity(log.entity))} is written about it.`,
      adjusting.asked(scene, MOVED),
      { status: endpoint.status, checks: [] },
      {
        arrange: [...scene.arrange, ...adjusting.others()],
        after: [{ request, expect: { status: list.status, checks: [{ kind: 'length', value: 1 }] } }],
      },
    ),
  ]
}

function receiverCases(adjusting: Adjusting): CasePlan[] {
  const { world, name, adjust } = adjusting
  if (adjust.to === undefined) return []
  const scene = adjusting.scene()
  const body = { ...adjusting.body(MOVED), ...adjusting.nobody() }
  const itself = { ...adjusting.body(MOVED), [adjust.to]: ref(scene.row, adjusting.key) }
  return [
    plan(`${name}_dangling_receiver`, `Refused: ${adjust.to} names nobody.`, { ...scene.request, body }, failure(world, 422, 'INVALID_REFERENCE'), {
      arrange: scene.arrange,
      after: reading(world, adjusting.entity, scene.row, adjusting.shows(adjusting.held)),
    }),
    plan(
      `${name}_to_itself`,
      `Refused: ${adjust.to} names the same ${adjusting.noun}.`,
      { ...scene.request, body: itself },
      failure(world, 409, 'RULE_VIOLATION'),
      {
        arrange: scene.arrange,
      },
    ),
  ]
}

function inputCases(adjusting: Adjusting): CasePlan[] {
  const { world, endpoint, name, adjust } = adjusting
  const scene = adjusting.scene()
  const { [adjust.amount]: _amount, ...without } = adjusting.body(MOVED)
  const arrange = [...scene.arrange, ...adjusting.others()]
  const refused = (suffix: string, told: string, body: Record<string, Value>, field: string): CasePlan =>
    plan(`${name}_${suffix}`, told, { ...scene.request, body }, invalid(world, field), { arrange })
  return [
    ...faultsOf(world, amountField(world, endpoint)).map((fault) =>
      refused(fault.name, `Refused: ${fault.why}.`, { ...adjusting.body(MOVED), [adjust.amount]: literal(fault.value) }, fault.at),
    ),
    refused(`${adjust.amount}_missing`, `Refused without ${adjust.amount}.`, without, adjust.amount),
  ]
}
