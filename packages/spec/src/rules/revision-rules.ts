import type { Entity, Field, RuleEffect } from '../api-spec'
import { singular, wordsOf } from '../words'
import { entityIn } from './phrases'
import { holdsCaller, isMoment, missingOf } from './record-fields'
import type { Pattern, RuleView } from './view'

type Values = Extract<RuleEffect, { kind: 'record' }>['values']

const EVERY = '(?:each|every|any|all|an?)'
const UPDATE = '(?:updates?|edits?|changes?|modifications?)'
const PREVIOUS =
  '(?:the |its |their |an? )?(?:previous|old|prior|earlier|former|last)(?: (?:version|state|content|contents|revision|values|text|title|body)s?)+(?: (?:and|,) (?:the )?(?:title|body|content|text))*(?: of (?:an? |the |each |every )?[\\w ]+?)?'
const KEEPS = '(?:(?:must |should |will )?(?:automatically )?(?:keeps?|saves?|stores?|preserves?|archives?|records?|copies))'
const KEPT = '(?:is|are|must be|should be) (?:automatically )?(?:kept|saved|stored|preserved|archived|recorded|copied)'
const AS = '(?: (?:in|as|to|into) (?:the |an? )?(?:new )?["\'`]?([A-Za-z_ ]+?)["\'`]?(?: (?:table|entity|record|row|entry))?)?'

/** Rows that keep what another one was before each update. */
export const revisionRules: Pattern[] = [
  {
    form: new RegExp(`^${EVERY} (?:(\\w+) )?${UPDATE}(?: (?:of|to) (?:an? |the |each |every )?([\\w ]+?))? ${KEEPS} ${PREVIOUS}${AS}$`, 'i'),
    read: (m, view) => revised(m[2] ?? m[1] ?? '', m[3], view),
  },
  {
    form: new RegExp(`^(?:updating|editing|changing) (?:an? |the )?([\\w ]+?) ${KEEPS} ${PREVIOUS}${AS}$`, 'i'),
    read: (m, view) => revised(m[1]!, m[2], view),
  },
  {
    form: new RegExp(
      `^(?:when(?:ever)?|on|before) (?:an? |the |each |every )?([\\w ]+?) (?:is|gets) (?:updated|edited|changed),? ${PREVIOUS} ${KEPT}${AS}$`,
      'i',
    ),
    read: (m, view) => revised(m[1]!, m[2], view),
  },
  {
    form: new RegExp(`^(?:before|on) ${EVERY} (?:(\\w+) )?${UPDATE}(?: (?:of|to) (?:an? |the )?([\\w ]+?))?,? ${PREVIOUS} ${KEPT}${AS}$`, 'i'),
    read: (m, view) => revised(m[2] ?? m[1] ?? '', m[3], view),
  },
]

const NAMES = /^(?:revision|version|history)$/

function revised(noun: string, log: string | undefined, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const kept = entity === null ? null : logOf(entity, log, view)
  const effect = entity === null || kept === null ? null : revisionOf(entity, kept, view)
  return effect === null || typeof effect === 'string' ? null : [effect]
}

/** Why such a sentence is left for a model; null when it is none, or one that is understood. */
export function revisionReason(text: string, view: RuleView): string | null {
  for (const { form } of revisionRules) {
    const match = text.match(form)
    if (match === null) continue
    const [noun, log] = match.length === 4 ? [match[2] ?? match[1] ?? '', match[3]] : [match[1]!, match[2]]
    const entity = entityIn(noun, view)
    if (entity === null) continue
    const kept = logOf(entity, log, view)
    const effect = kept === null ? `no entity of the specification holds earlier versions of a ${entity.name}` : revisionOf(entity, kept, view)
    if (typeof effect === 'string') return effect
  }
  return null
}

/** The entity that is named, else the only one that holds revisions of the other. */
function logOf(entity: Entity, phrase: string | undefined, view: RuleView): Entity | null {
  const named = phrase === undefined ? null : entityIn(phrase, { ...view, entity: null })
  if (named !== null) return named === entity ? null : named
  if (phrase !== undefined && !NAMES.test(singular(wordsOf(phrase).at(-1) ?? ''))) return null
  const found = view.world.entities.filter(
    (one) => NAMES.test(singular(wordsOf(one.name).at(-1) ?? '')) && one.fields.some(({ reference }) => reference?.entity === entity.name),
  )
  return found.length === 1 ? found[0]! : null
}

const NUMBER = /^(?:(?:version|revision)(?:_(?:number|no))?|number)$/

/** The effect, or the reason why it is not clear what is kept. */
function revisionOf(entity: Entity, log: Entity, { world }: RuleView): RuleEffect | string {
  const values: Values = {}
  const reference = log.fields.find((field) => field.reference?.entity === entity.name && !field.list)
  if (reference === undefined || log.junction !== null || entity.key.length !== 1)
    return `the ${log.name} does not say of which ${entity.name} it is a version`
  values[reference.name] = 'key'
  for (const field of log.fields) {
    if (field === reference || log.key.includes(field.name) || field.auto !== undefined) continue
    const name = wordsOf(field.name).join('_')
    const own = entity.fields.find((one) => wordsOf(one.name).join('_') === name && !entity.key.includes(one.name))
    const taken = Object.values(values)
    if (NUMBER.test(name) && field.type === 'integer' && own === undefined && !taken.includes('number')) values[field.name] = 'number'
    else if (own !== undefined && field.fromCaller !== true && fits(own, field)) values[field.name] = 'was'
    else if (holdsCaller(field, world) && !taken.includes('caller')) values[field.name] = 'caller'
    else if (isMoment(field) && !taken.includes('now')) values[field.name] = 'now'
    else {
      const missing =
        own === undefined ? missingOf(field, log) : `${field.name} of the ${log.name} cannot hold what ${own.name} of the ${entity.name} was`
      if (missing !== null) return missing
    }
  }
  const copied = Object.keys(values).filter((name) => values[name] === 'was')
  const endpoints = world.endpointsOf(entity.name)
  if (copied.length === 0) return `the ${log.name} holds nothing of what a ${entity.name} was`
  if (!endpoints.some((one) => ['update', 'replace'].includes(one.operation) && one.body?.some((name) => copied.includes(name))))
    return `no supported endpoint changes what the ${log.name} holds`
  if (endpoints.some((one) => ['bulk', 'adjust', 'single-update'].includes(one.operation) || copied.some((name) => one.sets?.[name] !== undefined)))
    return `some endpoints change a ${entity.name} in other ways, of which no version would be kept`
  const shown = world
    .endpointsOf(log.name)
    .some((one) => one.own === undefined && (one.operation === 'list' || (one.operation === 'nested-list' && one.parent?.field === reference.name)))
  return shown ? { kind: 'record', entity: entity.name, log: log.name, on: ['update'], values } : `no supported endpoint lists the ${log.name} rows`
}

/** What one field may hold, the other may hold, too. */
function fits(own: Field, field: Field): boolean {
  const empty = !own.required && own.default === null
  return (
    own.type === field.type &&
    own.type !== 'enum' &&
    !own.list &&
    !field.list &&
    own.writeOnly !== true &&
    own.reference?.entity === field.reference?.entity &&
    (!empty || !field.required) &&
    (field.maxLength === undefined || (own.maxLength ?? 255) <= field.maxLength)
  )
}
