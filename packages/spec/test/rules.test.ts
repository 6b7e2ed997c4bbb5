import { describe, expect, it } from 'vitest'
import type { RuleEffect } from '../src/index'
import { ask } from './support/ask'

const MODELS = `Library API

## Models

### Users
- \`id\` (integer, primary key)
- \`email\` (string, required)
- \`name\` (string, required)
- \`role\` (enum: "admin", "librarian", "member", default: "member")
- \`is_active\` (boolean, default: true)

### Books
- \`id\` (integer, primary key)
- \`title\` (string, required)
- \`isbn\` (string, required)
- \`status\` (enum: "available", "reserved", "withdrawn", default: "available")
- \`grade\` (enum: "plain", "rare", default: "plain")
- \`copies\` (integer, default: 1)
- \`published_on\` (date)
- \`withdrawn_at\` (datetime, nullable)
- \`shelf_id\` (integer, foreign key to shelves, required)

### Shelves
- \`id\` (integer, primary key)
- \`label\` (string, required)
- \`archived\` (boolean, default: false)

### Loans
- \`id\` (integer, primary key)
- \`book_id\` (integer, foreign key to books, required)
- \`user_id\` (integer, foreign key to users, required)
- \`keeper_id\` (integer, foreign key to users, optional)
- \`status\` (enum: "open", "returned", "lost", default: "open")
- \`starts_on\` (date)
- \`due_on\` (date)
- \`returned_at\` (datetime, nullable)

### Reviews
- \`id\` (integer, primary key)
- \`book_id\` (integer, foreign key to books, required)
- \`user_id\` (integer, foreign key to users, required)
- \`rating\` (integer)

### Labels
- \`id\` (integer, primary key)
- \`caption\` (string, required)

### Book Labels (Junction Table)
- \`book_id\` (integer, foreign key to books)
- \`label_id\` (integer, foreign key to labels)

## Endpoints
- GET /users
- POST /users
- GET /users/{id}
- PUT /users/{id}
- DELETE /users/{id} - Soft delete user (set is_active=false)
- CRUD for Books, Shelves, Labels
- GET /loans
- POST /loans
- GET /loans/{id}
- PATCH /loans/{id}
- DELETE /loans/{id}
- POST /loans/{id}/return
- GET /books/{book_id}/reviews
- POST /books/{book_id}/reviews
- GET /reviews/{id}
- PUT /reviews/{id}
- DELETE /reviews/{id}

## Business Rules
`

const field = (entity: string, name: string, check: Extract<RuleEffect, { kind: 'field' }>['check']): RuleEffect => ({
  kind: 'field',
  entity,
  field: name,
  check,
})
const owner = (
  entity: string,
  fields: string[],
  operations: Extract<RuleEffect, { kind: 'owner' }>['operations'],
  roles: string[] = [],
): RuleEffect => ({ kind: 'owner', entity, fields, operations, roles })
const role = (entity: string, operations: Extract<RuleEffect, { kind: 'role' }>['operations'], roles: string[]): RuleEffect => ({
  kind: 'role',
  entity,
  operations,
  roles,
})

const understood: [sentence: string, ...effects: RuleEffect[]][] = [
  ['ISBN must be unique', field('Book', 'isbn', 'unique')],
  ['Each book must have a unique ISBN', field('Book', 'isbn', 'unique')],
  ['No two users may share the same email', field('User', 'email', 'unique')],
  ['Duplicate ISBNs are not allowed', field('Book', 'isbn', 'unique')],
  ['Book titles must be between 1 and 200 characters', field('Book', 'title', 'length')],
  ['Title is required and cannot be empty', field('Book', 'title', 'required')],
  ['Book titles are unique per shelf', { kind: 'unique-together', entity: 'Book', fields: ['shelf_id', 'title'] }],
  ['Number of copies must be at least 1', field('Book', 'copies', 'range')],
  ['Rating must be an integer from 1 to 5', field('Review', 'rating', 'range'), field('Review', 'rating', 'type')],
  ['Email must be a valid email address', field('User', 'email', 'format')],
  ['Name must not exceed 100 characters', field('User', 'name', 'length')],
  ['Only librarians and admins can create or update books', role('Book', ['create', 'update'], ['librarian', 'admin'])],
  ['Books can only be deleted by admins', role('Book', ['delete'], ['admin'])],
  ['Deleting shelves requires admin role', role('Shelf', ['delete'], ['admin'])],
  ['Members cannot create books', role('Book', ['create'], ['admin', 'librarian'])],
  ["Only admins can change a user's role", { kind: 'role-field', entity: 'User', field: 'role', roles: ['admin'] }],
  ['Users can only see their own loans', owner('Loan', ['user_id'], ['list', 'read'])],
  ["A user cannot view another user's loans", owner('Loan', ['user_id'], ['list', 'read'])],
  ['Users can only edit/delete their own reviews', owner('Review', ['user_id'], ['update', 'delete'])],
  ["Only the loan's user or keeper can update a loan", owner('Loan', ['user_id', 'keeper_id'], ['update'])],
  ["Only the review's author or an admin can delete a review", owner('Review', ['user_id'], ['delete'], ['admin'])],
  ['Users can update their own profile', owner('User', ['id'], ['update'])],
  [
    'A book cannot be deleted while it has open loans',
    { kind: 'delete-guard', entity: 'Book', child: 'Loan', childField: 'book_id', where: { field: 'status', in: ['open'] } },
  ],
  ['Cannot delete a shelf that contains books', { kind: 'delete-guard', entity: 'Shelf', child: 'Book', childField: 'shelf_id' }],
  ['Cannot delete books that are reserved', { kind: 'state-guard', entity: 'Book', operations: ['delete'], field: 'status', values: ['reserved'] }],
  ['Withdrawn books cannot be updated', { kind: 'state-guard', entity: 'Book', operations: ['update'], field: 'status', values: ['withdrawn'] }],
  ['Loans cannot be modified once returned', { kind: 'state-guard', entity: 'Loan', operations: ['update'], field: 'status', values: ['returned'] }],
  ['Only open loans can be deleted', { kind: 'state-guard', entity: 'Loan', operations: ['delete'], field: 'status', values: ['returned', 'lost'] }],
  [
    'Loans cannot be created for withdrawn books',
    { kind: 'parent-guard', entity: 'Loan', parentField: 'book_id', parent: 'Book', field: 'status', values: ['withdrawn'] },
  ],
  [
    'Cannot add books to archived shelves',
    { kind: 'parent-guard', entity: 'Book', parentField: 'shelf_id', parent: 'Shelf', field: 'archived', values: [true] },
  ],
  ['Deleting a book deletes all its reviews', { kind: 'cascade', entity: 'Book', child: 'Review' }],
  ['Reviews are deleted when their book is deleted', { kind: 'cascade', entity: 'Book', child: 'Review' }],
  ['Deleting a label removes it from all books', { kind: 'cascade', entity: 'Label', child: 'BookLabel' }],
  ['Deleting a user is a soft delete', { kind: 'soft-delete', entity: 'User' }],
  [
    'returned_at is set automatically when status becomes returned',
    { kind: 'stamp', entity: 'Loan', field: 'status', value: 'returned', target: 'returned_at' },
  ],
  ['Returning a loan sets returned_at', { kind: 'stamp', entity: 'Loan', field: 'status', value: 'returned', target: 'returned_at' }],
  ['due_on must be after starts_on', { kind: 'order', entity: 'Loan', before: 'starts_on', after: 'due_on', strict: true }],
  ['The due date must be later than the start date', { kind: 'order', entity: 'Loan', before: 'starts_on', after: 'due_on', strict: true }],
  ['due_on must be on or after starts_on', { kind: 'order', entity: 'Loan', before: 'starts_on', after: 'due_on' }],
  ['due_on cannot be before starts_on', { kind: 'order', entity: 'Loan', before: 'starts_on', after: 'due_on' }],
  ['starts_on < due_on', { kind: 'order', entity: 'Loan', before: 'starts_on', after: 'due_on', strict: true }],
  ['starts_on <= due_on', { kind: 'order', entity: 'Loan', before: 'starts_on', after: 'due_on' }],
  ['ISBNs are case-insensitively unique', field('Book', 'isbn', 'unique')],
  ['E-mails must be unique (ignoring case)', field('User', 'email', 'unique')],
  ['ISBN must be unique regardless of case', field('Book', 'isbn', 'unique')],
  [
    'Withdrawing a book sets withdrawn_at to the current time',
    { kind: 'stamp', entity: 'Book', field: 'status', value: 'withdrawn', target: 'withdrawn_at' },
  ],
  ['Withdrawing a book sets withdrawnAt', { kind: 'stamp', entity: 'Book', field: 'status', value: 'withdrawn', target: 'withdrawn_at' }],
  ['Loans must be scheduled in the future', { kind: 'future', entity: 'Loan', field: 'starts_on', on: 'create' }],
  ['Users can only see/modify their own reviews', owner('Review', ['user_id'], ['list', 'read', 'update', 'delete'])],
  ['Due date cannot be in the past when creating loans', { kind: 'future', entity: 'Loan', field: 'due_on', on: 'create' }],
  ['published_on cannot be in the future', { kind: 'past', entity: 'Book', field: 'published_on', on: 'write' }],
  [
    'Rare books cannot be withdrawn',
    { kind: 'exclusive', entity: 'Book', a: { field: 'grade', value: 'rare' }, b: { field: 'status', value: 'withdrawn' } },
  ],
  ['Lost loans can still be updated', { kind: 'allowed', entity: 'Loan', operation: 'update', where: { field: 'status', value: 'lost' } }],
  ['Cannot mark non-existent loan as returned', { kind: 'not-found', entity: 'Loan', method: 'POST', path: '/loans/{id}/return' }],
  ['Non-existent books return 404', { kind: 'not-found', entity: 'Book', method: 'GET', path: '/books/{id}' }],
]

describe('sentences of the catalogue', () => {
  it.each(understood)('%s', (sentence, ...effects) => {
    const { rule } = ask(`${MODELS}- ${sentence}\n`)
    expect(rule(sentence)).toMatchObject({ status: 'compiled', effects })
    expect(rule(sentence).missing).toBeUndefined()
  })

  it('may name the status they answer with', () => {
    const { rule } = ask(`${MODELS}- Withdrawn books cannot be updated -> 409\n- Cannot delete a shelf that contains books (418)\n`)
    expect(rule('Withdrawn').status).toBe('compiled')
    expect(rule('shelf')).toMatchObject({ status: 'partly', missing: 'the status 418' })
  })
})

const beyond = [
  'A user can have at most 5 open loans',
  'Reminder e-mails are sent before the due date',
  'Loans must not overlap',
  'Only wizards can create books',
  'Only admins can fly kites',
  'Cannot delete a shelf that contains dust',
  'Purple books cannot be updated',
  'Books are immutable',
  'All endpoints require authentication',
  'Admins can create shelves',
]

describe('what is unique only together', () => {
  it('is never unique alone', () => {
    const { field: of, entity } = ask(`${MODELS}- Book titles are unique per shelf\n`)
    expect(of('Book', 'title').unique).toBe(false)
    expect(entity('Book').uniqueTogether).toEqual([['shelf_id', 'title']])
  })

  it('holds for references that may be left out, too', () => {
    const { entity, rule } = ask(`${MODELS}- Loan status is unique per keeper\n`)
    expect(entity('Loan').uniqueTogether).toEqual([['keeper_id', 'status']])
    expect(rule('per keeper')).toMatchObject({ status: 'compiled', effects: [{ kind: 'unique-together', fields: ['keeper_id', 'status'] }] })
  })
})

describe('sentences beyond the catalogue', () => {
  it.each(beyond)('%s: is kept, for a model', (sentence) => {
    const { rule } = ask(`${MODELS}- ${sentence}\n`)
    expect(rule(sentence)).toMatchObject({ status: 'unparsed', effects: [], missing: expect.stringMatching(/\w/) })
  })

  it('are told in part where a part is understood', () => {
    const { rule } = ask(`${MODELS}\n### Reviews\n\n**Validation:**\n- Rating: 1-5, honest\n`)
    expect(rule('honest')).toMatchObject({ status: 'partly', effects: [field('Review', 'rating', 'range')], missing: 'not understood: "honest"' })
  })
})

describe('rules about one thing', () => {
  it('share the roles that stand above the owners, operation by operation', () => {
    const { rule } = ask(`${MODELS}- Users can only edit/delete their own reviews\n- Admins can delete any review\n`)
    expect(rule('Users can only').effects).toEqual([owner('Review', ['user_id'], ['update']), owner('Review', ['user_id'], ['delete'], ['admin'])])
    expect(rule('Admins can').effects).toEqual([owner('Review', ['user_id'], ['delete'], ['admin'])])
  })

  it('let a role stand above owners whom another sentence names', () => {
    const { rule } = ask(`${MODELS}- Only the keeper can update a loan\n- Admins can update any loan\n- Admins can delete any shelf\n`)
    expect(rule('keeper can').effects).toEqual([owner('Loan', ['keeper_id'], ['update'], ['admin'])])
    expect(rule('any loan')).toMatchObject({ status: 'compiled', effects: [owner('Loan', ['keeper_id'], ['update'], ['admin'])] })
    expect(rule('any shelf')).toMatchObject({ status: 'unparsed', effects: [], missing: expect.stringContaining('nobody') })
  })

  it('make names differ whatever their case', () => {
    expect(ask(`${MODELS}- ISBNs are case-insensitively unique\n`).field('Book', 'isbn').unique).toBe('case-insensitive')
  })

  it('let whoever may delete users change them', () => {
    const { rule } = ask(`${MODELS}- Only admins can create/delete users\n- Users can update their own profile\n`)
    expect(rule('profile').effects).toEqual([owner('User', ['id'], ['update'], ['admin'])])
  })

  it('change the model that they speak of', () => {
    const {
      field: of,
      endpoint,
      entity,
    } = ask(
      `${MODELS}- Returning a loan sets returned_at\n- Deleting a book deletes its reviews\n- ISBN: max 13 characters, unique (case-insensitive)\n`,
    )
    expect(of('Loan', 'returned_at').readOnly).toBe(true)
    expect(endpoint('POST /loans').body).not.toContain('returned_at')
    expect(of('Review', 'book_id').reference?.onDelete).toBe('cascade')
    expect(of('Book', 'isbn')).toMatchObject({ unique: 'case-insensitive', maxLength: 13 })
    expect(entity('User').softDelete).toEqual({ field: 'is_active', deletedValue: false })
  })

  it('are numbered in the order of the text, each with its line', () => {
    const { spec } = ask(`${MODELS}- ISBN must be unique\n- Books smell nice\n`)
    expect(spec.rules.map((one) => one.id)).toEqual(spec.rules.map((_, index) => index + 1))
    const lines = MODELS.split('\n').length
    expect(spec.rules.slice(-2).map((one) => one.source)).toEqual([
      { line: lines, origin: 'stated' },
      { line: lines + 1, origin: 'stated' },
    ])
  })
})

describe('notes behind endpoints', () => {
  it('are rules about what the endpoint does', () => {
    const notes: [endpoint: string, note: string][] = [
      ['- GET /users\n', '- GET /users - List users (admin only)\n'],
      ['- PUT /reviews/{id}', '- PUT /reviews/{id} - Update review (own reviews only)'],
      ['- DELETE /reviews/{id}', '- DELETE /reviews/{id} - Delete review (own or admin)'],
      ['- POST /loans\n', '- POST /loans - librarians and admins only\n'],
      ['- POST /loans/{id}/return', '- POST /loans/{id}/return (librarians only)'],
    ]
    const { rule } = ask(notes.reduce((text, [endpoint, note]) => text.replace(endpoint, note), MODELS))
    expect(rule('List users').effects).toEqual([role('User', ['list'], ['admin'])])
    expect(rule('Update review').effects).toEqual([owner('Review', ['user_id'], ['update'])])
    expect(rule('Delete review').effects).toEqual([owner('Review', ['user_id'], ['delete'], ['admin'])])
    expect(rule('librarians and admins only').effects).toEqual([role('Loan', ['create'], ['librarian', 'admin'])])
    const returning = { kind: 'endpoint-role', entity: 'Loan', method: 'POST', path: '/loans/{id}/return', roles: ['librarian'] }
    expect(rule('librarians only')).toMatchObject({ status: 'compiled', effects: [returning] })
    expect(rule('Soft delete user').effects).toEqual([{ kind: 'soft-delete', entity: 'User' }])
  })
})
