import type { Entity, Field } from '@forge/spec'
import type { Caller } from './case-plan'
import type { World } from './world'

/** True when whoever creates a row has to own the row that `field` points at, too. Any other parent is scenery, made by whoever may. */
export function sharesOwner(world: World, entity: Entity, field: Field): boolean {
  if (!field.reference) return false
  const parent = field.reference.entity
  const inherited = world.effects.some((effect) => effect.kind === 'owner' && effect.entity === entity.name && effect.via?.field === field.name)
  return inherited || (['list', 'read'] as const).some((operation) => world.owners(parent, operation).length > 0)
}

/** The caller, with a role that may create such a row and the parents that are made along with it. */
export function makerOf(world: World, entity: string, caller: Caller): Caller {
  if (caller.kind !== 'user') return caller
  const demanded = madeAlong(world, entity).flatMap((name) => world.rolesFor(name, 'create'))
  const sufficient = world.spec.roles.filter((role) => demanded.every(({ roles }) => roles.includes(role)))
  if (demanded.length === 0 || sufficient.length === 0 || (caller.role !== undefined && sufficient.includes(caller.role))) return caller
  return { ...caller, role: sufficient.at(-1)! }
}

function madeAlong(world: World, name: string, seen: string[] = []): string[] {
  if (seen.includes(name)) return []
  const entity = world.entity(name)
  const parents = entity.fields.filter((field) => field.required && sharesOwner(world, entity, field))
  return [name, ...parents.flatMap((field) => madeAlong(world, field.reference!.entity, [...seen, name]))]
}
