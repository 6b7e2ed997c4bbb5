import type { Method } from '../../api-spec'
import { findEndpoints } from '../../endpoints'
import type { EndpointFact, JsonBlock, ParamFact } from '../../facts'
import { isObject } from '../../json-block'
import { nameKey } from '../../words'
import type { Input } from '../tables'
import type { Document, Json } from './document'
import type { Operation, Resource } from './model'
import { exampleOf, isObjectShape, list, type Shape, shapeOf } from './schema'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** Every operation of the document that Forge can offer; the others are remarked upon. */
export function readOperations(document: Document, basePath: string, input: Input): Operation[] {
  const found: Operation[] = []
  const paths = document.resolve(document.root['paths'])
  for (const [path, value] of Object.entries(paths)) {
    if (path.startsWith('x-')) continue
    const item = document.resolve(value)
    for (const [verb, node] of Object.entries(item)) {
      const line = document.lineOf(item, verb)
      if (METHODS.includes(verb) && isObject(node)) {
        const operation = readOperation(verb.toUpperCase() as Method, `${basePath}${path}`, item, node, document)
        if (findEndpoints(`${operation.method} ${operation.path}`)[0] === undefined)
          input.diagnostics.push({ level: 'warning', message: `the path ${path} is of a form that is not followed`, lines: [line] })
        else found.push(operation)
      } else if (/^(?:head|options|trace)$/.test(verb))
        input.diagnostics.push({ level: 'info', message: `${verb.toUpperCase()} ${path} is left out: the framework answers it`, lines: [line] })
    }
  }
  return found
}

function readOperation(method: Method, path: string, item: Json, node: Json, document: Document): Operation {
  const segments = path.split('/').filter((one) => one !== '')
  const last = segments.at(-1) ?? ''
  const isItem = last.startsWith('{')
  const answer = answerOf(node, document)
  const body = contentOf(document.resolve(node['requestBody']), document)
  return {
    method,
    path,
    segment: (isItem ? segments.at(-2) : last) ?? '',
    item: isItem,
    body: body === null ? null : unwrapped(shapeOf(body, document), document).shape,
    answer: answer === null ? null : answer.shape,
    many: answer?.many === true,
    node,
    params: [...list(item['parameters']), ...list(node['parameters'])].map(document.resolve),
    line: document.lineOf(item, method.toLowerCase()),
  }
}

/** Schema of a body or answer in JSON. */
function contentOf(holder: Json, document: Document): unknown {
  const content = document.resolve(holder['content'])
  const type = Object.keys(content).find((one) => /^(?:application\/(?:[\w.+-]*\+)?json|\*\/\*)/i.test(one)) ?? Object.keys(content)[0]
  return type === undefined ? null : (document.resolve(content[type])['schema'] ?? null)
}

function answerOf(node: Json, document: Document): { shape: Shape; many: boolean } | null {
  for (const [status, response] of Object.entries(document.resolve(node['responses']))) {
    const schema = /^2/.test(status) ? contentOf(document.resolve(response), document) : null
    if (schema !== null) return unwrapped(shapeOf(schema, document), document)
  }
  return null
}

const ITEMS = /^(?:items|data|results|records|content|list)$/i

/** The row inside of an array, an envelope of a page, or an object with one member. */
function unwrapped(shape: Shape, document: Document): { shape: Shape; many: boolean } {
  if (shape.schema['type'] === 'array') return { shape: shapeOf(shape.schema['items'], document), many: true }
  const arrays = [...shape.properties].filter(([, one]) => shapeOf(one.value, document).schema['type'] === 'array')
  const page =
    arrays.find(([name]) => ITEMS.test(name)) ??
    (arrays.length === 1 && !shape.properties.has('id') && shape.properties.size <= 6 ? arrays[0] : undefined)
  if (page !== undefined && !shape.properties.has('id')) {
    const inner = shapeOf(shapeOf(page[1].value, document).schema['items'], document)
    if (isObjectShape(inner)) return { shape: inner, many: true }
  }
  if (shape.properties.size === 1) {
    const inner = shapeOf([...shape.properties.values()][0]!.value, document)
    if (isObjectShape(inner) && inner.properties.size > 0) return { shape: inner, many: false }
  }
  return { shape, many: false }
}

/** An operation as the text reader would have collected it. */
export function endpointFact(operation: Operation, resources: Map<string, Resource>, document: Document): EndpointFact {
  const { method, node, line } = operation
  const [found] = findEndpoints(`${method} ${operation.path}`)
  const resource = resources.get(nameKey(operation.segment))
  const description = typeof node['description'] === 'string' ? node['description'] : ''
  return {
    method,
    path: found!.path,
    summary: String(node['summary'] ?? humanised(node['operationId']) ?? '')
      .replace(/\s+/g, ' ')
      .slice(0, 300),
    line,
    context: resource?.key ?? null,
    notes: description
      .split(/\n+|(?<=\.)\s+(?=[A-Z])/)
      .map((text) => text.replace(/^[-*]\s+/, '').trim())
      .filter((text) => text !== '')
      .map((text) => ({ text, line: document.lineOf(node, 'description') })),
    query: queryOf(operation, document),
    body: bodyOf(operation, resource),
    responses: responsesOf(operation, document),
  }
}

/** `listUsers`, `list_users` → `List users`. */
function humanised(id: unknown): string | null {
  if (typeof id !== 'string') return null
  const words = id
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function queryOf({ params }: Operation, document: Document): ParamFact[] {
  return params
    .filter((one) => one['in'] === 'query' && typeof one['name'] === 'string')
    .map((one) => {
      const schema = shapeOf(one['schema'], document).schema
      const items = document.resolve(schema['items'])
      const members = list(schema['enum'] ?? items['enum']).map(String)
      const parts = [
        members.length === 0 ? '' : `(${members.join(', ')})`,
        schema['default'] === undefined ? '' : `default: ${String(schema['default'])}`,
        schema['maximum'] === undefined ? '' : `max: ${String(schema['maximum'])}`,
        schema['type'] === 'array' ? 'multiple values' : '',
        typeof one['description'] === 'string' ? one['description'].replace(/\s+/g, ' ') : '',
      ]
      return { name: String(one['name']).replace(/\[\]$/, ''), text: parts.filter((part) => part !== '').join(', '), line: document.lineOf(one) }
    })
}

function bodyOf(operation: Operation, resource: Resource | undefined): EndpointFact['body'] {
  if (operation.body === null) return []
  return [...operation.body.properties]
    .filter(([name, one]) => !(one.value !== null && typeof one.value === 'object' && (one.value as Json)['readOnly'] === true) && name !== 'id')
    .map(([name, one]) => ({ name: resource?.renamed.get(name) ?? name, line: one.line, facts: {} }))
}

function responsesOf({ node, method }: Operation, document: Document): EndpointFact['responses'] {
  const responses = document.resolve(node['responses'])
  return Object.entries(responses).map(([code, value]) => {
    const response = document.resolve(value)
    const line = document.lineOf(responses, code)
    const schema = contentOf(response, document)
    const status = /^\d{3}$/.test(code) ? Number(code) : /^[1-5]XX$/i.test(code) ? Number(code[0]) * 100 + (code[0] === '2' ? 0 : 99) : 500
    const problem = Object.keys(document.resolve(response['content'])).some((type) => /problem\+json/i.test(type))
    const wanted = schema !== null && !problem && (status >= 400 || (method === 'GET' && status < 300))
    return {
      status,
      label: `${status === 400 ? 'Bad request: ' : ''}${String(response['description'] ?? '')}`,
      json: wanted ? blockOf(schema, response, document, line) : null,
      line,
    }
  })
}

/** The schema's example, in the form in which texts show theirs. */
function blockOf(schema: unknown, response: Json, document: Document, line: number): JsonBlock {
  const content = document.resolve(response['content'])
  const media = document.resolve(content[Object.keys(content)[0] ?? ''])
  const value = media['example'] ?? exampleOf(schema, document)
  return { keys: isObject(value) ? Object.keys(value) : [], value, raw: JSON.stringify(value) ?? '', line }
}
