import type { Entity, Field, RuleEffect } from '../api-spec'
import { wordsOf } from '../words'
import { entityIn, fieldIn, partsOf } from './phrases'
import { type Change, memberFor, recordedFields } from './record-fields'
import type { Pattern, RuleView } from './view'

const KEPT = '(?:recorded|logged|written(?: down)?|stored|tracked|saved|kept|audited|captured|added|appended)'
const IS = '(?:is|are|gets?|must be|should be|has to be|will be) (?:always |automatically |also )?'
const ROW = '(?: (?:table|entity|entry|entries|record|records|row|rows|model))?'
const DOES =
  '(?:(?:must |should |will )?(?:automatically )?(?:creates?|writes?|adds?|appends?|produces?|generates?|records?|inserts?|leaves?|results? in))'
const WITH = '(?: (?:with|including) (?:the )?(.+?))?'

const LOG = `["'\`]?([A-Za-z_ ]+?)["'\`]?${ROW}`

// Each form with the places of the event and of what is written.
const FORMS: [form: RegExp, event: number, log: number][] = [
  [new RegExp(`^when(?:ever)? (.+?), (?:an? |the )?(?:new )?${LOG} ${IS}(?:created|${KEPT}|generated|inserted)${WITH}$`, 'i'), 1, 2],
  [new RegExp(`^when(?:ever)? (.+?), (?:it|this|that|the (?:change|event)) ${IS}${KEPT} (?:in|into|to|as) (?:the |an? )?${LOG}${WITH}$`, 'i'), 1, 2],
  [new RegExp(`^(.+?) ${IS}${KEPT} (?:in|into|to|as|by) (?:the |an? )?(?:new )?${LOG}${WITH}$`, 'i'), 1, 2],
  [new RegExp(`^(.+?),? ${DOES} (?:an? |the |one )?(?:new )?${LOG}${WITH}$`, 'i'), 1, 2],
  [
    new RegExp(
      `^(?:an? |the )?(?:new )?${LOG} ${IS}(?:created|${KEPT}|generated|inserted) (?:for|on|upon|at|after|with|by|when|whenever) ((?:each|every|any|all) .+|(?:an? |the )?.+ changes(?: (?:its )?(?:status|state))?)$`,
      'i',
    ),
    2,
    1,
  ],
]

/** Rows that the server writes about the changes of other rows. */
export const recordRules: Pattern[] = FORMS.map(([form, event, log]) => ({
  form,
  read: (m, view) => recorded(m[event]!, m[log]!, m[3], view),
}))

const CHANGES: [RegExp, Change[]][] = [
  [/^(?:changes?|writes?|mutations?|modifications?|data changes?|operations?|changes? made)$/i, ['create', 'update', 'delete']],
  [/^(?:creations?|creates?|creating|inserts?)$/i, ['create']],
  [/^(?:updates?|updating|edits?|editing)$/i, ['update']],
  [/^(?:deletions?|deletes?|deleting|removals?)$/i, ['delete']],
]

interface Event {
  entity: Entity
  on: Change[]
  /** The sentence says which changes it means, one by one. */
  named: boolean
  field?: Field
}

function recorded(event: string, log: string, listed: string | undefined, view: RuleView): RuleEffect[] | null {
  const found = effectOf(event, log, view)
  if (found === null || typeof found === 'string') return null
  const known = listed === undefined || partsOf(listed.replace(/[()]/g, ' ')).every((part) => holds(part, found.log))
  return known ? [found.effect] : null
}

/** "user, action and timestamp": fields of the log, in other words. */
const holds = (part: string, log: Entity): boolean =>
  fieldIn(part, log) !== null ||
  (/^(?:the )?(?:time|timestamp|date|moment|when)$/i.test(part) && log.fields.some(({ type }) => type === 'datetime')) ||
  (/^(?:the )?(?:old|new|previous) (?:status|state)$|^(?:the )?(?:user|who|actor)$/i.test(part) && log.fields.length > 2)

/** Why a sentence about such rows is left for a model; null when it is about none. */
export function recordReason(text: string, view: RuleView): string | null {
  for (const [form, event, log] of FORMS) {
    const match = text.match(form)
    if (match === null) continue
    const effect = effectOf(match[event]!, match[log]!, view)
    if (typeof effect === 'string') return effect
  }
  return null
}

/** The effect; a reason where it is not clear, or null where the words mean something else. */
function effectOf(event: string, log: string, view: RuleView): { effect: RuleEffect; log: Entity } | string | null {
  const anywhere = { ...view, entity: null }
  const target = entityIn(log, anywhere) ?? entityIn(`${log} entry`, anywhere)
  const found = target === null || target.junction !== null ? null : eventIn(event, view)
  if (target === null || found === null || target === found.entity) return null
  const effect = recordOf(found, target, view)
  return typeof effect === 'string' ? effect : { effect, log: target }
}

function eventIn(phrase: string, view: RuleView): Event | null {
  const text = phrase.replace(/^(?:when(?:ever)?|on|upon|after|for|with) /i, '').trim()
  return stateEvent(text, view) ?? changeEvent(text, view)
}

/** "each status change of an order", "changing the status of an order", "an order changes its status". */
function stateEvent(text: string, view: RuleView): Event | null {
  const forms = [
    /^(?:each |every |any |all )?(?:(?:the |an? )?([\w ]*?) ?)?(status|state) (?:changes?|transitions?|updates?)(?: (?:of|to|on|for) (?:an? |the |each |every |all )?([\w ]+))?$/i,
    /^(?:each |every |any |all )?(?:changes?|transitions?|changing|updating|updates?)(?: (?:of|to|in))? (?:an? |the |its )?([\w ]*?)(?:'s)? ?(status|state)(?: (?:of|on) (?:an? |the |each |every )?([\w ]+))?$/i,
    /^(?:an? |the |each |every )?([\w ]+?) (?:changes|moves to another|gets a new) (?:its )?(status|state)$/i,
    /^(?:the )?()(status|state) of (?:an? |the |each |every )?([\w ]+?) (?:changes|is changed|is updated)$/i,
  ]
  for (const form of forms) {
    const match = text.match(form)
    if (match === null) continue
    const entity = entityIn(match[3] ?? match[1] ?? '', view)
    const field = entity === null ? null : fieldIn(match[2]!, entity)
    if (entity !== null && field?.type === 'enum' && !field.list) return { entity, on: ['update'], named: true, field }
  }
  return null
}

/** "every change of an order", "all create, update and delete operations on products", "order updates". */
function changeEvent(text: string, view: RuleView): Event | null {
  const bare = text.replace(/^(?:each|every|any|all) (?:of the )?/i, '')
  const behind = bare.match(
    /^([\w ,/&-]+?)(?: (?:operations?|actions?|requests?))? (?:of|to|on|in|for) (?:an? |the |each |every |any |all )?([\w ]+)$/i,
  )
  const before = bare.match(/^(?:an? |the )?([\w ]+?) (\w+)$/i)
  const changing = bare.match(/^(\w+ing(?:(?:,| or| and|,? or|,? and) \w+ing)*) (?:an? |the |any )?([\w ]+)$/i)
  const options: [string, string][] = [
    ...(behind === null ? [] : [[behind[1]!, behind[2]!] satisfies [string, string]]),
    ...(changing === null ? [] : [[changing[1]!, changing[2]!] satisfies [string, string]]),
    ...(before === null ? [] : [[before[2]!, before[1]!] satisfies [string, string]]),
  ]
  for (const [verbs, noun] of options) {
    const entity = entityIn(noun, view)
    const on = entity === null ? null : changesIn(verbs)
    if (entity !== null && on !== null) return { entity, on, named: !/^\w*\s?(?:change|write|mutation|modification|operation)/i.test(verbs) }
  }
  return null
}

function changesIn(phrase: string): Change[] | null {
  const found = partsOf(phrase).map((part) => CHANGES.find(([form]) => form.test(part))?.[1])
  return found.length === 0 || found.some((one) => one === undefined) ? null : [...new Set(found.flatMap((one) => one!))]
}

const WRITES: { [C in Change]: string[] } = {
  create: ['create', 'nested-create'],
  update: ['update', 'replace', 'action', 'bulk'],
  delete: ['delete', 'bulk'],
}

/** The effect, or the reason why the sentence is not clear enough, or more than the embedded provider does. */
function recordOf({ entity, on, named, field }: Event, log: Entity, view: RuleView): RuleEffect | string {
  const { world } = view
  const endpoints = world.endpointsOf(entity.name)
  const reference = log.fields.find((one) => one.reference?.entity === entity.name && entity !== world.userEntity)?.name
  const lost = (change: Change) => change === 'delete' && reference !== undefined && entity.softDelete === null
  const done = on.filter((change) => endpoints.some(({ operation }) => WRITES[change].includes(operation)) && (named || !lost(change)))
  if (entity.key.length !== 1 || entity.junction !== null) return `rows of ${entity.name} have no id of their own`
  if (done.some(lost)) return `a ${log.name} that points at a ${entity.name} goes with it when it is deleted`
  if (done.length === 0 || (named && done.length < on.length)) return `no supported endpoint makes such a change of a ${entity.name}`
  if (field !== undefined && field.default === null && !field.required) return `${field.name} of the ${entity.name} may be empty`
  const beside = ['adjust', 'single-get', 'single-update', 'mark', 'unmark'].find((one) => endpoints.some(({ operation }) => operation === one))
  const joins = world.endpoints.some(({ path }) => /\/(?:register|sign-?up)$/i.test(path)) && entity === world.userEntity && done.includes('create')
  if ((beside !== undefined && field === undefined) || joins)
    return `some endpoints change a ${entity.name} in other ways, of which nothing would be recorded`
  const shown = world.endpointsOf(log.name).some((one) => {
    if (one.own !== undefined || one.where !== undefined || one.when !== undefined || one.matches !== undefined) return false
    return one.operation === 'list' || (one.operation === 'nested-list' && reference !== undefined && one.parent?.field === reference)
  })
  if (!shown) return `no supported endpoint lists the ${log.name} rows`
  const fields = recordedFields(entity, log, done, field, world)
  if (typeof fields === 'string') return fields
  const title = Object.keys(fields.values).find((name) => fields.values[name] === 'entity')
  const held = log.fields.find(({ name }) => name === title)
  return {
    kind: 'record',
    entity: entity.name,
    log: log.name,
    on: done,
    ...(field === undefined ? {} : { field: field.name }),
    values: fields.values,
    ...(fields.actions === undefined ? {} : { actions: fields.actions }),
    ...(held === undefined ? {} : { title: memberFor(held, entity) ?? (/^table/.test(wordsOf(held.name)[0] ?? '') ? entity.table : entity.name) }),
  }
}
