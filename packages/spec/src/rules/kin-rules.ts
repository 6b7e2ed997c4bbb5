import type { Entity, Field, RuleEffect } from '../api-spec'
import { singular, wordsOf } from '../words'
import { endpointOf, entityByWords, entityIn, fieldIn, meaning } from './phrases'
import { stateIn } from './states'
import { momentOfVerb } from './time-rules'
import { named, onlyReference, personIn } from './unique-rules'
import type { Pattern, RuleView, RuleWorld } from './view'

const NOT = "(?:cannot|can not|can't|must not|may not|should not)"
const ANY = '(?:an? |the |each |every |one |any |all |its |their )*'
const NUMBERS = ['integer', 'bigint', 'decimal', 'float']

/** What rows that belong together have to agree on, add up to, or wait for. */
export const kinRules: Pattern[] = [
  {
    form: new RegExp(
      `^${ANY}([\\w ]+?) (?:can |must |may )?(?:only )?(?:have|has|hold|holds|own|owns) (?:just|only|at most|no more than|exactly)? ?(?:one|1|a single) (\\w+) ([\\w ]+?)(?: at a time| at once)?$`,
      'i',
    ),
    read: (m, view) => onlyOne(m[2]!, m[3]!, m[1]!, view),
  },
  {
    form: new RegExp(
      `^(?:there (?:can|must) (?:only )?be )?(?:just |only |at most |no more than |exactly )?(?:one|1) (\\w+) ([\\w ]+?) (?:per|for each|for every|for|of each|in each) ${ANY}([\\w ]+)$`,
      'i',
    ),
    read: (m, view) => onlyOne(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(
      `^(?:only|at most) (?:one|1) ([\\w ]+?) (?:per|of|for|in) ${ANY}([\\w ]+?) (?:can|may) be (?:the |marked (?:as )?|set as )?(\\w+)$`,
      'i',
    ),
    read: (m, view) => onlyOne(m[3]!, m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:both|the 2|the two) ([\\w ]+?)(?: (?:of|in) ${ANY}([\\w ]+?))? must (?:have|share|use|be in|belong to) the same ([\\w ]+)$`,
      'i',
    ),
    read: (m, view) => bothAgree(m[1]!, m[2], m[3]!, view),
  },
  {
    form: /^(?:the )?([\w ]+?) and (?:the )?([\w ]+?) must (?:have|share|use|be in|belong to) the same ([\w ]+)$/i,
    read: (m, view) => pairAgrees(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(
      `^${ANY}([\\w' ]+?) must (?:belong to|be (?:on|in|from|of|part of)|refer to|point to|live in|have) the same (\\w+)(?: (?:as|like) ${ANY}([\\w ]+))?$`,
      'i',
    ),
    read: (m, view) => agreeing(`${m[1]} ${m[3] ?? ''}`, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:the )?(?:sum|total)(?: of)? (?:the |all )*([\\w' ]+?) ${NOT} (?:exceed|be (?:more|greater|higher|larger) than|be above|go over|add up to more than) ${ANY}([\\w.', ]+?)(?: in total)?$`,
      'i',
    ),
    read: (m, view) => summed(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:the )?([\\w' ]+?) (?:${NOT} (?:add|sum) up to more than|${NOT} (?:total|amount to|come to) more than|must add up to (?:at most|no more than)) ${ANY}([\\w.', ]+?)(?: in total)?$`,
      'i',
    ),
    read: (m, view) => summed(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:the )?([\\w' ]+?) ${NOT} (?:exceed|be more than) ${ANY}([\\w.', ]+?) (?:in total|in sum|altogether|together|combined)$`,
      'i',
    ),
    read: (m, view) => summed(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:no )?([\\w ]+?) after ${ANY}([\\w' ]+?)(?: has passed| is over)? (?:are|is) (?:refused|rejected|not (?:accepted|allowed|possible|permitted)|forbidden|impossible)$`,
      'i',
    ),
    read: (m, view) => closed(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^no (?:new )?([\\w ]+?) (?:(?:is|are|can be|may be) (?:accepted|allowed|made|added|possible|submitted|created) )?after ${ANY}([\\w' ]+?)(?: has passed| is over)?$`,
      'i',
    ),
    read: (m, view) => closed(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^${ANY}([\\w ]+?) ${NOT} be (?:submitted|added|made|created|sent in|handed in|posted|placed) after ${ANY}([\\w' ]+?)(?: has passed| is over)?$`,
      'i',
    ),
    read: (m, view) => closed(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the )?([\\w ]+?) ${NOT} be (?:submitted|created|added|handed in|made|placed|posted|sent|accepted|uploaded)(?: any more)? (?:after|once) ${ANY}([\\w' ]+?)(?: has passed| is over)?$`,
      'i',
    ),
    read: (m, view) => closed(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(\\w+ing) after ${ANY}([\\w' ]+?) (?:is|are) (?:refused|rejected|not (?:accepted|allowed|possible|permitted)|forbidden|impossible)$`,
      'i',
    ),
    read: (m, view) => closed(m[1]!, m[2]!, view),
  },
]

/** Creation names the row that the reference points at, by its body, its path or its caller. */
function places(entity: Entity, reference: Field, world: RuleWorld): boolean {
  const create = endpointOf(entity, ['create', 'nested-create'], world)
  return (
    create !== undefined &&
    (create.parent?.field === reference.name || reference.fromCaller === true || create.body?.includes(reference.name) === true)
  )
}

const sends = (entity: Entity, field: Field, world: RuleWorld): boolean =>
  endpointOf(entity, ['create', 'nested-create'], world)?.body?.includes(field.name) === true

/** "A user has at most one default address": a flag of the addresses. */
function onlyOne(flag: string, noun: string, parent: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, { ...view, entity: null })
  const target = entityIn(parent, { ...view, entity: null }) ?? personIn(parent, view)
  const reference = entity === null || target === null ? undefined : onlyReference(entity, target)
  const state = entity === null ? null : stateIn(flag, entity)
  const field = entity?.fields.find((one) => one.name === state?.field)
  if (entity === null || reference === undefined || field?.type !== 'boolean' || state?.values.join() !== 'true') return null
  if (!places(entity, reference, view.world) || !sends(entity, field, view.world)) return null
  return [{ kind: 'only-one', entity: entity.name, fields: [reference.name], flag: field.name }]
}

/** "Both accounts of a transfer must have the same currency". */
function bothAgree(nouns: string, owner: string | undefined, shared: string, view: RuleView): RuleEffect[] | null {
  const target = entityIn(nouns, { ...view, entity: null })
  const spoken = owner === undefined ? view.entity : entityIn(owner, { ...view, entity: null })
  if (target === null || (owner !== undefined && spoken === null)) return null
  const found = (spoken === null ? view.world.entities : [spoken]).flatMap((entity) => {
    const ends = entity.fields.filter((field) => field.reference?.entity === target.name && !field.list)
    return ends.length === 2 ? [{ entity, ends }] : []
  })
  return found.length === 1 ? shares(found[0]!.entity, found[0]!.ends, target, shared, view) : null
}

/** "From account and to account must have the same currency". */
function pairAgrees(first: string, second: string, shared: string, view: RuleView): RuleEffect[] | null {
  const found = (view.entity === null ? view.world.entities : [view.entity]).flatMap((entity) => {
    const noun = meaning(second).at(-1) ?? ''
    const [one, other] = [fieldIn(first, entity) ?? fieldIn(`${first} ${noun}`, entity), fieldIn(second, entity)]
    return one?.reference === undefined || other?.reference === undefined || one === other || one.reference.entity !== other.reference.entity
      ? []
      : [{ entity, ends: [one, other], target: view.world.entity(one.reference.entity)! }]
  })
  return found.length === 1 ? shares(found[0]!.entity, found[0]!.ends, found[0]!.target, shared, view) : null
}

function shares(entity: Entity, ends: Field[], target: Entity, shared: string, view: RuleView): RuleEffect[] | null {
  const field = fieldIn(shared, target)
  if (field === null || field.list || !ends.every((end) => sends(entity, end, view.world)) || !sends(target, field, view.world)) return null
  return [
    {
      kind: 'agree',
      entity: entity.name,
      reference: ends[0]!.name,
      target: target.name,
      field: field.name,
      other: { reference: ends[1]!.name, field: field.name },
    },
  ]
}

/** "A comment's parent must belong to the same post". */
function agreeing(phrase: string, shared: string, view: RuleView): RuleEffect[] | null {
  const words = meaning(phrase)
  const common = entityIn(shared, { ...view, entity: null })
  const candidates = (view.entity === null ? view.world.entities : [view.entity]).flatMap((entity) =>
    entity.fields.flatMap((reference) => {
      const target = view.world.entity(reference.reference?.entity)
      const role = wordsOf(reference.name).filter((word) => word !== 'id')
      if (target === undefined || reference.list || !role.some((word) => words.includes(singular(word)))) return []
      const [theirs, mine] = [target, entity].map((one) => (common === null ? fieldIn(shared, one) : (onlyReference(one, common) ?? null)))
      return theirs == null || mine == null || mine === reference || !sends(entity, reference, view.world)
        ? []
        : [{ entity, reference, target, theirs, mine }]
    }),
  )
  const spoken = candidates.filter(({ entity }) => words.includes(meaning(entity.name).at(-1) ?? ''))
  const [one] = spoken.length > 0 ? spoken : candidates
  if (one === undefined || (spoken.length > 0 ? spoken : candidates).length > 1 || !places(one.entity, one.mine, view.world)) return null
  return [
    {
      kind: 'agree',
      entity: one.entity.name,
      reference: one.reference.name,
      target: one.target.name,
      field: one.theirs.name,
      other: { field: one.mine.name },
    },
  ]
}

/** "The weights of all goals of a site cannot add up to more than 100". */
function summed(phrase: string, limit: string, view: RuleView): RuleEffect[] | null {
  const parts = phrase
    .replace(/(\w)'s (\w+)$/, '$1 of $2')
    .replace(/^(.+?) of (?:an? |the |each )?([\w ]+?) of (\w+)$/, (whole, field: string, owner: string, children: string) =>
      entityByWords(meaning(children), view.world) !== null && entityByWords(meaning(owner), view.world) !== null
        ? `${field} of ${children} of ${owner}`
        : whole,
    )
    .replace(/^(\w+) ([\w ]+?) of (?:an? |one |the |each )([\w ]+)$/, (whole, children: string, field: string, owner: string) =>
      entityByWords(meaning(children), view.world) !== null && entityByWords(meaning(owner), view.world) !== null
        ? `${field} of ${children} of ${owner}`
        : whole,
    )
    .match(/^([\w ]+?) of (?:all |the )*([\w ]+?) (?:of|in|per|for|on) (?:an? |the |each |one |any )*([\w ]+)$/i)
  if (parts === null) return null
  const entity = entityIn(parts[2]!, { ...view, entity: null })
  const target = entityIn(parts[3]!, { ...view, entity: null }) ?? personIn(parts[3]!, view)
  const field = entity === null ? null : fieldIn(parts[1]!, entity)
  const reference = entity === null || target === null ? undefined : onlyReference(entity, target)
  if (entity === null || target === null || field === null || reference === undefined || !NUMBERS.includes(field.type) || field.list) return null
  if (!places(entity, reference, view.world) || !sends(entity, field, view.world)) return null
  const number = limit.match(/^(\d[\d,]*(?:\.\d+)?)(?: ?(?:%|percent|points?))?$/)?.[1]?.replace(/,/g, '')
  const held = number === undefined ? fieldIn(limit, target) : null
  if (number === undefined && (held === null || !NUMBERS.includes(held.type) || held.readOnly)) return null
  return [
    {
      kind: 'sum-limit',
      entity: entity.name,
      field: field.name,
      reference: reference.name,
      target: target.name,
      limit: number === undefined ? held!.name : Number(number),
    },
  ]
}

/** "Submissions after the due date are rejected", "enrolling after the course has ended is not possible". */
function closed(noun: string, moment: string, view: RuleView): RuleEffect[] | null {
  const spoken = entityIn(noun, { ...view, entity: null })
  const deeds = spoken === null && /ing$/.test(noun) ? view.world.entities.filter((entity) => named(noun.replace(/(?:l?l)?ing$/, ''), entity)) : []
  const entity = spoken ?? (deeds.length === 1 ? deeds[0]! : null)
  if (entity === null) return null
  const found = entity.fields.flatMap((reference) => {
    const target = view.world.entity(reference.reference?.entity)
    const field = target === undefined || reference.list ? null : momentIn(moment, target)
    return target === undefined || field === null || !places(entity, reference, view.world) ? [] : [{ reference, target, field }]
  })
  const [one] = found
  return one === undefined || found.length > 1
    ? null
    : [{ kind: 'deadline', entity: entity.name, reference: one.reference.name, target: one.target.name, field: one.field.name }]
}

/** "the due date", "the assignment's deadline", "the course has ended". */
function momentIn(phrase: string, target: Entity): Field | null {
  const own = meaning(target.name)
  const verb = phrase.match(/^([\w ]+?) (?:has |have |is |was )?(\w+)$/)
  const byVerb = verb !== null && meaning(verb[1]!).join() === own.join() ? momentOfVerb(verb[2]!, target) : null
  const field = fieldIn(phrase.replace(/ of (?:the |an? |its )?\w+$/, ''), target) ?? byVerb
  return field !== null && (field.type === 'datetime' || field.type === 'date') && !field.list && !field.readOnly ? field : null
}
