import type { Endpoint, Move, RuleEffect } from '@forge/spec'
import { snake } from '../words'
import { comparison, rowSteps, safeValue, validBody, withDemanded } from './bodies'
import { type CasePlan, type Check, literal, ref } from './case-plan'
import { mergeSteps, plan } from './common'
import { movesOf, valueBefore } from './moves-of'
import { reading, sceneFor } from './requests'
import { broken, change, noSides, type RuleContext, type Sides, succeeds } from './rule-scene'
import type { World } from './world'

type Effect = Extract<RuleEffect, { kind: 'transitions' }>

/** Moves that a rule tells of are tested this often on each side. */
const MOST = 6

/** An enumeration changes as the rule says, and in no other way. */
export function transitionCases(context: RuleContext, effect: Effect): Sides {
  const { world } = context
  const moves = movesOf(world, effect.entity, effect.field)
  const refused = effect.refused.filter(([from, to]) => !moves.allows(from, to))
  const allowed = effect.allowed.length > 0 ? effect.allowed : refused.flatMap(([, to]) => origin(world, effect, to))
  const bites = spread(refused).flatMap((move) => moved(context, effect, move, false))
  if (bites.length === 0) return noSides
  return { bites: bites.slice(0, MOST), honest: allowed.flatMap((move) => moved(context, effect, move, true)).slice(0, MOST) }
}

/** What creation set stays; to send it again is no change. */
export function fixedCases({ world, name }: RuleContext, effect: Extract<RuleEffect, { kind: 'fixed' }>): Sides {
  const field = world.field(effect.entity, effect.field)
  const writing = field && change(world, effect.entity, {}, ['update', 'replace'], field.name)
  if (!field || !writing) return noSides
  const kept: Check[] = [{ kind: 'equals', field: field.name, value: ref(writing.row, field.name), compare: comparison(field) }]
  const other = field.reference
    ? ref('other_target', world.keyField(field.reference.entity).name)
    : literal(safeValue(world, effect.entity, field, 3))
  const steps = field.reference ? rowSteps(world, field.reference.entity, 'other_target') : []
  const same = writing.request({ [field.name]: ref(writing.row, field.name) })
  return {
    bites: [
      plan(`${name}_changed`, `Refused: ${field.name} stays as it is.`, writing.request({ [field.name]: other }), broken(world), {
        arrange: [...writing.arrange, ...steps],
        after: reading(world, effect.entity, writing.row, kept),
      }),
    ],
    honest: [
      plan(
        `${name}_same`,
        `${field.name} may be sent as it is.`,
        same,
        { status: writing.endpoint.status, checks: kept },
        { arrange: writing.arrange },
      ),
    ],
  }
}

/** A move to this value that nothing refuses. */
function origin(world: World, effect: Effect, to: string): Move[] {
  const from = valueBefore(world, effect.entity, effect.field, to)
  return from === undefined ? [] : [[from, to]]
}

/** Real changes first, each value before the others' second move. */
function spread(moves: readonly Move[]): Move[] {
  const real = moves.filter(([from, to]) => from !== to)
  const rank = (move: Move) => real.filter(([from]) => from === move[0]).indexOf(move)
  return [...real.sort((a, b) => rank(a) - rank(b)), ...moves.filter(([from, to]) => from === to)]
}

function moved({ world, name }: RuleContext, { entity, field }: Effect, [from, to]: Move, allowed: boolean): CasePlan[] {
  const request = moveRequest(world, entity, field, from, to)
  if (request === undefined) return []
  const { arrange, row, request: act, expect } = request
  const is = (value: string): Check[] => [{ kind: 'equals', field, value: literal(value), compare: 'exact' }]
  // Who changes to what is there already changes nothing, unless an action is refused that has no other meaning.
  const again = act.body !== undefined || movesOf(world, entity, field).allows(to, to)
  const label = `${name}_${snake(from)}_to_${snake(to)}`
  const told = `from ${from} to ${to}`
  return allowed
    ? [
        plan(label, `${field} may change ${told}.`, act, expect, {
          arrange,
          after: reading(world, entity, row, is(to)),
          ...(again ? {} : { once: true }),
        }),
      ]
    : [
        plan(`${label}_refused`, `Refused: ${field} does not change ${told}.`, act, broken(world), {
          arrange,
          after: reading(world, entity, row, is(from)),
        }),
      ]
}

/** The request that takes a row from one value to another, and what it answers where that is allowed; undefined where no endpoint does so. */
export function moveRequest(
  world: World,
  entity: string,
  field: string,
  from: string,
  to: string,
  endpoint = moverOf(world, entity, field, to, from === to),
) {
  if (endpoint === undefined) return undefined
  const scene = sceneFor(world, endpoint, { values: { [field]: literal(from) } })
  const draft = endpoint.sets?.[field] === undefined ? undefined : validBody(world, endpoint)
  const body = draft?.body ?? withDemanded(world, entity, { [field]: literal(to) }, endpoint.body)
  return {
    arrange: mergeSteps(draft?.arrange ?? [], scene.arrange),
    request: Object.keys(body).length === 0 ? scene.request : { ...scene.request, body },
    expect: succeeds(world, endpoint, body),
    row: scene.row,
  }
}

/** An action that takes nothing, or no more than what the state demands. */
const fits = (world: World, { entity, body = [] }: Endpoint): boolean =>
  body.every((name) => world.effects.some((effect) => effect.kind === 'required-when' && effect.entity === entity && effect.field === name))

/** The action that sets the value, else whatever takes the field. What does not change is no change of a body. */
function moverOf(world: World, entity: string, field: string, to: string, same: boolean): Endpoint | undefined {
  const own = world.spec.endpoints.filter((each) => each.entity === entity && each.unsupported === null)
  const action = own.find((each) => each.operation === 'action' && each.sets?.[field] === to && fits(world, each))
  if (action || same) return action
  const operations = ['action', 'update', 'replace'] as const
  return operations.flatMap((operation) => own.filter((each) => each.operation === operation && each.body?.includes(field) === true))[0]
}
