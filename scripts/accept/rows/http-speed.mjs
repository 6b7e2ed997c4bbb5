import { accessOf, pathOf } from '../http/facts.mjs'
import { checked } from '../http/scene.mjs'
import { watched } from '../http/statements.mjs'

const ROWS = 10_000
const REQUESTS = 200
const WARM_UP = 30
/** Other programs of the machine may disturb a series; the application has to be fast in one of them. */
const SERIES = 3
const LIMIT_MS = 50
const MOST_STATEMENTS = 3
/** Not of the request: transactions, and the question whether a connection is alive. */
const HOUSEKEEPING = /^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|;|DEALLOCATE|DISCARD|SET |SHOW |-- ping|$)/i

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '19',
  title: 'speed',
  needs: 'server',
  slow: true,
  async check(subject) {
    const watch = await watched(await subject.database('speed'))
    try {
      return await checked(subject, (scene) => speeds(scene, watch), { env: { DATABASE_URL: watch.url } })
    } finally {
      watch.close()
    }
  },
}

async function speeds(scene, watch) {
  const entity = scene.facts.spec.entities.find((each) => isFit(scene, each))
  if (entity === undefined) return 'no entity has a list, a creation and a way to read a row'
  const made = await fill(scene, entity)
  const figures = []
  for (const [name, ask] of Object.entries(await questions(scene, entity, made))) figures.push(await measure(scene, watch, name, ask))
  return `${entity.table}: ${figures.join(', ')}`
}

const has = (scene, entity, ...operations) =>
  scene.facts.endpoints.some((each) => each.entity === entity.name && operations.includes(each.operation) && each.lookup === undefined)
const isFit = (scene, entity) =>
  has(scene, entity, 'list') && has(scene, entity, 'create') && has(scene, entity, 'get') && entity.name !== scene.callers.auth.userEntity

async function fill(scene, entity) {
  const made = await scene.maker.make(entity.name, { full: true })
  const apart = entity.fields.filter(
    (field) =>
      field.reference === undefined &&
      (field.unique !== false ||
        entity.uniqueTogether.some((tuple) => tuple.includes(field.name)) ||
        scene.facts.of('unique-together', entity.name).some((effect) => effect.fields.includes(field.name))),
  )
  await scene.tables.multiply(
    entity,
    made.key,
    ROWS,
    apart.filter((field) => field.type !== 'enum' && field.type !== 'boolean').map((field) => field.name),
  )
  return made
}

async function questions(scene, entity, made) {
  const { facts, maker } = scene
  const list = facts.endpoint(entity.name, 'list')
  const creator = facts.endpoint(entity.name, 'create')
  const getter = facts.endpoint(entity.name, 'get')
  const { params } = facts.spec.paging
  const size = list.paginated && params !== null ? `?${params.size ?? params.limit}=20` : ''
  const headers =
    facts.rolesFor(entity.name, 'list') === undefined ? scene.callers.builtIn.headers : scene.callers.allowed(entity.name, accessOf(list)).headers
  const drafts = []
  for (let number = 0; number < REQUESTS * SERIES + WARM_UP + 5; number += 1) drafts.push(await maker.draft(creator, { full: true }))
  return {
    ...(size === '' ? {} : { list: () => scene.client.request('GET', `${list.path}${size}`, { headers }) }),
    get: () => scene.send(getter, maker.pathTo(getter, made)),
    create: () => {
      const { body, path } = drafts.pop()
      return scene.send(creator, pathOf(creator, path), { body })
    },
  }
}

/** Milliseconds that 95 % of the requests of one series stay below. */
async function p95Of(scene, name, ask) {
  const taken = []
  for (let number = 0; number < REQUESTS; number += 1) {
    const answer = await ask()
    if (!scene.expect(answer, [200, 201], name)) break
    taken.push(answer.ms)
  }
  return taken.sort((one, two) => one - two)[Math.floor(taken.length * 0.95)] ?? Number.NaN
}

async function measure(scene, watch, name, ask) {
  for (let number = 0; number < WARM_UP; number += 1) await ask()
  const series = []
  while (series.length < SERIES && !(Math.min(...series) <= LIMIT_MS)) series.push(await p95Of(scene, name, ask))
  const p95 = Math.min(...series)
  if (!(p95 <= LIMIT_MS)) scene.find(`${name}: 95 % of the requests take up to ${p95.toFixed(1)} ms`)
  const statements = await statementsOf(watch, ask)
  if (statements.length > MOST_STATEMENTS)
    scene.find(`${name} takes ${statements.length} statements: ${statements.map((each) => each.replace(/\s+/g, ' ').slice(0, 90)).join(' | ')}`)
  return `${name} p95 ${p95.toFixed(1)} ms and ${statements.length} statements`
}

/** What one request sends to the database. */
async function statementsOf(watch, ask) {
  watch.take()
  await ask()
  return watch.take().filter((text) => !HOUSEKEEPING.test(text))
}
