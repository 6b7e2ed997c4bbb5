import type { JsonObject } from '../../src/openapi/document'

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})
const json = (name: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } })
const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1, examples: [7] } }
const query = (name: string, schema: JsonObject) => ({ name, in: 'query', schema })

/** A document without a fault, new at each call: shelves of books, with identities, pages, problem details and examples. */
export const goodDocument = (): JsonObject =>
  structuredClone({
    openapi: '3.1.0',
    info: { title: 'Shelf', version: '1.0.0', description: 'Books on shelves.' },
    servers: [
      { url: 'https://books.test', description: 'Production' },
      { url: 'http://localhost:8000', description: 'Development' },
    ],
    security: [{ bearer: [] }],
    paths: {
      '/health': {
        get: {
          summary: 'Say that the process is up',
          operationId: 'checkHealth',
          security: [],
          responses: { 200: { description: 'Up', content: json('Health') } },
        },
      },
      '/books': {
        get: {
          summary: 'List books',
          operationId: 'listBooks',
          parameters: [
            query('page', { type: 'integer', minimum: 1, default: 1 }),
            query('page_size', { type: 'integer', minimum: 1, maximum: 100, default: 20 }),
          ],
          responses: { 200: { description: 'A page', content: json('BookPage') }, 401: problem('Nobody'), 422: problem('Invalid') },
        },
        post: {
          summary: 'Create a book',
          operationId: 'create_book',
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/BookCreate' },
                examples: { short: { value: { title: 'Emma' } } },
              },
            },
          },
          responses: {
            201: { description: 'Made', headers: { Location: { schema: { type: 'string' } } }, content: json('Book') },
            401: problem('Nobody'),
            409: problem('Taken'),
            422: problem('Invalid'),
          },
        },
      },
      '/books/{id}': {
        parameters: [id],
        get: {
          summary: 'Get a book',
          operationId: 'getBook',
          responses: {
            200: { description: 'The book', content: json('Book') },
            401: problem('Nobody'),
            404: problem('None'),
            422: problem('Invalid'),
          },
        },
        delete: {
          description: 'Delete a book',
          operationId: 'deleteBook',
          responses: { 204: { description: 'Done' }, 401: problem('Nobody'), '4XX': problem('Refused') },
        },
      },
      '/books/{id}/lend': {
        parameters: [id],
        post: {
          summary: 'Lend a book',
          operationId: 'lendBook',
          responses: { 200: { description: 'The book', content: json('Book') }, default: problem('Refused') },
        },
      },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Health: { type: 'object', required: ['status'], properties: { status: { type: 'string', example: 'ok' } } },
        BookCreate: {
          type: 'object',
          additionalProperties: false,
          required: ['title'],
          properties: {
            title: { type: 'string', minLength: 1, maxLength: 200 },
            isbn: { anyOf: [{ type: 'string', pattern: '^\\d{13}$' }, { type: 'null' }], default: null },
            extra: { description: 'Any JSON value' },
          },
        },
        Book: {
          allOf: [
            { $ref: '#/components/schemas/BookCreate' },
            { type: 'object', properties: { id: { type: 'integer' }, parent: { $ref: '#/components/schemas/Book' } } },
          ],
        },
        BookPage: {
          type: 'object',
          properties: {
            items: { type: 'array', items: { $ref: '#/components/schemas/Book' } },
            total: { type: 'integer' },
            page: { type: 'integer' },
            page_size: { type: 'integer' },
            total_pages: { type: 'integer' },
          },
        },
        Problem: {
          type: 'object',
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
          },
        },
      },
    },
  })

/** The value at a path of names. */
export function at(document: JsonObject, ...names: (string | number)[]): JsonObject {
  return names.reduce<JsonObject>((value, name) => value[name] as JsonObject, document)
}
