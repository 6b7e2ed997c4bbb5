import type { ProjectFile } from '@forge/templates'
import { article } from '../../plan/common'
import { capitalized } from '../../words'
import { type DocumentFacts, limitsOf, openPart, plural, type Resource } from './facts'
import { bullets, code, page, plain, table } from './markdown'
import { type Operation, typeText } from './operations'

/** `docs/FRONTEND_HANDOFF.md`: the API, for those who build a front end on it. */
export function frontendHandOffFile(facts: DocumentFacts): ProjectFile {
  const { spec, resources, others } = facts
  const content = page(
    `# ${plain(spec.title)}: hand-off for front ends`,
    [
      'What the application is for stands in [APP_OVERVIEW.md](APP_OVERVIEW.md). `openapi.json` is the contract; the client in `frontend/src/api` is made',
      'from it and needs no package. Types are in `frontend/src/api/types.gen.ts`, functions in `frontend/src/api/sdk.gen.ts`.',
    ],
    '## Start',
    '```sh\n./init.sh\n.venv/bin/uvicorn app.main:app --reload\n```',
    'The API is then at http://localhost:8000, its documentation at http://localhost:8000/docs. Without a backend, use the mock (below).',
    example(facts),
    '## Mock or real',
    mockOrReal(),
    '## Who is asking',
    identity(facts),
    '## Conventions',
    conventions(facts),
    '## Resources',
    ...resources.flatMap((resource) => resourceBlocks(facts, resource)),
    others.length > 0 && '## Other endpoints',
    endpointTable(others),
    '## When something goes wrong',
    trouble(facts),
  )
  return { path: 'docs/FRONTEND_HANDOFF.md', content }
}

function example({ example: found }: DocumentFacts): string | false {
  if (!found) return false
  return `\`\`\`ts
import { ${found.operation.id} } from './src/api'
import { connect } from './src/api/mock'

connect()
const { data, error } = await ${found.operation.id}()
\`\`\`

Examples for Next.js, Vue and Svelte are in \`frontend/examples\`; \`npm install\` and then \`npm run types\` in \`frontend\` check all types.`
}

function mockOrReal(): string[] {
  return [
    '`USE_MOCK_DATA` in `frontend/src/api/mock.ts` decides: `true` answers from memory with the rows of `docs/mock-data`, `false` asks `API_BASE_URL`.',
    '',
    '**A tool in the cloud cannot reach your localhost.** Its preview runs on another machine, so a backend on yours is not there for it. Build with the mock;',
    'turn it off on your own machine, or once the API has a public address whose `CORS_ORIGINS` setting names the origin of the front end.',
    '',
    'The mock keeps changes until the page is loaded again. It knows required fields, unknown ids, filters, search, order and pages. It knows no business',
    'rules, roles or unique values: what those answer can be seen with the real API only.',
  ]
}

function identity({ spec, facts, operations }: DocumentFacts): string[] {
  const { kind, header, required } = spec.auth
  if (kind === 'none') return ['The API asks nobody who they are.']
  const id = String(facts.world.builtInId)
  const role = facts.roleType === null ? '' : ' Behind it, `:<role>` asks in another role.'
  const now =
    kind === 'header'
      ? `Now, with \`AUTH_MODE=mock\`: the header \`${header}\` holds the id of the caller.${role} ${required ? 'Without it the answer is 401.' : `Without it the built-in user, ${code(id)}, asks.`}`
      : `Now, with \`AUTH_MODE=mock\`: \`Authorization: Bearer mock:<id>\` asks as the user of that id.${role} ${required ? 'Without a token the answer is 401.' : `Without a token the built-in user, ${code(id)}, asks.`}`
  const set = (value: string): string =>
    kind === 'header' ? `client.setConfig({ headers: ${value} })` : `client.setConfig({ auth: () => ${value} })`
  const login = operations.find(({ path }) => /\/login$/.test(path))
  return [
    now,
    '',
    `Later, with \`AUTH_MODE=jwt\`: \`Authorization: Bearer <token>\` with a signed token${login ? `, which ${code(login.id)} gives` : ''}. So keep it in one place:`,
    '',
    '```ts',
    "import { client } from './src/api/client.gen'",
    '',
    `${set(kind === 'header' ? `{ '${header}': '${id}' }` : `'mock:${id}'`)} // now`,
    `${set(kind === 'header' ? "{ Authorization: 'Bearer ' + token }" : 'token')} // later`,
    '```',
  ]
}

function conventions({ spec, schemas }: DocumentFacts): string[] {
  const { params, envelope, names, defaultSize, maxSize } = spec.paging
  const paged =
    params === null
      ? 'Lists come whole.'
      : `Lists come in pages: ${'page' in params ? `${code(params.page)} (from 1) and ${code(params.size)}` : `${code(params.offset)} and ${code(params.limit)}`}, ${defaultSize} rows unless asked otherwise, at most ${maxSize}.`
  const enveloped =
    params === null || envelope.length === 0 ? '' : ` The answer has ${envelope.map((name) => code(names?.[name] ?? name)).join(', ')}.`
  const errors = Object.keys(schemas['ErrorRead']?.properties ?? {})
  return bullets([
    `${paged}${enveloped}`,
    'Filters are parameters of the query, named in each list below. One that is not known is ignored; a value that is not valid is refused.',
    errors.length === 0
      ? 'Errors have one shape everywhere.'
      : `Errors have one shape everywhere, \`ErrorRead\`: ${errors.map(code).join(', ')}. Invalid input is ${spec.statusCodes.validation} and names each field.`,
    'Moments are ISO 8601 in UTC (`2026-01-05T09:00:00Z`), dates `2026-01-05`, times `09:30:00`. Send moments with a time zone.',
    'Enumerations are exactly the values in the types: no other case, no label. Names are exactly as in the types.',
    'Updates change only what is sent. `null` is a value, and is taken only where the type says so.',
    'Fields that the server sets are ignored in bodies, so an answer can be sent back. Unknown fields are refused.',
  ])
}

function resourceBlocks(facts: DocumentFacts, resource: Resource): (string | string[] | false)[] {
  const { entity, rules, routes } = resource
  const checked = entity.fields.filter((field) => limitsOf(field) !== '')
  return [
    `### ${capitalized(plural(entity))}`,
    `Mock data: \`docs/mock-data/${entity.table}.json\`.`,
    typeBlock(facts, resource),
    relations(facts, resource),
    table(
      ['Field', 'Has to be'],
      checked.map((field) => [code(field.name), plain(limitsOf(field))]),
    ),
    rules.length > 0 && ['Rules:', '', ...bullets(rules.map((rule) => `${plain(rule.text)}${openPart(rule)}`))],
    endpointTable(routes.map(({ operation }) => operation)),
  ]
}

function typeBlock({ schemas }: DocumentFacts, { schema }: Resource): string | false {
  if (schema === undefined) return false
  const fields = Object.entries(schemas[schema]?.properties ?? {})
  const lines = fields.map(([name, type]) => `  ${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}: ${typeText(type, schemas)}`)
  return ['```ts', `type ${schema} = {`, ...lines, '}', '```'].join('\n')
}

function relations({ facts }: DocumentFacts, { entity, routes }: Resource): string[] {
  const up = entity.fields.flatMap(({ name, reference }) => (reference ? [`${code(name)} is the id of ${article({ name: reference.entity })}`] : []))
  const down = facts.spec.entities.flatMap((other) =>
    other === entity
      ? []
      : other.fields.flatMap(({ name, reference }) => (reference?.entity === entity.name ? [`${plural(other)} refer to it in ${code(name)}`] : [])),
  )
  const computed = routes.flatMap(({ route, operation }) =>
    (route.endpoint.computed ?? []).map(({ name }) => `${code(operation.id)} also answers with ${code(name)}`),
  )
  const all = [...up, ...down, ...new Set(computed)]
  return all.length === 0 ? [] : [`Relations: ${all.join('; ')}.`]
}

/** Endpoints with what they take and answer. */
export function endpointTable(operations: Operation[]): string[] {
  return table(
    ['Endpoint', 'Function', 'Query', 'Body', 'Answer', 'Errors'],
    operations.map(({ method, path, id, query, body, status, answer, errors }) => [
      code(`${method} ${path}`),
      code(id),
      query.map(({ name, default: usual }) => `${code(name)}${usual === undefined ? '' : ` = ${plain(String(usual))}`}`).join(', '),
      body === undefined ? '' : code(body),
      `${status}${answer === undefined ? '' : ` ${code(answer)}`}`,
      errors.join(', '),
    ]),
  )
}

function trouble({ facts }: DocumentFacts): string[] {
  const hides = facts.served.some(({ name }) => facts.world.owners(name, 'read').length + facts.world.owners(name, 'list').length > 0)
  return table(
    ['What you see', 'Why, and what to do'],
    [
      [
        'A failed request without status',
        'The API is not there, or the browser refused the answer: start it, and add the origin of the front end to `CORS_ORIGINS` in `.env`',
      ],
      ['401', 'The caller is not known: see above'],
      ...(hides ? [['404 on a row that exists', 'It belongs to somebody else']] : []),
      ['409', 'A value that must be unique is taken, or a rule forbids it: show the message of the answer'],
      ['415', 'Send JSON, with `Content-Type: application/json`; the client does'],
      [
        'Types that differ from the API',
        'The API changed: `.venv/bin/python scripts/export_openapi.py`, then make the client anew from `openapi.json`',
      ],
    ],
  )
}
