import { describe, expect, it } from 'vitest'
import { ask } from './support/ask'

// Numbers that go up and down as rows are written: by sentences, and by requests that ask for it.

const MODELS = `# Depot

## Models
- User (id, email string unique)
- Product (id, name string required, stock_quantity integer, is_deleted boolean default false)
- StockMovement (id, product_id FK products required, type: in/out, quantity integer required)
- Order (id, order_number string, status enum(pending, paid, cancelled) default pending)
- OrderItem (id, order_id FK orders required, product_id FK products required, quantity integer)
- Account (id, user_id FK users, balance decimal(12,2) default 0, status enum(active, frozen) default active)
- Transaction (id, account_id FK accounts required, type: deposit/withdrawal, amount decimal(12,2) required, description string)
- Transfer (id, from_account_id FK accounts required, to_account_id FK accounts required, amount decimal(12,2) required)
- Preferences (id, user_id FK users, theme: light/dark default light)
- Badge (id, user_id FK users, title string required)
- CartItem (id, user_id FK users, product_id FK products required, quantity integer default 1)

## Endpoints
- CRUD for products, orders, accounts
- POST /stock-movements
- POST /orders/{id}/items
- DELETE /orders/{id}/items/{item_id}
- POST /orders/{id}/cancel
- POST /transactions
- POST /transfers
`

const said = (sentence: string) => ask(`${MODELS}\n## Rules\n- ${sentence}\n`).rule(sentence)
const api = (...lines: string[]) => ask(`${MODELS}${lines.map((line) => `- ${line}\n`).join('')}`)

const movement = (direction: 'adds' | 'takes', value: string) => ({
  kind: 'balance',
  entity: 'StockMovement',
  reference: 'product_id',
  target: 'Product',
  field: 'stock_quantity',
  amount: 'quantity',
  direction,
  when: { field: 'type', values: [value] },
})
const placed = {
  kind: 'balance',
  entity: 'OrderItem',
  reference: 'product_id',
  target: 'Product',
  field: 'stock_quantity',
  amount: 'quantity',
  direction: 'takes',
}
const booked = (direction: 'adds' | 'takes', value: string) => ({
  ...movement(direction, value),
  entity: 'Transaction',
  reference: 'account_id',
  target: 'Account',
  field: 'balance',
  amount: 'amount',
})

describe('rows that change a number of another row', () => {
  it.each([
    ['Creating a stock movement of type "in" increases product.stock by its quantity', [movement('adds', 'in')]],
    ['A stock movement of type out decreases the product stock', [movement('takes', 'out')]],
    ['Outgoing movements reduce the stock of the product', [movement('takes', 'out')]],
    ['An in movement adds its quantity to the stock, an out movement takes it from it', [movement('adds', 'in'), movement('takes', 'out')]],
    ["Recording a stock movement updates the product's stock accordingly", [movement('adds', 'in'), movement('takes', 'out')]],
    ['Stock is updated automatically by stock movements', [movement('adds', 'in'), movement('takes', 'out')]],
    ["Adding an order item reduces the product's stock by its quantity", [placed]],
    ['Placing an order reduces product stock', [placed]],
    ['When an order is placed, the stock is decreased by the quantity', [placed]],
    ['Product stock is reduced when an order item is created', [placed]],
    ['Deposits increase the account balance; withdrawals decrease it', [booked('adds', 'deposit'), booked('takes', 'withdrawal')]],
    [
      'A deposit adds its amount to the balance of the account, a withdrawal subtracts it',
      [booked('adds', 'deposit'), booked('takes', 'withdrawal')],
    ],
  ])('are compiled: %s', (sentence, effects) => {
    expect(said(sentence)).toMatchObject({ status: 'compiled', effects })
  })

  it.each(['Transfers are atomic', 'A transfer debits the source account and credits the target account'])('in both directions: %s', (sentence) => {
    expect(said(sentence).effects.map((effect) => effect.kind === 'balance' && [effect.reference, effect.direction])).toEqual([
      ['from_account_id', 'takes'],
      ['to_account_id', 'adds'],
    ])
  })

  it('is read from what stands beside the endpoint, too', () => {
    const { spec } = ask(MODELS.replace('- POST /transfers\n', '- POST /transfers - Transfer money between accounts\n'))
    expect(spec.rules.flatMap(({ effects }) => effects)).toHaveLength(2)
  })

  it('makes an amount necessary and positive, and a number begin with nothing', () => {
    const { spec } = ask(`${MODELS}\n## Rules\n- Placing an order reduces product stock\n`)
    const field = (entity: string, name: string) => spec.entities.find((one) => one.name === entity)?.fields.find((one) => one.name === name)
    expect(field('OrderItem', 'quantity')).toMatchObject({ required: true, nullable: false, min: 1 })
    expect(field('Product', 'stock_quantity')).toMatchObject({ nullable: false, default: 0 })
  })

  it.each([
    'Stock is reduced when the order is paid',
    'A promotion increases the balance',
    'Movements change the price of a product',
    'A deposit increases the reputation of the account',
  ])('are not guessed: %s', (sentence) => {
    expect(said(sentence).effects.filter((effect) => effect.kind === 'balance')).toEqual([])
  })
})

describe('what has been taken', () => {
  const both = (sentence: string) => ask(`${MODELS}\n## Rules\n- Placing an order reduces product stock\n- ${sentence}\n`).rule(sentence)

  it.each([
    'When an order is cancelled, the stock is restored',
    'Cancelling an order returns the items to stock',
    'Stock is released when an order is cancelled',
  ])('is given back with the state of what it belongs to: %s', (sentence) => {
    expect(both(sentence)).toMatchObject({
      status: 'compiled',
      effects: [{ kind: 'reversal', entity: 'Order', of: 'OrderItem', through: 'order_id', when: { field: 'status', values: ['cancelled'] } }],
    })
  })

  it('is given back with the row', () => {
    expect(both('Deleting an order item restores the stock').effects).toEqual([{ kind: 'reversal', entity: 'OrderItem', of: 'OrderItem' }])
  })

  it('is given back only where a sentence says that it was taken', () => {
    expect(said('When an order is cancelled, the stock is restored')).toMatchObject({
      status: 'unparsed',
      missing: expect.stringContaining('OrderItem'),
    })
  })

  it.each([
    'Stock can never be negative',
    'Order item quantity cannot exceed the product stock',
    'Cannot sell more than the available stock',
    'Insufficient stock returns 409',
  ])('is never more than there is: %s', (sentence) => {
    expect(both(sentence).status).toBe('compiled')
    expect(both(sentence).effects).toContainEqual({ kind: 'floor', entity: 'Product', field: 'stock_quantity' })
  })
})

describe('numbers of new rows', () => {
  it.each([
    ['Order numbers are generated automatically in the format ORD-000001', { prefix: 'ORD-', digits: 6 }],
    ['Each order gets a unique order number (e.g. ORD-00001)', { prefix: 'ORD-', digits: 5 }],
    ['order_number is auto-generated: ORD-2024-0001', { prefix: 'ORD-', digits: 4, year: '-' }],
  ])('are compiled: %s', (sentence, form) => {
    expect(said(sentence)).toMatchObject({ status: 'compiled', effects: [{ kind: 'number', entity: 'Order', field: 'order_number', ...form }] })
  })

  it('stay for a model where their form is not known', () => {
    expect(said('Order numbers are generated randomly').effects).toEqual([])
  })
})

describe('requests that change a number', () => {
  it.each([
    ['POST /accounts/{id}/deposit - Deposit money', { amount: 'amount', direction: 'add', log: { sets: { type: 'deposit' } } }],
    [
      'POST /accounts/{id}/withdraw - body: {amount, description}',
      { direction: 'take', log: { sets: { type: 'withdrawal' }, notes: ['description'] } },
    ],
    ['POST /products/{id}/restock - body: {units}', { field: 'stock_quantity', amount: 'units', direction: 'add', log: { sets: { type: 'in' } } }],
  ])('are compiled: %s', (line, adjust) => {
    const endpoint = api(line).endpoint(line.split(' - ')[0]!)
    expect(endpoint).toMatchObject({ operation: 'adjust', unsupported: null, adjust })
  })

  it.each([
    ['POST /accounts/{id}/deposit - body: {source, channel}', /which amount/],
    ['POST /accounts/{id}/withdraw - body: {amount, pin}', /what becomes of pin/],
    ['POST /products/{id}/adjust - body: {quantity}', /signed number/],
  ])('are refused with the reason where something is open: %s', (line, reason) => {
    expect(api(line).endpoint(line.split(' - ')[0]!).unsupported).toMatch(reason)
  })
})

describe('a state in which a number stays as it is', () => {
  it.each(['Cannot withdraw from a frozen account', 'Withdrawals from frozen accounts are rejected', 'Frozen accounts cannot make withdrawals'])(
    'is compiled: %s',
    (sentence) => {
      const { rule } = ask(`${MODELS}- POST /accounts/{id}/withdraw - Withdraw (amount)\n\n## Rules\n- ${sentence}\n`)
      expect(rule(sentence)).toMatchObject({
        status: 'compiled',
        effects: [{ kind: 'adjust-guard', entity: 'Account', path: '/accounts/{id}/withdraw', field: 'status', values: ['frozen'] }],
      })
    },
  )
})

describe('a transfer', () => {
  it('is more than a row about it', () => {
    expect(ask(MODELS).endpoint('POST /transfers').unsupported).toMatch(/what a new Transfer changes of balance/)
  })

  it('needs no row of its own', () => {
    const text = MODELS.replace(/^- Transfer \(.*\n/m, '').replace(
      '- POST /transfers\n',
      '- POST /accounts/{id}/transfer - body: {to_account_id, amount}\n',
    )
    expect(ask(text).endpoint('POST /accounts/{id}/transfer')).toMatchObject({
      operation: 'adjust',
      unsupported: null,
      adjust: { direction: 'take', to: 'to_account_id', log: { sets: { type: 'withdrawal' }, other: { type: 'deposit' } } },
    })
  })
})

describe('the one row of the caller', () => {
  it('is made when it is first asked for', () => {
    const asked = api('GET /preferences', 'PATCH /preferences')
    expect(asked.endpoint('GET /preferences')).toMatchObject({ operation: 'single-get', own: 'user_id', unsupported: null })
    expect(asked.endpoint('PATCH /preferences')).toMatchObject({ operation: 'single-update', body: ['theme'] })
  })

  it('stays for a model where nobody says with what it begins', () => {
    expect(api('GET /me/badge', 'PUT /me/badge').endpoint('GET /me/badge').unsupported).toMatch(/title/)
  })

  it('may be created by a request instead', () => {
    const asked = api('POST /me/badge', 'GET /me/badge')
    expect(asked.endpoint('POST /me/badge')).toMatchObject({ operation: 'create', entity: 'Badge' })
    expect(asked.endpoint('GET /me/badge')).toMatchObject({ operation: 'single-get', own: 'user_id' })
  })

  it('may be a cart of which only the items are stored', () => {
    const asked = api('GET /cart', 'POST /cart/items', 'DELETE /cart/items/{id}', 'DELETE /cart')
    expect(asked.endpoint('GET /cart')).toMatchObject({ operation: 'list', entity: 'CartItem', own: 'user_id' })
    expect(asked.endpoint('POST /cart/items')).toMatchObject({ operation: 'create', entity: 'CartItem' })
    expect(asked.endpoint('DELETE /cart/items/{id}')).toMatchObject({ operation: 'delete', own: 'user_id', param: 'id' })
    expect(asked.endpoint('DELETE /cart').unsupported).toMatch(/what happens to the rows/)
  })
})

describe('a soft delete', () => {
  it('is taken back by /unarchive, with its moment', () => {
    const text = MODELS.replace(
      '- Badge (',
      '- Paper (id, title string required, is_filed boolean default false, filed_at datetime)\n- Folder (id, name string, archived_at datetime)\n- Badge (',
    )
    const asked = ask(`${text}- POST /papers/{id}/unfile\n- POST /folders/{id}/unarchive\n- DELETE /folders/{id}/archive\n`)
    expect(asked.endpoint('POST /papers/{id}/unfile').sets).toEqual({ is_filed: false, filed_at: null })
    expect(asked.endpoint('POST /folders/{id}/unarchive')).toMatchObject({ sets: { archived_at: null }, unsupported: null })
    expect(asked.endpoint('DELETE /folders/{id}/archive')).toMatchObject({ sets: { archived_at: null }, unsupported: null })
  })

  it('is taken back by /restore', () => {
    const asked = api('DELETE /products/{id} - Soft delete', 'POST /products/{id}/restore')
    expect(asked.endpoint('POST /products/{id}/restore')).toMatchObject({ operation: 'action', sets: { is_deleted: false }, unsupported: null })
  })
})
