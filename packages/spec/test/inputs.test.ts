import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readSpec, SpecError } from '../src/index'
import { ask } from './support/ask'

const folder = join(dirname(fileURLToPath(import.meta.url)), 'fixtures/inputs')
const text = (file: string) => readFileSync(join(folder, file), 'utf8')

/** `inputs` tells in which language a text is said to be written. */
const language = (source: string) => readSpec(source).diagnostics.find((one) => one.message.startsWith('read as'))?.message

const said = (source: string) => readSpec(source).diagnostics.map((one) => one.message)

function refused(source: string): SpecError {
  try {
    readSpec(source)
  } catch (error) {
    if (error instanceof SpecError) return error
    throw error
  }
  throw new Error('The text was not refused.')
}

describe('the language of a specification', () => {
  it.each([
    ['library.sql', 'read as a PostgreSQL schema'],
    ['blog.prisma', 'read as a Prisma schema'],
    ['shop.dbml', 'read as a DBML schema'],
    ['tasks.yaml', 'read as an OpenAPI 3.1.0 document (YAML)'],
  ])('%s: is recognised from the text itself, whatever its line ends', (file, name) => {
    expect(language(text(file))).toBe(name)
    expect(language(`\ufeff${text(file).replace(/\n/g, '\r\n')}`)).toBe(name)
  })

  it('is plain text where a language only occurs in a part of the text', () => {
    expect(language(`# Notes API\n\n\`\`\`sql\nCREATE TABLE notes (id serial PRIMARY KEY, title text NOT NULL);\n\`\`\`\n`)).toBeUndefined()
    expect(language(`# Shop API\n\nopenapi: 3.1 is served.\n\nModels:\n- Product (id, name)\n`)).toBeUndefined()
    expect(language('# Shop\n\n```dbml\nTable a {\n  id int [pk]\n}\n```\n\nModels:\n- A (id, name)\n')).toBeUndefined()
    expect(language('# Prisma schema\n\nmodel Note {\n  id Int @id\n}\n\nNotes (id, title) are kept.\n')).toBeUndefined()
  })

  it('can be named', () => {
    expect(() => readSpec(text('tasks.yaml'), { format: 'sql' })).toThrow(/Line 1: this is read as a PostgreSQL schema/)
    expect(() => readSpec('x', { format: 'xml' as never })).toThrow('The format "xml" is not known.')
  })
})

describe('a PostgreSQL schema', () => {
  const { field, entity, endpoint, rule, spec } = ask(text('library.sql'))

  it('gives types, lengths, presence, defaults, enumerations and domains, with their lines', () => {
    expect(field('User', 'email')).toMatchObject({ type: 'email', required: true, unique: 'case-insensitive', source: { line: 12 } })
    expect(field('User', 'full_name')).toMatchObject({ maxLength: 120, default: '', nullable: false })
    expect(field('User', 'role')).toMatchObject({ type: 'enum', values: ['admin', 'member'], default: 'member' })
    expect(field('User', 'created_at')).toMatchObject({ auto: 'created', readOnly: true })
    expect(field('Book', 'id')).toMatchObject({ type: 'uuid', readOnly: true })
    expect(field('Book', 'title')).toMatchObject({ minLength: 1, maxLength: 200 })
    expect(field('Book', 'isbn')).toMatchObject({ pattern: '^[0-9-]{10,17}$', maxLength: 17, unique: 'exact' })
    expect(field('Book', 'price')).toMatchObject({ type: 'decimal', precision: 10, scale: 2, min: 0 })
    expect(field('Book', 'pages')).toMatchObject({ type: 'integer', min: 1, nullable: true })
    expect(field('Book', 'tags')).toMatchObject({ list: true })
    expect(field('Loan', 'status')).toMatchObject({ values: ['open', 'returned', 'lost'], default: 'open', indexed: true })
  })

  it('gives references with what happens on delete, joining tables, and keys from ALTER TABLE', () => {
    expect(field('Loan', 'user_id').reference).toEqual({ entity: 'User', onDelete: 'cascade' })
    expect(field('Loan', 'book_id').reference).toEqual({ entity: 'Book', onDelete: 'restrict' })
    expect(entity('BookGenre')).toMatchObject({ key: ['book_id', 'genre_id'], junction: { left: 'Book', right: 'Genre' } })
    expect(entity('User').key).toEqual(['id'])
    expect(entity('Loan').uniqueTogether).toEqual([['book_id', 'user_id', 'starts_on']])
    expect(field('Genre', 'name').unique).toBe('case-insensitive')
  })

  it('gives endpoints by convention, rules from CHECK and from comments, and seed rows', () => {
    expect(endpoint('GET /api/v1/loans')).toMatchObject({ operation: 'list', source: { origin: 'inferred' } })
    expect(endpoint('POST /api/v1/books/{book_id}/genres')).toMatchObject({ operation: 'link-add' })
    expect(rule('due_on > starts_on').effects).toEqual([{ kind: 'order', entity: 'Loan', before: 'starts_on', after: 'due_on', strict: true }])
    expect(rule('A loan cannot be deleted').source.line).toBe(39)
    expect(rule("CHECK (status <> 'lost'").source.line).toBe(50)
    expect(spec.seeds.map((seed) => seed.row)).toEqual([
      { id: 1, name: 'Crime' },
      { id: 2, name: 'Poetry' },
    ])
  })

  it('says what it does not follow', () => {
    const messages = said(text('library.sql')).join('\n')
    for (const part of ['inet', 'the formula of books.total', 'exclusion constraint of loans', 'create trigger', 'the default of books.tags'])
      expect(messages).toContain(part)
  })

  it('gives rows with a key of several columns an id of their own', () => {
    const source = 'CREATE TABLE prices (region text, year int, amount numeric(8,2) NOT NULL, PRIMARY KEY (region, year));'
    expect(ask(source).entity('Price')).toMatchObject({ key: ['id'], uniqueTogether: [['region', 'year']] })
    expect(said(source).join()).toContain('rows get an id of their own')
  })

  it('is refused with the line of the fault', () => {
    const error = refused('CREATE TABLE a (id int);\n\nCREATE TABLE b (\n  id int,\n  name varchar(10) NOT\n);\n')
    expect(error.message).toMatch(/^Line 6: this is read as a PostgreSQL schema, .*syntax error at or near "\)"\.$/)
    expect(error.remedy).not.toBe('')
  })
})

describe('a DBML schema', () => {
  const { field, entity, endpoint, spec } = ask(text('shop.dbml'))

  it('gives settings, enums, references of every form and indexes', () => {
    expect(spec).toMatchObject({ title: 'Shop', description: 'A small shop' })
    expect(field('User', 'email')).toMatchObject({ maxLength: 255, required: true, unique: 'exact', source: { line: 7 } })
    expect(field('Product', 'status')).toMatchObject({ values: ['draft', 'live', 'sold out'], default: 'draft' })
    expect(field('Product', 'price')).toMatchObject({ precision: 10, scale: 2, default: 0 })
    expect(field('Product', 'owner_id').reference?.entity).toBe('User')
    expect(field('Order', 'user_id').reference).toEqual({ entity: 'User', onDelete: 'cascade' })
    expect(entity('Order').uniqueTogether).toEqual([['user_id', 'code']])
    expect(entity('OrderItem').junction).toEqual({ left: 'Order', right: 'Product' })
    expect(endpoint('POST /api/v1/products/{product_id}/tags').operation).toBe('link-add')
  })

  it.each([
    ['Table a {\n  id int [pk]\n  name\n}', 'Line 3: this is read as DBML, and the column "name" has no type.'],
    [
      'Table a {\n  id int [pk]\n  b int [ref: users]\n}',
      'Line 3: this is read as DBML, and the reference of b is not of the form "ref: > table.column".',
    ],
    ['Table a {\n  id int [pk]\n}\nTabel b {\n  id int\n}', 'Line 4: this is read as DBML, and no block is called "Tabel".'],
    ['Table a {\n  id int\n', 'Line 3: this is read as DBML, and the table "a" has no closing brace.'],
    ['Table a {\n  id int\n}\nTable a {\n  id int\n}', 'Line 4: this is read as DBML, and the table "a" is defined a second time.'],
  ])('is refused with the line of the fault: %j', (source, message) => {
    expect(refused(source).message).toBe(message)
  })
})

describe('a Prisma schema', () => {
  const { field, entity, endpoint } = ask(text('blog.prisma'))

  it('gives scalars, native types, defaults, relations and links', () => {
    expect(field('User', 'id')).toMatchObject({ type: 'uuid', readOnly: true })
    expect(field('User', 'email')).toMatchObject({ type: 'email', unique: 'exact', maxLength: 255 })
    expect(field('User', 'role')).toMatchObject({ values: ['USER', 'ADMIN'], default: 'USER' })
    expect(field('User', 'createdAt').auto).toBe('created')
    expect(field('Post', 'updatedAt').auto).toBe('updated')
    expect(field('Post', 'rating')).toMatchObject({ type: 'decimal', precision: 3, scale: 1, nullable: true })
    expect(field('Profile', 'userId')).toMatchObject({ unique: 'exact', reference: { entity: 'User', onDelete: 'cascade' } })
    expect(entity('Post').uniqueTogether).toEqual([['authorId', 'title']])
    expect(entity('PostTag').junction).toEqual({ left: 'Post', right: 'Tag' })
    expect(endpoint('DELETE /api/v1/posts/{post_id}/tags/{tag_id}').operation).toBe('link-remove')
  })

  it.each([
    ['model A {\n  id Int @id\n  name @unique\n}', 'Line 3: this is read as a Prisma schema, and the field "name" has no type.'],
    ['model A {\n  id Int @id @default(autoincrement(\n}', 'Line 3: this is read as a Prisma schema, and @default has no closing bracket.'],
    [
      'model A {\n  id Int @id\n}\nmodel A {\n  id Int @id\n}',
      'Line 4: this is read as a Prisma schema, and the model "A" is defined a second time.',
    ],
  ])('is refused with the line of the fault: %j', (source, message) => {
    expect(refused(source).message).toBe(message)
  })
})

describe('an OpenAPI document', () => {
  const { field, entity, endpoint, rule, spec } = ask(text('tasks.yaml'))

  it('gives entities from the schemas that operations make and answer', () => {
    expect(spec.entities.map((one) => one.name)).toEqual(['User', 'Task'])
    expect(entity('Task').source.line).toBe(117)
    expect(field('Task', 'title')).toMatchObject({ required: true, minLength: 1, maxLength: 200, source: { line: 105 } })
    expect(field('Task', 'notes')).toMatchObject({ nullable: true, required: false })
    expect(field('Task', 'status')).toMatchObject({ type: 'enum', values: ['todo', 'doing', 'done'], default: 'todo' })
    expect(field('Task', 'priority')).toMatchObject({ min: 1, max: 5, default: 3 })
    expect(field('Task', 'id')).toMatchObject({ type: 'uuid', readOnly: true })
    expect(field('Task', 'owner_id').reference?.entity).toBe('User')
    expect(field('User', 'email').unique).toBe('exact')
  })

  it('gives endpoints, conventions and rules', () => {
    expect(endpoint('PATCH /api/v1/tasks/{taskId}').body).toEqual(['title', 'status'])
    expect(endpoint('GET /api/v1/tasks').filters).toMatchObject([{ name: 'status', kind: 'equals' }])
    expect(endpoint('GET /api/v1/health')).toMatchObject({ operation: 'health', authenticated: false })
    expect(spec.paging).toMatchObject({ style: 'offset', defaultSize: 10, maxSize: 50, envelope: ['items', 'total', 'limit', 'offset'] })
    expect(spec.errors.fields.map((one) => one.meaning)).toEqual(['code', 'message', 'request-id'])
    expect(spec.statusCodes.validation).toBe(400)
    expect(spec.auth).toMatchObject({ kind: 'bearer', userEntity: 'User', idType: 'uuid' })
    expect(rule('Only the owner').status).toBe('compiled')
    expect(rule('(admin only)').effects).toMatchObject([{ kind: 'role', operations: ['delete'], roles: ['admin'] }])
  })

  it('is the same in JSON', () => {
    const json = `{"openapi": "3.0.3", "info": {"title": "Notes", "version": "1"}, "paths": {
      "/notes": {
        "get": {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Note"}}}}}}},
        "post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}, "responses": {"201": {"description": "made"}}}
      },
      "/notes/{id}": {"delete": {"responses": {"204": {"description": "gone"}}}}},
      "components": {"schemas": {"Note": {"type": "object", "required": ["text"], "properties": {
        "id": {"type": "integer", "readOnly": true},
        "text": {"type": "string", "maxLength": 500},
        "price": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}], "nullable": true},
        "score": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}}}}}}`
    const asked = ask(json)
    expect(asked.field('Note', 'text')).toMatchObject({ required: true, maxLength: 500, source: { line: 9 } })
    expect(asked.field('Note', 'price')).toMatchObject({ type: 'decimal', min: 0, nullable: true })
    expect(asked.field('Note', 'score').min).toBe(1)
    expect(asked.spec.paging.style).toBe('none')
    expect(asked.spec.auth.kind).toBe('none')
  })

  it('says what it does not follow', () => {
    const messages = said(text('tasks.yaml')).join('\n')
    expect(messages).toContain('bodies other than JSON are not followed: POST /api/v1/upload')
    expect(messages).toContain('Task.estimate: multipleOf is not followed')
    expect(messages).toContain('Task.owner holds a whole User in the file; here the row is named by owner_id')
  })

  it.each([
    ['openapi: 3.1.0\ninfo:\n  title: "x\npaths: {}\n', /^Line \d: this is read as an OpenAPI document, and .*\.$/],
    ['openapi: 3.1.0\ninfo: {title: x}\ninfo: {title: y}\n', /^Line 3: this is read as an OpenAPI document, and Map keys must be unique\.$/],
    ['swagger: "2.0"\ninfo: {title: x}\n', /^Line 1: the document is of OpenAPI 2\.0, and 3\.0 and 3\.1 are read\.$/],
    ['openapi: 3.1.0\ninfo: {title: x}\npaths: {}\n', /names no entity/],
  ])('is refused with the line of the fault: %j', (source, message) => {
    expect(refused(source).message).toMatch(message)
  })
})

describe('long schemas', () => {
  it('are read in time', () => {
    const columns = Array.from({ length: 8 }, (_, index) => `c${index} int CHECK (c${index} > 0)`).join(', ')
    const tables = Array.from(
      { length: 200 },
      (_, index) => `CREATE TABLE t${index}x (id serial PRIMARY KEY, ${columns}, r int REFERENCES t${Math.max(0, index - 1)}x);`,
    )
    const started = performance.now()
    expect(readSpec(tables.join('\n')).entities).toHaveLength(200)
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})

describe('what stands beside a schema', () => {
  const schema = `// Desk
Table users {
  id integer [pk]
  role varchar(10) [not null]
}

Table items {
  id integer [pk]
  name varchar(40) [not null]
  quantity integer [not null, default: 0, note: 'read only']
}

/*
Roles: admin, clerk

POST /items (admin only)
GET /items
*/
`

  it('is one rule where an endpoint names a role in a comment', () => {
    expect(readSpec(schema).rules.map(({ text: rule, status }) => [rule, status])).toEqual([['admin only', 'compiled']])
  })

  it('is a qualifier where the note of a column is nothing else', () => {
    const { entities, endpoints } = readSpec(schema)
    expect(entities.find(({ name }) => name === 'Item')?.fields.find(({ name }) => name === 'quantity')?.readOnly).toBe(true)
    expect(endpoints.find(({ method }) => method === 'POST')?.body).toEqual(['name'])
  })
})
