import type { Diagnostic, Entity, Field, Source } from '../api-spec'
import type { EntityFact, Facts, FieldFact } from '../facts'
import { type MergedField, mergeFacts } from '../merge'
import { entityName, singular, tableName, wordsOf } from '../words'
import { blankField, buildField, CREATED, markingStyle } from './fields'
import { type Context, contextOf, USER_KEYS } from './references'
import { linkEntities } from './relations'
import { addOwningFields, belongingFields } from './stated-relations'

/** Entities by key, in the order of the text. */
export interface Resolved {
  entities: Entity[]
  byKey: Map<string, Entity>
  /** By the last word of the name, links left out. */
  byLastWord: Map<string, Entity[]>
  userEntity: Entity | null
  diagnostics: Diagnostic[]
}

/**
 * Builds the entities from what was collected. Pure: the same facts give the same entities.
 * @param extra Field facts found by the rules.
 */
export function resolveEntities(facts: Facts, extra: FieldFact[]): Resolved {
  const diagnostics: Diagnostic[] = []
  const belonging = belongingFields(facts)
  const declared = groupEntities(facts, belonging)
  const fieldsOf = groupFields([...facts.fields, ...belonging, ...extra])
  const keys = declared
  const userKey = USER_KEYS.find((key) => keys.has(key) && (key === 'user' || isUserLike(fieldsOf.get(key)))) ?? null
  const context = contextOf(facts, declared, userKey)
  const entities: Entity[] = []
  const byKey = new Map<string, Entity>()
  for (const [key, fact] of declared) {
    const groups = fieldsOf.get(key)
    const merged =
      groups === undefined
        ? []
        : [...groups.values()].filter((group) => group.some((one) => one.weight < 3)).map((group) => mergeFacts(fact.name, group, diagnostics))
    const entity = buildEntity(fact, merged, context)
    entities.push(entity)
    byKey.set(key, entity)
  }
  addOwningFields(byKey, facts, diagnostics)
  linkEntities(entities, byKey, facts, diagnostics)
  for (const [key, entity] of byKey) addUniqueTogether(key, entity, facts)
  const byLastWord = new Map<string, Entity[]>()
  for (const entity of entities) {
    if (entity.junction !== null) continue
    const word = singular(wordsOf(entity.name).at(-1) ?? '')
    byLastWord.set(word, [...(byLastWord.get(word) ?? []).slice(-1), entity])
  }
  return { entities, byKey, byLastWord, userEntity: userKey === null ? null : (byKey.get(userKey) ?? null), diagnostics }
}

function isUserLike(groups: Map<string, FieldFact[]> | undefined): boolean {
  return (
    groups !== undefined &&
    ['email', 'username', 'password', 'passwordhash', 'role'].some((name) => groups.has(name)) &&
    (groups.has('role') || groups.has('password') || groups.has('passwordhash') || groups.has('username'))
  )
}

function groupEntities(facts: Facts, more: FieldFact[]): Map<string, EntityFact> {
  const withFields = new Set([...facts.fields, ...more].map((field) => field.entity))
  const firstField = new Map<string, number>()
  for (const field of [...facts.fields, ...more]) firstField.set(field.entity, Math.min(field.line, firstField.get(field.entity) ?? field.line))
  const grouped = new Map<string, EntityFact>()
  for (const fact of [...facts.entities].sort((a, b) => a.line - b.line)) {
    if (!withFields.has(fact.key)) continue
    const known = grouped.get(fact.key)
    if (known === undefined) grouped.set(fact.key, { ...fact })
    else {
      known.junction ||= fact.junction
      const closer = fact.weight === known.weight && fact.line <= firstField.get(fact.key)!
      if (fact.weight > known.weight || closer) Object.assign(known, { weight: fact.weight, line: fact.line, name: fact.name })
    }
  }
  return new Map([...grouped].sort((a, b) => a[1].line - b[1].line))
}

function groupFields(all: FieldFact[]): Map<string, Map<string, FieldFact[]>> {
  const grouped = new Map<string, Map<string, FieldFact[]>>()
  for (const fact of all) {
    const fields = grouped.get(fact.entity) ?? new Map<string, FieldFact[]>()
    grouped.set(fact.entity, fields)
    const key = wordsOf(fact.name).join('')
    const group = fields.get(key)
    if (group === undefined) fields.set(key, [fact])
    else group.push(fact)
  }
  return grouped
}

function buildEntity(fact: EntityFact, merged: MergedField[], context: Context): Entity {
  const source: Source = { line: fact.line, origin: 'stated' }
  const marks = markingStyle(merged)
  const fields = merged.map((field) => buildField(field, fact.key, marks, context))
  const primary = merged.filter((field) => field.facts.primary === true).map((field) => field.name)
  const references = fields.filter((field) => field.type === 'reference')
  const ownId = fields.some((field) => field.name === 'id' || /^(uuid|_id)$/.test(field.name))
  const bare =
    !ownId && references.length === 2 && fields.every((field) => field.type === 'reference' || field.auto !== undefined || CREATED.test(field.name))
  const isJunction =
    references.length >= 2 &&
    (fact.junction || bare || (primary.length >= 2 && primary.every((name) => references.some((field) => field.name === name))))
  const key = keyOf(isJunction, ownId, primary, references, fields, source)
  for (const field of fields) {
    if (!key.includes(field.name)) continue
    field.nullable = false
    field.required = isJunction && key.length > 1
    if (!(isJunction && key.length > 1)) field.readOnly = true
  }
  return {
    name: entityName(fact.name),
    table: tableName(fact.name),
    key,
    fields,
    uniqueTogether: isJunction && key.length === 1 ? [references.slice(0, 2).map((field) => field.name)] : [],
    softDelete: null,
    junction: isJunction ? { left: references[0]!.reference!.entity, right: references[1]!.reference!.entity } : null,
    relations: [],
    source,
  }
}

function keyOf(junction: boolean, ownId: boolean, primary: string[], references: Field[], fields: Field[], source: Source): string[] {
  if (junction && !ownId) return references.slice(0, 2).map((field) => field.name)
  if (primary.length === 1) return primary
  const id = fields.find((field) => field.name === 'id') ?? fields.find((field) => /^(uuid|_id)$/.test(field.name))
  if (id !== undefined) return [id.name]
  fields.unshift({ ...blankField('id', 'integer', { line: source.line, origin: 'inferred' }), nullable: false, readOnly: true })
  return ['id']
}

function addUniqueTogether(key: string, entity: Entity, facts: Facts): void {
  for (const group of facts.uniqueTogether) {
    const known = group.entity === key && group.fields.every((name) => entity.fields.some((field) => field.name === name))
    if (known && !entity.uniqueTogether.some((names) => names.join() === group.fields.join()) && entity.key.join() !== group.fields.join())
      entity.uniqueTogether.push(group.fields)
  }
}

/** (Re)computes the relations of all entities, after fields or junctions were added. */
export function relinkEntities(resolved: Resolved, facts: Facts): void {
  for (const entity of resolved.entities) entity.relations = []
  linkEntities(resolved.entities, resolved.byKey, { ...facts, relations: [] }, resolved.diagnostics)
}
