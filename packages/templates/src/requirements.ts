import { endpointKey, type HttpMethod, type Requirement } from '@forge/core'
import type { ApiSpec, Endpoint, Operation, Rule, RuleEffect } from '@forge/spec'

/**
 * Everything the feature list must cover: one requirement per endpoint of the spec, then one per rule sentence, in the spec's order.
 * The key of an endpoint is `METHOD /path/{}` with its parameters unnamed; that of a rule its normalised sentence and line.
 */
export function requirementsOf(spec: ApiSpec): Requirement[] {
  return [
    ...spec.endpoints.map((endpoint): Requirement => {
      const { method, path, source, summary } = endpoint
      const text = summary === '' ? `${method} ${path}` : `${method} ${path} - ${summary}`
      return { kind: 'endpoint', key: endpointKey(method, path), line: source.line, text, method, path }
    }),
    ...spec.rules.map((rule): Requirement => {
      const { method, path } = ruleRequest(spec, rule)
      return { kind: 'rule', key: ruleKey(rule.text, rule.source.line), line: rule.source.line, text: rule.text, method, path }
    }),
  ]
}

/** The sentence without markup, case and spacing, and its line: two equal sentences at different places are two rules. */
function ruleKey(text: string, line: number): string {
  const bare = text
    .toLowerCase()
    .replace(/[`*"'“”‘’]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/[\s.;:,]+$/, '')
    .trim()
  return `${bare}@${line}`
}

/** The request on which a rule is best tested. A guess from the wording where the rule did not compile. */
export function ruleRequest(spec: ApiSpec, rule: Rule): { method: HttpMethod; path: string; endpoint: Endpoint | null } {
  for (const effect of rule.effects) {
    if (effect.kind === 'not-found') return request(spec, effect.method, effect.path)
    if (effect.kind === 'immutable') return immutableRequest(spec, effect.entity)
    const endpoint = effectEndpoint(spec, rule, effect)
    if (endpoint) return { method: endpoint.method, path: endpoint.path, endpoint }
  }
  const endpoint = guessEndpoint(spec, rule)
  return endpoint ? { method: endpoint.method, path: endpoint.path, endpoint } : { method: 'GET', path: '/health', endpoint: null }
}

const creating: Operation[] = ['create', 'nested-create']
const updating: Operation[] = ['update', 'replace']
const writing: Operation[] = [...creating, ...updating]
const byEffectOperation = {
  list: ['list', 'nested-list'],
  read: ['get'],
  create: creating,
  update: updating,
  delete: ['delete'],
} as const satisfies Record<string, Operation[]>

function effectEndpoint(spec: ApiSpec, rule: Rule, effect: RuleEffect): Endpoint | undefined {
  switch (effect.kind) {
    case 'field':
    case 'future':
    case 'past':
      return find(spec, effect.entity, writing, effect.field) ?? find(spec, effect.entity, writing)
    case 'order':
      return find(spec, effect.entity, writing, effect.before)
    case 'owner':
    case 'role':
      return firstOf(effect.operations, (operation) => find(spec, effect.entity, byEffectOperation[operation]))
    case 'endpoint-role':
      return spec.endpoints.find(({ method, path }) => method === effect.method && path === effect.path)
    case 'role-field':
      return find(spec, effect.entity, [...updating, 'action'], effect.field)
    case 'reference-state': {
      const action = find(spec, effect.entity, ['action'], effect.reference)
      return action && /assign|set|transfer|move/i.test(rule.text) ? action : (find(spec, effect.entity, writing, effect.reference) ?? action)
    }
    case 'delete-guard':
    case 'cascade':
    case 'cleared':
    case 'soft-delete':
      return find(spec, effect.entity, ['delete'])
    case 'state-guard':
      return firstOf(effect.operations, (operation) => find(spec, effect.entity, byEffectOperation[operation]))
    case 'parent-guard':
      return find(spec, effect.entity, ['nested-create', 'create'])
    case 'stamp':
    case 'move-guard':
      return find(spec, effect.entity, ['action'], effect.field) ?? find(spec, effect.entity, [...updating, ...creating], effect.field)
    case 'exclusive':
      return find(spec, effect.entity, creating, effect.a.field) ?? find(spec, effect.entity, [...updating, 'action'], effect.a.field)
    case 'allowed':
      return find(spec, effect.entity, byEffectOperation[effect.operation])
    case 'authenticated':
      return spec.endpoints.find((endpoint) => endpoint.authenticated && (effect.entity === null || endpoint.entity === effect.entity))
    case 'unique-together':
    case 'product':
    case 'copied':
    case 'slug':
    case 'number':
    case 'balance':
    case 'bound':
    case 'distinct':
    case 'capacity':
    case 'no-overlap':
      return find(spec, effect.entity, writing)
    case 'adjust-guard':
      return spec.endpoints.find(({ path, adjust }) => path === effect.path && adjust !== undefined)
    case 'receiver':
    case 'floor':
      return find(spec, effect.entity, ['adjust']) ?? find(spec, effect.entity, [...updating, 'get'])
    case 'reversal':
      return effect.when === undefined ? find(spec, effect.entity, ['delete']) : find(spec, effect.entity, ['action', ...updating], effect.when.field)
    case 'record':
      return firstOf(effect.on, (operation) =>
        find(spec, effect.entity, operation === 'update' ? [...updating, 'action'] : byEffectOperation[operation], effect.field),
      )
    case 'fixed':
    case 'transitions':
      return find(spec, effect.entity, [...updating, 'action'], effect.field)
    case 'aggregate':
      return find(spec, effect.entity, ['get', 'list'])
    case 'immutable':
    case 'not-found':
      return undefined
  }
}

/** The first supported endpoint of the entity that bears on every row of it, by order of operations; others only when there is none. */
function find(spec: ApiSpec, entity: string, operations: readonly Operation[], field?: string): Endpoint | undefined {
  const candidates = operations.flatMap((operation) =>
    spec.endpoints.filter(
      (endpoint) =>
        endpoint.entity === entity &&
        endpoint.operation === operation &&
        (field === undefined || endpoint.body?.includes(field) || Object.hasOwn(endpoint.sets ?? {}, field)),
    ),
  )
  const supported = candidates.filter((endpoint) => endpoint.unsupported === null)
  return supported.find(({ own, where }) => own === undefined && where === undefined) ?? supported[0] ?? candidates[0]
}

function firstOf<T>(items: readonly T[], search: (item: T) => Endpoint | undefined): Endpoint | undefined {
  for (const item of items) {
    const found = search(item)
    if (found) return found
  }
  return undefined
}

function request(spec: ApiSpec, method: HttpMethod, path: string): { method: HttpMethod; path: string; endpoint: Endpoint | null } {
  const key = endpointKey(method, path)
  const endpoint = spec.endpoints.find((each) => endpointKey(each.method, each.path) === key) ?? null
  return { method, path: endpoint?.path ?? path, endpoint }
}

/** What nothing may change has no PUT route: the rule is tested by asking for it. */
function immutableRequest(spec: ApiSpec, entity: string): { method: HttpMethod; path: string; endpoint: Endpoint | null } {
  const get = find(spec, entity, ['get', 'delete', ...updating])
  if (get) return request(spec, 'PUT', get.path)
  const any = spec.endpoints.find((endpoint) => endpoint.entity === entity)
  return any ? { method: any.method, path: any.path, endpoint: any } : { method: 'GET', path: '/health', endpoint: null }
}

const WORDING: [pattern: RegExp, operations: Operation[]][] = [
  [/\b(delet|remov|cancel)/i, ['delete', 'action', 'link-remove']],
  [/\b(assign|status|transition|complet|clos|approv|mark)/i, ['action', ...updating]],
  [/\b(updat|edit|chang|modif|set)/i, [...updating, 'action']],
  [/\b(list|see|view|search|filter|sort|visible)/i, ['list', 'nested-list', 'get']],
  [/\b(creat|add|upload|submit|post|new|book|place|execut|per job|start)/i, creating],
]

function guessEndpoint(spec: ApiSpec, rule: Rule): Endpoint | undefined {
  const candidates = spec.endpoints.filter((endpoint) => endpoint.entity !== null && (rule.entity === null || endpoint.entity === rule.entity))
  for (const [pattern, operations] of WORDING) {
    if (!pattern.test(rule.text)) continue
    const found = firstOf(operations, (operation) => candidates.find((endpoint) => endpoint.operation === operation))
    if (found) return found
  }
  return candidates.find((endpoint) => writing.includes(endpoint.operation)) ?? candidates[0] ?? spec.endpoints[0]
}
