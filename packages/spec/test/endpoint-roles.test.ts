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
