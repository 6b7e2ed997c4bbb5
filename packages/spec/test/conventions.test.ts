import { describe, expect, it } from 'vitest'
import { ask } from './support/ask'

const NOTES = `
## Resources

### Users
Fields:
- id: integer, primary key
- username: string, unique, max 50 chars

Pre-seed users for testing:
- User 1: id=1, username="alice"
- User 2: id=2, username="bob"

### Notes
Fields:
- id: integer, primary key
- title: string, required
- user_id: integer, foreign key to users
- created_at: datetime, auto-set on create

## Endpoints
- GET /health - Health check (no auth required)
- GET /notes - List notes
- POST /notes - Create note
- GET /notes/{id} - Get note
`

describe('identity', () => {
  it("is a header of the text's own, refused when missing", () => {
    const { spec, rule, endpoint } = ask(
      `# Notes API\n\n## Authentication\n- Header: \`X-User-ID\`\n- If header missing: return 401 Unauthorized\n- All endpoints except health require authentication\n${NOTES}`,
    )
    expect(spec.auth).toEqual({
      kind: 'header',
      header: 'X-User-ID',
      required: true,
      idType: 'integer',
      userEntity: 'User',
      mockUser: { id: 1, username: 'alice' },
      source: { line: 4, origin: 'stated' },
    })
    expect(rule('header missing').effects).toEqual([{ kind: 'authenticated', entity: null }])
    expect(rule('except health').status).toBe('compiled')
    expect(endpoint('GET /health')).toMatchObject({ operation: 'health', authenticated: false })
    expect(endpoint('GET /notes').authenticated).toBe(true)
  })

  it.each([
    'Missing header: 401',
    'If X-User-ID is missing, return 401',
    'No X-User-ID header -> 401 Unauthorized',
    'Requests without X-User-ID get 401',
    'Without the X-User-ID header requests are rejected with 401',
  ])('is demanded: %s', (sentence) => {
    const { spec, rule } = ask(`# Notes API\n\n## Authentication\n- Header: \`X-User-ID\`\n- ${sentence}\n${NOTES}`)
    expect(spec.auth.required).toBe(true)
    expect(rule('401')).toMatchObject({ status: 'compiled', effects: [{ kind: 'authenticated', entity: null }] })
  })

  it('is demanded where a rule says so', () => {
    const { spec, rule } = ask(
      `# Notes API\n\nThe \`X-User-ID\` header names the caller.\n${NOTES}\n## Business Rules\n- If the header is missing: 401\n`,
    )
    expect(spec.auth.required).toBe(true)
    expect(rule('missing').status).toBe('compiled')
  })

  it.each([
    ['X-Actor', 'header'],
    ['X-Lab-User', 'header'],
    ['X-User-Id', 'header'],
    ['X-Request-ID', 'bearer'],
    ['X-Correlation-Id', 'bearer'],
  ])('goes by a header that names who calls, not by one that names the request: %s', (header, kind) => {
    const { spec } = ask(`# Notes API\n\nEvery request carries the ${header} header.\n${NOTES}`)
    expect([spec.auth.kind, spec.auth.header]).toEqual([kind, kind === 'header' ? header : 'Authorization'])
  })

  it('may be told in passing', () => {
    const { spec, rule } = ask('Notes API\n\nAuth: send X-User-Id. Missing header: 401.\n\nNote (id, title)\n\nFull CRUD for notes.\n')
    expect(spec.auth).toMatchObject({ kind: 'header', header: 'X-User-Id', required: true })
    expect(rule('401').status).toBe('compiled')
  })

  it('is none wherever the text says so, which is no rule', () => {
    for (const place of ['## Rules\n- No authentication is needed\n', '## Notes\nCRUD for both. No authentication is needed.\n']) {
      const { spec } = ask(`# Things API\n\nModels:\n- Note (id, title)\n\n${place}`)
      expect(spec.auth.kind).toBe('none')
      expect(spec.rules).toEqual([])
    }
    expect(ask('Models:\n- Note (id, title)\n\n## Rules\n- No authentication is needed for health checks\n').spec.auth.kind).toBe('bearer')
  })

  it('is the built-in user where the text mocks it', () => {
    const { spec } = ask(
      `# Notes API\n\n## Authentication\n- All requests are automatically authenticated\n- Always returns mock user: \`{"id": 2, "username": "bob", "shoe_size": 44}\`\n${NOTES}`,
    )
    expect(spec.auth).toMatchObject({ kind: 'bearer', required: false, mockUser: { id: 2, username: 'bob' } })
    expect(spec.auth.mockUser).not.toHaveProperty('shoe_size')
  })

  it('is none where the text rules it out', () => {
    const { spec } = ask(
      `# Notes API\n\n## Authentication\n- No authentication is needed\n\nModels:\n- Note (id, title, user_id)\n\nEndpoints:\n- GET /notes\n`,
    )
    expect(spec.auth).toMatchObject({ kind: 'none', required: false, userEntity: null })
  })

  it('is a text where rows name their owner and nobody is stored', () => {
    const { spec, field } = ask(
      '# Papers\n\n## Authentication\n- Header: `X-API-Key` (required)\n\nModels:\n- Paper (id, title, user_id)\n\nEndpoints:\n- GET /papers\n- POST /papers\n',
    )
    expect(spec.auth).toMatchObject({ kind: 'header', header: 'X-API-Key', required: true, idType: 'string', userEntity: null })
    expect(field('Paper', 'user_id')).toMatchObject({ type: 'string', fromCaller: true, readOnly: true, nullable: false })
  })
})

describe('roles', () => {
  it('are ranked, most privileged first', () => {
    expect(ask('Models:\n- User (id, email, role: guest/member/manager/admin)\n').spec.roles).toEqual(['admin', 'manager', 'member', 'guest'])
    expect(ask('Models:\n- Note (id, title)\n\nRules:\n- Only admins can delete notes\n').spec.roles).toEqual(['admin', 'user'])
    expect(ask('Models:\n- Note (id, title)\n').spec.roles).toEqual([])
  })

  it('know whoever owns the account, not the thing, above its admins', () => {
    expect(ask('Models:\n- User (id, email, role: owner/admin/member)\n').spec.roles).toEqual(['owner', 'admin', 'member'])
    expect(ask('Models:\n- User (id, email, role: owner/vet/admin)\n').spec.roles).toEqual(['admin', 'owner', 'vet'])
  })

  it('may stand on one line', () => {
    const { spec, rule, field } = ask(
      'Rooms API\n\nRoles: visitor, manager and employee\n\nUser: name (required), role\nRoom: name (required)\n\nCRUD for both.\n\nRules:\n- Only managers can create rooms\n',
    )
    expect(spec.roles).toEqual(['manager', 'employee', 'visitor'])
    expect(field('User', 'role').values).toEqual(['visitor', 'manager', 'employee'])
    expect(rule('managers').effects).toEqual([{ kind: 'role', entity: 'Room', operations: ['create'], roles: ['manager'] }])
  })
})

describe('errors', () => {
  const models = '\nModels:\n- Note (id, title)\n\nEndpoints:\n- GET /notes\n'

  it('have the shape that the text shows', () => {
    const { spec } = ask(
      `# API\n${models}\n## Error Handling\n\n\`\`\`json\n{\n  "detail": "Human-readable message",\n  "error_code": "VALIDATION_ERROR",\n  "field_errors": {"title": ["Title is required"]}\n}\n\`\`\`\n\n- \`400\` - Bad Request\n- \`422\` - Validation Error\n`,
    )
    expect(spec.errors).toMatchObject({
      format: 'custom',
      fields: [
        { name: 'detail', meaning: 'message' },
        { name: 'error_code', meaning: 'code' },
        { name: 'field_errors', meaning: 'field-errors' },
      ],
      codeCase: 'upper',
    })
    expect(spec.statusCodes.validation).toBe(422)
  })

  it('are told by the answers of single endpoints, too', () => {
    const { spec } = ask(
      `NOTES API\n=========\n${NOTES.replace('- GET /notes/{id} - Get note\n', '')}\n4. GET /notes/{id}\n------------------\nGet a note\n\nResponse 400 (validation error):\n{\n  "error": "validation_error",\n  "message": "Title is required"\n}\n\nResponse 403 (not owner):\n{\n  "error": "forbidden",\n  "message": "Not yours"\n}\n`,
    )
    expect(spec.errors).toMatchObject({
      format: 'custom',
      fields: [
        { name: 'error', meaning: 'code' },
        { name: 'message', meaning: 'message' },
      ],
      codeCase: 'lower',
    })
    expect(spec.statusCodes).toEqual({ validation: 400, otherOwner: 403 })
  })

  it('that nest are not followed, and told so', () => {
    const { spec } = ask(`# API\n${models}\n## Errors\nErrors look like \`{"error": {"code": "x", "message": "y"}}\`.\n`)
    expect(spec.errors.format).toBe('problem')
    expect(spec.diagnostics.map((one) => one.message).join()).toContain('nests an object')
  })
})

describe('paging', () => {
  const models = 'Models:\n- Note (id, title)\n\n'

  it('goes by offset where the text says so', () => {
    const { spec } = ask(
      `${models}## Endpoints\n\n### GET /notes\n\nQuery Parameters:\n- limit: integer, default 10, max 50\n- offset: integer, default 0\n\nResponse 200:\n{\n  "items": [],\n  "total": 1,\n  "limit": 10,\n  "offset": 0\n}\n`,
    )
    expect(spec.paging).toMatchObject({
      style: 'offset',
      params: { offset: 'offset', limit: 'limit' },
      envelope: ['items', 'total', 'limit', 'offset'],
      defaultSize: 10,
      maxSize: 50,
    })
    expect(spec.endpoints[0]?.filters).toEqual([])
  })

  it('keeps the names of the envelope, and tells those of sorting that differ', () => {
    const { spec } = ask(
      `${models}## Endpoints\n\n### GET /notes\n\nQuery Parameters:\n- order_by: title\n- direction: asc or desc\n\nResponse 200:\n{\n  "data": [],\n  "totalCount": 1,\n  "page": 1\n}\n`,
    )
    expect(spec.paging).toMatchObject({ envelope: ['items', 'total', 'page'], names: { items: 'data', total: 'totalCount' } })
    expect(spec.diagnostics.map((one) => [one.message, one.lines])).toEqual([
      ['lists of Note are sorted by the parameter "sort_by", not "order_by"', [9]],
      ['lists of Note are sorted by the parameter "sort_order", not "direction"', [10]],
    ])
  })

  it('is absent where answers are bare arrays', () => {
    const { spec, endpoint } = ask(`${models}## Endpoints\n\n### GET /notes\n\nResponse 200:\n[\n  {"id": 1, "title": "x"}\n]\n`)
    expect(spec.paging).toMatchObject({ style: 'none', params: null, envelope: [] })
    expect(endpoint('GET /notes').paginated).toBe(false)
  })
})

describe('the stack', () => {
  it('is not followed, line by line', () => {
    const { spec } = ask(
      '# API\n\n## Technology Stack\n- Express with Prisma\n- SQLite database\n- Python 3.11\n\nModels:\n- Note (id, title)\n\n## Structure\n```\nsrc/\n├── server.js\n└── models.js\n```\n',
    )
    expect(spec.notFollowed).toEqual([
      { text: 'Express with Prisma', line: 4, instead: 'FastAPI' },
      { text: 'SQLite database', line: 5, instead: 'PostgreSQL 15+' },
      { text: 'the layout of the project', line: 13, instead: expect.stringContaining('routers/v1') },
    ])
  })
})

describe('seed rows', () => {
  it('are kept once, typed as their fields', () => {
    const { spec } = ask(
      `# Notes API\n${NOTES}\n\`\`\`sql\nCREATE TABLE users (id INTEGER PRIMARY KEY, username VARCHAR(50) UNIQUE NOT NULL);\nINSERT INTO users (id, username) VALUES (1, 'alice'), (2, 'bob');\n\`\`\`\n`,
    )
    expect(spec.seeds.map((seed) => [seed.entity, seed.row])).toEqual([
      ['User', { id: 1, username: 'alice' }],
      ['User', { id: 2, username: 'bob' }],
    ])
  })
})
