import type { Field, RuleEffect } from '@forge/spec'
import { snake, words } from '../words'
import { elsewhereCases, guardCases, takingCases } from './adjust-cases'
import { comparison, rowSteps } from './bodies'
import { type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { pointing } from './derived-rule-cases'
import { reading, requestFor, sceneFor } from './requests'
import { broken, change, creation, noSides, type RuleContext, type Sides, succeeds, type Writing } from './rule-scene'
import { numberFor } from './siblings'
import type { World } from './world'

type Effect<Kind extends RuleEffect['kind']> = Extract<RuleEffect, { kind: Kind }>
type Balance = Effect<'balance'>

const HELD = 10
const MOVED = 4

/** A new row changes a number of the row that it refers to. */
export function balanceCases({ world, name }: RuleContext, effect: Balance): Sides {
  const scene = bookingScene(world, effect)
  if (scene === undefined) return noSides
  const { moved, held, noun, asked } = scene
  const verb = effect.direction === 'adds' ? 'more' : 'less'
  const after = effect.direction === 'adds' ? held + moved : held - moved
  const label = `${name}_${snake(effect.reference).replace(/_id$/, '')}_has_${verb}`
  const done = plan(label, `${effect.field} of the ${noun} is ${verb} by ${effect.amount}.`, asked(moved), scene.success(moved), {
    arrange: scene.arrange(held),
    after: scene.shows(after),
  })
  return effect.direction === 'adds'
    ? { bites: [done], honest: [] }
    : { bites: [done, ...refusals(world, name, effect, scene)], honest: lastOne(world, name, effect, scene) }
}

interface BookingScene {
  moved: number
  held: number
  noun: string
  arrange(held: number): Step[]
  asked(amount: number): Request
  success(amount: number): CasePlan['expect']
  shows(value: number): CasePlan['after']
}

/** A request that makes a row which changes the number, beside a row that holds so much; undefined where nothing would show it. */
function bookingScene(world: World, effect: Balance): BookingScene | undefined {
  const writing = creation(world, effect.entity)
  const [field, amount] = [world.field(effect.target, effect.field), world.field(effect.entity, effect.amount)]
  if (!writing || !field || !amount || !world.endpoint(effect.target, 'get')) return undefined
  const [held, moved] = [numberFor(field, HELD), numberFor(amount, MOVED)]
  const placed = pointing(world, writing, effect.reference, effect.target, {})
  if (placed === undefined || moved <= 0 || held < moved || writing.endpoint.body?.includes(amount.name) !== true) return undefined
  const arrange = (value: number) => pointing(world, writing, effect.reference, effect.target, { [field.name]: literal(value) })!.arrange
  const body = (value: number): Record<string, Value> => ({
    ...apartFrom(world, effect, placed.body, placed.row),
    ...(effect.when === undefined ? {} : { [effect.when.field]: literal(effect.when.values[0]!) }),
    [amount.name]: literal(value),
  })
  return {
    moved,
    held,
    noun: words(world.entity(effect.target)),
    arrange: (value) => [...arrange(value), ...othersOf(world, effect, writing, arrange(value))],
    asked: (value) => writing.request(body(value)),
    success: (value) => succeeds(world, writing.endpoint, body(value)),
    shows: (value) => reading(world, effect.target, placed.row, [checkOf(field, value)]),
  }
}

const checkOf = (field: Field, value: number): Check => ({ kind: 'equals', field: field.name, value: literal(value), compare: comparison(field) })

/** References by which the same row changes another one: the other side of a transfer. */
const otherSides = (world: World, effect: Balance): Balance[] =>
  world.effects.filter(
    (each): each is Balance =>
      each.kind === 'balance' && each.entity === effect.entity && each.target === effect.target && each.reference !== effect.reference,
  )

const otherRow = (effect: Balance): string => `${snake(effect.reference).replace(/_id$/, '')}_side`

/** The other side is another row, which holds enough of its own. */
function apartFrom(world: World, effect: Balance, body: Record<string, Value>, row: string): Record<string, Value> {
  const key = world.keyField(effect.target).name
  const sides = otherSides(world, effect).filter(({ reference }) => body[reference] !== undefined)
  return { ...body, ...Object.fromEntries(sides.map((side) => [side.reference, ref(otherRow(side) === row ? `${row}_side` : otherRow(side), key)])) }
}

function othersOf(world: World, effect: Balance, { endpoint }: Writing, made: Step[]): Step[] {
  const sides = otherSides(world, effect).filter(({ reference }) => endpoint.body?.includes(reference) === true)
  const names = [...new Set(sides.map(otherRow))].filter((row) => !made.some((step) => step.kind === 'make' && step.as === row))
  return names.flatMap((row) => rowSteps(world, effect.target, row, { [effect.field]: literal(1000) }))
}

/** More than there is. */
function refusals(world: World, name: string, effect: Balance, scene: BookingScene): CasePlan[] {
  const { held, noun, asked } = scene
  const tooMuch = held + 1
  const refused = numberFor(world.field(effect.entity, effect.amount)!, tooMuch) === tooMuch
  return refused
    ? [
        plan(`${name}_too_much`, `Refused: the ${noun} has not so much, and keeps what it has.`, asked(tooMuch), broken(world), {
          arrange: scene.arrange(held),
          after: scene.shows(held),
        }),
      ]
    : []
}

/** The same row cannot be made twice anyway. */
const isOnce = (world: World, entity: string): boolean => {
  const { fields, uniqueTogether, key } = world.entity(entity)
  const taken = world.endpoint(entity, 'create', 'nested-create')?.body ?? []
  return uniqueTogether.length > 0 || fields.some((field) => (field.unique !== false || key.includes(field.name)) && taken.includes(field.name))
}

/** All that there is: of many who ask for it at once, one gets it. */
function lastOne(world: World, name: string, effect: Balance, { held, noun, asked, success, arrange, shows }: BookingScene): CasePlan[] {
  return [
    plan(`${name}_all_of_it`, `Accepted: all that the ${noun} has; ${effect.field} is nothing then.`, asked(held), success(held), {
      arrange: arrange(held),
      after: shows(0),
      ...(isOnce(world, effect.entity) ? {} : { once: true }),
    }),
  ]
}

/** Nothing takes a number below zero: whatever takes from it. */
export function floorCases(context: RuleContext, effect: Effect<'floor'>): Sides {
  const { world, name } = context
  const taking = world.effects.filter(
    (each): each is Balance => each.kind === 'balance' && each.direction === 'takes' && each.target === effect.entity && each.field === effect.field,
  )
  const first = taking.filter(
    (each, index) => taking.findIndex((other) => other.entity === each.entity && other.reference === each.reference) === index,
  )
  const sides = first.flatMap((each): Sides[] => {
    const scene = bookingScene(world, each)
    const label = first.length > 1 ? `${name}_by_${snake(each.entity)}` : name
    return scene === undefined ? [] : [{ bites: refusals(world, label, each, scene), honest: lastOne(world, label, each, scene) }]
  })
  const asked = world.spec.endpoints.filter(
    (each) => each.entity === effect.entity && each.unsupported === null && each.adjust?.field === effect.field && each.adjust.direction !== 'add',
  )
  for (const endpoint of asked) {
    const [bite, ...honest] = takingCases(world, endpoint, `${name}_by_${snake(endpoint.path.split('/').at(-1)!)}`)
    if (bite !== undefined) sides.push({ bites: [bite], honest })
  }
  return { bites: sides.flatMap(({ bites }) => bites), honest: sides.flatMap(({ honest }) => honest) }
}

/** A state in which a number stays as it is. */
export function adjustGuardCases({ world, name }: RuleContext, effect: Effect<'adjust-guard'>): Sides {
  const endpoint = world.spec.endpoints.find((each) => each.path === effect.path && each.unsupported === null && each.adjust !== undefined)
  const label = `${name}_${snake(effect.path.split('/').at(-1)!)}`
  return endpoint === undefined ? noSides : guardCases(world, endpoint, label, effect.field, effect.values)
}

/** What is taken from one row goes to another one. */
export function receiverRuleCases({ world, name }: RuleContext, effect: Effect<'receiver'>): Sides {
  const endpoint = world.spec.endpoints.find((each) => each.entity === effect.entity && each.unsupported === null && each.adjust?.to !== undefined)
  return endpoint === undefined ? noSides : elsewhereCases(world, endpoint, name)
}

/** What was taken is given back once a row is called off or deleted. */
export function reversalCases({ world, name }: RuleContext, effect: Effect<'reversal'>): Sides {
  const booked = world.effects.find((each): each is Balance => each.kind === 'balance' && each.entity === effect.of)
  const scene = booked && bookingScene(world, booked)
  if (booked === undefined || scene === undefined) return noSides
  const after = scene.shows(scene.held)
  if (effect.when === undefined) return deletedCases({ world, name }, effect, booked, scene, after)
  const { field, values } = effect.when
  const row = snake(effect.entity)
  const made = madeBelow(world, effect, booked, scene, row)
  const bites = values.flatMap((value) => {
    const request = settingRequest(world, effect.entity, field, value, row)
    if (request === undefined || made === undefined) return []
    const told = `${booked.field} of the ${scene.noun} is what it was before, once ${field} is ${value}.`
    const label = values.length === 1 ? `${name}_given_back` : `${name}_given_back_when_${snake(value)}`
    return [plan(label, told, request.act, request.expect, { arrange: made, after })]
  })
  return { bites, honest: [] }
}

/** A row of `effect.of` that has taken something, below the row that is called off. */
function madeBelow(world: World, effect: Effect<'reversal'>, booked: Balance, scene: BookingScene, row: string): Step[] | undefined {
  const target = snake(booked.target)
  const values = {
    [booked.amount]: literal(scene.moved),
    [booked.reference]: ref(target, world.keyField(booked.target).name),
    ...(booked.when === undefined ? {} : { [booked.when.field]: literal(booked.when.values[0]!) }),
  }
  const held = rowSteps(world, booked.target, target, { [booked.field]: literal(scene.held) })
  if (effect.through === undefined) return [...held, ...rowSteps(world, effect.entity, row, values)]
  const above = rowSteps(world, effect.entity, row)
  const key = ref(row, world.keyField(effect.entity).name)
  return [...held, ...above, ...rowSteps(world, effect.of, snake(effect.of), { ...values, [effect.through]: key })]
}

/** The request that brings a row into the state: an action that does so, else a change. */
function settingRequest(
  world: World,
  entity: string,
  field: string,
  value: string,
  row: string,
): { act: Request; expect: CasePlan['expect'] } | undefined {
  const action = world.spec.endpoints.find(
    (each) => each.entity === entity && each.operation === 'action' && each.unsupported === null && each.sets?.[field] === value,
  )
  const writing = action === undefined ? change(world, entity, {}, ['update', 'replace', 'action'], field) : undefined
  const endpoint = action ?? writing?.endpoint
  if (endpoint === undefined) return undefined
  const body = action === undefined ? { [field]: literal(value) } : undefined
  return {
    act: requestFor(world, endpoint, row, sceneFor(world, endpoint).request.caller, body),
    expect: succeeds(world, endpoint, body ?? {}),
  }
}

function deletedCases(
  { world, name }: RuleContext,
  effect: Effect<'reversal'>,
  booked: Balance,
  scene: BookingScene,
  after: CasePlan['after'],
): Sides {
  const endpoint = world.endpoint(effect.entity, 'delete')
  if (endpoint === undefined) return noSides
  const row = snake(effect.entity)
  const made = madeBelow(world, { kind: 'reversal', entity: effect.entity, of: effect.of }, booked, scene, row)!
  const act = requestFor(world, endpoint, row, sceneFor(world, endpoint).request.caller)
  const told = `${booked.field} of the ${scene.noun} is what it was before, once the ${words(world.entity(effect.entity))} is deleted.`
  return { bites: [plan(`${name}_deleted`, told, act, { status: endpoint.status, checks: [] }, { arrange: mergeSteps(made), after })], honest: [] }
}
