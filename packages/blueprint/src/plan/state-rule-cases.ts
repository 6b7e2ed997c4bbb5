import type { RuleEffect } from '@forge/spec'
import { snake, words } from '../words'
import { rowSteps, validBody } from './bodies'
import { type Check, literal, ref, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { endpointCases } from './endpoint-cases'
import { movesOf, valueBefore } from './moves-of'
import { failure, notFound, pathParams, reading, sceneFor, unknownRequest } from './requests'
import {
  accepted,
  broken,
  change,
  creation,
  noSides,
  type RuleContext,
  type Sides,
  smallChange,
  succeeds,
  type Writing,
  writingOf,
} from './rule-scene'
import { otherValue } from './states'
import type { World } from './world'

type Effect<Kind extends RuleEffect['kind']> = Extract<RuleEffect, { kind: Kind }>

/** What a reference points at must be in a state. */
export function referenceStateCases({ world, name }: RuleContext, effect: Effect<'reference-state'>): Sides {
  const writings = [creation(world, effect.entity), change(world, effect.entity, {}, ['action', 'update', 'replace'], effect.reference)]
  const sides: Sides = { bites: [], honest: [] }
  const wrong = otherValue(world, effect.target, effect.field, [effect.value])
  if (wrong === undefined) return sides
  const key = world.keyField(effect.target).name
  for (const writing of writings) {
    if (!writing?.endpoint.body?.includes(effect.reference)) continue
    const label = `${name}_${writing.row === 'created' ? 'create' : 'update'}`
    const target = `chosen_${snake(effect.target)}`
    const body = { ...writing.body, [effect.reference]: ref(target, key) }
    const withTarget = (value: string | boolean) =>
      mergeSteps(writing.arrange, rowSteps(world, effect.target, target, { [effect.field]: literal(value) }))
    const telling = `${effect.reference} points at a row whose ${effect.field} is`
    sides.bites.push(
      plan(`${label}_refused`, `Refused: ${telling} ${String(wrong)}.`, writing.request(body), broken(world), {
        arrange: withTarget(wrong as string | boolean),
      }),
    )
    sides.honest.push(
      plan(
        `${label}_accepted`,
        `Accepted: ${telling} ${String(effect.value)}.`,
        writing.request(body),
        { status: writing.endpoint.status, checks: [{ kind: 'equals', field: effect.reference, value: ref(target, key), compare: 'exact' }] },
        { arrange: withTarget(effect.value) },
      ),
    )
  }
  return sides
}

/** A row in some state stays as it is. */
export function stateGuardCases({ world, name }: RuleContext, effect: Effect<'state-guard'>): Sides {
  const sides: Sides = { bites: [], honest: [] }
  const free = otherValue(world, effect.entity, effect.field, effect.values)
  for (const operation of effect.operations) {
    const endpoint = world.endpoint(effect.entity, ...(operation === 'delete' ? (['delete'] as const) : (['update', 'replace', 'action'] as const)))
    if (!endpoint || endpoint.parent || free === undefined) continue
    const scene = sceneFor(world, endpoint)
    const body = operation === 'delete' ? { arrange: [], body: {} } : smallChange(world, endpoint, [effect.field])
    const ask = (sent: Record<string, Value>) => (Object.keys(sent).length === 0 ? scene.request : { ...scene.request, body: sent })
    const rowIn = (value: string | boolean) => mergeSteps(body.arrange, rowSteps(world, effect.entity, scene.row, { [effect.field]: literal(value) }))
    const kept: Check[] = [{ kind: 'equals', field: effect.field, value: literal(effect.values[0]!), compare: 'exact' }]
    for (const value of effect.values) {
      const after = reading(world, effect.entity, scene.row, [{ ...kept[0]!, value: literal(value) } as Check])
      // Where only the state itself can be sent, it is sent as it is: a move away may be refused for another reason.
      const act = ask(effect.field in body.body ? { ...body.body, [effect.field]: literal(value) } : body.body)
      sides.bites.push(
        plan(`${name}_${operation}_${snake(String(value))}`, `Refused while ${effect.field} is ${String(value)}.`, act, broken(world), {
          arrange: rowIn(value),
          after,
        }),
      )
    }
    sides.honest.push(
      plan(
        `${name}_${operation}_${snake(String(free))}`,
        `Allowed while ${effect.field} is ${String(free)}.`,
        ask(body.body),
        succeeds(world, endpoint, body.body),
        { arrange: rowIn(free as string | boolean) },
      ),
    )
  }
  return sides
}

/** No children below a parent in some state. */
export function parentGuardCases({ world, name }: RuleContext, effect: Effect<'parent-guard'>): Sides {
  const writing = creation(world, effect.entity)
  const free = otherValue(world, effect.parent, effect.field, effect.values)
  if (!writing || free === undefined) return noSides
  const parent = writing.arrange.find((step): step is Extract<Step, { kind: 'make' }> => step.kind === 'make' && step.entity === effect.parent)
  if (!parent) return noSides
  const below = (value: string | boolean): Writing => {
    const others = writing.arrange.filter((step) => step !== parent && !(step.kind === 'store' && step.row === parent.as))
    return {
      ...writing,
      arrange: mergeSteps(others, rowSteps(world, effect.parent, parent.as, { ...parent.values, [effect.field]: literal(value) })),
    }
  }
  return {
    bites: effect.values.map((value) => {
      const guarded = below(value)
      return plan(
        `${name}_${snake(String(value))}`,
        `Refused while ${effect.field} of the ${words(world.entity(effect.parent))} is ${String(value)}.`,
        guarded.request(guarded.body),
        broken(world),
        { arrange: guarded.arrange },
      )
    }),
    honest: [
      accepted(
        world,
        `${name}_${snake(String(free))}`,
        `Allowed while ${effect.field} is ${String(free)}.`,
        below(free as string | boolean),
        writing.body,
      ),
    ],
  }
}

/** Reaching a value writes down when. */
export function stampCases({ world, name }: RuleContext, effect: Effect<'stamp'>): Sides {
  const stamped: Check[] = [
    { kind: 'equals', field: effect.field, value: literal(effect.value), compare: 'exact' },
    { kind: 'present', field: effect.target },
  ]
  const label = `${name}_${snake(effect.target)}`
  const act = stamping(world, effect)
  if (!act) return noSides
  const bites = [
    plan(
      `${label}_set`,
      `${effect.target} tells when ${effect.field} became ${String(effect.value)}.`,
      act.request(act.body),
      { status: act.endpoint.status, checks: stamped },
      { arrange: act.arrange, after: reading(world, effect.entity, act.row, stamped) },
    ),
  ]
  const other = otherValue(world, effect.entity, effect.field, [effect.value])
  const writing =
    other === undefined
      ? undefined
      : (change(world, effect.entity, {}, ['update', 'replace', 'action'], effect.field) ?? writingOf(world, effect.entity, effect.field))
  if (!writing || other === undefined) return { bites, honest: [] }
  const body = { ...writing.body, [effect.field]: literal(other) }
  return {
    bites,
    honest: [accepted(world, `${label}_not_set`, `${effect.target} stays empty otherwise.`, writing, body, [{ kind: 'null', field: effect.target }])],
  }
}

/** The request that sets the field: an action that does nothing else, an action or update that takes it, or creation. */
function stamping(world: World, effect: Effect<'stamp'>): Writing | undefined {
  const action = world.spec.endpoints.find(
    (each) => each.entity === effect.entity && each.operation === 'action' && each.unsupported === null && each.sets?.[effect.field] === effect.value,
  )
  if (action) {
    const scene = sceneFor(world, action)
    const draft = validBody(world, action)
    const request: Writing['request'] = (body) => (Object.keys(body).length === 0 ? scene.request : { ...scene.request, body })
    return { endpoint: action, arrange: mergeSteps(draft.arrange, scene.arrange), body: draft.body, request, row: scene.row }
  }
  const before =
    typeof effect.value === 'string' && movesOf(world, effect.entity, effect.field).ruled
      ? valueBefore(world, effect.entity, effect.field, effect.value)
      : undefined
  const values: Record<string, Value> = before === undefined ? {} : { [effect.field]: literal(before) }
  const writing = change(world, effect.entity, values, ['action', 'update', 'replace'], effect.field) ?? writingOf(world, effect.entity, effect.field)
  return writing && { ...writing, body: { ...writing.body, [effect.field]: literal(effect.value) } }
}

/** Two values never stand together; each alone may. */
export function exclusiveCases({ world, name }: RuleContext, effect: Effect<'exclusive'>): Sides {
  const created = creation(world, effect.entity)
  const fields = [effect.a, effect.b]
  const writings = [created, change(world, effect.entity, {}, ['update', 'replace'])].filter((each) => each !== undefined)
  const sides: Sides = { bites: [], honest: [] }
  for (const writing of writings) {
    if (!fields.every(({ field }) => writing.endpoint.body?.includes(field))) continue
    if (writing !== created && fields.some(({ field }) => movesOf(world, effect.entity, field).ruled)) continue
    const label = `${name}_${writing.row === 'created' ? 'create' : 'update'}`
    const body = { ...writing.body, ...Object.fromEntries(fields.map(({ field, value }) => [field, literal(value)])) }
    sides.bites.push(
      plan(
        `${label}_together`,
        `Refused: ${fields.map(({ field, value }) => `${field} ${String(value)}`).join(' with ')}.`,
        writing.request(body),
        broken(world),
        { arrange: writing.arrange },
      ),
    )
    for (const [mine, theirs] of [
      [effect.a, effect.b],
      [effect.b, effect.a],
    ] as const) {
      const other = otherValue(world, effect.entity, theirs.field, [theirs.value])
      if (other === undefined) continue
      const alone: Record<string, Value> = { ...writing.body, [mine.field]: literal(mine.value), [theirs.field]: literal(other) }
      sides.honest.push(
        accepted(
          world,
          `${label}_${snake(mine.field)}_${snake(String(mine.value))}_alone`,
          `Accepted: ${mine.field} ${String(mine.value)} with ${theirs.field} ${String(other)}.`,
          writing,
          alone,
        ),
      )
    }
  }
  return sides
}

/** What one might doubt is allowed all the same. */
export function allowedCases({ world, name }: RuleContext, effect: Effect<'allowed'>): Sides {
  const endpoint = world.endpoint(effect.entity, ...(effect.operation === 'delete' ? (['delete'] as const) : (['update', 'replace'] as const)))
  if (!endpoint) return noSides
  const scene = sceneFor(world, endpoint)
  const body = effect.operation === 'delete' ? { arrange: [], body: {} } : smallChange(world, endpoint, [effect.where.field])
  const act = effect.operation === 'delete' ? scene.request : { ...scene.request, body: body.body }
  const arrange = mergeSteps(body.arrange, rowSteps(world, effect.entity, scene.row, { [effect.where.field]: literal(effect.where.value) }))
  const checks: Check[] =
    effect.operation === 'delete' ? [] : Object.entries(body.body).map(([field, value]) => ({ kind: 'equals', field, value, compare: 'exact' }))
  const kept: Check[] =
    effect.operation === 'delete' ? [] : [{ kind: 'equals', field: effect.where.field, value: literal(effect.where.value), compare: 'exact' }]
  return {
    bites: [
      plan(
        `${name}_${effect.operation}`,
        `Allowed while ${effect.where.field} is ${String(effect.where.value)}.`,
        act,
        { status: endpoint.status, checks: [...checks, ...kept] },
        { arrange },
      ),
    ],
    honest: [],
  }
}

/** Nothing changes a row once it exists. */
export function immutableCases({ world, name }: RuleContext, entity: string): Sides {
  const endpoint = world.endpoint(entity, 'get')
  const taken = world.spec.endpoints.some((each) => each.path === endpoint?.path && (each.method === 'PUT' || each.method === 'PATCH'))
  const writing = creation(world, entity)
  if (!endpoint || taken) return noSides
  const scene = sceneFor(world, endpoint)
  const key = world.keyField(entity)
  const same: Check[] = [
    key,
    ...world
      .entity(entity)
      .fields.filter((field) => !field.reference && !field.auto && !field.writeOnly && field.name !== key.name)
      .slice(0, 2),
  ].map((field) => ({ kind: 'equals', field: field.name, value: ref(scene.row, field.name), compare: 'exact' }))
  const body = writing ? validBody(world, writing.endpoint, { variant: 1 }).body : {}
  const literals = Object.fromEntries(Object.entries(body).filter(([, value]) => value.kind === 'literal'))
  const refused = failure(world, 405, 'METHOD_NOT_ALLOWED')
  const attempt = (method: 'PUT' | 'PATCH') =>
    plan(`${name}_${method.toLowerCase()}`, `Refused: ${method} does not exist.`, { ...scene.request, method, body: literals }, refused, {
      arrange: scene.arrange,
      after: reading(world, entity, scene.row, same),
    })
  return {
    bites: [attempt('PUT'), attempt('PATCH')],
    honest: [
      plan(`${name}_stays`, 'It can be read as it was made.', scene.request, { status: endpoint.status, checks: same }, { arrange: scene.arrange }),
    ],
  }
}

/** What does not exist is not found. */
export function notFoundCases({ world, name }: RuleContext, effect: Effect<'not-found'>): Sides {
  const endpoint = world.spec.endpoints.find((each) => each.method === effect.method && each.path === effect.path && each.unsupported === null)
  if (!endpoint || pathParams(endpoint.path).length === 0) return noSides
  const [usual] = endpointCases(world, endpoint, `${name}_known`)
  const body = usual?.act.body
  const act = { ...unknownRequest(world, endpoint), ...(body === undefined ? {} : { body }) }
  const needed = usual?.arrange.filter((step) => step.kind === 'make' && JSON.stringify(body ?? {}).includes(JSON.stringify(step.as))) ?? []
  return { bites: [plan(`${name}_unknown`, 'An unknown id is not found.', act, notFound(world), { arrange: needed })], honest: usual ? [usual] : [] }
}
