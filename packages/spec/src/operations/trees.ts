import type { Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { singular, snakeName, wordsOf } from '../words'
import { entityOf } from './names'
import { isParam, paramName, type Shape } from './shape'

const BELOW = /^(?:children|replies|responses|descendants|all_children|ancestors|parents|tree)$/

/** The field with which rows point at the row above them. */
export function fieldAbove(entity: Entity): Field | undefined {
  const own = entity.fields.filter((field) => !field.list && field.reference?.entity === entity.name)
  return (
    own.find((field) => /^parent/.test(field.name)) ??
    (own.length === 1 && /^(?:reply_to|in_reply_to|replied_to|super|above)/.test(own[0]!.name) ? own[0] : undefined)
  )
}

/**
 * `/categories/tree`, `/categories/{id}/children`, `/comments/{id}/replies`: rows that lie below rows of their own kind. Null when the entity has no
 * such rows, or the path means something else.
 */
export function treeShape(fact: EndpointFact, segments: string[], resolved: Resolved): Shape | null {
  const last = segments.at(-1)!.toLowerCase().replace(/-/g, '_')
  const [name, param] =
    segments.length >= 3 && isParam(segments.at(-2)) ? [segments.at(-3), paramName(segments.at(-2)!)] : [segments.at(-2), undefined]
  const entity = name === undefined ? null : entityOf(name, resolved)
  const field = entity === null ? undefined : fieldAbove(entity)
  if (entity === null || field === undefined) return null
  if (param === undefined) {
    if (fact.method !== 'GET') return null
    if (/^(?:tree|hierarchy)$/.test(last)) return { operation: 'tree', entity: entity.name, above: field.name }
    const roots = /^(?:roots?|top_level|toplevel|parents)$/.test(last)
    return roots ? { operation: 'list', entity: entity.name, when: [{ field: field.name, is: 'null' }] } : null
  }
  const parent = { entity: entity.name, param, field: field.name }
  if (/^(?:children|replies|responses)$/.test(last) || isSub(last, entity)) {
    if (fact.method === 'GET') return { operation: 'nested-list', entity: entity.name, parent }
    return fact.method === 'POST' ? { operation: 'nested-create', entity: entity.name, parent, ...inherited(fact, entity) } : null
  }
  if (fact.method !== 'GET' || !BELOW.test(last)) return null
  const base = { entity: entity.name, param, above: field.name }
  if (last === 'tree') return { operation: 'tree', ...base }
  if (last === 'ancestors' || last === 'parents') return { operation: 'ancestors', ...base }
  return { operation: 'descendants', ...base }
}

/** What a row has to point at is what the row above it points at, where the body does not say. */
function inherited(fact: EndpointFact, entity: Entity): Pick<Shape, 'inherits'> {
  const sent = fact.body.map(({ name }) => name)
  const names = entity.fields.flatMap((field) =>
    field.required && field.reference !== undefined && !field.list && !sent.includes(field.name) ? [field.name] : [],
  )
  return names.length === 0 ? {} : { inherits: names }
}

/** `/categories/{id}/subcategories`, `/tasks/{id}/subtasks`. */
function isSub(last: string, entity: Entity): boolean {
  const own = snakeName(entity.name)
  return [`sub${own}`, `sub_${own}`, `child_${own}`].includes(
    wordsOf(last)
      .map((word, index, all) => (index === all.length - 1 ? singular(word) : word))
      .join('_'),
  )
}
