import type { HttpMethod, FeatureCategory, FeatureSource } from '@forge/core'
import type { JsonValue } from '@forge/spec'

/** A value in a request or an expectation. */
export type Value =
  /** JSON, as it is. */
  | { kind: 'literal'; value: JsonValue }
  /** A field of a row that an earlier step made: `task["id"]`. */
  | { kind: 'ref'; row: string; field: string }
  | { kind: 'list'; items: Value[] }
  /** The day so many years ago when the test runs, and `days` later. */
  | { kind: 'ago'; years: number; days: number }

/** Who asks. `default` is the built-in user; `anonymous` sends no identity, `unknown` one that does not exist. */
export type Caller = { kind: 'default' } | { kind: 'anonymous' } | { kind: 'unknown' } | { kind: 'user'; id: Value; role?: string }

export interface Request {
  method: HttpMethod
  /** Template, as the spec writes it. */
  path: string
  /** One value per path parameter. */
  params: Record<string, Value>
  body?: Record<string, Value>
  query?: Record<string, Value>
  caller: Caller
}

/** What must hold for an answer besides its status. */
export type Check =
  /** `within`: where in the answer the field lies, the outermost first; numbers are places in lists. */
  | { kind: 'equals'; field: string; value: Value; compare: 'exact' | 'number' | 'prefix' | 'suffix'; within?: (string | number)[] }
  /** A number of the answer, so much more than the same one of an earlier answer. */
  | { kind: 'grown'; field: string; within?: (string | number)[]; since: string; by: number }
  | { kind: 'differs'; field: string; value: Value }
  | { kind: 'present'; field: string }
  | { kind: 'null'; field: string; within?: (string | number)[] }
  | { kind: 'absent'; field: string }
  /** Error answer in the API's own shape. */
  | { kind: 'error'; code: string; field?: string }
  /** A page holds exactly these keys, or (`among`) at least these and none of `not`. Order counts when `ordered`. */
  | { kind: 'rows'; key: string; values: Value[]; mode: 'exact' | 'among'; ordered: boolean; not?: Value[] }
  /** Length of the page. */
  | { kind: 'length'; value: number }
  /** A number of the envelope, for example `total`. */
  | { kind: 'envelope'; name: string; value: number; atLeast?: boolean }

export type Step =
  /** A row, by the factory of its entity. */
  | { kind: 'make'; entity: string; as: string; values: Record<string, Value>; caller: Caller }
  /** A row changed behind the API's back, to reach a state no request leads to. */
  | { kind: 'store'; entity: string; row: string; values: Record<string, Value> }
  /** A request that must succeed on the way. */
  | { kind: 'call'; request: Request; status: number; as?: string }

export interface Expectation {
  status: number
  checks: Check[]
}

/** Cases of one table differ only in a value, and become one parametrised test. */
export type Table =
  | { group: string; kind: 'override'; field: string; value: Value; errorField?: string }
  | { group: string; kind: 'omit'; field: string }
  | { group: string; kind: 'query'; query: Record<string, Value> }
  | { group: string; kind: 'caller' }

/** One case, from which both its entry in the feature list and its test are derived. */
export interface CasePlan {
  /** Unique in the whole plan; a Python identifier. */
  name: string
  description: string
  arrange: Step[]
  act: Request
  expect: Expectation
  /** Requests afterwards that show the effect, or that there was none. */
  after: { request: Request; expect: Expectation }[]
  table?: Table
  /** Asked again at once, the same is refused with 409: of many who ask at the same time, one wins. */
  once?: true
  /** What a feature that is left for a model seems to ask for: listed, and tested by nobody yet. */
  guess?: true
}

/** One feature with every case worth testing, the most telling first. The size decides how many the list names. */
export interface FeaturePlan {
  id: number
  category: FeatureCategory
  method: HttpMethod
  path: string
  description: string
  requestSchema: Record<string, string> | null
  responseSchema: Record<string, string> | null
  source: FeatureSource
  /** Module of the tests: plural snake_case, for example `tasks`. */
  resource: string
  cases: CasePlan[]
  /** How many of `cases` the feature list names. The others are tested all the same. */
  listed: number
  /** Why a model is needed. Its first case is a guess from the sentence, and no test is written for that one. */
  leftForModel?: string
}

export const literal = (value: JsonValue): Value => ({ kind: 'literal', value })
export const ref = (row: string, field: string): Value => ({ kind: 'ref', row, field })
export const byDefault: Caller = { kind: 'default' }
