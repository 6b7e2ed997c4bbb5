import type { Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { snakeName, wordsOf } from '../words'
import { entityOf } from './names'
import { isParam, paramName, type Shape } from './shape'

/** `/users/by-email/{email}`, `/tasks/status/{status}`, `/orders/customer/{customer_id}`: rows by the value of one field. */
export function byFieldShape(fact: EndpointFact, segments: string[], resolved: Resolved): Shape | null {
  const [name, word, param, ...more] = segments
  if (fact.method !== 'GET' || more.length > 0 || isParam(name) || isParam(word) || word === undefined || !isParam(param)) return null
  const entity = entityOf(name, resolved)
  const stem = wordsOf(word).join('_').replace(/^by_/, '')
  if (entity === null || (entityOf(word, resolved) !== null && !/^by-/.test(word) && snakeName(entityOf(word, resolved)!.name) !== stem)) return null
  const fits = (field: Field) => [stem, `${stem}_id`, `is_${stem}`].includes(wordsOf(field.name).join('_'))
  const named = entity.fields.filter((field) => fits(field) && !field.list && field.writeOnly !== true)
  const target = entityOf(stem, resolved)
  const pointing = target === null ? [] : entity.fields.filter((field) => !field.list && field.reference?.entity === target.name)
  const [field, ...others] = named.length > 0 ? named : pointing
  if (field === undefined || others.length > 0) return null
  const at = paramName(param!)
  if (field.reference !== undefined)
    return { operation: 'nested-list', entity: entity.name, parent: { entity: field.reference.entity, param: at, field: field.name } }
  if (field.unique !== false) return { operation: 'get', entity: entity.name, param: at, lookup: field.name }
  return ['string', 'text', 'enum', 'boolean', 'integer', 'email', 'date'].includes(field.type)
    ? { operation: 'list', entity: entity.name, matches: { param: at, field: field.name } }
    : null
}
