// OpenAPI documents, as the rows read them.

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** @returns {{ method: string, path: string, operation: any }[]} */
export function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => ({ method: method.toUpperCase(), path, operation: item[method] })),
  )
}

/** Follows `$ref` within the document. */
export function resolved(document, schema) {
  if (schema?.$ref === undefined) return schema
  return resolved(
    document,
    schema.$ref
      .slice(2)
      .split('/')
      .reduce((part, name) => part[name.replaceAll('~1', '/').replaceAll('~0', '~')], document),
  )
}

const ANSWERING = ['get', 'create', 'update', 'replace', 'me', 'list', 'nested-list', 'nested-create', 'action', 'link-list', 'link-add']

/** Name of the schema that an entity's rows have in answers, the plainest where there are several; undefined where no route answers with them. */
export function readSchemaOf(spec, document, entity) {
  const plainestFirst = [...spec.endpoints].sort((a, b) => (a.computed?.length ?? 0) - (b.computed?.length ?? 0))
  const answering = plainestFirst.filter(({ operation, entity: name }) => name === entity.name && ANSWERING.includes(operation))
  for (const endpoint of answering) {
    const found = answerSchema(document, endpoint)
    if (found !== undefined) return found
  }
  return undefined
}

function answerSchema(document, { method, path, status }) {
  const schema = document.paths[path]?.[method.toLowerCase()]?.responses?.[status]?.content?.['application/json']?.schema
  const whole = resolved(document, schema)
  const list = [whole, ...Object.values(whole?.properties ?? {})].find((part) => part?.type === 'array')
  const named = list?.items ?? schema
  return named?.$ref?.split('/').at(-1)
}
