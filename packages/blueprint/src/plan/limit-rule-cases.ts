import type { Field, JsonValue, RuleEffect } from '@forge/spec'
import { snake, words } from '../words'
import { moved, rowSteps, safeValue } from './bodies'
import { type CasePlan, literal, ref, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { pointing } from './derived-rule-cases'
import { markedSelfCases } from './mark-rule-cases'
import { stranger } from './requests'
import { broken, change, creation, noSides, type RuleContext, type Sides, succeeds, type Writing } from './rule-scene'
import { numberFor, siblings } from './siblings'
import type { World } from './world'

type Effect<Kind extends RuleEffect['kind']> = Extract<RuleEffect, { kind: Kind }>

/** A number that may not exceed one of the row that is referred to. */
export function boundCases({ world, name }: RuleContext, effect: Effect<'bound'>): Sides {
  const field = world.field(effect.entity, effect.field)
  const limit = world.field(effect.target, effect.limit)
  const writing = creation(world, effect.entity)
  if (!field || !limit || !writing) return noSides
  const value = numberFor(field, Math.max(2, (limit.min ?? 0) + 1))
  if (numberFor(limit, value) !== value || numberFor(limit, value - 1) !== value - 1) return noSides
  const with_ = (most: number) => {
    const placed = pointing(world, writing, effect.reference, effect.target, { [limit.name]: literal(most) })
    return placed && { ...placed, body: { ...placed.body, [field.name]: literal(value) } }
  }
  const [low, even] = [with_(value - 1), with_(value)]
  if (!low || !even) return noSides
  return {
    bites: [
      plan(`${name}_above`, `Refused: ${field.name} is above ${limit.name}.`, writing.request(low.body), broken(world), { arrange: low.arrange }),
      ...raised({ world, name }, effect, field, limit, value),
    ],
    honest: [
      plan(
        `${name}_equal`,
        `Accepted: ${field.name} is as large as ${limit.name}.`,
        writing.request(even.body),
        succeeds(world, writing.endpoint, even.body),
        {
          arrange: even.arrange,
        },
      ),
    ],
  }
}

/** The same by a change of the row. */
function raised({ world, name }: RuleContext, effect: Effect<'bound'>, field: Field, limit: Field, value: number): CasePlan[] {
  const target = `limiting_${snake(effect.target)}`
  const steps = rowSteps(world, effect.target, target, { [limit.name]: literal(value) })
  const values = { [effect.reference]: ref(target, world.keyField(effect.target).name), [field.name]: literal(value) }
  const writing = change(world, effect.entity, values, ['update', 'replace'], field.name)
  if (!writing || numberFor(field, value + 1) !== value + 1) return []
  return [
    plan(
      `${name}_raised`,
      `Refused: the change lifts ${field.name} above ${limit.name}.`,
      writing.request({ [field.name]: literal(value + 1) }),
      broken(world),
      {
        arrange: [...steps, ...writing.arrange],
      },
    ),
  ]
}

/** So many rows for one, and not one more. */
export function capacityCases({ world, name }: RuleContext, effect: Effect<'capacity'>): Sides {
  const writing = creation(world, effect.entity)
  const reference = world.field(effect.entity, effect.reference)
  const limit = typeof effect.limit === 'string' ? world.field(effect.target, effect.limit) : undefined
  if (!writing || !reference || (typeof effect.limit === 'string' && !limit)) return noSides
  const most = limit ? numberFor(limit, 1) : (effect.limit as number)
  const full = crowded(world, effect, writing, reference, limit && { field: limit, value: most }, most)
  const free = crowded(world, effect, writing, reference, limit && { field: limit, value: limit ? most + 1 : most }, limit ? most : most - 1)
  if (!full || !free || most < 1 || (limit && numberFor(limit, most + 1) !== most + 1)) return noSides
  const noun = words(world.entity(effect.target))
  return {
    bites: [plan(`${name}_full`, `Refused: the ${noun} has as many as it may have.`, full.request, broken(world), { arrange: full.arrange })],
    honest: [
      plan(
        `${name}_last`,
        `Accepted: the ${noun} has room for one more.`,
        free.request,
        { status: writing.endpoint.status, checks: [] },
        { arrange: free.arrange, once: true },
      ),
    ],
  }
}

/** A request for one more row beside so many others. */
function crowded(
  world: World,
  effect: Effect<'capacity'>,
  writing: Writing,
  reference: Field,
  limit: { field: Field; value: number } | undefined,
  others: number,
): { arrange: Step[]; request: CasePlan['act'] } | undefined {
  const rows = Array.from({ length: others }, (_, index) => ({ as: `filling_${index + 1}` }))
  const values: Record<string, Value> = limit ? { [limit.field.name]: literal(limit.value) } : {}
  if (reference.fromCaller) {
    const holder = stranger(world, 'holder')
    const made = siblings(world, effect.entity, reference, holder.id, rows)
    const limited = limit ? [{ kind: 'store' as const, entity: effect.target, row: 'holder', values }] : []
    return (
      made && {
        arrange: [...holder.arrange, ...limited, ...mergeSteps(made, writing.arrange)],
        request: { ...writing.request(writing.body), caller: holder.caller },
      }
    )
  }
  const placed = pointing(world, writing, effect.reference, effect.target, values)
  const made = placed && siblings(world, effect.entity, reference, ref(placed.row, world.keyField(effect.target).name), rows)
  return placed && made && { arrange: [...placed.arrange, ...made], request: writing.request(placed.body) }
}

/** Two fields that never hold the same. */
export function distinctCases({ world, name }: RuleContext, effect: Effect<'distinct'>): Sides {
  const fields = effect.fields.flatMap((each) => world.field(effect.entity, each) ?? [])
  const [one, other] = fields
  if (!one || !other) return noSides
  if (other.name === world.keyField(effect.entity).name) return ownKeyCases({ world, name }, effect, one)
  const writing = creation(world, effect.entity)
  const users = one.reference?.entity
  if (!writing) return markedSelfCases({ world, name }, effect)
  if (users === undefined) return noSides
  const caller = fields.find((field) => field.fromCaller)
  const same = caller ? stranger(world, 'somebody') : undefined
  const row = `same_${snake(users)}`
  const value = same?.id ?? ref(row, world.keyField(users).name)
  const steps = same?.arrange ?? rowSteps(world, users, row)
  const sent = fields.filter((field) => field !== caller)
  if (sent.some((field) => writing.endpoint.body?.includes(field.name) !== true)) return noSides
  const body = { ...writing.body, ...Object.fromEntries(sent.map((field) => [field.name, value])) }
  const request = writing.request(body)
  return {
    bites: [
      plan(
        `${name}_same`,
        `Refused: ${one.name} and ${other.name} are the same.`,
        same ? { ...request, caller: same.caller } : request,
        broken(world),
        {
          arrange: mergeSteps(writing.arrange, steps),
        },
      ),
    ],
    honest: [differentCase({ world, name }, writing, sent, users)],
  }
}

function differentCase({ world, name }: RuleContext, writing: Writing, sent: Field[], target: string): CasePlan {
  const steps: Step[] = []
  const body = { ...writing.body }
  for (const [index, field] of sent.entries()) {
    const row = `different_${index + 1}_${snake(target)}`
    steps.push(...rowSteps(world, target, row))
    body[field.name] = ref(row, world.keyField(target).name)
  }
  return plan(`${name}_different`, 'Accepted: they are not the same.', writing.request(body), succeeds(world, writing.endpoint, body), {
    arrange: mergeSteps(writing.arrange, steps),
  })
}

/** A row never points at itself. */
function ownKeyCases({ world, name }: RuleContext, effect: Effect<'distinct'>, field: Field): Sides {
  const writing = change(world, effect.entity, {}, ['update', 'replace'], field.name)
  if (!writing) return noSides
  const key = world.keyField(effect.entity).name
  const row = `another_${writing.row}`
  const body = { [field.name]: ref(row, key) }
  return {
    bites: [
      plan(`${name}_itself`, `Refused: ${field.name} is the row itself.`, writing.request({ [field.name]: ref(writing.row, key) }), broken(world), {
        arrange: writing.arrange,
      }),
    ],
    honest: [
      plan(`${name}_another`, `Accepted: ${field.name} is another row.`, writing.request(body), succeeds(world, writing.endpoint, body), {
        arrange: [...writing.arrange, ...rowSteps(world, effect.entity, row)],
      }),
    ],
  }
}

const later = (value: JsonValue, steps: number): JsonValue => (steps === 0 ? value : later(moved(value, 1), steps - 1))

/** Rows that may not stand in each other's way. */
export function overlapCases({ world, name }: RuleContext, effect: Effect<'no-overlap'>): Sides {
  const writing = creation(world, effect.entity)
  const [scope, start] = [world.field(effect.entity, effect.scope), world.field(effect.entity, effect.start)]
  const target = scope?.reference?.entity
  if (!writing || !scope || !start || target === undefined) return noSides
  const beginning = safeValue(world, effect.entity, start)
  const placed = scope.fromCaller ? { arrange: writing.arrange, body: writing.body, row: '' } : pointing(world, writing, scope.name, target, {})
  if (!placed) return noSides
  const during = (from: number, to: number): Record<string, Value> => ({
    [effect.start]: literal(later(beginning, from)),
    [effect.end]: literal(later(beginning, to)),
  })
  const here: Record<string, Value> = scope.fromCaller ? {} : { [scope.name]: ref(placed.row, world.keyField(target).name) }
  const existing = (values: Record<string, Value>) =>
    rowSteps(world, effect.entity, `existing_${snake(effect.entity)}`, { ...during(2, 4), ...values })
  const asked = (suffix: string, told: string, from: number, to: number, steps: Step[], refused: boolean): CasePlan => {
    const body = { ...placed.body, ...during(from, to) }
    const expect = refused ? broken(world) : succeeds(world, writing.endpoint, body)
    return plan(`${name}_${suffix}`, told, writing.request(body), expect, {
      arrange: [...placed.arrange, ...steps],
      ...(refused ? {} : { once: true }),
    })
  }
  const taken = existing(here)
  const aside = effect.except?.values.map((value) => existing({ ...here, [effect.except!.field]: literal(value) })) ?? []
  return {
    bites: [
      asked('into_it', 'Refused: it begins before the other one ends.', 3, 5, taken, true),
      asked('over_its_beginning', 'Refused: it ends after the other one begins.', 1, 3, taken, true),
      asked('around_it', 'Refused: the other one lies inside.', 1, 5, taken, true),
    ],
    honest: [
      asked('right_after', 'Accepted: it begins when the other one ends.', 4, 5, taken, false),
      asked('right_before', 'Accepted: it ends when the other one begins.', 1, 2, taken, false),
      ...(scope.fromCaller ? [] : [asked('elsewhere', `Accepted: the other one has another ${scope.name}.`, 3, 5, [...existing({})], false)]),
      ...aside.map((steps, index) =>
        asked(`beside_${snake(effect.except!.values[index]!)}`, 'Accepted: the other one takes no time.', 3, 5, steps, false),
      ),
    ],
  }
}
