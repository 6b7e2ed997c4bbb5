import type { Endpoint, Field, Figure, Grouping } from '@forge/spec'
import { amountField, noteFields } from './adjust-fields'
import { bodyFields } from './bodies'
import type { World } from './world'

/** Field → what may be sent, in words; null without a body. */
export function requestSchema(world: World, endpoint: Endpoint): Record<string, string> | null {
  if (endpoint.entity === null) return null
  if (endpoint.bulk !== undefined)
    return { [endpoint.bulk.ids]: 'ids, required', ...Object.fromEntries(bodyFields(world, endpoint).map((field) => [field.name, describe(field)])) }
  if (endpoint.adjust !== undefined) {
    const { to, amount } = endpoint.adjust
    return {
      ...(to === undefined ? {} : { [to]: `id of ${endpoint.entity}, required` }),
      [amount]: describe(amountField(world, endpoint)),
      ...Object.fromEntries(noteFields(world, endpoint).map((field) => [field.name, describe(field)])),
    }
  }
  if ((endpoint.body ?? []).length === 0) return null
  if (endpoint.operation === 'link-add') return Object.fromEntries(endpoint.body!.map((name) => [name, 'ids, required']))
  const fields = bodyFields(world, endpoint)
  return fields.length === 0 ? null : Object.fromEntries(fields.map((field) => [field.name, describe(field)]))
}

/** Field → what comes back, in words; null without content. */
export function responseSchema(world: World, endpoint: Endpoint): Record<string, string> | null {
  if (endpoint.entity === null || endpoint.status === 204) return null
  if (endpoint.bulk?.count !== undefined) return { [endpoint.bulk.count]: 'integer' }
  if (endpoint.grouped !== undefined) return reportSchema(endpoint, endpoint.grouped)
  if (endpoint.figures !== undefined) return figuresSchema(endpoint.figures)
  const fields = world.entity(endpoint.entity).fields.filter((field) => !field.writeOnly)
  const row = Object.fromEntries(fields.map((field) => [field.name, typeOf(field)]))
  for (const computed of endpoint.computed ?? []) row[computed.name] = 'integer'
  return row
}

/** One row of a report. */
function reportSchema({ figures = [] }: Endpoint, { name, field, periods, shows = {} }: Grouping): Record<string, string> {
  const shown = Object.keys(shows).map((each) => [each, 'text'])
  return { [name]: periods === undefined ? field : periods.join(' or '), ...Object.fromEntries(shown), ...figuresSchema(figures) }
}

/** Names of objects within are joined by dots. */
const figuresSchema = (figures: readonly Figure[]): Record<string, string> =>
  Object.fromEntries(figures.map((figure) => [figure.name.join('.'), figure.by === undefined ? 'number' : `number for each ${figure.by}`]))

function describe(field: Field): string {
  const { minLength, maxLength, min, max } = field
  return [
    typeOf(field),
    field.required ? 'required' : 'optional',
    ...range(minLength, maxLength, ' characters'),
    ...range(min, max, ''),
    ...(field.unique ? ['unique'] : []),
    ...(field.default === null ? [] : [`default ${JSON.stringify(field.default)}`]),
  ].join(', ')
}

function range(low: number | undefined, high: number | undefined, unit: string): string[] {
  if (low === undefined && high === undefined) return []
  if (low === undefined) return [`at most ${high}${unit}`]
  return [high === undefined ? `at least ${low}${unit}` : `${low}-${high}${unit}`]
}

function typeOf(field: Field): string {
  const name = field.reference ? `id of ${field.reference.entity}` : field.type === 'enum' ? `one of ${(field.values ?? []).join(', ')}` : field.type
  return field.list ? `list of ${name}` : name
}
