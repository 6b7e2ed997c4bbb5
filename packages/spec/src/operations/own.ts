import type { Endpoint, Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import { makerField } from '../ownership'
import type { Resolved } from '../resolve'
import { singular, wordsOf } from '../words'
import { entityOf } from './names'
import { isParam, paramName, type Shape, unsupported } from './shape'

/** Segments that stand for the caller. */
const CALLER = /^(me|current|profile|whoami|my|mine|own)$/i

/** "My orders", "List own orders", "the current user's orders"; not where the text lets others see more. */
const OWN_TEXT =
  /\b(?:my|mine|own|(?:current|logged[- ]in|authenticated|calling) user(?:['’]s)?|caller['’]s?|for the (?:current|logged[- ]in|authenticated) user)\b/i
const OTHERS_TOO = /\b(?:admins?|managers?|staff|moderators?|everyone|anyone|others?|or all|all users)\b/i

/** `/users/me`, `/me/orders`, `/orders/mine`: the caller, or rows of the caller. Null when the path speaks of no caller. */
export function callerShape(fact: EndpointFact, segments: string[], resolved: Resolved): Shape | null {
  const user = resolved.userEntity
  const at = isCurrentUser(fact, segments, resolved) ? 0 : segments.findIndex((segment) => CALLER.test(segment))
  if (at === -1) return null
  const before = segments[at - 1]
  const about = before === undefined || /^(auth|account)s?$/.test(before) || (user !== null && entityOf(before, resolved) === user)
  const word = segments[at]!.toLowerCase()
  if (word === 'profile' && resolved.byKey.has('profile')) return null
  const rest = segments.slice(at + 1)
  if (!about) return rest.length === 0 && !isParam(before) ? rowsOfCaller(fact, entityOf(before, resolved), resolved) : null
  if (rest.length > 0) return belowCaller(fact, rest, resolved)
  if (isParam(segments.at(-1)) || /^(my|mine|own)$/.test(word)) return null
  if (fact.method === 'GET')
    return user === null ? unsupported('me', null, 'the specification defines no users to answer with') : { operation: 'me', entity: user.name }
  if (user !== null && (fact.method === 'PUT' || fact.method === 'PATCH')) return { operation: 'update', entity: user.name, own: user.key[0]! }
  return unsupported('custom', user?.name ?? null, `what ${fact.method} ${fact.path} changes for the caller is not stated`)
}

/** `GET /user - Get the current user`: the singular alone is the caller where the text says so. */
function isCurrentUser({ summary }: EndpointFact, segments: string[], resolved: Resolved): boolean {
  const [name, ...more] = segments
  const one =
    name !== undefined &&
    more.length === 0 &&
    singular(name) === name &&
    resolved.userEntity !== null &&
    entityOf(name, resolved) === resolved.userEntity
  return one && /\b(?:current|own|my|logged[- ]in|authenticated|calling)\b/i.test(summary)
}

/** `/me/orders` and `/me/orders/{id}`. */
function belowCaller(fact: EndpointFact, [name, param, ...more]: string[], resolved: Resolved): Shape | null {
  const entity = entityOf(name!, resolved)
  const refused = unsupported('custom', resolved.userEntity?.name ?? null, `what ${fact.method} ${fact.path} does for the caller is not stated`)
  if (entity === null || entity === resolved.userEntity || more.length > 0) return refused
  if (param === undefined) return singular(name!) === name ? refused : (rowsOfCaller(fact, entity, resolved) ?? refused)
  const field = ownField(entity, resolved)
  if (field === undefined || !isParam(param)) return refused
  const own = { entity: entity.name, param: paramName(param), own: field.name }
  if (fact.method === 'GET') return { operation: 'get', ...own }
  if (fact.method === 'DELETE') return { operation: 'delete', ...own }
  return fact.method === 'POST' ? refused : { operation: 'update', ...own }
}

/** Rows of the caller, listed or made. Null when it is not clear whose they are. */
export function rowsOfCaller(fact: EndpointFact, entity: Entity | null, resolved: Resolved): Shape | null {
  if (entity === null || entity === resolved.userEntity) return null
  const field = ownField(entity, resolved)
  if (field === undefined) return null
  if (fact.method === 'GET') return { operation: 'list', entity: entity.name, own: field.name }
  return fact.method === 'POST' && makerField(entity, resolved.userEntity?.name ?? null) === field
    ? { operation: 'create', entity: entity.name }
    : null
}

/** The field by which rows belong to the caller: whoever made them, else the only user that they name. */
export function ownField(entity: Entity, resolved: Resolved): Field | undefined {
  const user = resolved.userEntity?.name ?? null
  const maker = makerField(entity, user)
  if (maker !== undefined) return maker
  const people = entity.fields.filter((field) => user !== null && !field.list && field.reference?.entity === user)
  return people.length === 1 ? people[0] : undefined
}

/** The caller's field, when the text of a list says that everybody sees only what is theirs. */
export function ownByText(fact: EndpointFact, entity: Entity, resolved: Resolved): Pick<Endpoint, 'own'> {
  if (!OWN_TEXT.test(fact.summary) || OTHERS_TOO.test(fact.summary)) return {}
  const field = ownField(entity, resolved)
  return field === undefined ? {} : { own: field.name }
}

/** Fields that nobody sets for themselves: what gives rights or takes them away. */
export const givesRights = (field: Field): boolean =>
  /^(roles?|permissions?|scopes?|status|is_\w+|active|enabled|verified|disabled|banned|blocked|admin|superuser|\w*verified\w*)$/.test(
    wordsOf(field.name).join('_'),
  )
