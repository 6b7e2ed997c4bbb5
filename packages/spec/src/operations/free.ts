import type { Endpoint, Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { wordsOf } from '../words'
import { type Shape, unsupported } from './shape'

const FROM = /^(?:from|start|starts_at|start_time|start_date|check_in|begin|since|startsAt|startTime|startDate|checkIn)$/
const TO = /^(?:to|end|ends_at|end_time|end_date|check_out|until|endsAt|endTime|endDate|checkOut)$/
const DROPPED = /^(?:cancel?led|rejected|declined|void(?:ed)?|no[ _-]?show)$/i

/** `/rooms/available?from=&to=`: rows that nothing takes in that time. Null when the models know no such taking. */
export function freeShape(fact: EndpointFact, entity: Entity, verb: string, resolved: Resolved): Shape | null {
  if (fact.method !== 'GET' || !/^(?:available|free|availability)$/i.test(verb)) return null
  const takings = resolved.entities.flatMap((each) => takingOf(each, entity))
  const [taking, ...more] = takings
  const from = fact.query.find((param) => FROM.test(param.name))?.name
  const to = fact.query.find((param) => TO.test(param.name))?.name
  if (taking === undefined || more.length > 0) return null
  if (from === undefined || to === undefined)
    return unsupported('custom', entity.name, `between which two moments ${entity.name} has to be free is not stated`)
  return { operation: 'list', entity: entity.name, free: { ...taking, from, to } }
}

/** An entity whose rows take a row of `entity` from a moment to another one. */
function takingOf(taking: Entity, entity: Entity): Omit<NonNullable<Endpoint['free']>, 'from' | 'to'>[] {
  const links = taking.fields.filter((field) => !field.list && field.reference?.entity === entity.name)
  const moments = taking.fields.filter((field) => (field.type === 'datetime' || field.type === 'date') && field.auto === undefined)
  const named = (form: RegExp): Field | undefined => moments.find((field) => form.test(wordsOf(field.name).join('_')))
  const [start, end] = [
    named(/^(?:starts?|start_(?:at|time|date)|starts_(?:at|on)|check_in(?:_date)?|from(?:_date)?|begins?_at)$/),
    named(/^(?:ends?|end_(?:at|time|date)|ends_(?:at|on)|check_out(?:_date)?|to(?:_date)?|until)$/),
  ]
  const [link, ...others] = links
  if (link === undefined || others.length > 0 || start === undefined || end === undefined || start.type !== end.type) return []
  const state = taking.fields.find((field) => /status|state/.test(field.name) && field.values?.some((value) => DROPPED.test(value)))
  const except = state === undefined ? {} : { except: { field: state.name, values: state.values!.filter((value) => DROPPED.test(value)) } }
  return [{ entity: taking.name, field: link.name, start: start.name, end: end.name, ...except }]
}
