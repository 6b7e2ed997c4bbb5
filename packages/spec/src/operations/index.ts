import type { Endpoint, Entity, Operation } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { singular, wordsOf } from '../words'
import { withAbove } from './above'
import { actionShape } from './actions'
import { adjustShape } from './adjusts'
import { bulkShape, isBulk } from './bulk'
import { byFieldShape } from './by-field'
import { feedShape } from './feed'
import { freeShape } from './free'
import { markShape, peopleShape } from './marks'
import { memberShape } from './members'
import { entityBelow, entityOf, entitySegments, lookupOf } from './names'
import { below } from './nested'
import { callerShape, ownByText, ownField } from './own'
import { reportShape } from './reports'
import { restoreShape } from './restore'
import { basketShape, MANY, singleShape } from './single'
import { searchShape } from './search'
import { isParam, paramName, type Shape, unsupported } from './shape'
import { statsShape } from './stats'
import { treeShape } from './trees'
import { viewShape } from './views'

/** What each endpoint does, from method, path and text against the entities. Adds junctions and parent fields that paths imply. */
export function classifyEndpoint(fact: EndpointFact, basePath: string, resolved: Resolved, all: EndpointFact[]): Endpoint {
  const segments = entitySegments(
    relative(fact.path, basePath)
      .split('/')
      .filter((segment) => segment !== ''),
    resolved,
  )
  const shape = withAbove(fact, segments, shapeOf(fact, segments, resolved, all), resolved)
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
  if (operation === 'delete' || operation === 'link-remove' || operation === 'unmark') return 204
  return fact.method === 'POST' && operation === 'link-add' ? 201 : 200
}

function shapeOf(fact: EndpointFact, segments: string[], resolved: Resolved, all: EndpointFact[]): Shape {
  const { method } = fact
  const last = segments.at(-1)
  const literals = segments.filter((segment) => !isParam(segment))
  if (method === 'GET' && isHealth(segments)) return { operation: 'health', entity: null }
  if (last === undefined) return unsupported('custom', null, 'the path names no resource')
  const one = singleShape(fact, segments, resolved, all)
  if (one !== null) return one
  const basket = basketShape(fact, segments, resolved)
  if (basket !== null) return basket
  const me = callerShape(fact, segments, resolved)
  if (me !== null) return me
  const stats = statsShape(fact, segments, resolved)
  const figures = stats === null || stats.unsupported != null ? (reportShape(fact, segments, resolved) ?? stats) : stats
  if (figures !== null) return figures
  const feed = feedShape(fact, segments, resolved, all) ?? searchShape(fact, segments, resolved)
  if (feed !== null) return feed
  const tree = treeShape(fact, segments, resolved)
  if (tree !== null) return tree
  const owner = segments.length >= 3 && isParam(segments.at(-2)) ? entityOf(segments.at(-3)!, resolved) : null
  const own = entityBelow(last, owner, resolved) ?? (segments.length >= 3 ? peopleOf(last, resolved) : null)
  const parentParam = isParam(segments.at(-2)) ? paramName(segments.at(-2)!) : undefined

  if (owner !== null && !isParam(last)) {
    const restored = restoreShape(fact, owner, parentParam!, last)
    if (restored !== null) return lookedUp(fact, restored, owner)
    const adjusted = own === null ? adjustShape(fact, owner, parentParam!, last, resolved) : null
    if (adjusted !== null) return lookedUp(fact, adjusted, owner)
    const member = memberShape(fact, owner, parentParam!, last, resolved)
    if (member !== null) return parentLookup(fact, member, owner)
    const mark = markShape(fact, owner, parentParam!, last, resolved)
    if (mark !== null) return lookedUp(fact, mark, owner)
    const people = peopleShape(fact, owner, parentParam!, last, resolved)
    if (people !== null) return parentLookup(fact, people, owner)
    const nested = own !== null && !namesField(owner, last, method) ? below(fact, owner, parentParam!, own, null, resolved, all) : null
    return nested === null ? lookedUp(fact, actionShape(fact, owner, parentParam!, last, resolved), owner) : parentLookup(fact, nested, owner)
  }
  const single = singleOfCaller(fact, segments, resolved, all)
  if (single !== null) return single
  if (own !== null && !isParam(last) && literals.length === segments.length) {
    if (method === 'GET') return { operation: 'list', entity: own.name, ...ownByText(fact, own, resolved) }
    if (method === 'POST') return { operation: 'create', entity: own.name }
    return unsupported('bulk', own.name, `what ${method} does to the whole collection ${fact.path} is not stated`)
  }
  const byField = byFieldShape(fact, segments, resolved)
  if (byField !== null) return byField
  if (isParam(last)) {
    const item = itemShape(fact, segments, resolved, all)
    if (item !== null && item.parent === undefined) return lookedUp(fact, item, resolved.entities.find(({ name }) => name === item.entity)!)
    if (item !== null) return parentLookup(fact, item, entityOf(segments.at(-4)!, resolved)!)
  }
  const collection = segments.length >= 2 && !isParam(segments.at(-2)) ? entityOf(segments.at(-2)!, resolved) : null
  if (collection !== null && !isParam(last)) return collectionVerb(fact, collection, last, resolved)
  return unsupported('custom', null, customReason(fact))
}

/** `/cart`, and what lies below it: one row of each caller, of which nobody says how it comes to be. */
function singleOfCaller(fact: EndpointFact, segments: string[], resolved: Resolved, all: EndpointFact[]): Shape | null {
  const [name] = segments
  const entity = entityOf(name, resolved)
  if (name === undefined || MANY.test(name) || singular(name) !== name || entity === null || ownField(entity, resolved) === undefined) return null
  const root = fact.path.slice(0, fact.path.indexOf(`/${name}`) + name.length + 1)
  const listed = all.some((one) => (one.method === 'POST' && one.path === root) || one.path.startsWith(`${root}/{`))
  return listed ? null : unsupported('custom', entity.name, `the specification does not say how the one ${entity.name} of each caller comes to be`)
}

/** The shape with the field that the path parameter holds, where that is not the key. */
function lookedUp(fact: EndpointFact, shape: Shape, entity: Entity): Shape {
  const lookup = shape.param === undefined ? {} : lookupOf(entity, shape.param)
  if (lookup !== null) return { ...shape, ...lookup }
  return { ...shape, unsupported: `${fact.method} ${fact.path} names a row by {${shape.param}}, which is not unique` }
}

/** The shape with the field by which the path names the parent, where that is not the key. */
function parentLookup(fact: EndpointFact, shape: Shape, owner: Entity): Shape {
  if (shape.parent === undefined) return shape
  const lookup = lookupOf(owner, shape.parent.param)
  if (lookup !== null) return lookup.lookup === undefined ? shape : { ...shape, parent: { ...shape.parent, ...lookup } }
  return { ...shape, unsupported: `${fact.method} ${fact.path} names its parent by {${shape.parent.param}}, which is not unique` }
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

/** `/projects/{id}/members` are users, where nothing else has that name. */
function peopleOf(segment: string, resolved: Resolved): Entity | null {
  return /^(?:members|participants|attendees|collaborators|assignees|contributors|subscribers|people)$/i.test(segment) ? resolved.userEntity : null
}

function namesField(owner: Entity, segment: string, method: string): boolean {
  return method !== 'GET' && owner.fields.some((field) => field.name === segment.replace(/-/g, '_') && field.type !== 'reference')
}

function itemShape(fact: EndpointFact, segments: string[], resolved: Resolved, all: EndpointFact[]): Shape | null {
  const param = paramName(segments.at(-1)!)
  const owner = segments.length >= 4 && isParam(segments.at(-3)) ? entityOf(segments.at(-4)!, resolved) : null
  const entity = entityBelow(segments.at(-2), owner, resolved) ?? (segments.length >= 4 ? peopleOf(segments.at(-2)!, resolved) : null)
  if (entity === null) return null
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

function collectionVerb(fact: EndpointFact, entity: Entity, verb: string, resolved: Resolved): Shape {
  if (fact.method === 'GET' && /^search$/i.test(verb)) return { operation: 'list', entity: entity.name }
  if (isBulk(fact, entity, verb)) return bulkShape(fact, entity, verb)
  const free = freeShape(fact, entity, verb, resolved)
  if (free !== null) return free
  const where = fact.method === 'GET' ? constantFilter(entity, verb) : null
  if (where !== null) return { operation: 'list', entity: entity.name, where }
  const view = viewShape(fact, entity, verb)
  if (view !== null) return view
  return unsupported('custom', entity.name, customReason(fact))
}

/** `/posts/published`: the only field that has such a member, or the flag of that name. */
function constantFilter(entity: Entity, verb: string): Record<string, string | boolean> | null {
  const word = verb.replace(/-/g, '_').toLowerCase()
  const members = entity.fields.flatMap((field) => {
    const value = field.list ? undefined : field.values?.find((one) => [word, singular(word)].includes(one.toLowerCase().replace(/[- ]/g, '_')))
    return value === undefined ? [] : [{ [field.name]: value }]
  })
  const flags = entity.fields.filter(
    (field) => field.type === 'boolean' && !field.list && [word, `is_${word}`].includes(wordsOf(field.name).join('_')),
  )
  const found = [...members, ...flags.map((field) => ({ [field.name]: true }))]
  return found.length === 1 ? found[0]! : null
}
