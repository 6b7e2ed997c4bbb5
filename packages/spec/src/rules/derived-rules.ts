import type { Entity, Field, RuleEffect } from '../api-spec'
import { endpointOf, entityByWords, entityIn, fieldIn, meaning, targetIn } from './phrases'
import { referenceOrField } from './unique-rules'
import type { Pattern, RuleView } from './view'

const IS =
  '(?:is|are|equals?|=|reflects?|shows?|tells?|holds?|matches|(?:is|are) (?:always )?(?:equal to|the same as)|must (?:equal|be|match|reflect)|should (?:equal|be)|(?:is|are) (?:automatically |auto-?)?(?:calculated|computed|derived|updated|maintained|kept)(?: automatically)?(?: as| from| to be)?)'

/** What the server works out from other values. */
export const derivedRules: Pattern[] = [
  {
    form: new RegExp(`^(?:the |an? )?(.+?) ${IS} (?:always )?(?:the )?(?:total )?(?:number|count) of (.+)$`, 'i'),
    read: (m, view) => aggregate('count', m[1]!, m[2]!, view),
  },
  {
    form: /^(?:the |an? )?(\w+(?:_count|s_count)|\w+ count|number of \w+) counts? (?:the |all )?(.+)$/i,
    read: (m, view) => aggregate('count', m[1]!, m[2]!, view),
  },
  {
    form: /^(?:the |an? )?(.+? count|\w+_count)(?: of (?:an? |the |each )?([\w ]+?))? (?:is|are) (?:kept up to date|updated|maintained|kept in sync|kept current|calculated|computed|managed|handled|set)(?: automatically| by the (?:server|system))*$/i,
    read: (m, view) => aggregate('count', m[2] === undefined ? m[1]! : `${m[1]} of a ${m[2]}`, m[1]!.replace(/[ _]count$/i, 's'), view),
  },
  {
    form: /^(?:the |an? )?(.+?[ _]count|number of \w+) (?:increases|goes up|is incremented|increments|rises)(?: by (?:one|1))? (?:when|for|with|on) (?:an? |each |every |the )?(?:new )?(.+?) (?:is |gets )?(?:created|added|made|given|posted)?,? ?and (?:decreases|goes down|is decremented|decrements|falls)(?: by (?:one|1))? (?:when|if|for|with|on) [\w ]+$/i,
    read: (m, view) => aggregate('count', m[1]!, `${m[2]!.replace(/ (?:is|gets)$/, '')}s`, view),
  },
  {
    form: /^(?:every|each|a) new (.+?) (?:increases|increments|raises|adds (?:one )?to) (?:the |its )?(.+?)(?: by (?:one|1))?$/i,
    read: (m, view) => aggregate('count', m[2]!, m[1]!, view),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) ${IS} (?:always )?(?:the |an? )?(?:average|mean|avg)(?: number)?(?: of)? (.+)$`, 'i'),
    read: (m, view) => aggregate('average', m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) ${IS} (?:always )?(?:the )?(?:sum|total) (?:of|over) (.+)$`, 'i'),
    read: (m, view) => aggregate('sum', m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) ${IS} (?:always )?(?:the )?(?:highest|maximum|max|largest|latest) (?:of )?(.+)$`, 'i'),
    read: (m, view) => aggregate('maximum', m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) ${IS} (?:always )?(?:the )?(?:lowest|minimum|min|smallest|earliest) (?:of )?(.+)$`, 'i'),
    read: (m, view) => aggregate('minimum', m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(`^(?:the |an? )?(.+?) ${IS} (?:always )?(?:the )?(.+? (?:times|multiplied by|×|\\*|x) .+)$`, 'i'),
    read: (m, view) => product(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:the |an? )?(.+?) (?:is|are|must be|should be) (?:automatically )?(?:copied|taken|snapshot(?:ted)?|captured) from (?:the |its |their )?(.+?)(?: (?:when|at|on|upon|at the time of)(?: the)?(?: time of)? .*?(?:creat\w+|placed|made|added|order(?:ed|ing)?|purchase\w*|booking|booked|insert\w*|time))?$/i,
    read: (m, view) => copied(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:the |an? )?(.+?) (?:is|are|gets?|must be|should be) (?:always )?(?:automatically |auto-?)?(?:generated|created|derived|built|made)(?: automatically)? from (?:the |its |their )?(.+?)(?: automatically| (?:when|on|at|upon)(?: the)? .*?creat\w+)?$/i,
    read: (m, view) => slug(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:auto(?:matically)?[- ]?)?generate (?:an? |the )?(.+?) from (?:the |its )?(.+?)(?: (?:on|when|at|upon).*?creat\w+)?$/i,
    read: (m, view) => slug(m[1]!, m[2]!, view),
  },
]

type Aggregate = Extract<RuleEffect, { kind: 'aggregate' }>

/** "Product rating is the average of its reviews", "order total is the sum of its items' quantity times unit price". */
function aggregate(name: Aggregate['function'], subject: string, text: string, view: RuleView): RuleEffect[] | null {
  const own = subjectOf(subject, view)
  if (own === null) return null
  const { entity, field } = own
  if (!isNumber(field) || field.list || entity.key.includes(field.name) || !readable(entity, view)) return null
  const behind = text.match(
    /^(.*)\s(?:of|on|for|in|that belong to|belonging to|attached to|pointing (?:at|to)|referring to) (?:the |that |this |its |a |an |each )?([\w ]+)$/i,
  )
  const phrase = behind !== null && entityIn(behind[2]!, { ...view, entity: null }) === entity ? behind[1]! : text
  for (const child of childrenOf(phrase, entity, view)) {
    const reference = onlyReferenceBy(child.entity, entity, child.noun)
    if (reference === undefined || !writable(child.entity, reference, view)) continue
    const of = name === 'count' ? (child.rest === '' ? [] : null) : factorsOf(child.rest, child.entity, field, own.field.name)
    if (of !== null && fits(name, field, of, child.entity))
      return [{ kind: 'aggregate', entity: entity.name, field: field.name, function: name, child: child.entity.name, reference: reference.name, of }]
  }
  return name === 'count' ? null : ofOnlyChild(name, entity, field, phrase.replace(/^(?:all )?(?:its|their|the|all) /i, ''), view)
}

/** "its line totals": the one kind of rows below it that has such a number. */
function ofOnlyChild(name: Aggregate['function'], entity: Entity, field: Field, phrase: string, view: RuleView): RuleEffect[] | null {
  const found = view.world.entities.flatMap((child) => {
    const reference = child === entity ? undefined : onlyReferenceBy(child, entity, '')
    const of = reference === undefined ? null : fieldIn(phrase, child)
    return reference === undefined || of === null || !isNumber(of) || of.list || !writable(child, reference, view) ? [] : [{ child, reference, of }]
  })
  const [one] = found
  if (one === undefined || found.length > 1 || !fits(name, field, [one.of.name], one.child)) return null
  return [
    {
      kind: 'aggregate',
      entity: entity.name,
      field: field.name,
      function: name,
      child: one.child.name,
      reference: one.reference.name,
      of: [one.of.name],
    },
  ]
}

/** The field that a sentence begins with; "event count of a site", "a site's event count". */
function subjectOf(subject: string, view: RuleView): { entity: Entity; field: Field } | null {
  const of = subject.match(/^(.+?) (?:of|for|on) (?:an? |the |each |every )?(.+)$/i)
  const entity = of === null ? null : entityIn(of[2]!, { ...view, entity: null })
  const field = entity === null ? null : fieldIn(of![1]!, entity)
  return entity !== null && field !== null ? { entity, field } : targetIn(subject, view)
}

const NUMBERS = ['integer', 'bigint', 'decimal', 'float']
const isNumber = (field: Field): boolean => NUMBERS.includes(field.type)

interface Children {
  entity: Entity
  noun: string
  /** What is said of their fields. */
  rest: string
}

/** "its reviews", "the ratings of its reviews", "its items' quantity times unit price", "its line amounts". */
function* childrenOf(text: string, parent: Entity, view: RuleView): Generator<Children> {
  const phrase = text
    .replace(/\b(?:all|its|their|the|associated|related)\b/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const behind = phrase.match(/^(.+?) (?:of|from|over|across|in|on)(?: all)? ([\w ]+)$/i)
  const parts: [noun: string, rest: string][] = behind === null ? [] : [[behind[2]!, behind[1]!]]
  const words = phrase.split(' ')
  for (let size = Math.min(3, words.length); size >= 1; size -= 1) parts.push([words.slice(0, size).join(' '), words.slice(size).join(' ')])
  for (const [noun, rest] of parts) {
    const entity = childNamed(noun, parent, view)
    if (entity !== null && entity !== parent) yield { entity, noun, rest }
  }
}

/** "items" of an order are order items; "followers" of a user are follows by the reference of that name. */
function childNamed(noun: string, parent: Entity, view: RuleView): Entity | null {
  const words = meaning(noun)
  const own = meaning(parent.name)
  return entityByWords([...own, ...words], view.world) ?? entityByWords(words, view.world) ?? roleHolder(words, parent, view)
}

function roleHolder(words: string[], parent: Entity, view: RuleView): Entity | null {
  const role = words.join('_')
  const holders = view.world.entities.filter((entity) =>
    entity.fields.some((field) => field.reference?.entity === parent.name && roleOf(field) === role),
  )
  return holders.length === 1 ? holders[0]! : null
}

const roleOf = (field: Field): string =>
  meaning(field.name)
    .filter((word) => word !== 'id')
    .join('_')

/** A user's followers are the rows in which others follow: counted by the other reference. */
function onlyReferenceBy(child: Entity, parent: Entity, noun: string): Field | undefined {
  const fields = child.fields.filter((field) => field.reference?.entity === parent.name && !field.list)
  const role = fields.find((field) => roleOf(field) === meaning(noun).join('_'))
  if (role !== undefined) return fields.length === 2 ? fields.find((field) => field !== role) : undefined
  return fields.length === 1 ? fields[0] : undefined
}

/** Fields that are multiplied; without any word, the one field that the name of the result repeats. */
function factorsOf(text: string, child: Entity, result: Field, name: string): string[] | null {
  if (text === '') {
    const same = fieldIn(name.replace(/^(?:average|avg|mean|total|sum|max|min|highest|lowest)_/i, ''), child)
    return same !== null && isNumber(same) ? [same.name] : null
  }
  const parts = text.replace(/^['’s ]+/, '').split(/\s*(?:\btimes\b|\bmultiplied by\b|×|\*|\bx\b)\s*/i)
  const fields = parts.map((part) => fieldIn(part.replace(/\b(\w+)s$/, '$1'), child) ?? fieldIn(part, child))
  return fields.every((field) => field !== null && isNumber(field) && !field.list) && result !== undefined ? fields.map((field) => field!.name) : null
}

/** Averages have fractions; what is added up does not, where the result is a whole number. */
function fits(name: Aggregate['function'], field: Field, of: string[], child: Entity): boolean {
  const whole = field.type === 'integer' || field.type === 'bigint'
  if (name === 'count') return whole
  if (of.length === 0 || of.length > 3) return false
  if (name === 'average') return !whole
  return !whole || of.every((one) => ['integer', 'bigint'].includes(child.fields.find((other) => other.name === one)!.type))
}

const readable = (entity: Entity, view: RuleView): boolean => endpointOf(entity, ['get'], view.world) !== undefined

/** Some request makes rows that point at the parent. */
function writable(child: Entity, reference: Field, view: RuleView): boolean {
  const create = endpointOf(child, ['create', 'nested-create'], view.world)
  return (
    create !== undefined &&
    (create.parent?.field === reference.name || reference.fromCaller === true || create.body?.includes(reference.name) === true)
  )
}

/** "Line total is quantity times unit price": exact, so at most one factor has a fraction. */
function product(subject: string, text: string, view: RuleView): RuleEffect[] | null {
  const own = subjectOf(subject, view)
  if (own === null || own.field.type !== 'decimal') return null
  const parts = text.split(/\s*(?:\btimes\b|\bmultiplied by\b|×|\*|\bx\b)\s*/i)
  const fields = parts.map((part) => fieldIn(part, own.entity))
  const factors = fields.filter((field): field is Field => field !== null && field !== own.field && isNumber(field) && !field.list)
  const fractions = factors.filter((field) => !['integer', 'bigint'].includes(field.type))
  const create = endpointOf(own.entity, ['create', 'nested-create'], view.world)
  if (
    factors.length !== parts.length ||
    factors.length !== 2 ||
    fractions.length > 1 ||
    fractions.some((field) => field.type === 'float' || !fitsIn(field, own.field))
  )
    return null
  if (create === undefined) return null
  return [{ kind: 'product', entity: own.entity.name, field: own.field.name, factors: factors.map((field) => field.name) }]
}

const fitsIn = (factor: Field, result: Field): boolean => (factor.scale ?? 4) <= (result.scale ?? 4)

/** "Unit price is copied from the product when the order item is created". */
function copied(subject: string, text: string, view: RuleView): RuleEffect[] | null {
  const own = subjectOf(subject, view)
  if (own === null) return null
  const candidates = own.entity.fields.flatMap((reference) => {
    const target = view.world.entity(reference.reference?.entity)
    const source = target === undefined ? undefined : sourceIn(text, own.field, reference, target)
    return source === undefined ? [] : [{ reference, target: target!, source }]
  })
  const [found] = candidates
  const create = endpointOf(own.entity, ['create', 'nested-create'], view.world)
  if (
    found === undefined ||
    candidates.length > 1 ||
    create === undefined ||
    !['decimal', 'integer', 'string', 'text', 'float', 'bigint'].includes(own.field.type)
  )
    return null
  const { reference, target, source } = found
  const given = create.parent?.field === reference.name || (create.body?.includes(reference.name) === true && reference.required)
  if (!given || endpointOf(target, ['create', 'nested-create'], view.world)?.body?.includes(source.name) !== true) return null
  return [{ kind: 'copied', entity: own.entity.name, field: own.field.name, reference: reference.name, target: target.name, source: source.name }]
}

/** "the product" (its price for `unit_price`), "the product's price", "the room's hourly rate". */
function sourceIn(text: string, field: Field, reference: Field, target: Entity): Field | undefined {
  const own = meaning(target.name)
  const role = roleOf(reference).split('_')
  const words = meaning(text.replace(/\b(?:current|present)\b/gi, ''))
  const of = text.match(/^(.+?) of (?:the |its )?(.+)$/i)
  if (of !== null) return startsWith(meaning(of[2]!), own) || startsWith(meaning(of[2]!), role) ? sameType(fieldIn(of[1]!, target), field) : undefined
  const named = startsWith(words, own) ? own : startsWith(words, role) ? role : undefined
  if (named === undefined) return undefined
  const rest = words.slice(named.length)
  if (rest.length > 0) return sameType(fieldIn(rest.join(' '), target), field)
  const last = meaning(field.name).at(-1) ?? ''
  return sameType(fieldIn(field.name, target) ?? fieldIn(last, target), field)
}

const startsWith = (words: string[], start: string[]): boolean => start.length > 0 && start.every((word, index) => words[index] === word)
const sameType = (source: Field | null, field: Field): Field | undefined =>
  source !== null && source.type === field.type && !source.list && !source.readOnly ? source : undefined

/** Names for addresses only: what else could be generated from a text is anybody's guess. */
function slug(subject: string, source: string, view: RuleView): RuleEffect[] | null {
  const own = slugOf(subject, source, view)
  if (own === null || !/(^|_)slug$/i.test(own.field.name) || own.field.type !== 'string') return null
  const from = referenceOrField(source, own.entity, view)
  const create = endpointOf(own.entity, ['create', 'nested-create'], view.world)
  if (from === null || !['string', 'text'].includes(from.type) || !from.required || from.list || create?.body?.includes(from.name) !== true)
    return null
  if (own.field.maxLength !== undefined || own.field.pattern !== undefined) return null
  return [{ kind: 'slug', entity: own.entity.name, field: own.field.name, source: from.name }]
}

function slugOf(subject: string, source: string, view: RuleView): { entity: Entity; field: Field } | null {
  const found = subjectOf(subject, view)
  if (found !== null) return found
  const holders = view.world.entities.filter((entity) => entity.fields.some((field) => field.name === 'slug') && fieldIn(source, entity) !== null)
  return holders.length === 1 && meaning(subject).join() === 'slug' ? { entity: holders[0]!, field: fieldIn('slug', holders[0]!)! } : null
}
