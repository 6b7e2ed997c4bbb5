// Rules of the specification, broken one at a time: the state of the data forbids what the request asks for.
import { pathOf } from '../facts.mjs'
import { allowedBefore } from './moves.mjs'

/** Broken rules are conflicts; where the body alone shows it, it may be invalid as well. */
const CONFLICT = 409

/** @type {Record<string, (scene: import('../scene.mjs').Scene, effect: any) => Promise<void>>} */
const CASES = {
  'state-guard': stateGuard,
  'delete-guard': deleteGuard,
  'parent-guard': (scene, effect) =>
    childOf(
      scene,
      effect.entity,
      effect.parentField,
      { [effect.field]: effect.values[0] },
      `${effect.parent} with ${effect.field} ${effect.values[0]}`,
    ),
  'reference-state': referenceState,
  transitions,
  exclusive,
  capacity,
  'no-overlap': overlap,
  distinct: distinctCase,
  order: orderCase,
  stamp,
  'role-field': roleField,
}

/** @param {import('../scene.mjs').Scene} scene */
export async function ruleCases(scene) {
  const seen = new Set()
  for (const effect of scene.facts.effects) {
    const name = JSON.stringify(effect)
    if (!(effect.kind in CASES) || seen.has(name)) continue
    seen.add(name)
    await scene.attempt(`the rule ${name}`, () => CASES[effect.kind](scene, effect))
  }
  return seen.size
}

const writer = (scene, entity) => scene.facts.endpoint(entity, 'update', 'replace')
const creator = (scene, entity) => scene.facts.endpoint(entity, 'create', 'nested-create')

async function stateGuard(scene, { entity, operations, field, values }) {
  for (const value of values)
    for (const operation of operations) {
      const endpoint = operation === 'delete' ? scene.facts.endpoint(entity, 'delete') : writer(scene, entity)
      if (endpoint === undefined) continue
      const made = await scene.maker.make(entity, { values: { [field]: value } })
      const body = operation === 'delete' ? undefined : smallChange(scene, endpoint, made)
      scene.expect(
        await scene.send(endpoint, scene.maker.pathTo(endpoint, made), { body }),
        CONFLICT,
        `${operation} of a ${entity} with ${field} ${value}`,
      )
    }
}

/** Another value for one plain field. */
function smallChange(scene, endpoint, made) {
  const field = scene.facts
    .bodyFields(endpoint)
    .find((each) => ['string', 'text', 'integer', 'decimal'].includes(each.type) && !each.list && each.pattern === undefined)
  if (field === undefined) return {}
  return { [field.name]: scene.maker.sample(endpoint.entity, { ...field, unique: 'exact' }, scene.maker.next(), made.row) }
}

async function deleteGuard(scene, { entity, child, childField, where }) {
  const endpoint = scene.facts.endpoint(entity, 'delete')
  if (endpoint === undefined) return
  const parent = await scene.maker.make(entity, { values: scene.facts.parentNeeds(child, childField) })
  const held = where?.in?.[0] ?? (where === undefined ? undefined : memberOutside(scene, child, where))
  await scene.maker.make(child, { values: { [childField]: parent.key, ...(held === undefined ? {} : { [where.field]: held }) } })
  scene.expect(await scene.send(endpoint, scene.maker.pathTo(endpoint, parent)), CONFLICT, `a ${entity} to which a ${child} belongs`)
}

function memberOutside(scene, entity, { field, notIn = [] }) {
  const found = scene.facts.field(entity, field)
  return found?.type === 'boolean' ? !notIn.includes(true) : found?.values?.find((value) => !notIn.includes(value))
}

async function referenceState(scene, { entity, reference, target, field, value }) {
  const found = scene.facts.field(target, field)
  const wrong = typeof value === 'boolean' ? !value : found?.values?.find((each) => each !== value)
  if (wrong !== undefined) await childOf(scene, entity, reference, { [field]: wrong }, `${target} whose ${field} is not ${value}`)
}

/** A row below one that does not allow it. */
async function childOf(scene, entity, reference, state, what) {
  const endpoint = creator(scene, entity)
  const field = scene.facts.field(entity, reference)
  if (endpoint === undefined || field?.reference === undefined) return
  const parent = await scene.maker.make(field.reference.entity, { values: { ...scene.facts.parentNeeds(entity, reference), ...state } })
  const { body, path } = await scene.maker.draft(endpoint, { values: { [reference]: parent.key } })
  const sent = reference in body || endpoint.parent?.field === reference ? body : { ...body, [reference]: parent.key }
  scene.expect(await scene.send(endpoint, pathOf(endpoint, path), { body: sent }), CONFLICT, `a ${entity} of a ${what}`)
}

/** Each change that is refused, by an action or by an update. */
async function transitions(scene, { entity, field, refused, allowed }) {
  const known = scene.facts.field(entity, field)
  const others = scene.facts.of('transitions', entity).flatMap((effect) => (effect.field === field ? effect.allowed : []))
  for (const [from, to] of refused.filter((move) => !others.some((each) => each[0] === move[0] && each[1] === move[1])).slice(0, 6))
    await moved(scene, entity, field, from, to, CONFLICT)
  for (const [from, to] of allowed.slice(0, 6))
    if (from !== to && allowedBefore(scene, entity, known, to) !== undefined) await moved(scene, entity, field, from, to, 200)
}

async function moved(scene, entity, field, from, to, status) {
  const action = scene.facts.endpoints.find(
    (each) =>
      each.operation === 'action' && each.entity === entity && (each.sets?.[field] === to || (each.body?.length === 1 && each.body[0] === field)),
  )
  const update = writer(scene, entity)
  const endpoint = action ?? (update?.body?.includes(field) ? update : undefined)
  // Sending the value that a row has changes nothing, and is refused nowhere.
  if (endpoint === undefined || (from === to && endpoint.sets?.[field] === undefined)) return
  const made = await scene.maker.make(entity, { values: { [field]: from } })
  const body = endpoint.sets?.[field] === to ? undefined : { [field]: to }
  scene.expect(await scene.send(endpoint, scene.maker.pathTo(endpoint, made), { body }), status, `${field} of a ${entity} from ${from} to ${to}`)
}

async function exclusive(scene, { entity, a, b }) {
  const endpoint = creator(scene, entity)
  const names = endpoint?.body ?? []
  if (!names.includes(a.field) || !names.includes(b.field)) return
  const { body, path } = await scene.maker.draft(endpoint, { values: { [a.field]: a.value, [b.field]: b.value } })
  scene.expect(
    await scene.send(endpoint, pathOf(endpoint, path), { body }),
    [CONFLICT, scene.invalid],
    `${a.field} ${a.value} with ${b.field} ${b.value}`,
  )
}

async function capacity(scene, { entity, reference, target, limit }) {
  const endpoint = creator(scene, entity)
  if (endpoint === undefined || (typeof limit === 'number' && limit > 50)) return
  const most = typeof limit === 'number' ? limit : 2
  const needs = scene.facts.parentNeeds(entity, reference)
  const parent = await scene.maker.make(target, { values: typeof limit === 'string' ? { ...needs, [limit]: most } : needs })
  for (let number = 0; number <= most; number += 1) {
    const { body, path } = await scene.maker.draft(endpoint, { values: { [reference]: parent.key } })
    scene.expect(
      await scene.send(endpoint, pathOf(endpoint, path), { body }),
      number < most ? endpoint.status : CONFLICT,
      `${entity} ${number + 1} of at most ${most}`,
    )
  }
}

async function overlap(scene, { entity, scope, start, end }) {
  const endpoint = creator(scene, entity)
  if (endpoint === undefined) return
  const first = await scene.maker.make(entity, { full: true })
  if ([scope, start, end].some((name) => first.row[name] === null)) return
  const { body, path } = await scene.maker.draft(endpoint, {
    full: true,
    values: { [scope]: first.row[scope], [start]: first.row[start], [end]: first.row[end] },
  })
  scene.expect(await scene.send(endpoint, pathOf(endpoint, path), { body }), CONFLICT, `a ${entity} at the time of another`)
}

async function distinctCase(scene, { entity, fields: [one, two] }) {
  const endpoint = creator(scene, entity)
  // Nobody can name a row that does not exist yet.
  if (endpoint === undefined || [one, two].some((name) => scene.facts.entity(entity).key.includes(name))) return
  const made = await scene.maker.make(entity)
  const value = made.row[one] ?? made.row[two]
  const settable = scene.facts.bodyFields(endpoint).map((field) => field.name)
  if (!settable.includes(one) && !settable.includes(two)) return
  const who = scene.maker.caller(endpoint)
  const same = settable.includes(one) && settable.includes(two) ? { [one]: value, [two]: value } : { [settable.includes(one) ? one : two]: who.id }
  const { body, path } = await scene.maker.draft(endpoint, { values: same })
  scene.expect(await scene.send(endpoint, pathOf(endpoint, path), { body }), [CONFLICT, scene.invalid], `the same ${one} and ${two}`)
}

async function orderCase(scene, { entity, before, after }) {
  const endpoint = creator(scene, entity)
  const names = scene.facts.bodyFields(endpoint ?? { entity, body: [] }).map((field) => field.name)
  if (!names.includes(before) || !names.includes(after)) return
  const { body, path } = await scene.maker.draft(endpoint, { full: true })
  if (body[before] === undefined || body[after] === undefined || body[before] === body[after]) return
  const wrong = { ...body, [before]: body[after], [after]: body[before] }
  scene.expect(await scene.send(endpoint, pathOf(endpoint, path), { body: wrong }), [CONFLICT, scene.invalid], `${after} before ${before}`)
}

async function stamp(scene, { entity, field, value, target }) {
  const update = writer(scene, entity)
  const action = scene.facts.endpoints.find((each) => each.operation === 'action' && each.entity === entity && each.sets?.[field] === value)
  const endpoint = action ?? (update?.body?.includes(field) ? update : undefined)
  const known = scene.facts.field(entity, field)
  if (endpoint === undefined || known === undefined) return
  const from = known.type === 'boolean' ? !value : allowedBefore(scene, entity, known, value)
  const made = await scene.maker.make(entity, { values: from === undefined ? {} : { [field]: from } })
  const answer = await scene.send(endpoint, scene.maker.pathTo(endpoint, made), { body: endpoint === action ? undefined : { [field]: value } })
  if (
    scene.expect(answer, endpoint.status, `${field} becomes ${value}`) &&
    answer.json !== undefined &&
    target in answer.json &&
    answer.json[target] === null
  )
    scene.find(`${answer.request} leaves ${target} empty`)
}

async function roleField(scene, { entity, field, roles }) {
  const endpoint = writer(scene, entity)
  const outside = scene.facts.roleOutside(roles)
  const known = scene.facts.field(entity, field)
  if (!endpoint?.body?.includes(field) || outside === undefined || scene.callers.auth.kind !== 'bearer' || known === undefined) return
  if (scene.callers.auth.userEntity !== entity) return
  const person = await scene.maker.person(outside)
  const value = known.values?.find((each) => each !== outside) ?? (known.type === 'boolean' ? false : undefined)
  if (value === undefined) return
  const path = scene.maker.pathTo(endpoint, { key: person.id, row: { [scene.facts.keyField(entity).name]: person.id }, path: {} })
  scene.expect(await scene.send(endpoint, path, { body: { [field]: value }, caller: person }), 403, `${field} of oneself, changed as ${outside}`)
}
