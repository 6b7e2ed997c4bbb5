import type { Field, RuleEffect } from '@forge/spec'
import { snake, words } from '../words'
import { make, rowSteps, safeValue } from './bodies'
import { literal, ref, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { markedOnceCases } from './mark-rule-cases'
import { failure, stranger } from './requests'
import { creation, noSides, type RuleContext, type Sides, succeeds, type Writing } from './rule-scene'
import type { World } from './world'

type Effect = Extract<RuleEffect, { kind: 'unique-together' }>

/** The same values once; with another value in any of the fields as often as one likes. */
export function uniqueTogetherCases({ world, name }: RuleContext, effect: Effect): Sides {
  const writing = creation(world, effect.entity)
  const fields = effect.fields.flatMap((each) => world.field(effect.entity, each) ?? [])
  const given = writing && settled(world, writing, fields)
  if (!writing || !given) return writing ? noSides : markedOnceCases({ world, name }, effect.entity)
  const noun = words(world.entity(effect.entity))
  const existing = make(effect.entity, `existing_${snake(effect.entity)}`, given.values)
  const arrange = [...given.arrange, existing]
  const act = writing.request(given.body)
  return {
    bites: [plan(`${name}_twice`, `Refused: there is such a ${noun} already.`, act, failure(world, 409, 'DUPLICATE'), { arrange })],
    honest: [
      plan(`${name}_once`, `Accepted: there is no such ${noun} yet.`, act, succeeds(world, writing.endpoint, given.body), {
        arrange: given.arrange,
        once: true,
      }),
      ...fields.flatMap((field) => differing({ world, name }, writing, field, given, arrange)),
    ],
  }
}

interface Given {
  arrange: Step[]
  body: Record<string, Value>
  /** The same for a row that a test makes. */
  values: Record<string, Value>
}

/** A request that settles all of the fields; undefined when one of them stays open. */
function settled(world: World, writing: Writing, fields: readonly Field[]): Given | undefined {
  const { endpoint } = writing
  const given: Given = { arrange: [...writing.arrange], body: { ...writing.body }, values: {} }
  const params = writing.request({}).params
  for (const field of fields) {
    if (field.fromCaller) continue
    const placed = endpoint.parent?.field === field.name ? params[endpoint.parent.param] : undefined
    const value = placed ?? given.body[field.name] ?? chosen(world, endpoint.entity!, field, given.arrange)
    if (value === undefined) return undefined
    if (placed === undefined) given.body[field.name] = value
    given.values[field.name] = value
  }
  return given
}

function chosen(world: World, entity: string, field: Field, arrange: Step[]): Value | undefined {
  if (!field.reference) return field.list ? undefined : literal(safeValue(world, entity, field, 2))
  const row = `chosen_${snake(field.reference.entity)}`
  arrange.push(...rowSteps(world, field.reference.entity, row))
  return ref(row, world.keyField(field.reference.entity).name)
}

/** The same request with another value in one of the fields. */
function differing({ world, name }: RuleContext, writing: Writing, field: Field, given: Given, arrange: Step[]) {
  const { endpoint } = writing
  const label = `${name}_other_${snake(field.name).replace(/_id$/, '')}`
  const told = `Accepted with another ${field.name}.`
  if (field.fromCaller) {
    if (world.rolesFor(endpoint.entity!, 'create').length > 0) return []
    const other = stranger(world, 'somebody')
    const act = { ...writing.request(given.body), caller: other.caller }
    return [plan(label, told, act, { status: endpoint.status, checks: [] }, { arrange: mergeSteps(arrange, other.arrange) })]
  }
  if (given.body[field.name] === undefined) return []
  const steps: Step[] = []
  const value = field.reference ? otherRow(world, field, steps) : literal(safeValue(world, endpoint.entity!, field, 3))
  if (JSON.stringify(value) === JSON.stringify(given.body[field.name])) return []
  const body = { ...given.body, [field.name]: value }
  return [plan(label, told, writing.request(body), succeeds(world, endpoint, body), { arrange: mergeSteps(arrange, steps) })]
}

function otherRow(world: World, field: Field, steps: Step[]): Value {
  const row = `different_${snake(field.reference!.entity)}`
  steps.push(...rowSteps(world, field.reference!.entity, row))
  return ref(row, world.keyField(field.reference!.entity).name)
}
