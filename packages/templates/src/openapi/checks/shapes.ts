import { type Conventions, PROBLEM } from '../conventions'
import { entriesOf, isObject, type OpenApiDocument, type Operation, pointerOf, resolved, responsesOf } from '../document'
import { type Fault, faults } from '../finding'
import { propertiesOf, schemaName } from '../schemas'
import { successSchema } from './operations'

const shapeless = faults(
  'warning',
  'Clients handle failures in one place, so all of them need one shape that carries a code and a message.',
  'Answer with problem details (RFC 9457), with {code, message, …}, or with the shape of the specification, and document it.',
)

/** How one kind of failure is documented: the same schema and media type at one place or many. */
interface ErrorUse {
  pointer: string
  type: string
  schema: unknown
  places: number
}

/** Every failure has a body, of one accepted shape. */
export function errorSchemas(document: OpenApiDocument, conventions: Conventions): Fault[] {
  const failures = document.operations.flatMap((operation) =>
    responsesOf(document, operation).filter(({ status }) => /^(?:[45]|default$)/.test(status)),
  )
  const bare = failures.filter(({ value }) => entriesOf(value['content']).length === 0)
  const uses = [...usesOf(failures)]
  const wrong = uses.flatMap((use) => {
    const fault = shapeFault(document, use, conventions)
    return fault === undefined ? [] : [shapeless(use.pointer, `${fault}${use.places > 1 ? ` (here and at ${use.places - 1} more places)` : ''}.`)]
  })
  const shapes = new Set(uses.map(({ schema }) => JSON.stringify(schema)))
  const [, second] = [...uses].filter((use, index) => uses.findIndex((each) => JSON.stringify(each.schema) === JSON.stringify(use.schema)) === index)
  return [
    ...bare.map(({ pointer, status }) => shapeless(pointer, `The answer ${status} has no body.`)),
    ...wrong,
    ...(wrong.length === 0 && second ? [shapeless(second.pointer, `There are ${shapes.size} shapes of errors.`)] : []),
  ]
}

function usesOf(failures: { pointer: string; value: Record<string, unknown> }[]): Iterable<ErrorUse> {
  const uses = new Map<string, ErrorUse>()
  for (const { pointer, value } of failures) {
    for (const [type, media] of entriesOf(value['content'])) {
      const schema = isObject(media) ? media['schema'] : undefined
      const key = `${type} ${JSON.stringify(schema)}`
      const use = uses.get(key)
      if (use) use.places += 1
      else uses.set(key, { pointer: pointer + pointerOf('content', type), type, schema, places: 1 })
    }
  }
  return uses.values()
}

function shapeFault(document: OpenApiDocument, { type, schema }: ErrorUse, { errors }: Conventions): string | undefined {
  const name = schemaName(schema) ?? 'The schema of this error'
  const members = Object.keys(propertiesOf(document, schema))
  if (members.length === 0) return `${name} says nothing of its members`
  if (!/\bjson$/.test(type)) return `An error is ${type}, not JSON`
  const problem = PROBLEM.every((each) => members.includes(each))
  if (problem && type !== 'application/problem+json') return `Problem details are sent as ${type}, not as application/problem+json`
  if (errors.some((shape) => shape.every((each) => members.includes(each)))) return undefined
  return `${name} has {${members.join(', ')}}, which is none of ${errors.map((shape) => `{${shape.join(', ')}}`).join(' and ')}`
}

const unpaged = faults(
  'warning',
  'Clients page through all lists in one way, and a list without an end grows too large to answer.',
  'Answer with {items, total, page, page_size, total_pages}, {items, total, limit, offset, count} or what the specification says.',
)
const unbounded = faults(
  'warning',
  'One request can ask for everything.',
  'Give the parameter a minimum, a maximum (usually 100) and a default (usually 20).',
)

/** Lists come in pages, in an accepted envelope, and the length of a page has a limit. */
export function pagination(document: OpenApiDocument, conventions: Conventions): Fault[] {
  return document.operations
    .filter(({ method, path }) => method === 'get' && !path.endsWith('}'))
    .flatMap((operation) => {
      const success = successSchema(document, operation)
      if (success === undefined) return []
      const members = Object.keys(propertiesOf(document, success.schema))
      const name = `GET ${operation.path}`
      if (resolved(document, success.schema)?.['type'] === 'array') {
        return bareIsStated(operation, conventions) ? [] : [unpaged(success.pointer, `${name} answers with a bare array.`)]
      }
      if (!isPage(document, success.schema)) return []
      if (!conventions.envelopes.some((envelope) => envelope.every((each) => members.includes(each)))) {
        return [unpaged(success.pointer, `${name} answers with {${members.join(', ')}}.`)]
      }
      return conventions.spec?.paging.params === null ? [] : sizeFaults(document, operation, conventions)
    })
}

/** An object with a list in it, which is named as pages are or counts what is in it. */
function isPage(document: OpenApiDocument, schema: unknown): boolean {
  const properties = propertiesOf(document, schema)
  const lists = Object.values(properties).filter((each) => resolved(document, each)?.['type'] === 'array')
  if (lists.length === 0) return false
  return (
    /page|paginated|list/i.test(schemaName(schema) ?? '') ||
    ['items', 'results', 'data', 'total', 'count'].filter((each) => each in properties).length > 1
  )
}

/** The specification says that this list comes whole. */
function bareIsStated({ path, method }: Operation, { spec }: Conventions): boolean {
  const shape = (text: string): string => text.replace(/\{[^}]*\}/g, '{}')
  const endpoint = spec?.endpoints.find((each) => each.method.toLowerCase() === method && shape(each.path) === shape(path))
  return endpoint !== undefined && (!endpoint.paginated || spec?.paging.envelope.length === 0)
}

function sizeFaults(document: OpenApiDocument, { parameters, pointer, path }: Operation, { sizes }: Conventions): Fault[] {
  const size = parameters.find(({ value }) => value['in'] === 'query' && sizes.includes(String(value['name'])))
  if (!size) return [unbounded(pointer, `GET ${path} has no parameter for the length of a page.`)]
  const schema = resolved(document, size.value['schema']) ?? {}
  const limits = [schema, ...(Array.isArray(schema['anyOf']) ? schema['anyOf'] : [])]
  return limits.some((each) => isObject(each) && (typeof each['maximum'] === 'number' || typeof each['exclusiveMaximum'] === 'number'))
    ? []
    : [unbounded(size.pointer, `${String(size.value['name'])} of GET ${path} has no maximum.`)]
}
