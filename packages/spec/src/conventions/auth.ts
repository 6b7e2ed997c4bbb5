import type { AuthConvention, Field, Seed } from '../api-spec'
import type { EndpointFact, Facts } from '../facts'
import { isObject } from '../json-block'
import { makerField } from '../ownership'
import type { Resolved } from '../resolve'
import { speaksOfIdentity } from '../rules/identity-rules'
import { sampleValue } from '../samples'

interface Statement {
  text: string
  line: number
}

/** Headers that name who calls; those that name the request do not. */
const ID_HEADER =
  /\b(X-(?!(?:Request|Correlation|Trace|Idempotency|Forwarded|Rate)\b)(?:[A-Za-z][\w-]*?)??(?:ID|Id|id|Key|KEY|key|User|Token|Auth|Caller|Actor|Member|Identity|Account)[\w-]*)\b/i

/** Who calls, how the caller is named, and what happens without a name. */
export function authOf(
  facts: Facts,
  endpoints: readonly EndpointFact[],
  resolved: Resolved,
  seeds: readonly Seed[],
  roles: readonly string[],
): AuthConvention {
  const statements: Statement[] = facts.auth
  const named = [...statements, ...endpoints.flatMap((endpoint) => endpoint.notes.filter((note) => /^headers?\b/i.test(note.text)))].find((one) =>
    ID_HEADER.test(one.text),
  )
  const header = named?.text.match(ID_HEADER)?.[1]
  const none = statements.find((one) =>
    /\bno (?:authentication|auth)\b(?!.*\b(?:health|header|endpoint)\b)|\bauthentication:?\s+(?:is )?(?:none|not (?:required|needed))|\bwithout authentication\b|\b(?:API|service) is (?:fully )?public\b/i.test(
      one.text,
    ),
  )
  const kind =
    header !== undefined ? 'header' : none !== undefined && !statements.some((one) => /\bmock|bearer|jwt|token/i.test(one.text)) ? 'none' : 'bearer'
  const source = named ?? (kind === 'none' ? none : statements[0])
  const auth: AuthConvention = {
    kind,
    header: header ?? 'Authorization',
    required: kind === 'header' && isRequired(statements, facts, endpoints),
    idType: idTypeOf(resolved, statedUser(statements)),
    userEntity: kind === 'none' ? null : (resolved.userEntity?.name ?? null),
    mockUser: {},
    source: source === undefined ? { line: 0, origin: 'inferred' } : { line: source.line, origin: 'stated' },
  }
  auth.mockUser = mockUser(statements, auth, resolved, seeds, roles)
  return auth
}

/**
 * Whether a request without the text's own header is refused. Bearer tokens are mocked in development, where a request without one acts
 * as the built-in user, whatever the text says of missing tokens.
 */
function isRequired(statements: Statement[], facts: Facts, endpoints: readonly EndpointFact[]): boolean {
  const text = statements.map((one) => one.text).join('\n')
  if (
    /(?:all requests|automatically) (?:are )?(?:automatically )?authenticated|\bdefaults? (?:to|user)\b|no authorization header required|accepted but not validated|without (?:a |the )?(?:token|header)[^.\n]{0,30}\b(?:acts?|act as|uses?|is treated)\b/i.test(
      text,
    )
  )
    return false
  if (/(?:missing|absent|without|no|invalid)[^.\n]{0,40}\b(?:401|unauthori[sz]ed)\b/i.test(text)) return true
  if (/\brequired\b/i.test(text) || facts.rules.some((rule) => speaksOfIdentity(rule.text))) return true
  return endpoints.some(
    (endpoint) =>
      endpoint.responses.some((response) => response.status === 401) || endpoint.notes.some((note) => /^headers?\b.*\brequired\b/i.test(note.text)),
  )
}

function idTypeOf(resolved: Resolved, stated: Row | null): AuthConvention['idType'] {
  const user = resolved.userEntity
  const key = user === null ? undefined : user.fields.find((field) => field.name === user.key[0])
  const owner = resolved.entities.map((entity) => makerField(entity, user?.name ?? null)).find((field) => field !== undefined)
  const type = key?.type ?? (owner?.reference === undefined ? owner?.type : undefined)
  if (type === 'uuid') return 'uuid'
  if (type === undefined && typeof stated?.['id'] === 'number') return 'integer'
  return type === 'integer' || type === 'bigint' ? 'integer' : 'string'
}

type Row = Record<string, string | number | boolean>

function mockUser(statements: Statement[], auth: AuthConvention, resolved: Resolved, seeds: readonly Seed[], roles: readonly string[]): Row {
  const stated = statedUser(statements)
  const user = auth.userEntity === null ? null : resolved.userEntity
  const id = auth.idType === 'integer' ? 1 : auth.idType === 'uuid' ? '00000000-0000-4000-8000-000000000001' : '1'
  if (user === null) {
    const own: Row = { id, ...stated }
    if (auth.idType === 'string') own['id'] = String(own['id'])
    return roles.length > 0 && own['role'] === undefined ? { ...own, role: roles[0]! } : own
  }
  const keyName = user.key[0]!
  const seeded = seeds.find((seed) => seed.entity === user.name && (stated === null || seed.row[keyName] === stated['id']))
  const row: Row = { [keyName]: id }
  for (const field of user.fields) {
    const value = stated?.[field.name] ?? seeded?.row[field.name]
    if (value !== undefined && value !== null && suits(field, value)) row[field.name] = value
  }
  for (const field of user.fields) {
    if (row[field.name] !== undefined || field.auto !== undefined || field.list) continue
    const value = fallback(field, roles)
    if (value !== undefined) row[field.name] = value
  }
  return row
}

function statedUser(statements: Statement[]): Row | null {
  for (const { text } of statements) {
    const json = text.match(/\{[^{}]*\}/)?.[0]
    if (json === undefined) continue
    try {
      const value: unknown = JSON.parse(json)
      if (isObject(value))
        return Object.fromEntries(
          Object.entries(value).filter((pair): pair is [string, string | number | boolean] =>
            ['string', 'number', 'boolean'].includes(typeof pair[1]),
          ),
        )
    } catch {
      // Not JSON: an example of something else.
    }
  }
  return null
}

function suits(field: Field, value: string | number | boolean): boolean {
  if (field.type === 'enum') return field.values!.includes(String(value))
  if (field.type === 'boolean') return typeof value === 'boolean'
  if (field.type === 'integer' || field.type === 'bigint' || field.type === 'decimal' || field.type === 'float') return typeof value === 'number'
  return typeof value === 'string'
}

/** A value for what a row cannot do without; roles are the most privileged, so that nothing is refused by default. */
function fallback(field: Field, roles: readonly string[]): string | number | boolean | undefined {
  if (field.type === 'enum' && /role$/i.test(field.name)) return roles.find((role) => field.values!.includes(role)) ?? field.values![0]
  if (field.type === 'boolean' && /^(?:is_)?(?:admin|superuser|staff)$/i.test(field.name)) return true
  if (field.default !== null) return field.default
  if (!field.required || field.type === 'reference' || field.type === 'json') return undefined
  if (field.type === 'email') return 'test@example.com'
  if (/^(full_?|display_?)?name$/i.test(field.name) && field.pattern === undefined) return 'Test User'
  const value = sampleValue(field)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}
