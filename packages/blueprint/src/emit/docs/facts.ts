import type { ApiSpec, Entity, Field, Rule } from '@forge/spec'
import { type AppFacts, factsOf, type Route } from '../app/app-facts'
import { words } from '../../words'
import { type ExampleList, exampleList, operationOf } from '../frontend/examples'
import { mainEntity } from '../mock-data/tables'
import { type JsonSchema, type OpenApiDocument, type Operation, operationsOf } from './operations'

/** What the documents say, looked up once: the specification, and the API as the application itself describes it. */
export interface DocumentFacts {
  facts: AppFacts
  spec: ApiSpec
  operations: Operation[]
  schemas: Record<string, JsonSchema>
  resources: Resource[]
  /** Operations that belong to no resource. */
  others: Operation[]
  example?: ExampleList
}

/** An entity that the API serves. */
export interface Resource {
  entity: Entity
  routes: { route: Route; operation: Operation }[]
  /** Schema of a row: its name, which is that of its TypeScript type. */
  schema?: string
  rules: Rule[]
  isMain: boolean
}

export function documentFacts(spec: ApiSpec, document: OpenApiDocument): DocumentFacts {
  const facts = factsOf(spec)
  const operations = operationsOf(document)
  const schemas = document.components?.schemas ?? {}
  const main = mainEntity(facts)
  const resources = facts.served.map((entity): Resource => {
    const routes = facts.routesOf(entity).flatMap((route) => {
      const operation = operationOf(route, operations)
      return operation ? [{ route, operation }] : []
    })
    const schema = [`${entity.name}Read`, `${entity.name}Detail`].find((name) => schemas[name] !== undefined)
    return { entity, routes, ...(schema !== undefined && { schema }), rules: rulesOf(spec, entity), isMain: entity === main }
  })
  const placed = new Set(resources.flatMap(({ routes }) => routes.map(({ operation }) => operation)))
  const example = exampleList(facts, document, operations)
  const others = operations.filter((operation) => !placed.has(operation))
  return { facts, spec, operations, schemas, resources, others, ...(example && { example }) }
}

const rulesOf = (spec: ApiSpec, entity: Entity): Rule[] => spec.rules.filter((rule) => rule.entity === entity.name)

/** `task tags`. */
export const plural = ({ table }: Pick<Entity, 'table'>): string => table.replace(/_/g, ' ')
export const singular = words

/** What a field must hold, in words; empty where its type says all of it. */
export function limitsOf(field: Field): string {
  const range = (low: number | undefined, high: number | undefined, unit: string): string[] => {
    if (low === undefined && high === undefined) return []
    if (low === undefined) return [`at most ${high}${unit}`]
    return [high === undefined ? `at least ${low}${unit}` : `${low} to ${high}${unit}`]
  }
  return [
    ...(field.required && !field.readOnly ? ['required'] : []),
    ...(field.unique ? [field.unique === 'exact' ? 'unique' : 'unique whatever the case'] : []),
    ...range(field.minLength, field.maxLength, ' characters'),
    ...range(field.min, field.max, ''),
    ...(field.pattern === undefined ? [] : [field.patternText ?? 'has a pattern']),
    ...(field.writeOnly ? ['never in answers'] : []),
    ...(field.readOnly || field.fromCaller ? ['set by the server'] : []),
  ].join(', ')
}

/** What a rule sentence came to, where not all of it is kept by the API. */
export const openPart = (rule: Rule): string =>
  rule.status === 'compiled' ? '' : rule.status === 'partly' ? ' (kept in part)' : ' (not kept by the API yet)'
