import type { Endpoint, Entity, Field, Operation } from './api-spec'
import type { EndpointFact } from './facts'
import { joins, makeJunction, makeParentField, type Resolved } from './resolve'
import { nameKey, singular, snakeName, wordsOf } from './words'

type Shape = Pick<Endpoint, 'operation' | 'entity'> & Partial<Endpoint>

/** What each endpoint does, from method, path and text against the entities. Adds junctions and parent fields that paths imply. */
export function classifyEndpoint(fact: EndpointFact, basePath: string, resolved: Resolved, all: EndpointFact[]): Endpoint {
  const segments = relative(fact.path, basePath).split('/').filter((segment) => segment !== '')
  const shape = shapeOf(fact, segments, resolved, all)
  return {
    method: fact.method,
    path: fact.path,
    summary: fact.summary === '' ? defaultSummary(fact, shape) : fact.summary,
    paginated: false,
    status: statusOf(fact, shape.operation),
    authenticated: shape.operation !== 'health' && !/\b(?:no auth(?:entication)?(?: required)?|public(?:ly accessible)?|unauthenticated)\b/i.test(`${fact.summary} ${fact.notes.map((note) => note.text).join(' ')}`),
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

const isParam = (segment: string | undefined): boolean => segment !== undefined && /^\{\w+\}$/.test(segment)
const paramName = (segment: string): string => segment.slice(1, -1)

function shapeOf(fact: EndpointFact, segments: string[], resolved: Resolved, all: EndpointFact[]): Shape {
  const { method } = fact
  const last = segments.at(-1)
  const literals = segments.filter((segment) => !isParam(segment))
  if (method === 'GET' && isHealth(segments)) return { operation: 'health', entity: null }
  if (last === undefined) return unsupported('custom', null, 'the path names no resource')
  const me = currentUser(fact, segments, resolved)
  if (me !== null) return me
  const own = entityOf(last, resolved)
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

function unsupported(operation: Operation, entity: string | null, reason: string): Shape {
  return { operation, entity, unsupported: reason }
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

const isHealth = (segments: string[]): boolean => segments.length > 0 && segments.length <= 2 && /^(health|healthz|health-?check|ping|livez|live|readyz|ready|status)$/i.test(segments[0]!) && (segments.length === 1 || /^(ready|live|check|db)$/i.test(segments[1]!))

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

function namesField(owner: Entity, segment: string, method: string): boolean {
  return method !== 'GET' && owner.fields.some((field) => field.name === segment.replace(/-/g, '_') && field.type !== 'reference')
}

function itemShape(fact: EndpointFact, segments: string[], resolved: Resolved, all: EndpointFact[]): Shape | null {
  const param = paramName(segments.at(-1)!)
  const entity = entityOf(segments.at(-2) ?? '', resolved)
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

const LINK_WORDS = /\b(?:add|attach|link|assign|associate|enrol|enroll|tag|connect|remove|detach|unlink|disassociate|ids?)\b/i

/** `/owners/{id}/things` and `/owners/{id}/things/{thing_id}`. */
function below(fact: EndpointFact, owner: Entity, ownerParam: string, child: Entity, param: string | null, resolved: Resolved, all: EndpointFact[]): Shape | null {
  const junction = resolved.entities.find((entity) => joins(entity, owner.name, child.name))
  const link = child.fields.find((field) => field.reference?.entity === owner.name && parentLike(field, owner, ownerParam))
  if (child.junction !== null && (child.junction.left === owner.name || child.junction.right === owner.name)) return childShape(fact, owner, ownerParam, child, junctionField(child, owner), param)
  if (junction !== undefined && link === undefined) return linkShape(fact, owner, ownerParam, child, junction, param)
  if (link !== undefined) return childShape(fact, owner, ownerParam, child, link, param)
  const back = owner.fields.find((field) => field.reference?.entity === child.name)
  if (back !== undefined && fact.method === 'GET' && param === null) return null
  if (child === owner) return null
  return implied(fact, owner, ownerParam, child, param, resolved, all)
}

function parentLike(field: Field, owner: Entity, ownerParam: string): boolean {
  const references = field.name === ownerParam || field.name === `${snakeName(owner.name)}_id`
  return references || field.type === 'reference'
}

const junctionField = (junction: Entity, owner: Entity): Field => junction.fields.find((field) => field.reference?.entity === owner.name)!

/** Nothing in the models joins them: a link table when the text speaks of links, else a reference to the parent. */
function implied(fact: EndpointFact, owner: Entity, ownerParam: string, child: Entity, param: string | null, resolved: Resolved, all: EndpointFact[]): Shape | null {
  const source = { line: fact.line, origin: 'inferred' as const }
  const tail = fact.path.split('/').filter((segment) => segment !== '' && !isParam(segment)).at(-1)
  const independent = all.some((one) => one.method === 'POST' && one.path.split('/').at(-1) === tail && !one.path.includes('{'))
  const related = all.filter((one) => one.path.replace(/\{\w+\}/g, '{}').startsWith(fact.path.replace(/\{\w+\}/g, '{}').split('/{}').slice(0, 2).join('/{}')))
  const linking = independent && (related.some((one) => LINK_WORDS.test(one.summary)) || related.some((one) => one.method === 'DELETE'))
  if (linking) {
    const junction = makeJunction(owner, child, null, source)
    if (resolved.byKey.has(nameKey(junction.name))) return null
    resolved.entities.push(junction)
    resolved.byKey.set(nameKey(junction.name), junction)
    resolved.diagnostics.push({ level: 'info', message: `${owner.name} and ${child.name} are joined by the table ${junction.table}, which ${fact.path} implies`, lines: [fact.line] })
    return linkShape(fact, owner, ownerParam, child, junction, param)
  }
  if (child === resolved.userEntity || child.junction !== null) return null
  const field = makeParentField(owner, source)
  const own = child.fields.find((one) => one.name === field.name)
  if (own !== undefined) {
    Object.assign(own, { type: 'reference', list: false, reference: field.reference, indexed: true })
    return childShape(fact, owner, ownerParam, child, own, param)
  }
  child.fields.splice(Math.min(1, child.fields.length), 0, field)
  resolved.diagnostics.push({ level: 'info', message: `${child.name}.${field.name} is added, since ${fact.path} places ${child.name} below ${owner.name}`, lines: [fact.line] })
  return childShape(fact, owner, ownerParam, child, field, param)
}

function childShape(fact: EndpointFact, owner: Entity, ownerParam: string, child: Entity, field: Field, param: string | null): Shape {
  const parent = { entity: owner.name, param: ownerParam, field: field.name }
  if (param === null) {
    if (fact.method === 'GET') return { operation: 'nested-list', entity: child.name, parent }
    if (fact.method === 'POST') return { operation: 'nested-create', entity: child.name, parent }
    return unsupported('bulk', child.name, `what ${fact.method} does to all of ${fact.path} is not stated`)
  }
  const operation = fact.method === 'GET' ? 'get' : fact.method === 'DELETE' ? 'delete' : 'update'
  if (fact.method === 'POST') return unsupported('custom', child.name, `what POST ${fact.path} does is not stated`)
  return { operation, entity: child.name, param, parent }
}

function linkShape(fact: EndpointFact, owner: Entity, ownerParam: string, child: Entity, junction: Entity, param: string | null): Shape {
  const parent = { entity: owner.name, param: ownerParam, through: junction.name }
  if (param === null && fact.method === 'GET') return { operation: 'link-list', entity: child.name, parent }
  if (param === null && fact.method === 'POST') {
    const one = `${snakeName(child.name)}_id`
    const stated = fact.body.map((field) => field.name).find((name) => /_?ids?$|Ids?$/.test(name))
    const several = stated !== undefined ? /s$/i.test(stated) : /array|list|ids\b|multiple|\bs\b/i.test(fact.summary) || /tags\b/i.test(fact.summary)
    return { operation: 'link-add', entity: child.name, parent, body: [stated ?? (several ? `${one}s` : one)] }
  }
  if (param !== null && (fact.method === 'POST' || fact.method === 'PUT')) return { operation: 'link-add', entity: child.name, parent, param, body: [] }
  if (param !== null && fact.method === 'DELETE') return { operation: 'link-remove', entity: child.name, parent, param }
  return unsupported('bulk', child.name, `what ${fact.method} does to the links of ${fact.path} is not stated`)
}

function collectionVerb(fact: EndpointFact, entity: Entity, verb: string): Shape {
  if (fact.method === 'GET' && /^search$/i.test(verb)) return { operation: 'list', entity: entity.name }
  if (/bulk|batch|import|reorder|mass/i.test(verb)) {
    return unsupported('bulk', entity.name, `the specification does not state the request body and answer of ${fact.method} ${fact.path}`)
  }
  const value = fact.method === 'GET' ? constantFilter(entity, verb) : null
  if (value !== null) return { ...unsupported('custom', entity.name, `${fact.path} lists only ${verb} records, which no filter of the specification defines`) }
  return unsupported('custom', entity.name, customReason(fact))
}

function constantFilter(entity: Entity, verb: string): string | null {
  const word = verb.replace(/-/g, '_')
  return entity.fields.find((field) => field.values?.includes(word) || field.name === `is_${word}`)?.name ?? null
}

// ---------------------------------------------------------------------------------------------------------------- actions

function actionShape(fact: EndpointFact, entity: Entity, param: string, verb: string, resolved: Resolved): Shape {
  const base = { operation: 'action' as const, entity: entity.name, param }
  if (fact.method === 'GET') return unsupported('custom', entity.name, `what GET ${fact.path} answers is not defined by the models`)
  const word = verb.toLowerCase().replace(/-/g, '_')
  const field = entity.fields.find((one) => one.name === word || one.name === `${word}_id` || wordsOf(one.name).join('_') === word)
  if (field !== undefined && field.type !== 'boolean' && !field.fromCaller && fact.method !== 'DELETE') return { ...base, body: [field.name] }
  const assignee = /^(re)?assign(ee)?$/.test(word) ? assigneeField(entity, resolved) : undefined
  if (assignee !== undefined) return { ...base, body: [assignee.name] }
  if (word === 'unassign') {
    const unassigned = assigneeField(entity, resolved)
    if (unassigned?.nullable === true) return { ...base, body: [], sets: { [unassigned.name]: null } }
  }
  const sets = statedSets(fact, entity) ?? verbSets(word, entity)
  if (sets !== null) return { ...base, body: [], sets }
  const undo = fact.method === 'DELETE' ? verbSets(`un${word}`, entity) : null
  if (undo !== null) return { ...base, body: [], sets: undo }
  const told = fact.summary === '' ? '' : ` ("${fact.summary}")`
  return { ...base, body: [], unsupported: `nothing in the specification says which field ${fact.method} ${fact.path}${told} changes` }
}

function assigneeField(entity: Entity, resolved: Resolved): Field | undefined {
  const user = resolved.userEntity?.name
  const candidates = entity.fields.filter((field) => field.reference !== undefined && /^(assign|assigned_to|driver|agent|technician|handler|responsible)/.test(field.name))
  return candidates[0] ?? (user === undefined ? undefined : undefined)
}

type Sets = Record<string, string | number | boolean | null>

function statedSets(fact: EndpointFact, entity: Entity): Sets | null {
  const text = [fact.summary, ...fact.notes.map((note) => note.text)].join(' ')
  const match = text.match(/\bsets?\s+(?:the\s+)?([a-z_]\w*)\s*(?:=|to|:)\s*["'`]?([\w-]+)["'`]?/i)
  if (match === null) return null
  const field = entity.fields.find((one) => one.name.toLowerCase() === match[1]!.toLowerCase())
  if (field === undefined || field.readOnly) return null
  return fitted(field, match[2]!)
}

function fitted(field: Field, value: string): Sets | null {
  if (field.type === 'boolean') return /^(true|false)$/i.test(value) ? { [field.name]: value.toLowerCase() === 'true' } : null
  const member = field.values?.find((one) => one.toLowerCase() === value.toLowerCase())
  return member === undefined ? null : { [field.name]: member }
}

const SYNONYM_STATES: Record<string, string[]> = {
  complete: ['completed', 'complete', 'done', 'finished'],
  finish: ['finished', 'completed', 'done'],
  cancel: ['cancelled', 'canceled'],
  start: ['in_progress', 'started', 'active', 'running'],
  begin: ['in_progress', 'started'],
  pay: ['paid'],
  ship: ['shipped'],
  send: ['sent'],
  close: ['closed'],
  open: ['open', 'opened'],
  reopen: ['open', 'reopened', 'pending', 'todo'],
  activate: ['active', 'activated'],
  deactivate: ['inactive', 'deactivated', 'disabled'],
  reactivate: ['active'],
  enable: ['enabled', 'active'],
  disable: ['disabled', 'inactive'],
  publish: ['published'],
  unpublish: ['draft', 'unpublished'],
  restore: ['active'],
  submit: ['submitted', 'pending_review', 'in_review'],
  deny: ['denied', 'rejected'],
  approve: ['approved'],
  accept: ['accepted'],
  return: ['returned'],
  freeze: ['frozen'],
  check_in: ['checked_in'],
  check_out: ['checked_out'],
  checkin: ['checked_in'],
  checkout: ['checked_out'],
  hold: ['on_hold'],
  resume: ['active', 'in_progress'],
}

/** Field and constant that a verb stands for: `/publish` → `{status: 'published'}` or `{published: true}`. Null when not certain. */
export function verbSets(verb: string, entity: Entity): Sets | null {
  const word = verb.replace(/^mark_(as_)?/, '')
  const writable = entity.fields.filter((field) => !field.readOnly || field.type === 'boolean')
  const candidates = [...(SYNONYM_STATES[word] ?? []), ...inflections(word)]
  const states = writable.filter((field) => field.type === 'enum')
  for (const state of candidates) {
    const holders = states.filter((field) => field.values!.some((value) => value.toLowerCase() === state))
    if (holders.length === 1) return { [holders[0]!.name]: holders[0]!.values!.find((value) => value.toLowerCase() === state)! }
  }
  const positive = booleanFor(candidates, writable)
  if (positive !== null) return { [positive]: true }
  const opposite = OPPOSITES[word] ?? (word.startsWith('un') || word.startsWith('de') || word.startsWith('in') ? word.slice(2) : null)
  if (opposite === null || opposite.length < 3) return null
  const negative = booleanFor([...(SYNONYM_STATES[opposite] ?? []), ...inflections(opposite)], writable)
  return negative === null ? null : { [negative]: false }
}

const OPPOSITES: Record<string, string> = { disable: 'enable', deactivate: 'activate', hide: 'show', close: 'open', reopen: 'complete', restore: 'archive', mute: 'unmute' }

function inflections(verb: string): string[] {
  const doubled = /[^aeiou][aeiou][bdglmnprt]$/.test(verb) ? [`${verb}${verb.at(-1)}ed`] : []
  const base = verb.endsWith('e') ? [`${verb}d`] : /[^aeiou]y$/.test(verb) ? [`${verb.slice(0, -1)}ied`] : [`${verb}ed`]
  return [...base, ...doubled, verb]
}

function booleanFor(states: string[], fields: Field[]): string | null {
  const names = states.flatMap((state) => [state, `is_${state}`])
  const found = fields.find((field) => field.type === 'boolean' && names.includes(wordsOf(field.name).join('_')))
  return found?.name ?? null
}
