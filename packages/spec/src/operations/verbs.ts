import type { Entity, Field } from '../api-spec'
import { wordsOf } from '../words'

export type Sets = Record<string, string | number | boolean | null>

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
  pick_up: ['picked_up'],
  sign_off: ['signed_off'],
  drop_off: ['dropped_off'],
  read: ['read'],
  resume: ['active', 'in_progress'],
}

/** Field and constant that a verb stands for: `/publish` → `{status: 'published'}` or `{published: true}`. Null when not certain. */
export function verbSets(verb: string, entity: Entity): Sets | null {
  const word = verb.replace(/^mark_(as_)?/, '')
  // What no body may set, an action may.
  const writable = entity.fields.filter((field) => !field.readOnly || field.type === 'boolean' || field.type === 'enum')
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
  return negative === null ? undone(word, states) : { [negative]: false }
}

/** `/unfreeze` of what is frozen: back to the state that rows have at first, or the only other one. */
function undone(word: string, states: Field[]): Sets | null {
  const verb = word.match(/^un(\w{3,})$/)?.[1]
  if (verb === undefined) return null
  const reached = [...(SYNONYM_STATES[verb] ?? []), ...inflections(verb)]
  const holders = states.flatMap((field) => {
    const state = field.values!.find((value) => reached.includes(value.toLowerCase()))
    return state === undefined ? [] : [{ field, others: field.values!.filter((value) => value !== state) }]
  })
  const [only, ...more] = holders
  if (only === undefined || more.length > 0) return null
  const { field, others } = only
  if (typeof field.default === 'string' && others.includes(field.default)) return { [field.name]: field.default }
  return others.length === 1 ? { [field.name]: others[0]! } : null
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

/** What a verb makes of a thing: `approved`, `stopped`, `firing`; the verb itself, too. */
export function inflections(verb: string): string[] {
  const doubled = /[^aeiou][aeiou][bdglmnprt]$/.test(verb) ? [`${verb}${verb.at(-1)}ed`] : []
  const base = verb.endsWith('e') ? [`${verb}d`] : /[^aeiou]y$/.test(verb) ? [`${verb.slice(0, -1)}ied`] : [`${verb}ed`]
  const lasting = `${verb.replace(/e$/, '')}ing`
  return [...base, ...doubled, verb, lasting]
}

function booleanFor(states: string[], fields: Field[]): string | null {
  const names = states.flatMap((state) => [state, `is_${state}`])
  const found = fields.find((field) => field.type === 'boolean' && names.includes(wordsOf(field.name).join('_')))
  return found?.name ?? null
}

/** The state that the participle of a known verb stands for: `completed` → `{status: 'done'}`. Null when not certain. */
export function participleSets(participle: string, entity: Entity): Sets | null {
  const verbs = Object.keys(SYNONYM_STATES).filter((verb) => inflections(verb).includes(participle) && verb !== participle)
  const [only, ...more] = verbs.flatMap((verb): Sets[] => {
    const sets = verbSets(verb, entity)
    return sets === null ? [] : [sets]
  })
  return only !== undefined && more.length === 0 ? only : null
}
