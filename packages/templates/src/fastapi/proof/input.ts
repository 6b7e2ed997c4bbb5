import type { TestCase } from '@forge/core'
import type { ApiSpec } from '@forge/spec'
import { type Exchange, isRecord, parseJson } from './exchange'

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
/** Names of an input's parts, for lists that keep body, query and path apart. */
const PARTS: ReadonlySet<string> = new Set([
  'body',
  'json',
  'query',
  'params',
  'path',
  'path_params',
  'headers',
  'header',
  'caller',
  'as',
  'auth',
  'user',
])

/**
 * Why a request cannot be the one that the case describes, or `undefined`. Tests choose their own values and ids, so this asks only for what makes the
 * case that case: the same members, each of the same kind, and texts of about the same length; where there is no body, the same query parameters.
 * @param parameters names that are query parameters of the API
 */
export function inputFault(testCase: TestCase, exchange: Exchange, parameters: ReadonlySet<string>): string | undefined {
  if (!WITH_BODY.has(testCase.method)) return queryFault(testCase, exchange, parameters)
  const input = bodyOf(testCase)
  if (input === undefined) return undefined
  const sent = parseJson(exchange.requestBody)
  const query = new URLSearchParams(exchange.target.split('?')[1] ?? '')
  for (const [name, wanted] of Object.entries(input)) {
    if (query.has(name)) continue
    if (!isRecord(sent)) return 'the request has no JSON object as its body'
    if (!Object.hasOwn(sent, name)) return `the request lacks ${JSON.stringify(name)}, which the case's input has`
    if (!isAlike(name, wanted, sent[name])) return `the request's ${JSON.stringify(name)} is not like the case's input`
  }
  return undefined
}

/** Query parameters of the API's lists. */
export function queryParameters({ endpoints, paging }: ApiSpec): Set<string> {
  const filters = endpoints.flatMap((endpoint) => [...(endpoint.filters ?? []), ...(endpoint.linked ?? [])].map(({ name }) => name))
  return new Set([...filters, ...Object.values(paging.params ?? {}), 'search', 'sort_by', 'sort_order'])
}

/** What else stands in the input of such a case may be what the test has to arrange. */
function queryFault({ input }: TestCase, { target }: Exchange, parameters: ReadonlySet<string>): string | undefined {
  if (!isRecord(input)) return undefined
  const apart = input['query'] ?? input['params']
  const names = isRecord(apart) ? Object.keys(apart) : Object.keys(input).filter((name) => parameters.has(name))
  const sent = new URLSearchParams(target.split('?')[1] ?? '')
  const lacking = names.find((name) => !sent.has(name))
  return lacking === undefined ? undefined : `the request lacks the query parameter ${JSON.stringify(lacking)}, which the case's input has`
}

function bodyOf(testCase: TestCase): Record<string, unknown> | undefined {
  const { input, path } = testCase
  if (!isRecord(input)) return undefined
  const parameters = new Set([...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]))
  const names = Object.keys(input)
  const apart = names.length > 0 && names.every((name) => PARTS.has(name) || parameters.has(name))
  // A field may be called `json` itself.
  const body = input['body'] ?? (apart ? input['json'] : undefined)
  if (isRecord(body)) return body
  if (apart) return undefined
  return Object.fromEntries(Object.entries(input).filter(([name]) => !parameters.has(name)))
}

function isAlike(name: string, wanted: unknown, sent: unknown): boolean {
  if (/(^|_)ids?$/i.test(name) || /[a-z]Ids?$/.test(name) || isPlaceholder(wanted)) return true
  if (typeof wanted === 'string' && typeof sent === 'string') return areAlikeTexts(wanted, sent)
  if (typeof wanted === 'number' && typeof sent === 'string') return Number.isFinite(Number(sent))
  if (typeof wanted === 'string' && typeof sent === 'number') return Number.isFinite(Number(wanted))
  return kindOf(wanted) === kindOf(sent)
}

/** `{user.id}`, `<uuid>`, `$task`, `...`: the test fills it in. */
function isPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && /^(<.*>|\{.*\}|\$.+|\.\.\.|…)$/.test(value)
}

function areAlikeTexts(wanted: string, sent: string): boolean {
  const isBlank = (text: string) => text.trim() === ''
  if (isBlank(wanted) || isBlank(sent)) return isBlank(wanted) === isBlank(sent) && (wanted === '') === (sent === '')
  const [short, long] = [Math.min(wanted.length, sent.length), Math.max(wanted.length, sent.length)]
  return long <= 40 || long <= short * 4
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
