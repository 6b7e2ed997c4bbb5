import type { Entity } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Shape } from './shape'

const BACK = /^(?:restore|undelete|recover|undo_delete|reactivate)$/

/** `POST /posts/{id}/restore` brings back what a soft delete has hidden. Null where nothing is deleted softly. */
export function restoreShape(fact: EndpointFact, entity: Entity, param: string, segment: string): Shape | null {
  const word = segment.toLowerCase().replace(/-/g, '_')
  if (fact.method === 'GET' || fact.method === 'DELETE' || fact.body.length > 0 || entity.softDelete === null || !BACK.test(word)) return null
  const { field, deletedValue } = entity.softDelete
  return { operation: 'action', entity: entity.name, param, body: [], sets: { [field]: !deletedValue } }
}
