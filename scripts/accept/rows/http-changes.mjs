import { isDeepStrictEqual } from 'node:util'
import { bodyNames } from '../http/document.mjs'
import { checked } from '../http/scene.mjs'

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '9',
  title: 'PUT and PATCH',
  needs: 'server',
  check: (subject) =>
    checked(subject, async (scene) => {
      const updates = scene.facts.endpoints.filter((endpoint) => ['update', 'replace'].includes(endpoint.operation) && endpoint.param !== undefined)
      for (const endpoint of updates) await scene.attempt(`${endpoint.method} ${endpoint.path}`, () => changeCases(scene, endpoint))
      return `${updates.length} endpoints, ${scene.client.count} requests`
    }),
}

async function changeCases(scene, endpoint) {
  const made = await scene.maker.make(endpoint.entity, { full: true })
  const path = scene.maker.pathTo(endpoint, made)
  const before = (await scene.maker.read(endpoint.entity, made))?.json
  const nothing = await scene.send(endpoint, path, { body: {} })
  if (scene.expect(nothing, endpoint.status, 'no change at all')) unchanged(scene, endpoint, before, nothing)
  await nullCases(scene, endpoint, path)
  await readOnlyCases(scene, endpoint, path, made)
  await oneByOne(scene, endpoint)
  if (nothing.json !== undefined)
    scene.expect(
      await scene.send(endpoint, path, { body: (await scene.send(endpoint, path, { body: {} })).json }),
      endpoint.status,
      'an answer, sent back as it came',
    )
}

/** Times of the last change may differ. */
function unchanged(scene, endpoint, before, answer, except = []) {
  for (const [name, value] of Object.entries(before ?? {})) {
    const field = scene.facts.field(endpoint.entity, name)
    if (field?.auto === 'updated' || except.includes(name) || !(name in answer.json) || isDeepStrictEqual(answer.json[name], value)) continue
    scene.find(`${answer.request} changed ${name}, which it does not name, from ${JSON.stringify(value)} to ${JSON.stringify(answer.json[name])}`)
  }
}

/** Null is taken where the field may be empty, and nowhere else. */
async function nullCases(scene, endpoint, path) {
  const { facts } = scene
  for (const field of facts.bodyFields(endpoint)) {
    const answer = await scene.send(endpoint, path, { body: { [field.name]: null } })
    if (!field.nullable) scene.expect(answer, scene.invalid, `null for ${field.name}, which may not be empty`)
    else if (
      isFree(facts, endpoint.entity, field) &&
      scene.expect(answer, endpoint.status, `null for ${field.name}, which may be empty`) &&
      field.name in answer.json &&
      answer.json[field.name] !== null
    )
      scene.find(`${answer.request} leaves ${field.name} as ${JSON.stringify(answer.json[field.name])}`)
  }
}

/** No rule speaks of it. */
const isFree = (facts, entity, field) =>
  !facts.effects.some(
    (effect) =>
      effect.entity === entity &&
      effect.kind !== 'field' &&
      [effect.field, effect.reference, effect.target, effect.before, effect.after, ...(effect.fields ?? [])].includes(field.name),
  )

/** What only the server sets is refused, or ignored; it never changes. */
async function readOnlyCases(scene, endpoint, path, made) {
  const { facts } = scene
  const entity = facts.entity(endpoint.entity)
  const settable = new Set(bodyNames(scene.document, endpoint))
  const others = {
    integer: 987_654,
    bigint: 987_654,
    uuid: '00000000-0000-4000-8000-00000000abcd',
    datetime: '2001-01-01T00:00:00Z',
    date: '2001-01-01',
    boolean: true,
  }
  for (const field of entity.fields.filter((each) => (each.readOnly || each.fromCaller) && !settable.has(each.name) && each.name in made.row)) {
    const before = (await scene.maker.read(endpoint.entity, made))?.json
    const answer = await scene.send(endpoint, path, { body: { [field.name]: others[facts.stored(field).type] ?? 'forged' } })
    scene.expect(answer, [endpoint.status, scene.invalid], `${field.name}, which only the server sets`)
    const after = (await scene.maker.read(endpoint.entity, made))?.json
    if (before !== undefined && after !== undefined && field.auto !== 'updated' && !isDeepStrictEqual(before[field.name], after[field.name]))
      scene.find(`${answer.request} changed ${field.name}, which only the server sets`)
  }
}

/** Each field alone: the others stay. */
async function oneByOne(scene, endpoint) {
  const { facts, maker } = scene
  for (const field of facts.bodyFields(endpoint)) {
    if (
      !['string', 'text', 'integer', 'decimal', 'date'].includes(field.type) ||
      field.list ||
      field.pattern !== undefined ||
      !isFree(facts, endpoint.entity, field)
    )
      continue
    const made = await maker.make(endpoint.entity, { full: true })
    const before = (await maker.read(endpoint.entity, made))?.json
    const value = maker.sample(endpoint.entity, { ...field, unique: 'exact' }, maker.next(), made.row)
    const answer = await scene.send(endpoint, maker.pathTo(endpoint, made), { body: { [field.name]: value } })
    const derived = facts.effects
      .filter((effect) => effect.entity === endpoint.entity && ['product', 'slug', 'stamp', 'aggregate'].includes(effect.kind))
      .map((effect) => effect.target ?? effect.field)
    if (scene.expect(answer, endpoint.status, `${field.name} alone`)) unchanged(scene, endpoint, before, answer, [field.name, ...derived])
  }
}
