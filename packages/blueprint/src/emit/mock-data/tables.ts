import type { SizePreset } from '@forge/core'
import type { Entity, Field } from '@forge/spec'
import { type AppFacts, type Route, uniqueTuples } from '../app/app-facts'
import { storedField } from '../app/columns'
import type { SchemaNames } from '../app/schema-names'
import { seedRows } from '../app/seed'

export type Row = Record<string, string | number | boolean | null>

/** What the script makes of one entity. */
export interface MockTable {
  entity: Entity
  /** Rows that are aimed at; rules may leave room for fewer. */
  count: number
  /** Fields of an answer, in the spec's order. */
  fields: Field[]
  /** The rows that the application starts with, as an answer shows them. They come first. */
  stated: Row[]
  /** Fields whose values differ from row to row, together. */
  unique: string[][]
  /** Name of the Pydantic schema; null where no route answers with rows of this entity. */
  schema: string | null
  /** Name of the TypeScript type that holds a row, and its members that are no fields. */
  shape: string | null
  computed: string[]
}

/** The tables in the order in which they can be filled. */
export function mockTables(facts: AppFacts, names: Map<Route, SchemaNames>, { mockData }: SizePreset): MockTable[] {
  const main = mainEntity(facts)
  const tables: MockTable[] = []
  for (const entity of fillOrder(facts)) {
    const wanted = entity.name === facts.spec.auth.userEntity ? mockData.users : entity === main ? mockData.mainEntity : mockData.secondaryEntities
    const stated = seedRows(facts, entity).map((row) => shown(facts, entity, row))
    const possible = entity.fields.every((field) => !needsRow(facts, entity, field) || tables.some((table) => fills(table, field)))
    tables.push({
      entity,
      count: possible ? Math.max(wanted, stated.length) : 0,
      fields: entity.fields.filter((field) => !field.writeOnly),
      stated,
      unique: uniqueOf(entity),
      ...typesOf(facts, names, entity),
    })
  }
  return tables
}

/** What a row cannot be without comes before it; references that may be empty wait for nothing. */
function fillOrder(facts: AppFacts): Entity[] {
  const order = new Set<Entity>()
  const open = new Set<Entity>()
  const visit = (entity: Entity): void => {
    if (order.has(entity) || open.has(entity)) return
    open.add(entity)
    for (const field of entity.fields) if (needsRow(facts, entity, field)) visit(facts.world.entity(field.reference!.entity))
    order.add(entity)
  }
  for (const entity of facts.spec.entities) visit(entity)
  return [...order]
}

/** The entity that most routes are about, users aside. */
export function mainEntity(facts: AppFacts): Entity | undefined {
  const weight = (entity: Entity): number => facts.routesOf(entity).length * 100 + entity.fields.length
  return facts.spec.entities.filter(({ name }) => name !== facts.spec.auth.userEntity).sort((a, b) => weight(b) - weight(a))[0]
}

/** Whether a row cannot be without this reference, to a table that is filled before. */
function needsRow(facts: AppFacts, entity: Entity, field: Field): boolean {
  return field.reference !== undefined && !field.list && field.reference.entity !== entity.name && !facts.columnNullable(entity, field)
}

const fills = ({ entity, count }: MockTable, field: Field): boolean => entity.name === field.reference?.entity && count > 0

function uniqueOf(entity: Entity): string[][] {
  const alone = entity.fields.filter((field) => field.unique !== false && !entity.key.includes(field.name)).map((field) => [field.name])
  return [entity.key, ...alone, ...uniqueTuples(entity)]
}

/** An answer has dates, times and decimals in one form. */
function shown(facts: AppFacts, entity: Entity, row: Row): Row {
  const fields = entity.fields.filter((field) => row[field.name] !== undefined && !field.writeOnly)
  return Object.fromEntries(
    fields.map((field) => {
      const value = row[field.name]!
      const { type } = storedField(facts, field)
      if (value === null) return [field.name, null]
      if (type === 'datetime') return [field.name, new Date(String(value)).toISOString().replace('.000Z', 'Z')]
      return [field.name, type === 'decimal' || type === 'float' ? Number(value) : value]
    }),
  )
}

function typesOf(facts: AppFacts, names: Map<Route, SchemaNames>, entity: Entity): Pick<MockTable, 'schema' | 'shape' | 'computed'> {
  const answering = facts.routesOf(entity).filter(answersRows)
  const schema = `${entity.name}Read`
  if (answering.some((route) => names.get(route)!.read === schema)) return { schema, shape: schema, computed: [] }
  const [detailed] = answering
  if (!detailed) return { schema: null, shape: null, computed: [] }
  return { schema, shape: names.get(detailed)!.read, computed: (detailed.endpoint.computed ?? []).map(({ name }) => name) }
}

/** Whether a route answers with rows of its entity. */
export const answersRows = ({ endpoint }: Route): boolean =>
  endpoint.status !== 204 && (endpoint.bulk === undefined || endpoint.bulk.answer === 'rows')
