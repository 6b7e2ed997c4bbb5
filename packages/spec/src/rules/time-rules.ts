import type { Entity, Field, RuleEffect } from '../api-spec'
import { singular, wordsOf } from '../words'
import { momentStem } from './field-words'
import { entityByWords, entityIn, fieldIn, meaning, targetIn } from './phrases'
import { named } from './unique-rules'
import type { Pattern, RuleView } from './view'

type Side = 'future' | 'past'

const ON_CREATE =
  '(?:(?:when|on|at|for|upon|while) (?:creating|creation|create|new \\w+|newly created \\w+)(?: (?:an? |new )?\\w+)?|(?:when|once|as soon as) (?:the |an? )?[\\w ]+? (?:is|are|gets?) (?:created|made|added|booked|placed|submitted))'
const NOT = "(?:cannot|can not|can't|must not|may not|should not)"

/** Moments that lie ahead or behind, and fields that come one after another. */
export const timeRules: Pattern[] = [
  {
    form: new RegExp(
      `^(?:cannot|can not|can't|must not) (?:set|have|use|choose|enter) (?:an? |the )?(.+?) (?:in|to) the (past|future)(?: (${ON_CREATE}))?$`,
      'i',
    ),
    read: (m, view) => moment(m[1]!, opposite(m[2]!), m[3], view),
  },
  {
    form: new RegExp(
      `^(?:the |an? )?(.+?) ${NOT} (?:be|lie|fall|be set|be dated|be chosen) (?:in|to|into) the (past|future)(?: (${ON_CREATE}))?$`,
      'i',
    ),
    read: (m, view) => moment(m[1]!, opposite(m[2]!), m[3], view),
  },
  {
    form: new RegExp(
      `^(?:the |an? )?(.+?) (?:must|should|has to) (?:be|lie|fall|be set)(?: a date| a time)? in the (past|future)(?: (${ON_CREATE}))?$`,
      'i',
    ),
    read: (m, view) => moment(m[1]!, m[2]!.toLowerCase() as Side, m[3], view),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) (?:must|should|has to) be an? (past|future) (?:date|datetime|time)(?: (${ON_CREATE}))?$`, 'i'),
    read: (m, view) => moment(m[1]!, m[2]!.toLowerCase() as Side, m[3], view),
  },
  {
    form: new RegExp(`^(.+?) ${NOT} have (?:an? |the )?(.+?) in the (past|future)(?: (${ON_CREATE}))?$`, 'i'),
    read: (m, view) => moment(`${m[2]} of ${m[1]}`, opposite(m[3]!), m[4], view),
  },
  {
    form: new RegExp(
      `^(?:the |an? )?(.+?) must (?:be|lie) (?:after|later than|greater than|>) (?:now|today|the (?:current|present) (?:time|date|moment|day))(?: (${ON_CREATE}))?$`,
      'i',
    ),
    read: (m, view) => moment(m[1]!, 'future', m[2], view),
  },
  {
    form: new RegExp(
      `^(?:the |an? |every |each )?(.+?) (?:must |can only )?(expires?|ends?|starts?|begins?|finish(?:es)?|clos(?:e|es)|opens?|runs? out|lapses?) in the (past|future)(?: (${ON_CREATE}))?$`,
      'i',
    ),
    read: (m, view) => verbMoment(m[1]!, m[2]!, m[3]!.toLowerCase() as Side, m[4], view),
  },
  {
    form: /^(?:the |an? |every |each )?(.+?)(?:'s? period| period)? (?:must |can only |(?=cannot ))?(?:(cannot) )?(ends?|finish(?:es)?|expires?|starts?|begins?|clos(?:e|es)|returns?|leaves?) (?:strictly )?(on or |at or )?(after|before|later than|earlier than) (?:the (?:day|date|moment|time) (?:at |on )?(?:which )?)?(?:it|they|he|she)(?: (?:is|are|was|were|has been|have been))? (\w+)$/i,
    read: (m, view) =>
      m[2] === undefined
        ? verbOrder(m[1]!, m[3]!, m[5]!, m[6]!, m[4] === undefined, view)
        : verbOrder(m[1]!, m[3]!, /after|later/i.test(m[5]!) ? 'before' : 'after', m[6]!, false, view),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) (${NOT}|must) (precede|follow) (?:the |its |their )?(.+)$`, 'i'),
    read: (m, view) => {
      const before = /precede/i.test(m[3]!)
      return /^must$/i.test(m[2]!)
        ? ordered(m[1]!, before ? 'before' : 'after', m[4]!, view, true)
        : ordered(m[1]!, before ? 'after' : 'before', m[4]!, view, false)
    },
  },
  {
    form: /^(?:the |an? )?(.+?) (?:must be|is|can be) (?:null|empty|unset|missing) or (?:lie |come |be )?(on or |at or )?(after|before|later than|earlier than|greater than|less than) (?:the |its |their )?(.+)$/i,
    read: (m, view) => ordered(m[1]!, m[3]!, m[4]!, view, m[2] === undefined),
  },
  {
    form: /^(?:the |an? )?(.+?) (?:can|may) be (?:equal to|the same as|on) but not (before|after|earlier than|later than|less than|greater than|more than) (?:the |its |their )?(.+)$/i,
    read: (m, view) => ordered(m[1]!, /after|later|greater|more/i.test(m[2]!) ? 'before' : 'after', m[3]!, view, false),
  },
  {
    form: /^(?:the |an? )?(.+?) must be no (earlier|later|less|more|lower|higher) than (?:the |its |their )?(.+)$/i,
    read: (m, view) => ordered(m[1]!, /later|more|higher/i.test(m[2]!) ? 'before' : 'after', m[3]!, view, false),
  },
  {
    form: /^(?:the |an? )?(.+?) (?:must|should|has to|needs to) (?:be|come|lie) (?:strictly )?(on or |at or |equal to or )?(after|before|later than|earlier than|greater than|less than|higher than|lower than|more than|larger than|smaller than|above|below)( or equal to| or (?:on|at)| or the same as)? (?:the |its |their )?(.+)$/i,
    read: (m, view) => ordered(m[1]!, m[3]!, m[5]!, view, m[2] === undefined && m[4] === undefined),
  },
  {
    form: new RegExp(
      `^(?:the |an? )?(.+?) ${NOT} (?:be|come|lie|fall) (after|before|later than|earlier than|greater than|less than|higher than|lower than|more than|larger than|smaller than|above|below) (?:the |its |their )?(.+)$`,
      'i',
    ),
    read: (m, view) => ordered(m[1]!, /after|later|greater|higher|more|larger|above/i.test(m[2]!) ? 'before' : 'after', m[3]!, view, false),
  },
  {
    form: /^["'`]?(\w+)["'`]? (<=?|>=?|≤|≥) ["'`]?(\w+)["'`]?$/,
    read: (m, view) => ordered(m[1]!, /[<≤]/.test(m[2]!) ? 'before' : 'after', m[3]!, view, /^[<>]$/.test(m[2]!)),
  },
]

/** "Appointments cannot be booked in the past": the moment at which they begin. */
export const beginningRules: Pattern[] = [
  {
    form: /^(.+?) (?:cannot|can not|can't|must not|may not) be (?:booked|scheduled|created|planned|reserved|made|set) in the past$/i,
    read: (m, view) => beginning(m[1]!, view),
  },
  {
    form: /^(.+?) (?:must|should|have to|has to|can only|may only) (?:only )?be (?:booked|scheduled|created|planned|reserved|made|set)(?: only)? (?:(?:for|at) a (?:future|later) (?:date|time|date and time)|(?:for (?:a (?:date|time) )?)?in the future|for the future)$/i,
    read: (m, view) => beginning(m[1]!, view),
  },
  {
    form: /^(.+?) (?:cannot|can not|can't|must not|may not) (?:start|begin|take place|happen|lie|be) in the past$/i,
    read: (m, view) => beginning(m[1]!, view),
  },
  {
    form: /^(?:no )?(.+?) in the past(?: (?:are|is) (?:not (?:accepted|allowed|possible|permitted)|refused|rejected|forbidden|invalid))?$/i,
    read: (m, view) => (/^no |not|refused|rejected|forbidden|invalid/i.test(m[0]) ? beginning(m[1]!, view) : null),
  },
  {
    form: /^(.+?) must (?:start|begin|take place|happen|lie) in the future$/i,
    read: (m, view) => beginning(m[1]!, view),
  },
  {
    form: /^(?:\w+ )?cannot (book|schedule|reserve|plan)(?: \w+)? in the past$/i,
    read: (m, view) => {
      const made = view.world.entities.filter((entity) => named(m[1]!, entity))
      return made.length === 1 ? beginning(made[0]!.name, view) : null
    },
  },
  {
    form: /^(?:cannot|can not|can't|must not) (?:book|schedule|create|plan|reserve) (?:an? |the |any )?(.+?) in the past$/i,
    read: (m, view) => beginning(m[1]!, view),
  },
]

function beginning(noun: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const field = entity?.fields.find(
    (one) => isMoment(one) && /^(start|begin|scheduled|date|check_?in|from|(?:event|appointment|booking|reservation)_)/i.test(one.name),
  )
  const sent = (one: Field) => isMoment(one) && view.world.endpointsOf(entity!.name).some(({ body }) => body?.includes(one.name))
  const all = entity?.fields.filter(sent) ?? []
  const begins = field ?? (all.length === 1 && all[0]!.type === 'datetime' ? all[0] : undefined)
  return entity === null || begins === undefined ? null : momentOf(entity, begins, 'future', 'creation', view)
}

/** Behind a field's name: "due_date: future dates only for new tasks". */
export const timeClauses: Pattern[] = [
  {
    form: new RegExp(`^(?:must be )?(?:an? )?(?:in the )?(past|future)(?: dates?| datetimes?| times?)?(?: only)?(?: (${ON_CREATE}))?$`, 'i'),
    read: (m, view) => clause(m[1]!.toLowerCase() as Side, m[2], view),
  },
  { form: new RegExp(`^${NOT} be in the (past|future)(?: (${ON_CREATE}))?$`, 'i'), read: (m, view) => clause(opposite(m[1]!), m[2], view) },
  {
    form: /^(?:must be )?(?:strictly )?(on or |at or |equal to or )?(after|before|later than|earlier than|greater than|less than|>=?|<=?|≥|≤)( or equal to)? (?:the )?(.+)$/i,
    read: (m, view) => {
      const strict = m[1] === undefined && m[3] === undefined && /^[^=≥≤]+$/.test(m[2]!)
      return view.field === null ? null : ordered(view.field.name, /before|earlier|less|[<≤]/i.test(m[2]!) ? 'before' : 'after', m[4]!, view, strict)
    },
  },
]

const opposite = (side: string): Side => (side.toLowerCase() === 'past' ? 'future' : 'past')
const isMoment = (field: Field): boolean => (field.type === 'datetime' || field.type === 'date') && !field.readOnly && !field.list

function clause(side: Side, on: string | undefined, view: RuleView): RuleEffect[] | null {
  return view.entity === null || view.field === null ? null : momentOf(view.entity, view.field, side, on, view)
}

function moment(phrase: string, side: Side, on: string | undefined, view: RuleView): RuleEffect[] | null {
  const target = targetIn(phrase, view)
  if (target !== null) return momentOf(target.entity, target.field, side, on, view)
  // Of several entities with such a field, those whose requests carry it.
  const found = candidates(view).flatMap((entity) => momentWith(phrase, entity, side, on, view) ?? [])
  return found.length > 0 && found.length <= 3 ? found : null
}

function momentWith(phrase: string, entity: Entity, side: Side, on: string | undefined, view: RuleView): RuleEffect[] | null {
  const field = fieldIn(phrase, entity)
  return field === null ? null : momentOf(entity, field, side, on, view)
}

function momentOf(entity: Entity, field: Field, side: Side, on: string | undefined, view: RuleView): RuleEffect[] | null {
  const sent = view.world.endpointsOf(entity.name).some((endpoint) => endpoint.body?.includes(field.name))
  return !isMoment(field) || !sent ? null : [{ kind: side, entity: entity.name, field: field.name, on: on === undefined ? 'write' : 'create' }]
}

/** The section's entity, else every entity: a field's name usually tells. */
function candidates(view: RuleView): Entity[] {
  return view.entity === null ? view.world.entities.filter((entity) => entity.junction === null) : [view.entity]
}

const COMPARED = ['datetime', 'date', 'time', 'integer', 'bigint', 'decimal', 'float']

function ordered(first: string, relation: string, second: string, view: RuleView, strict: boolean): RuleEffect[] | null {
  const found = candidates(view).flatMap((entity) => {
    const [a, b] = [fieldIn(first, entity), fieldIn(second, entity)]
    if (a === null || b === null || a === b || a.type !== b.type || !COMPARED.includes(a.type)) return []
    if ([a, b].some((field) => field.readOnly || field.list)) return []
    const [before, after] = /before|earlier|less|lower|smaller|below/i.test(relation) ? [a, b] : [b, a]
    return [{ entity, before, after, named: entityByWords(meaning(first).slice(0, 1), view.world) === entity || phraseNames(first, entity) }]
  })
  const meant = found.some((one) => one.named) ? found.filter((one) => one.named) : found
  if (meant.length === 0 || meant.length > 4) return null
  return meant.map(({ entity, before, after }) => ({
    kind: 'order',
    entity: entity.name,
    before: before.name,
    after: after.name,
    ...(strict ? { strict } : {}),
  }))
}

/** "a course's end date", "the end date of a course" */
function phraseNames(phrase: string, entity: Entity): boolean {
  const words = meaning(phrase).join(' ')
  const own = meaning(entity.name).join(' ')
  return words.startsWith(`${own} `) || words.endsWith(` ${own}`)
}

const SAME: Record<string, string> = { begin: 'start', begins: 'start', from: 'start', finish: 'end', finishes: 'end', to: 'end', until: 'end' }

/** The moment that a verb speaks of: "expires" → `expires_at`, "was issued" → `issued_on`. */
export function momentOfVerb(verb: string, entity: Entity): Field | null {
  const bare = singular(verb.toLowerCase())
  const stem = momentStem(SAME[bare] ?? bare)
  const found = entity.fields.filter(
    (field) =>
      (field.type === 'datetime' || field.type === 'date') &&
      !field.list &&
      wordsOf(field.name).some((word) => momentStem(SAME[word] ?? word) === stem),
  )
  return found.length === 1 ? found[0]! : null
}

function verbMoment(noun: string, verb: string, side: Side, on: string | undefined, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const field = entity === null ? null : momentOfVerb(verb.split(' ')[0]!, entity)
  return entity === null || field === null ? null : momentOf(entity, field, side, on, view)
}

/** "A booking must end after it starts"; what comes after its creation lies ahead when it is created. */
function verbOrder(noun: string, verb: string, relation: string, other: string, strict: boolean, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  if (entity === null) return null
  const [a, b] = [momentOfVerb(verb, entity), momentOfVerb(other, entity)]
  if (a !== null && b?.auto === 'created' && /after|later/i.test(relation)) return momentOf(entity, a, 'future', 'creation', view)
  if (a === null || b === null || a === b || a.type !== b.type || a.readOnly || b.readOnly) return null
  const [before, after] = /before|earlier/i.test(relation) ? [a, b] : [b, a]
  return [{ kind: 'order', entity: entity.name, before: before.name, after: after.name, ...(strict ? { strict: true } : {}) }]
}
