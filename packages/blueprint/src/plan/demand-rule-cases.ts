import type { RuleEffect } from '@forge/spec'
import { snake } from '../words'
import { make, safeValue, validBody } from './bodies'
import { type CasePlan, type Check, literal, type Request, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { movesOf, valueBefore } from './moves-of'
import { failure, invalid, reading, sceneFor, stranger } from './requests'
import { accepted, change, creation, noSides, type RuleContext, type Sides, succeeds, writingOf } from './rule-scene'
import { otherValue } from './states'
import type { World } from './world'

type Effect<Kind extends RuleEffect['kind']> = Extract<RuleEffect, { kind: Kind }>

/** A field that some value of another one demands. */
export function requiredWhenCases({ world, name }: RuleContext, effect: Effect<'required-when'>): Sides {
  const field = world.field(effect.entity, effect.field)
  if (!field || field.reference) return noSides
  const sides: Sides = { bites: [], honest: [] }
  const given = literal(safeValue(world, effect.entity, field))
  for (const value of effect.when.values) {
    const label = `${name}_${snake(String(value))}`
    for (const { suffix, request, arrange, body, status } of demanding(world, effect, value)) {
      const { [field.name]: _left, ...without } = body
      const told = `${effect.when.field} is ${String(value)}`
      sides.bites.push(
        plan(
          `${label}_${suffix}_without`,
          `Refused without ${field.name} while ${told}.`,
          { ...request, body: without },
          invalid(world, field.name),
          { arrange },
        ),
      )
      const checks: Check[] = [
        { kind: 'equals', field: effect.when.field, value: literal(value), compare: 'exact' },
        ...(field.writeOnly ? [] : [{ kind: 'present' as const, field: field.name }]),
      ]
      sides.honest.push(
        plan(
          `${label}_${suffix}_with`,
          `Accepted with ${field.name} while ${told}.`,
          { ...request, body: { ...without, [field.name]: given } },
          { status, checks },
          { arrange },
        ),
      )
    }
  }
  const writing = creation(world, effect.entity)
  const other = otherValue(world, effect.entity, effect.when.field, effect.when.values)
  if (writing?.endpoint.body?.includes(effect.when.field) && other !== undefined && !field.required) {
    const { [field.name]: _left, ...body } = { ...writing.body, [effect.when.field]: literal(other) }
    sides.honest.push(
      accepted(world, `${name}_otherwise`, `${field.name} may be left out while ${effect.when.field} is ${String(other)}.`, writing, body),
    )
  }
  return sides
}

interface Demanding {
  suffix: string
  request: Request
  arrange: Step[]
  body: Record<string, Value>
  status: number
}

/** The requests that bring a row into the state: an action, a change, creation. */
function demanding(world: World, effect: Effect<'required-when'>, value: string | boolean): Demanding[] {
  const { entity, when } = effect
  const found: Demanding[] = []
  const action = world.spec.endpoints.find(
    (each) =>
      each.entity === entity &&
      each.operation === 'action' &&
      each.unsupported === null &&
      each.sets?.[when.field] === value &&
      each.body?.includes(effect.field) === true,
  )
  if (action) {
    const scene = sceneFor(world, action)
    const draft = validBody(world, action)
    found.push({
      suffix: 'action',
      request: scene.request,
      arrange: mergeSteps(draft.arrange, scene.arrange),
      body: draft.body,
      status: action.status,
    })
  }
  const before = typeof value === 'string' && movesOf(world, entity, when.field).ruled ? valueBefore(world, entity, when.field, value) : undefined
  const start = { ...(before === undefined ? {} : { [when.field]: literal(before) }), [effect.field]: literal(null) }
  const changing = change(world, entity, start, ['update', 'replace'], when.field)
  if (changing?.endpoint.body?.includes(effect.field)) {
    found.push({
      suffix: 'change',
      request: changing.request({}),
      arrange: changing.arrange,
      body: { [when.field]: literal(value) },
      status: changing.endpoint.status,
    })
  }
  const created = creation(world, entity)
  if (created?.endpoint.body?.includes(effect.field) && created.endpoint.body.includes(when.field)) {
    const body = { ...created.body, [when.field]: literal(value) }
    found.push({ suffix: 'new', request: created.request(body), arrange: created.arrange, body, status: created.endpoint.status })
  }
  return found
}

/** A day that lies so many years back. */
export function ageCases({ world, name }: RuleContext, effect: Effect<'age'>): Sides {
  const writing = writingOf(world, effect.entity, effect.field)
  const field = world.field(effect.entity, effect.field)
  if (!writing || !field) return noSides
  const born = (years: number, days: number): Record<string, Value> => ({ ...writing.body, [field.name]: { kind: 'ago', years, days } })
  const { endpoint, arrange } = writing
  const fine = (suffix: string, told: string, body: Record<string, Value>): CasePlan =>
    plan(`${name}_${suffix}`, told, writing.request(body), succeeds(world, endpoint, body), { arrange })
  return {
    bites: [
      plan(
        `${name}_too_young`,
        `Refused: one day short of ${effect.years} years.`,
        writing.request(born(effect.years, 1)),
        invalid(world, field.name),
        { arrange },
      ),
      plan(`${name}_newborn`, 'Refused: not a year old.', writing.request(born(0, -1)), invalid(world, field.name), { arrange }),
    ],
    honest: [
      fine('just_old_enough', `Accepted: ${effect.years} years today.`, born(effect.years, 0)),
      fine('older', 'Accepted: older than that.', born(effect.years + 1, 0)),
    ],
  }
}

/** One row only has the flag. */
export function onlyOneCases({ world, name }: RuleContext, effect: Effect<'only-one'>): Sides {
  const writing = creation(world, effect.entity)
  const [scope] = effect.fields.flatMap((each) => world.field(effect.entity, each) ?? [])
  if (!writing?.endpoint.body?.includes(effect.flag) || !scope) return noSides
  const { endpoint } = writing
  const place = scope.fromCaller ? undefined : (writing.body[scope.name] ?? writing.request({}).params[endpoint.parent?.param ?? ''])
  if (!scope.fromCaller && place === undefined) return noSides
  const existing = (flag: boolean): Step[] => [
    ...writing.arrange,
    make(
      effect.entity,
      `existing_${snake(effect.entity)}`,
      { [effect.flag]: literal(flag), ...(place === undefined ? {} : { [scope.name]: place }) },
      writing.request({}).caller,
    ),
  ]
  const body = (flag: boolean) => ({ ...writing.body, [effect.flag]: literal(flag) })
  return {
    bites: [
      plan(`${name}_second`, `Refused: another one has ${effect.flag}.`, writing.request(body(true)), failure(world, 409, 'DUPLICATE'), {
        arrange: existing(true),
      }),
    ],
    honest: [
      plan(`${name}_first`, `Accepted: no other one has ${effect.flag}.`, writing.request(body(true)), succeeds(world, endpoint, body(true)), {
        arrange: existing(false),
        once: true,
      }),
      plan(`${name}_without`, `Accepted: it does not have ${effect.flag}.`, writing.request(body(false)), succeeds(world, endpoint, body(false)), {
        arrange: existing(true),
      }),
    ],
  }
}

/** The server sets a field to whoever asks. */
export function callerCases({ world, name }: RuleContext, effect: Effect<'caller'>): Sides {
  const writing = creation(world, effect.entity)
  if (!writing) return noSides
  const usual = writing.request({}).caller
  const role = usual.kind === 'user' ? usual.role : undefined
  const maker = stranger(world, 'maker', role)
  const shows = (value: Value): Check[] => [{ kind: 'equals', field: effect.field, value, compare: 'exact' }]
  const by = (body: Record<string, Value>) => ({ ...writing.request(body), caller: maker.caller })
  const arrange = mergeSteps(maker.arrange, writing.arrange)
  const { status } = writing.endpoint
  return {
    bites: [
      plan(
        `${name}_by_another`,
        `${effect.field} is whoever asks.`,
        by(writing.body),
        { status, checks: shows(maker.id) },
        { arrange, after: reading(world, effect.entity, 'created', shows(maker.id)) },
      ),
    ],
    honest: [],
  }
}
