import type { Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { singular, wordsOf } from '../words'
import { entityOf } from './names'
import { ownField, rowsOfCaller } from './own'
import { isParam, paramName, type Shape, unsupported } from './shape'

const ME = /^(?:me|my|current)$/i
const USERS = /^(?:users?|accounts?|auth)$/i
/** Said in the plural, and still one. */
const ONE = /^(?:settings|preferences)$/i
/** Said in the singular, and still many rows. */
export const MANY = /(?:^|[-_])(?:history|log|trail|ledger|journal)$/i

/** The entity of which each caller has one row, and the path of that row: `/settings`, `/me/profile`, `/users/me/preferences`. */
function singleOf(segments: readonly string[], resolved: Resolved): { entity: Entity; field: Field } | null {
  const at = segments.findIndex((segment) => ME.test(segment))
  const below = at === 0 || (at === 1 && USERS.test(segments[0]!))
  const rest = below ? segments.slice(at + 1) : segments
  const [name] = rest
  if (rest.length !== 1 || name === undefined || isParam(name)) return null
  const entity = entityOf(name, resolved)
  if (entity === null || entity === resolved.userEntity || MANY.test(name) || !(ONE.test(name) || singular(name) === name)) return null
  const field = ownField(entity, resolved)
  return field === undefined || field.list ? null : { entity, field }
}

/** What a request does with the one row of the caller. Null when the path names no such row. */
export function singleShape(fact: EndpointFact, segments: string[], resolved: Resolved, all: readonly EndpointFact[]): Shape | null {
  const found = singleOf(segments, resolved)
  if (found === null) return null
  const { entity, field } = found
  const same = all.filter((one) => one.path === fact.path)
  const many =
    same.some((one) => /^(?:list|get all|all)\b/i.test(one.summary)) || (ONE.test(segments.at(-1)!) && same.some((one) => one.method === 'POST'))
  if (many || entity.fields.some((one) => /^(?:key|setting_key)$/.test(one.name))) return null
  const parts = resolved.entities.some((one) => one.name.startsWith(entity.name) && one.fields.some((part) => part.reference?.entity === entity.name))
  const items = parts || all.some((one) => one.path.startsWith(`${fact.path}/`))
  const refuse = (why: string): Shape => unsupported('custom', entity.name, `${why} of ${fact.method} ${fact.path}`)
  if (items && all.some((one) => one.path.startsWith(`${fact.path}/{`))) return null
  if (items) return refuse('the specification does not say what belongs to the answer')
  if (!same.some((one) => one.method === 'GET')) return null
  const created = same.some((one) => one.method === 'POST')
  const needed = entity.fields.find(
    (one) => one !== field && one.required && one.default === null && one.auto === undefined && !entity.key.includes(one.name),
  )
  if (!created && needed !== undefined)
    return refuse(
      `the specification does not say which ${needed.name} the one ${entity.name} of each caller begins with, when it is asked for first:`,
    )
  if (fact.method === 'DELETE') return refuse('the specification does not say what is left')
  keepOnePerCaller(field)
  if (fact.method === 'POST') return { operation: 'create', entity: entity.name }
  return { operation: fact.method === 'GET' ? 'single-get' : 'single-update', entity: entity.name, own: field.name }
}

const BASKET = /^(?:cart|basket|bag|wishlist|watchlist)$/i

/** `/cart` and `/cart/items/{id}`, where no cart is stored but what lies in it: rows of the caller. */
export function basketShape(fact: EndpointFact, segments: string[], resolved: Resolved): Shape | null {
  const [name, ...more] = ME.test(segments[0] ?? '') ? segments.slice(1) : segments
  if (name === undefined || !BASKET.test(name) || entityOf(name, resolved) !== null) return null
  const item = resolved.entities.find((entity) => {
    const [first, last, ...others] = wordsOf(entity.name)
    return first === name.toLowerCase() && others.length === 0 && /^(?:item|line|entry|product)$/.test(last ?? '')
  })
  const field = item === undefined ? undefined : ownField(item, resolved)
  if (item === undefined || field === undefined) return null
  const rest = /^(?:items?|lines?|products?|entries)$/i.test(more[0] ?? '') ? more.slice(1) : more
  const refuse = (why: string): Shape => unsupported('custom', item.name, `${why} of ${fact.method} ${fact.path}`)
  if (rest.length === 0) {
    if (/\b(?:total|subtotal|summary)\b/i.test(fact.summary)) return refuse('the specification does not define the answer')
    return rowsOfCaller(fact, item, resolved) ?? refuse('the specification does not say what happens to the rows')
  }
  const [param] = rest
  if (rest.length > 1 || !isParam(param)) return null
  const key = paramName(param!)
  const other = item.fields.some((one) => one.reference !== undefined && wordsOf(one.name).join('_') === wordsOf(key).join('_'))
  if (other || fact.method === 'POST') return refuse(`{${key}} does not name one row`)
  const own = { entity: item.name, param: key, own: field.name }
  return { operation: fact.method === 'GET' ? 'get' : fact.method === 'DELETE' ? 'delete' : 'update', ...own }
}

/** The server says whose it is, and nobody has two. */
function keepOnePerCaller(field: Field): void {
  Object.assign(field, { fromCaller: true, readOnly: true, required: true, nullable: false, unique: 'exact', indexed: true })
}
