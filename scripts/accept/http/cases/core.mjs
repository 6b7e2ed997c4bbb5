// The core scenarios of the usual operations: what is answered to a good request, to an unknown row, to a body with one fault.
import { invalidSamples } from '@forge/spec'
import { isDeepStrictEqual } from 'node:util'
import { pathOf } from '../facts.mjs'

/** @typedef {import('../scene.mjs').Scene} Scene @typedef {import('../facts.mjs').Endpoint} Endpoint */

const UNKNOWN = { integer: 999_999, bigint: 999_999, uuid: '00000000-0000-4000-8000-0000000fffff' }
const isTyped = (field) => field.type in UNKNOWN

/** A key that no row has. */
export const unknownKey = (scene, entity) => UNKNOWN[scene.facts.stored(scene.facts.keyField(entity)).type] ?? 'no-such-key'

/** @param {Scene} scene @param {Endpoint} endpoint */
export async function listCases(scene, endpoint) {
  const { facts, maker } = scene
  const made = await maker.make(endpoint.entity)
  const values = endpoint.parent === undefined ? {} : await parentOf(scene, endpoint, made)
  const answer = await scene.send(endpoint, pathOf(endpoint, values))
  if (!scene.expect(answer, endpoint.status, 'a list')) return
  const rows = rowsOf(facts.spec.paging, answer.json)
  if (!Array.isArray(rows)) scene.find(`${answer.request} answers ${answer.text.slice(0, 120)}, in which there is no list of rows`)
  if (endpoint.parent !== undefined) await unknownParent(scene, endpoint)
}

/** Parameters of a path below the parent of a row. */
async function parentOf(scene, endpoint, made) {
  const { entity, param, field, lookup } = endpoint.parent
  const key = field === undefined ? undefined : made.row[field]
  if (key === undefined || key === null) {
    const parent = await scene.maker.make(entity)
    return { [param]: parent.row[lookup ?? scene.facts.keyField(entity).name] }
  }
  if (lookup === undefined) return { [param]: key }
  const parent = await scene.maker.read(entity, { key, row: { [scene.facts.keyField(entity).name]: key }, path: {} })
  return { [param]: parent.json[lookup] }
}

/** The rows in the answer of a list. */
export function rowsOf(paging, json) {
  if (Array.isArray(json)) return json
  return json?.[paging.names?.items ?? 'items']
}

async function unknownParent(scene, endpoint, others = {}) {
  const { entity, param, lookup } = endpoint.parent
  const { body } = endpoint.body === undefined ? {} : await scene.maker.draft(endpoint)
  const unknown = lookup === undefined ? unknownKey(scene, entity) : 'no-such-key'
  const answer = await scene.send(endpoint, pathOf(endpoint, { ...others, [param]: unknown }), { body })
  scene.expect(answer, 404, 'below a row that does not exist')
  if (lookup !== undefined || !isTyped(scene.facts.stored(scene.facts.keyField(entity)))) return
  scene.expect(await scene.send(endpoint, pathOf(endpoint, { ...others, [param]: 'x-y' }), { body }), scene.invalid, 'below a malformed key')
}

/** Unknown and malformed keys of the row itself. */
export async function keyCases(scene, endpoint, body, above = {}) {
  const { entity, param, lookup } = endpoint
  if (param === undefined) return
  const stored = scene.facts.stored(lookup === undefined ? scene.facts.keyField(entity) : scene.facts.field(entity, lookup))
  const unknown = await scene.send(endpoint, pathOf(endpoint, { ...above, [param]: UNKNOWN[stored.type] ?? 'no-such-key' }), { body })
  scene.expect(unknown, 404, 'a row that does not exist')
  if (!isTyped(stored)) return
  for (const malformed of ['x-y', '1.5', '%20'])
    scene.expect(
      await scene.send(
        endpoint,
        endpoint.path.replace(`{${param}}`, malformed).replace(/\{([^}]*)\}/g, (_, name) => above[name]),
        { body },
      ),
      scene.invalid,
      'a malformed key',
    )
}

export async function getCases(scene, endpoint) {
  const made = await scene.maker.make(endpoint.entity)
  const answer = await scene.send(endpoint, scene.maker.pathTo(endpoint, made))
  const { name } = scene.facts.keyField(endpoint.entity)
  if (scene.expect(answer, endpoint.status, 'a row') && answer.json[name] !== made.key)
    scene.find(`${answer.request} answers with the ${name} ${answer.json[name]}, not ${made.key}`)
  await keyCases(scene, endpoint, undefined, made.path)
}

export async function createCases(scene, endpoint) {
  const { maker, facts } = scene
  for (const full of [false, true]) {
    const { body, path } = await maker.draft(endpoint, { full, caller: maker.caller(endpoint) })
    const answer = await scene.send(endpoint, pathOf(endpoint, path), { body })
    if (!scene.expect(answer, endpoint.status, full ? 'a creation with all fields' : 'a creation with the required fields')) continue
    echoed(scene, endpoint, body, answer)
    if (!full) await located(scene, endpoint, answer)
  }
  await duplicateCases(scene, endpoint)
  await bodyFaults(scene, endpoint, () => maker.draft(endpoint, { caller: maker.caller(endpoint) }), { complete: true })
  if (endpoint.parent !== undefined && facts.endpoint(endpoint.entity, 'create', 'nested-create') === endpoint) await unknownParent(scene, endpoint)
}

/** What was sent comes back. */
export function echoed(scene, endpoint, body, answer) {
  for (const [name, value] of Object.entries(body)) {
    const field = scene.facts.field(endpoint.entity, name)
    if (field.writeOnly || same(field, answer.json[name], value)) continue
    scene.find(`${answer.request} answers with the ${name} ${JSON.stringify(answer.json[name])}, not ${JSON.stringify(value)}`)
  }
}

export function same(field, one, two) {
  if (one === null || two === null || field.list) return isDeepStrictEqual(one, two)
  if (field.type === 'datetime') return Date.parse(one) === Date.parse(two)
  if (['decimal', 'float'].includes(field.type)) return Number(one) === Number(two)
  return isDeepStrictEqual(one, two)
}

async function located(scene, endpoint, answer) {
  const getter = scene.facts.endpoint(endpoint.entity, 'get')
  if (getter?.param === undefined || getter.lookup !== undefined || getter.parent !== undefined) return
  const place = answer.headers.location
  if (place === undefined) return scene.find(`${answer.request} says nothing of where the new row is (Location)`)
  const read = await scene.client.request('GET', place, { headers: scene.maker.caller(getter).headers })
  const { name } = scene.facts.keyField(endpoint.entity)
  if (scene.expect(read, 200, 'the place of a new row') && read.json[name] !== answer.json[name])
    scene.find(`${place} shows another row than was made`)
}

/** The same unique value, and the same combination, twice. */
async function duplicateCases(scene, endpoint) {
  const { maker, facts } = scene
  const fields = facts.bodyFields(endpoint)
  for (const field of fields.filter((each) => each.unique !== false && !each.list)) {
    const first = await maker.make(endpoint.entity, { full: true })
    const value = first.body[field.name]
    if (value === undefined) continue
    const spellings =
      field.unique === 'case-insensitive' && typeof value === 'string' && field.pattern === undefined ? [value, swapped(value)] : [value]
    for (const spelling of spellings) {
      const { body, path } = await maker.draft(endpoint, { values: { [field.name]: spelling } })
      scene.expect(await scene.send(endpoint, pathOf(endpoint, path), { body }), 409, `a second ${field.name} ${JSON.stringify(spelling)}`)
    }
  }
  const tuples = [...facts.entity(endpoint.entity).uniqueTogether, ...facts.of('unique-together', endpoint.entity).map((effect) => effect.fields)]
  const settable = new Set([
    ...fields.map((field) => field.name),
    endpoint.parent?.field,
    ...facts
      .entity(endpoint.entity)
      .fields.filter((field) => field.fromCaller)
      .map((field) => field.name),
  ])
  for (const tuple of new Map(tuples.map((each) => [each.join(), each])).values()) {
    if (!tuple.every((name) => settable.has(name))) continue
    const first = await maker.make(endpoint.entity, { full: true })
    const values = Object.fromEntries(
      tuple.filter((name) => first.row[name] !== undefined && first.row[name] !== null).map((name) => [name, first.row[name]]),
    )
    if (Object.keys(values).length < tuple.length) continue
    const { body, path } = await maker.draft(endpoint, { values })
    scene.expect(await scene.send(endpoint, pathOf(endpoint, path), { body }), 409, `the same ${tuple.join(' and ')} again`)
  }
}

const swapped = (text) => (text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase())

/**
 * One fault at a time.
 * @param {() => Promise<{ body: Record<string, any>, path: Record<string, any> }>} draft
 */
export async function bodyFaults(scene, endpoint, draft, { complete = false } = {}) {
  const { facts } = scene
  const { body, path } = await draft()
  const refused = async (wrong, why, statuses = scene.invalid) =>
    scene.expect(await scene.send(endpoint, pathOf(endpoint, path), { body: wrong }), statuses, why)
  for (const field of facts.bodyFields(endpoint)) {
    if (field.name === endpoint.parent?.field) continue
    if (complete && field.required && field.default === null) {
      const { [field.name]: _, ...rest } = body
      await refused(rest, `without ${field.name}, which is required`)
    }
    for (const sample of invalidSamples({ ...field, type: faultType(facts, field) }))
      await refused({ ...body, [field.name]: sample.value }, sample.why)
    if (field.reference !== undefined && !field.list)
      await refused({ ...body, [field.name]: unknownKey(scene, field.reference.entity) }, `${field.name} refers to nothing`, [422])
  }
  if (facts.bodyFields(endpoint).length > 0) {
    await refused({ ...body, no_such_field: 1 }, 'an unknown field')
    await refused([body], 'a list where an object is expected')
  }
}

/** References to rows whose keys are texts have no malformed values. */
function faultType(facts, field) {
  if (field.reference === undefined) return field.type
  return isTyped(facts.stored(field)) ? 'reference' : facts.stored(field).type
}

export async function updateCases(scene, endpoint) {
  const { maker, facts } = scene
  const made = await maker.make(endpoint.entity, { full: true })
  const path = () => maker.pathTo(endpoint, made)
  const changes = facts.bodyFields(endpoint).filter((field) => changeable(scene, endpoint.entity, field))
  for (const field of changes) {
    const value =
      field.type === 'boolean' ? !made.row[field.name] : maker.sample(endpoint.entity, { ...field, unique: 'exact' }, maker.next(), made.row)
    const answer = await scene.send(endpoint, path(), { body: { [field.name]: value } })
    if (scene.expect(answer, endpoint.status, `a change of ${field.name} alone`)) echoed(scene, endpoint, { [field.name]: value }, answer)
  }
  const one = changes[0] === undefined ? {} : { [changes[0].name]: made.row[changes[0].name] }
  await keyCases(scene, endpoint, one, made.path)
  await bodyFaults(scene, endpoint, async () => ({ body: {}, path: pathValues(scene, endpoint, made) }))
}

/** Path parameters of an endpoint about a row. */
export function pathValues(scene, endpoint, made) {
  const { entity, param, lookup } = endpoint
  return { ...made.path, ...(param === undefined ? {} : { [param]: made.row[lookup ?? scene.facts.keyField(entity).name] }) }
}

/** Fields that may take any other value, as far as the rules say. */
function changeable(scene, entity, field) {
  const { facts } = scene
  if (field.reference !== undefined || field.type === 'enum' || field.list || field.writeOnly) return false
  if (field.name === facts.entity(entity).softDelete?.field) return false
  return !facts.effects.some(
    (effect) =>
      effect.entity === entity &&
      ([effect.field, effect.before, effect.after, effect.start, effect.end, effect.a?.field, effect.b?.field].includes(field.name) ||
        effect.fields?.includes(field.name)) &&
      effect.kind !== 'field' &&
      effect.kind !== 'unique-together',
  )
}

export async function deleteCases(scene, endpoint) {
  const { maker, facts } = scene
  const made = await maker.make(endpoint.entity)
  const answer = await scene.send(endpoint, maker.pathTo(endpoint, made))
  if (!scene.expect(answer, endpoint.status, 'a deletion')) return
  if (endpoint.status === 204 && answer.text !== '') scene.find(`${answer.request} is answered with 204 and a body`)
  await goneOrMarked(scene, endpoint, made)
  await keyCases(scene, endpoint, undefined, made.path)
  if (facts.entity(endpoint.entity).softDelete === null)
    scene.expect(await scene.send(endpoint, maker.pathTo(endpoint, made)), 404, 'a second deletion')
}

async function goneOrMarked(scene, endpoint, made) {
  const { softDelete } = scene.facts.entity(endpoint.entity)
  const read = await scene.maker.read(endpoint.entity, made)
  if (read === undefined) return
  if (softDelete === null) return scene.expect(read, 404, 'a deleted row')
  if (scene.expect(read, [200, 404], 'a row deleted softly') && read.status === 200 && read.json[softDelete.field] !== softDelete.deletedValue)
    scene.find(`${read.request} shows a deleted row whose ${softDelete.field} is ${JSON.stringify(read.json[softDelete.field])}`)
}
