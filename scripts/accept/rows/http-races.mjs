import { pathOf } from '../http/facts.mjs'
import { allowedBefore, stateBefore } from '../http/cases/moves.mjs'
import { checked } from '../http/scene.mjs'

const AT_ONCE = 20

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '18',
  title: 'races',
  needs: 'server',
  check: (subject) =>
    checked(subject, async (scene) => {
      let races = 0
      for (const endpoint of scene.facts.endpoints) {
        for (const race of [uniqueRace, updateRace, deleteRace, transitionRace, markRace])
          races += (await scene.attempt(`${endpoint.method} ${endpoint.path}`, () => race(scene, endpoint))) ?? 0
      }
      for (const effect of scene.facts.effects)
        if (effect.kind in RULES) races += (await scene.attempt(effect.kind, () => RULES[effect.kind](scene, effect))) ?? 0
      return `${races} races of ${AT_ONCE}, ${scene.client.count} requests`
    }),
}

/** Sends all at once. */
const atOnce = (scene, endpoint, requests) => Promise.all(requests.map(({ path, body, caller }) => scene.send(endpoint, path, { body, caller })))

const times = (make) => Promise.all(Array.from({ length: AT_ONCE }, (_, index) => index).map(make))

/** Exactly so many of the answers are successes, the rest conflicts. */
function winners(scene, answers, wanted, what, losers = [409]) {
  const won = answers.filter(({ status }) => status < 300).length
  if (won !== wanted) scene.find(`${what}: ${won} of ${answers.length} were let through, not ${wanted}`)
  for (const answer of answers.filter(({ status }) => status >= 300)) scene.expect(answer, losers, what)
}

async function uniqueRace(scene, endpoint) {
  if (!['create', 'nested-create'].includes(endpoint.operation)) return 0
  const { facts, maker } = scene
  let races = 0
  for (const field of facts.bodyFields(endpoint).filter((each) => each.unique !== false && !each.list && each.reference === undefined)) {
    const value = maker.sample(endpoint.entity, field, maker.next())
    const requests = []
    for (let index = 0; index < AT_ONCE; index += 1) {
      const { body, path } = await maker.draft(endpoint, { values: { [field.name]: value } })
      requests.push({ path: pathOf(endpoint, path), body })
    }
    winners(scene, await atOnce(scene, endpoint, requests), 1, `${endpoint.method} ${endpoint.path} with one ${field.name}`)
    races += 1
  }
  const tuples = [...facts.entity(endpoint.entity).uniqueTogether, ...facts.of('unique-together', endpoint.entity).map((effect) => effect.fields)]
  for (const tuple of new Map(tuples.map((each) => [each.join(), each])).values()) races += await tupleRace(scene, endpoint, tuple)
  return races
}

/** One combination, many times: of a row that was made and taken away again. */
async function tupleRace(scene, endpoint, tuple) {
  const { facts, maker } = scene
  const settable = new Set([
    ...facts.bodyFields(endpoint).map((field) => field.name),
    endpoint.parent?.field,
    ...facts
      .entity(endpoint.entity)
      .fields.filter((field) => field.fromCaller)
      .map((field) => field.name),
  ])
  if (!tuple.every((name) => settable.has(name))) return 0
  const { body, path } = await maker.draft(endpoint, { full: true, caller: maker.caller(endpoint) })
  if (
    tuple.some(
      (name) =>
        facts.field(endpoint.entity, name)?.reference !== undefined &&
        !facts.field(endpoint.entity, name).fromCaller &&
        !(name in body) &&
        name !== endpoint.parent?.field,
    )
  )
    return 0
  const request = { path: pathOf(endpoint, path), body }
  winners(
    scene,
    await atOnce(
      scene,
      endpoint,
      Array.from({ length: AT_ONCE }, () => request),
    ),
    1,
    `${endpoint.method} ${endpoint.path} with the same ${tuple.join(' and ')}`,
  )
  return 1
}

/** Twenty changes of one row: each is taken whole, or refused. */
async function updateRace(scene, endpoint) {
  if (!['update', 'replace'].includes(endpoint.operation) || endpoint.param === undefined) return 0
  const { maker, facts } = scene
  const field = facts
    .bodyFields(endpoint)
    .find((each) => ['string', 'text'].includes(each.type) && !each.list && each.pattern === undefined && each.reference === undefined)
  if (field === undefined) return 0
  const made = await maker.make(endpoint.entity)
  const path = maker.pathTo(endpoint, made)
  const values = await times(() => maker.sample(endpoint.entity, { ...field, unique: 'exact' }, maker.next()))
  const answers = await atOnce(
    scene,
    endpoint,
    values.map((value) => ({ path, body: { [field.name]: value } })),
  )
  for (const answer of answers) scene.expect(answer, [200, 409], 'a change beside others')
  const after = await maker.read(endpoint.entity, made)
  if (after?.status === 200 && field.name in after.json && !values.includes(after.json[field.name]))
    scene.find(`after ${AT_ONCE} changes, ${field.name} is ${JSON.stringify(after.json[field.name])}`)
  return 1
}

async function deleteRace(scene, endpoint) {
  if (endpoint.operation !== 'delete' || endpoint.param === undefined) return 0
  const made = await scene.maker.make(endpoint.entity)
  const path = scene.maker.pathTo(endpoint, made)
  const answers = await atOnce(
    scene,
    endpoint,
    Array.from({ length: AT_ONCE }, () => ({ path })),
  )
  if (scene.facts.entity(endpoint.entity).softDelete === null) winners(scene, answers, 1, `DELETE ${path}`, [404])
  else for (const answer of answers) scene.expect(answer, [endpoint.status, 404, 409], 'a deletion beside others')
  return 1
}

/** Of changes of a state that exclude each other one is made. */
async function transitionRace(scene, endpoint) {
  const [entry] = Object.entries(endpoint.sets ?? {})
  if (endpoint.operation !== 'action' || entry === undefined || endpoint.body?.length) return 0
  const [name, value] = entry
  const { facts, maker } = scene
  const rules = facts.of('transitions', endpoint.entity).filter((effect) => effect.field === name)
  const again = rules.some((effect) => effect.refused.some(([from, to]) => from === value && to === value))
  if (rules.length === 0 || allowedBefore(scene, endpoint.entity, facts.field(endpoint.entity, name), value) === undefined) return 0
  const made = await maker.make(endpoint.entity, { values: stateBefore(scene, endpoint) })
  const path = maker.pathTo(endpoint, made)
  const answers = await atOnce(
    scene,
    endpoint,
    Array.from({ length: AT_ONCE }, () => ({ path })),
  )
  if (again) winners(scene, answers, 1, `${endpoint.method} ${path}`)
  else for (const answer of answers) scene.expect(answer, [endpoint.status, 409], 'a change of state beside others')
  return 1 + (await crossing(scene, endpoint, name, value, rules))
}

/** Two different changes from one state, of which the second is not allowed after the first. */
async function crossing(scene, endpoint, name, value, rules) {
  const { facts, maker } = scene
  const allowed = rules.flatMap((effect) => effect.allowed)
  const other = facts.endpoints.find(
    (each) =>
      each.operation === 'action' && each.entity === endpoint.entity && each !== endpoint && each.sets?.[name] !== undefined && !each.body?.length,
  )
  if (other === undefined) return 0
  const to = other.sets[name]
  const goes = (from, into) => allowed.some((move) => move[0] === from && move[1] === into)
  const from = facts.field(endpoint.entity, name)?.values?.find((each) => goes(each, value) && goes(each, to))
  if (from === undefined || goes(value, to) || goes(to, value)) return 0
  const made = await maker.make(endpoint.entity, { values: { [name]: from } })
  const answers = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) => (index % 2 === 0 ? endpoint : other)).map((each) => scene.send(each, maker.pathTo(each, made))),
  )
  const won = answers.filter(({ status }) => status < 300)
  if (new Set(won.map(({ json }) => json?.[name])).size > 1) scene.find(`${endpoint.path} and ${other.path} both went through from ${from}`)
  for (const answer of answers) scene.expect(answer, [200, 409], 'two changes of one state')
  return 1
}

/** A mark is there once, however often it is made. */
async function markRace(scene, endpoint) {
  if (!['mark', 'unmark', 'link-add'].includes(endpoint.operation)) return 0
  const { maker, facts } = scene
  if (endpoint.operation !== 'link-add') {
    const made = await maker.make(endpoint.entity)
    const answers = await atOnce(
      scene,
      endpoint,
      Array.from({ length: AT_ONCE }, () => ({ path: maker.pathTo(endpoint, made) })),
    )
    for (const answer of answers) scene.expect(answer, endpoint.status, `${endpoint.operation} at once`)
    return 1
  }
  const owner = await maker.make(endpoint.parent.entity)
  const other = await maker.make(endpoint.entity)
  const [name] = endpoint.body ?? []
  const values = {
    [endpoint.parent.param]: owner.row[endpoint.parent.lookup ?? facts.keyField(endpoint.parent.entity).name],
    ...(endpoint.param === undefined ? {} : { [endpoint.param]: other.key }),
  }
  const body = endpoint.param !== undefined || name === undefined ? undefined : { [name]: name.endsWith('s') ? [other.key] : other.key }
  const answers = await atOnce(
    scene,
    endpoint,
    Array.from({ length: AT_ONCE }, () => ({ path: pathOf(endpoint, values), body })),
  )
  for (const answer of answers) scene.expect(answer, [endpoint.status, 200, 409], 'a link at once')
  return 1
}

/** Rules about numbers of rows, kept under load. */
const RULES = {
  capacity: async (scene, { entity, reference, target, limit }) => {
    const { maker, facts } = scene
    const endpoint = facts.endpoint(entity, 'create', 'nested-create')
    if (endpoint === undefined || (typeof limit === 'number' && limit >= AT_ONCE)) return 0
    const most = typeof limit === 'number' ? limit : 3
    const needs = facts.parentNeeds(entity, reference)
    const parent = await maker.make(target, { values: typeof limit === 'string' ? { ...needs, [limit]: most } : needs })
    const requests = []
    for (let index = 0; index < AT_ONCE; index += 1) {
      const caller = facts.entity(entity).fields.some((field) => field.fromCaller) ? await maker.person(scene.callers.role) : undefined
      const { body, path } = await maker.draft(endpoint, { values: { [reference]: parent.key }, caller })
      requests.push({ path: pathOf(endpoint, path), body, caller })
    }
    winners(scene, await atOnce(scene, endpoint, requests), most, `${entity} of a ${target} that has room for ${most}`)
    return 1
  },
  'no-overlap': async (scene, { entity, scope, start, end }) => {
    const { maker, facts } = scene
    const endpoint = facts.endpoint(entity, 'create', 'nested-create')
    if (endpoint === undefined) return 0
    const first = await maker.draft(endpoint, { full: true })
    const shared = Object.fromEntries([scope, start, end].filter((name) => name in first.body).map((name) => [name, first.body[name]]))
    if (endpoint.parent?.field === scope) shared[scope] = first.path[endpoint.parent.param]
    if (Object.keys(shared).length < 3) return 0
    const requests = []
    for (let index = 0; index < AT_ONCE; index += 1) {
      const { body, path } = await maker.draft(endpoint, { full: true, values: shared })
      requests.push({ path: pathOf(endpoint, path), body })
    }
    winners(scene, await atOnce(scene, endpoint, requests), 1, `${entity} at one time`)
    return 1
  },
  bound: async (scene, { entity, field, reference, target, limit }) => {
    const { maker, facts } = scene
    const endpoint = facts.endpoint(entity, 'create', 'nested-create')
    if (endpoint === undefined || !facts.bodyFields(endpoint).some((each) => each.name === field)) return 0
    const parent = await maker.make(target, { values: { ...facts.parentNeeds(entity, reference), [limit]: 5 } })
    const requests = []
    for (let index = 0; index < AT_ONCE; index += 1) {
      const { body, path } = await maker.draft(endpoint, { values: { [reference]: parent.key, [field]: 1 } })
      requests.push({ path: pathOf(endpoint, path), body })
    }
    for (const answer of await atOnce(scene, endpoint, requests))
      scene.expect(answer, [endpoint.status, 409, scene.invalid], `${entity} beside others`)
    const known = facts.entity(target)
    const columns = await scene.tables.columns(known)
    const [after] = await scene.tables.query(
      `SELECT "${columns.get(limit).column_name}" AS left FROM "${known.table}" WHERE "${columns.get(known.key[0]).column_name}" = $1`,
      [parent.key],
    )
    if (Number(after.left) < 0) scene.find(`${limit} of a ${target} is ${after.left} after ${AT_ONCE} requests at once`)
    return 1
  },
}
