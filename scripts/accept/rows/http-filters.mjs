import { accessOf, pathOf } from '../http/facts.mjs'
import { rowsOf } from '../http/cases/core.mjs'
import { queryOf } from '../http/document.mjs'
import { checked } from '../http/scene.mjs'

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '8',
  title: 'filters, sorting, search',
  needs: 'server',
  check: (subject) =>
    checked(subject, async (scene) => {
      const lists = scene.facts.endpoints.filter((endpoint) => ['list', 'nested-list'].includes(endpoint.operation))
      let filters = 0
      for (const endpoint of lists) filters += (await scene.attempt(`${endpoint.method} ${endpoint.path}`, () => listCases(scene, endpoint))) ?? 0
      return `${lists.length} lists, ${filters} filters, ${scene.client.count} requests`
    }),
}

async function listCases(scene, endpoint) {
  const place = await placeOf(scene, endpoint)
  const documented = queryOf(scene.document, endpoint)
  for (const filter of endpoint.filters ?? []) {
    if (!documented.has(filter.name)) scene.find(`GET ${endpoint.path}: ${filter.name} is not in the OpenAPI document`)
    await scene.attempt(`GET ${endpoint.path}?${filter.name}`, () => filterCases(scene, endpoint, place, filter, documented.get(filter.name)))
  }
  if (endpoint.search?.length) await scene.attempt(`GET ${endpoint.path}?search`, () => searchCases(scene, endpoint, place))
  if (endpoint.sort !== undefined) await scene.attempt(`GET ${endpoint.path}?sort_by`, () => sortCases(scene, endpoint, place, documented))
  await unknownCases(scene, endpoint, place)
  return (endpoint.filters ?? []).length
}

/** Where the list is, and how a row is made that belongs there. */
async function placeOf(scene, endpoint) {
  const { facts, maker } = scene
  const make = async (values, caller) =>
    maker.make(endpoint.entity, { values: { ...endpoint.where, ...values }, full: true, caller: caller ?? (await somebody(scene, endpoint)) })
  if (endpoint.parent === undefined) return { path: endpoint.path, make }
  const { entity, param, field, lookup } = endpoint.parent
  const parent = await maker.make(entity, { values: facts.parentNeeds(endpoint.entity, field) })
  return {
    path: pathOf(endpoint, { [param]: parent.row[lookup ?? facts.keyField(entity).name] }),
    make: (values, caller) => make({ ...values, [field]: parent.key }, caller),
  }
}

/** Another person for each row, where nobody may have two of them. */
async function somebody(scene, { entity }) {
  const { fields, uniqueTogether } = scene.facts.entity(entity)
  const tuples = [...uniqueTogether, ...scene.facts.of('unique-together', entity).map((effect) => effect.fields)]
  const once = fields.some((field) => field.fromCaller && tuples.some((tuple) => tuple.includes(field.name)))
  return once ? scene.maker.person(scene.callers.role) : undefined
}

async function ask(scene, endpoint, place, query) {
  const { paging } = scene.facts.spec
  const size = endpoint.paginated && paging.params !== null ? `${paging.params.size ?? paging.params.limit}=${paging.maxSize}&` : ''
  const headers = scene.callers.allowed(endpoint.entity, accessOf(endpoint)).headers
  return scene.client.request('GET', `${place.path}?${size}${query}`, { headers })
}

async function found(scene, endpoint, place, query) {
  const answer = await ask(scene, endpoint, place, query)
  if (!scene.expect(answer, 200, 'a filter')) return undefined
  return { rows: rowsOf(scene.facts.spec.paging, answer.json), answer }
}

/** Every row that is shown has the value, and the row that has it is shown; of two rows that differ in it, one. */
async function filterCases(scene, endpoint, place, filter, schema) {
  const field = scene.facts.field(endpoint.entity, filter.field)
  if (field === undefined || filter.kind === 'overdue') return overdueCases(scene, endpoint, place, filter)
  const [inside, outside] = await twoRows(scene, endpoint, place, field)
  if (inside === undefined) return
  const key = scene.facts.keyField(endpoint.entity).name
  const value = inside.row[field.name]
  const given = { min: value, max: value, before: later(value, 1), after: later(value, -1), contains: value }[filter.kind] ?? value
  const result = await found(scene, endpoint, place, `${filter.name}=${encodeURIComponent(given)}&${newestFirst(endpoint)}`)
  if (result === undefined) return
  const { rows, answer } = result
  const holds = {
    equals: (own) => same(field, own, value),
    in: (own) => same(field, own, value),
    contains: (own) => String(own).toLowerCase().includes(String(value).toLowerCase()),
    min: (own) => own !== null && compare(field, own, value) >= 0,
    max: (own) => own !== null && compare(field, own, value) <= 0,
    before: (own) => own !== null && compare(field, own, given) <= 0,
    after: (own) => own !== null && compare(field, own, given) >= 0,
  }[filter.kind]
  const wrong = rows.find((each) => field.name in each && !field.list && !holds(each[field.name]))
  if (wrong !== undefined) scene.find(`${answer.request} shows a row whose ${field.name} is ${JSON.stringify(wrong[field.name])}`)
  const total = answer.json[scene.facts.spec.paging.names?.total ?? 'total'] ?? rows.length
  if (total <= rows.length && !rows.some((each) => each[key] === inside.key))
    scene.find(`${answer.request} does not show the row ${inside.key}, whose ${field.name} is ${JSON.stringify(value)}`)
  if (outside !== undefined && ['equals', 'in'].includes(filter.kind) && rows.some((each) => each[key] === outside.key))
    scene.find(`${answer.request} shows the row ${outside.key}, whose ${field.name} is ${JSON.stringify(outside.row[field.name])}`)
  for (const bad of badValues(field, schema))
    scene.expect(await ask(scene, endpoint, place, `${filter.name}=${encodeURIComponent(bad)}`), scene.invalid, `${filter.name} of another type`)
}

const newestFirst = (endpoint) => (endpoint.sort?.fields.includes('created_at') ? 'sort_by=created_at&sort_order=desc' : '')

/** Two rows that differ in a field. */
async function twoRows(scene, endpoint, place, field) {
  const { maker, facts } = scene
  if (endpoint.where !== undefined && field.name in endpoint.where) return [await place.make({})]
  if (field.reference !== undefined) {
    const rows = []
    for (let number = 0; number < 2; number += 1) {
      const made = await place.make(
        field.required || field.fromCaller ? {} : { [field.name]: await maker.value(endpoint.entity, field, { number: maker.next() }) },
      )
      rows.push(made)
    }
    return rows[0].row[field.name] === rows[1].row[field.name] ? [rows[0]] : rows
  }
  const values =
    field.type === 'enum'
      ? facts.quietValues(endpoint.entity, field).slice(0, 2)
      : field.type === 'boolean'
        ? [true, false]
        : [1, 2].map(() => maker.sample(endpoint.entity, { ...field, unique: 'exact' }, maker.next()))
  if (field.list) return []
  const rows = []
  for (const value of values) rows.push(await place.make(field.readOnly && field.auto ? {} : { [field.name]: value }))
  return rows
}

async function overdueCases(scene, endpoint, place, filter) {
  for (const value of ['true', 'false']) await found(scene, endpoint, place, `${filter.name}=${value}`)
  scene.expect(await ask(scene, endpoint, place, `${filter.name}=maybe`), scene.invalid, `${filter.name} of another type`)
}

function same(field, one, two) {
  if (one === null || two === null) return one === two
  if (field.list) return JSON.stringify(one) === JSON.stringify(two)
  return field.type === 'datetime'
    ? Date.parse(one) === Date.parse(two)
    : ['decimal', 'float'].includes(field.type)
      ? Number(one) === Number(two)
      : one === two
}

function compare(field, one, two) {
  if (field.type === 'datetime') return Date.parse(one) - Date.parse(two)
  if (typeof one === 'number') return one - Number(two)
  return String(one) < String(two) ? -1 : Number(String(one) > String(two))
}

/** A moment or day beside another. */
function later(value, days) {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(value)) return value
  const moved = new Date(Date.parse(value.length === 10 ? `${value}T00:00:00Z` : value) + days * 86_400_000).toISOString()
  return value.length === 10 ? moved.slice(0, 10) : moved
}

function badValues(field, schema) {
  if (schema?.enum !== undefined) return ['no_such_value', '']
  switch (schema?.type) {
    case 'integer':
      return ['x', '1.5', '9223372036854775808', '1e3']
    case 'number':
      return ['x', 'NaN', 'Infinity']
    case 'boolean':
      return ['maybe', '2']
    default:
      return schema?.format === 'date-time' || schema?.format === 'date' || schema?.format === 'uuid'
        ? ['x', '12345', '2099-02-30']
        : field.type === 'enum'
          ? ['no_such_value']
          : []
  }
}

/** The text is found whatever its case, and in each field; wildcards mean themselves. */
async function searchCases(scene, endpoint, place) {
  const key = scene.facts.keyField(endpoint.entity).name
  const name = endpoint.searchParam ?? 'search'
  for (const fieldName of endpoint.search) {
    const field = scene.facts.field(endpoint.entity, fieldName)
    if (
      field === undefined ||
      !['string', 'text'].includes(field.type) ||
      field.pattern !== undefined ||
      (field.maxLength ?? 99) < 30 ||
      field.readOnly
    )
      continue
    const mark = `q${scene.maker.next()}z`
    const plain = await place.make({ [fieldName]: `${mark} ABCxDEFx done` })
    const special = await place.make({ [fieldName]: `${mark} ABC%DEF_ done\\` })
    const finds = async (text, wanted, why) => {
      const result = await found(scene, endpoint, place, `${name}=${encodeURIComponent(text)}`)
      const keys = result?.rows.map((each) => each[key]) ?? []
      const missing = wanted.filter((each) => !keys.includes(each))
      const others = [plain.key, special.key].filter((each) => !wanted.includes(each) && keys.includes(each))
      if (missing.length > 0) scene.find(`${result?.answer.request}: ${why}: it does not find the text in ${fieldName}`)
      if (others.length > 0) scene.find(`${result?.answer.request}: ${why}: it finds what does not hold the text in ${fieldName}`)
    }
    await finds(mark.toUpperCase(), [plain.key, special.key], 'another case')
    await finds(`${mark} ABC`, [plain.key, special.key], 'a part')
    await finds(`${mark} ABC%DEF`, [special.key], 'a per cent sign')
    await finds(`${mark} ABCxDEF_`, [], 'an underscore')
    await finds('ABC%DEF_ done\\', [special.key], 'a backslash')
    await finds(`${mark}' OR 1=1 --`, [], 'a quote')
  }
  const everything = await found(scene, endpoint, place, `${name}=%25${scene.maker.next()}%25`)
  if (everything?.rows.length) scene.find(`${everything.answer.request} finds rows: % is a wildcard`)
}

/** In the stated order, whatever the direction; what nobody declared is refused. */
async function sortCases(scene, endpoint, place, documented) {
  for (const fieldName of endpoint.sort.fields) {
    const field = scene.facts.field(endpoint.entity, fieldName)
    if (field === undefined) continue
    for (const order of ['asc', 'desc']) {
      const result = await found(scene, endpoint, place, `sort_by=${fieldName}&sort_order=${order}`)
      const values = (result?.rows ?? []).map((each) => each[fieldName]).filter((value) => value !== null && value !== undefined)
      const rank = field.type === 'enum' ? (value) => field.values.indexOf(value) : (value) => value
      const numbers = ['enum', 'integer', 'bigint', 'decimal', 'float', 'boolean', 'datetime'].includes(field.type)
      const sign = order === 'asc' ? 1 : -1
      const at = !numbers
        ? -1
        : values.findIndex(
            (value, index) => index > 0 && sign * compare(field.type === 'datetime' ? field : {}, rank(values[index - 1]), rank(value)) > 0,
          )
      if (at > 0) scene.find(`${result.answer.request}: ${JSON.stringify(values[at - 1])} stands before ${JSON.stringify(values[at])}`)
    }
  }
  if (!documented.has('sort_by')) return
  for (const query of ['sort_by=no_such_field', 'sort_by=id;DROP TABLE x', 'sort_order=up', 'sort_by='])
    scene.expect(await ask(scene, endpoint, place, query.replaceAll(' ', '%20')), scene.invalid, 'an order that nobody declared')
}

async function unknownCases(scene, endpoint, place) {
  scene.expect(await ask(scene, endpoint, place, 'no_such_parameter=1'), 200, 'an unknown parameter')
}
