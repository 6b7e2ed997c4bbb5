import { describe, expect, it } from 'vitest'
import { ask } from './support/ask'

// Rows that the server writes about the changes of other rows.

const MODELS = `# Shop

## Models
- User (id, email string unique)
- Order (id, customer string required, status enum(open, paid) default open)
- Product (id, name string required)
- StatusHistory (id, order_id FK orders required, from_status string, to_status string required, changed_by FK users, changed_at datetime)
- OrderEvent (id, order_id FK orders required, kind string required, created_at)
- AuditLog (id, entity string required, entity_id integer required, action string required, user_id FK users, created_at)
- ChangeLog (id, table_name string, record_id integer, action enum(update, delete) required, changes json)
- SecretLog (id, product_id FK products required, created_at)
- Page (id, title string required, body text, tag string)
- PageRevision (id, page_id FK pages required, version integer required, title string required, body text, edited_by FK users, created_at)
- PageVersion (id, page_id FK pages required, data json required)
- Trail (id, product_id FK products required, user_id FK users, created_at)

## Endpoints
- CRUD for orders, products, pages
- GET /pages/{id}/versions
- GET /status-history
- GET /order-events
- GET /audit-logs
- GET /change-logs
- GET /trails
- GET /page-revisions
`

const said = (sentence: string) => ask(`${MODELS}\n## Rules\n- ${sentence}\n`).rule(sentence)

const status = {
  kind: 'record',
  entity: 'Order',
  log: 'StatusHistory',
  on: ['update'],
  field: 'status',
  values: { order_id: 'key', from_status: 'before', to_status: 'after', changed_by: 'caller' },
}
const audited = (entity: string, on: string[]) => ({
  kind: 'record',
  entity,
  log: 'AuditLog',
  on,
  values: { entity: 'entity', entity_id: 'key', action: 'action', user_id: 'caller' },
  actions: Object.fromEntries(on.map((each) => [each, each])),
  title: entity,
})

describe('rows about changes', () => {
  it.each([
    'Each status change of an order is written to StatusHistory',
    'Every order status change is recorded in the StatusHistory table',
    'Every status change of an order creates a StatusHistory record',
    'When an order changes its status, a StatusHistory entry is created',
    'Whenever the status of an order changes, it is logged in StatusHistory',
    'A StatusHistory row is created whenever an order changes status',
    'Changing the status of an order adds a status history entry',
  ])('of one field: %s', (sentence) => {
    expect(said(sentence)).toMatchObject({ status: 'compiled', effects: [status] })
  })

  it.each([
    ['Every change of an order is recorded in AuditLog', 'Order', ['create', 'update', 'delete']],
    ['All changes to products are logged in the audit log', 'Product', ['create', 'update', 'delete']],
    ['All create, update and delete operations on products are recorded in the AuditLog', 'Product', ['create', 'update', 'delete']],
    ['Every order update writes an AuditLog entry', 'Order', ['update']],
    ['Creating, updating or deleting a product writes an AuditLog row', 'Product', ['create', 'update', 'delete']],
    ['Every deletion of an order is recorded in AuditLog with the user, the action and the timestamp', 'Order', ['delete']],
  ])('of whole rows: %s', (sentence, entity, on) => {
    expect(said(sentence)).toMatchObject({ status: 'compiled', effects: [audited(entity, on)] })
  })

  it('that point at what they are about do not tell of its end, and go with it', () => {
    const asked = ask(`${MODELS}\n## Rules\n- Every change of a product is recorded in Trail\n`)
    expect(asked.rule('Trail').effects).toMatchObject([{ log: 'Trail', on: ['create', 'update'] }])
    expect(asked.field('Trail', 'product_id').reference?.onDelete).toBe('cascade')
  })

  it.each([
    ['Each status change of an order is written to OrderEvent', 'what kind of the OrderEvent is'],
    ['Every change of a product is recorded in ChangeLog', 'no value for create'],
    ['Every product update is recorded in ChangeLog', 'what changes of the ChangeLog holds'],
    ['Every change of a product is recorded in SecretLog', 'lists the SecretLog rows'],
    ['Every product deletion is recorded in Trail', 'goes with it when it is deleted'],
    ['Every change of an order is recorded in Trail', 'what product_id of the Trail is'],
    ['Every change of a product is recorded in AuditLog with the IP address', 'no known pattern'],
  ])('are left for a model, with the reason: %s', (sentence, reason) => {
    expect(said(sentence)).toMatchObject({ status: 'unparsed', effects: [], missing: expect.stringContaining(reason) })
  })

  it.each([
    'Each update of a page keeps the previous version as a PageRevision',
    'Every page update stores the previous title and body in PageRevision',
    'Updating a page saves the old version as a page revision',
    'When a page is updated, its previous version is saved in PageRevision',
    'Before each update of a page the previous content is stored in the PageRevision table',
  ])('of what one was: %s', (sentence) => {
    const values = { page_id: 'key', version: 'number', title: 'was', body: 'was', edited_by: 'caller' }
    expect(said(sentence)).toMatchObject({
      status: 'compiled',
      effects: [{ kind: 'record', entity: 'Page', log: 'PageRevision', on: ['update'], values }],
    })
  })

  it.each([
    ['Each update of a page keeps the previous version', 'no entity of the specification holds earlier versions'],
    ['Each update of a page keeps the previous version as a PageVersion', 'what data of the PageVersion is'],
    ['Each update of a page creates a PageRevision', 'what version of the PageRevision is'],
  ])('of what one was, left for a model with the reason: %s', (sentence, reason) => {
    expect(said(sentence)).toMatchObject({ status: 'unparsed', effects: [], missing: expect.stringContaining(reason) })
  })
})
