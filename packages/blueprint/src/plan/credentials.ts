import type { ApiSpec, Endpoint, Entity, Field, RuleEffect } from '@forge/spec'
import { snake } from '../words'
import type { World } from './world'

/** How people prove who they are: their table, what they name themselves by, and where they do it. */
export interface Credentials {
  entity: Entity
  password: Field
  /** Unique fields that name a person, the usual one first. */
  logins: Field[]
  /** Boolean field of people who may sign in. */
  active: Field | undefined
  paths: { login: string; refresh: string; logout: string; register: string | undefined }
}

const PASSWORD = /^(?:password|passwd|password_hash|hashed_password)$/
const KINDS: Record<string, keyof Credentials['paths']> = {
  login: 'login',
  signin: 'login',
  sign_in: 'login',
  token: 'login',
  refresh: 'refresh',
  refresh_token: 'refresh',
  logout: 'logout',
  signout: 'logout',
  sign_out: 'logout',
  register: 'register',
  signup: 'register',
  sign_up: 'register',
}
/** What stands before such a word: devices register, too. */
const PLACE = /^(?:auth|authentication|oauth2?|accounts?|users?|sessions?|identity)$/i
/** Names that the modules of this part take. */
const TAKEN = new Set(['Login', 'LoginRequest', 'RefreshRequest', 'RefreshSession', 'RegisterRequest', 'TokenPair'])

/** What is stored as a hash, in whatever column. */
export const isPassword = (spec: ApiSpec, entity: Entity, field: Field): boolean =>
  entity.name === spec.auth.userEntity && PASSWORD.test(snake(field.name)) && ['string', 'text'].includes(field.type) && !field.list

/** Undefined where the users have no password, or nothing that names them. */
export function credentialsOf(spec: ApiSpec): Credentials | undefined {
  const entity = spec.entities.find(({ name }) => name === spec.auth.userEntity)
  const password = entity?.fields.find((field) => isPassword(spec, entity, field))
  const logins = ['email', 'username'].flatMap((name) => entity?.fields.find((field) => snake(field.name) === name && field.unique !== false) ?? [])
  const isTaken = spec.entities.some(({ name, table }) => TAKEN.has(name) || table === 'refresh_sessions')
  if (entity === undefined || password === undefined || logins.length === 0 || spec.auth.kind === 'none' || isTaken) return undefined
  const stated = (kind: keyof Credentials['paths']) => spec.endpoints.find((endpoint) => kindOf(spec, endpoint) === kind)?.path
  const usual = (name: string) => `${spec.basePath}/auth/${name}`
  return {
    entity,
    password,
    logins,
    active: entity.fields.find((field) => /^(?:is_)?active$/.test(snake(field.name)) && field.type === 'boolean' && !field.nullable),
    paths: {
      login: stated('login') ?? usual('login'),
      refresh: stated('refresh') ?? usual('refresh'),
      logout: stated('logout') ?? usual('logout'),
      register: stated('register'),
    },
  }
}

/** What a stated endpoint does for people who sign in. */
export function kindOf({ basePath }: ApiSpec, { method, path, operation }: Endpoint): keyof Credentials['paths'] | undefined {
  if (method !== 'POST' || operation !== 'custom' || path.includes('{')) return undefined
  const segments = path.slice(basePath.length).split('/').filter(Boolean)
  const [last, parent] = [segments.at(-1), segments.at(-2)]
  return last !== undefined && (parent === undefined || PLACE.test(parent)) ? KINDS[snake(last)] : undefined
}

/** What a rule may ask of users without a word about what a registration has to do. */
const HARMLESS = new Set(
  'field role endpoint-role owner role-field soft-delete delete-guard cascade cleared not-found authenticated unique-together allowed immutable'.split(
    ' ',
  ),
)

/** What begins with a change of a field that a registration leaves as it is. */
function isOfLater(entity: Entity, effect: RuleEffect, sent: readonly Field[]): boolean {
  if (effect.kind !== 'transitions' && effect.kind !== 'stamp' && effect.kind !== 'state-guard') return false
  const field = entity.fields.find(({ name }) => name === effect.field)
  const begins = field !== undefined && field.default !== null && !sent.includes(field)
  return begins && (effect.kind !== 'stamp' || effect.value !== field.default)
}

/** Fields that people give about themselves; undefined where no registration is stated, or where it would take more than that. */
export function registeredFields({ spec, effects, roleField }: World, { entity, password, logins, paths }: Credentials): Field[] | undefined {
  const isRight = (field: Field) => ['boolean', 'enum'].includes(field.type) || field.name === roleField
  const own = entity.fields.filter((field) => field !== password && !field.readOnly && !field.fromCaller && !field.auto)
  const fields = own.filter((field) => logins.includes(field) || (!field.reference && !isRight(field)))
  const missing = entity.fields.filter(
    (field) =>
      field.fromCaller ||
      (own.includes(field) && !fields.includes(field) && field.name !== roleField && field.required && !field.nullable && field.default === null),
  )
  const ruled = effects.some(
    (effect) => 'entity' in effect && effect.entity === entity.name && !HARMLESS.has(effect.kind) && !isOfLater(entity, effect, fields),
  )
  const served = spec.endpoints.some((each) => each.entity === entity.name && each.unsupported === null && each.operation !== 'custom')
  return paths.register === undefined || !served || missing.length > 0 || ruled ? undefined : fields
}
