import type { Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { joins, makeJunction, makeParentField } from '../resolve/relations'
import { nameKey, snakeName } from '../words'
import { isParam, type Shape, unsupported } from './shape'

const LINK_WORDS = /\b(?:add|attach|link|assign|associate|enrol|enroll|tag|connect|remove|detach|unlink|disassociate|ids?)\b/i

/** `/owners/{id}/things` and `/owners/{id}/things/{thing_id}`. */
export function below(
  fact: EndpointFact,
  owner: Entity,
  ownerParam: string,
  child: Entity,
  param: string | null,
  resolved: Resolved,
  all: EndpointFact[],
): Shape | null {
  const junction = resolved.entities.find((entity) => joins(entity, owner.name, child.name))
  const link = child.fields.find((field) => field.reference?.entity === owner.name && parentLike(field, owner, ownerParam))
  if (child.junction !== null && (child.junction.left === owner.name || child.junction.right === owner.name))
    return childShape(fact, owner, ownerParam, child, junctionField(child, owner), param)
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
function implied(
  fact: EndpointFact,
  owner: Entity,
  ownerParam: string,
  child: Entity,
  param: string | null,
  resolved: Resolved,
  all: EndpointFact[],
): Shape | null {
  const source = { line: fact.line, origin: 'inferred' as const }
  const tail = fact.path
    .split('/')
    .filter((segment) => segment !== '' && !isParam(segment))
    .at(-1)
  const independent = all.some((one) => one.method === 'POST' && one.path.split('/').at(-1) === tail && !one.path.includes('{'))
  const related = all.filter((one) =>
    one.path.replace(/\{\w+\}/g, '{}').startsWith(
      fact.path
        .replace(/\{\w+\}/g, '{}')
        .split('/{}')
        .slice(0, 2)
        .join('/{}'),
    ),
  )
  const linking =
    (independent || child === resolved.userEntity) &&
    (related.some((one) => LINK_WORDS.test(one.summary)) || related.some((one) => one.method === 'DELETE'))
  if (linking) {
    const junction = makeJunction(owner, child, null, source)
    if (resolved.byKey.has(nameKey(junction.name))) return null
    resolved.entities.push(junction)
    resolved.byKey.set(nameKey(junction.name), junction)
    resolved.diagnostics.push({
      level: 'info',
      message: `${owner.name} and ${child.name} are joined by the table ${junction.table}, which ${fact.path} implies`,
      lines: [fact.line],
    })
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
  resolved.diagnostics.push({
    level: 'info',
    message: `${child.name}.${field.name} is added, since ${fact.path} places ${child.name} below ${owner.name}`,
    lines: [fact.line],
  })
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

/** A body that is a list by itself. */
const BARE_LIST = /^\s*(?:body\s*:?\s*)?\[[^\]]*\]|\b(?:array|list) of (?:\w+ )?ids as (?:the )?body\b/i

function linkShape(fact: EndpointFact, owner: Entity, ownerParam: string, child: Entity, junction: Entity, param: string | null): Shape {
  const parent = { entity: owner.name, param: ownerParam, through: junction.name }
  if (param === null && fact.method === 'GET') return { operation: 'link-list', entity: child.name, parent }
  if (param === null && fact.method === 'POST') {
    const one = `${snakeName(child.name)}_id`
    const stated = fact.body.map((field) => field.name).find((name) => /_?ids?$|Ids?$/.test(name))
    const several = stated !== undefined ? /s$/i.test(stated) : /array|list|ids\b|multiple|\bs\b/i.test(fact.summary) || /tags\b/i.test(fact.summary)
    return { operation: 'link-add', entity: child.name, parent, body: [stated ?? (several ? `${one}s` : one)] }
  }
  if (param === null && fact.method === 'PUT') {
    const stated = [...new Set(fact.body.map((field) => field.name))]
    const ids = stated.length === 0 ? `${snakeName(child.name)}_ids` : stated.length === 1 && /_?ids$|Ids$/.test(stated[0]!) ? stated[0]! : undefined
    return ids === undefined || BARE_LIST.test(fact.summary)
      ? unsupported('bulk', child.name, `how the body of PUT ${fact.path} names what is linked is not stated`)
      : { operation: 'link-add', entity: child.name, parent, body: [ids], replaces: true }
  }
  if (param !== null && (fact.method === 'POST' || fact.method === 'PUT'))
    return { operation: 'link-add', entity: child.name, parent, param, body: [] }
  if (param !== null && fact.method === 'DELETE') return { operation: 'link-remove', entity: child.name, parent, param }
  return unsupported('bulk', child.name, `what ${fact.method} does to the links of ${fact.path} is not stated`)
}
