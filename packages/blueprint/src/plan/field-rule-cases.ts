import { type Field, type InvalidSample, type JsonValue, type RuleEffect, sampleValue } from '@forge/spec'
import { snake } from '../words'
import { comparison, faultsOf, liesBefore, mayNotBeEqual, moved, safeValue } from './bodies'
import { type CasePlan, type Check, literal, type Value } from './case-plan'
import { plan } from './common'
import { duplicateCases } from './field-cases'
import { failure, invalid } from './requests'
import { accepted, bodyWith, change, creation, noSides, type RuleContext, type Sides, type Writing, writable, writingOf } from './rule-scene'

type FieldEffect = Extract<RuleEffect, { kind: 'field' }>
type TimeEffect = Extract<RuleEffect, { kind: 'future' | 'past' }>
type OrderEffect = Extract<RuleEffect, { kind: 'order' }>

/** A rule about one field of a body. */
export function fieldRuleCases({ world, name }: RuleContext, effect: FieldEffect): Sides {
  if (effect.check === 'default') {
    const [made, kept] = [creation(world, effect.entity), world.field(effect.entity, effect.field)]
    // The server sets it: no body holds it, and what is made shows it.
    if (made && kept && made.endpoint.body?.includes(kept.name) !== true) return { bites: [without({ world, name }, made, kept)], honest: [] }
  }
  const writing = writingOf(world, effect.entity, effect.field)
  const field = writing && writable(world, writing, effect.field)
  if (!writing || !field) return noSides
  const label = `${name}_${snake(field.name)}`
  const body = (value: JsonValue) => bodyWith(world, writing, { [field.name]: literal(value) })
  const fine = (suffix: string, description: string, value: JsonValue) => accepted(world, `${label}_${suffix}`, description, writing, body(value))
  switch (effect.check) {
    case 'unique':
      return uniqueSides({ world, name }, writing, field)
    case 'required':
      return {
        bites: [...missingBite({ world, name }, writing, field), ...faults({ world, name }, writing, field, /_(empty|blank|null)$/)],
        honest: field.reference
          ? [usual({ world, name }, writing)]
          : [fine('present', `${field.name} is enough.`, safeValue(world, effect.entity, field))],
      }
    case 'optional':
      return {
        bites: [without({ world, name }, writing, field)],
        honest: field.nullable && !field.writeOnly ? [accepted(world, `${label}_null`, `${field.name} may be null.`, writing, body(null))] : [],
      }
    case 'default':
      return {
        bites: [without({ world, name }, writing, field)],
        honest: field.reference ? [] : [fine('given', `What is sent wins over the default.`, safeValue(world, effect.entity, field, 1))],
      }
    case 'length':
    case 'range':
      return {
        bites: faults({ world, name }, writing, field, /_(too_long|too_short|empty|below_min|above_max)$/),
        honest: limits(field).map(({ suffix, value }) => fine(suffix, 'The limit itself is allowed.', value)),
      }
    case 'enum':
      return {
        bites: faults({ world, name }, writing, field, /_(invalid|wrong_type)$/),
        honest: [fine('member', 'A member is accepted.', safeValue(world, effect.entity, field, 1))],
      }
    case 'pattern':
    case 'format':
    case 'type':
      return {
        bites: faults({ world, name }, writing, field, /_(pattern_mismatch|bad_format|wrong_type|not_a_list|fraction|too_precise)$/),
        honest: field.reference
          ? [usual({ world, name }, writing)]
          : [fine('valid', 'A proper value is accepted.', safeValue(world, effect.entity, field))],
      }
  }
}

function usual({ world, name }: RuleContext, writing: Writing): CasePlan {
  return accepted(world, `${name}_accepted`, 'A proper request is accepted.', writing, writing.body)
}

function missingBite({ world, name }: RuleContext, writing: Writing, field: Field): CasePlan[] {
  if (writing.body[field.name] === undefined) return []
  const body = { ...writing.body }
  delete body[field.name]
  return [
    plan(`${name}_${snake(field.name)}_missing`, `Refused without ${field.name}.`, writing.request(body), invalid(world, field.name), {
      arrange: writing.arrange,
    }),
  ]
}

function without({ world, name }: RuleContext, writing: Writing, field: Field): CasePlan {
  const body = { ...writing.body }
  delete body[field.name]
  const check: Check[] = field.writeOnly
    ? []
    : field.default !== null
      ? [{ kind: 'equals', field: field.name, value: literal(field.default), compare: comparison(field) }]
      : field.nullable
        ? [{ kind: 'null', field: field.name }]
        : []
  const told = field.default === null ? `Accepted without ${field.name}.` : `Without ${field.name} the default holds.`
  return accepted(world, `${name}_${snake(field.name)}_left_out`, told, writing, body, writing.row === 'created' ? check : [])
}

function faults({ world, name }: RuleContext, writing: Writing, field: Field, telling: RegExp): CasePlan[] {
  return faultsOf(world, field)
    .filter((sample) => telling.test(sample.name))
    .sort((a, b) => rank(a, telling) - rank(b, telling))
    .map((sample) =>
      plan(
        `${name}_${sample.name}`,
        `Refused: ${sample.why}.`,
        // What is compared with a number follows it: no other rule may be the one that refuses.
        writing.request(
          typeof sample.value === 'number'
            ? bodyWith(world, writing, { [field.name]: literal(sample.value) })
            : { ...writing.body, [field.name]: literal(sample.value) },
        ),
        invalid(world, sample.at),
        { arrange: writing.arrange },
      ),
    )
}

/** In the order in which the pattern names the faults. */
function rank(sample: InvalidSample, telling: RegExp): number {
  return telling.source.indexOf(telling.exec(sample.name)?.[1] ?? '')
}

/** The longest, shortest, smallest and largest values that are still allowed. */
function limits(field: Field): { suffix: string; value: JsonValue }[] {
  const found: { suffix: string; value: JsonValue }[] = []
  const text = ['string', 'text'].includes(field.type) && !field.list
  if (text && field.maxLength !== undefined) {
    const value = sampleValue(field)
    const longest = typeof value === 'string' ? value.padEnd(field.maxLength, 'x') : ''
    if (longest.length === field.maxLength && (field.pattern === undefined || new RegExp(field.pattern).test(longest)))
      found.push({ suffix: 'longest', value: longest })
  }
  if (text && field.minLength !== undefined && field.minLength > 0 && field.pattern === undefined)
    found.push({ suffix: 'shortest', value: 'x'.repeat(field.minLength) })
  if (field.max !== undefined) found.push({ suffix: 'largest', value: field.max })
  if (field.min !== undefined) found.push({ suffix: 'smallest', value: field.min })
  return found.length > 0 || field.reference ? found : [{ suffix: 'valid', value: sampleValue(field) }]
}

function uniqueSides({ world, name }: RuleContext, writing: Writing, field: Field): Sides {
  const entity = writing.endpoint.entity!
  const bites = duplicateCases(world, { ...writing.endpoint, body: [field.name] }, name, writing.arrange, writing.request, writing.body).slice(0, 1)
  const other = bites[0]?.arrange.filter((step) => step.kind === 'make' && step.entity === entity) ?? []
  const value = safeValue(world, entity, field, 2)
  if (field.unique === 'case-insensitive' && typeof value === 'string') bites.push(...differentCase({ world, name }, writing, field, value, bites))
  return {
    bites,
    honest: [
      accepted(
        world,
        `${name}_${snake(field.name)}_unused`,
        `Accepted: nobody has this ${field.name}.`,
        writing,
        { ...writing.body, [field.name]: literal(safeValue(world, entity, field, 3)) },
        [],
        other,
      ),
    ],
  }
}

function differentCase({ world, name }: RuleContext, writing: Writing, field: Field, value: string, bites: CasePlan[]): CasePlan[] {
  const swapped = value.toUpperCase() === value ? value.toLowerCase() : value.toUpperCase()
  const allowed = swapped !== value && (field.pattern === undefined || new RegExp(field.pattern).test(swapped))
  if (!allowed || !bites[0]) return []
  const act = writing.request({ ...writing.body, [field.name]: literal(swapped) })
  return [
    plan(`${name}_${snake(field.name)}_other_case`, 'Refused: the case of letters makes no difference.', act, failure(world, 409, 'DUPLICATE'), {
      arrange: bites[0].arrange,
    }),
  ]
}

/** A date that must lie ahead, or behind. */
export function timeRuleCases({ world, name }: RuleContext, effect: TimeEffect): Sides {
  const created = creation(world, effect.entity)
  const writings = [created, effect.on === 'write' ? change(world, effect.entity, {}, ['update', 'replace'], effect.field) : undefined]
  const sides: Sides = { bites: [], honest: [] }
  for (const writing of writings) {
    const field = writing && writable(world, writing, effect.field)
    if (!writing || !field) continue
    const [right, wrong] = effect.kind === 'future' ? (['future', 'past'] as const) : (['past', 'future'] as const)
    const at = (when: 'past' | 'future') => bodyWith(world, writing, { [field.name]: literal(sampleValue(field, 0, { when })) })
    const label = `${name}_${writing.row === 'created' ? 'create' : 'update'}`
    sides.bites.push(
      plan(`${label}_in_${wrong}`, `Refused: ${field.name} lies in the ${wrong}.`, writing.request(at(wrong)), invalid(world, field.name), {
        arrange: writing.arrange,
      }),
    )
    sides.honest.push(accepted(world, `${label}_in_${right}`, `Accepted: ${field.name} lies in the ${right}.`, writing, at(right)))
  }
  return sides
}

/** One moment never comes after another; whether both may be the same is tested too. */
export function orderRuleCases({ world, name }: RuleContext, effect: OrderEffect): Sides {
  const writing = writingOf(world, effect.entity, effect.before)
  const [before, after] = [effect.before, effect.after].map((field) => writing && writable(world, writing, field))
  if (!writing || !before || !after) return noSides
  const [one, two] = [sampleValue(before, 0, { when: 'future' }), sampleValue(after, 0, { when: 'future' })]
  const first = liesBefore(two, one) ? two : one
  const last = one === two ? moved(one, 1) : first === one ? two : one
  const body = (one: JsonValue, two: JsonValue) => ({ ...writing.body, [before.name]: literal(one), [after.name]: literal(two) })
  const refused = (suffix: string, told: string, act: Record<string, Value>) =>
    plan(`${name}_${suffix}`, `Refused: ${told}.`, writing.request(act), invalid(world), { arrange: writing.arrange })
  const sides: Sides = {
    bites: [refused('wrong_order', `${after.name} lies before ${before.name}`, body(last, first))],
    honest: [accepted(world, `${name}_right_order`, `Accepted: ${before.name} comes first.`, writing, body(first, last))],
  }
  if (effect.strict === true) sides.bites.push(refused('equal', `${after.name} equals ${before.name}`, body(first, first)))
  else if (!mayNotBeEqual(world, effect))
    sides.honest.push(accepted(world, `${name}_equal`, `Accepted: ${after.name} equals ${before.name}.`, writing, body(first, first)))
  return sides
}
