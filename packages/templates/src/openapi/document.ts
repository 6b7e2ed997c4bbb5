export type JsonObject = Record<string, unknown>

/** An OpenAPI document of version 3, as far as it is one: a check takes nothing for granted. */
export interface OpenApiDocument {
  root: JsonObject
  /** As the document says it, for example `3.1.0`. */
  version: string
  operations: Operation[]
}

export interface Operation {
  path: string
  /** Lower case. */
  method: string
  pointer: string
  value: JsonObject
  /** Those of the path included. */
  parameters: Parameter[]
  /** What a caller must show: alternatives, each a list of schemes; undefined when nothing says so. */
  security: unknown
}

export interface Parameter {
  pointer: string
  /** Resolved. */
  value: JsonObject
}

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
/** The members of an object; none of anything else. */
export const entriesOf = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : [])
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** A JSON pointer (RFC 6901): the root is the empty text. */
export const pointerOf = (...parts: (string | number)[]): string =>
  parts.map((part) => `/${String(part).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('')

/** What a pointer leads to; undefined where it leads nowhere. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replace(/~1/g, '/').replace(/~0/g, '~')
    if (!(isObject(value) || Array.isArray(value)) || !Object.hasOwn(value, name)) return undefined
    value = (value as JsonObject)[name]
  }
  return value
}

/** A member of the document at any depth. */
export interface Node {
  pointer: string
  /** Pointer of what it is a member of. */
  parent: string
  name: string
  value: unknown
  /** The name is the author's own, no keyword. */
  named: boolean
}

/** Keywords below which the author's own names stand. */
const NAMED = new Set(
  '$defs callbacks content definitions dependentSchemas encoding headers links pathItems paths patternProperties properties requestBodies responses schemas variables webhooks'.split(
    ' ',
  ),
)
/** Keywords below which anything may stand. */
const DATA = new Set(['const', 'default', 'enum', 'example', 'value'])

/** All that the document says; data that it only carries, such as examples, is left out. */
export function* nodesBelow(holder: unknown, parent = '', named = false): Generator<Node> {
  const members = Array.isArray(holder) ? holder.map((each, index): [string, unknown] => [String(index), each]) : entriesOf(holder)
  for (const [name, value] of members) {
    if (!named && (DATA.has(name) || name.startsWith('x-') || (name === 'examples' && Array.isArray(value)))) continue
    const pointer = parent + pointerOf(name)
    yield { pointer, parent, name, value, named }
    yield* nodesBelow(value, pointer, !named && (NAMED.has(name) || name === 'examples' || parent === '/components'))
  }
}

/** The pointer of a reference into the document itself; undefined for any other. */
export function localPointer(reference: string): string | undefined {
  if (!/^#(?:\/|$)/.test(reference)) return undefined
  try {
    return decodeURIComponent(reference.slice(1))
  } catch {
    return undefined
  }
}

/** Follows references to what they stand for; undefined where they lead nowhere, out of the document or in circles. */
export function resolved({ root }: Pick<OpenApiDocument, 'root'>, value: unknown): JsonObject | undefined {
  let current = value
  for (let hops = 0; hops < 50; hops += 1) {
    if (!isObject(current)) return undefined
    if (!('$ref' in current)) return current
    const pointer = localPointer(String(current['$ref']))
    current = pointer === undefined ? undefined : valueAt(root, pointer)
  }
  return undefined
}

/** A document as the checks see it. */
export function openApiDocument(root: JsonObject): OpenApiDocument {
  const operations = entriesOf(root['paths']).flatMap(([path, item]) => {
    const shared = resolved({ root }, item) ?? {}
    return entriesOf(shared).flatMap(([method, value]) => {
      if (!METHODS.includes(method) || !isObject(value)) return []
      const pointer = pointerOf('paths', path, method)
      const own = parametersAt(root, value, pointer)
      const ofPath = parametersAt(root, shared, pointerOf('paths', path)).filter((each) => !own.some((other) => sameParameter(each, other)))
      return [{ path, method, pointer, value, parameters: [...ofPath, ...own], security: value['security'] ?? root['security'] }]
    })
  })
  return { root, version: String(root['openapi']), operations }
}

function parametersAt(root: JsonObject, holder: JsonObject, pointer: string): Parameter[] {
  return listOf(holder['parameters']).flatMap((each, index) => {
    const value = resolved({ root }, each)
    return value ? [{ pointer: `${pointer}/parameters/${index}`, value }] : []
  })
}

const sameParameter = (a: Parameter, b: Parameter): boolean => a.value['name'] === b.value['name'] && a.value['in'] === b.value['in']

/** The answers of an operation, by status. */
export function responsesOf(document: OpenApiDocument, { value, pointer }: Operation): { status: string; pointer: string; value: JsonObject }[] {
  return entriesOf(value['responses']).flatMap(([status, each]) => {
    const response = resolved(document, each)
    return response ? [{ status, pointer: `${pointer}/responses/${status}`, value: response }] : []
  })
}
