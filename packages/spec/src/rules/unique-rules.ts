import type { Entity, Field, RuleEffect } from '../api-spec'
import { singular, wordsOf } from '../words'
import { creates, entityIn, fieldIn, marks, meaning, partsOf } from './phrases'
import type { Pattern, RuleView, RuleWorld } from './view'

const CAN = '(?:can|may|must|should|is able to|are able to|is allowed to|are allowed to)'
const ONCE = '(?:only once|just once|once only|at most once|no more than once|a single time|one time only)'
const EACH = '(?:the same|each|every|an?|the|one|single|another|any|given|specific|other)'

/** What there is once only for some values together. */
export const uniqueRules: Pattern[] = [
  {
    form: new RegExp(`^(?:${EACH} )?(\\w+) ${CAN} (?:only )?(?:be )?(\\w+)(?: up| (?:in|to|for|on|of))* (?:${EACH} )*([\\w ]+?) ${ONCE}$`, 'i'),
    read: (m, view) => acted(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(`^(?:${EACH} )?(\\w+) ${CAN} only (?:be )?(\\w+)(?: up| (?:in|to|for|on|of))* (?:${EACH} )*([\\w ]+?) once$`, 'i'),
    read: (m, view) => acted(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(`^(?:${EACH} )?(\\w+) ${CAN} (?:only )?be an? (\\w+) of (?:${EACH} )*([\\w ]+?) (?:${ONCE}|once)$`, 'i'),
    read: (m, view) => acted(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(
      `^(?:${EACH} )?(\\w+) (?:cannot|can not|can't|may not|must not) (\\w+)(?: up| (?:in|to|for|on|of))* (?:${EACH} )+([\\w ]+?) (?:twice|(?:more than|again) ?once|more than one time|multiple times|again)$`,
      'i',
    ),
    read: (m, view) => acted(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(
      `^(?:${EACH} )*([\\w ]+?) (?:can|may|must) (?:only )?(?:be \\w+|exist|appear|occur) (?:only once|once|at most once|just once) (?:in|on|to|for|within|into) (?:${EACH} )*([\\w ]+)$`,
      'i',
    ),
    read: (m, view) => passive(m[1]!, m[2], undefined, view),
  },
  {
    form: new RegExp(`^(?:${EACH} )?(\\w+) (\\w+s)(?: up| (?:in|to|for|on|of))* (?:${EACH} )+([\\w ]+?) ${ONCE}$`, 'i'),
    read: (m, view) => acted(m[1]!, singular(m[2]!.toLowerCase()), m[3]!, view),
  },
  {
    form: new RegExp(
      `^(?:${EACH} )?(\\w+) (?:cannot|can not|can't|may not|must not) (\\w+) (?:twice|(?:more than|again) ?once|more than one time|multiple times|several times|again)(?: up| (?:in|to|for|on|of|with|at))* (?:${EACH} )*([\\w ]+)$`,
      'i',
    ),
    read: (m, view) => acted(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(
      `^(?:${EACH} )+([\\w ]+?) (?:cannot|can not|can't|may not|must not) (?:be \\w+|appear|occur|exist) (?:twice|more than once|again|several times)(?: (?:to|in|on|into|for|within|per|from) (?:${EACH} )*([\\w ]+?))$`,
      'i',
    ),
    read: (m, view) => passive(m[1]!, m[2], undefined, view),
  },
  {
    form: new RegExp(
      `^(?:${EACH} )?([\\w ]+?) ${CAN} (?:only )?(?:\\w+) (?:only |just |exactly |at most )?(?:one|1|a single) ([\\w ]+?) (?:per|for each|for every|to each|on each) (?:${EACH} )*([\\w ]+)$`,
      'i',
    ),
    read: (m, view) => once(m[2]!, `${m[1]} and ${m[3]}`, view),
  },
  {
    form: new RegExp(
      `^there (?:is|must be|can be|can only be|exists) (?:exactly|only|at most)? ?(?:one|1|a single) ([\\w ]+?) (?:per|for each|for every|for the same|for) (?:${EACH} )*([\\w ,]+)$`,
      'i',
    ),
    read: (m, view) => once(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:${EACH} )?([\\w ]+?) (?:can|may|must) (?:only )?(?:be \\w+|exist|appear|occur)(?: (?:to|in|on|into|for) (?:${EACH} )*([\\w ]+?))? (?:only once|once|at most once|just once)(?: (?:per|for each|for every|in each) (?:${EACH} )*([\\w ]+?)(?: as an? [\\w ]+)?)?$`,
      'i',
    ),
    read: (m, view) => passive(m[1]!, m[2], m[3], view),
  },
  {
    form: /^(?:there (?:can|may|must) be )?(?:only|at most|no more than|max(?:imum)?(?: of)?) (?:one|1) ([\w ]+?) (?:is allowed |allowed |can exist |may exist |exists )?(?:per|for each|for every|for (?:each )?combination of|for the same) ([\w ]+)$/i,
    read: (m, view) => once(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:only |exactly |at most )?(?:one|1|a single) ([\w ]+?) (?:per|for each|for every) ([\w ,]+)$/i,
    read: (m, view) => once(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:an?|each|every|one|the) ([\w ]+?) (?:can |may |must )?(?:only )?(?:have|has|get|gets|hold|holds|own|owns) (?:only|just|at most|no more than|a maximum of|max(?:imum)?) (?:one|1|a single) ([\w ]+?)(?: (?:per|for each|for every|in each) (?:an? |the )?([\w ]+))?$/i,
    read: (m, view) => once(m[2]!, m[3] === undefined ? m[1]! : `${m[1]} and ${m[3]}`, view),
  },
  {
    form: /^(?:the )?combination of (?:the )?([\w ,]+?) (?:must be|is|should be|has to be) unique$/i,
    read: (m, view) => combined(m[1]!, view),
  },
  {
    form: /^(?:the )?([\w ]+?) (?:and|\+|,) (?:the )?([\w ]+?) (?:(?:must|should|has to|have to) be|are|is) (?:jointly unique|unique together|unique in combination|a unique (?:pair|combination))$/i,
    read: (m, view) => combined(`${m[1]} and ${m[2]}`, view),
  },
  {
    form: /^duplicate ([\w ]+?) (?:for|with|of|by) the same ([\w ]+?) (?:are|is) (?:not allowed|forbidden|rejected|refused|not permitted)$/i,
    read: (m, view) => once(m[1]!, m[2]!, view),
  },
  {
    form: /^no two ([\w ]+?) (?:can|may|must|should)?\s*(?:have|share|use|be for|be on|be in) the same ([\w ]+? and (?:the same )?[\w ]+)$/i,
    read: (m, view) => once(m[1]!, m[2]!.replace(/the same/g, ''), view),
  },
]

/** "A user can review a product only once": the one entity whose name tells the deed, and that refers to both. */
function acted(actor: string, verb: string, noun: string, view: RuleView): RuleEffect[] | null {
  const people = personIn(actor, view)
  const target = entityIn(noun, { ...view, entity: null }) ?? personIn(noun, view)
  if (target === null) return null
  if (people === null) return granted(actor, verb, target, view)
  const found = view.world.entities.filter((entity) => entity !== target && entity !== people && tells(verb, entity, people, target))
  const both = (entity: Entity) => [people, target].every((one) => meaning(entity.name).join('').includes(meaning(one.name).join('')))
  const linking = /^(?:list|add|have|own|use|select|choose|pick|hold|claim|collect|take|get|enter|state)$/i.test(verb)
    ? view.world.entities.filter(both)
    : []
  const pairs = (found.length > 0 ? found : linking).flatMap((entity) => pairOf(entity, people, target))
  return pairs.length === 1 ? together(pairs[0]!.entity, pairs[0]!.fields, view.world) : null
}

/** "A permission can be granted to a role only once", "an email can register for an event only once": by the fields that the words name. */
function granted(subject: string, verb: string, target: Entity, view: RuleView): RuleEffect[] | null {
  const found = view.world.entities.flatMap((entity) => {
    const first = referenceOrField(subject, entity, view)
    const second = onlyReference(entity, target)
    return first === null || second === undefined || first === second || !named(verb, entity) ? [] : [{ entity, fields: [first.name, second.name] }]
  })
  return found.length === 1 ? together(found[0]!.entity, found[0]!.fields, view.world) : null
}

/** "A product can only be in the cart once per user", "a dependency between two tasks can exist only once". */
function passive(subject: string, place: string | undefined, scope: string | undefined, view: RuleView): RuleEffect[] | null {
  const between = subject.match(/^([\w ]+?) between (?:two|the same|a pair of) ([\w ]+)$/i)
  if (between !== null && place === undefined && scope === undefined) return linked(between[1]!, between[2]!, view)
  if (place !== undefined && scope === undefined) return placed(subject, place, view)
  if (place === undefined && scope !== undefined) return ownLink(subject, scope, view) ?? placed(subject, scope, view)
  return place === undefined || scope === undefined ? null : once(place, `${subject} and ${scope}`, view)
}

/** "A permission can be granted to a role only once": the one entity that holds both. */
function placed(subject: string, place: string, view: RuleView): RuleEffect[] | null {
  const found = view.world.entities.flatMap((entity) => {
    const fields = [subject, place].map((part) => referenceOrField(part, entity, view))
    return fields.some((field) => field === null) || fields[0] === fields[1] || entityIn(subject, view) === entity
      ? []
      : [{ entity, fields: fields.map((field) => field!.name) }]
  })
  const links = found.filter(({ entity }) => /member|participa|enrol|registra|attend|assignment/i.test(entity.name))
  const sure = found.length > 1 ? links : found
  return sure.length === 1 ? together(sure[0]!.entity, sure[0]!.fields, view.world) : null
}

/** "The same prerequisite can be listed only once per course": the link of two courses, by its name. */
function ownLink(noun: string, scope: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, { ...view, entity: null })
  const target = entityIn(scope, { ...view, entity: null })
  const fields = entity?.fields.filter((field) => field.reference !== undefined && !field.list) ?? []
  return entity === null ||
    target === null ||
    entity === target ||
    fields.length !== 2 ||
    !fields.some((field) => field.reference?.entity === target.name)
    ? null
    : together(
        entity,
        fields.map((field) => field.name),
        view.world,
      )
}

function linked(noun: string, ends: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const target = entityIn(ends, { ...view, entity: null })
  const fields = entity?.fields.filter((field) => field.reference?.entity === target?.name) ?? []
  return entity === null || target === null || fields.length !== 2
    ? null
    : together(
        entity,
        fields.map((field) => field.name),
        view.world,
      )
}

/** "Only one budget per category and user". */
function once(noun: string, scope: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, { ...view, entity: null })
  if (entity === null) return null
  const fields = partsOf(scope.replace(/\b(?:each|every|the same)\b/gi, '')).map((part) => referenceOrField(part, entity, view))
  const found = fields.filter((field): field is Field => field !== null)
  return found.length !== fields.length || new Set(found).size !== found.length
    ? null
    : together(
        entity,
        found.map((field) => field.name),
        view.world,
      )
}

function combined(phrase: string, view: RuleView): RuleEffect[] | null {
  const parts = partsOf(phrase)
  const candidates = view.entity === null ? view.world.entities : [view.entity]
  const found = candidates.flatMap((entity) => {
    const fields = parts.map((part) => referenceOrField(part, entity, view))
    return fields.length < 2 || fields.some((field) => field === null) ? [] : [{ entity, fields: fields.map((field) => field!.name) }]
  })
  return found.length === 1 ? together(found[0]!.entity, found[0]!.fields, view.world) : null
}

export function referenceOrField(phrase: string, entity: Entity, view: RuleView): Field | null {
  const field = fieldIn(phrase, entity)
  if (field !== null) return field
  const target = entityIn(phrase, { ...view, entity: null }) ?? personIn(phrase, view)
  return (target === null ? undefined : onlyReference(entity, target)) ?? null
}

/** The one field of `entity` that points at `target`; among several the caller's. */
export function onlyReference(entity: Entity, target: Entity): Field | undefined {
  const fields = entity.fields.filter((field) => field.reference?.entity === target.name && !field.list)
  return fields.length === 1 ? fields[0] : fields.find((field) => field.fromCaller)
}

/** Users by whatever the sentence calls them; a role's name is one of them. */
export function personIn(phrase: string, view: RuleView): Entity | null {
  const word = meaning(phrase).join('_')
  const named = entityIn(phrase, { ...view, entity: null })
  if (named !== null) return named
  const users = view.world.userEntity
  const isRole = view.world.roles.some((role) => wordsOf(role).map(singular).join('_') === word)
  return users !== null &&
    (isRole || /^(?:user|person|people|member|customer|client|student|learner|reader|author|attendee|guest|participant|buyer)$/.test(word))
    ? users
    : null
}

const DEEDS: Record<string, RegExp> = {
  rate: /rating|review/,
  book: /^booking|reserv|appointment/,
  join: /member|participa|attend|registration/,
  favorite: /favou?rit/,
  favourite: /favou?rit/,
  buy: /purchas|order/,
  apply: /applica/,
  attend: /attend|registration/,
  belong: /member/,
  hand: /submission|hand_?in/,
  turn: /submission/,
  borrow: /loan|borrow|lending/,
  lend: /loan|lending/,
  lent: /loan|lending/,
  rent: /^rent|hire|loan/,
  hire: /^rent|hire/,
  react: /reaction/,
  endorse: /endorse/,
}

/** `like` and PostLike, `enrol` and Enrolment, `submit` and Submission, `be in` and any link of the two. */
export function named(verb: string, entity: Entity): boolean {
  const spoken = verb.toLowerCase()
  const word = spoken.replace(/(?:ed|d)$/, '')
  const names = wordsOf(entity.name)
  const deed = DEEDS[spoken] ?? DEEDS[word]
  return deed === undefined
    ? names.some((name) => word.length >= 3 && name.startsWith(word.slice(0, Math.max(3, Math.min(4, word.length)))))
    : names.some((name) => deed.test(name))
}

const tells = (verb: string, entity: Entity, people: Entity, target: Entity): boolean =>
  named(verb, entity) && pairOf(entity, people, target).length > 0

function pairOf(entity: Entity, people: Entity, target: Entity): { entity: Entity; fields: string[] }[] {
  if (people === target) {
    const both = entity.fields.filter((field) => field.reference?.entity === people.name)
    return both.length === 2 ? [{ entity, fields: both.map((field) => field.name) }] : []
  }
  const [one, other] = [onlyReference(entity, people), onlyReference(entity, target)]
  return one === undefined || other === undefined ? [] : [{ entity, fields: [one.name, other.name] }]
}

/** Unique together, where a request settles all of the fields so that the rule can be shown. */
export function together(entity: Entity, fields: string[], world: RuleWorld): RuleEffect[] | null {
  if (fields.length < 1 || !(creates(entity, fields, world) || marks(entity, fields, world))) return null
  return [{ kind: 'unique-together', entity: entity.name, fields }]
}
