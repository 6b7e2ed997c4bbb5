import type { Entity, Field } from '@forge/spec'

/** Entities in an order in which tables can be created: what is referred to comes first, cycles aside. */
export function tableOrder(entities: readonly Entity[]): Entity[] {
  const byName = new Map(entities.map((entity) => [entity.name, entity]))
  const done = new Set<Entity>()
  const open = new Set<Entity>()
  const order: Entity[] = []
  const visit = (entity: Entity): void => {
    if (done.has(entity) || open.has(entity)) return
    open.add(entity)
    for (const field of entity.fields) {
      const target = field.list ? undefined : byName.get(field.reference?.entity ?? '')
      if (target) visit(target)
    }
    open.delete(entity)
    done.add(entity)
    order.push(entity)
  }
  for (const entity of entities) visit(entity)
  return order
}

/** A reference to a table that is created later: its constraint has to follow. */
export function isBackEdge(entities: readonly Entity[], entity: Entity, field: Field): boolean {
  if (!field.reference || field.list || field.reference.entity === entity.name) return false
  const order = tableOrder(entities).map((each) => each.name)
  return order.indexOf(field.reference.entity) > order.indexOf(entity.name)
}
