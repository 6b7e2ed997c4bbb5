/** One request and what must come back: the unit of proof. */
export interface TestCase {
  /** Unique within its feature; tests name it in their marker. */
  name: string
  description: string
  method: HttpMethod
  /** Path template: `{name}` stands for exactly one segment. */
  path: string
  input: unknown
  expected_status: number
  /** Each string must occur in the raw response body. */
  expected_response_contains?: string[] | undefined
  /** Must occur in the raw response body of an error answer. */
  expected_error?: string | undefined
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'

export type FeatureCategory = 'endpoint' | 'model' | 'business_logic' | 'integration' | 'edge_case'

/** The sentence or endpoint of the specification that a feature stands for. */
export interface FeatureSource {
  kind: 'endpoint' | 'rule'
  /** 1-based line in app_spec.txt. */
  line: number
  text: string
}

/** One item of `feature_list.json`. All but `passes`, `left_for_model` and `evidence` is the immutable definition. */
export interface Feature {
  id: number
  category: FeatureCategory
  method: HttpMethod
  path: string
  description: string
  request_schema: Record<string, string> | null
  response_schema: Record<string, string> | null
  test_cases: TestCase[]
  source?: FeatureSource | undefined
  passes: boolean
  /** Why whoever wrote the list cannot build this feature without a model. Only meaningful while `passes` is false. */
  left_for_model?: string | undefined
  /** Written by the harness only. */
  evidence?: FeatureEvidence | undefined
}

/** What proved a feature. */
export interface FeatureEvidence {
  /** UTC, ISO 8601. */
  verified_at: string
  /** SHA-256 of the proven tree. */
  tree: string
  cases: { name: string; tests: string[] }[]
}

/** Something the specification demands, which some feature of the list must cover. */
export interface Requirement {
  kind: 'endpoint' | 'rule'
  /** Stable identity: `GET /api/v1/users/{}` or the normalised rule sentence. */
  key: string
  line: number
  text: string
  method: HttpMethod
  path: string
}

/** One definition that differs from the frozen list. */
export interface Drift {
  id: number
  kind: 'deleted' | 'added' | 'changed'
  /** For example `test_cases[1].expected_status`. */
  where?: string | undefined
  message: string
}
