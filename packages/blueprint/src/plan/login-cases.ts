import type { Endpoint, Field } from '@forge/spec'
import { snake } from '../words'
import { rowSteps, safeValue } from './bodies'
import { byDefault, type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { plan } from './common'
import { type Credentials, credentialsOf, kindOf, registeredFields } from './credentials'
import { failure, invalid } from './requests'
import type { World } from './world'

/** What signing in needs: a user whose password is known, and the requests of before. */
interface Scene {
  world: World
  credentials: Credentials
  arrange: Step[]
  login: Record<string, Value>
}

/** Cases of an endpoint that lets people in or out; none where the users have no password. */
export function loginCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const credentials = credentialsOf(world.spec)
  const kind = kindOf(world.spec, endpoint)
  if (credentials === undefined || kind === undefined || credentials.paths[kind] !== endpoint.path) return []
  const scene = sceneOf(world, credentials)
  switch (kind) {
    case 'login':
      return logins(scene, name)
    case 'refresh':
      return refreshes(scene, name)
    case 'logout':
      return logouts(scene, name)
    case 'register':
      return registrations(scene, name)
  }
}

function sceneOf(world: World, credentials: Credentials): Scene {
  const { entity, password, logins } = credentials
  const row = snake(entity.name)
  const secret = literal(password.readOnly ? 'Correct-Horse-1' : safeValue(world, entity.name, password))
  return {
    world,
    credentials,
    arrange: rowSteps(world, entity.name, row, { [password.name]: secret }),
    login: { [logins[0]!.name]: ref(row, logins[0]!.name), password: secret },
  }
}

const post = (path: string, body?: Request['body']): Request => ({ method: 'POST', path, params: {}, caller: byDefault, ...(body && { body }) })
const TOKENS: Check[] = ['access_token', 'refresh_token'].map((field) => ({ kind: 'present', field }))
const refused = ({ world }: Scene) => failure(world, 401, 'UNAUTHORIZED')
/** The refresh token of an answer of before. */
const held = (row = 'tokens') => ({ refresh_token: ref(row, 'refresh_token') })
const signIn = ({ credentials, login }: Scene): Step => ({ kind: 'call', request: post(credentials.paths.login, login), status: 200, as: 'tokens' })

function logins(scene: Scene, name: string): CasePlan[] {
  const { world, credentials, arrange, login } = scene
  const { paths } = credentials
  return [
    plan(name, 'Gives tokens for the right password.', post(paths.login, login), { status: 200, checks: TOKENS }, { arrange }),
    plan(
      `${name}_wrong_password`,
      'Refused: the password is another one.',
      post(paths.login, { ...login, password: literal('another-Passw0rd') }),
      refused(scene),
      { arrange },
    ),
    plan(
      `${name}_unknown_user`,
      'Refused: nobody has this name.',
      post(paths.login, { ...login, [credentials.logins[0]!.name]: literal('nobody@example.com') }),
      refused(scene),
    ),
    plan(`${name}_without_password`, 'Refused: the password is missing.', post(paths.login, { ...login, password: literal(null) }), invalid(world), {
      arrange,
    }),
  ]
}

function refreshes(scene: Scene, name: string): CasePlan[] {
  const { credentials, arrange } = scene
  const request = post(credentials.paths.refresh, held())
  const before = [...arrange, signIn(scene)]
  return [
    plan(name, 'Trades a refresh token for new tokens.', request, { status: 200, checks: TOKENS }, { arrange: before }),
    plan(`${name}_twice`, 'Refused: the refresh token was used before.', request, refused(scene), {
      arrange: [...before, { kind: 'call', request, status: 200 }],
    }),
    plan(
      `${name}_with_access_token`,
      'Refused: an access token renews nothing.',
      post(credentials.paths.refresh, { refresh_token: ref('tokens', 'access_token') }),
      refused(scene),
      { arrange: before },
    ),
    plan(
      `${name}_with_unsigned_token`,
      'Refused: nobody signed this token.',
      post(credentials.paths.refresh, { refresh_token: literal('worthless') }),
      refused(scene),
    ),
  ]
}

function logouts(scene: Scene, name: string): CasePlan[] {
  const { world, credentials, arrange } = scene
  const { entity, paths } = credentials
  const caller = { kind: 'user', id: ref(snake(entity.name), world.keyField(entity.name).name) } as const
  return [
    plan(
      name,
      'Ends the session: its refresh token is worth nothing any more.',
      { ...post(paths.logout, held()), caller },
      { status: 204, checks: [] },
      { arrange: [...arrange, signIn(scene)], after: [{ request: post(paths.refresh, held()), expect: refused(scene) }] },
    ),
    plan(
      `${name}_of_another_user`,
      'Leaves the sessions of others alone.',
      post(paths.logout, held()),
      { status: 204, checks: [] },
      { arrange: [...arrange, signIn(scene)], after: [{ request: post(paths.refresh, held()), expect: { status: 200, checks: TOKENS } }] },
    ),
  ]
}

function registrations(scene: Scene, name: string): CasePlan[] {
  const { world, credentials } = scene
  const fields = registeredFields(world, credentials)
  if (fields === undefined) return []
  const { entity, logins, paths } = credentials
  const sampleOf = (field: Field) => literal(safeValue(world, entity.name, field))
  const body: Record<string, Value> = {
    ...Object.fromEntries(fields.map((field) => [field.name, sampleOf(field)])),
    password: scene.login['password']!,
  }
  const request = post(paths.register!, body)
  const shown: Check[] = logins.map((field) => ({ kind: 'equals', field: field.name, value: body[field.name]!, compare: 'exact' }))
  const known: Record<string, Value> = { [logins[0]!.name]: body[logins[0]!.name]!, password: body['password']! }
  return [
    plan(
      name,
      'Makes an account that its owner can sign in to.',
      request,
      { status: 201, checks: [...shown, { kind: 'absent', field: 'password' }] },
      { after: [{ request: post(paths.login, known), expect: { status: 200, checks: TOKENS } }] },
    ),
    plan(`${name}_twice`, 'Refused: the account is there already.', request, failure(world, 409, 'DUPLICATE'), {
      arrange: [{ kind: 'call', request, status: 201 }],
    }),
    ...(world.roleField === null
      ? []
      : [
          plan(
            `${name}_with_role`,
            'Refused: nobody gives himself a role.',
            post(paths.register!, { ...body, [world.roleField]: literal(world.spec.roles[0] ?? 'admin') }),
            invalid(world, world.roleField),
          ),
        ]),
  ]
}
