import { endpointKey, type Feature } from '@forge/core'
import { type ApiSpec, type Endpoint, type Entity, type Field, type JsonValue, type RuleEffect, sampleValue } from '@forge/spec'
import { isRecord } from './exchange'

export type Body = Record<string, JsonValue>

/** A body for a create endpoint, with the references that are still to be filled with keys of existing rows. */
export interface Draft {
  body: Body
  references: Field[]
}

/**
 * Bodies that a create endpoint should accept, the most telling first: all fields, then the required ones with what rules ask for, then nothing but
 * the required ones, each with several values; last what the feature list says that it takes.
 * @param round other rounds give other values
 */
export function draftsFor(spec: ApiSpec, features: readonly Feature[], entity: Entity, endpoint: Endpoint, round: number): Draft[] {
  const fields = writableFields(entity, endpoint)
  const effects = spec.rules.flatMap((rule) => rule.effects)
  const variants = [0, 1, 2].map((step) => 7 + round * 5 + step)
  const drafts = (['all', 'settled', 'required'] as const).flatMap((kept) => variants.map((variant) => draft(entity, fields, effects, variant, kept)))
  return [...drafts.filter((each) => each !== undefined), ...listedDrafts(features, endpoint, fields)]
}

function writableFields(entity: Entity, endpoint: Endpoint): Field[] {
  const names = endpoint.body ?? entity.fields.map(({ name }) => name)
  return names.flatMap((name) => {
    const field = entity.fields.find((each) => each.name === name && !each.readOnly && !each.fromCaller)
    const fromPath = name === endpoint.parent?.field
    return field === undefined || fromPath ? [] : [field]
  })
}

type Kept = 'all' | 'settled' | 'required'

function draft(entity: Entity, fields: readonly Field[], effects: readonly RuleEffect[], variant: number, kept: Kept): Draft | undefined {
  const body: Body = {}
  const references: Field[] = []
  for (const field of fields) {
    if (field.type === 'reference') {
      if (field.required) references.push(field)
    } else if (field.name !== entity.softDelete?.field) {
      const value = valueFor(entity, field, effects, variant)
      // A default that rules do not let stand is as good as required.
      const settled = field.default !== null && ['enum', 'boolean'].includes(field.type) && value !== field.default
      if (!field.required && (kept === 'required' || (kept === 'settled' && !settled))) continue
      if (value === undefined && field.required) return undefined
      if (value !== undefined) body[field.name] = value
    }
  }
  return { body, references }
}

function valueFor(entity: Entity, field: Field, effects: readonly RuleEffect[], variant: number): JsonValue | undefined {
  if ((field.type === 'enum' || field.type === 'boolean') && field.default !== null && !field.list) return memberFor(entity, field, effects)
  const timed = effects.find(
    (effect) => (effect.kind === 'future' || effect.kind === 'past') && effect.entity === entity.name && effect.field === field.name,
  )
  try {
    const fixed = field.type === 'enum' ? 0 : variant
    return timed === undefined ? sampleValue(field, fixed) : sampleValue(field, fixed, { when: timed.kind === 'future' ? 'future' : 'past' })
  } catch {
    return undefined
  }
}

/** The default, unless rules keep rows with it from being referred to, changed or deleted; where no value is free of all that, what matters most wins. */
function memberFor(entity: Entity, field: Field, effects: readonly RuleEffect[]): JsonValue {
  const mine = effects.filter((effect) => 'field' in effect && effect.field === field.name)
  const demanded = mine.find((effect) => effect.kind === 'reference-state' && effect.target === entity.name)
  if (demanded?.kind === 'reference-state') return demanded.value
  const guards = mine.flatMap((effect) => (effect.kind === 'state-guard' && effect.entity === entity.name ? [effect] : []))
  const refused = [
    mine.flatMap((effect) => (effect.kind === 'parent-guard' && effect.parent === entity.name ? effect.values : [])),
    guards.flatMap(({ operations, values }) => (operations.includes('update') ? values : [])),
    guards.flatMap(({ operations, values }) => (operations.includes('delete') ? values : [])),
  ]
  let fitting = [field.default!, ...(field.type === 'boolean' ? [true, false] : (field.values ?? []))]
  for (const values of refused) {
    const free = fitting.filter((value) => !values.some((each) => each === value))
    if (free.length > 0) fitting = free
  }
  return fitting[0]!
}

/** What cases that create say about their input; references in it point at rows of a test, so they are filled anew. */
function listedDrafts(features: readonly Feature[], endpoint: Endpoint, fields: readonly Field[]): Draft[] {
  const route = endpointKey(endpoint.method, endpoint.path)
  const cases = features.flatMap((feature) => feature.test_cases)
  return cases
    .filter((one) => endpointKey(one.method, one.path) === route && one.expected_status < 300)
    .flatMap(({ input }) => (isRecord(input) ? [isRecord(input['body']) ? input['body'] : input] : []))
    .map((input) => {
      const given = fields.filter((field) => Object.hasOwn(input, field.name) && input[field.name] !== null)
      return {
        body: Object.fromEntries(given.filter((field) => field.type !== 'reference').map((field) => [field.name, input[field.name] as JsonValue])),
        references: given.filter((field) => field.type === 'reference'),
      }
    })
}
