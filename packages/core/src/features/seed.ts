import type { Feature } from './feature'
import { checkFeatureList, parseJsonArray } from './schema'

/**
 * Reads a list that the seed system wrote: its cases take the request from their feature, and fields that Forge does not know are dropped.
 * @throws ForgeError `FEATURES_INVALID`, naming the place
 */
export function parseSeedList(text: string, file: string): Feature[] {
  return checkFeatureList(
    parseJsonArray(text, file).map((item) => (isRecord(item) ? adoptFeature(item) : item)),
    file,
  )
}

const FEATURE_FIELDS = ['id', 'category', 'method', 'path', 'description', 'test_cases', 'passes'] as const
const CASE_FIELDS = ['name', 'description', 'method', 'path', 'input', 'expected_status', 'expected_response_contains', 'expected_error'] as const

function adoptFeature(item: Record<string, unknown>): Record<string, unknown> {
  const cases = item['test_cases']
  return {
    ...pick(item, FEATURE_FIELDS),
    method: upperCase(item['method']),
    request_schema: proseTypes(item['request_schema']),
    response_schema: proseTypes(item['response_schema']),
    test_cases: Array.isArray(cases) ? cases.map((one) => (isRecord(one) ? adoptCase(one, item) : one)) : cases,
  }
}

function adoptCase(one: Record<string, unknown>, feature: Record<string, unknown>): Record<string, unknown> {
  return {
    description: '',
    ...pick(one, CASE_FIELDS),
    method: upperCase(one['method'] ?? feature['method']),
    path: one['path'] ?? feature['path'],
  }
}

function upperCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toUpperCase() : value
}

function proseTypes(value: unknown): unknown {
  if (!isRecord(value)) return null
  return Object.fromEntries(Object.entries(value).map(([name, type]) => [name, typeof type === 'string' ? type : JSON.stringify(type)]))
}

function pick(item: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter((field) => item[field] !== undefined && item[field] !== null).map((field) => [field, item[field]]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
