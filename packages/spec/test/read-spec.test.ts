import { describe, expect, it } from 'vitest'
import { readSpec, SpecError } from '../src/index'
import { ask, operations } from './support/ask'

const BOOKSHELF = `Bookshelf API

Models
- Author (id, name, created_at)
- Book (id, title, price, published_on, author_id)

Endpoints
- GET /api/v1/authors - List authors
- POST /api/v1/authors - Create author
- GET /api/v1/books - List books (filters, sorting)
- POST /api/v1/books - Create book
- GET /api/v1/books/{id} - Get book
- DELETE /api/v1/books/{id} - Delete book

Rules
- Title must be unique
- Readers are reminded by e-mail three days before a loan ends
`

describe('a text that is no specification', () => {
  const texts: [name: string, text: string][] = [
    ['empty', ''],
    ['blank', ' \n\t\n\u200b\ufeff  '],
    ['binary', `\u0089PNG\r\n\u001a\n${'\0\u0001\ufffd'.repeat(2000)}`],
    ['without entities', 'Dear reader,\n\nthis is a letter about the weather. It was fine.\n'],
    ['with a health check only', 'Endpoints:\n- GET /health - Health check\n'],
    ['long, of one line', 'word '.repeat(60_000)],
  ]

  it.each(texts)('%s: is refused with a remedy, soon', (_, text) => {
    const start = performance.now()
    const error = refusal(text)
    expect(performance.now() - start).toBeLessThan(2000)
    expect(error.code).toBe('SPEC_INVALID')
    expect(error.message).not.toContain('\n')
    expect(error.remedy).toContain('POST /api/v1/notes')
  })

  it('has a form that is known', () => {
    expect(() => readSpec(BOOKSHELF, { format: 'yaml' as 'text' })).toThrowError(SpecError)
    expect(readSpec(BOOKSHELF, { format: 'text' })).toEqual(readSpec(BOOKSHELF))
  })
})

function refusal(text: string): SpecError {
  try {
    readSpec(text)
  } catch (error) {
    if (error instanceof SpecError) return error
    throw error
  }
  throw new Error('the text was read')
}

describe('the short form', () => {
  const { spec, field, endpoint, rule } = ask(BOOKSHELF)

  it('gives entities with the types their names tell', () => {
    expect(spec.title).toBe('Bookshelf API')
    expect(spec.entities.map((entity) => [entity.name, entity.table, entity.source.line])).toEqual([
      ['Author', 'authors', 4],
      ['Book', 'books', 5],
    ])
    expect(field('Author', 'name')).toMatchObject({ type: 'string', required: true, nullable: false })
    expect(field('Author', 'created_at')).toMatchObject({ type: 'datetime', auto: 'created', readOnly: true })
    expect(field('Book', 'price')).toMatchObject({ type: 'decimal', precision: 12, scale: 2, required: false, nullable: true })
    expect(field('Book', 'published_on')).toMatchObject({ type: 'date', required: false })
    expect(field('Book', 'author_id')).toMatchObject({ type: 'reference', required: true, reference: { entity: 'Author', onDelete: 'restrict' } })
    expect(field('Book', 'title')).toMatchObject({ required: true, unique: 'exact', minLength: 1 })
  })

  it('gives endpoints with their operations, filters and sorting', () => {
    expect(spec.basePath).toBe('/api/v1')
    expect(operations(spec)).toEqual([
      'GET /api/v1/authors list Author',
      'POST /api/v1/authors create Author',
      'GET /api/v1/books list Book',
      'POST /api/v1/books create Book',
      'GET /api/v1/books/{id} get Book',
      'DELETE /api/v1/books/{id} delete Book',
    ])
    expect(spec.endpoints.map((one) => one.status)).toEqual([200, 201, 200, 201, 200, 204])
    expect(endpoint('POST /api/v1/books').body).toEqual(['title', 'price', 'published_on', 'author_id'])
    expect(endpoint('GET /api/v1/books').filters?.map((filter) => filter.name)).toEqual(['author_id'])
    expect(endpoint('GET /api/v1/books')).toMatchObject({ paginated: true, search: ['title'] })
  })

  it('never drops a rule', () => {
    expect(rule('Title must be unique')).toMatchObject({
      status: 'compiled',
      entity: 'Book',
      effects: [{ kind: 'field', entity: 'Book', field: 'title', check: 'unique' }],
      source: { line: 16 },
    })
    expect(rule('Readers are reminded')).toMatchObject({ status: 'unparsed', effects: [], source: { line: 17 } })
    expect(rule('Readers are reminded').missing).not.toBe('')
  })

  it('has the conventions of the house where the text is silent', () => {
    expect(spec.auth).toMatchObject({ kind: 'bearer', header: 'Authorization', required: false, userEntity: null })
    expect(spec.errors).toMatchObject({ format: 'problem', fields: [] })
    expect(spec.paging).toMatchObject({ style: 'page', params: { page: 'page', size: 'page_size' }, defaultSize: 20, maxSize: 100 })
    expect(spec.statusCodes).toEqual({ validation: 422, otherOwner: 404 })
  })

  it('is read alike every time, and whatever the line ends', () => {
    expect(readSpec(BOOKSHELF)).toEqual(spec)
    expect(readSpec(`\ufeff${BOOKSHELF.replace(/\n/g, '\r\n')}`)).toEqual(spec)
  })
})

describe('a text without endpoints', () => {
  it('gets the usual five for each entity, as inferred', () => {
    const { spec } = ask('Zoo\n\nModels:\n- Animal (id, name)\n')
    expect(operations(spec)).toEqual([
      'GET /api/v1/animals list Animal',
      'POST /api/v1/animals create Animal',
      'GET /api/v1/animals/{id} get Animal',
      'PUT /api/v1/animals/{id} update Animal',
      'DELETE /api/v1/animals/{id} delete Animal',
    ])
    expect(spec.endpoints.every((one) => one.source.origin === 'inferred')).toBe(true)
    expect(spec.diagnostics.map((one) => one.message).join()).toContain('no endpoint is stated')
  })
})

describe('a long text', () => {
  it('of 350 KB is read in two seconds', () => {
    const words = ['amber', 'basil', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heron', 'islet', 'jewel', 'knoll', 'lemon']
    const names = words.flatMap((a) => words.flatMap((b) => words.map((c) => `${a}_${b}_${c}`))).slice(0, 550)
    const sections = names.map(
      (name) => `### ${name}s

**Model Fields:**
- \`id\` (integer, primary key)
- \`title\` (string, required)
- \`status\` (enum: "open", "closed", default: "open")
- \`note\` (text, optional)
- \`created_at\` (datetime, auto)

**Endpoints:**
- \`GET /api/v1/${name}s\` - List (pagination, filters)
- \`POST /api/v1/${name}s\` - Create
- \`GET /api/v1/${name}s/{id}\` - Get
- \`PUT /api/v1/${name}s/{id}\` - Update
- \`DELETE /api/v1/${name}s/{id}\` - Delete

**Business Rules:**
- Title must be unique (case-insensitive)
- Cannot delete ${name}s with status "closed"
- Title: 1-80 characters, required
`,
    )
    const text = `# Big API\n\n## Resources\n\n${sections.join('\n')}`
    expect(text.length).toBeGreaterThan(350_000)
    const before = process.cpuUsage()
    const spec = readSpec(text)
    const { user, system } = process.cpuUsage(before)
    expect([spec.entities.length, spec.endpoints.length, spec.rules.length]).toEqual([550, 2750, 1650])
    expect(spec.rules.filter((rule) => rule.status !== 'compiled')).toEqual([])
    expect((user + system) / 1000, 'milliseconds of processor time').toBeLessThan(2000)
  })
})
