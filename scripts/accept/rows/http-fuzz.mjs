import { join } from 'node:path'
import { refusedQueries, refusedValues } from '../http/cases/traps.mjs'
import { plausible } from '../http/cases/access.mjs'
import { accessOf, pathOf } from '../http/facts.mjs'
import { queryOf } from '../http/document.mjs'
import { checked } from '../http/scene.mjs'
import { fuzz, installSchemathesis } from '../http/schemathesis.mjs'

const EXAMPLES = 100
const SEED = 1

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '16',
  title: 'fuzz',
  needs: 'server',
  slow: true,
  async check(subject) {
    const traps = await checked(subject, trapCases)
    const program = await installSchemathesis(subject.bench.root).catch((error) => error)
    if (program instanceof Error) return { findings: [...traps.findings, program.message], figure: traps.figure }
    const server = await subject.serve()
    try {
      const document = join(subject.projectDir, 'openapi.json')
      const { headers } = callerHeaders(subject)
      const { findings, cases } = await fuzz({
        program,
        folder: join(subject.folder, 'fuzz'),
        document,
        url: server.url,
        headers,
        examples: EXAMPLES,
        seed: SEED,
      })
      return { findings: [...traps.findings, ...findings], figure: `${traps.figure} of traps, ${cases} cases of schemathesis (seed ${SEED})` }
    } finally {
      await server.stop()
    }
  },
}

/** Where the caller has to be named, the built-in user is. */
function callerHeaders({ spec: { auth } }) {
  return { headers: auth.kind === 'header' ? { [auth.header]: String(auth.mockUser.id ?? 1) } : {} }
}

/** The inputs that break textbook applications, one by one. */
async function trapCases(scene) {
  for (const endpoint of scene.facts.endpoints) {
    const name = `${endpoint.method} ${endpoint.path}`
    if (endpoint.method !== 'GET' && endpoint.body?.length) await scene.attempt(name, () => bodyTraps(scene, endpoint))
    if (endpoint.path.includes('{')) await scene.attempt(name, () => pathTraps(scene, endpoint))
    if (['list', 'nested-list', 'link-list'].includes(endpoint.operation)) await scene.attempt(name, () => queryTraps(scene, endpoint))
  }
}

async function bodyTraps(scene, endpoint) {
  if (['bulk', 'link-add'].includes(endpoint.operation)) return
  const { path, body } = await plausible(scene, endpoint)
  for (const field of scene.facts.bodyFields(endpoint)) {
    const stored = { ...scene.facts.stored(field), ...(field.reference === undefined ? {} : { minLength: undefined }) }
    for (const { value, raw, why } of refusedValues(stored)) {
      const text = raw ?? JSON.stringify(value)
      const sent = JSON.stringify({ ...body, [field.name]: '@@' }).replace('"@@"', () => (field.list ? `[${text}]` : text))
      scene.expect(await scene.send(endpoint, path, { raw: sent }), scene.invalid, `${field.name}: ${why}`)
    }
  }
}

const NO_KEYS = [
  '%00',
  'a%00b',
  '-1',
  '0',
  '2147483648',
  '9223372036854775808',
  `1${'0'.repeat(400)}`,
  '1.0',
  '1e3',
  'true',
  '%ED%A0%80',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  "1'%20OR%201=1--",
  '%20',
  '1_0',
]

/** Whatever stands in a path, the answer is about the request, never about the application. */
async function pathTraps(scene, endpoint) {
  const { body } = endpoint.body?.length ? { body: {} } : {}
  for (const key of NO_KEYS) {
    const answer = await scene.send(endpoint, endpoint.path.replace(/\{[^}]*\}/g, key), { body })
    scene.expect(answer, [scene.invalid, 404, 405, 422], `${key.slice(0, 40)} in the path`)
  }
}

async function queryTraps(scene, endpoint) {
  const { paging } = scene.facts.spec
  const headers = scene.callers.allowed(endpoint.entity, accessOf(endpoint)).headers
  const values = {}
  if (endpoint.parent !== undefined) {
    const parent = await scene.maker.make(endpoint.parent.entity)
    values[endpoint.parent.param] = parent.row[endpoint.parent.lookup ?? scene.facts.keyField(endpoint.parent.entity).name]
  }
  const place = pathOf(endpoint, values)
  const ask = (query) => scene.client.request('GET', `${place}?${query}`, { headers })
  if (endpoint.paginated && paging.params !== null)
    for (const query of refusedQueries(paging.params)) scene.expect(await ask(query), scene.invalid, 'a page that cannot be')
  for (const [name, schema] of queryOf(scene.document, endpoint)) {
    if (schema.type === 'string' && schema.enum === undefined && schema.format === undefined)
      scene.expect(await ask(`${name}=a%00b`), scene.invalid, 'NUL')
    for (const value of [
      '%00',
      '%ff',
      '%ED%A0%80',
      '9'.repeat(400),
      '0001-01-01T00:00:00%2B14:00',
      '9999-12-31T23:59:59-14:00',
      '{}',
      '[]',
      '%25',
      '_',
    ])
      scene.expect(await ask(`${name}=${value}`), [200, scene.invalid], `${value.slice(0, 30)} for ${name}`)
  }
}
