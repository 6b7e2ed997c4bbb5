import type { Entity, Field, RuleEffect } from '../api-spec'
import { endpointOf, entityIn, partsOf } from './phrases'
import { type State, statefulEntity } from './states'
import { named, onlyReference, personIn } from './unique-rules'
import type { Pattern, RuleView } from './view'

const NOT = "(?:cannot|can not|can't|may not|must not|should not)"
const INTO = '(?:to|in|into|with|for|at|on|from|by|under|against)'

/** What the state of one row means for rows that point at it, told by a verb: "only available rooms can be booked". */
export const parentRules: Pattern[] = [
  { form: /^only (.+?) (?:can|may) be (\w+)$/i, read: (m, view) => guarded(m[1]!, m[2]!, null, true, view) },
  {
    form: /^only (.+?) (?:can|may) be (?:added|assigned|used) (?:to|in|for) (?:an? |the |their )?([\w ]+)$/i,
    read: (m, view) => guarded(m[1]!, m[2]!, null, true, view),
  },
  {
    form: new RegExp(`^(?:an? |the )?(.+?) (?:can|may) only be (\\w+) ${INTO} (?:an? |the )?(.+)$`, 'i'),
    read: (m, view) => guarded(m[3]!, m[2]!, m[1]!, true, view),
  },
  {
    form: new RegExp(`^(?:an? |the )?(\\w+) (?:can|may) only (\\w+)(?: ${INTO})? (?:an? |the )?(.+)$`, 'i'),
    read: (m, view) => (personIn(m[1]!, view) === null ? null : guarded(m[3]!, m[2]!, null, true, view)),
  },
  {
    form: new RegExp(`^(?:an? |the )?(\\w+) ${NOT} (\\w+)(?: ${INTO})? (?:an? |the )?(.+)$`, 'i'),
    read: (m, view) => (personIn(m[1]!, view) === null ? null : guarded(m[3]!, m[2]!, null, false, view)),
  },
  {
    form: new RegExp(`^(?:an? |the )?(.+?) ${NOT} be (\\w+)(?: (?:to|into|in|on|for|at))?$`, 'i'),
    read: (m, view) => guarded(m[1]!, m[2]!, null, false, view),
  },
  { form: new RegExp(`^${NOT} (\\w+) (?:an? |the )?(.+)$`, 'i'), read: (m, view) => guarded(m[2]!, m[1]!, null, false, view) },
  {
    form: new RegExp(`^(?:an? |the )?(.+?) ${NOT} (\\w+)(?: (?:an? |the |any |new |more )*[\\w ]+)?$`, 'i'),
    read: (m, view) => guarded(m[1]!, m[2]!, null, false, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the )?(.+?) ${NOT} be (?:used|added|assigned|booked|scheduled|registered|enrolled|invited) ${INTO} (?:an? |the |new |any )*([\\w ]+)$`,
      'i',
    ),
    read: (m, view) => guarded(m[1]!, '', m[2]!, false, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the )?(.+?) (?:(?:do|does) not|don't|doesn't|${NOT}) (?:accept|take|receive|allow|make|create|have|get|place|start|open|perform) (?:an? |the |any |new |more |further )*([\\w ]+)$`,
      'i',
    ),
    read: (m, view) => guarded(m[1]!, '', m[2]!, false, view),
  },
  {
    form: new RegExp(
      `^${NOT} (?:add|create|post|make|place|attach|record|submit) (?:an? |the |any |new |more )*([\\w ]+?) ${INTO} (?:an? |the )?(.+)$`,
      'i',
    ),
    read: (m, view) => guarded(m[2]!, '', m[1]!, false, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the |new )?([\\w ]+?) (?:are|is|can be|may be) (?:only (?:allowed|accepted|permitted|possible)|(?:allowed|accepted|permitted|possible) only) ${INTO} (?:an? |the )?(.+)$`,
      'i',
    ),
    read: (m, view) => guarded(m[2]!, '', m[1]!, true, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the |new )?([\\w ]+?) ${NOT} be (?:added|opened|created|made|recorded|placed|submitted|posted|written|issued|scheduled|booked|logged|started) ${INTO} (?:an? |the )?(.+)$`,
      'i',
    ),
    read: (m, view) => guarded(m[2]!, '', m[1]!, false, view),
  },
  {
    form: new RegExp(`^no (?:new )?([\\w ]+?) (?:can|may) be (?:added|created|posted|made|placed) ${INTO} (?:an? |the )?(.+)$`, 'i'),
    read: (m, view) => guarded(m[2]!, '', m[1]!, false, view),
  },
]

/**
 * @param verb tells the rows that point at the one in the state
 * @param noun names them instead
 * @param only whether they may be made in this state only, or in any but this state
 */
function guarded(phrase: string, verb: string, noun: string | null, only: boolean, view: RuleView): RuleEffect[] | null {
  const nouns = noun === null ? [] : partsOf(noun)
  if (nouns.length > 1) {
    const each = nouns.map((one) => guarded(phrase, verb, one, only, view))
    return each.some((one) => one === null) ? null : each.flatMap((one) => one!)
  }
  const found = statefulEntity(phrase, { ...view, entity: null })
  if (found === null) return null
  const { entity: parent, state } = found
  const child = noun === null ? deedOn(verb, parent, view) : entityIn(noun, { ...view, entity: null })
  const reference = child === null || child === parent ? undefined : onlyReference(child, parent)
  const between = child !== null && reference === undefined && child !== parent ? linkOf(parent, child, view) : undefined
  if (between !== undefined) return guardedLink(between, parent, state, only, view)
  if (child === null || reference === undefined || reference.fromCaller === true) return null
  return guard(child, reference, parent, state, only, view)
}

/** The one entity that joins rows of the two. */
function linkOf(one: Entity, other: Entity, view: RuleView): Entity | undefined {
  const found = view.world.entities.filter((entity) => onlyReference(entity, one) !== undefined && onlyReference(entity, other) !== undefined)
  return found.length === 1 ? found[0] : undefined
}

/** "Only active users can be added to a team": what is said of memberships. */
function guardedLink(link: Entity, parent: Entity, state: State, only: boolean, view: RuleView): RuleEffect[] | null {
  const reference = onlyReference(link, parent)
  return reference === undefined || reference.fromCaller === true ? null : guard(link, reference, parent, state, only, view)
}

function guard(child: Entity, reference: Field, parent: Entity, state: State, only: boolean, view: RuleView): RuleEffect[] | null {
  const create = endpointOf(child, ['create', 'nested-create'], view.world)
  const placed = create?.parent?.field === reference.name || (create?.body?.includes(reference.name) === true && reference.required)
  const settable = view.world
    .endpointsOf(parent.name)
    .some(({ body, sets }) => body?.includes(state.field) === true || sets?.[state.field] !== undefined)
  if (!placed || !settable) return null
  const field = parent.fields.find((one) => one.name === state.field)!
  const all: (string | boolean)[] = field.type === 'boolean' ? [true, false] : field.values!
  const values = only ? all.filter((value) => !state.values.includes(value)) : state.values
  return values.length === 0 || values.length === all.length
    ? null
    : [{ kind: 'parent-guard', entity: child.name, parentField: reference.name, parent: parent.name, field: state.field, values }]
}

/** The one entity that the verb's deed on such a row makes: a booking of a room, an enrolment in a course. */
function deedOn(verb: string, parent: Entity, view: RuleView): Entity | null {
  const found = view.world.entities.filter((entity) => entity !== parent && named(verb, entity) && onlyReference(entity, parent) !== undefined)
  return found.length === 1 ? found[0]! : null
}
