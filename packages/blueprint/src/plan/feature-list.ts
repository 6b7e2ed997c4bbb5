import type { Feature, TestCase } from '@forge/core'
import { type ApiSpec, type ErrorConvention, envelopeName, type JsonValue } from '@forge/spec'
import type { CasePlan, Check, FeaturePlan, Request, Step, Value } from './case-plan'
import { type World, worldOf } from './world'

/** The items of `feature_list.json`, none of them passing. */
export function featureList(spec: ApiSpec, plans: readonly FeaturePlan[]): Feature[] {
  const world = worldOf(spec)
  return plans.map((feature) => ({
    id: feature.id,
    category: feature.category,
    method: feature.method,
    path: feature.path,
    description: feature.description,
    request_schema: feature.requestSchema,
    response_schema: feature.responseSchema,
    test_cases: feature.cases.slice(0, feature.listed).map((each) => testCase(world, each)),
    source: feature.source,
    passes: false,
    ...(feature.leftForModel === undefined ? {} : { left_for_model: feature.leftForModel }),
  }))
}

function testCase(world: World, { name, description, arrange, act, expect }: CasePlan): TestCase {
  const error = expect.checks.find((check) => check.kind === 'error')
  const contains = [...new Set(expect.checks.flatMap((check) => fragments(world, check, act, arrange)))]
  return {
    name,
    description,
    method: act.method,
    path: act.path,
    input: inputOf(act),
    expected_status: expect.status,
    ...(contains.length === 0 ? {} : { expected_response_contains: contains }),
    ...(error && names(world.spec.errors, 'code') ? { expected_error: error.code } : {}),
  }
}

function inputOf({ body, query }: Request): JsonValue {
  const values = body ?? query
  return values === undefined ? null : Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shown(value)]))
}

/** A value for a reader; what a row will hold is named, since nobody knows it yet. */
function shown(value: Value): JsonValue {
  if (value.kind === 'literal') return value.value
  if (value.kind === 'ago') return `${value.years} years ago${value.days === 0 ? '' : ` and ${value.days} days`}`
  return value.kind === 'list' ? value.items.map(shown) : `{${value.row}.${value.field}}`
}

/** Pieces of the raw answer that a check implies. Answers are JSON without spaces between tokens. */
function fragments(world: World, check: Check, act: Request, arrange: Step[]): string[] {
  switch (check.kind) {
    case 'equals':
      if (check.compare === 'suffix') return [literalText(check.value, 'exact').slice(1)]
      return [`${JSON.stringify(check.field)}:${literalText(check.value, check.compare)}`]
    case 'differs':
    case 'grown':
    case 'present':
      return [`${JSON.stringify(check.field)}:`]
    case 'null':
      return [`${JSON.stringify(check.field)}:null`]
    case 'absent':
      return []
    case 'error':
      return check.field !== undefined && names(world.spec.errors, 'field-errors') ? [JSON.stringify(check.field)] : []
    case 'rows':
      return rowFragments(world, check, arrange, isPage(world, act))
    case 'length':
      return check.value === 0 && isPage(world, act) ? [noRows(world)] : []
    case 'envelope':
      return check.atLeast ? [`${JSON.stringify(check.name)}:`] : [`${JSON.stringify(check.name)}:${check.value}`]
  }
}

/** The text of a value as it stands in the answer, as far as it is known beforehand. */
function literalText(value: Value, compare: Extract<Check, { kind: 'equals' }>['compare']): string {
  if (value.kind !== 'literal') return ''
  const text = JSON.stringify(value.value)
  return compare === 'prefix' ? text.replace(/(Z|[+-]\d\d:\d\d)?"$/, '') : text
}

function rowFragments(world: World, check: Extract<Check, { kind: 'rows' }>, arrange: Step[], page: boolean): string[] {
  if (check.values.length === 0) return page && check.mode === 'exact' ? [noRows(world)] : []
  const rows = new Set(check.values.flatMap((value) => (value.kind === 'ref' ? [value.row] : [])))
  const told = arrange.flatMap((step) => (step.kind === 'make' && rows.has(step.as) ? plainValues(world, step) : []))
  const { paging } = world.spec
  const counted = page && check.mode === 'exact' && paging.envelope.includes('total')
  const total = counted ? [`${JSON.stringify(envelopeName(paging, 'total'))}:${check.values.length}`] : []
  return [...total, `${JSON.stringify(check.key)}:`, ...told]
}

const noRows = (world: World): string => `${JSON.stringify(envelopeName(world.spec.paging, 'items'))}:[]`

function plainValues(world: World, step: Extract<Step, { kind: 'make' }>): string[] {
  return Object.entries(step.values).flatMap(([name, value]) => {
    const field = world.field(step.entity, name)
    const exact = field && !field.writeOnly && !field.list && ['string', 'text', 'email', 'url', 'enum', 'integer', 'boolean'].includes(field.type)
    return exact && value.kind === 'literal' ? [`${JSON.stringify(name)}:${JSON.stringify(value.value)}`] : []
  })
}

function isPage(world: World, act: Request): boolean {
  const paginated = world.spec.endpoints.find((each) => each.method === act.method && each.path === act.path)?.paginated ?? false
  return paginated && world.spec.paging.envelope.length > 0
}

/** Whether error answers carry this. Those of RFC 9457 carry everything. */
function names(errors: ErrorConvention, meaning: ErrorConvention['fields'][number]['meaning']): boolean {
  return errors.format === 'problem' || errors.fields.some((field) => field.meaning === meaning)
}
