import { entriesOf, isObject, listOf, type OpenApiDocument, type Operation, pointerOf, resolved, responsesOf } from '../document'
import type { Conventions } from '../conventions'
import { type Fault, faults } from '../finding'

const ambiguous = faults(
  'error',
  'OpenAPI requires the ids to be unique: generators name functions after them.',
  'Give each operation an id of its own.',
)
const unreadable = faults(
  'warning',
  'Generators name the functions of clients after the ids.',
  'Name it with a verb and a noun, for example listTasks or create_task.',
)

/** Verbs that are usual in ids, and those that are whole sentences. */
const VERBS = new Set(
  'accept activate add apply approve archive assign authenticate batch block book bulk calculate cancel change check clear clone close complete confirm copy count create deactivate decline delete deny deposit disable discard download duplicate edit enable enroll execute exchange export fetch filter find finish follow generate get handle import insert invite issue join leave like link list load lock login logout lookup make mark merge modify move open partial patch pause pay ping place post preview process publish put query read receive refresh refund register reject release remove renew reopen replace report request reschedule reserve reset resolve restore resume return revert revoke run save schedule search see select send set show sign start stop store submit subscribe suspend sync test toggle transfer trigger unarchive unassign unfollow unlike unlink unlock unpublish unregister unsubscribe update upload upsert validate verify view void vote withdraw write'.split(
    ' ',
  ),
)
const ALONE = new Set(['login', 'logout', 'ping', 'register', 'search', 'refresh', 'signup', 'signin', 'signout'])

/** Ids are there, unique, and read as verb and noun. */
export function operationIds({ operations }: OpenApiDocument): Fault[] {
  const seen = new Map<string, string>()
  return operations.flatMap((operation) => {
    const id = operation.value['operationId']
    const name = `${operation.method.toUpperCase()} ${operation.path}`
    if (typeof id !== 'string' || id === '') return [unreadable(operation.pointer, `${name} has no operationId.`)]
    const place = `${operation.pointer}/operationId`
    const other = seen.get(id)
    if (other !== undefined) return [ambiguous(place, `${name} has the operationId ${id} of ${other}.`)]
    seen.set(id, name)
    const fault = idFault(id, operation)
    return fault === undefined ? [] : [unreadable(place, `The operationId ${id} ${fault}.`)]
  })
}

function idFault(id: string, { path, method }: Operation): string | undefined {
  if (/_(get|post|put|delete|patch)$/.test(id)) return 'ends in the name of the method'
  const words = wordsOf(id)
  const [first = ''] = words
  if (words.length === 1) return ALONE.has(first) ? undefined : 'is a single word'
  if (VERBS.has(first)) return undefined
  const segments = path.split('/').filter((segment) => segment !== '' && !segment.startsWith('{'))
  const action = method === 'get' ? undefined : segments.at(-1)
  // `POST /purchase-orders/{id}/order` orders: what is done with a row is a verb, whatever else the word may be.
  if (action === first && path.endsWith(`}/${first}`)) return undefined
  const nouns = segments.filter((segment) => segment !== action || segments.length === 1).flatMap(wordsOf)
  return nouns.some((noun) => singular(noun) === singular(first)) ? 'begins with a noun' : undefined
}

const singular = (word: string): string => word.replace(/ies$/, 'y').replace(/s$/, '')

const wordsOf = (id: string): string[] =>
  id
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)

const silent = faults(
  'warning',
  'A client meets these answers without having been told.',
  'Document them with the schema of errors (in FastAPI with responses={…}).',
)

/** Each operation documents the failures that its own parts can cause. */
export function errorCoverage(document: OpenApiDocument, { validation }: Conventions): Fault[] {
  return document.operations.flatMap((operation) => {
    const documented = responsesOf(document, operation).map(({ status }) => status)
    const has = (...statuses: string[]): boolean =>
      documented.some((each) => each === 'default' || each.toUpperCase() === '4XX') || statuses.some((each) => documented.includes(each))
    const missing = [
      ...(identifies(operation) && !has('401') ? ['401 (no or bad identity)'] : []),
      ...(operation.path.includes('{') && !has('404') ? ['404 (no such row)'] : []),
      ...(takesInput(operation) && !has(...validation) ? [`${validation[0]} (invalid input)`] : []),
    ]
    return missing.length === 0
      ? []
      : [silent(`${operation.pointer}/responses`, `${operation.method.toUpperCase()} ${operation.path} does not document ${missing.join(', ')}.`)]
  })
}

function identifies({ security }: Operation): boolean {
  const alternatives = listOf(security)
  return alternatives.length > 0 && alternatives.every((each) => entriesOf(each).length > 0)
}

const takesInput = ({ parameters, value }: Operation): boolean => parameters.length > 0 || value['requestBody'] !== undefined

const unsaid = faults('warning', 'The document is what people and agents read to use the API.', 'Say it in a few words.')

/** What the API and each operation are for is said in words. */
export function descriptions({ root, operations }: OpenApiDocument): Fault[] {
  const text = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''
  const info = isObject(root['info']) ? root['info'] : {}
  return [
    ...(text(info['description']) || text(info['summary']) ? [] : [unsaid('/info', 'Nothing says what the API is for.')]),
    ...operations
      .filter(({ value }) => !text(value['summary']) && !text(value['description']))
      .map(({ pointer, method, path }) => unsaid(pointer, `Nothing says what ${method.toUpperCase()} ${path} does.`)),
  ]
}

const unplaced = faults(
  'warning',
  'RFC 9110 has 201 name the place of what was made; clients need not guess it.',
  'Send Location, and document it below "headers" of the answer.',
)

/** An answer 201 says where the new row is, when there is a place to read it at. */
export function createdLocations(document: OpenApiDocument): Fault[] {
  const readable = new Set(document.operations.filter(({ method }) => method === 'get').map(({ path }) => path.replace(/\{[^}]*\}/g, '{}')))
  return document.operations.flatMap((operation) => {
    if (operation.method !== 'post' || !readable.has(`${operation.path.replace(/\{[^}]*\}/g, '{}')}/{}`)) return []
    const created = responsesOf(document, operation).find(({ status }) => status === '201')
    if (!created || entriesOf(created.value['headers']).some(([name]) => name.toLowerCase() === 'location')) return []
    return [unplaced(created.pointer, `The answer 201 of POST ${operation.path} documents no Location.`)]
  })
}

const absent = faults('error', 'What the specification states is missing.', 'Serve the endpoint, then export the document again.')
const surplus = faults('warning', 'The specification does not speak of it.', 'Add it to the specification, or leave it out of the document.')

/** Served whatever the specification says: health checks, and what signs callers in. */
const HELPERS = /^(?:\/api(?:\/v\d+)?)?\/(?:health|auth)(?:\/|$)/

/** The document has the endpoints that the specification states, and no others but health checks and sign-in. */
export function endpoints({ operations, root }: OpenApiDocument, { spec }: Conventions): Fault[] {
  if (spec === undefined) return []
  const key = (method: string, path: string): string => `${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, '{}').replace(/(.)\/$/, '$1')}`
  const served = new Set(operations.map(({ method, path }) => key(method, path)))
  const stated = new Set(spec.endpoints.map(({ method, path }) => key(method, path)))
  return [
    ...spec.endpoints
      .filter(({ method, path, unsupported }) => unsupported === null && !served.has(key(method, path)))
      .map(({ method, path, source }) =>
        absent(
          isObject(root['paths']) ? '/paths' : '',
          `${method} ${path}${source.line > 0 ? ` (line ${source.line} of the specification)` : ''} is not in the document.`,
        ),
      ),
    ...operations
      .filter(({ method, path }) => !stated.has(key(method, path)) && !HELPERS.test(path))
      .map(({ method, path, pointer }) => surplus(pointer, `${method.toUpperCase()} ${path} is not in the specification.`)),
  ]
}

/** The JSON of the answer of success, where there is one. */
export function successSchema(document: OpenApiDocument, operation: Operation): { pointer: string; schema: unknown } | undefined {
  const response = responsesOf(document, operation).find(({ status }) => /^2/.test(status))
  const [type, media] = entriesOf(response?.value['content']).find(([name]) => /\bjson$/.test(name)) ?? []
  if (!response || type === undefined || !isObject(media)) return undefined
  return {
    pointer: response.pointer + pointerOf('content', type, 'schema'),
    schema: resolved(document, media['schema']) ? media['schema'] : undefined,
  }
}
