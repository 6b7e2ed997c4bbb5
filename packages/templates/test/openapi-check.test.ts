import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { checkOpenApi } from '../src/index'
import type { JsonObject } from '../src/openapi/document'
import { at, goodDocument } from './support/openapi-document'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forge-openapi-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function written(name: string, content: unknown): string {
  const file = join(folder, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

/** Findings of the good document after a change, as level, check and pointer. */
async function findingsAfter(change: (document: JsonObject) => void, name = 'changed.json'): Promise<[string, string, string][]> {
  const document = goodDocument()
  change(document)
  const { findings } = await checkOpenApi(written(name, document))
  return findings.map(({ level, check, pointer }) => [level, check, pointer])
}

describe('a good document', () => {
  it.each([
    ['JSON', 'good.json', (document: JsonObject) => JSON.stringify(document)],
    ['YAML', 'good.yaml', (document: JsonObject) => stringify(document)],
  ])('has no findings as %s', async (_, name, text) => {
    const report = await checkOpenApi(written(name, text(goodDocument())))
    expect(report.findings).toEqual([])
    expect(report).toMatchObject({ openapi: '3.1.0', operations: 6, specification: null })
    expect(report.notRun.map(({ check }) => check)).toEqual(['endpoint'])
    expect(report.checks).toHaveLength(16)
  })

  it.each<[string, (document: JsonObject) => void]>([
    [
      'the {code, message} of errors',
      (document) => {
        at(document, 'components', 'schemas')['Problem'] = { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } } }
        const text = JSON.stringify(document).replaceAll('application/problem+json', 'application/json')
        Object.assign(document, JSON.parse(text))
      },
    ],
    [
      'limit, offset and count',
      (document) => {
        const properties = at(document, 'components', 'schemas', 'BookPage', 'properties')
        for (const name of ['page', 'page_size', 'total_pages']) delete properties[name]
        for (const name of ['limit', 'offset', 'count']) properties[name] = { type: 'integer' }
        at(document, 'paths', '/books', 'get', 'parameters', 1)['name'] = 'limit'
      },
    ],
    [
      '400 for invalid input',
      (document) => {
        const responses = at(document, 'paths', '/books', 'get', 'responses')
        responses['400'] = responses['422']
        delete responses['422']
      },
    ],
    [
      'an API that says it is open',
      (document) => {
        document['security'] = []
        delete at(document, 'components')['securitySchemes']
      },
    ],
  ])('may have %s', async (_, change) => {
    expect(await findingsAfter(change)).toEqual([])
  })
})

const operation = '/paths/~1books/get'
const FAULTS: [name: string, change: (document: JsonObject) => void, findings: [string, string, string][]][] = [
  ['no title', (document) => delete at(document, 'info')['title'], [['error', 'document', '/info']]],
  ['a key that OpenAPI does not know', (document) => (at(document, 'info')['titel'] = 'x'), [['error', 'document', '/info']]],
  [
    'a response without description',
    (document) => delete at(document, 'paths', '/books', 'get', 'responses', '200')['description'],
    [['error', 'document', `${operation}/responses/200`]],
  ],
  [
    'a parameter in no place',
    (document) => (at(document, 'paths', '/books', 'get', 'parameters', 0)['in'] = 'body'),
    [['error', 'document', `${operation}/parameters/0/in`]],
  ],
  [
    'a reference to nothing',
    (document) => (at(document, 'components', 'schemas', 'Book', 'allOf', 0)['$ref'] = '#/components/schemas/Bok'),
    [['error', 'reference', '/components/schemas/Book/allOf/0/$ref']],
  ],
  [
    'a reference to another file',
    (document) => (at(document, 'components', 'schemas', 'Book', 'allOf', 0)['$ref'] = 'book.json'),
    [['warning', 'reference', '/components/schemas/Book/allOf/0/$ref']],
  ],
  [
    'a slash at the end',
    (document) => {
      const paths = at(document, 'paths')
      paths['/health/'] = paths['/health']
      delete paths['/health']
    },
    [['error', 'trailing-slash', '/paths/~1health~1']],
  ],
  [
    'a parameter that is not declared',
    (document) => delete at(document, 'paths', '/books/{id}/lend')['parameters'],
    [['error', 'path-parameter', '/paths/~1books~1{id}~1lend/post']],
  ],
  [
    'a parameter that the path does not have',
    (document) => {
      at(document, 'paths', '/books', 'get')['parameters'] = [
        ...(at(document, 'paths', '/books', 'get', 'parameters') as unknown as unknown[]),
        ...(at(document, 'paths', '/books/{id}', 'parameters') as unknown as unknown[]),
      ]
    },
    [['error', 'path-parameter', `${operation}/parameters/2`]],
  ],
  [
    'paths that differ in names only',
    (document) => {
      at(document, 'paths')['/books/{other}'] = { summary: 'the same' }
    },
    [['error', 'path-parameter', '/paths/~1books~1{other}']],
  ],
  [
    'no security scheme',
    (document) => {
      delete at(document, 'components')['securitySchemes']
      delete document['security']
    },
    [['error', 'security-scheme', '/components']],
  ],
  [
    'a scheme that is not bearer',
    (document) => (at(document, 'components', 'securitySchemes')['bearer'] = { type: 'apiKey', in: 'header', name: 'X-Key' }),
    [['warning', 'security-scheme', '/components/securitySchemes']],
  ],
  [
    'an unknown scheme',
    (document) => (at(document, 'paths', '/books', 'get')['security'] = [{ basic: [] }]),
    [['error', 'security-scheme', `${operation}/security/0`]],
  ],
  ['no server', (document) => delete document['servers'], [['error', 'server', '/servers']]],
  ['one server', (document) => (document['servers'] as unknown[]).pop(), [['warning', 'server', '/servers']]],
  [
    'an empty schema of an answer',
    (document) => (at(document, 'paths', '/books/{id}/lend', 'post', 'responses', '200', 'content', 'application/json')['schema'] = {}),
    [['error', 'empty-schema', '/paths/~1books~1{id}~1lend/post/responses/200/content/application~1json/schema']],
  ],
  [
    'an answer with a title for a schema',
    (document) =>
      (at(document, 'paths', '/books/{id}/lend', 'post', 'responses', '200', 'content', 'application/json')['schema'] = { title: 'Response' }),
    [['error', 'empty-schema', '/paths/~1books~1{id}~1lend/post/responses/200/content/application~1json/schema']],
  ],
  [
    'a body without schema',
    (document) => delete at(document, 'paths', '/books/{id}/lend', 'post', 'responses', '200', 'content', 'application/json')['schema'],
    [['error', 'empty-schema', '/paths/~1books~1{id}~1lend/post/responses/200/content/application~1json']],
  ],
  [
    'a property that says nothing',
    (document) => (at(document, 'components', 'schemas', 'BookCreate', 'properties')['extra'] = { title: 'Extra' }),
    [['warning', 'empty-schema', '/components/schemas/BookCreate/properties/extra']],
  ],
  [
    'an error of another shape',
    (document) => (at(document, 'components', 'schemas')['Problem'] = { type: 'object', properties: { oops: { type: 'string' } } }),
    [['warning', 'error-schema', `${operation}/responses/401/content/application~1problem+json`]],
  ],
  [
    'problem details of another media type',
    (document) => {
      const response = at(document, 'paths', '/books', 'get', 'responses', '401')
      response['content'] = { 'application/json': at(response, 'content', 'application/problem+json') }
    },
    [['warning', 'error-schema', `${operation}/responses/401/content/application~1json`]],
  ],
  [
    'two shapes of errors',
    (document) => {
      const content = { 'application/json': { schema: { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } } } } }
      at(document, 'paths', '/books', 'post', 'responses', '409')['content'] = content
    },
    [['warning', 'error-schema', '/paths/~1books/post/responses/409/content/application~1json']],
  ],
  [
    'an error without body',
    (document) => delete at(document, 'paths', '/books', 'post', 'responses', '409')['content'],
    [['warning', 'error-schema', '/paths/~1books/post/responses/409']],
  ],
  [
    'an id used twice',
    (document) => (at(document, 'paths', '/books', 'post')['operationId'] = 'listBooks'),
    [['error', 'operation-id', '/paths/~1books/post/operationId']],
  ],
  ['no id', (document) => delete at(document, 'paths', '/books', 'get')['operationId'], [['warning', 'operation-id', operation]]],
  ...['list_books_books_get', 'books', 'booksList', 'books-read_books', 'Books.list'].map((id): (typeof FAULTS)[number] => [
    `the id ${id}`,
    (document) => (at(document, 'paths', '/books', 'get')['operationId'] = id),
    [['warning', 'operation-id', `${operation}/operationId`]],
  ]),
  [
    'a bare array',
    (document) =>
      (at(document, 'paths', '/books', 'get', 'responses', '200', 'content', 'application/json')['schema'] = {
        type: 'array',
        items: { $ref: '#/components/schemas/Book' },
      }),
    [
      ['warning', 'pagination', `${operation}/responses/200/content/application~1json/schema`],
      ['warning', 'unused-schema', '/components/schemas/BookPage'],
    ],
  ],
  [
    'an unknown envelope',
    (document) => delete at(document, 'components', 'schemas', 'BookPage', 'properties')['total'],
    [['warning', 'pagination', `${operation}/responses/200/content/application~1json/schema`]],
  ],
  [
    'pages of any length',
    (document) => delete at(document, 'paths', '/books', 'get', 'parameters', 1, 'schema')['maximum'],
    [['warning', 'pagination', `${operation}/parameters/1`]],
  ],
  ['pages without length', (document) => (at(document, 'paths', '/books', 'get')['parameters'] = []), [['warning', 'pagination', operation]]],
  ...(['401', '404', '422'] as const).map((status): (typeof FAULTS)[number] => [
    `no ${status}`,
    (document) => delete at(document, 'paths', '/books/{id}', 'get', 'responses')[status],
    [['warning', 'error-coverage', '/paths/~1books~1{id}/get/responses']],
  ]),
  [
    'no Location',
    (document) => delete at(document, 'paths', '/books', 'post', 'responses', '201')['headers'],
    [['warning', 'created-location', '/paths/~1books/post/responses/201']],
  ],
  ['an operation without words', (document) => delete at(document, 'paths', '/books', 'get')['summary'], [['warning', 'description', operation]]],
  ['an API without words', (document) => delete at(document, 'info')['description'], [['warning', 'description', '/info']]],
  [
    'a schema that nothing uses',
    (document) => (at(document, 'components', 'schemas')['HTTPValidationError'] = { type: 'object' }),
    [['warning', 'unused-schema', '/components/schemas/HTTPValidationError']],
  ],
  [
    'a type that does not exist',
    (document) => (at(document, 'components', 'schemas', 'Health', 'properties', 'status')['type'] = 'text'),
    [['error', 'schema', '/components/schemas/Health/properties/status/type']],
  ],
  [
    'a pattern that is none',
    (document) => (at(document, 'components', 'schemas', 'BookCreate', 'properties', 'title')['pattern'] = '(?P<a>'),
    [['error', 'schema', '/components/schemas/BookCreate/properties/title/pattern']],
  ],
  [
    'an example of a body that does not fit',
    (document) =>
      (at(document, 'paths', '/books', 'post', 'requestBody', 'content', 'application/json', 'examples', 'short')['value'] = { titel: 'Emma' }),
    [['error', 'example', '/paths/~1books/post/requestBody/content/application~1json/examples/short/value']],
  ],
  [
    'an example of a schema that does not fit',
    (document) => (at(document, 'components', 'schemas', 'Health', 'properties', 'status')['example'] = 1),
    [['error', 'example', '/components/schemas/Health/properties/status/example']],
  ],
  [
    'a default that does not fit',
    (document) => (at(document, 'paths', '/books', 'get', 'parameters', 1, 'schema')['default'] = 101),
    [['error', 'example', `${operation}/parameters/1/schema/default`]],
  ],
]

describe('one fault', () => {
  it.each(FAULTS)('%s', async (_, change, findings) => {
    expect(await findingsAfter(change)).toEqual(findings)
  })

  it('is told with what, why and what to do', async () => {
    const document = goodDocument()
    delete document['servers']
    const { findings } = await checkOpenApi(written('told.json', document))
    expect(findings).toEqual([
      {
        check: 'server',
        level: 'error',
        pointer: '/servers',
        message: 'There is no server.',
        reason: expect.stringMatching(/\.$/),
        remedy: expect.stringMatching(/\.$/),
      },
    ])
  })
})

describe('a document of any kind', () => {
  it('of a textbook application of FastAPI shows what the framework leaves to its users', async () => {
    const { findings } = await checkOpenApi(fileURLToPath(new URL('support/textbook-openapi.json', import.meta.url)))
    expect(findings.map(({ level, check, pointer }) => `${level} ${check} ${pointer}`)).toEqual([
      'error trailing-slash /paths/~1items~1',
      'error server /servers',
      'error empty-schema /paths/~1items~1/post/responses/201/content/application~1json/schema',
      'warning empty-schema /components/schemas/Item/properties/meta',
      'warning empty-schema /components/schemas/ValidationError/properties/input',
      'warning error-schema /paths/~1items~1/get/responses/422/content/application~1json',
      'warning operation-id /paths/~1items~1/get/operationId',
      'warning operation-id /paths/~1items~1/post/operationId',
      'warning operation-id /paths/~1items~1{item_id}/get/operationId',
      'warning pagination /paths/~1items~1/get/responses/200/content/application~1json/schema',
      'warning error-coverage /paths/~1items~1/get/responses',
      'warning error-coverage /paths/~1items~1/post/responses',
      'warning error-coverage /paths/~1items~1{item_id}/get/responses',
      'warning description /info',
    ])
  })

  it('is checked whatever stands in it, and the same way each time', { timeout: 180_000 }, async () => {
    const document = goodDocument()
    const places = [...pointersOf(document)].filter((_, index) => index % 4 === 0)
    for (const [index, names] of places.entries()) {
      const changed = goodDocument()
      const holder = at(changed, ...names.slice(0, -1))
      holder[names.at(-1)!] = [null, [], {}, 'x', 7, { $ref: '#/nowhere' }, { $ref: `#/${names[0]}` }][index % 7]
      if (names.join() === 'openapi') continue
      const file = written('odd.json', changed)
      const report = await checkOpenApi(file)
      expect(await checkOpenApi(file)).toEqual(report)
    }
    expect(places.length).toBeGreaterThan(50)
  })

  it('follows no circle for ever', async () => {
    const document = goodDocument()
    Object.assign(at(document, 'components', 'schemas'), {
      Book: { $ref: '#/components/schemas/Book' },
      BookCreate: { allOf: [{ $ref: '#/components/schemas/BookCreate' }] },
    })
    expect((await checkOpenApi(written('circle.json', document))).operations).toBe(6)
  })

  it('says of OpenAPI 3.0 what is not checked', async () => {
    const text = JSON.stringify(goodDocument()).replace('3.1.0', '3.0.3').replace('{"type":"null"}', '{"type":"string","nullable":true}')
    const { findings, notRun } = await checkOpenApi(written('old.json', text.replace(',"examples":[7]', '').replace(',"examples":[7]', '')))
    expect(findings).toEqual([])
    expect(notRun.map(({ check }) => check)).toEqual(['endpoint', 'schema', 'example'])
  })
})

function* pointersOf(value: unknown, names: (string | number)[] = []): Generator<(string | number)[]> {
  if (typeof value !== 'object' || value === null) return
  for (const name of Object.keys(value)) {
    yield [...names, name]
    yield* pointersOf((value as JsonObject)[name], [...names, name])
  }
}

describe('a project folder', () => {
  const SPEC = `Notes API

Use simple mock authentication via X-User-ID header.

Models
- Note (id, title)

Errors: {"error": "not_found", "oops": "Note not found"}

Endpoints
- GET /notes - List notes
- POST /notes - Create note
- GET /notes/{id} - Get note
`
  function project(name: string, place: string, content: unknown, spec?: string): string {
    const root = join(folder, name)
    mkdirSync(join(root, 'docs'), { recursive: true })
    writeFileSync(join(root, place), JSON.stringify(content))
    if (spec !== undefined) writeFileSync(join(root, 'app_spec.txt'), spec)
    return root
  }

  it.each(['openapi.json', 'docs/openapi.json'])('is searched for %s', async (place) => {
    const root = project(place.replace('/', '-'), place, goodDocument())
    expect(await checkOpenApi(root)).toMatchObject({ file: join(root, place), findings: [] })
  })

  it('is held against its specification', async () => {
    const root = project('notes', 'openapi.json', goodDocument(), SPEC)
    const { specification, findings, notRun } = await checkOpenApi(root)
    expect([specification, notRun]).toEqual([join(root, 'app_spec.txt'), []])
    expect(findings.filter(({ check }) => check === 'endpoint').map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'error: GET /notes (line 11 of the specification) is not in the document.',
      'error: POST /notes (line 12 of the specification) is not in the document.',
      'error: GET /notes/{id} (line 13 of the specification) is not in the document.',
      'warning: GET /books is not in the specification.',
      'warning: POST /books is not in the specification.',
      'warning: GET /books/{id} is not in the specification.',
      'warning: DELETE /books/{id} is not in the specification.',
      'warning: POST /books/{id}/lend is not in the specification.',
    ])
  })

  it('may have what its specification names: header, bare lists, errors', async () => {
    const change = (document: JsonObject): void => {
      at(document, 'components', 'securitySchemes')['bearer'] = { type: 'apiKey', in: 'header', name: 'x-user-id' }
    }
    const document = goodDocument()
    change(document)
    const root = project('header', 'openapi.json', document, SPEC)
    expect((await checkOpenApi(root)).findings.map(({ check }) => check)).not.toContain('security-scheme')
    expect(await findingsAfter(change, 'elsewhere.json')).toEqual([['warning', 'security-scheme', '/components/securitySchemes']])
  })
})

describe('what is no document', () => {
  it.each<[string, string, string | Uint8Array, string]>([
    ['half of one', 'half.json', '{"openapi": "3.1.0", ', 'cannot be read as JSON'],
    ['half of one in YAML', 'half.yaml', 'openapi: 3.1.0\n  info: [', 'cannot be read as YAML'],
    ['YAML with a circle', 'circle.yml', 'openapi: "3.1.0"\ninfo: &a\n  b: *a\n', 'cannot be read as YAML'],
    ['nothing', 'nothing.yaml', '', 'no member "openapi"'],
    ['a list', 'list.json', '[]', 'no member "openapi"'],
    ['Swagger 2.0', 'swagger.json', '{"swagger": "2.0"}', 'its version is "2.0"'],
    ['a version to come', 'future.json', '{"openapi": "4.0.0"}', 'its version is "4.0.0"'],
    ['a number for a version', 'number.yaml', 'openapi: 3.1', 'its version is 3.1'],
    ['bytes', 'bytes.json', Uint8Array.from([0xff, 0xfe]), 'is not UTF-8 text'],
    ['depths', 'deep.json', `{"openapi":"3.1.0","a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'nested more than 200 levels deep'],
  ])('%s', async (_, name, content, message) => {
    writeFileSync(join(folder, name), content)
    await expect(checkOpenApi(join(folder, name))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
      remedy: expect.stringMatching(/\.$/),
    })
  })

  it.each(['absent.json', '.'])('%s', async (name) => {
    const empty = join(folder, 'empty')
    mkdirSync(empty, { recursive: true })
    await expect(checkOpenApi(join(empty, name))).rejects.toMatchObject({ code: 'CONFIG_INVALID', remedy: expect.stringMatching(/\.$/) })
  })
})
