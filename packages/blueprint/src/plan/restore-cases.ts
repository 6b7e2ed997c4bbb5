import type { Endpoint } from '@forge/spec'
import { words } from '../words'
import { type CasePlan, type Check, literal, type Step } from './case-plan'
import { plan } from './common'
import { reading, requestFor, type Scene } from './requests'
import type { World } from './world'

/** What a soft delete has taken away comes back, where the action is there for that. */
export function restoreCases(world: World, endpoint: Endpoint, name: string, scene: Scene): CasePlan[] {
  const { softDelete, ...entity } = world.entity(endpoint.entity!)
  if (softDelete === null || endpoint.sets?.[softDelete.field] !== !softDelete.deletedValue) return []
  const removal = world.endpoint(entity.name, 'delete')
  const gone: Step[] =
    removal === undefined
      ? [{ kind: 'store', entity: entity.name, row: scene.row, values: { [softDelete.field]: literal(softDelete.deletedValue) } }]
      : [{ kind: 'call', request: requestFor(world, removal, scene.row, world.actor(entity.name, 'delete')), status: removal.status }]
  const back: Check = { kind: 'equals', field: softDelete.field, value: literal(!softDelete.deletedValue), compare: 'exact' }
  return [
    plan(
      `${name}_after_deletion`,
      `Brings a deleted ${words(world.entity(entity.name))} back.`,
      scene.request,
      { status: endpoint.status, checks: [back] },
      { arrange: [...scene.arrange, ...gone], after: reading(world, entity.name, scene.row, [back]) },
    ),
  ]
}
