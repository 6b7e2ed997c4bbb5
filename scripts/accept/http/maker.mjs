// Rows as people make them: by the application's own routes, each with the rows that it refers to.
import { sampleValue } from '@forge/spec'
import { accessOf, pathOf } from './facts.mjs'

const DEEPEST = 6

/**
 * @typedef {object} Made
 * @property {any} row as the application shows it
 * @property {any} key
 * @property {Record<string, any>} body what was sent
 * @property {Record<string, any>} path parameters of the path it was made by
 */

export class Maker {
  /**
   * @param {{ facts: import('./facts.mjs').Facts, callers: import('./callers.mjs').Callers, client: import('./client.mjs').Client, tables: import('./tables.mjs').Tables }} parts
   */
  constructor({ facts, callers, client, tables }) {
    Object.assign(this, { facts, callers, client, tables })
    this.made = 0
  }

  /** Number of the next row: samples with it differ from all before. */
  next() {
    this.made += 1
    return this.made
  }

  /**
   * A new row.
   * @param {string} entity
   * @param {{ values?: Record<string, any>, caller?: import('./callers.mjs').Caller, full?: boolean, depth?: number }} [options]
   *   `values`: what the row holds; `full`: with optional fields
   * @returns {Promise<Made>}
   * @throws Error when the application refuses it
   */
  async make(entity, options = {}) {
    const depth = options.depth ?? 0
    if (depth > DEEPEST) throw new Error(`rows of ${entity} need each other`)
    const endpoint = this.facts.endpoint(entity, 'create', 'nested-create')
    const made =
      endpoint === undefined ? await this.#insert(entity, { ...options, depth }) : await this.#post(entity, endpoint, { ...options, depth })
    await this.#settle(entity, made, options.values ?? {})
    return made
  }

  async #post(entity, endpoint, { values = {}, caller, full = false, depth }) {
    const who = caller ?? this.callers.allowed(entity, 'create')
    const { body, path } = await this.draft(endpoint, { values, full, depth, caller: who })
    const answer = await this.client.request(endpoint.method, pathOf(endpoint, path), { body, headers: who.headers })
    if (answer.status >= 300) throw new Error(`${answer.request} was answered with ${answer.status} ${answer.text.slice(0, 300)}`)
    const row = answer.json ?? {}
    return { row, key: row[this.facts.keyField(entity).name], body, path }
  }

  /** Where no route makes such rows. */
  async #insert(entity, { values = {}, caller, depth }) {
    const known = this.facts.entity(entity)
    const who = caller ?? this.callers.builtIn
    const row = {}
    for (const field of known.fields) {
      if (field.name in values) row[field.name] = values[field.name]
      else if (field.fromCaller) row[field.name] = who.id
      else if (!field.auto && field.required && !(field.name === known.key[0] && ['integer', 'bigint', 'uuid'].includes(field.type)))
        row[field.name] = await this.value(entity, field, { depth, number: this.next() })
    }
    const key = await this.tables.insert(known, row)
    return { row: { ...row, [known.key[0]]: key }, key, body: {}, path: {} }
  }

  /** Fields that no body sets: the database is told. */
  async #settle(entity, made, values) {
    const known = this.facts.entity(entity)
    const left = Object.entries(values).filter(([name, value]) => name in made.row && made.row[name] !== value && name !== known.key[0])
    if (left.length === 0) return
    await this.tables.update(known, made.key, Object.fromEntries(left))
    Object.assign(made.row, Object.fromEntries(left))
  }

  /**
   * A body that must be accepted, and the parameters of the path; rows that it refers to are made.
   * @param {import('./facts.mjs').Endpoint} endpoint
   */
  async draft(endpoint, { values = {}, full = false, depth = 0, caller } = {}) {
    const number = this.next()
    const path = {}
    if (endpoint.parent !== undefined) {
      const { entity, param, field, lookup } = endpoint.parent
      const given = field === undefined ? undefined : values[field]
      const parent =
        given === undefined
          ? await this.make(entity, { values: this.#needs(endpoint.entity, field), caller: this.#ownerOf(entity, caller), depth: depth + 1 })
          : undefined
      path[param] = given ?? parent.row[lookup ?? this.facts.keyField(entity).name]
    }
    const body = {}
    for (const field of this.facts.bodyFields(endpoint)) {
      if (field.name === endpoint.parent?.field) continue
      if (field.name in values) body[field.name] = values[field.name]
      else if (field.required || (full && this.#mayBeSet(endpoint.entity, field)))
        body[field.name] = await this.value(endpoint.entity, field, { depth, number, caller, body, sent: full })
    }
    return { body, path }
  }

  /** Optional fields that a test may fill: no state, no right, no reference. */
  #mayBeSet(entity, field) {
    if (field.reference !== undefined || field.type === 'enum' || field.name === this.facts.entity(entity).softDelete?.field) return false
    return !this.facts.effects.some(
      (effect) => effect.entity === entity && effect.field === field.name && ['role-field', 'stamp', 'transitions'].includes(effect.kind),
    )
  }

  #needs(entity, field) {
    return field === undefined ? {} : this.facts.parentNeeds(entity, field)
  }

  /** What belongs to somebody is made below what is theirs as well. */
  #ownerOf(entity, caller) {
    if (caller === undefined) return undefined
    const roles = this.facts.rolesFor(entity, 'create')
    return roles === undefined ? caller : undefined
  }

  /** A valid value of a field. */
  async value(entity, field, { depth = 0, number, caller, body = {} }) {
    if (field.reference !== undefined && !field.list) return this.#reference(entity, field, { depth, caller })
    if (field.reference !== undefined) return [(await this.make(field.reference.entity, { depth: depth + 1 })).key]
    if (this.#ownerField(entity, field)) return this.callers.builtIn.id
    if (field.type === 'enum') return field.list ? [this.facts.quietValues(entity, field)[0]] : this.facts.quietValues(entity, field)[0]
    return this.sample(entity, field, number, body)
  }

  async #reference(entity, field, { depth, caller }) {
    const target = field.reference.entity
    if (this.#ownerField(entity, field)) return (caller ?? this.callers.builtIn).id
    const values = this.facts.parentNeeds(entity, field.name)
    return (await this.make(target, { values, depth: depth + 1, caller: this.#ownerOf(target, caller) })).key
  }

  /** A field by which the row belongs to a user, and which the body sets. */
  #ownerField(entity, field) {
    return (
      this.facts.of('owner', entity).some((effect) => effect.via === undefined && effect.fields.includes(field.name)) &&
      !this.facts.entity(entity).key.includes(field.name)
    )
  }

  /** A value of a field that is no reference, as the rules about it want it. */
  sample(entity, field, number, body = {}) {
    const variant = this.#varies(entity, field) ? number : 0
    const timing = this.facts.effects.find(
      (effect) => (effect.kind === 'future' || effect.kind === 'past') && effect.entity === entity && effect.field === field.name,
    )
    const value = sampleValue(field, variant, timing === undefined ? {} : { when: timing.kind })
    const order = this.facts.effects.find((effect) => endOf(effect) === field.name && effect.entity === entity)
    const start = order === undefined ? undefined : body[startOf(order)]
    return start !== undefined && !isBefore(start, value) ? later(start) : value
  }

  /** Only what has to differ differs: numbers and states are the same in all rows. */
  #varies(entity, field) {
    const { key, uniqueTogether } = this.facts.entity(entity)
    const apart = [
      ...uniqueTogether,
      ...this.facts.effects.filter((effect) => effect.kind === 'unique-together' && effect.entity === entity).map(({ fields }) => fields),
    ]
    if (field.unique !== false || key.includes(field.name) || apart.some((fields) => fields.includes(field.name))) return true
    if (this.facts.effects.some((effect) => effect.kind === 'slug' && effect.entity === entity && effect.source === field.name)) return true
    return ['date', 'datetime'].includes(field.type)
  }

  /** Other people: a row of users where there are users. @returns {Promise<import('./callers.mjs').Caller>} */
  async person(role) {
    const { userEntity } = this.callers.auth
    if (userEntity === null) return this.callers.as(this.callers.strangerId(this.next()), role)
    const values = this.callers.roleField !== undefined && role !== undefined ? { [this.callers.roleField.name]: role } : {}
    const { key } = await this.make(userEntity, { values })
    return this.callers.as(key, role)
  }

  /** Reads a row again, as somebody. */
  async read(entity, made, caller) {
    const endpoint = this.facts.endpoint(entity, 'get')
    if (endpoint?.param === undefined) return undefined
    return this.client.request('GET', this.pathTo(endpoint, made), { headers: (caller ?? this.callers.allowed(entity, 'read')).headers })
  }

  /** Path of an endpoint about a row that was made. */
  pathTo(endpoint, made, others = {}) {
    const { entity, param, lookup, parent } = endpoint
    const own = param === undefined ? {} : { [param]: made.row[lookup ?? this.facts.keyField(entity).name] }
    const above = parent === undefined ? {} : { [parent.param]: made.path[parent.param] ?? made.row[parent.field] }
    return pathOf(endpoint, { ...above, ...own, ...others })
  }

  /** Who may use an endpoint. */
  caller(endpoint) {
    return this.callers.allowed(endpoint.entity, accessOf(endpoint))
  }
}

const startOf = (effect) => (effect.kind === 'order' ? effect.before : effect.start)
const endOf = (effect) => (effect.kind === 'order' ? effect.after : effect.kind === 'no-overlap' ? effect.end : undefined)
const isBefore = (one, two) => (typeof one === 'number' ? one < two : String(one) < String(two))

/** The next value of an ordered type. */
function later(value) {
  if (typeof value === 'number') return value + 1
  if (/^\d{2}:/.test(value)) return `${String(Math.min(23, Number(value.slice(0, 2)) + 1)).padStart(2, '0')}${value.slice(2)}`
  return `${new Date(Date.parse(`${value.slice(0, 10)}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)}${value.slice(10)}`
}
