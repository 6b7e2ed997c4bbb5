import type { Entity, Field, RuleEffect } from '../api-spec'
import { endpointOf, entityIn } from './phrases'
import { stateIn } from './states'
import { onlyReference, personIn } from './unique-rules'
import type { Pattern, RuleView } from './view'

const NOT = "(?:cannot|can not|can't|must not|may not|should not|can never|must never|may never)"

/** When rows stand in each other's way. */
export const overlapRules: Pattern[] = [
  {
    form: new RegExp(
      `^${NOT} (?:book|reserve|schedule|rent) (?:an? |the )?([\\w ]+?) (?:that|which|if it|when it|if the \\w+) is already (?:booked|reserved|scheduled|taken|rented|occupied)(?: (?:for|at|during|in) (?:the same|that|an overlapping) (?:time|period|slot|dates?|time slot|times|time range))?$`,
      'i',
    ),
    read: (m, view) => scoped(m[1]!, null, view),
  },
  {
    form: /^(?:the |no |two |2 |no two |any two )?([\w ]+?) (?:for|of|in|with|on|by|at) (?:the|an?|one|each|any) (?:same )?([\w ]+?) (?:must|should|can|may)(?:not| not| never)? (?:not )?overlap(?: in time| each other)?$/i,
    read: (m, view) => (/\bnot\b|never|cannot|^no\b/i.test(m[0]) ? scoped(m[2]!, m[1]!, view) : null),
  },
  {
    form: new RegExp(
      `^(?:an? |the |each |any )?([\\w ]+?) ${NOT} have (?:two |multiple |any |several )?(?:overlapping ([\\w ]+)|([\\w ]+?) (?:at the same time|that overlap|overlapping in time|in the same (?:slot|time slot|period)))$`,
      'i',
    ),
    read: (m, view) => scoped(m[1]!, (m[2] ?? m[3])!, view),
  },
  {
    form: /^(?:an? |the |each |any )?([\w ]+?) (?:cannot|can not|can't|must not|may not) be (?:double[- ]booked|booked twice (?:for|at|in) (?:the same time|overlapping times?|the same period|overlapping periods?)|booked (?:for|at) overlapping times)$/i,
    read: (m, view) => scoped(m[1]!, null, view, m[0]),
  },
  {
    form: /^(?:no |prevent )?(?:double[- ]booking|overlapping bookings) (?:of|for) (?:an? |the |the same )?([\w ]+?)(?: (?:is|are) not allowed| is forbidden)?$/i,
    read: (m, view) => scoped(m[1]!, null, view),
  },
  {
    form: /^(?:no )?overlapping ([\w ]+?) (?:for|of|in|with) (?:the same |an? |the )([\w ]+?)(?: (?:is|are) (?:not allowed|rejected|forbidden))?$/i,
    read: (m, view) => (/^no\b|not allowed|rejected|forbidden/i.test(m[0]) ? scoped(m[2]!, m[1]!, view) : null),
  },
]

/** Rows of one parent, or of one person, by the moments at which they begin and end. */
function scoped(scope: string, noun: string | null, view: RuleView, sentence = ''): RuleEffect[] | null {
  const target = entityIn(scope, { ...view, entity: null }) ?? personIn(scope, view)
  if (target === null) return null
  const named = noun === null ? null : entityIn(noun, { ...view, entity: null })
  const candidates = noun === null ? view.world.entities : named === null ? [] : [named]
  const lasting = candidates.flatMap((entity) => {
    const reference = onlyReference(entity, target)
    const ends = intervalOf(entity)
    return reference === undefined || ends === null ? [] : [{ entity, reference, ends }]
  })
  // "A court cannot be booked twice" is about its bookings, not about its closures.
  const spoken = lasting.filter(({ entity: { name } }) => sentence.toLowerCase().includes(name.toLowerCase().replace(/(?:ing|ation|ment|s)$/, '')))
  const found = lasting.length > 1 ? spoken : lasting
  if (found.length !== 1) return null
  const { entity, reference, ends } = found[0]!
  const create = endpointOf(entity, ['create', 'nested-create'], view.world)
  if (create === undefined || ends.some((field) => create.body?.includes(field.name) !== true)) return null
  const except = leftAside(entity)
  return [
    {
      kind: 'no-overlap',
      entity: entity.name,
      scope: reference.name,
      start: ends[0].name,
      end: ends[1].name,
      ...(except === null ? {} : { except }),
    },
  ]
}

const BEGIN = /^(?:start|starts|begin|begins|from|check_?in|pickup)(?:_(?:at|on|date|time|datetime))?$/i
const END = /^(?:end|ends|finish|finishes|to|until|check_?out|return)(?:ed)?(?:_(?:at|on|date|time|datetime))?$/i

/** The one field in which a row begins, and the one in which it ends. */
export function intervalOf(entity: Entity): [Field, Field] | null {
  const moments = entity.fields.filter((field) => (field.type === 'datetime' || field.type === 'date') && !field.readOnly && !field.list)
  const starts = moments.filter((field) => BEGIN.test(field.name.replace(/ed(?=_|$)/, '').replace(/([a-z])([A-Z])/g, '$1_$2')))
  const ends = moments.filter((field) => END.test(field.name.replace(/([a-z])([A-Z])/g, '$1_$2')))
  return starts.length === 1 && ends.length === 1 && starts[0]!.type === ends[0]!.type && starts[0] !== ends[0] ? [starts[0]!, ends[0]!] : null
}

const VOID = ['cancelled', 'canceled', 'rejected', 'declined', 'no_show', 'expired', 'void']

/** What was called off takes no time. */
function leftAside(entity: Entity): { field: string; values: string[] } | null {
  const field = entity.fields.find((one) => one.type === 'enum' && /(^|_)(status|state)$/i.test(one.name) && !one.nullable)
  const values = VOID.flatMap((word) => (field === undefined ? [] : (stateIn(word, entity)?.values ?? []))).map(String)
  const held = [...new Set(values)].filter((value) => field?.values?.includes(value))
  return field === undefined || held.length === 0 ? null : { field: field.name, values: held }
}
