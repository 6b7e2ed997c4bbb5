// The core scenarios of operations that do one thing: actions, links, marks, changes of many rows.
import { pathOf } from '../facts.mjs'
import { keyCases, same, unknownKey } from './core.mjs'

export async function meCases(scene, endpoint) {
  const answer = await scene.send(endpoint, endpoint.path, { caller: scene.callers.builtIn })
  const { name } = scene.facts.keyField(endpoint.entity)
  if (scene.expect(answer, endpoint.status, 'the caller') && String(answer.json[name]) !== String(scene.callers.builtIn.id))
    scene.find(`${answer.request} shows ${answer.json[name]}, not the caller ${scene.callers.builtIn.id}`)
}

export async function actionCases(scene, endpoint) {
  const { maker } = scene
  const made = await maker.make(endpoint.entity, { values: stateBefore(scene, endpoint) })
  const { body } = await maker.draft({ ...endpoint, parent: undefined }, { full: true })
  const sent = (endpoint.body ?? []).length > 0 ? await filled(scene, endpoint, body, made) : undefined
  const answer = await scene.send(endpoint, maker.pathTo(endpoint, made), { body: sent })
  if (scene.expect(answer, endpoint.status, 'an action')) await took(scene, endpoint, made, { ...sent, ...endpoint.sets }, answer)
  await keyCases(scene, endpoint, sent, made.path)
}

/** A state from which the action is allowed. */
export function stateBefore(scene, { entity, sets = {} }) {
  const before = {}
  for (const [name, value] of Object.entries(sets)) {
    const field = scene.facts.field(entity, name)
    if (field?.type === 'boolean') before[name] = !value
    if (field?.type !== 'enum') continue
    const from = allowedBefore(scene, entity, field, value)
    if (from !== undefined) before[name] = from
  }
  return before
}

/** A value of an enumeration from which a change to `value` is allowed. */
export function allowedBefore(scene, entity, field, value) {
  const rules = scene.facts.of('transitions', entity).filter((effect) => effect.field === field.name)
  const allowed = rules.flatMap((effect) => effect.allowed)
  const refused = rules.flatMap((effect) => effect.refused).filter(([from, to]) => !allowed.some((move) => move[0] === from && move[1] === to))
  const guarded = scene.facts
    .of('state-guard', entity)
    .filter((effect) => effect.field === field.name && effect.operations.includes('update'))
    .flatMap((effect) => effect.values)
  const others = scene.facts.quietValues(entity, field).filter((from) => from !== value && !guarded.includes(from))
  return (
    allowed.find(([from, to]) => to === value && from !== value && !guarded.includes(from))?.[0] ??
    others.find((from) => !refused.some((move) => move[0] === from && move[1] === value))
  )
}

/** The body of an action: a state is one that may follow. */
export async function filled(scene, endpoint, body, made) {
  const sent = { ...body }
  for (const field of scene.facts.bodyFields(endpoint)) {
    if (field.name in sent && field.type !== 'enum') continue
    if (field.type === 'enum') sent[field.name] = nextState(scene, endpoint.entity, field, made.row[field.name])
    else sent[field.name] = await scene.maker.value(endpoint.entity, field, { number: scene.maker.next() })
  }
  return sent
}

function nextState(scene, entity, field, now) {
  const rules = scene.facts.of('transitions', entity).filter((effect) => effect.field === field.name)
  const allowed = rules.flatMap((effect) => effect.allowed).find(([from]) => from === now)
  if (allowed !== undefined) return allowed[1]
  const refused = rules.flatMap((effect) => effect.refused).filter(([from]) => from === now)
  return scene.facts.quietValues(entity, field).find((value) => value !== now && !refused.some(([, to]) => to === value)) ?? now
}

/** The answer, or the row when it is read again, holds what the action set. */
async function took(scene, endpoint, made, values, answer) {
  const row = answer.json ?? (await scene.maker.read(endpoint.entity, made))?.json
  if (row === undefined || row === null) return
  for (const [name, value] of Object.entries(values)) {
    const field = scene.facts.field(endpoint.entity, name)
    if (field === undefined || field.writeOnly || value === 'now' || !(name in row) || same(field, row[name], value)) continue
    scene.find(`${answer.request}: ${name} is ${JSON.stringify(row[name])} afterwards, not ${JSON.stringify(value)}`)
  }
  if (endpoint.toggles !== undefined && row[endpoint.toggles] === made.row[endpoint.toggles])
    scene.find(`${answer.request} does not change ${endpoint.toggles}`)
}

export async function linkCases(scene, endpoint) {
  const { maker, facts } = scene
  const { entity, parent } = endpoint
  const owner = await maker.make(parent.entity)
  const other = await maker.make(entity)
  const above = { [parent.param]: owner.row[parent.lookup ?? facts.keyField(parent.entity).name] }
  if (endpoint.operation === 'link-list') {
    scene.expect(await scene.send(endpoint, pathOf(endpoint, above)), endpoint.status, 'what is linked')
    scene.expect(await scene.send(endpoint, pathOf(endpoint, { [parent.param]: unknown(scene, parent) })), 404, 'below a row that does not exist')
    return
  }
  const adder = facts.endpoints.find((each) => each.operation === 'link-add' && each.parent.entity === parent.entity && each.entity === entity)
  if (adder !== undefined) await added(scene, adder, above, other)
  if (endpoint.operation === 'link-add') return
  const removed = await scene.send(endpoint, pathOf(endpoint, { ...above, [endpoint.param]: other.key }))
  scene.expect(removed, adder === undefined ? [endpoint.status, 404] : endpoint.status, 'the end of a link')
}

const unknown = (scene, parent) => (parent.lookup === undefined ? unknownKey(scene, parent.entity) : 'no-such-key')

async function added(scene, endpoint, above, other) {
  const { param, body = [], parent } = endpoint
  const [name] = body
  const content = (key) => (name === undefined || param !== undefined ? undefined : { [name]: name.endsWith('s') ? [key] : key })
  const place = (key, values = above) => pathOf(endpoint, { ...values, ...(param === undefined ? {} : { [param]: key }) })
  scene.expect(await scene.send(endpoint, place(other.key), { body: content(other.key) }), endpoint.status, 'a link')
  scene.expect(await scene.send(endpoint, place(other.key), { body: content(other.key) }), [endpoint.status, 200, 409], 'the same link again')
  const nothing = unknownKey(scene, endpoint.entity)
  scene.expect(await scene.send(endpoint, place(nothing), { body: content(nothing) }), param === undefined ? 422 : 404, 'a link to nothing')
  const below = { [parent.param]: unknown(scene, parent) }
  scene.expect(await scene.send(endpoint, place(other.key, below), { body: content(other.key) }), 404, 'a link of nothing')
}

export async function markCases(scene, endpoint) {
  const made = await scene.maker.make(endpoint.entity)
  const path = scene.maker.pathTo(endpoint, made)
  for (const time of ['once', 'again']) scene.expect(await scene.send(endpoint, path), endpoint.status, `${endpoint.operation} ${time}`)
  await keyCases(scene, endpoint, undefined, made.path)
}

export async function bulkCases(scene, endpoint) {
  const { maker, facts } = scene
  const { ids, effect, answer: shape, count } = endpoint.bulk
  const rows = [
    await maker.make(endpoint.entity, { values: stateBefore(scene, endpoint) }),
    await maker.make(endpoint.entity, { values: stateBefore(scene, endpoint) }),
  ]
  const changes = effect === 'delete' ? {} : await filled(scene, endpoint, {}, rows[0])
  const body = { [ids]: rows.map(({ key }) => key), ...changes }
  const mixed = { ...body, [ids]: [rows[0].key, unknownKey(scene, endpoint.entity)] }
  scene.expect(await scene.send(endpoint, endpoint.path, { body: mixed }), 404, 'many rows, one of which does not exist')
  scene.expect(await scene.send(endpoint, endpoint.path, { body: { ...body, [ids]: [] } }), scene.invalid, 'no rows at all')
  const answer = await scene.send(endpoint, endpoint.path, { body })
  if (!scene.expect(answer, endpoint.status, 'many rows at once')) return
  if (shape === 'rows' && answer.json?.map((row) => row[facts.keyField(endpoint.entity).name]).join() !== body[ids].join())
    scene.find(`${answer.request} does not answer with its rows`)
  if (shape === 'count' && answer.json?.[count] !== 2) scene.find(`${answer.request} answers ${answer.text.slice(0, 80)}, not a ${count} of 2`)
}
