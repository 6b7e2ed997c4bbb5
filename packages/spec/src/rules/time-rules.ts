import type { Entity, Field, RuleEffect } from '../api-spec'
import { entityIn, fieldIn, targetIn } from './phrases'
import type { Pattern, RuleView } from './view'

type Side = 'future' | 'past'

const ON_CREATE = '(?:when|on|at|for|upon|while) (?:creating|creation|create|new \\w+|newly created \\w+)(?: (?:an? |new )?\\w+)?'
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
    form: new RegExp(`^(?:the |an? )?(.+?) ${NOT} be (?:set )?(?:in|to) the (past|future)(?: (${ON_CREATE}))?$`, 'i'),
    read: (m, view) => moment(m[1]!, opposite(m[2]!), m[3], view),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) (?:must|should|has to) be (?:a date |a time )?in the (past|future)(?: (${ON_CREATE}))?$`, 'i'),
    read: (m, view) => moment(m[1]!, m[2]!.toLowerCase() as Side, m[3], view),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) (?:must|should|has to) be an? (past|future) (?:date|datetime|time)(?: (${ON_CREATE}))?$`, 'i'),
    read: (m, view) => moment(m[1]!, m[2]!.toLowerCase() as Side, m[3], view),
  },
  {
    form: /^(?:the |an? )?(.+?) (?:must|should|has to|needs to) (?:be|come|lie) (?:strictly )?(on or |at or |equal to or )?(after|before|later than|earlier than|greater than|less than)( or equal to| or (?:on|at)| or the same as)? (?:the )?(.+)$/i,
    read: (m, view) => ordered(m[1]!, m[3]!, m[5]!, view, m[2] === undefined && m[4] === undefined),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) ${NOT} (?:be|come|lie) (after|before|later than|earlier than|greater than|less than) (?:the )?(.+)$`, 'i'),
    read: (m, view) => ordered(m[1]!, /after|later|greater/i.test(m[2]!) ? 'before' : 'after', m[3]!, view, false),
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
    form: /^(?:cannot|can not|can't|must not) (?:book|schedule|create|plan|reserve) (?:an? |the |any )?(.+?) in the past$/i,
    read: (m, view) => beginning(m[1]!, view),
  },
]

function beginning(noun: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const field = entity?.fields.find(
    (one) => isMoment(one) && /^(start|begin|scheduled|date|check_?in|from|(?:event|appointment|booking|reservation)_)/i.test(one.name),
  )
  return entity === null || field === undefined ? null : momentOf(entity, field, 'future', 'creation', view)
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
  return target === null ? null : momentOf(target.entity, target.field, side, on, view)
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
  for (const entity of candidates(view)) {
    const [a, b] = [fieldIn(first, entity), fieldIn(second, entity)]
    if (a === null || b === null || a === b || a.type !== b.type || !COMPARED.includes(a.type)) continue
    if ([a, b].some((field) => field.readOnly || field.list)) continue
    const [before, after] = /before|earlier|less/i.test(relation) ? [a, b] : [b, a]
    return [{ kind: 'order', entity: entity.name, before: before.name, after: after.name, ...(strict ? { strict } : {}) }]
  }
  return null
}
