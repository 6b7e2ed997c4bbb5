import type { Entity, Field, RuleEffect } from '../api-spec'
import { nameKey, singular, wordsOf } from '../words'
import type { RuleWorld } from './view'

type Record = Extract<RuleEffect, { kind: 'record' }>
export type Change = Record['on'][number]
type Value = Record['values'][string]

const KEY = /^(?:entity|record|object|resource|target|row|subject|item)_(?:id|key)$/
const TITLE = /^(?:entity|table|resource|object|target|model|record|subject)(?:_(?:type|name))?$/
const ACTION = /^(?:action|event|operation|change)(?:_type|_name)?$|^type$/
const CALLER = /^(?:user|actor|author|performer|changer|editor|\w+_by)(?:_(?:user|id|user_id))?$/
const MOMENT = /^(?:timestamp|occurred_on|(?:\w+_)?(?:at|time))$/
const BEFORE = /^(?:from|old|previous|prior|before)_(?:status|state|value)$|^(?:status|state)_(?:from|before)$|^(?:from|old|previous)$/
const AFTER = /^(?:to|new|next|current|after)_(?:status|state|value)$|^(?:status|state)_(?:to|after)$|^(?:to|new|status|state)$/
/** Other things that somebody may expect to find there. */
const CONTENT =
  /change|diff|snapshot|payload|^(?:old|new|previous|before|after|from|to)_|_(?:before|after|values?)$|^(?:data|details|old|new|before|after)$/

const spelt = (field: Field): string => wordsOf(field.name).join('_')

const WORDS: { [C in Change]: RegExp } = {
  create: /^(?:create|created|creation|insert|inserted|add|added)$/,
  update: /^(?:update|updated|change|changed|edit|edited|modify|modified)$/,
  delete: /^(?:delete|deleted|deletion|remove|removed)$/,
}

/** What each field of a row of `log` holds about a change; the reason why that is not clear. */
export function recordedFields(
  entity: Entity,
  log: Entity,
  on: readonly Change[],
  watched: Field | undefined,
  world: RuleWorld,
): Pick<Record, 'values' | 'actions'> | string {
  const values: { [name: string]: Value } = {}
  const actions: Record['actions'] = {}
  const taken = (value: Value): boolean => Object.values(values).includes(value)
  for (const field of log.fields) {
    if (log.key.includes(field.name) || field.auto !== undefined) continue
    const value = valueOfField(field, entity, watched, world)
    if (value !== null && !taken(value)) values[field.name] = value
    else {
      const missing = missingOf(field, log)
      if (missing !== null) return missing
    }
    if (values[field.name] !== 'action') continue
    for (const change of on) {
      const member = field.type === 'enum' ? field.values!.find((one) => WORDS[change].test(wordsOf(one)[0] ?? '')) : change
      if (member === undefined) return `${field.name} of the ${log.name} has no value for ${change}`
      actions[change] = member
    }
  }
  if (!taken('key')) return `the ${log.name} does not say which ${entity.name} it is about`
  if (watched !== undefined && !taken('after')) return `the ${log.name} does not say what ${watched.name} became`
  return { values, ...(Object.keys(actions).length === 0 ? {} : { actions }) }
}

function valueOfField(field: Field, entity: Entity, watched: Field | undefined, world: RuleWorld): Value | null {
  const name = spelt(field)
  if (field.list) return null
  if (field.reference?.entity === entity.name && entity !== world.userEntity) return 'key'
  if (KEY.test(name)) return holdsKey(field, entity) ? 'key' : null
  if (holdsCaller(field, world)) return 'caller'
  if (watched !== undefined && BEFORE.test(name)) return holdsAll(field, watched) ? 'before' : null
  if (watched !== undefined && AFTER.test(name)) return holdsAll(field, watched) ? 'after' : null
  if (isMoment(field)) return 'now'
  if (TITLE.test(name) && (isText(field) || memberFor(field, entity) !== undefined)) return 'entity'
  return watched === undefined && ACTION.test(name) && (isText(field) || field.type === 'enum') ? 'action' : null
}

/** A field that says when something happened. */
export const isMoment = (field: Field): boolean => MOMENT.test(spelt(field)) && field.type === 'datetime' && !field.list

/** What nobody says of a field that has to hold something; null where it may be empty. */
export function missingOf(field: Field, log: Entity): string | null {
  if (field.required && field.default === null) return `the specification does not say what ${field.name} of the ${log.name} is`
  return field.type === 'json' || CONTENT.test(spelt(field)) ? `the specification does not say what ${field.name} of the ${log.name} holds` : null
}

/** The member of an enumeration that stands for the entity. */
export const memberFor = (field: Field, entity: Entity): string | undefined =>
  field.type === 'enum' ? field.values!.find((value) => nameKey(singular(value)) === nameKey(entity.name)) : undefined

const isText = ({ type, maxLength = 255 }: Field): boolean => (type === 'string' || type === 'text') && maxLength >= 20

function holdsKey(field: Field, entity: Entity): boolean {
  const key = entity.fields.find(({ name }) => name === entity.key[0])
  return entity.key.length === 1 && field.reference === undefined && (field.type === key?.type || isText(field))
}

/** A field that says who did something. */
export function holdsCaller(field: Field, { auth, userEntity }: RuleWorld): boolean {
  if (field.fromCaller === true) return true
  if (field.list || !CALLER.test(spelt(field))) return false
  return field.reference === undefined ? field.type === auth.idType || isText(field) : field.reference.entity === userEntity?.name
}

const holdsAll = (field: Field, watched: Field): boolean =>
  field.type === 'enum' ? watched.values!.every((value) => field.values!.includes(value)) : isText(field)
