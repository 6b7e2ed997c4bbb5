import { readFileSync } from 'node:fs'
import { readSpec } from '@forge/spec'
import { sizes } from '@forge/templates'
import { expect, test } from 'vitest'
import { compile } from '../src/compile'
import { credentialsOf } from '../src/plan/credentials'

// Who gets passwords, tokens and a way to sign in; what they are worth is shown by deploy-runs.test.ts, on a real application.

const accounts = readFileSync(new URL('fixtures/accounts.md', import.meta.url), 'utf8')
const filesOf = (text: string) => new Map(compile(text, sizes.test).files.map(({ path, content }) => [path, content]))
const SIGNING_IN = ['app/routers/login.py', 'app/services/login.py', 'app/schemas/login.py', 'app/models/refresh_session.py', 'tests/test_login.py']

test('users with a password sign in where the specification says, and else below the usual path', () => {
  expect(credentialsOf(readSpec(accounts))).toMatchObject({
    logins: [{ name: 'email' }, { name: 'username' }],
    paths: { login: '/api/v1/auth/login', register: '/api/v1/auth/register' },
  })
  const silent = accounts.replace(/^- POST \/api\/v1\/auth\/.*\n/gm, '')
  expect(credentialsOf(readSpec(silent))?.paths).toEqual({
    login: '/api/v1/auth/login',
    refresh: '/api/v1/auth/refresh',
    logout: '/api/v1/auth/logout',
    register: undefined,
  })
  expect([...filesOf(silent).keys()]).toEqual(expect.arrayContaining(SIGNING_IN))
})

test('the endpoints of signing in are features with cases, and none is left for a model', () => {
  const { features } = compile(accounts, sizes.small)
  const own = features.filter(({ path }) => /auth\/(?:register|login|refresh|logout)$/.test(path))
  expect(own.length).toBe(4)
  expect(own.filter((feature) => 'left_for_model' in feature)).toEqual([])
})

test('other things that register are no people', () => {
  const text = accounts.replaceAll('/auth/register', '/devices/register')
  expect(credentialsOf(readSpec(text))?.paths.register).toBeUndefined()
})

test('a password that nobody can sign in with is hashed all the same', () => {
  const text = accounts
    .replace(/^- POST \/api\/v1\/auth\/.*\n/gm, '')
    .replace(/\(string, unique, required/g, '(string, required')
    .replace('- Email must be unique\n', '')
  expect(credentialsOf(readSpec(text))).toBeUndefined()
  const files = filesOf(text)
  for (const path of SIGNING_IN) expect(files.has(path)).toBe(false)
  expect(files.get('app/security.py')).not.toContain('password_matches')
  expect(files.get('app/models/user.py')).toContain('password: Mapped[str] = mapped_column(PasswordHash())')
})

test('without passwords there is neither a hash nor a token of our own', () => {
  const files = filesOf(accounts.replace(/^- password .*\n/m, ''))
  expect([...files.keys()].filter((path) => SIGNING_IN.includes(path) || path === 'app/security.py')).toEqual([])
  expect(files.get('app/tokens.py')).not.toContain('issue_token')
})
