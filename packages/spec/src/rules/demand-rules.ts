import type { Entity, Field, RuleEffect } from '../api-spec'
import { wordsOf } from '../words'
import { entityByWords, entityIn, fieldIn, meaning, targetIn } from './phrases'
import type { State } from './states'
import { entityOfEvent, stateOfEvent } from './stamp-rules'
import { personIn } from './unique-rules'
import type { Pattern, RuleView } from './view'

const GIVEN = '(?:given|provided|present|set|supplied|specified|filled in|stated|sent|entered|included)'
const NEEDED = `(?:(?:is|are|becomes?|must be) )?(?:required|mandatory|needed|necessary|obligatory|compulsory)|must be ${GIVEN}|cannot be (?:empty|null|blank|missing|omitted)|must (?:not be|be not) (?:empty|null)|must exist`

/** What a state demands, and how old somebody must be. */
export const demandRules: Pattern[] = [
  {
    form: new RegExp(
      `^(?:the |an? |its )?(.+?) (?:${NEEDED}),? (?:when(?:ever)?|if|for|while|once|in case|as soon as|on|upon|to|only (?:when|if)) (.+)$`,
      'i',
    ),
    read: (m, view) => demanded(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:when(?:ever)?|if|while|once|for|in case|as soon as|on|upon) (.+?),? (?:then )?(?:the |an? |its |their )?([\\w ]+?) (?:${NEEDED})$`,
      'i',
    ),
    read: (m, view) => demanded(m[2]!, m[1]!, view),
  },
  {
    form: /^(?:when(?:ever)?|if|while|once|for) (.+?), (?:it|they|the \w+) (?:must|needs?|requires?) (?:have |to have |include |contain |be given )?(?:an? |the )?([\w ]+)$/i,
    read: (m, view) => demanded(m[2]!, m[1]!, view),
  },
  {
    form: /^(\w+ing) (?:an? |the |any )?([\w ]+?) (?:requires?|needs?|demands?) (?:that )?(?:an? |the |its |giving an? |stating an? |specifying an? )?([\w ]+?)(?: to be given)?$/i,
    read: (m, view) => demanded(m[3]!, `${m[1]} ${m[2]}`, view),
  },
  { form: /^(\w+ing) (?:requires?|needs?|demands?) (?:an? |the |its )?([\w ]+)$/i, read: (m, view) => demanded(m[2]!, m[1]!, view) },
  {
    form: /^(?:to (\w+) (?:an? |the |any )?([\w ]+?),? )(?:an? |the |its )?([\w ]+?) (?:must be (?:given|provided|set|supplied|specified)|is (?:required|needed|mandatory))$/i,
    read: (m, view) => demanded(m[3]!, `${m[1]} ${m[2]}`, view),
  },
  {
    form: /^(?:an? |the |every |each )?(\w+ [\w ]+?) (?:must|needs?|requires?)(?: to)? ?(?:have|carry|contain|include|state|give)? (?:an? |the )?([\w ]+)$/i,
    read: (m, view) => demanded(m[2]!, m[1]!, view),
  },
  {
    form: /^(?:an? |the |any )?([\w ]+?) cannot be (\w+) without (?:giving |stating |providing )?(?:an? |the |its )?([\w ]+)$/i,
    read: (m, view) => demanded(m[3]!, `${m[1]} ${m[2]}`, view),
  },
  {
    form: /^(?:an? |the |every |each |all |only )?([\w ]+?) (?:must|can|should)? ?(?:only )?(?:be|are|is) (?:at least )?(\d{1,2})(?: years?)?(?:(?: old| of age)?(?: or (?:older|over|above|more)| and (?:older|over|above))?)?$/i,
    read: (m, view) => (/\byears?\b|\bold(?:er)?\b|of age/i.test(m[0]) ? aged(m[1]!, Number(m[2]), view) : null),
  },
  {
    form: /^(?:an? |the |every |each |all )?([\w ]+?) must be (?:older than|over) (?:the age of )?(\d{1,2})(?: years?)?(?: old)?$/i,
    read: (m, view) => aged(m[1]!, Number(m[2]) + (/older/i.test(m[0]) ? 1 : 0), view),
  },
  {
    form: /^(?:the )?(?:minimum|min\.?|minimal) age(?: (?:of|for) (?:an? |the |all )?([\w ]+?))?(?: is|:| must be)? (\d{1,2})(?: years)?$/i,
    read: (m, view) => aged(m[1] ?? '', Number(m[2]), view),
  },
  {
    form: /^(?:an? |the )?([\w ]+?) (?:under|younger than|below)(?: the age of)? (\d{1,2})(?: years?)?(?: old| of age)? (?:cannot|are not|is not|are refused|are rejected).*$/i,
    read: (m, view) => aged(m[1]!, Number(m[2]), view),
  },
]

/** "A cancel reason is mandatory when an order is cancelled", "rejecting a transfer requires a reason". */
function demanded(phrase: string, event: string, view: RuleView): RuleEffect[] | null {
  const spoken = view.entity ?? entityOfEvent(event, view)
  return (spoken === null ? null : demandedOf(spoken, phrase, event, view)) ?? demandedOf(ownerOf(phrase, event, view), phrase, event, view)
}

function demandedOf(entity: Entity | null, phrase: string, event: string, view: RuleView): RuleEffect[] | null {
  const state = entity === null ? null : (stateOfEvent(event, entity) ?? stateOfEvent(withoutOthers(event, entity, view), entity))
  const field = entity === null ? null : demandedField(phrase, entity)
  if (entity === null || state === null || field === null || state.field === field.name) return null
  if (field.readOnly || field.fromCaller === true || field.list || field.type === 'boolean' || !reached(entity, state, field, view)) return null
  return [{ kind: 'required-when', entity: entity.name, field: field.name, when: { field: state.field, values: state.values } }]
}

/** "The candidate is declined" speaks of the candidate's application, where candidates have no such state. */
const withoutOthers = (event: string, entity: Entity, view: RuleView): string =>
  event
    .split(' ')
    .filter((word) => [null, entity].includes(entityByWords(meaning(word), view.world)))
    .join(' ')

function ownerOf(phrase: string, event: string, view: RuleView): Entity | null {
  const target = targetIn(phrase, view)
  if (target !== null) return target.entity
  const found = view.world
    .speakingOf(meaning(phrase).slice(-1))
    .filter((entity) => demandedField(phrase, entity) !== null && stateOfEvent(event, entity) !== null)
  return found.length === 1 ? found[0]! : null
}

/** "a cancellation reason" is the one reason that a row can have. */
function demandedField(phrase: string, entity: Entity): Field | null {
  const named = fieldIn(phrase, entity)
  if (named !== null) return named
  const last = wordsOf(phrase).at(-1)
  const found = entity.fields.filter((field) => wordsOf(field.name).at(-1) === last && !field.readOnly)
  return found.length === 1 && /^(?:reason|note|comment|message|explanation|text)$/.test(last ?? '') ? found[0]! : null
}

/** Requests can bring the row into the state, with the field. */
function reached(entity: Entity, state: State, field: Field, view: RuleView): boolean {
  const own = view.world.endpointsOf(entity.name)
  const settable = own.some((endpoint) => endpoint.body?.includes(state.field) === true || endpoint.sets?.[state.field] !== undefined)
  const sent = own.some((endpoint) => endpoint.body?.includes(field.name) === true)
  return settable && (sent || own.some((endpoint) => state.values.includes(endpoint.sets?.[state.field] as string)))
}

function aged(noun: string, years: number, view: RuleView): RuleEffect[] | null {
  const spoken = noun === '' ? view.entity : (entityIn(noun, { ...view, entity: null }) ?? personIn(noun, view))
  if (spoken === null && noun !== '') return null
  const holders = (spoken === null ? view.world.entities : [spoken]).flatMap((entity) =>
    entity.fields
      .filter((field) => field.type === 'date' && !field.list && !field.readOnly && /birth|dob/i.test(field.name))
      .map((field) => ({ entity, field })),
  )
  const [one] = holders
  if (one === undefined || holders.length > 1 || years < 1) return null
  const sent = view.world.endpointsOf(one.entity.name).some((endpoint) => endpoint.body?.includes(one.field.name))
  return sent ? [{ kind: 'age', entity: one.entity.name, field: one.field.name, years }] : null
}
