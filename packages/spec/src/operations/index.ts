import type { Endpoint, Entity, Operation } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { nameKey, singular, wordsOf } from '../words'
import { actionShape } from './actions'
import { below } from './nested'
import { isParam, paramName, type Shape, unsupported } from './shape'

/** What each endpoint does, from method, path and text against the entities. Adds junctions and parent fields that paths imply. */
export function classifyEndpoint(fact: EndpointFact, basePath: string, resolved: Resolved, all: EndpointFact[]): Endpoint {
  const segments = relative(fact.path, basePath)
    .split('/')
    .filter((segment) => segment !== '')
  const shape = shapeOf(fact, segments, resolved, all)
  return {
    method: fact.method,
    path: fact.path,
    summary: fact.summary === '' ? defaultSummary(fact, shape) : fact.summary,
    paginated: false,
    status: statusOf(fact, shape.operation),
    authenticated:
      shape.operation !== 'health' &&
      !/\b(?:no auth(?:entication)?(?: required)?|public(?:ly accessible)?|unauthenticated)\b/i.test(
        `${fact.summary} ${fact.notes.map((note) => note.text).join(' ')}`,
      ),
    unsupported: null,
    source: { line: fact.line, origin: fact.inferred === true ? 'inferred' : 'stated' },
    ...shape,
  }
}

export function relative(path: string, basePath: string): string {
  return basePath !== '' && path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path
}

function defaultSummary(fact: EndpointFact, shape: Shape): string {
  const thing = shape.entity === null ? '' : wordsOf(shape.entity).join(' ')
  const owner = shape.parent === undefined ? '' : ` of ${wordsOf(shape.parent.entity).join(' ')}`
  const verbs: Partial<Record<Operation, string>> = {
    list: `List ${thing} records`,
    create: `Create ${thing}`,
    get: `Get ${thing}`,
    update: `Update ${thing}`,
    delete: `Delete ${thing}`,
    me: 'Get the current user',
    'nested-list': `List ${thing} records${owner}`,
    'nested-create': `Create ${thing}${owner}`,
    'link-list': `List ${thing} records${owner}`,
    'link-add': `Add ${thing}${owner}`,
    'link-remove': `Remove ${thing}${owner}`,
    health: 'Health check',
  }
  return verbs[shape.operation] ?? `${fact.method} ${fact.path}`
}

function statusOf(fact: EndpointFact, operation: Operation): number {
  const stated = fact.responses.find((response) => response.status >= 200 && response.status < 300)?.status
  const noted = fact.summary.match(/\b(200|201|202|204)\b/)?.[1]
  if (stated !== undefined) return stated
  if (noted !== undefined) return Number(noted)
  if (operation === 'create' || operation === 'nested-create') return 201
  if (operation === 'delete' || operation === 'link-remove') return 204
  return fact.method === 'POST' && operation === 'link-add' ? 201 : 200
}

function shapeOf(fact: EndpointFact, segments: string[], resolved: Resolved, all: EndpointFact[]): Shape {
  const { method } = fact
  const last = segments.at(-1)
  const literals = segments.filter((segment) => !isParam(segment))
  if (method === 'GET' && isHealth(segments)) return { operation: 'health', entity: null }
  if (last === undefined) return unsupported('custom', null, 'the path names no resource')
  const me = currentUser(fact, segments, resolved)
  if (me !== null) return me
  const own = entityOf(last, resolved) ?? (segments.length >= 3 ? peopleOf(last, resolved) : null)
  const owner = segments.length >= 3 && isParam(segments.at(-2)) ? entityOf(segments.at(-3)!, resolved) : null
  const parentParam = isParam(segments.at(-2)) ? paramName(segments.at(-2)!) : undefined

  if (owner !== null && !isParam(last)) {
    const nested = own !== null && !namesField(owner, last, method) ? below(fact, owner, parentParam!, own, null, resolved, all) : null
    return nested ?? actionShape(fact, owner, parentParam!, last, resolved)
  }
  if (own !== null && !isParam(last) && literals.length === segments.length) {
    if (method === 'GET') return { operation: 'list', entity: own.name }
    if (method === 'POST') return { operation: 'create', entity: own.name }
    return unsupported('bulk', own.name, `what ${method} does to the whole collection ${fact.path} is not stated`)
  }
  if (isParam(last)) {
    const item = itemShape(fact, segments, resolved, all)
    if (item !== null) return item
  }
  const collection = segments.length >= 2 && !isParam(segments.at(-2)) ? entityOf(segments.at(-2)!, resolved) : null
  if (collection !== null && !isParam(last)) return collectionVerb(fact, collection, last)
  return unsupported('custom', null, customReason(fact))
}

function customReason(fact: EndpointFact): string {
  if (/auth|login|logout|register|token|password|signup|sign-up|sign-in/i.test(fact.path)) {
    return `${fact.method} ${fact.path} handles credentials, which the mock identity of the specification does not define`
  }
  if (fact.method === 'GET' && /stat|report|analytic|summary|dashboard|metric|count/i.test(fact.path)) {
    return `${fact.method} ${fact.path} answers figures whose calculation the specification does not define`
  }
  return `${fact.method} ${fact.path} matches no resource of the specification${fact.summary === '' ? '' : ` ("${fact.summary}")`}`
}

const isHealth = (segments: string[]): boolean =>
  segments.length > 0 &&
  segments.length <= 2 &&
  /^(health|healthz|health-?check|ping|livez|live|readyz|ready|status)$/i.test(segments[0]!) &&
  (segments.length === 1 || /^(ready|live|check|db)$/i.test(segments[1]!))

function currentUser(fact: EndpointFact, segments: string[], resolved: Resolved): Shape | null {
  const at = segments.findIndex((segment) => /^(me|current|profile|whoami)$/i.test(segment))
  if (at === -1 || isParam(segments.at(-1))) return null
  const word = segments[at]!.toLowerCase()
  const before = segments[at - 1]
  const user = resolved.userEntity
  const about = before === undefined || /^(auth|account)s?$/.test(before) || (user !== null && entityOf(before, resolved) === user)
  if (!about || (word === 'profile' && resolved.byKey.has('profile'))) return null
  if (at === segments.length - 1 && fact.method === 'GET') {
    return user === null ? unsupported('me', null, 'the specification defines no users to answer with') : { operation: 'me', entity: user.name }
  }
  return unsupported('custom', user?.name ?? null, `what ${fact.method} ${fact.path} changes for the caller is not stated`)
}

/** Entity a path segment names: exactly, by its last word, or as the only one that ends so. */
export function entityOf(segment: string, resolved: Resolved): Entity | null {
  if (isParam(segment)) return null
  const exact = resolved.byKey.get(nameKey(segment))
  if (exact !== undefined) return exact
  const words = wordsOf(segment).map(singular)
  if (words.length > 1 || !segment.endsWith('s')) return null
  const ending = resolved.byLastWord.get(words[0] ?? '') ?? []
  return ending.length === 1 ? ending[0]! : null
}

/** `/projects/{id}/members` are users, where nothing else has that name. */
function peopleOf(segment: string, resolved: Resolved): Entity | null {
  return /^(?:members|participants|attendees|collaborators|assignees|contributors|subscribers|people)$/i.test(segment) ? resolved.userEntity : null
}

function namesField(owner: Entity, segment: string, method: string): boolean {
  return method !== 'GET' && owner.fields.some((field) => field.name === segment.replace(/-/g, '_') && field.type !== 'reference')
}

function itemShape(fact: EndpointFact, segments: string[], resolved: Resolved, all: EndpointFact[]): Shape | null {
  const param = paramName(segments.at(-1)!)
  const entity = entityOf(segments.at(-2) ?? '', resolved) ?? (segments.length >= 4 ? peopleOf(segments.at(-2)!, resolved) : null)
  if (entity === null) return null
  const owner = segments.length >= 4 && isParam(segments.at(-3)) ? entityOf(segments.at(-4)!, resolved) : null
  if (owner !== null) return below(fact, owner, paramName(segments.at(-3)!), entity, param, resolved, all)
  if (segments.length > 2 && segments.slice(0, -2).some(isParam)) return null
  switch (fact.method) {
    case 'GET':
      return { operation: 'get', entity: entity.name, param }
    case 'PUT':
    case 'PATCH':
      return { operation: 'update', entity: entity.name, param }
    case 'DELETE':
      return { operation: 'delete', entity: entity.name, param }
    default:
      return unsupported('custom', entity.name, `what POST ${fact.path} does is not stated`)
  }
}

function collectionVerb(fact: EndpointFact, entity: Entity, verb: string): Shape {
  if (fact.method === 'GET' && /^search$/i.test(verb)) return { operation: 'list', entity: entity.name }
  if (/bulk|batch|import|reorder|mass/i.test(verb)) {
    return unsupported('bulk', entity.name, `the specification does not state the request body and answer of ${fact.method} ${fact.path}`)
  }
  const value = fact.method === 'GET' ? constantFilter(entity, verb) : null
  if (value !== null)
    return { ...unsupported('custom', entity.name, `${fact.path} lists only ${verb} records, which no filter of the specification defines`) }
  return unsupported('custom', entity.name, customReason(fact))
}

function constantFilter(entity: Entity, verb: string): string | null {
  const word = verb.replace(/-/g, '_')
  return entity.fields.find((field) => field.values?.includes(word) || field.name === `is_${word}`)?.name ?? null
}
