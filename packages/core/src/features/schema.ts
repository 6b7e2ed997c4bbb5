import { z } from 'zod'
import { ForgeError } from '../errors'
import type { Feature } from './feature'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const
const CATEGORIES = ['endpoint', 'model', 'business_logic', 'integration', 'edge_case'] as const

const method = z.enum(METHODS)
const path = z.string().regex(/^\//, 'expected a path that begins with "/"')
const proseTypes = z.record(z.string(), z.string()).nullable()
const text = z.string().min(1, 'expected some text')
const integer = z.custom<number>((value) => Number.isSafeInteger(value), { error: 'expected integer', abort: true })
/** Levels of arrays and objects in a request body: far more than an API has, and far less than a stack. */
const MAX_DEPTH = 64
const MAX_ID = 1_000_000

const testCase = z.strictObject({
  name: text,
  description: z.string(),
  method,
  path,
  input: z
    .unknown()
    .refine((value) => !isDeeperThan(value, MAX_DEPTH), `expected at most ${MAX_DEPTH} levels of arrays and objects`)
    .default(null),
  expected_status: integer.refine((value) => value >= 100 && value <= 599, 'expected an HTTP status from 100 to 599'),
  expected_response_contains: z.array(z.string()).optional(),
  expected_error: z.string().optional(),
})

const source = z.strictObject({
  kind: z.enum(['endpoint', 'rule']),
  line: integer.refine((value) => value >= 0, 'expected an integer of at least 0'),
  text: z.string(),
})

const evidence = z.strictObject({
  verified_at: z.string(),
  tree: z.string(),
  cases: z.array(z.strictObject({ name: z.string(), tests: z.array(z.string()) })),
})

const feature = z.strictObject({
  id: integer.refine((value) => value >= 1 && value <= MAX_ID, `expected an integer from 1 to ${MAX_ID}`),
  category: z.enum(CATEGORIES),
  method,
  path,
  description: text,
  request_schema: proseTypes.default(null),
  response_schema: proseTypes.default(null),
  test_cases: z.array(testCase),
  source: source.optional(),
  passes: z.boolean(),
  left_for_model: z.string().optional(),
  evidence: evidence.optional(),
})

/**
 * Reads the text of a `feature_list.json`. Strings are not booleans, an object is not a list, and each id and case name occurs once.
 * @throws ForgeError `FEATURES_INVALID`, naming the place
 */
export function parseFeatureList(text: string, file = 'feature_list.json'): Feature[] {
  return checkFeatureList(parseJsonArray(text, file), file)
}

/** @throws ForgeError `FEATURES_INVALID`, naming the place */
export function checkFeatureList(items: unknown[], file = 'feature_list.json'): Feature[] {
  const parsed = z.array(feature).safeParse(items)
  if (!parsed.success) throw invalid(parsed.error.issues.slice(0, 5).map((issue) => describeIssue(issue, items, file)))
  const repeated = [...repeatedIds(parsed.data, file), ...parsed.data.flatMap((item, index) => repeatedCases(item, index, file))]
  if (repeated.length > 0) throw invalid(repeated)
  return parsed.data
}

/** @throws ForgeError `FEATURES_INVALID` */
export function parseJsonArray(text: string, file: string): unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid([`${file}: not JSON: ${String(error instanceof Error ? error.message : error).replace(/\s+/g, ' ')}`])
  }
  if (!Array.isArray(value)) throw invalid([`${file}: expected an array of features, got ${kindOf(value)}`])
  return value
}

/** The bytes of a list as Forge writes it. */
export function formatFeatureList(features: readonly Feature[]): string {
  return `${JSON.stringify(features, null, 2)}\n`
}

/** Level by level rather than by recursion: whoever writes the list must not choose the depth of our stack. */
function isDeeperThan(value: unknown, most: number): boolean {
  let level: object[] = typeof value === 'object' && value !== null ? [value] : []
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === most) return true
    level = level.flatMap((item) => Object.values(item).filter((child) => typeof child === 'object' && child !== null))
  }
  return false
}

function invalid(problems: string[]): ForgeError {
  return new ForgeError('FEATURES_INVALID', problems.join('\n'), {
    remedy: 'Correct the named places of the feature list, or restore the file from the last commit.',
  })
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown, file: string): string {
  const place = issue.path.length === 0 ? file : `${file}: ${placeOf(issue.path)}`
  const found = valueAt(root, issue.path)
  if (issue.code === 'invalid_type') return `${place}: expected ${issue.expected}, got ${literal(found)}`
  if (issue.code === 'invalid_value')
    return `${place}: expected one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}, got ${literal(found)}`
  if (issue.code === 'unrecognized_keys') return `${place}: unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
  return `${place}: ${issue.message}, got ${literal(found)}`
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('')
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined), root)
}

function literal(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'object' && value !== null) return kindOf(value)
  const written = JSON.stringify(value)
  return written.length > 60 ? `${written.slice(0, 57)}…` : written
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function repeatedIds(features: readonly Feature[], file: string): string[] {
  const first = new Map<number, number>()
  return features.flatMap((item, index) => {
    const earlier = first.get(item.id)
    if (earlier === undefined) first.set(item.id, index)
    return earlier === undefined ? [] : [`${file}: [${index}].id: ${item.id} is already the id of [${earlier}]`]
  })
}

function repeatedCases(item: Feature, index: number, file: string): string[] {
  const names = item.test_cases.map((testCase) => testCase.name)
  return names.flatMap((name, at) =>
    names.indexOf(name) === at
      ? []
      : [`${file}: [${index}].test_cases[${at}].name: ${JSON.stringify(name)} is already the name of test_cases[${names.indexOf(name)}]`],
  )
}
