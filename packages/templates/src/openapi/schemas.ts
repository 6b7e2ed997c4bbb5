import { entriesOf, isObject, type JsonObject, listOf, nodesBelow, type OpenApiDocument, pointerOf, resolved } from './document'

export interface SchemaPlace {
  pointer: string
  schema: unknown
}

const MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const SINGLE = [
  'items',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
]

/** Every schema that is no part of another: the named ones and those of parameters, headers and media types. */
export function schemaRoots({ root }: Pick<OpenApiDocument, 'root'>): SchemaPlace[] {
  return [...nodesBelow(root)]
    .filter(({ parent, name, named }) => parent === '/components/schemas' || (!named && name === 'schema'))
    .map(({ pointer, value }) => ({ pointer, schema: value }))
}

/** A schema and all its parts. */
export function* schemaParts({ pointer, schema }: SchemaPlace): Generator<SchemaPlace> {
  yield { pointer, schema }
  if (!isObject(schema)) return
  for (const key of MAPS)
    for (const [name, part] of entriesOf(schema[key])) yield* schemaParts({ pointer: pointer + pointerOf(key, name), schema: part })
  for (const key of LISTS)
    for (const [index, part] of listOf(schema[key]).entries()) yield* schemaParts({ pointer: pointer + pointerOf(key, index), schema: part })
  for (const key of SINGLE) if (key in schema) yield* schemaParts({ pointer: pointer + pointerOf(key), schema: schema[key] })
}

const ANNOTATIONS = new Set(['title', 'deprecated', 'readOnly', 'writeOnly', 'default', 'example', 'examples', '$comment'])

/** True for a schema that says nothing: any value fits it, and no word explains that. */
export const isEmptySchema = (schema: unknown): boolean =>
  schema === true || (isObject(schema) && Object.keys(schema).every((key) => ANNOTATIONS.has(key) || key.startsWith('x-')))

/** The properties of an object schema, those of `allOf` included. */
export function propertiesOf(document: OpenApiDocument, schema: unknown, depth = 0): JsonObject {
  const found = resolved(document, schema)
  if (!found || depth > 20) return {}
  const inherited = listOf(found['allOf']).map((each) => propertiesOf(document, each, depth + 1))
  return Object.assign({}, ...inherited, isObject(found['properties']) ? found['properties'] : {}) as JsonObject
}

/** The name of the schema behind a reference to one of the components. */
export function schemaName(schema: unknown): string | undefined {
  const reference = isObject(schema) ? schema['$ref'] : undefined
  return typeof reference === 'string' && reference.startsWith('#/components/schemas/') ? reference.slice('#/components/schemas/'.length) : undefined
}
