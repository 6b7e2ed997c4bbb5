import type { Diagnostic, Endpoint } from './api-spec'
import type { EndpointFact, Facts } from './facts'
import { isObject } from './json-block'
import { nameKey, plural, singular, wordsOf } from './words'

/** The statements about endpoints, each endpoint once and with its whole path. */
export interface EndpointList {
  basePath: string
  endpoints: EndpointFact[]
}

/** Entities that are only known by the bodies of their endpoints (`POST /products { name, price }`). Adds them to `facts`. */
export function addImpliedEntities(facts: Facts): void {
  const known = new Set(facts.fields.map((field) => field.entity))
  for (const endpoint of facts.endpoints) {
    const segments = endpoint.path.split('/').filter((segment) => segment !== '')
    const last = segments.at(-1)
    if (endpoint.method !== 'POST' || last === undefined || last.startsWith('{') || endpoint.body.length === 0) continue
    if (/^(login|logout|register|signup|auth|token|refresh|search|bulk.*|batch.*)$/i.test(last) || singular(last) === last) continue
    const key = nameKey(last)
    if (known.has(key)) continue
    facts.entities.push({ key, name: singular(last), line: endpoint.line, junction: false, weight: 0 })
    facts.fields.push({ entity: key, name: 'id', line: endpoint.line, weight: 0, facts: {} })
    for (const field of endpoint.body) facts.fields.push({ entity: key, name: field.name, line: field.line, weight: 2, facts: field.facts })
    for (const response of endpoint.responses) {
      if (response.status >= 300 || !isObject(response.json?.value)) continue
      for (const name of Object.keys(response.json.value)) facts.fields.push({ entity: key, name, line: response.line, weight: 0, facts: {} })
    }
  }
}

/** Endpoints with their full paths; "CRUD for X", bare resource paths and specifications without endpoints give the usual five. */
export function listEndpoints(facts: Facts, keys: ReadonlyMap<string, string>, diagnostics: Diagnostic[]): EndpointList {
  const basePath = facts.basePath?.path ?? commonPrefix(facts.endpoints)
  const absolute = facts.endpoints.map((fact) => ({ ...fact, path: withBase(fact.path, facts.basePath?.path ?? '') }))
  const all = [...absolute]
  const onlyHealth = absolute.every((fact) => /^\/(?:[\w/]*\/)?health/i.test(fact.path))
  for (const crud of facts.crud) for (const name of crud.names) all.push(...crudOf(name, crud.line, basePath, keys, absolute))
  if (onlyHealth && all.length === absolute.length) {
    const base = basePath === '' ? '/api/v1' : basePath
    for (const [key, name] of keys) all.push(...crudOf(name, 0, base, new Map([[key, name]]), absolute))
    diagnostics.push({ level: 'warning', message: 'no endpoint is stated: create, read, update and delete are inferred for each entity', lines: [] })
    return { basePath: base, endpoints: distinct(all) }
  }
  return { basePath, endpoints: distinct(all) }
}

function withBase(path: string, base: string): string {
  if (base === '' || path === base || path.startsWith(`${base}/`) || /^\/(health|healthz|ready|ping)\b/i.test(path)) return path
  return `${base}${path}`
}

function commonPrefix(endpoints: EndpointFact[]): string {
  const paths = endpoints.map((endpoint) => endpoint.path).filter((path) => !/^\/(health|healthz|ready|ping)\b/i.test(path))
  const prefix = paths[0]?.match(/^\/api(?:\/v\d+)?(?=\/)|^\/v\d+(?=\/)/)?.[0] ?? ''
  return prefix !== '' && paths.every((path) => path.startsWith(`${prefix}/`)) ? prefix : ''
}

function crudOf(name: string, line: number, basePath: string, keys: ReadonlyMap<string, string>, stated: EndpointFact[]): EndpointFact[] {
  if (
    /^(?:all|each|every|both|these|them|the above)\b/i.test(name) ||
    /^(?:the )?(?:two |three |\w+ )?(?:resources?|entities|models|tables)$/i.test(name)
  ) {
    return [...keys].flatMap(([key, one]) => crudOf(one, line, basePath, new Map([[key, one]]), stated))
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
  return [make('GET', ''), make('POST', ''), make('GET', '/{id}'), make('PUT', '/{id}'), make('DELETE', '/{id}')]
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
