import type { Entity, Field, RuleEffect } from '../api-spec'
import { verbSets } from '../operations/verbs'
import { carried, endpointOf, entityIn, meaning, operationsIn, targetIn } from './phrases'
import { type State, statefulEntity, stateIn } from './states'
import type { Pattern, RuleView } from './view'

const CANNOT = "(?:cannot|can not|can't|must not|may not|should not|do not|never)"
const VERBS = '[a-z]+(?:\\s*(?:,|/|&|\\band\\b|\\bor\\b)\\s*[a-z]+)*'

/** What the state of a row, of its parent or of what it refers to forbids, allows or brings about. */
export const stateRules: Pattern[] = [
  { form: new RegExp(`^${CANNOT} (${VERBS}) (?:an? |the |any )?(.+)$`, 'i'), read: (m, view) => guarded(m[1]!, m[2]!, view) },
  { form: new RegExp(`^(?:an? |the )?(.+?) ${CANNOT} be (${VERBS})$`, 'i'), read: (m, view) => guarded(m[2]!, m[1]!, view) },
  {
    form: new RegExp(
      `^(?:an? |the )?(.+?) ${CANNOT} be (${VERBS}) (?:if|when|while|once|after|as soon as|as long as) (?:(?:it|they|the \\w+) (?:is|are|was|were|has been|have been|gets?|becomes?) |its |their )?(.+)$`,
      'i',
    ),
    read: (m, view) => guarded(m[2]!, `${m[1]} with ${m[3]}`, view),
  },
  {
    form: /^(?:an? |the |all )?(.+?) (?:are|is|become|becomes|stay|stays) (?:read-?only|immutable|final|frozen|locked|not editable|uneditable|unchangeable)$/i,
    read: (m, view) => guarded('update', m[1]!, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the |all )?(.+?) (?:are|is) (?:final|read-?only|immutable|locked|closed),? (?:and|so|they|it|i\\.e\\.)(?: they| it)? ${CANNOT} be (${VERBS})$`,
      'i',
    ),
    read: (m, view) => guarded(m[2]!, m[1]!, view),
  },
  {
    form: /^only (.+?) (?:can|may) be (?:the |an? )?([\w ]+? of (?:an? |the )?[\w ]+)$/i,
    read: (m, view) => filled(m[2]!, m[1]!, view),
  },
  { form: new RegExp(`^only (.+?) (?:can|may) be (${VERBS})$`, 'i'), read: (m, view) => onlyIn(m[1]!, m[2]!, view) },
  {
    form: new RegExp(
      `^(?:an? |the )?(.+?) (?:can|may) (?:only be|be) (${VERBS}) (?:only )?(?:when|while|if) (?:it is |they are |its |their )?(.+)$`,
      'i',
    ),
    read: (m, view) => (/\bonly\b/i.test(m[0]) ? onlyIn(`${m[1]} with ${m[3]}`, m[2]!, view) : null),
  },
  {
    form: /^(?:cannot|can not|can't|must not|may not|no) (?:add(?:ing)?|creat(?:e|ing)|post(?:ing)?|attach(?:ing)?|new )?\s*(?:new |an? |any )?(.+?) (?:to|on|for|in|under|below|against|with|from) (?:an? |the |any )?(.+)$/i,
    read: (m, view) => below(m[1]!, m[2]!, view),
  },
  {
    form: /^(.+?) (?:cannot|can not|can't|must not|may not) be (?:added|created|posted|made|placed|attached)(?: to| on| for| in| under| against| if| when)(?: an?| the)? (.+)$/i,
    read: (m, view) => below(m[1]!, m[2]!, view),
  },
  {
    form: /^(.+?) (?:can|may) only be (?:added|created|posted|made|placed|attached)(?: to| on| for| in| under| against)(?: an?| the)? (.+)$/i,
    read: (m, view) => below(m[1]!, m[2]!, view, true),
  },
  {
    form: /^(.+?) can only be (?:added|created|posted|made|placed|attached|written|submitted) (?:when|while|if|as long as) (?:the |its |their )?(.+?) (?:is|are) (?:still )?(?:(?:an?|in) )?(.+)$/i,
    read: (m, view) => below(m[1]!, `${m[2]} with ${m[3]}`, view, true),
  },
  {
    form: /^(?:an? |the )?(.+?) (?:is|are|can be|must be) only (?:issued|created|given|made|accepted|placed|added|written|posted|allowed|possible) (?:for|to|on|in|under|against|from) (?:an? |the )?(.+)$/i,
    read: (m, view) => below(m[1]!, m[2]!, view, true),
  },
  {
    form: /^(?:an? |the |all )?(.+?) (?:accepts?|takes?|allows?|gets?|receives?|(?:can )?haves?|permits?) no (?:new |more |further )?(.+)$/i,
    read: (m, view) => below(m[2]!, m[1]!, view),
  },
  {
    form: /^(?:an? |the |all )?(.+?) cannot (?:accept|take|get|receive|have) (?:any )?(?:new |more |further )?(.+)$/i,
    read: (m, view) => below(m[2]!, m[1]!, view),
  },
  {
    form: /^(?:cannot|can not|can't|must not|may not) assign (?:an? |the |any )?(.+?) to (?:an? |the |any )?(.+)$/i,
    read: (m, view) => assigned(m[1]!, m[2]!, view, false),
  },
  { form: /^(.+?) (?:can|may|must) only be assigned to (?:an? |the )?(.+)$/i, read: (m, view) => assigned(m[1]!, m[2]!, view, true) },
  {
    form: /^(?:an? |the )?(.+?) must (?:be|reference|refer to|belong to|point to|be assigned|have) (?:an? |the )?(?:existing,? )?(?:and )?(.+)$/i,
    read: (m, view) => referenced(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:an? |the )?(.+?) (?:cannot|can not|must not|can't|may not) (?:be assigned|be set to|be in|be|have)(?: the| an?)? (.+)$/i,
    read: (m, view) => exclusive(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:an? |the )?(.+?) (?:can|may) (?:still )?be (edited|updated|modified|changed|deleted|removed)$/i,
    read: (m, view) => allowed(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:cannot|can not|can't) (?:mark|set|change|update|complete|delete|get|view|edit) (?:an? |the )?(?:non-?existent|non-?existing|unknown|missing) (.+?)(?: (?:as|to) (.+))?$/i,
    read: (m, view) => unknown(m[0], m[1]!, m[2], view),
  },
  {
    form: /^(?:getting |requesting |accessing |fetching |access to )?(?:an? )?(?:non-?existent|non-?existing|unknown|missing) (.+?)(?: ids?)? (?:returns?|gives?|answers?|results? in|→|->|=>) (?:HTTP )?404\b.*$/i,
    read: (m, view) => unknown('Cannot get', m[1]!, undefined, view),
  },
  {
    form: /^(?:an? |the |all )?(.+?) (?:are|is) (?:immutable|append-?only|write-once|final)(?:[:,;–—-]? ?no (?:updates?|edits|changes)(?: (?:and|or) no (?:deletes?|deletions?))?| (?:once|after)(?: being)? (?:upload\w*|creat\w+|submi\w+|publish\w+|stored|posted|saved|made|sent|booked|recorded|written))?$/i,
    read: (m, view) => immutable(m[1]!, view),
  },
  {
    form: /^(?:an? |the |all )?(.+?) (?:cannot|can not|can't|must not|may not) be (?:edited|updated|modified|changed)(?: or (?:deleted|removed))?(?: (?:once|after) (?:(?:it|they) (?:is|are|was|were|has been|have been) )?(?:upload\w*|creat\w+|submi\w+|publish\w+|posted|sent|booked|recorded|written|made|stored|saved|logged))?$/i,
    read: (m, view) => immutable(m[1]!, view, /\bor (?:deleted|removed)\b/i.test(m[0])),
  },
]

/** Stands in a section's field clause: "assignee_id: must reference existing active user". */
export const stateClauses: Pattern[] = [
  {
    form: /^(?:must |should )?(?:be|reference|refer to|belong to|point to) (?:an? |the )?(?:existing,? )?(?:and )?(.+)$/i,
    read: (m, view) => (view.field === null || view.entity === null ? null : pointing(view.entity, view.field, m[1]!, view)),
  },
]

function guarded(verbs: string, noun: string, view: RuleView): RuleEffect[] | null {
  const operations = changing(verbs)
  const found = operations === null ? null : (statefulEntity(noun, view) ?? ownState(noun, view))
  return operations === null || found === null ? null : guard(found.entity, operations, found.state, view)
}

/** `completed orders`, where the sentence stands below the entity and says only "completed ones". */
function ownState(noun: string, view: RuleView): { entity: Entity; state: State } | null {
  const match =
    noun.match(/^(?:it|them|they|one) (?:if|when|while|once|after|with) (?:it is |they are |its |their )?(.+)$/i) ??
    noun.match(/^(?:if|when|while|once|after) (?:it is |they are |its |their )?(.+)$/i)
  const conditional = noun.match(/^(?:an? |the )?(.+?) (?:if|when|while|once|after) (?:it is |they are |its |their )?(.+)$/i)
  const entity = match !== null ? view.entity : conditional === null ? null : entityIn(conditional[1]!, view)
  const state = entity === null ? null : stateIn((match?.[1] ?? conditional?.[2])!, entity)
  return entity === null || state === null ? null : { entity, state }
}

function changing(verbs: string): ('update' | 'delete')[] | null {
  const operations = operationsIn(verbs)
  const found = operations?.filter((verb): verb is 'update' | 'delete' => verb === 'update' || verb === 'delete') ?? []
  return found.length === 0 || found.length !== operations?.length ? null : found
}

function guard(entity: Entity, verbs: ('update' | 'delete')[], state: State, view: RuleView): RuleEffect[] | null {
  const operations = carried(entity, verbs, view.world)
  if (operations.length === 0 || !settable(entity, state.field, view)) return null
  return [{ kind: 'state-guard', entity: entity.name, operations, field: state.field, values: state.values }]
}

/** Some request can bring a row into the state. */
export function settable(entity: Entity, name: string, view: RuleView): boolean {
  return view.world.endpointsOf(entity.name).some((endpoint) => endpoint.body?.includes(name) === true || endpoint.sets?.[name] !== undefined)
}

function onlyIn(noun: string, verbs: string, view: RuleView): RuleEffect[] | null {
  const operations = changing(verbs)
  const found = operations === null ? null : statefulEntity(noun, view)
  if (operations === null || found === null) return null
  const others = othersOf(found.entity, found.state)
  return others.length === 0 ? null : guard(found.entity, operations, { field: found.state.field, values: others }, view)
}

function below(children: string, parentPhrase: string, view: RuleView, only = false): RuleEffect[] | null {
  const child = entityIn(children.replace(/^(?:new|an?|any) /i, ''), { ...view, entity: null })
  const found = statefulEntity(parentPhrase, { ...view, entity: null })
  if (child === null || found === null || child === found.entity) return null
  const field = referenceTo(child, found.entity)
  if (
    field === undefined ||
    endpointOf(child, ['create', 'nested-create'], view.world) === undefined ||
    !settable(found.entity, found.state.field, view)
  )
    return null
  return [
    {
      kind: 'parent-guard',
      entity: child.name,
      parentField: field.name,
      parent: found.entity.name,
      field: found.state.field,
      values: only ? othersOf(found.entity, found.state) : found.state.values,
    },
  ]
}

/** Every value of the state's field but its own. */
function othersOf(entity: Entity, state: State): (string | boolean)[] {
  const field = entity.fields.find((one) => one.name === state.field)!
  const all: (string | boolean)[] = field.type === 'boolean' ? [true, false] : field.values!
  return all.filter((value) => !state.values.includes(value))
}

function referenceTo(entity: Entity, target: Entity): Field | undefined {
  const fields = entity.fields.filter((field) => field.reference?.entity === target.name && field.fromCaller !== true)
  return fields.length === 1 ? fields[0] : undefined
}

function assigned(noun: string, target: string, view: RuleView, positive: boolean): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const found = statefulEntity(target, { ...view, entity: null })
  if (entity === null || found === null) return null
  const candidates = entity.fields.filter(
    (field) =>
      field.reference?.entity === found.entity.name &&
      field.fromCaller !== true &&
      /assign|^(?:user|owner|agent|driver|technician)/i.test(field.name),
  )
  const field = candidates[0] ?? referenceTo(entity, found.entity)
  return field === undefined ? null : demanded(entity, field, found.entity, found.state, view, positive)
}

function demanded(entity: Entity, field: Field, target: Entity, state: State, view: RuleView, positive: boolean): RuleEffect[] | null {
  if (!view.world.endpointsOf(entity.name).some((endpoint) => endpoint.body?.includes(field.name))) return null
  const wanted = positive ? state.values : othersOf(target, state)
  return wanted.length === 1
    ? [{ kind: 'reference-state', entity: entity.name, reference: field.name, target: target.name, field: state.field, value: wanted[0]! }]
    : null
}

/** "Assignee must be an active user", "product_id must reference an active product". */
function referenced(subject: string, rest: string, view: RuleView): RuleEffect[] | null {
  const target = targetIn(subject, view)
  return target === null ? null : pointing(target.entity, target.field, rest, view)
}

/** "Only people with role teacher can be the teacher of a course". */
function filled(subject: string, who: string, view: RuleView): RuleEffect[] | null {
  const target = targetIn(subject, view)
  const rest = who.replace(/^(?:people|users?|persons?|those|members?|employees?) (?:with|having|who are|who have|in|of) (?:an? |the )?/i, '')
  return target === null ? null : pointing(target.entity, target.field, rest, view)
}

function pointing(entity: Entity, field: Field, rest: string, view: RuleView): RuleEffect[] | null {
  const target = view.world.entity(field.reference?.entity)
  if (target === undefined) return null
  const found = statefulEntity(rest, { ...view, entity: null })
  const state = found?.entity === target ? found.state : found === null ? stateIn(rest, target) : null
  return state === null ? null : demanded(entity, field, target, state, view, true)
}

/** `Priority "urgent" tasks cannot be assigned "pending" status`. */
function exclusive(subject: string, other: string, view: RuleView): RuleEffect[] | null {
  const found = statefulEntity(subject, view)
  if (found === null) return null
  const second = stateIn(other, found.entity)
  if (second === null || second.field === found.state.field || found.state.values.length !== 1 || second.values.length !== 1) return null
  return [
    {
      kind: 'exclusive',
      entity: found.entity.name,
      a: { field: found.state.field, value: found.state.values[0]! },
      b: { field: second.field, value: second.values[0]! },
    },
  ]
}

function allowed(noun: string, verb: string, view: RuleView): RuleEffect[] | null {
  const operations = changing(verb)
  const found = operations === null ? null : statefulEntity(noun, view)
  if (operations === null || found === null || found.state.values.length !== 1 || carried(found.entity, operations, view.world).length === 0)
    return null
  return [
    { kind: 'allowed', entity: found.entity.name, operation: operations[0]!, where: { field: found.state.field, value: found.state.values[0]! } },
  ]
}

/** "Cannot mark non-existent todo as complete": the action that would. */
function unknown(sentence: string, noun: string, state: string | undefined, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  if (entity === null) return null
  const own = view.world.endpointsOf(entity.name).filter((endpoint) => endpoint.param !== undefined)
  const wanted = state === undefined ? null : (stateIn(state, entity) ?? stateOfVerb(state, entity))
  const verb = /^\S+ (?:not )?(delete|get|view|edit|update)/i.exec(sentence)?.[1]?.toLowerCase()
  const byVerb = { delete: 'delete', get: 'get', view: 'get', edit: 'update', update: 'update' }[verb ?? '']
  const found =
    wanted === null
      ? own.find((endpoint) => endpoint.operation === byVerb)
      : (own.find((endpoint) => endpoint.sets?.[wanted.field] === wanted.values[0]) ??
        own.find((endpoint) => endpoint.operation === 'action' && endpoint.body?.includes(wanted.field)))
  return found === undefined ? null : [{ kind: 'not-found', entity: entity.name, method: found.method, path: found.path }]
}

export function stateOfVerb(verb: string, entity: Entity): State | null {
  const sets = verbSets(meaning(verb).join('_'), entity)
  const pair = sets === null ? undefined : Object.entries(sets)[0]
  return pair === undefined || typeof pair[1] === 'number' || pair[1] === null ? null : { field: pair[0], values: [pair[1]] }
}

function immutable(noun: string, view: RuleView, kept = false): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  if (
    entity === null ||
    endpointOf(entity, kept ? ['update', 'replace', 'action', 'delete'] : ['update', 'replace', 'action'], view.world) !== undefined
  )
    return null
  return endpointOf(entity, ['get', 'list'], view.world) === undefined ? null : [{ kind: 'immutable', entity: entity.name }]
}
