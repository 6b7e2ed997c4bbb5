import type { Diagnostic, Entity, Field, Relation, Source } from '../api-spec'
import type { Facts } from '../facts'
import { entityName, nameKey, plural, snakeName, tableName, wordsOf } from '../words'
import { blankField } from './fields'

export function linkEntities(entities: Entity[], byKey: Map<string, Entity>, facts: Facts, diagnostics: Diagnostic[]): void {
  const named = new Map(entities.map((entity) => [entity.name, entity]))
  const stated = new Set(facts.fields.filter((fact) => fact.facts.onDelete !== undefined).map((fact) => `${fact.entity} ${fact.name}`))
  for (const fact of facts.relations) addStatedJunction(fact, entities, named, byKey, diagnostics)
  for (const entity of entities) {
    for (const field of entity.fields) {
      if (field.reference === undefined) continue
      if (!named.has(field.reference.entity)) field.reference.entity = byKey.get(nameKey(field.reference.entity))?.name ?? field.reference.entity
      const target = named.get(field.reference.entity)
      if (target === undefined) continue
      field.reference.onDelete = onDeleteFor(field, entity, stated.has(`${nameKey(entity.name)} ${field.name}`))
      entity.relations.push({ kind: 'belongs-to', name: relationName(field.name), target: target.name, field: field.name, source: field.source })
    }
  }
  for (const entity of entities) addInverse(entity, named)
}

function onDeleteFor(field: Field, entity: Entity, stated: boolean): 'cascade' | 'set-null' | 'restrict' {
  const current = field.reference!.onDelete
  if (current === 'set-null' && !field.nullable) return 'restrict'
  if (stated || current !== 'restrict') return current
  if (entity.junction !== null && entity.key.includes(field.name)) return 'cascade'
  return field.nullable ? 'set-null' : 'restrict'
}

const relationName = (field: string): string => wordsOf(field).join('_').replace(/_id$/, '')

function addStatedJunction(
  fact: Facts['relations'][number],
  entities: Entity[],
  named: Map<string, Entity>,
  byKey: Map<string, Entity>,
  diagnostics: Diagnostic[],
): void {
  if (fact.kind !== 'many-to-many') return
  const left = byKey.get(fact.entity)
  const right = byKey.get(nameKey(fact.target))
  if (left === undefined || right === undefined || left === right) return
  const exists = entities.some((entity) => entity.junction !== null && joins(entity, left.name, right.name))
  if (exists) return
  const candidate = byKey.get(nameKey(fact.through ?? `${left.name}${right.name}`))
  if (candidate !== undefined) return
  const junction = makeJunction(left, right, fact.through, { line: fact.line, origin: 'inferred' })
  entities.push(junction)
  named.set(junction.name, junction)
  byKey.set(nameKey(junction.name), junction)
  diagnostics.push({
    level: 'info',
    message: `${left.name} and ${right.name} are joined by the table ${junction.table}, which the text does not define`,
    lines: [fact.line],
  })
}

export const joins = (entity: Entity, left: string, right: string): boolean =>
  entity.junction !== null &&
  ((entity.junction.left === left && entity.junction.right === right) || (entity.junction.left === right && entity.junction.right === left))

/** A junction entity the text implies without defining it. */
export function makeJunction(left: Entity, right: Entity, through: string | null, source: Source): Entity {
  const name = through === null ? `${left.name}${right.name}` : entityName(through)
  const reference = (target: Entity): Field => ({
    ...blankField(`${snakeName(target.name)}_id`, 'reference', source),
    required: true,
    nullable: false,
    indexed: true,
    reference: { entity: target.name, onDelete: 'cascade' },
  })
  const fields = [reference(left), reference(right)]
  return {
    name,
    table: tableName(name),
    key: fields.map((field) => field.name),
    fields,
    uniqueTogether: [],
    softDelete: null,
    junction: { left: left.name, right: right.name },
    relations: [],
    source,
  }
}

/** A reference field an entity needs for its nested endpoints, where the text names none. */
export function makeParentField(parent: Entity, source: Source): Field {
  return {
    ...blankField(`${snakeName(parent.name)}_id`, 'reference', source),
    required: true,
    nullable: false,
    indexed: true,
    reference: { entity: parent.name, onDelete: 'cascade' },
  }
}

function addInverse(entity: Entity, named: Map<string, Entity>): void {
  if (entity.junction !== null) {
    const left = named.get(entity.junction.left)
    const right = named.get(entity.junction.right)
    const add = (from: Entity | undefined, to: Entity | undefined) => {
      if (from === undefined || to === undefined) return
      pushRelation(from, {
        kind: 'many-to-many',
        name: uniqueName(from, plural(snakeName(to.name))),
        target: to.name,
        through: entity.name,
        source: entity.source,
      })
    }
    add(left, right)
    if (left !== right) add(right, left)
    return
  }
  for (const field of entity.fields) {
    const target = field.reference === undefined ? undefined : named.get(field.reference.entity)
    if (target === undefined) continue
    const siblings = entity.fields.filter((one) => one.reference?.entity === target.name)
    const base = plural(snakeName(entity.name))
    const name = siblings.length > 1 || target === entity ? `${relationName(field.name)}_${base}` : base
    pushRelation(target, { kind: 'has-many', name: uniqueName(target, name), target: entity.name, field: field.name, source: field.source })
  }
}

const pushRelation = (entity: Entity, relation: Relation): void => {
  entity.relations.push(relation)
}

function uniqueName(entity: Entity, wanted: string): string {
  const taken = new Set([...entity.fields.map((field) => field.name), ...entity.relations.map((relation) => relation.name)])
  let name = wanted
  for (let index = 2; taken.has(name); index += 1) name = `${wanted}_${index}`
  return name
}
