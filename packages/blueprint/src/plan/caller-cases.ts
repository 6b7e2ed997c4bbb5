import type { Endpoint } from '@forge/spec'
import { snake } from '../words'
import { type CasePlan, literal, type Request, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { failure, foreign, invalid, notFound, sceneFor, stranger, unknownRequest } from './requests'
import type { World } from './world'

/** Somebody else asks for a row that is not theirs. */
export function foreignCases(
  world: World,
  endpoint: Endpoint,
  name: string,
  operation: 'read' | 'update' | 'delete',
  body: Record<string, Value> | undefined,
  arrange: Step[] = [],
): CasePlan[] {
  const hidden = endpoint.own !== undefined && endpoint.param !== undefined
  if (!hidden && world.hiding(endpoint.entity!, operation).length === 0) return []
  const other = stranger(world)
  const scene = sceneFor(world, endpoint, { caller: other.caller })
  const act = body === undefined || operation === 'read' ? scene.request : { ...scene.request, body }
  return [
    plan(`${name}_not_owner`, 'Refused for somebody else.', act, hidden ? notFound(world) : foreign(world, endpoint), {
      arrange: mergeSteps(arrange, scene.arrange, other.arrange),
    }),
  ]
}

export function ownRoleCases(
  world: World,
  endpoint: Endpoint,
  name: string,
  operation: 'create' | 'read' | 'update' | 'delete',
  arrange: Step[],
  act: Request,
): CasePlan[] {
  const [rule] = [...world.rolesAt(endpoint), ...world.rolesFor(endpoint.entity!, operation)]
  const role = rule && world.roleOutside(rule.roles)
  if (!rule || role === undefined) return []
  const other = stranger(world, role === snake(role) ? `${snake(role)}_caller` : 'caller', role)
  return [
    plan(
      `${name}_forbidden_for_${snake(role)}`,
      `Refused for the role ${role}.`,
      { ...act, caller: other.caller },
      failure(world, 403, 'FORBIDDEN'),
      { arrange: [...arrange, ...other.arrange] },
    ),
  ]
}

export function malformedIdCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  if (endpoint.param === undefined || endpoint.parent || endpoint.lookup !== undefined) return []
  const type = world.keyField(endpoint.entity!).type
  if (type !== 'integer' && type !== 'bigint' && type !== 'uuid') return []
  const act: Request = { ...unknownRequest(world, endpoint), params: { [endpoint.param]: literal('not-an-id') } }
  const needsBody = (endpoint.body?.length ?? 0) > 0 && endpoint.method !== 'GET' && endpoint.method !== 'DELETE'
  return [plan(`${name}_malformed_id`, 'An id that cannot be one is refused.', needsBody ? { ...act, body: {} } : act, invalid(world))]
}
