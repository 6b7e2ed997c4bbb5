import type { Endpoint, Entity, RuleEffect } from '../api-spec'
import { verbOf } from './owner-rules'
import { carried, entityIn, operationsIn, rolesIn, targetIn, type Verb } from './phrases'
import { named } from './unique-rules'
import type { Pattern, RuleView } from './view'

const VERBS = '[a-z]+(?:\\s*(?:,|/|&|\\band/or\\b|\\band\\b|\\bor\\b)\\s*[a-z]+)*'

/** What is for some roles only. */
export const roleRules: Pattern[] = [
  {
    form: new RegExp(
      `^(.+?) (?:can|may|are allowed to) (${VERBS}) ([\\w ]+?),? (?:but |while )?(?:the )?[\\w ]+? (?:cannot|can not|can't|may not|must not|are not)$`,
      'i',
    ),
    read: (m, view) => restricted(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: /^only (.+?) (?:can|may|are allowed to|is allowed to) (\w+)(?: (?:an? |the |any |all |their |new )*([\w ]+))?$/i,
    read: (m, view) => atAction(m[1]!, m[2]!, m[3], view),
  },
  {
    form: /^(?:an? |the |all )?([\w ]+?) (?:(?:can|may) only be|must be|(?:are|is) only) (\w+)(?: only)? by (?:an? |the )?(.+)$/i,
    read: (m, view) => atAction(m[3]!, m[2]!, m[1], view),
  },
  {
    form: /^(\w+ing)(?: (?:an? |the |any )?([\w ]+?))? (?:requires?|needs?|is (?:restricted|limited|reserved) (?:to|for)|is only (?:allowed|possible) for) (?:the |an? )?(.+?)$/i,
    read: (m, view) => atAction(m[3]!, m[1]!, m[2], view),
  },
  {
    form: new RegExp(`^only (.+?) (?:can|may|are allowed to|is allowed to) (${VERBS}) (.+)$`, 'i'),
    read: (m, view) => restricted(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(`^(.+?) (?:can|may|must) (?:only be|be) (${VERBS}) (?:only )?by (.+)$`, 'i'),
    read: (m, view) => (/\bonly\b/i.test(m[0]) ? restricted(m[3]!, m[2]!, m[1]!, view) : null),
  },
  {
    form: new RegExp(`^(.+?) (?:cannot|can not|can't|may not|must not|are not allowed to) (${VERBS}) (?!their own|other|another)(.+)$`, 'i'),
    read: (m, view) => refusedTo(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: /^(creat\w+|updat\w+|edit\w+|modif\w+|delet\w+|remov\w+)(?: (?:and|or) (creat\w+|updat\w+|edit\w+|delet\w+))? (.+?) (?:requires?|is restricted to|is limited to|needs?) (?:an? )?(.+)$/i,
    read: (m, view) => restricted(m[4]!, m[2] === undefined ? m[1]! : `${m[1]} and ${m[2]}`, m[3]!, view),
  },
  {
    form: /^(.+?) (creation|deletion|modification)(?: (?:and|or) (creation|deletion|modification))? (?:requires?|is restricted to|is limited to|needs?) (?:an? )?(.+)$/i,
    read: (m, view) => restricted(m[4]!, m[3] === undefined ? m[2]! : `${m[2]} and ${m[3]}`, m[1]!, view),
  },
  {
    form: /^(?:changes? (?:to|of) (?:the |an? )?(.+?)|(.+?) changes?) (?:requires?|needs?|(?:is|are) (?:restricted|limited) to) (?:an? )?(.+)$/i,
    read: (m, view) => fieldFor((m[1] ?? m[2])!, m[3]!, view),
  },
]

/** "Only editors can publish posts": the action of that name; without a noun, the creation that the verb means ("only students can submit"). */
function atAction(who: string, verb: string, noun: string | undefined, view: RuleView): RuleEffect[] | null {
  const roles = rolesIn(who, view.world)
  const entity = noun === undefined ? null : entityIn(noun, view)
  if (roles === null || !isForSome(roles, view) || (noun !== undefined && entity === null)) return null
  const stem = verb.toLowerCase().replace(/(?:ing|ed|e|s)$/, '')
  const found = view.world.endpoints.filter(({ path, unsupported, operation, entity: name }) => {
    const last = path.split('/').at(-1) ?? ''
    const acts = ['action', 'adjust', 'custom'].includes(operation) && unsupported === null && !last.startsWith('{')
    return acts && stem.length >= 3 && last.toLowerCase().replace(/-/g, '_').startsWith(stem) && (entity === null || name === entity.name)
  })
  const [one] = found
  if (one !== undefined && found.length === 1) return [{ kind: 'endpoint-role', entity: one.entity, method: one.method, path: one.path, roles }]
  if (noun !== undefined || found.length > 0 || operationsIn(verb) === null) return null
  const made = view.world.entities.filter((each) => named(verb, each))
  return made.length === 1 ? effect(made[0]!.name, ['create'], roles, view) : null
}

/** "Viewers cannot edit pages": every other role may. */
function refusedTo(who: string, verbs: string, noun: string, view: RuleView): RuleEffect[] | null {
  const refused = rolesIn(who, view.world)
  const operations = handled(verbs)
  const entity = entityIn(noun, view)
  if (refused === null || operations === null || entity === null) return null
  return effect(
    entity.name,
    operations,
    view.world.roles.filter((role) => !refused.includes(role)),
    view,
  )
}

/** Notes behind an endpoint: "Create product (admin only)". */
export const roleNotes: Pattern[] = [
  { form: /^.*?\((?:only )?(?:for )?([^()]+?)(?: roles?)? only\)$/i, read: (m, view) => noted(m[1]!, view) },
  { form: /^.*?\((?:only (?:for )?|requires? (?:an? )?)([^()]+?)(?: roles?| permissions?| access)?\)$/i, read: (m, view) => noted(m[1]!, view) },
  // A list of roles alone: "(desk or manager; filters: role)", the last cell of a table's row.
  {
    form: /^.*?\(((?:[a-z_ ]+(?:,|\/|&))*?[a-z_ ]+?)(?: only)?(?:\s*(?:;|, ?(?=with\b|filter|search|sort))[^()]*)?\)(?:\s+[—–-]\s.*)?$/i,
    read: (m, view) => noted(m[1]!, view),
  },
  {
    form: /^((?:[a-z_ ]+(?:,|\/|&))*?[a-z_ ]+?)(?: only)?\s*\((?:with|filter|search|sort)[^()]*\)$/i,
    read: (m, view) => noted(m[1]!, view),
  },
  { form: /^.*? [—–-] ([a-z_]+(?:\s*(?:,|\/|&|\band\b|\bor\b)\s*[a-z_]+)*)$/i, read: (m, view) => noted(m[1]!, view) },
  { form: /^.*?[,—–-]\s*([a-z]+(?: ?(?:\/|,|and|or) ?[a-z]+)*) only$/i, read: (m, view) => noted(m[1]!, view) },
]

/** Who manages rows makes, changes and deletes them; to see them is another matter. */
function handled(verbs: string): Verb[] | null {
  const operations = operationsIn(verbs)
  if (operations === null || !/\bmanag/i.test(verbs)) return operations
  const rest = operationsIn(verbs.replace(/\bmanag\w*/gi, 'edit'))
  return [...new Set<Verb>(['create', ...(rest ?? []), 'update', 'delete'])]
}

function restricted(who: string, verbs: string, noun: string, view: RuleView): RuleEffect[] | null {
  const roles = rolesIn(who, view.world)
  const operations = handled(verbs)
  if (roles === null || operations === null) return null
  const entity = entityIn(noun, view)
  if (entity !== null) return effect(entity.name, operations, roles, view)
  return operations.every((verb) => verb === 'update') ? fieldFor(noun, who, view) : null
}

function effect(name: string, verbs: readonly Verb[], roles: string[], view: RuleView): RuleEffect[] | null {
  const entity = view.world.entity(name)!
  const operations = carried(entity, verbs, view.world)
  return operations.length > 0 && isForSome(roles, view) ? [{ kind: 'role', entity: name, operations, roles }] : null
}

/** Some roles may, and some may not. */
const isForSome = (roles: readonly string[], { world }: RuleView): boolean => roles.length > 0 && world.roles.some((role) => !roles.includes(role))

/** "Role changes require admin permission". */
function fieldFor(noun: string, who: string, view: RuleView): RuleEffect[] | null {
  const roles = rolesIn(who, view.world)
  const target = targetIn(noun, view)
  if (roles === null || target === null || target.field.readOnly || target.field.fromCaller) return null
  const { entity, field } = target
  if (isOnlyUpdate(entity, field.name, view)) return effect(entity.name, ['update'], roles, view)
  const settable = view.world.endpointsOf(entity.name).some((endpoint) => endpoint.body?.includes(field.name) && endpoint.operation !== 'create')
  return settable ? [{ kind: 'role-field', entity: entity.name, field: field.name, roles }] : null
}

/** The one endpoint that changes a row takes this field and nothing else. */
function isOnlyUpdate(entity: Entity, field: string | undefined, view: RuleView): boolean {
  const updates = view.world.endpointsOf(entity.name).filter((endpoint) => ['update', 'replace', 'action'].includes(endpoint.operation))
  return updates.length === 1 && updates[0]!.operation === 'action' && (field === undefined || updates[0]!.body?.join() === field)
}

function noted(who: string, view: RuleView): RuleEffect[] | null {
  const roles = rolesIn(who, view.world)
  const verb = verbOf(view)
  const { endpoint } = view
  if (roles === null || endpoint === null) return null
  const entity = view.world.entity(endpoint.entity)
  if (entity !== undefined && verb !== null && standsAlone(entity, endpoint, verb, view)) return effect(entity.name, [verb], roles, view)
  const { method, path } = endpoint
  return isForSome(roles, view) ? [{ kind: 'endpoint-role', entity: endpoint.entity, method, path, roles }] : null
}

/** True where what holds for the endpoint holds for all that may be done in this way with the entity. */
function standsAlone(entity: Entity, endpoint: Endpoint, verb: Verb, view: RuleView): boolean {
  if (endpoint.operation === 'action') return isOnlyUpdate(entity, undefined, view)
  return view.world.endpointsOf(entity.name).every((other) => other === endpoint || readsOrDoes(other, view) !== verb)
}

/** Who asks for themselves reads, too, and is not meant by what the text says of others. */
const readsOrDoes = (endpoint: Endpoint, view: RuleView): Verb | null => (endpoint.operation === 'me' ? 'read' : verbOf({ ...view, endpoint }))
