import type { Entity } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { entityOf, lookupOf } from './names'
import { isParam, paramName, type Shape, unsupported } from './shape'

/** What stands above a row in a path of several levels: `/projects/{id}/tasks/{task_id}/comments`. A level that nothing points at stays for a model. */
export function withAbove(fact: EndpointFact, segments: string[], shape: Shape, resolved: Resolved): Shape {
  if (shape.unsupported != null || shape.entity === null || shape.operation === 'custom' || shape.matches !== undefined) return shape
  const levels = segments.flatMap((segment, index) =>
    isParam(segment) ? [{ param: paramName(segment), entity: entityOf(segments[index - 1], resolved) }] : [],
  )
  const known = [shape.parent?.param, shape.param].filter((name) => name !== undefined)
  const above = levels.filter((level) => !known.includes(level.param))
  if (above.length === 0) return shape
  const own = resolved.entities.find((entity) => entity.name === (shape.parent?.entity ?? shape.entity))
  const [level, ...more] = above
  const field = own === undefined || level!.entity === null ? undefined : pointerAt(own, level!.entity, level!.param)
  if (more.length > 0 || field === undefined || lookupOf(level!.entity!, level!.param)?.lookup !== undefined)
    return unsupported(
      'custom',
      shape.entity,
      `${fact.method} ${fact.path} names {${above.map((one) => one.param).join('}, {')}}, to which nothing of ${own?.name ?? 'the row'} points`,
    )
  if (shape.parent !== undefined)
    return { ...shape, parent: { ...shape.parent, within: { entity: level!.entity!.name, param: level!.param, field } } }
  return { ...shape, parent: { entity: level!.entity!.name, param: level!.param, field } }
}

/** The only field of an entity that points at what stands above it. */
function pointerAt(entity: Entity, above: Entity, param: string): string | undefined {
  const pointing = entity.fields.filter((field) => !field.list && field.reference?.entity === above.name)
  const named = pointing.find((field) => field.name === param)
  return named?.name ?? (pointing.length === 1 ? pointing[0]!.name : undefined)
}
