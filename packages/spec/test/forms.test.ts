import { describe, expect, it } from 'vitest'
import { ask, operations } from './support/ask'

describe('the short form of a shop', () => {
  const { spec, field, endpoint, rule, entity } = ask(`Online Shop API

Database Models:
- User (id, email, name, role: admin/customer, created_at)
- Category (id, name, slug, parent_id)
- Product (id, name, sku, price, stock, category_id, is_active, created_at, updated_at)
- Address (id, user_id, label (Home, Work), street, city)
- Order (id, user_id, status (pending, paid, shipped), total_amount, created_at)
- OrderItem (id, order_id, product_id, quantity, unit_price)
- Review (id, product_id, user_id, rating (1-5), comment, created_at)

API Endpoints:
- GET /api/v1/products - List products (filters: category_id, min_price, max_price, is_active; search in name, sku; sort by price, created_at)
- POST /api/v1/products - Create product (admin only)
- CRUD for Categories
- GET, POST /api/v1/addresses
- GET /api/v1/orders/:id - Get order
- POST /api/v1/orders/:id/pay - Pay order
- PATCH /api/v1/orders/:id/status - Update status
- GET /api/v1/orders/:orderId/items - List items
- POST /api/v1/orders/:orderId/items - Add item
- GET /api/v1/reports/sales - Sales report
`)

  it('tells lists of members from examples', () => {
    expect(field('User', 'role')).toMatchObject({ type: 'enum', values: ['admin', 'customer'], default: 'customer' })
    expect(field('Order', 'status')).toMatchObject({ type: 'enum', values: ['pending', 'paid', 'shipped'], default: 'pending' })
    expect(field('Address', 'label')).toMatchObject({ type: 'string' })
    expect(field('Review', 'rating')).toMatchObject({ type: 'integer', min: 1, max: 5 })
  })

  it('finds references by name, the own kind and the caller included', () => {
    expect(field('Category', 'parent_id')).toMatchObject({ reference: { entity: 'Category' }, required: false, nullable: true })
    expect(field('Order', 'user_id')).toMatchObject({ reference: { entity: 'User' }, fromCaller: true, readOnly: true })
    expect(entity('Product').relations.map((one) => `${one.kind} ${one.target}`)).toEqual([
      'belongs-to Category',
      'has-many OrderItem',
      'has-many Review',
    ])
  })

  it('reads filters, search and sorting from the line itself', () => {
    const list = endpoint('GET /api/v1/products')
    expect(list.filters?.map((one) => [one.name, one.field, one.kind])).toEqual([
      ['category_id', 'category_id', 'equals'],
      ['min_price', 'price', 'min'],
      ['max_price', 'price', 'max'],
      ['is_active', 'is_active', 'equals'],
    ])
    expect(list.search).toEqual(['name', 'sku'])
    expect(list.sort?.fields).toEqual(['price', 'created_at'])
  })

  it('knows what each endpoint does', () => {
    expect(operations(spec).slice(2)).toEqual([
      'GET /api/v1/addresses list Address',
      'POST /api/v1/addresses create Address',
      'GET /api/v1/orders/{id} get Order',
      'POST /api/v1/orders/{id}/pay action Order',
      'PATCH /api/v1/orders/{id}/status action Order',
      'GET /api/v1/orders/{orderId}/items nested-list OrderItem',
      'POST /api/v1/orders/{orderId}/items nested-create OrderItem',
      'GET /api/v1/reports/sales custom null',
      'GET /api/v1/categories list Category',
      'POST /api/v1/categories create Category',
      'GET /api/v1/categories/{id} get Category',
      'PUT /api/v1/categories/{id} update Category',
      'DELETE /api/v1/categories/{id} delete Category',
    ])
    expect(endpoint('POST /api/v1/orders/{id}/pay')).toMatchObject({ sets: { status: 'paid' }, body: [], status: 200, unsupported: null })
    expect(endpoint('PATCH /api/v1/orders/{id}/status')).toMatchObject({ body: ['status'], unsupported: null })
    expect(endpoint('POST /api/v1/orders/{orderId}/items')).toMatchObject({
      body: ['product_id', 'quantity', 'unit_price'],
      parent: { entity: 'Order', param: 'orderId', field: 'order_id' },
    })
    expect(spec.endpoints.filter((one) => one.unsupported !== null).map((one) => one.path)).toEqual(['/api/v1/reports/sales'])
    expect(rule('admin only').effects).toEqual([{ kind: 'role', entity: 'Product', operations: ['create'], roles: ['admin'] }])
  })
})

describe('entities told in one line', () => {
  it('need neither brackets nor a key', () => {
    const { entity, field, spec } = ask(
      'Rooms\n\nRoom: name (required, max 50), capacity (int, min 1)\nBooking: room_id, email (required), size (small|large). Full CRUD for rooms and bookings.\n',
    )
    expect(entity('Room').fields.map((one) => one.name)).toEqual(['id', 'name', 'capacity'])
    expect(field('Booking', 'room_id').reference?.entity).toBe('Room')
    expect(field('Booking', 'size').values).toEqual(['small', 'large'])
    expect(spec.endpoints).toHaveLength(10)
  })

  it('may be named together: both of them', () => {
    const { spec } = ask('Item: name (required)\nBox: label (required), capacity (int)\n\nCRUD for both\n')
    expect(spec.endpoints.map((one) => one.entity)).toEqual([...Array(5).fill('Item'), ...Array(5).fill('Box')])
  })

  it('are not mistaken in rules, parameters and bodies', () => {
    const { spec } = ask(
      'Note API\n\nNote: title (required)\n\nPOST /notes\nBody: title (required), size (int)\nQuery: page (int), q (string)\nRequired: name (string), age (int)\nUpdate Note: title (string), size (int)\n\nValidation:\n- Title: required, max 200\n- Status: todo (default), done (final)\n',
    )
    expect(spec.entities.map((one) => one.name)).toEqual(['Note'])
  })
})

describe('Markdown with tables', () => {
  const { spec, field, endpoint, entity } = ask(`# Blog API

Base URL: \`/api/v2\`

## Data Models

### Author
| Field | Type | Required | Notes |
|-------|------|----------|-------|
| id | uuid | yes | primary key |
| username | string(30) | yes | unique |
| bio | text | no | |

### Post
| Field | Type | Required | Default |
|---|---|---|---|
| id | uuid | yes | |
| title | string(200) | yes | |
| body | text | yes | |
| status | enum(draft, published, archived) | yes | draft |
| author_id | uuid (FK -> Author) | yes | |
| published_at | datetime | no | |

### Tag
| Field | Type |
|---|---|
| id | uuid |
| name | string |

## Endpoints

| Method | Path | Description |
|---|---|---|
| GET | /posts | List posts, filter by status and author, newest first |
| POST | /posts | Create post |
| PATCH | /posts/{id} | Update a post |
| POST | /posts/{id}/publish | Publish a post |
| POST | /posts/{id}/tags/{tag_id} | Attach tag |
| DELETE | /posts/{id}/tags/{tag_id} | Detach tag |
| GET | /posts/{id}/tags | List tags of a post |
| POST | /tags | Create tag |

## Business Rules
1. Only the author can update a post.
2. Publishing a post sets published_at.

## Pagination
Use \`page\` and \`per_page\` (default 10, max 50).
`)

  it('reads rows of fields and of endpoints', () => {
    expect(spec.basePath).toBe('/api/v2')
    expect(field('Author', 'username')).toMatchObject({ type: 'string', maxLength: 30, required: true, unique: 'exact' })
    expect(field('Author', 'bio')).toMatchObject({ type: 'text', required: false, nullable: true })
    expect(field('Post', 'status')).toMatchObject({ type: 'enum', values: ['draft', 'published', 'archived'], default: 'draft', required: false })
    expect(field('Post', 'author_id')).toMatchObject({ type: 'reference', reference: { entity: 'Author' }, fromCaller: true })
    expect(field('Post', 'published_at')).toMatchObject({ type: 'datetime', readOnly: true })
    expect(endpoint('GET /api/v2/posts').filters?.map((one) => one.name)).toEqual(['status', 'author_id'])
    expect(endpoint('POST /api/v2/posts/{id}/publish').sets).toEqual({ status: 'published' })
  })

  it('joins by a table of its own what only paths join', () => {
    expect(entity('PostTag')).toMatchObject({ key: ['post_id', 'tag_id'], junction: { left: 'Post', right: 'Tag' }, source: { origin: 'inferred' } })
    expect(endpoint('POST /api/v2/posts/{id}/tags/{tag_id}')).toMatchObject({ operation: 'link-add', parent: { entity: 'Post', through: 'PostTag' } })
    expect(endpoint('DELETE /api/v2/posts/{id}/tags/{tag_id}').operation).toBe('link-remove')
    expect(endpoint('GET /api/v2/posts/{id}/tags').operation).toBe('link-list')
  })

  it('takes callers, keys and pages as told', () => {
    expect(spec.auth).toMatchObject({ userEntity: 'Author', idType: 'uuid', mockUser: { id: '00000000-0000-4000-8000-000000000001' } })
    expect(spec.paging).toMatchObject({ params: { page: 'page', size: 'per_page' }, defaultSize: 10, maxSize: 50, source: { origin: 'stated' } })
  })
})

describe('statements of SQL', () => {
  const { spec, field, entity, rule } = ask(`BOOKING SERVICE
===============

Tech: Node.js, Express, MySQL

CREATE TYPE booking_status AS ENUM ('requested', 'confirmed');
CREATE TABLE rooms (
  id SERIAL PRIMARY KEY,
  name VARCHAR(80) NOT NULL UNIQUE,
  capacity INT NOT NULL CHECK (capacity > 0),
  hourly_rate NUMERIC(8,2) NOT NULL DEFAULT 0,
  active BOOLEAN NOT NULL DEFAULT TRUE
);
CREATE TABLE bookings (
  id SERIAL PRIMARY KEY,
  room_id INT NOT NULL REFERENCES rooms(id) ON DELETE CASCADE,
  starts_at TIMESTAMPTZ NOT NULL,
  ends_at TIMESTAMPTZ NOT NULL,
  status booking_status NOT NULL DEFAULT 'requested',
  UNIQUE (room_id, starts_at)
);

Endpoints
---------
/rooms, /bookings
POST /bookings/{id}/confirm

Rules
-----
* ends_at must be after starts_at
* starts_at must be in the future
* Bookings must not overlap
`)

  it('give columns with their constraints', () => {
    expect(field('Room', 'name')).toMatchObject({ maxLength: 80, required: true, unique: 'exact' })
    expect(field('Room', 'capacity')).toMatchObject({ type: 'integer', min: 1, required: true })
    expect(field('Room', 'hourly_rate')).toMatchObject({ type: 'decimal', precision: 8, scale: 2, default: 0, required: false, nullable: false })
    expect(field('Booking', 'status')).toMatchObject({ type: 'enum', values: ['requested', 'confirmed'], default: 'requested' })
    expect(field('Booking', 'room_id').reference).toEqual({ entity: 'Room', onDelete: 'cascade' })
    expect(entity('Booking').uniqueTogether).toEqual([['room_id', 'starts_at']])
  })

  it('go along with bare paths, which mean the usual five', () => {
    expect(operations(spec)).toContain('PUT /rooms/{id} update Room')
    expect(operations(spec)).toContain('DELETE /bookings/{id} delete Booking')
    expect(spec.endpoints).toHaveLength(11)
  })

  it('go along with rules and with what is not followed', () => {
    expect(rule('ends_at must be after').effects).toEqual([{ kind: 'order', entity: 'Booking', before: 'starts_at', after: 'ends_at', strict: true }])
    expect(rule('in the future').effects).toEqual([{ kind: 'future', entity: 'Booking', field: 'starts_at', on: 'write' }])
    expect(rule('overlap').status).toBe('unparsed')
    expect(spec.notFollowed).toEqual([{ text: 'Tech: Node.js, Express, MySQL', line: 4, instead: 'PostgreSQL 15+' }])
  })
})

describe('a text in tags', () => {
  it('takes the tags for headings and the names of tables', () => {
    const { spec, field, endpoint } = ask(`<project_specification>
  <project_name>Team Wiki</project_name>
  <database_schema>
    <tables>
      <users>
        - id, email, name, password_hash
        - role (admin, editor, viewer)
      </users>
      <pages>
        - id
        - title (required)
        - author_id (FK to users)
        - is_locked (boolean, default false)
      </pages>
    </tables>
  </database_schema>
  <api_endpoints>
    <pages>
      - GET /api/pages
      - PUT /api/pages/:id
      - POST /api/pages/:id/lock
    </pages>
  </api_endpoints>
</project_specification>`)
    expect(spec.title).toBe('Team Wiki')
    expect(spec.entities.map((one) => one.name)).toEqual(['User', 'Page'])
    expect(field('User', 'password_hash')).toMatchObject({ writeOnly: true, readOnly: true })
    expect(field('Page', 'author_id').reference?.entity).toBe('User')
    expect(endpoint('POST /api/pages/{id}/lock')).toMatchObject({ operation: 'action', sets: { is_locked: true } })
    expect(spec.roles).toEqual(['admin', 'editor', 'viewer'])
  })
})

describe('notes that begin with the endpoints', () => {
  it('give entities by the bodies', () => {
    const { spec, field } = ask(`Inventory service

1. POST /api/items
   Request: { "sku": "string", "name": "string", "quantity": 5, "price": 9.99 }
   Response: 201
2. GET /api/items
3. GET /api/items/125
`)
    expect(operations(spec)).toEqual(['POST /api/items create Item', 'GET /api/items list Item', 'GET /api/items/{id} get Item'])
    expect(field('Item', 'quantity').type).toBe('integer')
    expect(field('Item', 'price').type).toBe('decimal')
    expect(spec.endpoints[0]?.body).toEqual(['sku', 'name', 'quantity', 'price'])
  })
})

describe('loose notes', () => {
  const { spec, field, endpoint, entity } = ask(`# Project Tracker

All endpoints are prefixed with /api/v1. All lists support pagination (limit, offset; max 40).

- User (id, email, name, is_admin)
- Project (id, name, owner_id, archived)
- Task (id, project_id, title, done)
- Project has many Users through Membership
- GET /projects - List projects
- POST /projects - Create project
- POST /projects/{id}/tasks - Create task
- PATCH /tasks/{id} - Update task
- POST /tasks/{id}/complete - Mark as done
- POST /projects/{id}/members - Add member (user_id)
- DELETE /projects/{id}/members/{user_id} - Remove member
- GET /projects/{id}/members - List members

### Stars (join table)
- user_id, task_id

### Comments
- id: int, PK
- task_id: FK -> Task
- body: text, required
- votes: integer >= 0
- mood: good | bad
- kind: one of note, question, answer (default: question)
- code: string, pattern ^[A-Z]{3}[0-9]{3}$
- odd: string, pattern ^[A-Z{3$
- created_at / updated_at: timestamp
- unique (task_id, body)
`)

  it('may set base path and paging in passing', () => {
    expect(spec.basePath).toBe('/api/v1')
    expect(spec.paging).toMatchObject({ style: 'offset', params: { offset: 'offset', limit: 'limit' }, maxSize: 40 })
  })

  it('know members for users', () => {
    expect(entity('Membership').junction).toEqual({ left: 'Project', right: 'User' })
    expect(endpoint('POST /api/v1/projects/{id}/members')).toMatchObject({ operation: 'link-add', entity: 'User', body: ['user_id'] })
    expect(endpoint('DELETE /api/v1/projects/{id}/members/{user_id}').operation).toBe('link-remove')
    expect(endpoint('GET /api/v1/projects/{id}/members').operation).toBe('link-list')
  })

  it('let rows that are made below a parent go with it, and stay below it', () => {
    expect(field('Task', 'project_id').reference?.onDelete).toBe('cascade')
    expect(endpoint('PATCH /api/v1/tasks/{id}').body).toEqual(['title', 'done'])
  })

  it('hold join tables and fields of many spellings', () => {
    expect(entity('Star')).toMatchObject({ key: ['user_id', 'task_id'], junction: { left: 'User', right: 'Task' } })
    expect(entity('Comment').uniqueTogether).toEqual([['task_id', 'body']])
    expect(field('Comment', 'votes')).toMatchObject({ type: 'integer', min: 0 })
    expect(field('Comment', 'mood')).toMatchObject({ type: 'enum', values: ['good', 'bad'] })
    expect(field('Comment', 'kind')).toMatchObject({ type: 'enum', values: ['note', 'question', 'answer'], default: 'question' })
    expect(field('Comment', 'code').pattern).toBe('^[A-Z]{3}[0-9]{3}$')
    expect(field('Comment', 'odd').pattern).toBeUndefined()
    expect(field('Comment', 'updated_at')).toMatchObject({ auto: 'updated' })
  })
})

describe('an "and" inside a name', () => {
  it('parts no names', () => {
    const { entity } = ask(`Models:
- Author: id (integer), handle (string, unique), bio (text)

Endpoints:
- GET /authors
- POST /authors
`)
    expect(entity('Author').fields.map(({ name }) => name)).toEqual(['id', 'handle', 'bio'])
  })
})

describe('contradictions', () => {
  it('are decided by the more specific place and told with both lines', () => {
    const { spec, field } = ask(`Models:
- Note (id, title)

### Notes

**Model Fields:**
- \`title\` (string, required, max 100 chars)

**Validation:**
- Title: max 60 characters

**Endpoints:**
- \`GET /notes\` - List
- \`POST /notes\` - Create
`)
    expect(field('Note', 'title').maxLength).toBe(60)
    expect(spec.diagnostics).toContainEqual({ level: 'warning', message: expect.stringContaining('100 on line 7 and 60 on line 10'), lines: [7, 10] })
  })
})

describe('several fields on a line', () => {
  const { spec, field, endpoint } = ask(`<project_specification>
  <project_name>Meeting Rooms</project_name>
  <database_schema>
    <tables>
      <rooms>
        - id, name (unique), floor (integer), status (open, closed), is_active (boolean, default true)
      </rooms>
      <bookings>
        - id, room_id (FK -> rooms), title, starts_at (datetime)
        - note (string), optional
      </bookings>
    </tables>
  </database_schema>
  <api_endpoints_summary>
    <rooms>
      - GET /api/rooms (filters: floor, is_active)
      - POST /api/rooms
    </rooms>
    <bookings>
      - POST /api/bookings
    </bookings>
  </api_endpoints_summary>
</project_specification>
`)

  it('are fields of their own', () => {
    expect(spec.entities.map(({ name, fields }) => [name, fields.map((one) => one.name)])).toEqual([
      ['Room', ['id', 'name', 'floor', 'status', 'is_active']],
      ['Booking', ['id', 'room_id', 'title', 'starts_at', 'note']],
    ])
    expect(field('Room', 'name')).toMatchObject({ unique: 'exact' })
    expect(field('Room', 'status')).toMatchObject({ type: 'enum', values: ['open', 'closed'] })
    expect(field('Booking', 'room_id')).toMatchObject({ reference: { entity: 'Room' } })
    expect(endpoint('GET /api/rooms').filters?.map(({ name }) => name)).toEqual(['floor', 'is_active'])
  })

  it('are told from the qualifiers of one field', () => {
    expect(field('Booking', 'note')).toMatchObject({ type: 'string', required: false })
  })
})

describe('names with indented lines below', () => {
  const { spec, field, operations } = school()

  it('are entities with one field a line', () => {
    expect(spec.entities.map(({ name, fields }) => [name, fields.map((one) => one.name)])).toEqual([
      ['Teacher', ['id', 'email', 'title']],
      ['Course', ['id', 'code', 'teacher_id', 'capacity']],
    ])
    expect(field('Course', 'teacher_id')).toMatchObject({ reference: { entity: 'Teacher' }, required: true })
    expect(field('Course', 'capacity')).toMatchObject({ type: 'integer', min: 1 })
    expect(spec.entities[0]?.relations).toMatchObject([{ kind: 'has-many', target: 'Course' }])
  })

  it('end where the indentation does', () => {
    expect(operations).toEqual(['GET /courses list Course', 'POST /courses create Course'])
  })
})

function school() {
  const asked = ask(`SCHOOL
======

ENTITIES
--------
Teacher
  id
  email: string, unique
  title
  has_many courses

Course
  id
  code: string, unique, max 12
  teacher_id: belongs to Teacher
  capacity: integer, min 1

ENDPOINTS
---------
GET /courses
POST /courses
`)
  return { ...asked, operations: operations(asked.spec) }
}

describe('one table for the fields of all entities', () => {
  const { spec, field } = ask(`# Wallets

| Entity | Field | Type | Notes |
|---|---|---|---|
| Account | id | integer | primary key |
| | iban | string(34) | required, unique |
| | status | enum(open, closed) | default open |
| Transaction | id | integer | primary key |
| Transaction | account_id | integer | FK -> Account, required |
| Transaction | amount | decimal(12,2) | required |

| Method | Path | Description |
|---|---|---|
| POST | /accounts | Open an account |
| POST | /transactions | Book a transaction |
`)

  it('names the entity in a column', () => {
    expect(spec.entities.map(({ name, fields }) => [name, fields.map((one) => one.name)])).toEqual([
      ['Account', ['id', 'iban', 'status']],
      ['Transaction', ['id', 'account_id', 'amount']],
    ])
    expect(field('Account', 'iban')).toMatchObject({ unique: 'exact', maxLength: 34, required: true })
    expect(field('Transaction', 'account_id')).toMatchObject({ reference: { entity: 'Account' } })
    expect(operations(spec)).toEqual(['POST /accounts create Account', 'POST /transactions create Transaction'])
  })
})

describe('headings in lower case, without any mark', () => {
  const { spec, field } = ask(`social network

models
User(id, handle unique)
Follow(id, follower_id -> User, followed_id -> User, since date)

endpoints
POST /users
POST /follows

rules
handles are unique and case insensitive
nobody knows why
`)

  it('head their sections, so that no rule is lost', () => {
    expect(spec.rules.map(({ text }) => text)).toEqual(['handles are unique and case insensitive', 'nobody knows why'])
    expect(operations(spec)).toEqual(['POST /users create User', 'POST /follows create Follow'])
  })

  it('let an arrow name what a field refers to', () => {
    expect(field('Follow', 'followed_id')).toMatchObject({ type: 'reference', reference: { entity: 'User' } })
    expect(field('Follow', 'since')).toMatchObject({ type: 'date' })
  })
})
