import type { Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { wordsOf } from '../words'
import { type Shape, unsupported } from './shape'

export function actionShape(fact: EndpointFact, entity: Entity, param: string, verb: string, resolved: Resolved): Shape {
  const base = { operation: 'action' as const, entity: entity.name, param }
  if (fact.method === 'GET') return unsupported('custom', entity.name, `what GET ${fact.path} answers is not defined by the models`)
  const word = verb.toLowerCase().replace(/-/g, '_')
  const field = entity.fields.find((one) => one.name === word || one.name === `${word}_id` || wordsOf(one.name).join('_') === word)
  if (field !== undefined && field.type !== 'boolean' && !field.fromCaller && fact.method !== 'DELETE') return { ...base, body: [field.name] }
  const assignee = /^(re)?assign(ee)?$/.test(word) ? assigneeField(entity, resolved) : undefined
  if (assignee !== undefined) return { ...base, body: [assignee.name] }
  if (word === 'unassign') {
    const unassigned = assigneeField(entity, resolved)
    if (unassigned?.nullable === true) return { ...base, body: [], sets: { [unassigned.name]: null } }
  }
  const sets = statedSets(fact, entity) ?? verbSets(word, entity)
  if (sets !== null) return { ...base, body: [], sets }
  const undo = fact.method === 'DELETE' ? verbSets(`un${word}`, entity) : null
  if (undo !== null) return { ...base, body: [], sets: undo }
  const flag = toggled(fact, word, entity)
  if (flag !== undefined) return { ...base, body: [], toggles: flag.name }
  const told = fact.summary === '' ? '' : ` ("${fact.summary}")`
  return { ...base, body: [], unsupported: `nothing in the specification says which field ${fact.method} ${fact.path}${told} changes` }
}

/** The flag that `/toggle`, `/toggle-public` or "toggle public" turns: the only one there is, or the one of that name. */
function toggled(fact: EndpointFact, word: string, entity: Entity): Field | undefined {
  const name = word.match(/^toggle(?:_(\w+))?$/) ?? word.match(/^(\w+)_toggle$/)
  if (name === null || fact.method === 'DELETE') return undefined
  const flags = entity.fields.filter((field) => field.type === 'boolean' && !field.list && !field.readOnly)
  const wanted = name[1]
  if (wanted === undefined) return flags.length === 1 ? flags[0] : undefined
  return flags.find((field) => [wanted, `is_${wanted}`].includes(wordsOf(field.name).join('_')))
}

function assigneeField(entity: Entity, resolved: Resolved): Field | undefined {
  const user = resolved.userEntity?.name
  const candidates = entity.fields.filter(
    (field) => field.reference !== undefined && /^(assign|assigned_to|driver|agent|technician|handler|responsible)/.test(field.name),
  )
  return candidates[0] ?? (user === undefined ? undefined : undefined)
}

type Sets = Record<string, string | number | boolean | null>

function statedSets(fact: EndpointFact, entity: Entity): Sets | null {
  const text = [fact.summary, ...fact.notes.map((note) => note.text)].join(' ')
  const match = text.match(/\bsets?\s+(?:the\s+)?([a-z_]\w*)\s*(?:=|to|:)\s*["'`]?([\w-]+)["'`]?/i)
  if (match === null) return null
  const field = entity.fields.find((one) => one.name.toLowerCase() === match[1]!.toLowerCase())
  if (field === undefined || field.readOnly) return null
  return fitted(field, match[2]!)
}

function fitted(field: Field, value: string): Sets | null {
  if (field.type === 'boolean') return /^(true|false)$/i.test(value) ? { [field.name]: value.toLowerCase() === 'true' } : null
  const member = field.values?.find((one) => one.toLowerCase() === value.toLowerCase())
  return member === undefined ? null : { [field.name]: member }
}

const SYNONYM_STATES: Record<string, string[]> = {
  complete: ['completed', 'complete', 'done', 'finished'],
  finish: ['finished', 'completed', 'done'],
  cancel: ['cancelled', 'canceled'],
  start: ['in_progress', 'started', 'active', 'running'],
  begin: ['in_progress', 'started'],
  pay: ['paid'],
  ship: ['shipped'],
  send: ['sent'],
  close: ['closed'],
  open: ['open', 'opened'],
  reopen: ['open', 'reopened', 'pending', 'todo'],
  activate: ['active', 'activated'],
  deactivate: ['inactive', 'deactivated', 'disabled'],
  reactivate: ['active'],
  enable: ['enabled', 'active'],
  disable: ['disabled', 'inactive'],
  publish: ['published'],
  unpublish: ['draft', 'unpublished'],
  restore: ['active'],
  submit: ['submitted', 'pending_review', 'in_review'],
  deny: ['denied', 'rejected'],
  approve: ['approved'],
  accept: ['accepted'],
  return: ['returned'],
  freeze: ['frozen'],
  withdraw: ['withdrawn'],
  hide: ['hidden'],
  lose: ['lost'],
  sell: ['sold'],
  break: ['broken'],
  check_in: ['checked_in'],
  check_out: ['checked_out'],
  checkin: ['checked_in'],
  checkout: ['checked_out'],
  hold: ['on_hold'],
  resume: ['active', 'in_progress'],
}

/** Field and constant that a verb stands for: `/publish` → `{status: 'published'}` or `{published: true}`. Null when not certain. */
export function verbSets(verb: string, entity: Entity): Sets | null {
  const word = verb.replace(/^mark_(as_)?/, '')
  const writable = entity.fields.filter((field) => !field.readOnly || field.type === 'boolean')
  const candidates = [...(SYNONYM_STATES[word] ?? []), ...inflections(word)]
  const states = writable.filter((field) => field.type === 'enum')
  for (const state of candidates) {
    const holders = states.filter((field) => field.values!.some((value) => value.toLowerCase() === state))
    if (holders.length === 1) return { [holders[0]!.name]: holders[0]!.values!.find((value) => value.toLowerCase() === state)! }
  }
  const positive = booleanFor(candidates, writable)
  if (positive !== null) return { [positive]: true }
  const opposite = OPPOSITES[word] ?? (word.startsWith('un') || word.startsWith('de') || word.startsWith('in') ? word.slice(2) : null)
  if (opposite === null || opposite.length < 3) return null
  const negative = booleanFor([...(SYNONYM_STATES[opposite] ?? []), ...inflections(opposite)], writable)
  return negative === null ? null : { [negative]: false }
}

const OPPOSITES: Record<string, string> = {
  disable: 'enable',
  deactivate: 'activate',
  hide: 'show',
  close: 'open',
  reopen: 'complete',
  restore: 'archive',
  mute: 'unmute',
}

function inflections(verb: string): string[] {
  const doubled = /[^aeiou][aeiou][bdglmnprt]$/.test(verb) ? [`${verb}${verb.at(-1)}ed`] : []
  const base = verb.endsWith('e') ? [`${verb}d`] : /[^aeiou]y$/.test(verb) ? [`${verb.slice(0, -1)}ied`] : [`${verb}ed`]
  return [...base, ...doubled, verb]
}

function booleanFor(states: string[], fields: Field[]): string | null {
  const names = states.flatMap((state) => [state, `is_${state}`])
  const found = fields.find((field) => field.type === 'boolean' && names.includes(wordsOf(field.name).join('_')))
  return found?.name ?? null
}
