// What an OpenAPI document says of one operation.

/** The operation of a path, or undefined. */
export const operationOf = (document, { method, path }) => document.paths[path]?.[method.toLowerCase()]

/** Methods that a path has, in upper case. */
export const methodsOf = (document, path) =>
  Object.keys(document.paths[path])
    .filter((name) => /^(get|put|post|delete|patch)$/.test(name))
    .map((name) => name.toUpperCase())

/** A schema with its reference followed. */
export function resolved(document, schema) {
  if (typeof schema?.$ref !== 'string') return schema
  return schema.$ref
    .replace('#/', '')
    .split('/')
    .reduce((part, name) => part?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], document)
}

/** Schema of an operation's JSON body, or undefined. */
export const bodySchema = (document, operation) => resolved(document, operation?.requestBody?.content?.['application/json']?.schema)

/** Names that a body may hold. */
export const bodyNames = (document, endpoint) => Object.keys(bodySchema(document, operationOf(document, endpoint))?.properties ?? {})

/** Query parameters of an operation, by name; each with its schema, the one inside a union with null. */
export function queryOf(document, endpoint) {
  const parameters = (operationOf(document, endpoint)?.parameters ?? []).filter((one) => one.in === 'query')
  return new Map(parameters.map((one) => [one.name, plain(document, one.schema)]))
}

/** The schema that is left of a union with null. */
export function plain(document, schema) {
  const own = resolved(document, schema)
  const others = own?.anyOf?.filter((each) => each.type !== 'null')
  return others?.length === 1 ? { ...own, ...plain(document, others[0]) } : own
}
