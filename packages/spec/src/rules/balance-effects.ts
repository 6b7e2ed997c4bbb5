import type { Endpoint, Field, Rule, RuleEffect } from '../api-spec'
import { isBalance } from './balances'
import { endpointOf } from './phrases'
import type { RuleWorld } from './view'

type Balance = Extract<RuleEffect, { kind: 'balance' }>
type Numbered = Extract<RuleEffect, { kind: 'number' }>

/** Takes back what sentences say of balances where no other sentence, and no endpoint, gives it a meaning. */
export function settleBalances(rules: readonly Rule[], world: RuleWorld): void {
  const effects = rules.flatMap((rule) => rule.effects)
  const booked = effects.filter((effect): effect is Balance => effect.kind === 'balance')
  const numbers = effects.filter((effect): effect is Numbered => effect.kind === 'number')
  const summed = effects.filter((effect) => effect.kind === 'aggregate')
  for (const rule of rules) rule.effects = rule.effects.map((effect) => floorOf(effect, booked))
  for (const rule of rules) {
    const lost = rule.effects.flatMap((effect) => {
      const why = effect.kind === 'number' ? otherwise(effect, numbers) : unfounded(effect, booked, summed, world)
      return why === null ? [] : [{ effect, why }]
    })
    if (lost.length === 0) continue
    rule.effects = rule.effects.filter((effect) => !lost.some((one) => one.effect === effect))
    const ranged = lost.every(({ effect }) => effect.kind === 'floor') && rule.effects.some((effect) => effect.kind === 'field')
    if (!ranged) Object.assign(rule, { status: rule.effects.length === 0 ? 'unparsed' : 'partly', missing: lost[0]!.why })
  }
  for (const endpoint of world.endpoints) endpoint.unsupported ??= unadjustable(endpoint, summed, world) ?? unmoved(endpoint, booked, world)
  for (const effect of rules.flatMap((rule) => rule.effects)) if (effect.kind === 'balance') keepCountable(effect, world)
}

/** The first sentence about a number says what it looks like. */
function otherwise(effect: Numbered, all: readonly Numbered[]): string | null {
  const first = all.find((one) => one.entity === effect.entity && one.field === effect.field)!
  const same = first.prefix === effect.prefix && first.digits === effect.digits && first.year === effect.year
  return same ? null : `another sentence gives ${effect.field} another form`
}

/** A limit from which the row itself takes is a limit of what is left, not of what was there before. */
function floorOf(effect: RuleEffect, booked: readonly Balance[]): RuleEffect {
  if (effect.kind !== 'bound') return effect
  const taking = booked.some(
    (one) =>
      one.direction === 'takes' &&
      one.entity === effect.entity &&
      one.amount === effect.field &&
      one.reference === effect.reference &&
      one.field === effect.limit,
  )
  return taking ? { kind: 'floor', entity: effect.target, field: effect.limit } : effect
}

function unfounded(effect: RuleEffect, booked: readonly Balance[], summed: readonly RuleEffect[], world: RuleWorld): string | null {
  switch (effect.kind) {
    case 'balance': {
      const sum = summed.some((one) => one.kind === 'aggregate' && one.entity === effect.target && one.field === effect.field)
      return sum ? `another sentence makes ${effect.field} a figure about other rows` : null
    }
    case 'floor': {
      const taken = booked.some((one) => one.direction === 'takes' && one.target === effect.entity && one.field === effect.field)
      const asked = world.endpointsOf(effect.entity).some((one) => one.adjust?.field === effect.field && one.adjust.direction !== 'add')
      return taken || asked ? null : `the specification does not say what takes from ${effect.field} of ${effect.entity}`
    }
    case 'reversal': {
      if (!booked.some((one) => one.entity === effect.of)) return `the specification does not say what a new ${effect.of} changes`
      return effect.when === undefined || effect.when.values.every((value) => reached(effect.entity, effect.when!.field, value, world))
        ? null
        : `no supported endpoint makes ${effect.when.field} of ${effect.entity} ${effect.when.values.join(' and ')}`
    }
    default:
      return null
  }
}

/** Why a number cannot be changed as the endpoint asks for, where sentences about it stand in the way. */
function unadjustable({ entity, adjust }: Endpoint, summed: readonly RuleEffect[], world: RuleWorld): string | null {
  if (adjust === undefined) return null
  if (summed.some((one) => one.kind === 'aggregate' && one.entity === entity && one.field === adjust.field))
    return `${adjust.field} of ${entity} is a figure about other rows, and the specification does not say how the two agree`
  const amount = world.entity(adjust.log?.entity)?.fields.find((field) => field.name === adjust.log?.amount)
  return adjust.direction === 'change' && (amount?.min ?? -1) >= 0
    ? `a change may be less than nothing, and ${amount!.name} of ${adjust.log!.entity} may not`
    : null
}

/** A transfer of which nobody says that it moves anything is more than the row about it. */
function unmoved({ entity, operation }: Endpoint, booked: readonly Balance[], world: RuleWorld): string | null {
  const transfer = world.entity(entity)
  if (transfer === undefined || !['create', 'nested-create'].includes(operation) || !/transfer/i.test(transfer.name)) return null
  const targets = transfer.fields.flatMap((field) => field.reference?.entity ?? [])
  const target = targets.find((name, index) => targets.indexOf(name) !== index)
  const balance = world.entity(target)?.fields.find(isBalance)
  if (balance === undefined || booked.some((one) => one.entity === transfer.name)) return null
  return `the specification does not say what a new ${transfer.name} changes of ${balance.name} of its ${target}`
}

/** Some request brings a row there. */
function reached(name: string, field: string, value: string, world: RuleWorld): boolean {
  const entity = world.entity(name)
  const update = entity === undefined ? undefined : endpointOf(entity, ['update', 'replace'], world)
  const action = world
    .endpointsOf(name)
    .some((one) => one.operation === 'action' && (one.sets?.[field] === value || one.body?.includes(field) === true))
  return action || update?.body?.includes(field) === true
}

/**
 * Every row has an amount, and the number that it changes begins with nothing. What is taken, or moved by kind, is more than nothing: a negative
 * amount would turn the direction round.
 */
function keepCountable(effect: Balance, world: RuleWorld): void {
  const amount = world.entity(effect.entity)?.fields.find((one) => one.name === effect.amount)
  const balance = world.entity(effect.target)?.fields.find((one) => one.name === effect.field)
  if (amount === undefined || balance === undefined) return
  if (amount.default === null) Object.assign(amount, { required: true, nullable: false })
  if (effect.direction === 'takes' || effect.when !== undefined) amount.min ??= smallest(amount)
  startAtNothing(balance)
}

/** A number that goes up and down is never unknown. */
export function startAtNothing(balance: Field): void {
  balance.nullable = false
  if (!balance.required && balance.default === null) balance.default = 0
}

/** The smallest amount that is more than nothing. */
export const smallest = (field: Field): number => (field.type === 'decimal' ? Number((10 ** -(field.scale ?? 2)).toFixed(field.scale ?? 2)) : 1)
