import { expect, test } from 'vitest'
import { readSpec } from '../src/index'

const endpoints = (...lines: string[]) => `# Parcel desk

## Models
- User: id, email (unique), name, role (admin, clerk, customer; default customer)
- Order: id, number (string, unique), status (draft, packed, shipped, cancelled, default draft), note (text, optional)

## Endpoints
${lines.map((line) => `- ${line}`).join('\n')}
`

const effectsOf = (...lines: string[]) => readSpec(endpoints(...lines)).rules.flatMap(({ effects }) => effects)

test('a role behind an action bears on that action, and not on other changes of the row', () => {
  const effects = effectsOf(
    'GET /orders',
    'PATCH /orders/{id} - change',
    'POST /orders/{id}/ship - ship it (admin or clerk only)',
    'POST /orders/{id}/cancel',
  )
  expect(effects).toEqual([{ kind: 'endpoint-role', entity: 'Order', method: 'POST', path: '/orders/{id}/ship', roles: ['admin', 'clerk'] }])
})

test('a role behind the only way to do something bears on all of it', () => {
  expect(effectsOf('GET /orders', 'POST /orders (admin only)')).toEqual([{ kind: 'role', entity: 'Order', operations: ['create'], roles: ['admin'] }])
})

test('of two ways to change a row, the one that names a role is for that role', () => {
  const effects = effectsOf('PATCH /orders/{id}', 'PUT /orders/{id} (admin only)')
  expect(effects).toEqual([{ kind: 'endpoint-role', entity: 'Order', method: 'PUT', path: '/orders/{id}', roles: ['admin'] }])
})

test('roles alone behind an endpoint say who may, with and without filters beside them', () => {
  expect(effectsOf('POST /orders - admin or clerk', 'GET /orders - admin or clerk (filters: status)')).toEqual([
    { kind: 'role', entity: 'Order', operations: ['create'], roles: ['admin', 'clerk'] },
    { kind: 'role', entity: 'Order', operations: ['list'], roles: ['admin', 'clerk'] },
  ])
  expect(effectsOf('GET /orders (admin or clerk; filters: status; search in number)')).toEqual([
    { kind: 'role', entity: 'Order', operations: ['list'], roles: ['admin', 'clerk'] },
  ])
})

test('who may read any user says nothing of the caller', () => {
  const effects = effectsOf('GET /users/me', 'GET /users/{id} (admin only)')
  expect(effects).toEqual([{ kind: 'endpoint-role', entity: 'User', method: 'GET', path: '/users/{id}', roles: ['admin'] }])
})

test('a list that shows callers their own makes whoever adds to it the owner', () => {
  const source = endpoints('GET /devices - own devices', 'POST /devices').replace(
    '\n## Endpoints',
    '- Device: id, holder_id (belongs to User), name (string)\n\n## Endpoints',
  )
  const { entities } = readSpec(source)
  const device = entities.find(({ name }) => name === 'Device')
  expect(device?.fields.filter(({ fromCaller }) => fromCaller).map(({ name }) => name)).toEqual(['holder_id'])
})

test('rules about rows that a mark makes are read without an endpoint that creates them', () => {
  const source = `${endpoints('POST /users/{id}/follow', 'DELETE /users/{id}/follow').replace(
    '\n## Endpoints',
    '- Follow: id, follower_id (belongs to User), followed_id (belongs to User)\n\n## Endpoints',
  )}
## Rules
- Users cannot follow themselves
- A user can follow another user only once
`
  expect(readSpec(source).rules.map(({ effects }) => effects.map(({ kind }) => kind))).toEqual([['distinct'], ['unique-together']])
})
