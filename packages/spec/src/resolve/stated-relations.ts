import type { Diagnostic, Entity } from '../api-spec'
import type { Facts, FieldFact, RelationFact } from '../facts'
import { nameKey, singular, snakeName, wordsOf } from '../words'
import { blankField } from './fields'

/** Fields that "belongs to a user" needs where no field of the entity points there. */
export function belongingFields(facts: Facts): FieldFact[] {
  const fields = new Map<string, Set<string>>()
  const add = (entity: string, name: string) => fields.set(entity, (fields.get(entity) ?? new Set()).add(name))
  for (const { entity, name, facts: said } of facts.fields) {
    add(entity, nameKey(name.replace(/_?id$/i, '')))
    if (said.references) add(entity, nameKey(said.references))
  }
  const known = new Set([...facts.fields, ...facts.relations].map((one) => one.entity))
  const found: FieldFact[] = []
  for (const relation of facts.relations) {
    const { entity, kind, target, role, line } = relation
    if (kind !== 'belongs-to' || !known.has(nameKey(target)) || isSaid(relation, fields.get(entity))) continue
    const name = nameKey(target) === nameKey(role) ? snakeName(target) : wordsOf(role).join('_')
    add(entity, nameKey(name))
    found.push({ entity, name: `${name}_id`, line, weight: 2, facts: { references: target } })
  }
  return found
}

const isSaid = ({ target, role }: RelationFact, names: ReadonlySet<string> | undefined): boolean =>
  names !== undefined && (names.has(nameKey(target)) || names.has(nameKey(role)))

/**
 * "A user has many posts" where no post points at a user: the post gets the reference. Where both have many of each other, they are joined.
 * Adds fields to the entities, and remarks to `diagnostics`.
 */
export function addOwningFields(byKey: ReadonlyMap<string, Entity>, facts: Facts, diagnostics: Diagnostic[]): void {
  const many = facts.relations.filter((one) => one.kind === 'has-many')
  for (const relation of many) {
    const owner = byKey.get(relation.entity)
    const child = byKey.get(nameKey(relation.target))
    if (owner === undefined || child === undefined || owner === child || isLinked(owner, child, byKey, facts)) continue
    const mutual = many.some((other) => other.entity === nameKey(relation.target) && nameKey(other.target) === relation.entity)
    if (mutual) relation.kind = 'many-to-many'
    else {
      const name = `${singular(snakeName(owner.name))}_id`
      if (child.fields.some((field) => field.name === name)) continue
      child.fields.push({
        ...blankField(name, 'reference', { line: relation.line, origin: 'inferred' }),
        required: true,
        nullable: false,
        indexed: true,
        reference: { entity: owner.name, onDelete: 'restrict' },
      })
      diagnostics.push({ level: 'info', message: `${child.name} gets ${name}, since ${owner.name} has many of it`, lines: [relation.line] })
    }
  }
}

/** Some field or table, or another sentence, joins the two already. */
function isLinked(owner: Entity, child: Entity, byKey: ReadonlyMap<string, Entity>, facts: Facts): boolean {
  const points = (from: Entity, to: Entity) => from.fields.some((field) => field.reference?.entity === to.name)
  const stated = facts.relations.some(
    ({ kind, entity, target }) =>
      kind === 'many-to-many' &&
      [`${entity} ${nameKey(target)}`, `${nameKey(target)} ${entity}`].includes(`${nameKey(owner.name)} ${nameKey(child.name)}`),
  )
  return stated || points(child, owner) || [...byKey.values()].some((one) => points(one, owner) && points(one, child))
}
