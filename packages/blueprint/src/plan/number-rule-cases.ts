import type { RuleEffect } from '@forge/spec'
import { snake, words } from '../words'
import { rowSteps } from './bodies'
import { type CasePlan, type Check, literal, ref, type Step } from './case-plan'
import { plan } from './common'
import { creation, noSides, type RuleContext, type Sides } from './rule-scene'

type Effect = Extract<RuleEffect, { kind: 'number' }>

/** New rows are numbered by the server, whatever a request says. */
export function numberCases({ world, name }: RuleContext, effect: Effect): Sides {
  const writing = creation(world, effect.entity)
  const field = world.field(effect.entity, effect.field)
  if (!writing || !field || world.seeded(effect.entity)) return noSides
  const { request, body, endpoint, arrange } = writing
  const known = `first_${snake(effect.entity)}`
  const shows = (number: number): Check =>
    field.type === 'integer'
      ? { kind: 'equals', field: field.name, value: literal(number), compare: 'exact' }
      : effect.year === undefined
        ? { kind: 'equals', field: field.name, value: literal(`${effect.prefix}${digits(number, effect)}`), compare: 'exact' }
        : { kind: 'equals', field: field.name, value: literal(`${effect.year}${digits(number, effect)}`), compare: 'suffix' }
  const asked = (suffix: string, told: string, more: Step[], number: number, sent = body): CasePlan => {
    const began: Check[] =
      effect.prefix === '' || effect.year === undefined
        ? []
        : [{ kind: 'equals', field: field.name, value: literal(effect.prefix), compare: 'prefix' }]
    const apart: Check[] = number > 1 ? [{ kind: 'differs', field: field.name, value: ref(known, field.name) }] : []
    return plan(
      `${name}_${suffix}`,
      told,
      request(sent),
      { status: endpoint.status, checks: [shows(number), ...began, ...apart] },
      { arrange: [...arrange, ...more] },
    )
  }
  const noun = words(world.entity(effect.entity))
  return {
    bites: [
      asked('next', `The next ${noun} has the next number.`, rowSteps(world, effect.entity, known), 2),
      asked('not_given', `What a request says about ${field.name} does not count.`, [], 1, {
        ...body,
        [field.name]: literal(field.type === 'integer' ? 7 : `${effect.prefix}7`),
      }),
    ],
    honest: [asked('first', `The first ${noun} has the first number.`, [], 1)],
  }
}

const digits = (number: number, { digits: least }: Effect): string => String(number).padStart(least, '0')
