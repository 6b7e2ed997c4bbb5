import type { FeatureSource, SizePreset } from '@forge/core'
import type { ApiSpec, Endpoint, Rule } from '@forge/spec'
import { requirementsOf, ruleRequest } from '@forge/templates'
import { byDefault, type CasePlan, type FeaturePlan } from './case-plan'
import { plan, sentence } from './common'
import { endpointCases } from './endpoint-cases'
import { endpointNames, unusedName } from './endpoint-names'
import { loginCases } from './login-cases'
import { pathParams } from './requests'
import { ruleCases, ruleName } from './rule-cases'
import { requestSchema, responseSchema } from './schemas'
import { chooseListed } from './sizing'
import { type World, worldOf } from './world'

/**
 * One feature for every endpoint of the spec and one for every rule sentence, in the spec's order, ids from 1. Each holds every case worth
 * testing; the size decides how many of them the feature list names.
 */
export function planFeatures(spec: ApiSpec, size: SizePreset): FeaturePlan[] {
  const world = worldOf(spec)
  const names = endpointNames(world)
  const sources = requirementsOf(spec).map(({ kind, line, text }): FeatureSource => ({ kind, line, text }))
  const drafts = [
    ...spec.endpoints.map((endpoint, index) => endpointFeature(world, endpoint, names.get(endpoint)!, sources[index]!)),
    ...spec.rules.map((rule, index) => ruleFeature(world, rule, sources[spec.endpoints.length + index]!)),
  ]
  const features = nameCases(drafts.map((draft, index) => ({ ...draft, id: index + 1 })))
  const listed = chooseListed(features, size)
  return features.map((feature, index) => ({ ...feature, listed: listed[index]! }))
}

type Draft = Omit<FeaturePlan, 'id' | 'listed'>

function endpointFeature(world: World, endpoint: Endpoint, name: string, source: FeatureSource): Draft {
  const cases = endpoint.unsupported === null ? endpointCases(world, endpoint, name) : loginCases(world, endpoint, name)
  const why = cases.length > 0 ? undefined : (endpoint.unsupported ?? 'the embedded provider knows no test for this kind of endpoint')
  return {
    category: 'endpoint',
    method: endpoint.method,
    path: endpoint.path,
    description: sentence(endpoint.summary === '' ? `${endpoint.method} ${endpoint.path}` : endpoint.summary),
    requestSchema: requestSchema(world, endpoint),
    responseSchema: responseSchema(world, endpoint),
    source,
    resource: resourceOf(world, endpoint),
    cases: why === undefined ? cases : [guess(endpoint, name, endpoint.status)],
    ...(why === undefined ? {} : { leftForModel: why }),
  }
}

function ruleFeature(world: World, rule: Rule, source: FeatureSource): Draft {
  const { method, path, endpoint } = ruleRequest(world.spec, rule)
  const cases = rule.status === 'unparsed' ? [] : ruleCases(world, rule)
  const why = missingOf(rule, cases)
  const all = why === undefined ? cases : [guess({ method, path }, `${ruleName(rule.text)}_in_full`, guessedStatus(rule.text, endpoint)), ...cases]
  return {
    category: 'business_logic',
    method,
    path,
    description: sentence(rule.text),
    requestSchema: endpoint ? requestSchema(world, endpoint) : null,
    responseSchema: endpoint ? responseSchema(world, endpoint) : null,
    source,
    resource:
      rule.entity !== null && world.spec.entities.some(({ name }) => name === rule.entity)
        ? world.entity(rule.entity).table
        : resourceOf(world, endpoint),
    cases: all,
    ...(why === undefined ? {} : { leftForModel: why }),
  }
}

/** What of a rule the engine cannot do, or cannot show. */
function missingOf(rule: Rule, cases: CasePlan[]): string | undefined {
  if (rule.status !== 'compiled') return rule.missing ?? 'no known pattern matches this sentence'
  return cases.length === 0 ? 'no endpoint of the specification lets a test show this rule' : undefined
}

function resourceOf(world: World, endpoint: Endpoint | null): string {
  return endpoint === null || endpoint.entity === null ? 'application' : world.entity(endpoint.entity).table
}

/** The case of a feature that is left for a model: what the sentence seems to ask for. */
function guess({ method, path }: Pick<CasePlan['act'], 'method' | 'path'>, name: string, status: number): CasePlan {
  const params = Object.fromEntries(pathParams(path).map(([param]) => [param, { kind: 'literal' as const, value: 1 }]))
  return plan(name, 'Answers as the specification says.', { method, path, params, caller: byDefault }, { status, checks: [] }, { guess: true })
}

function guessedStatus(text: string, endpoint: Endpoint | null): number {
  if (/\b(only|permission|allowed to|access|own)\b/i.test(text)) return 403
  if (/\b(cannot|can not|must not|may not|not allowed|never|no)\b/i.test(text)) return 409
  return endpoint?.status ?? 200
}

const LONGEST_NAME = 72

/** Long names lose words in their middle: the end says what the case is about. */
function shortened(name: string): string {
  const words = name.split('_')
  while (words.length > 4 && words.join('_').length > LONGEST_NAME) words.splice(Math.floor(words.length / 3), 1)
  return words.join('_')
}

/** Gives every case a name that no other case of the plan has. */
function nameCases<Feature extends { cases: CasePlan[] }>(features: Feature[]): Feature[] {
  const taken = new Set<string>()
  return features.map((feature) => ({
    ...feature,
    cases: feature.cases.map((each) => {
      const name = unusedName(shortened(each.name), taken)
      taken.add(name)
      return name === each.name ? each : { ...each, name }
    }),
  }))
}
