import { accessOf, pathOf } from '../http/facts.mjs'
import { rowsOf } from '../http/cases/core.mjs'
import { checked } from '../http/scene.mjs'

const ROWS = 200
/** Where each row needs others of its own. */
const MADE_ROWS = 30

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '7',
  title: 'paging',
  needs: 'server',
  check: (subject) =>
    checked(
      subject,
      async (scene) => {
        const lists = scene.facts.endpoints.filter((endpoint) => ['list', 'nested-list'].includes(endpoint.operation))
        let walked = 0
        for (const endpoint of lists) walked += (await scene.attempt(`${endpoint.method} ${endpoint.path}`, () => pages(scene, endpoint))) ?? 0
        return `${lists.length} lists, ${walked} rows over pages, ${scene.client.count} requests`
      },
      { env: {} },
    ),
}

/** Rows alike but for their keys, read page by page. @returns how many rows were read */
async function pages(scene, endpoint) {
  const { facts, maker, tables } = scene
  const entity = facts.entity(endpoint.entity)
  const { entity: above, field } = endpoint.parent ?? {}
  const parent = field !== undefined && facts.field(entity.name, field)?.nullable ? { [field]: (await maker.make(above)).key } : {}
  const made = await maker.make(endpoint.entity, { values: { ...endpoint.where, ...parent } })
  const distinct = entity.fields.filter((field) => field.unique !== false || sharedTuple(facts, entity).has(field.name)).map((field) => field.name)
  if (distinct.some((name) => facts.field(entity.name, name).reference !== undefined)) await makeAlike(scene, endpoint, made)
  else await tables.multiply(entity, made.key, ROWS - 1, distinct)
  const place = await placeOf(scene, endpoint, made)
  const { params } = facts.spec.paging
  if (!endpoint.paginated || params === null) return bare(scene, endpoint, place)
  await envelope(scene, endpoint, place)
  let read = 0
  for (const query of ['', ...orders(endpoint)])
    for (const size of [7, facts.spec.paging.maxSize]) read += await walk(scene, endpoint, place, { query, size })
  return read
}

/** Fields by which no two rows are the same together: the first of them that can differ has to. */
function sharedTuple(facts, entity) {
  const tuples = [...entity.uniqueTogether, ...facts.of('unique-together', entity.name).map((effect) => effect.fields)]
  return new Set(
    tuples.flatMap((fields) => {
      const free = fields.find((name) => facts.field(entity.name, name)?.reference === undefined && facts.field(entity.name, name)?.type !== 'enum')
      return [free ?? fields[0]]
    }),
  )
}

/** Where a copy would break a rule of uniqueness, rows are made one by one, below the same parent. */
async function makeAlike(scene, endpoint, made) {
  const field = endpoint.parent?.field
  const personal = scene.facts.entity(endpoint.entity).fields.some((each) => each.fromCaller)
  const values = field === undefined ? {} : { [field]: made.row[field] }
  for (let number = 1; number < MADE_ROWS; number += 1)
    await scene.maker.make(endpoint.entity, { values, caller: personal ? await scene.maker.person(scene.callers.role) : undefined })
}

async function placeOf(scene, endpoint, made) {
  if (endpoint.parent === undefined) return endpoint.path
  const { entity, param, field, lookup } = endpoint.parent
  if (lookup === undefined) return pathOf(endpoint, { [param]: made.row[field] })
  const parent = await scene.maker.read(entity, { row: { [scene.facts.keyField(entity).name]: made.row[field] }, path: {} })
  return pathOf(endpoint, { [param]: parent.json[lookup] })
}

/** Sort parameters under which all these rows are equal. */
const orders = (endpoint) =>
  ['asc', 'desc'].flatMap((order) => (endpoint.sort === undefined ? [] : [`sort_by=${endpoint.sort.fields[0]}&sort_order=${order}`]))

const caller = (scene, endpoint) => ({ headers: scene.callers.allowed(endpoint.entity, accessOf(endpoint)).headers })

async function walk(scene, endpoint, place, { query, size }) {
  const { paging } = scene.facts.spec
  const key = scene.facts.keyField(endpoint.entity).name
  const seen = []
  let total = 0
  for (let number = 0; number === 0 || number * size < total; number += 1) {
    const where =
      'page' in paging.params
        ? { [paging.params.page]: number + 1, [paging.params.size]: size }
        : { [paging.params.offset]: number * size, [paging.params.limit]: size }
    const answer = await scene.client.request('GET', `${place}?${new URLSearchParams(where)}&${query}`, caller(scene, endpoint))
    if (!scene.expect(answer, 200, 'a page')) return seen.length
    const rows = rowsOf(paging, answer.json)
    total = answer.json[paging.names?.total ?? 'total'] ?? rows.length + number * size
    seen.push(...rows.map((each) => each[key]))
    if (number > 1000) break
  }
  const different = new Set(seen).size
  if (different !== seen.length) scene.find(`GET ${place}?${query}: ${seen.length - different} rows are on two pages of ${size}`)
  if (different !== total) scene.find(`GET ${place}?${query}: ${different} rows are on the pages of ${size}, and the total is ${total}`)
  return seen.length
}

const VALUES = {
  items: (rows) => Array.isArray(rows),
  total: Number.isInteger,
  page: (value) => value === 1,
  page_size: (value, paging) => value === paging.defaultSize,
  total_pages: (value, paging, total) => value === Math.ceil(total / paging.defaultSize),
  limit: (value, paging) => value === paging.defaultSize,
  offset: (value) => value === 0,
  count: Number.isInteger,
}

/** The first page: its members, their names, the default size, and a page behind the last. */
async function envelope(scene, endpoint, place) {
  const { paging } = scene.facts.spec
  const answer = await scene.client.request('GET', place, caller(scene, endpoint))
  if (!scene.expect(answer, 200, 'the first page')) return
  const rows = rowsOf(paging, answer.json)
  const size = defaultSize(scene, endpoint)
  if (rows.length > size) scene.find(`${answer.request} shows ${rows.length} rows, and a page has ${size}`)
  if (paging.envelope.length > 0) {
    const name = (member) => paging.names?.[member] ?? member
    const wanted = paging.envelope.map(name)
    if (Object.keys(answer.json).join() !== wanted.join())
      scene.find(`${answer.request} has the members ${Object.keys(answer.json).join(', ')}, not ${wanted.join(', ')}`)
    for (const member of paging.envelope)
      if (!VALUES[member](answer.json[name(member)], { ...paging, defaultSize: size }, answer.json[name('total')]))
        scene.find(`${answer.request}: ${name(member)} is ${JSON.stringify(answer.json[name(member)])?.slice(0, 60)}`)
  }
  const far = 'page' in paging.params ? `${paging.params.page}=100000` : `${paging.params.offset}=100000`
  const behind = await scene.client.request('GET', `${place}?${far}`, caller(scene, endpoint))
  if (scene.expect(behind, 200, 'a page behind the last') && rowsOf(paging, behind.json).length > 0) scene.find(`${behind.request} shows rows`)
}

/** Rows of a page when nobody says how many: one endpoint may say another number than the others. */
function defaultSize(scene, endpoint) {
  const { params, defaultSize: usual } = scene.facts.spec.paging
  const parameter = scene.document.paths[endpoint.path].get.parameters?.find((one) => one.name === (params.size ?? params.limit))
  return parameter?.schema.default ?? usual
}

/** A list without pages shows all of its rows. */
async function bare(scene, endpoint, place) {
  const answer = await scene.client.request('GET', place, caller(scene, endpoint))
  if (!scene.expect(answer, 200, 'a list')) return 0
  const rows = rowsOf(scene.facts.spec.paging, answer.json)
  const keys = new Set(rows.map((each) => each[scene.facts.keyField(endpoint.entity).name]))
  if (keys.size !== rows.length) scene.find(`${answer.request} shows rows twice`)
  return rows.length
}
