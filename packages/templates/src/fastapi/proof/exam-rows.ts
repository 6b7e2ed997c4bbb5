import type { Feature } from '@forge/core'
import type { ApiSpec, Endpoint, Entity, JsonValue } from '@forge/spec'
import { type Body, draftsFor } from './exam-bodies'
import type { Caller } from './exam-caller'
import { difference } from './exam-compare'
import { demandsOf, leadInto } from './exam-states'
import { isRecord, unwrapped } from './exchange'

/** A row that the application says it made. */
export interface MadeRow {
  keyName: string
  key: JsonValue
  /** What it should show: what was sent, without what an update may have changed since. */
  sent: Body
  /** For example `POST /tasks`. */
  madeBy: string
  /** What a path names it by: its key, or another unique field. */
  named(lookup?: string): JsonValue | undefined
  /** The target of an endpoint about this row, or below the same parent; `undefined` when a parameter is of another kind. */
  fill(endpoint: Endpoint): string | undefined
}

export interface RowMaker {
  canMake(entity: string): boolean
  /** One row, and a second one where the application takes it; a text says why there is none. */
  makeTwo(entity: string): Promise<MadeRow[] | string>
  /** One more, to which no other row refers. */
  makeAnother(entity: string): Promise<MadeRow | string>
}

/** Makes rows over HTTP, the rows that they refer to first. */
export function rowMaker(spec: ApiSpec, features: readonly Feature[], caller: Caller): RowMaker {
  const firsts = new Map<string, Promise<MadeRow | string>>()
  const entities = new Map(spec.entities.map((entity) => [entity.name, entity]))
  const creating = (name: string): Endpoint | undefined =>
    ['create', 'nested-create']
      .map((operation) => spec.endpoints.find((each) => each.entity === name && each.operation === operation && each.unsupported === null))
      .find((found) => found !== undefined)

  /** The row that others refer to; made once. */
  function first(name: string, under: readonly string[]): Promise<MadeRow | string> {
    const known = firsts.get(name) ?? makeOrLead(name, 0, under)
    firsts.set(name, known)
    return known
  }

  /** Where a row is refused, those that it refers to may be in no state to be referred to yet. */
  async function makeOrLead(name: string, round: number, under: readonly string[]): Promise<MadeRow | string> {
    const made = await make(name, round, under)
    if (typeof made !== 'string') return made
    let isReady = false
    for (const demand of demandsOf(spec, name)) {
      const [entity, row] = [entities.get(demand.entity), await firsts.get(demand.entity)]
      if (entity !== undefined && row !== undefined && typeof row !== 'string')
        isReady = (await leadInto(spec, caller, entity, row, demand)) || isReady
    }
    return isReady ? make(name, round, under) : made
  }

  async function make(name: string, round: number, under: readonly string[]): Promise<MadeRow | string> {
    const entity = entities.get(name)
    const endpoint = creating(name)
    if (entity === undefined || under.includes(name)) return `${name} needs a ${name} that exists`
    if (endpoint === undefined) return existing(entity)
    const parent = endpoint.parent === undefined ? undefined : await first(endpoint.parent.entity, [...under, name])
    if (typeof parent === 'string') return parent
    const above = parent?.named(endpoint.parent?.lookup)
    const target = endpoint.path.replace(/\{[^}]*\}/g, () => encodeURIComponent(String(above ?? '')))
    let refusal = 'nothing that it could take is known'
    for (const { body, references } of draftsFor(spec, features, entity, endpoint, round)) {
      const keys = await keysFor(references, [...under, name])
      if (typeof keys === 'string') {
        refusal = keys
        continue
      }
      const sent = { ...body, ...keys }
      const answer = await caller.ask(endpoint.method, target, sent)
      if (answer.status < 200 || answer.status > 299) {
        refusal = `${endpoint.method} ${endpoint.path} answered ${answer.status} to ${JSON.stringify(sent).slice(0, 200)}: ${answer.text.slice(0, 200)}`
        continue
      }
      return madeRow(entity, endpoint, parent, sent, answer.json)
    }
    return refusal
  }

  async function keysFor(
    references: readonly { name: string; list: boolean; reference?: { entity: string } }[],
    under: string[],
  ): Promise<Body | string> {
    const keys: Body = {}
    for (const { name, reference, list } of references) {
      const row = await first(reference?.entity ?? '', under)
      if (typeof row === 'string') return row
      keys[name] = list ? [row.key] : row.key
    }
    return keys
  }

  /** A row that was there from the beginning, for entities that no endpoint creates. */
  async function existing(entity: Entity): Promise<MadeRow | string> {
    const list = spec.endpoints.find((each) => each.entity === entity.name && each.operation === 'list')
    const answer = list === undefined ? undefined : await caller.ask('GET', list.path)
    const rows = isRecord(answer?.json) ? Object.values(answer.json).filter(Array.isArray).flat() : Array.isArray(answer?.json) ? answer.json : []
    const keyName = entity.key[0]!
    const row: unknown = rows[0]
    const key = isRecord(row) ? row[keyName] : entity.name === spec.auth.userEntity ? (spec.auth.mockUser[keyName] ?? 1) : undefined
    if (!isKey(key)) return `no endpoint creates a ${entity.name}`
    return {
      keyName,
      key: key as JsonValue,
      sent: {},
      madeBy: 'the application',
      named: (lookup) => (lookup === undefined ? (key as JsonValue) : isRecord(row) ? (row[lookup] as JsonValue | undefined) : undefined),
      fill: () => undefined,
    }
  }

  return {
    canMake: (name) => creating(name) !== undefined,
    async makeTwo(name) {
      const one = await first(name, [])
      if (typeof one === 'string') return one
      const two = await makeOrLead(name, 1, [])
      return typeof two === 'string' ? [one] : [one, two]
    },
    makeAnother: (name) => makeOrLead(name, 2, []),
  }
}

/** What can stand in a path. */
function isKey(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value !== '' && !/\p{Surrogate}/u.test(value))
}

/** @returns a text when the answer does not show what was sent */
function madeRow(entity: Entity, endpoint: Endpoint, parent: MadeRow | undefined, sent: Body, answer: unknown): MadeRow | string {
  const madeBy = `${endpoint.method} ${endpoint.path}`
  const keyName = entity.key[0]!
  const json = unwrapped(answer, keyName)
  if (!isRecord(json) || !isKey(json[keyName])) return `${madeBy} does not answer with a ${keyName}`
  const wrong = difference(entity, sent, json)
  if (wrong !== undefined) return `${madeBy} shows ${wrong}`
  const key = json[keyName] as JsonValue
  const named = (lookup?: string): JsonValue | undefined => (lookup === undefined ? key : (json[lookup] as JsonValue | undefined))
  const fill = (wanted: Endpoint): string | undefined => {
    const values = new Map([
      [wanted.param, named(wanted.lookup)],
      [
        wanted.parent?.param === wanted.param ? undefined : wanted.parent?.param,
        wanted.parent?.entity === endpoint.parent?.entity ? parent?.named(wanted.parent?.lookup) : undefined,
      ],
    ])
    const names = [...wanted.path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1])
    if (names.some((name) => values.get(name) === undefined)) return undefined
    return wanted.path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))))
  }
  return { keyName, key, sent, madeBy, named, fill }
}
