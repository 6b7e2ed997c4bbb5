/** An OpenAPI document, as far as the application's own goes. */
export interface OpenApiDocument {
  paths: Record<string, Record<string, OpenApiOperation>>
  components?: { schemas?: Record<string, JsonSchema> }
}

interface OpenApiOperation {
  operationId: string
  summary?: string
  tags?: string[]
  parameters?: { name: string; in: string; required?: boolean; schema?: JsonSchema }[]
  requestBody?: { content: Record<string, { schema?: JsonSchema }> }
  responses: Record<string, { content?: Record<string, { schema?: JsonSchema }> }>
}

export interface JsonSchema {
  $ref?: string
  type?: string
  format?: string
  title?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  items?: JsonSchema
  anyOf?: JsonSchema[]
  allOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  minLength?: number
  maxLength?: number
  pattern?: string
  minimum?: number
  maximum?: number
}

/** One operation, in the words of the document. */
export interface Operation {
  method: string
  path: string
  /** Name of the function of the client, and `operationId`. */
  id: string
  summary: string
  tag: string
  path_parameters: string[]
  query: { name: string; type: string; default?: unknown }[]
  /** TypeScript type of the body. */
  body?: string
  /** Status of success, and TypeScript type of its answer; undefined without content. */
  status: number
  answer?: string
  errors: number[]
}

/** The operations of a document, in its order. */
export function operationsOf({ paths, components }: OpenApiDocument): Operation[] {
  const schemas = components?.schemas ?? {}
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const parameters = operation.parameters ?? []
      const statuses = Object.keys(operation.responses).map(Number)
      const status = statuses.find((each) => each < 400) ?? 200
      const body = schemaIn(operation.requestBody?.content)
      const answer = schemaIn(operation.responses[String(status)]?.content)
      return {
        method: method.toUpperCase(),
        path,
        id: operation.operationId,
        summary: operation.summary ?? operation.operationId,
        tag: operation.tags?.[0] ?? 'other',
        path_parameters: parameters.filter((each) => each.in === 'path').map(({ name }) => name),
        query: parameters
          .filter((each) => each.in === 'query')
          .map(({ name, schema = {} }) => ({
            name,
            type: typeText(schema, schemas),
            ...(schema.default === undefined ? {} : { default: schema.default }),
          })),
        ...(body && { body: typeText(body) }),
        status,
        ...(answer && { answer: typeText(answer) }),
        errors: statuses.filter((each) => each >= 400).sort((a, b) => a - b),
      }
    }),
  )
}

function schemaIn(content: Record<string, { schema?: JsonSchema }> | undefined): JsonSchema | undefined {
  return Object.values(content ?? {})[0]?.schema
}

/**
 * A schema as a TypeScript type in one line.
 * @param enums schemas whose members are written out where they are enumerations
 */
export function typeText(schema: JsonSchema, enums: Record<string, JsonSchema> = {}): string {
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref)
    const members = enums[name]?.enum
    return members === undefined ? name : literals(members)
  }
  if (schema.enum !== undefined) return literals(schema.enum)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (parts !== undefined) return [...new Set(parts.map((part) => typeText(part, enums)))].join(' | ')
  switch (schema.type) {
    case 'array': {
      const item = typeText(schema.items ?? {}, enums)
      return item.includes('|') ? `(${item})[]` : `${item}[]`
    }
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'object':
      return 'object'
    default:
      return 'unknown'
  }
}

const literals = (members: unknown[]): string => members.map((member) => `'${String(member)}'`).join(' | ')
export const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)
