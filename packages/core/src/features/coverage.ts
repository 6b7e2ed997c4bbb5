import type { SizePreset } from '../size-preset'
import type { Feature, HttpMethod, Requirement, TestCase } from './feature'

/** What a list lacks before it may be frozen. */
export interface FreezeCheck {
  /** Demanded by the specification and covered by no feature. */
  missing: Requirement[]
  /** Features without any case, although nothing says that they are left for a model. */
  caseless: Feature[]
  /** More cases than the size allows, though fewer would cover everything. */
  aboveRange: string | undefined
  /** Fewer cases than the size asks for: to be mended by whoever can, never by padding. */
  belowRange: string | undefined
}

/**
 * Checks a list against the specification and the size.
 * @param trusted the list comes from our own code, whose word counts when it leaves a feature for a model
 */
export function checkCoverage(
  features: readonly Feature[],
  requirements: readonly Requirement[],
  size: SizePreset,
  { trusted }: { trusted: boolean },
): FreezeCheck {
  const left = (feature: Feature) => trusted && feature.left_for_model !== undefined
  const counting = features.filter((feature) => feature.test_cases.length > 0 || left(feature))
  const cases = features.reduce((sum, feature) => sum + feature.test_cases.length, 0)
  const most = Math.max(size.maxTests, features.length)
  return {
    missing: uncovered(counting, requirements, left),
    caseless: features.filter((feature) => feature.test_cases.length === 0 && !left(feature)),
    aboveRange: cases > most ? `${cases} test cases, and size "${size.name}" allows ${size.maxTests}` : undefined,
    belowRange: cases < size.minTests ? `${cases} test cases, and size "${size.name}" asks for ${size.minTests}` : undefined,
  }
}

/** Requirements that a list which is already frozen does not stand for. Its features count also where nothing could prove them yet. */
export function uncoveredRequirements(features: readonly Feature[], requirements: readonly Requirement[]): Requirement[] {
  return uncovered(features, requirements, (feature) => feature.test_cases.length === 0)
}

/** Requirements that no feature stands for; each feature stands for one endpoint and one rule at most. */
function uncovered(features: readonly Feature[], requirements: readonly Requirement[], isLeft: (feature: Feature) => boolean): Requirement[] {
  const covering = features.filter((feature) => isLeft(feature) || provesItsOwnRoute(feature))
  const endpoints = new Set(covering.map((feature) => endpointKey(feature.method, feature.path)))
  const free = new Set(features)
  return requirements.filter((requirement) => {
    if (requirement.kind === 'endpoint') return !endpoints.has(endpointKey(requirement.method, requirement.path))
    const wanted = [normalise(requirement.text), normalise(requirement.key)]
    const match = [...free].find((feature) => wanted.some((sentence) => states(feature, sentence)))
    if (match !== undefined) free.delete(match)
    return match === undefined
  })
}

/** A refusal alone does not: an application that lacks the route answers 404 as well. */
function provesItsOwnRoute(feature: Feature): boolean {
  const own = endpointKey(feature.method, feature.path)
  return feature.test_cases.some((testCase) => testCase.expected_status < 400 && endpointKey(testCase.method, testCase.path) === own)
}

function states(feature: Feature, sentence: string): boolean {
  if (feature.source?.kind === 'rule' && normalise(feature.source.text) === sentence) return true
  return feature.source === undefined && normalise(feature.description).includes(sentence)
}

/** `GET /users/{}`: the method, and the path without query and with every parameter nameless. Two endpoints with the same key are one. */
export function endpointKey(method: HttpMethod, path: string): string {
  const bare = (path.split('?')[0] ?? path).replace(/\{[^}]*\}/g, '{}')
  return `${method} ${bare.length > 1 ? bare.replace(/\/+$/, '') : bare}`
}

function normalise(sentence: string): string {
  return sentence
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** A feature for a requirement that the list's author never covered. It starts, and may stay, unproven. */
export function featureFor(requirement: Requirement, id: number): Feature {
  return {
    id,
    category: requirement.kind === 'endpoint' ? 'endpoint' : 'business_logic',
    method: requirement.method,
    path: requirement.path,
    description: requirement.text,
    request_schema: null,
    response_schema: null,
    test_cases: requirement.kind === 'endpoint' ? [usualCase(requirement)] : [],
    source: { kind: requirement.kind, line: requirement.line, text: requirement.text },
    passes: false,
  }
}

const USUAL_STATUS: Partial<Record<HttpMethod, number>> = { POST: 201, DELETE: 204 }

function usualCase(requirement: Requirement): TestCase {
  return {
    name: 'as_specified',
    description: 'Answers a valid request as the specification says.',
    method: requirement.method,
    path: requirement.path,
    input: null,
    expected_status: USUAL_STATUS[requirement.method] ?? 200,
  }
}
