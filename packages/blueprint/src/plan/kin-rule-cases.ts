import type { RuleEffect } from '@forge/spec'
import { sampleValue } from '@forge/spec'
import { snake, words } from '../words'
import { rowSteps, safeValue } from './bodies'
import { type CasePlan, literal, ref, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { pointing } from './derived-rule-cases'
import { broken, change, creation, noSides, type RuleContext, type Sides, succeeds } from './rule-scene'
import { numberFor, siblings } from './siblings'
import { parentState } from './states'
import type { World } from './world'

type Effect<Kind extends RuleEffect['kind']> = Extract<RuleEffect, { kind: Kind }>

/** Rows that a row refers to hold the same as each other, or as the row itself. */
export function agreeCases({ world, name }: RuleContext, effect: Effect<'agree'>): Sides {
  const writing = creation(world, effect.entity)
  const reference = world.field(effect.entity, effect.reference)
  const theirs = world.field(effect.target, effect.field)
  if (!writing?.endpoint.body?.includes(effect.reference) || !reference || !theirs) return noSides
  const key = world.keyField(effect.target).name
  const [same, other] = ['same', 'other'].map((word) => `${word}_${snake(effect.target)}`) as [string, string]
  const { other: side } = effect
  const values =
    side.reference === undefined
      ? placed(world, writing.body[side.field] ?? writing.request({}).params[writing.endpoint.parent?.param ?? ''])
      : plainPair(world, effect.target, theirs.name)
  if (values === undefined) return noSides
  const row = (as: string, value: Value | undefined, steps: Step[] = []): Step[] => [
    ...steps,
    ...rowSteps(world, effect.target, as, {
      ...parentState(world, effect.entity, effect.reference),
      ...(value === undefined ? {} : { [theirs.name]: value }),
    }),
  ]
  const elsewhere =
    values.other ??
    (theirs.reference === undefined ? undefined : ref(`other_${snake(theirs.reference.entity)}`, world.keyField(theirs.reference.entity).name))
  const away =
    values.other === undefined && theirs.reference !== undefined
      ? rowSteps(world, theirs.reference.entity, `other_${snake(theirs.reference.entity)}`)
      : []
  const second = side.reference === undefined ? {} : { [side.reference]: ref(`second_${snake(effect.target)}`, key) }
  const beside = side.reference === undefined ? [] : row(`second_${snake(effect.target)}`, values.same)
  const asked = (suffix: string, told: string, as: string, steps: Step[], refused: boolean): CasePlan => {
    const body = { ...writing.body, ...second, [effect.reference]: ref(as, key) }
    return plan(`${name}_${suffix}`, told, writing.request(body), refused ? broken(world) : succeeds(world, writing.endpoint, body), {
      arrange: mergeSteps(writing.arrange, beside, steps),
    })
  }
  return {
    bites: [asked('other', `Refused: ${effect.field} is not the same.`, other, row(other, elsewhere, away), true)],
    honest: [asked('same', `Accepted: ${effect.field} is the same.`, same, row(same, values.same), false)],
  }
}

const placed = (_world: World, value: Value | undefined): { same: Value; other?: Value } | undefined =>
  value === undefined ? undefined : { same: value }

/** Two values of a field that are not the same. */
function plainPair(world: World, entity: string, name: string): { same: Value; other: Value } | undefined {
  const field = world.field(entity, name)
  if (!field || field.reference) return undefined
  const [same, other] = [safeValue(world, entity, field), safeValue(world, entity, field, 1)]
  return same === other ? undefined : { same: literal(same), other: literal(other) }
}

/** What rows add up to. */
export function sumLimitCases({ world, name }: RuleContext, effect: Effect<'sum-limit'>): Sides {
  const writing = creation(world, effect.entity)
  const [field, reference] = [effect.field, effect.reference].map((each) => world.field(effect.entity, each))
  const limit = typeof effect.limit === 'string' ? world.field(effect.target, effect.limit) : undefined
  if (!writing || !field || !reference || reference.fromCaller) return noSides
  const most = typeof effect.limit === 'number' ? effect.limit : limit === undefined ? undefined : numberFor(limit, 10)
  if (most === undefined || most < 3) return noSides
  const part = Math.ceil(most / 2)
  if (numberFor(field, part) !== part || numberFor(field, most - part) !== most - part || numberFor(field, most - part + 1) !== most - part + 1)
    return noSides
  const at = pointing(world, writing, reference.name, effect.target, limit === undefined ? {} : { [limit.name]: literal(most) })
  const first =
    at &&
    siblings(world, effect.entity, reference, ref(at.row, world.keyField(effect.target).name), [
      { as: `first_${snake(effect.entity)}`, values: { [field.name]: literal(part) } },
    ])
  if (!at || !first) return noSides
  const noun = words(world.entity(effect.target))
  const asked = (suffix: string, told: string, value: number, refused: boolean): CasePlan => {
    const body = { ...at.body, [field.name]: literal(value) }
    const expect = refused ? broken(world) : succeeds(world, writing.endpoint, body)
    return plan(`${name}_${suffix}`, told, writing.request(body), expect, { arrange: [...at.arrange, ...first], ...(refused ? {} : { once: true }) })
  }
  const changing = change(
    world,
    effect.entity,
    { [reference.name]: ref(at.row, world.keyField(effect.target).name), [field.name]: literal(1) },
    ['update', 'replace'],
    field.name,
  )
  const raised = changing
    ? [
        plan(
          `${name}_raised`,
          `Refused: the change lifts the sum above ${most}.`,
          changing.request({ [field.name]: literal(most - part + 1) }),
          broken(world),
          {
            arrange: mergeSteps([...at.arrange, ...first], changing.arrange),
          },
        ),
      ]
    : []
  return {
    bites: [asked('above', `Refused: together more than ${most} for one ${noun}.`, most - part + 1, true), ...raised],
    honest: [asked('up_to', `Accepted: together exactly ${most} for one ${noun}.`, most - part, false)],
  }
}

/** No new row once the moment has passed. */
export function deadlineCases({ world, name }: RuleContext, effect: Effect<'deadline'>): Sides {
  const writing = creation(world, effect.entity)
  const field = world.field(effect.target, effect.field)
  if (!writing || !field) return noSides
  const when = (side: 'past' | 'future'): Record<string, Value> => ({ [field.name]: literal(sampleValue(field, 0, { when: side })) })
  const state = parentState(world, effect.entity, effect.reference)
  const over = pointing(world, writing, effect.reference, effect.target, state)
  const open = pointing(world, writing, effect.reference, effect.target, { ...state, ...when('future') })
  if (!over || !open) return noSides
  // Behind the API's back: no request makes a moment that has passed where a rule wants it ahead.
  const passed: Step = { kind: 'store', entity: effect.target, row: over.row, values: when('past') }
  return {
    bites: [
      plan(`${name}_passed`, `Refused: ${field.name} has passed.`, writing.request(over.body), broken(world), { arrange: [...over.arrange, passed] }),
    ],
    honest: [
      plan(`${name}_ahead`, `Accepted: ${field.name} lies ahead.`, writing.request(open.body), succeeds(world, writing.endpoint, open.body), {
        arrange: open.arrange,
      }),
    ],
  }
}
