import type { Entity, Field, RuleEffect } from '../api-spec'
import { verbSets } from '../operations/actions'
import { wordsOf } from '../words'
import { carried, endpointOf, entityIn, fieldIn, meaning, operationsIn, type State, statefulEntity, stateIn, targetIn } from './phrases'
import type { Pattern, RuleView } from './view'

const CANNOT = "(?:cannot|can not|can't|must not|may not|should not|do not|never)"
const VERBS = '[a-z]+(?:\\s*(?:,|/|&|\\band\\b|\\bor\\b)\\s*[a-z]+)*'

/** What the state of a row, of its parent or of what it refers to forbids, allows or brings about. */
export const stateRules: Pattern[] = [
  { form: new RegExp(`^${CANNOT} (${VERBS}) (?:an? |the |any )?(.+)$`, 'i'), read: (m, view) => guarded(m[1]!, m[2]!, view) },
  { form: new RegExp(`^(?:an? |the )?(.+?) ${CANNOT} be (${VERBS})$`, 'i'), read: (m, view) => guarded(m[2]!, m[1]!, view) },
  {
    form: new RegExp(`^(?:an? |the )?(.+?) ${CANNOT} be (${VERBS}) (?:if|when|while|once|after) (?:it is |they are |its |their )?(.+)$`, 'i'),
    read: (m, view) => guarded(m[2]!, `${m[1]} with ${m[3]}`, view),
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
    form: /^(?:cannot|can not|can't|must not|may not) assign (?:an? |the |any )?(.+?) to (?:an? |the |any )?(.+)$/i,
    read: (m, view) => assigned(m[1]!, m[2]!, view, false),
  },
  { form: /^(.+?) (?:can|may|must) only be assigned to (?:an? |the )?(.+)$/i, read: (m, view) => assigned(m[1]!, m[2]!, view, true) },
  {
    form: /^(?:an? |the )?(.+?) must (?:be|reference|refer to|belong to|point to) (?:an? |the )?(?:existing,? )?(?:and )?(.+)$/i,
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
    form: /^(.+?) (?:are|is) immutable(?: (?:once|after)(?: being)? (?:upload\w*|creat\w+|submi\w+|publish\w+|stored|posted|saved|made))?$/i,
    read: (m, view) => immutable(m[1]!, view),
  },
  {
    form: /^(.+?) (?:cannot|can not|can't|must not|may not) be (?:edited|updated|modified|changed)(?: (?:once|after) (?:upload\w*|creat\w+|submi\w+|publish\w+|posted))?$/i,
    read: (m, view) => immutable(m[1]!, view),
  },
]

/** Stands in a section's field clause: "assignee_id: must reference existing active user". */
export const stateClauses: Pattern[] = [
  {
    form: /^(?:must |should )?(?:be|reference|refer to|belong to|point to) (?:an? |the )?(?:existing,? )?(?:and )?(.+)$/i,
    read: (m, view) => (view.field === null || view.entity === null ? null : pointing(view.entity, view.field, m[1]!, view)),
  },
]

export const stampRules: Pattern[] = [
  {
    form: /^(?:when |on |upon |after )?(?:setting|changing|updating|marking|moving)? ?(?:the |an? )?(.+?) (?:to|as|is set to|changes to|becomes|is marked(?: as)?|is changed to) ["']?([\w -]+?)["']?,? (?:auto-?sets?|automatically sets?|sets?|auto-?matically updates?|records?|stamps?|auto-?populates?|fills(?: in)?) (?:the )?["'`]?(\w+)["'`]?(?: (?:timestamp|automatically|to (?:now|today|(?:the )?current (?:time|timestamp|date|date and time))))*$/i,
    read: (m, view) => stamp(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: /^["'`]?(\w+)["'`]? (?:is|must be|should be|gets) (?:automatically |auto-?)?(?:set|recorded|filled|populated|stamped)(?: in)?(?: automatically)?(?: to (?:now|the current time(?:stamp)?|current timestamp))? (?:when|once|on|as soon as) (?:the )?(.+?) (?:is set to|is changed to|changes to|becomes|is marked(?: as)?|moves to|is|reaches|=) ["']?([\w -]+?)["']?$/i,
    read: (m, view) => stamp(m[2]!, m[3]!, m[1]!, view),
  },
  {
    form: /^(\w{2,}?)ing (?:an? |the |any )?([\w -]+?) (?:auto-?sets?|automatically sets?|sets?|records?|stamps?) (?:the |its )?["'`]?(\w+)["'`]?(?: (?:timestamp|automatically|to (?:now|today|(?:the )?current (?:date|time|timestamp|date and time))))*$/i,
    read: (m, view) => done(m[1]!, m[2]!, m[3]!, view),
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
function settable(entity: Entity, name: string, view: RuleView): boolean {
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
  if (view.entity === null) return null
  const field = fieldIn(subject, view.entity)
  return field === null ? null : pointing(view.entity, field, rest, view)
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

function stateOfVerb(verb: string, entity: Entity): State | null {
  const sets = verbSets(meaning(verb).join('_'), entity)
  const pair = sets === null ? undefined : Object.entries(sets)[0]
  return pair === undefined || typeof pair[1] === 'number' || pair[1] === null ? null : { field: pair[0], values: [pair[1]] }
}

function immutable(noun: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  if (entity === null || endpointOf(entity, ['update', 'replace', 'action'], view.world) !== undefined) return null
  return endpointOf(entity, ['get'], view.world) === undefined ? null : [{ kind: 'immutable', entity: entity.name }]
}

/** Target of a stamp: a moment no caller sends. */
function momentIn(name: string, entity: Entity): Field | undefined {
  const wanted = wordsOf(name).join('_')
  return entity.fields.find(
    (field) => wordsOf(field.name).join('_') === wanted && (field.type === 'datetime' || field.type === 'date') && field.auto === undefined,
  )
}

function stamp(subject: string, value: string, target: string, view: RuleView): RuleEffect[] | null {
  const phrase = subject.replace(/^(?:when|on|upon|after|setting|changing|updating) /i, '')
  const entity = view.entity ?? entityIn(phrase.replace(/\b(?:status|state)\b/i, ''), view) ?? targetIn(target, view)?.entity ?? null
  if (entity === null) return null
  const field = fieldIn(phrase, entity)
  const state = field === null ? stateIn(value, entity) : stateIn(`${field.name} ${value}`, entity)
  return state === null || state.values.length !== 1 ? null : stamped(entity, state, target, view)
}

function done(verb: string, noun: string, target: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const state = entity === null ? null : stateOfParticiple(verb, entity)
  return entity === null || state === null ? null : stamped(entity, state, target, view)
}

/** "completing" → complete, "approving" → approve, "banning" → ban: what stands before the "ing". */
function stateOfParticiple(stem: string, entity: Entity): State | null {
  const forms = [`${stem}e`, stem, ...(/([bdglmnprt])\1$/i.test(stem) ? [stem.slice(0, -1)] : [])]
  return forms.map((verb) => stateOfVerb(verb, entity)).find((state) => state !== null) ?? null
}

function stamped(entity: Entity, state: State, target: string, view: RuleView): RuleEffect[] | null {
  const moment = momentIn(target, entity)
  return moment === undefined || !settable(entity, state.field, view)
    ? null
    : [{ kind: 'stamp', entity: entity.name, field: state.field, value: state.values[0]!, target: moment.name }]
}
