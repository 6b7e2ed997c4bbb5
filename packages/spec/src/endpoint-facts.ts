import type { Diagnostic, Endpoint } from './api-spec'
import type { EndpointFact, Facts } from './facts'
import { nameKey, plural, wordsOf } from './words'

/** The statements about endpoints, each endpoint once and with its whole path. */
export interface EndpointList {
  basePath: string
  endpoints: EndpointFact[]
}

/** Endpoints with their full paths; "CRUD for X", bare resource paths and specifications without endpoints give the usual five. */
export function listEndpoints(facts: Facts, keys: ReadonlyMap<string, string>, diagnostics: Diagnostic[]): EndpointList {
  const basePath = facts.basePath?.path ?? commonPrefix(facts.endpoints)
  const absolute = facts.endpoints.map((fact) => ({ ...fact, path: withBase(fact.path, facts.basePath?.path ?? '') }))
  const all = [...absolute]
  const onlyHealth = absolute.every((fact) => /^\/(?:[\w/]*\/)?health/i.test(fact.path))
  for (const crud of facts.crud) for (const name of crud.names) all.push(...crudOf(name, crud, crud.base ?? basePath, keys, absolute))
  if (onlyHealth && all.length === absolute.length) {
    const base = basePath === '' ? '/api/v1' : basePath
    for (const [key, name] of keys) all.push(...crudOf(name, { line: 0 }, base, new Map([[key, name]]), absolute))
    diagnostics.push({ level: 'warning', message: 'no endpoint is stated: create, read, update and delete are inferred for each entity', lines: [] })
    return { basePath: base, endpoints: distinct(all) }
  }
  return { basePath, endpoints: distinct(all) }
}

const USUAL = ['GET', 'POST', 'GET {id}', 'PUT {id}', 'DELETE {id}']

function withBase(path: string, base: string): string {
  if (base === '' || path === base || path.startsWith(`${base}/`) || /^\/(health|healthz|ready|ping)\b/i.test(path)) return path
  return `${base}${path}`
}

function commonPrefix(endpoints: EndpointFact[]): string {
  const paths = endpoints.map((endpoint) => endpoint.path).filter((path) => !/^\/(health|healthz|ready|ping)\b/i.test(path))
  const prefix = paths[0]?.match(/^\/api(?:\/v\d+)?(?=\/)|^\/v\d+(?=\/)/)?.[0] ?? ''
  return prefix !== '' && paths.every((path) => path.startsWith(`${prefix}/`)) ? prefix : ''
}

function crudOf(
  name: string,
  crud: { line: number; methods?: string[] },
  basePath: string,
  keys: ReadonlyMap<string, string>,
  stated: EndpointFact[],
): EndpointFact[] {
  const { line, methods = USUAL } = crud
  if (
    /^(?:all|each|every|both|these|them|the above)\b/i.test(name) ||
    /^(?:the )?(?:two |three |\w+ )?(?:resources?|entities|models|tables)$/i.test(name)
  ) {
    if (!keys.has(nameKey(name))) return [...keys].flatMap(([key, one]) => crudOf(one, crud, basePath, new Map([[key, one]]), stated))
  }
  const segment = name.startsWith('/') ? name.split('/').at(-1)! : name
  const key = nameKey(segment)
  const entity = keys.get(key)
  if (entity === undefined) return []
  const words = wordsOf(entity)
  const path = name.startsWith('/')
    ? withBase(name, basePath)
    : (collectionOf(key, stated) ?? `${basePath}/${[...words.slice(0, -1), plural(words.at(-1)!)].join('-')}`)
  const make = (method: Endpoint['method'], suffix: string): EndpointFact => ({
    method,
    path: `${path}${suffix}`,
    summary: '',
    line,
    context: key,
    notes: [],
    query: [],
    body: [],
    responses: [],
    inferred: true,
  })
  return methods.map((one) => {
    const [method, item] = one.split(' ')
    return make(method as Endpoint['method'], item === undefined ? '' : '/{id}')
  })
}

function collectionOf(key: string, stated: EndpointFact[]): string | null {
  return stated.find((fact) => !fact.path.includes('{') && nameKey(fact.path.split('/').at(-1) ?? '') === key)?.path ?? null
}

/** One fact an endpoint: what several places say is put together. */
function distinct(facts: EndpointFact[]): EndpointFact[] {
  const byKey = new Map<string, EndpointFact>()
  for (const fact of facts) {
    const key = `${fact.method} ${fact.path.replace(/\{\w+\}/g, '{}')}`
    const known = byKey.get(key)
    if (known === undefined) {
      byKey.set(key, { ...fact })
      continue
    }
    if (known.summary === '') known.summary = fact.summary
    known.context ??= fact.context
    known.notes = [...known.notes, ...fact.notes]
    known.query = [...known.query, ...fact.query]
    known.body = [...known.body, ...fact.body]
    known.responses = [...known.responses, ...fact.responses]
  }
  return [...byKey.values()]
}
