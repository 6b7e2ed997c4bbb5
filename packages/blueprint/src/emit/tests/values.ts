import type { Caller, Check, Request, Step, Value } from '../../plan/case-plan'
import type { World } from '../../plan/world'
import { call, type Code, quoted } from '../app/python'
import { dict, isIdentifier, joined, keyword, list, literalOf } from './python'

/** Names that tests use for themselves. */
const TAKEN = new Set(
  'client anonymous make response answer found expected in_order field value query method path pytest body sorted set len list dict str'.split(' '),
)

/** The variable that holds a row. */
export function variable(row: string): string {
  return TAKEN.has(row) ? `${row}_row` : isIdentifier(row) ? row : `${row}_`
}

export function expressionOf(value: Value): Code {
  if (value.kind === 'literal') return literalOf(value.value)
  if (value.kind === 'ref') return `${variable(value.row)}[${quoted(value.field)}]`
  if (value.kind === 'ago') return `years_ago(${value.years}${value.days === 0 ? '' : `, days=${value.days}`})`
  return list(value.items.map(expressionOf))
}

export function dictOf(values: Record<string, Value>): Code {
  return dict(Object.entries(values).map(([name, value]) => [quoted(name), expressionOf(value)]))
}

/** Values as keyword arguments, or as `**{…}` where a name cannot be one. */
export function argumentsOf(values: Record<string, Value>): Code[] {
  const entries = Object.entries(values)
  const plain = entries.filter(([name]) => isIdentifier(name) && name !== 'headers' && name !== 'self')
  const others = entries.filter((entry) => !plain.includes(entry))
  return [
    ...plain.map(([name, value]) => keyword(name, expressionOf(value))),
    ...(others.length === 0 ? [] : [joined('**', dictOf(Object.fromEntries(others)))]),
  ]
}

/** The path with its parameters filled in. */
export function pathOf({ path, params }: Pick<Request, 'path' | 'params'>): string {
  let refers = false
  const filled = path.replace(/\{([^}]+)\}/g, (_all, name: string) => {
    const value = params[name]
    if (value?.kind === 'ref') {
      refers = true
      return `{${variable(value.row)}['${value.field}']}`
    }
    return value?.kind === 'literal' ? encodeURIComponent(String(value.value)) : '1'
  })
  return refers ? `f"${filled}"` : `"${filled}"`
}

/** The headers of a caller, undefined for the built-in user. */
export function headersOf(world: World, caller: Caller): Code | undefined {
  if (caller.kind === 'user') return call('as_user', ...[expressionOf(caller.id), ...(caller.role === undefined ? [] : [quoted(caller.role)])])
  if (caller.kind === 'unknown') return call('as_user', literalOf(unknownId(world)))
  return undefined
}

function unknownId(world: World): number | string {
  const { idType } = world.spec.auth
  return idType === 'integer' ? 999999 : idType === 'uuid' ? '00000000-0000-4000-8000-0000000fffff' : 'nobody'
}

/** What a test puts in the place of parts of a request; `awaited` is false where it is sent together with others. */
export interface Replaced {
  path?: string
  method?: string
  json?: Code
  params?: Code
  awaited?: boolean
}

/** `await client.post("/tasks", json={…})`. */
export function requestOf(world: World, request: Request, replaced: Replaced = {}): Code {
  const wait = replaced.awaited === false ? '' : 'await '
  const client = request.caller.kind === 'anonymous' ? 'anonymous' : 'client'
  const headers = headersOf(world, request.caller)
  const json = replaced.json ?? (request.body === undefined ? undefined : dictOf(request.body))
  const params = replaced.params ?? (request.query === undefined ? undefined : dictOf(request.query))
  const sent: Code[] = [replaced.path ?? pathOf(request)]
  if (json !== undefined) sent.push(keyword('json', json))
  if (params !== undefined) sent.push(keyword('params', params))
  if (headers !== undefined) sent.push(keyword('headers', headers))
  if (replaced.method !== undefined) return call(`${wait}${client}.request`, replaced.method, ...sent)
  const verb = request.method.toLowerCase()
  // httpx has no body for DELETE.
  return verb === 'delete' && json !== undefined ? call(`${wait}${client}.request`, '"DELETE"', ...sent) : call(`${wait}${client}.${verb}`, ...sent)
}

/** Every row that the steps and requests refer to. */
export function rowsIn(...parts: unknown[]): Set<string> {
  const found = new Set<string>()
  JSON.stringify(parts, (_key, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'kind' in value) {
      if (value.kind === 'ref') found.add((value as Extract<Value, { kind: 'ref' }>).row)
      if (value.kind === 'grown') found.add((value as Extract<Check, { kind: 'grown' }>).since)
      if (value.kind === 'store') found.add((value as Extract<Step, { kind: 'store' }>).row)
    }
    return value
  })
  return found
}
