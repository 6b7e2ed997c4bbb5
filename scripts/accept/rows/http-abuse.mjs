import { setTimeout as sleep } from 'node:timers/promises'
import { accessOf, pathOf } from '../http/facts.mjs'
import { identityCases, ownerCases, ownListCases, plausible } from '../http/cases/access.mjs'
import { rowsOf } from '../http/cases/core.mjs'
import { bodyNames } from '../http/document.mjs'
import { checked } from '../http/scene.mjs'

const INJECTIONS = [
  "' OR '1'='1",
  "'; DROP TABLE users; --",
  '1); SELECT pg_sleep(3); --',
  "' UNION SELECT version() --",
  '$$; COPY x TO PROGRAM',
  '{{7*7}}',
  '${7*7}',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '%s%s%s%n',
  '\u202e\u0301',
]
const SLOW_MS = 2_500

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '17',
  title: 'abuse',
  needs: 'server',
  check: (subject) =>
    checked(
      subject,
      async (scene) => {
        for (const endpoint of scene.facts.endpoints) {
          const name = `${endpoint.method} ${endpoint.path}`
          for (const cases of [injectionCases, traversalCases, assignmentCases, ownerCases, ownListCases, ownersBelow, identityCases])
            await scene.attempt(name, () => cases(scene, endpoint))
        }
        await hugeCases(scene)
        await secretCases(scene)
        return `${scene.client.count} requests`
      },
      { env: {} },
    ),
}

/** Stored and searched texts stay texts. */
async function injectionCases(scene, endpoint) {
  const { maker, facts } = scene
  const texts = facts
    .bodyFields(endpoint)
    .filter(
      (field) =>
        ['string', 'text'].includes(field.type) &&
        !field.list &&
        field.pattern === undefined &&
        (field.maxLength ?? 99) >= 40 &&
        field.reference === undefined,
    )
  if (['create', 'nested-create'].includes(endpoint.operation) && texts[0] !== undefined)
    for (const text of INJECTIONS) {
      const value = field(texts[0], text, maker.next())
      const { body, path } = await maker.draft(endpoint, { values: { [texts[0].name]: value } })
      const answer = await scene.send(endpoint, pathOf(endpoint, path), { body })
      if (
        scene.expect(answer, [endpoint.status, scene.invalid], `${text} for ${texts[0].name}`) &&
        answer.status === endpoint.status &&
        !texts[0].writeOnly &&
        answer.json[texts[0].name] !== value.trim() &&
        answer.json[texts[0].name] !== value
      )
        scene.find(`${answer.request} stores ${JSON.stringify(answer.json[texts[0].name])}`)
      slow(scene, answer)
    }
  if (endpoint.operation !== 'list') return
  const headers = scene.callers.allowed(endpoint.entity, accessOf(endpoint)).headers
  for (const parameter of scene.document.paths[endpoint.path].get.parameters ?? [])
    for (const text of parameter.in === 'query' ? INJECTIONS : []) {
      const answer = await scene.client.request('GET', `${endpoint.path}?${parameter.name}=${encodeURIComponent(text)}`, { headers })
      scene.expect(answer, [200, scene.invalid], `${text} for ${parameter.name}`)
      slow(scene, answer)
      if (
        answer.status === 200 &&
        parameter.name === (endpoint.searchParam ?? 'search') &&
        text.startsWith("' OR") &&
        rowsOf(scene.facts.spec.paging, answer.json).some((each) => !JSON.stringify(each).includes("' OR"))
      )
        scene.find(`${answer.request} finds rows that do not hold the text`)
    }
}

/** Unique texts differ. */
const field = ({ unique }, text, number) => (unique === false ? text : `${text} ${number}`)

function slow(scene, { ms, request }) {
  if (ms > SLOW_MS) scene.find(`${request} took ${Math.round(ms)} ms`)
}

/** Keys that are texts name rows, never files. */
async function traversalCases(scene, endpoint) {
  if (!endpoint.path.includes('{')) return
  const { body } = endpoint.body?.length ? { body: {} } : {}
  for (const key of [
    '..%2f..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '..%5c..%5cwindows%5cwin.ini',
    '%00',
    'file:%2f%2f%2fetc%2fpasswd',
    '%252e%252e%252f',
  ]) {
    const answer = await scene.send(endpoint, endpoint.path.replace(/\{[^}]*\}/g, key), { body })
    scene.expect(answer, [404, 405, 422, scene.invalid], key)
    if (/root:.*:0:0|\[fonts\]/.test(answer.text)) scene.find(`${answer.request} shows a file of the machine`)
  }
}

const FORGED = {
  integer: 987_654,
  bigint: 987_654,
  uuid: '00000000-0000-4000-8000-00000000abcd',
  datetime: '2001-01-01T00:00:00Z',
  date: '2001-01-01',
  boolean: true,
}

/** What only the server sets, whose the row is above all, is no input. */
async function assignmentCases(scene, endpoint) {
  const { facts, maker } = scene
  if (!['create', 'nested-create'].includes(endpoint.operation)) return
  const settable = new Set(bodyNames(scene.document, endpoint))
  const entity = facts.entity(endpoint.entity)
  for (const each of entity.fields.filter((one) => (one.readOnly || one.fromCaller) && !settable.has(one.name))) {
    const forged = each.type === 'enum' ? each.values.at(-1) : (FORGED[facts.stored(each).type] ?? 'forged')
    const { body, path } = await maker.draft(endpoint, {})
    const answer = await scene.send(endpoint, pathOf(endpoint, path), { body: { ...body, [each.name]: forged } })
    scene.expect(answer, [endpoint.status, scene.invalid], `${each.name}, which only the server sets`)
    const usual = each.type === 'enum' || each.type === 'boolean' ? each.default : undefined
    if (answer.status === endpoint.status && answer.json?.[each.name] === forged && forged !== usual)
      scene.find(`${answer.request} takes ${each.name}, which only the server sets`)
  }
}

/** Rows below a parent that belongs to somebody else. */
async function ownersBelow(scene, endpoint) {
  const { facts, maker, callers } = scene
  if (!callers.distinct || endpoint.parent === undefined || !['nested-list', 'nested-create'].includes(endpoint.operation)) return
  const rules = facts.owners(endpoint.parent.entity, 'read')
  if (rules.length === 0) return
  const parent = await maker.make(endpoint.parent.entity)
  const role = facts.roleOutside(rules.flatMap((rule) => rule.roles))
  const { body } = await plausible(scene, endpoint)
  const path = pathOf(endpoint, { [endpoint.parent.param]: parent.row[endpoint.parent.lookup ?? facts.keyField(endpoint.parent.entity).name] })
  scene.expect(
    await scene.send(endpoint, path, { body, caller: await maker.person(role) }),
    facts.spec.statusCodes.otherOwner,
    'below a row of somebody else',
  )
}

/** Sizes that exhaust. */
async function hugeCases(scene) {
  const { client, callers, facts } = scene
  const { headers } = callers.builtIn
  for (const endpoint of facts.endpoints.filter((each) => ['create', 'nested-create'].includes(each.operation))) {
    const path = endpoint.path.replace(/\{[^}]*\}/g, '1')
    const many = `{${Array.from({ length: 40_000 }, (_, index) => `"f${index}":1`).join(',')}}`
    for (const raw of [many, `{"a":${'['.repeat(100_000)}`, `{"a":${'9'.repeat(100_000)}}`]) {
      const answer = await client.request(endpoint.method, path, { raw, headers })
      scene.expect(answer, [scene.invalid, 404, 413], 'a huge body')
      slow(scene, answer)
      if (answer.text.length > 1_000_000) scene.find(`${answer.request} is answered with ${answer.text.length} bytes`)
    }
  }
  const listing = facts.endpoints.find((each) => each.operation === 'list')
  if (listing === undefined) return
  const answer = await client.request('GET', `${listing.path}?search=${'a'.repeat(30_000)}`, { headers })
  scene.expect(answer, [200, scene.invalid, 414, 400], 'a search for 30 000 characters')
}

/** What is secret is in no answer and in no line of the log. */
async function secretCases(scene) {
  const { facts, maker, server } = scene
  const marks = []
  for (const entity of facts.spec.entities) {
    const creator = facts.endpoint(entity.name, 'create', 'nested-create')
    const secrets = creator === undefined ? [] : facts.bodyFields(creator).filter((one) => one.writeOnly || /pass(word|wd)/i.test(one.name))
    for (const secret of secrets.filter((one) => ['string', 'text'].includes(one.type))) {
      const mark = `Mark-${maker.next()}-Secret-9x`
      marks.push(mark)
      const made = await scene.attempt(`a secret ${entity.name}`, () => maker.make(entity.name, { values: { [secret.name]: mark } }))
      if (made === undefined) continue
      const read = await maker.read(entity.name, made)
      for (const shown of [made.row, read?.json])
        if (shown !== undefined && secret.name in shown) scene.find(`${secret.name} of a ${entity.name} is shown`)
      if (JSON.stringify([made.row, read?.json]).includes(mark)) scene.find(`the ${secret.name} of a ${entity.name} is in an answer`)
      const { body, path } = await maker.draft(creator, { values: { [secret.name]: `${mark}\u0000` } })
      const refused = await scene.send(creator, pathOf(creator, path), { body })
      if (refused.text.includes(mark)) scene.find(`${creator.method} ${creator.path} repeats a refused ${secret.name}`)
      await storedPlain(scene, entity, mark, secret)
    }
  }
  const token = 'mock:1-Mark-Token-9x'
  await scene.client.request('GET', '/no-such-path', { headers: { authorization: `Bearer ${token}` } })
  await sleep(200)
  for (const mark of [...marks, token]) if (server.logs().includes(mark)) scene.find(`the log tells the secret ${mark}`)
  if (/Traceback/.test(server.logs()))
    scene.find(`the log holds a failure nobody foresaw: ${/Traceback[\s\S]{0,1500}/.exec(server.logs())[0].split('\n').slice(-12).join(' | ')}`)
}

/** No table holds the text of a secret. */
async function storedPlain(scene, entity, mark, secret) {
  if (!/pass(word|wd)/i.test(secret.name)) return
  const [found] = await scene.tables.query(`SELECT count(*)::int AS count FROM "${entity.table}" AS t WHERE to_jsonb(t)::text LIKE $1`, [`%${mark}%`])
  if (found.count > 0) scene.find(`the database holds the ${secret.name} of a ${entity.name} as it was sent`)
}
