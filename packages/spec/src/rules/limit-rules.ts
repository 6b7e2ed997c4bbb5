import type { Entity, Field, RuleEffect } from '../api-spec'
import { endpointOf, entityByWords, entityIn, fieldIn, marks, meaning, targetIn } from './phrases'
import { onlyReference, personIn } from './unique-rules'
import type { Pattern, RuleView } from './view'

const NOT = "(?:cannot|can not|can't|must not|may not|should not|can never|must never|may never)"
const MORE = '(?:more|larger|greater|higher) than'

/** What rows may not exceed, share or be at the same time. */
export const limitRules: Pattern[] = [
  {
    form: new RegExp(
      `^(?:the |an? )?(.+?) ${NOT} (?:exceed|be ${MORE}|be (?:above|over|beyond)|go (?:over|above|beyond)|surpass|outnumber|outweigh) (?:the |an? |its |their )?(.+)$`,
      'i',
    ),
    read: (m, view) => bounded(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:the |an? )?(.+?) (?:must|should|has to|have to) (?:not exceed|be (?:at most|no more than|no greater than|less than or equal to|within|<=|≤)) (?:the |an? |its |their )?(.+)$/i,
    read: (m, view) => bounded(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:the |an? )?(.+?) (?:is|are) (?:limited|capped|bounded) (?:by|to|at) (?:the |an? |its |their )?(.+)$/i,
    read: (m, view) => bounded(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:an? |each |every |the |one |any )?([\\w ]+?) ${NOT} (?:have|hold|contain|accept|own|be given) more (?:than )?(?:(\\d+) )?([\\w ]+?)(?: than (?:its |the |their )?(.+))?$`,
      'i',
    ),
    read: (m, view) => limited(m[1]!, m[3]!, m[4] ?? m[2], view),
  },
  {
    form: /^(?:an? |each |every |the |one |any )?([\w ]+?) (?:can|may|must|should) (?:only )?(?:have|hold|contain|own) (?:at most|up to|no more than|a maximum of|max(?:imum)?(?: of)?|only) (\d+) ([\w ]+)$/i,
    read: (m, view) => limited(m[1]!, m[3]!, m[2], view),
  },
  {
    form: /^(?:an? |each |every |the |one |any )?([\w ]+?) (?:can |may |must )?(?:only )?(?:belongs?(?: to)?|joins?|be (?:in|part of|an? \w+ of)|is (?:in|part of|an? \w+ of)) at most (\d+) ([\w ]+?)$/i,
    read: (m, view) => joined(m[1]!, m[3]!, Number(m[2]), view),
  },
  {
    form: /^(?:an? |each |every |the |one |any )?([\w ]+?) (?:can |may |must )?(?:only )?(?!belong|join|be )(?:\w+)(?: up| out| to)? at most (\d+) ([\w ]+?)$/i,
    read: (m, view) => limited(m[1]!, m[3]!, m[2], view),
  },
  {
    form: /^(?:an? |each |every |the |one |any )?([\w ]+?) (?:can |may |must |cannot )?(?:\w+) (?:no more|not more|more) ([\w ]+?) than (?:its |the |their )?(.+)$/i,
    read: (m, view) => limited(m[1]!, m[2]!, m[3], view),
  },
  {
    form: /^(?:an? |each |every |the |one |any )?([\w ]+?) cannot (?:\w+) more than (?:its |the |their )?(\w+_\w+) ([\w ]+)$/i,
    read: (m, view) => limited(m[1]!, m[3]!, m[2], view),
  },
  {
    form: /^(?:there (?:can|may|must|should|are|is) (?:only )?(?:be )?)?(?:at most|no more than|max(?:imum)?(?: of)?|up to) (\d+) ([\w ]+?) (?:per|for each|for every|in each|on each) (?:an? |the |each )?([\w ]+)$/i,
    read: (m, view) => limited(m[3]!, m[2]!, m[1], view),
  },
  {
    form: /^(?:the )?number of ([\w ]+?) (?:of|for|in|on|per) (?:an? |the |each |every )?([\w ]+?) (?:cannot|can not|must not|may not|should not) (?:exceed|be (?:more|greater|higher) than) (?:its |the |their )?(.+)$/i,
    read: (m, view) => limited(m[2]!, m[1]!, m[3], view),
  },
  {
    form: new RegExp(
      `^(?:an? |the |each )?(.+?) ${NOT} (\\w+)(?: up| on| to| with| from| in| for)* (?:themselves|themself|himself or herself|him/herself|himself|herself|itself|oneself)$`,
      'i',
    ),
    read: (m, view) => selfless(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the |each )?(.+?) ${NOT} (?:send|give|make|issue|write|request|transfer) (?:an? |the )?([\\w ]+?) (?:to|with|for) (?:themselves|themself|himself|herself|itself|oneself)$`,
      'i',
    ),
    read: (m, view) => selfless(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the )?([\\w ]+?) ${NOT} be (?:sent|addressed|given|made|transferred|assigned) to (?:yourself|oneself|themselves|themself|the sender|himself|herself)$`,
      'i',
    ),
    read: (m, view) => toOneself(m[1]!, view),
  },
  {
    form: new RegExp(`^(?:an? |the |each )?(.+?) ${NOT} be (?:its|their|his|her)(?: own)? (\\w+)$`, 'i'),
    read: (m, view) => ownRole(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(`^(?:an? |the |each )?(.+?) ${NOT} be (?:an? |the )(\\w+) (?:of|to|for|on) (?:itself|themselves|themself|oneself)$`, 'i'),
    read: (m, view) => ownRole(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(`^(?:${NOT} (\\w+)|(\\w+) is not (?:allowed|possible)) (?:to|between|from|within) the same ([\\w ]+)$`, 'i'),
    read: (m, view) => sameTarget((m[1] ?? m[2])!, m[3]!, view),
  },
  {
    form: /^(?:the )?([\w ]+?) and (?:the )?([\w ]+?) (?:must|should|have to|has to) (?:be different|differ|not be (?:the same|equal|identical)|be distinct)$/i,
    read: (m, view) => different(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(`^(?:the )?([\\w ]+?) and (?:the )?([\\w ]+?) ${NOT} be (?:the same|equal|identical)$`, 'i'),
    read: (m, view) => different(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:the )?([\w ]+?) (?:must|should) (?:be different from|differ from|not be the same as|not equal) (?:the )?([\w ]+)$/i,
    read: (m, view) => different(m[1]!, m[2]!, view),
  },
]

const NUMBERS = ['integer', 'bigint', 'decimal', 'float']

/** "Cart item quantity cannot exceed product stock": a number of a row and one of what it refers to; both of one row are an order. */
function bounded(phrase: string, limit: string, view: RuleView): RuleEffect[] | null {
  const subject = phrase.replace(/^number of /i, '')
  const own = subjectIn(subject, limit, view)
  if (own === null || own.field.readOnly || own.field.list || !NUMBERS.includes(own.field.type)) return null
  const { entity, field } = own
  const top = fieldIn(limit, entity)
  if (top !== null) {
    if (top === field || top.type !== field.type || top.readOnly || top.list) return null
    return [{ kind: 'order', entity: entity.name, before: field.name, after: top.name }]
  }
  const found = entity.fields.flatMap((reference) => {
    const target = view.world.entity(reference.reference?.entity)
    const field = target === undefined ? null : limitIn(limit, target)
    return target === undefined || field === null ? [] : [{ reference, target, field }]
  })
  if (found.length !== 1) return null
  const { reference, target, field: held } = found[0]!
  const create = endpointOf(entity, ['create', 'nested-create'], view.world)
  if (!NUMBERS.includes(held.type) || held.list || create?.body?.includes(field.name) !== true) return null
  if (create.parent?.field !== reference.name && create.body?.includes(reference.name) !== true) return null
  return [{ kind: 'bound', entity: entity.name, field: field.name, reference: reference.name, target: target.name, limit: held.name }]
}

/** The limit's own words may be needed to tell whose field the subject is. */
function subjectIn(subject: string, limit: string, view: RuleView): { entity: Entity; field: Field } | null {
  const own = targetIn(subject, view)
  if (own !== null) return own
  const holders = view.world.entities.flatMap((entity) => {
    const field = fieldIn(subject, entity)
    const near = entity.fields.some((one) => limitIn(limit, view.world.entity(one.reference?.entity)) !== null) || fieldIn(limit, entity) !== null
    return field === null || !near ? [] : [{ entity, field }]
  })
  return holders.length === 1 ? holders[0]! : null
}

/** "product stock", "the room's capacity", "the stock of the product": the words must name the row too. */
function limitIn(phrase: string, target: Entity | undefined): Field | null {
  if (target === undefined) return null
  const words = meaning(phrase)
  const own = meaning(target.name)
  const of = phrase.match(/^(.+?) of (?:the |its )?(.+)$/i)
  if (of !== null && meaning(of[2]!).join() === own.join()) return fieldIn(of[1]!, target)
  const named = [own, own.slice(-1)].find((start) => start.every((word, index) => words[index] === word))
  if (named === undefined || words.length === named.length) return null
  return fieldIn(words.slice(named.length).join(' '), target)
}

/** "A course cannot have more enrolments than its capacity", "a dashboard can have at most 20 widgets". */
function limited(noun: string, children: string, limit: string | undefined, view: RuleView): RuleEffect[] | null {
  const target = entityIn(noun, { ...view, entity: null }) ?? personIn(noun, view)
  if (target === null || limit === undefined) return null
  const entity = childOf(children, target, view)
  const reference = entity === null ? undefined : onlyReference(entity, target)
  if (entity === null || reference === undefined) return null
  const create = endpointOf(entity, ['create', 'nested-create'], view.world)
  const placed =
    create !== undefined &&
    (create.parent?.field === reference.name || reference.fromCaller === true || create.body?.includes(reference.name) === true)
  const most = /^\d+$/.test(limit.trim()) ? Number(limit) : fieldIn(limit, target)
  if (!placed || most === null || entity === target) return null
  if (typeof most === 'number') return most >= 1 && most <= 50 ? [capacity(entity, reference, target, most)] : null
  return most.type === 'integer' && !most.list && !most.readOnly ? [capacity(entity, reference, target, most.name)] : null
}

/** "A user belongs to at most 5 teams": the rows that join the two. */
function joined(noun: string, others: string, most: number, view: RuleView): RuleEffect[] | null {
  const target = entityIn(noun, { ...view, entity: null }) ?? personIn(noun, view)
  const other = entityIn(others, { ...view, entity: null })
  if (target === null || other === null) return null
  const links = view.world.entities.filter(
    (entity) => entity !== other && entity !== target && onlyReference(entity, target) !== undefined && onlyReference(entity, other) !== undefined,
  )
  return links.length === 1 ? limited(noun, links[0]!.name, String(most), view) : null
}

const capacity = (entity: Entity, reference: Field, target: Entity, limit: number | string): RuleEffect => ({
  kind: 'capacity',
  entity: entity.name,
  reference: reference.name,
  target: target.name,
  limit,
})

/** "members" of a team are memberships, "items" of an order are order items. */
function childOf(phrase: string, target: Entity, view: RuleView): Entity | null {
  const words = meaning(phrase)
  const named = [entityByWords(words, view.world), entityByWords([...meaning(target.name), ...words], view.world)].find(
    (entity) => entity !== null && onlyReference(entity, target) !== undefined,
  )
  if (named !== undefined) return named
  const kin = view.world.entities.filter(
    (entity) => words.length === 1 && meaning(entity.name).join('').startsWith(words[0]!) && onlyReference(entity, target) !== undefined,
  )
  return kin.length === 1 ? kin[0]! : null
}

/** "Messages cannot be sent to yourself". */
function toOneself(noun: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const ends = entity?.fields.filter((field) => field.reference?.entity === view.world.userEntity?.name && !field.list) ?? []
  return entity === null || ends.length !== 2 ? null : distinct(entity, ends, view)
}

/** "Users cannot follow themselves", "a task cannot depend on itself": the link of the two, by its name. */
function selfless(actor: string, verb: string, view: RuleView): RuleEffect[] | null {
  const target = entityIn(actor, { ...view, entity: null }) ?? personIn(actor, view)
  if (target === null) return null
  const stem = meaning(verb).join('').slice(0, 5)
  const [own, ...more] = target.fields.filter((field) => field.reference?.entity === target.name && !field.list && roleOf(field).startsWith(stem))
  if (own !== undefined && more.length === 0) return ownRole(target.name, roleOf(own), view)
  const found = view.world.entities.flatMap((entity) => {
    const ends = entity.fields.filter((field) => field.reference?.entity === target.name && !field.list)
    return ends.length === 2 && meaning(entity.name).some((word, _, all) => word.startsWith(stem) || all.join('').startsWith(stem))
      ? [{ entity, ends }]
      : []
  })
  return found.length === 1 ? distinct(found[0]!.entity, found[0]!.ends, view) : null
}

const roleOf = (field: Field): string =>
  meaning(field.name)
    .filter((word) => word !== 'id')
    .join('_')

/** "A task cannot be its own parent", "a course cannot be a prerequisite of itself". */
function ownRole(noun: string, role: string, view: RuleView): RuleEffect[] | null {
  const spoken = entityIn(noun, view)
  const byRole = (entity: Entity | null | undefined) =>
    entity?.fields.find((one) => one.reference?.entity === entity.name && !one.list && roleOf(one) === meaning(role).join('_'))
  const holders = view.world.entities.filter((entity) => byRole(entity) !== undefined)
  // "A person cannot be their own manager", where the persons are called employees.
  const person = byRole(spoken) === undefined && holders.length === 1 && /^(?:person|user|people|one|member)$/.test(meaning(noun).join(' '))
  const entity = person ? holders[0]! : spoken
  if (entity === null) return null
  const field = byRole(entity)
  if (field !== undefined) {
    const changed = endpointOf(entity, ['update', 'replace'], view.world)
    return changed?.body?.includes(field.name) === true ? [{ kind: 'distinct', entity: entity.name, fields: [field.name, entity.key[0]!] }] : null
  }
  const link = entityIn(role, { ...view, entity: null })
  const ends = link?.fields.filter((one) => one.reference?.entity === entity.name) ?? []
  return link === null || ends.length !== 2 ? null : distinct(link, ends, view)
}

/** "Cannot transfer to the same account". */
function sameTarget(verb: string, noun: string, view: RuleView): RuleEffect[] | null {
  const target = entityIn(noun, { ...view, entity: null })
  return target === null ? null : selfless(target.name, verb, view)
}

/** "From and to account must differ". */
function different(first: string, second: string, view: RuleView): RuleEffect[] | null {
  const candidates = view.entity === null ? view.world.entities : [view.entity]
  const found = candidates.flatMap((entity) => {
    const noun = meaning(second).at(-1) ?? ''
    const [one, other] = [fieldIn(first, entity) ?? fieldIn(`${first} ${noun}`, entity), fieldIn(second, entity)]
    return one === null || other === null || one === other ? [] : [{ entity, ends: [one, other] }]
  })
  return found.length === 1 && found[0]!.ends.every((field) => field.reference !== undefined)
    ? distinct(found[0]!.entity, found[0]!.ends, view)
    : null
}

function distinct(entity: Entity, ends: Field[], view: RuleView): RuleEffect[] | null {
  const create = endpointOf(entity, ['create', 'nested-create'], view.world)
  const [one, other] = ends
  if (one === undefined || other === undefined || one.reference?.entity !== other.reference?.entity) return null
  const given = (field: Field) => field.fromCaller === true || create?.parent?.field === field.name || create?.body?.includes(field.name) === true
  return (create !== undefined && given(one) && given(other)) || marks(entity, [one.name, other.name], view.world)
    ? [{ kind: 'distinct', entity: entity.name, fields: [one.name, other.name] }]
    : null
}
