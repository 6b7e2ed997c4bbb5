import type { Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import { fieldNamed } from '../lists'
import type { Resolved } from '../resolve'
import { nameKey, snakeName } from '../words'
import type { Shape } from './shape'

/**
 * `POST /courses/{id}/students {user_id, role}`: makes a row of what joins the two, with all that the body says about it. Null unless exactly one
 * entity holds what the body names and points at the owner.
 */
export function memberShape(fact: EndpointFact, owner: Entity, param: string, segment: string, resolved: Resolved): Shape | null {
  if (fact.method !== 'POST' || new Set(fact.body.map(({ name }) => name)).size < 2) return null
  const fitting = resolved.entities.flatMap((entity) => {
    const links = entity.fields.filter((field) => !field.list && field.reference?.entity === owner.name)
    const sent = fact.body.map(({ name }) => fieldNamed(entity, name))
    const [link, ...others] = links
    if (link === undefined || others.length > 0 || nameKey(entity.name).endsWith(nameKey(segment))) return []
    const whole = sent.every((field) => field !== undefined && !field.readOnly && field !== link)
    return whole && sent.some((field) => joins(field!, link, owner)) ? [{ entity, link }] : []
  })
  const [only, ...more] = fitting
  if (only === undefined || more.length > 0) return null
  const { entity, link } = only
  const sent = fact.body.map(({ name }) => fieldNamed(entity, name)!)
  for (const field of sent) {
    // Whoever is named in the body is not whoever asks.
    delete field.fromCaller
    once(entity, link, field, resolved)
  }
  return { operation: 'nested-create', entity: entity.name, parent: { entity: owner.name, param, field: link.name } }
}

const joins = (field: Field, link: Field, owner: Entity): boolean =>
  field !== link && field.reference !== undefined && (field.reference.entity !== owner.name || field.name !== `${snakeName(owner.name)}_id`)

/** A person is in one course once. */
function once(entity: Entity, link: Field, other: Field, resolved: Resolved): void {
  if (other.reference === undefined || other === link) return
  const pair = [link.name, other.name]
  if (entity.uniqueTogether.some((names) => pair.every((name) => names.includes(name))) || pair.every((name) => entity.key.includes(name))) return
  entity.uniqueTogether.push(pair)
  resolved.diagnostics.push({
    level: 'info',
    message: `${entity.name} holds each pair of ${pair.join(' and ')} once`,
    lines: [entity.source.line],
  })
}
