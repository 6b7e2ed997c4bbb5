import type { Entity, Rule, RuleEffect } from '../api-spec'
import { carried, entityIn, operationsIn, ownFields, peopleIn, rolesIn, type Verb } from './phrases'
import { personIn } from './unique-rules'
import type { Pattern, RuleView, RuleWorld } from './view'

const VERBS = '[a-z]+(?:\\s*(?:,|/|&|\\band/or\\b|\\band\\b|\\bor\\b)\\s*[a-z]+)*'
const CALLER =
  '(?:(?:each|every|an?|the|regular|normal|authenticated|logged-in)\\s+)*(?:users?|members?|customers?|authors?|owners?|people|callers?|employees?|students?|patients?|clients?|creators?)'

/** Whose a row is, and what only they may do. */
export const ownerRules: Pattern[] = [
  {
    form: new RegExp(
      `^${CALLER} (?:can|may|must|should|are (?:only )?able to|are allowed to) only (${VERBS}) (?:(?:data|content|information) (?:of|from) )?their own (.+)$`,
      'i',
    ),
    read: (m, view) => owned(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^([\\w ]+?) (?:can |may )?(?:only )?(${VERBS}) (?:only )?(?:their|his|her|his or her) own ([\\w ]+?)(?:[,;] ?(?:and |but |while |whereas )?([\\w ]+?) (?:can |may )?(?:${VERBS}) (?:all(?: of (?:them|it))?|everything|any|them all|everyone's|all [\\w ]+))?$`,
      'i',
    ),
    read: (m, view) => (/\bonly\b/i.test(m[0]) || m[4] !== undefined ? ownedBut(m[1]!, m[2]!, m[3]!, m[4], view) : null),
  },
  {
    form: new RegExp(
      `^only (?:the |its |their )?([\\w ]+?) of (?:an? |the |each |that )?([\\w ]+?)(?:,? \\(?(?:or|and) (?:an? |the )?([\\w ]+?)\\)?)? (?:can|may) (${VERBS}) (?:it|them|that \\w+|the \\w+)$`,
      'i',
    ),
    read: (m, view) => people(m[3] === undefined ? m[1]! : `${m[1]} or ${m[3]}`, m[4]!, m[2]!, view),
  },
  { form: new RegExp(`^${CALLER} (?:can|may|must) (${VERBS}) only their own (.+)$`, 'i'), read: (m, view) => owned(m[1]!, m[2]!, view) },
  { form: new RegExp(`^${CALLER} (?:can|may) (${VERBS}) their own (.+?)(?: only)?$`, 'i'), read: (m, view) => owned(m[1]!, m[2]!, view) },
  {
    form: new RegExp(
      `^${CALLER} (?:cannot|can not|can't|may not|must not) (${VERBS}) (?:other users'?|others'|another (?:user|person)'?s?|other people's|someone else's) (.+)$`,
      'i',
    ),
    read: (m, view) => owned(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:only )?(?:the )?(.+?) (?:can|may|is allowed to|are allowed to) (?:only )?(${VERBS}) (?:the |an? |any |their |this |it|its )*(.*)$`,
      'i',
    ),
    read: (m, view) => (/^only\b/i.test(m[0]) ? people(m[1]!, m[2]!, m[3]!, view) : null),
  },
  {
    form: new RegExp(`^(?:the )?(.+?) (?:can|may|must) (?:only )?be (${VERBS}) (?:only )?by (?:its |their |the )*(.+)$`, 'i'),
    read: (m, view) => (/\bonly\b/i.test(m[0]) ? people(m[3]!, m[2]!, m[1]!, view) : null),
  },
  {
    form: new RegExp(
      `^(?:the |an? )?(.+?) (?:can|may|must) (?:only )?be (${VERBS}) (?:only )?by (?:the |whoever|users? |people |those )*(?:user|person|one|people|member)?s? ?(?:who|that)? ?\\w+ (?:it|them)$`,
      'i',
    ),
    read: (m, view) => (/\bonly\b/i.test(m[0]) && /\b(?:who|that|whoever)\b/i.test(m[0]) ? owned(m[2]!, m[1]!, view) : null),
  },
  {
    form: new RegExp(`^(.+?) (?:can|may) (${VERBS}) (?:anyone|everyone|anybody|everybody|any user|all users)$`, 'i'),
    read: (m, view) => exemptAll(m[1]!, m[2]!, view),
  },
  { form: new RegExp(`^(.+?) (?:can|may) (${VERBS}) (?:any|all|every|anyone's|everyone's|other users') (.+)$`, 'i'), read: exempt },
  {
    form: /^(.+?) inherit (?:the )?(?:access(?: control| rights| rules)?|permissions?|visibility|ownership) (?:from|of) (?:their |the |its )?(.+)$/i,
    read: (m, view) => inherited(m[1]!, m[2]!, view),
  },
  {
    form: /^(.+?) (?:are|is) (?:private to|only visible to|visible only to|accessible only (?:to|by)|only accessible (?:to|by)) (?:their |its |the )*(.+)$/i,
    read: (m, view) => people(m[2]!, 'access', m[1]!, view),
  },
]

/** What comes before the roles: "the author" is one person, even where there is such a role. */
export const authorRules: Pattern[] = [
  {
    form: new RegExp(
      `^only (?:the |its |their )(owner|author|creator|assignee|reporter|uploader)s?(?:,? (?:and|or) (.+?))? (?:can|may) (${VERBS}) (?:an? |the |any |their |its )*(.+)$`,
      'i',
    ),
    read: (m, view) => authored(m[1]!, m[2], m[3]!, m[4]!, view),
  },
]

function authored(owner: string, others: string | undefined, verbs: string, noun: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const fields = entity === null ? undefined : peopleIn(owner, entity, view.world)?.fields
  const roles = others === undefined ? [] : rolesIn(others, view.world)
  const operations = withDelete(verbs)
  if (entity === null || fields === undefined || roles === null || operations === null) return null
  return effect(entity, fields, operations, roles, view.world)
}

/** Notes behind an endpoint: "Update comment (own comments only)". */
export const ownerNotes: Pattern[] = [
  { form: /^.*?\((?:only )?own(?: \w+)?(?: only)?(?:,? or (?:for )?(.+?)(?: only)?)?\)$/i, read: (m, view) => noted(m[1], view) },
  {
    form: /^.*?\((?:only )?(?:the )?(owner|author|creator|assignee)s?(?: only)?(?:,? or (.+?))?(?: only)?\)$/i,
    read: (m, view) => noted(m[2], view),
  },
]

function effect(entity: Entity, fields: string[], verbs: readonly Verb[], roles: string[], world: RuleWorld): RuleEffect[] | null {
  const operations = carried(entity, verbs, world)
  return fields.length === 0 || operations.length === 0 ? null : [{ kind: 'owner', entity: entity.name, fields, operations, roles }]
}

/** "Users can only edit their own comments"; below an owned parent when the rows themselves name nobody. */
function owned(verbs: string, noun: string, view: RuleView): RuleEffect[] | null {
  const operations = withDelete(verbs)
  if (operations === null) return null
  if (/^(?:data|resources?|records?|content|items?)$/i.test(noun.trim())) return everything(operations, view.world)
  const entity = entityIn(noun, view)
  if (entity === null) return null
  return effect(entity, ownFields(entity, view.world), operations, [], view.world)
}

/** "Customers can only see their own accounts; tellers and admins can see all of them". */
function ownedBut(who: string, verbs: string, noun: string, exempted: string | undefined, view: RuleView): RuleEffect[] | null {
  const above = exempted === undefined ? [] : rolesIn(exempted, view.world)
  const callers = who.replace(/^(?:all|every|each|an?|the|regular|normal|ordinary|authenticated|logged-in|other) /i, '')
  if (above === null || personIn(callers, view) !== view.world.userEntity) return null
  const entity = entityIn(noun, view)
  const operations = withDelete(carriedAs(verbs, entity, view.world))
  return entity === null || operations === null ? null : effect(entity, ownFields(entity, view.world), operations, above, view.world)
}

/** Who revokes a session deletes it, where no action of that name is there. */
const carriedAs = (verbs: string, entity: Entity | null, world: RuleWorld): string =>
  entity !== null && world.endpointsOf(entity.name).some((endpoint) => /revoke|cancel/.test(endpoint.path))
    ? verbs
    : verbs.replace(/\b(?:revoke|cancel|withdraw)\b/gi, 'delete')

/** "Modify" without a "delete" beside it: who may not change a row may not remove it either. */
function withDelete(verbs: string): Verb[] | null {
  const operations = operationsIn(verbs)
  return operations !== null && /\b(?:modify|change)\b/i.test(verbs) && !operations.includes('delete') ? [...operations, 'delete'] : operations
}

function everything(operations: Verb[], world: RuleWorld): RuleEffect[] | null {
  const effects = world.entities
    .filter((entity) => entity.name !== world.userEntity?.name)
    .flatMap((entity) => effect(entity, ownFields(entity, world), operations, [], world) ?? [])
  return effects.length === 0 ? null : effects
}

function people(who: string, verbs: string, noun: string, view: RuleView): RuleEffect[] | null {
  const operations = operationsIn(verbs)
  const entity = entityIn(noun, view)
  if (operations === null || entity === null) return null
  const named = peopleIn(who, entity, view.world)
  if (named === null) return null
  return effect(
    entity,
    named.fields,
    operations.filter((verb) => verb !== 'create'),
    named.roles,
    view.world,
  )
}

/** "Admins can delete any comment" says that a role stands above the owners, whom another sentence may name: see `shareExemptions`. */
function exempt(match: RegExpMatchArray, view: RuleView): RuleEffect[] | null {
  const roles = rolesIn(match[1]!, view.world)
  const operations = operationsIn(match[2]!)
  const entity = entityIn(match[3]!, view)
  if (roles === null || operations === null || entity === null) return null
  const known = carried(entity, operations, view.world)
  return known.length === 0 ? null : [{ kind: 'owner', entity: entity.name, fields: ownFields(entity, view.world), operations: known, roles }]
}

/** "Admins can update anyone". */
function exemptAll(who: string, verbs: string, view: RuleView): RuleEffect[] | null {
  const entity = view.world.userEntity
  const [roles, operations] = [rolesIn(who, view.world), operationsIn(verbs)]
  const known = entity === null || operations === null ? [] : carried(entity, operations, view.world)
  return entity === null || roles === null || known.length === 0
    ? null
    : [{ kind: 'owner', entity: entity.name, fields: ownFields(entity, view.world), operations: known, roles }]
}

function inherited(child: string, parent: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(child, view)
  const above = entityIn(parent, view)
  if (entity === null || above === null || entity === above) return null
  const field = entity.fields.find((one) => one.reference?.entity === above.name)
  const fields = ownFields(above, view.world)
  if (field === undefined || fields.length === 0) return null
  const operations = carried(entity, ['list', 'read', 'create', 'update', 'delete'], view.world)
  return operations.length === 0
    ? null
    : [{ kind: 'owner', entity: entity.name, fields, operations, roles: [], via: { field: field.name, entity: above.name } }]
}

function noted(others: string | undefined, view: RuleView): RuleEffect[] | null {
  const { endpoint, world } = view
  const entity = world.entity(endpoint?.entity)
  const verb = verbOf(view)
  const roles = others === undefined ? [] : rolesIn(others, world)
  if (entity === undefined || verb === null || roles === null) return null
  return effect(entity, ownFields(entity, world), [verb], roles, world)
}

/** What the endpoint of a note does. */
export function verbOf(view: RuleView): Verb | null {
  switch (view.endpoint?.operation) {
    case 'list':
    case 'nested-list':
      return 'list'
    case 'get':
      return 'read'
    case 'create':
    case 'nested-create':
      return 'create'
    case 'update':
    case 'replace':
    case 'action':
      return 'update'
    case 'delete':
      return 'delete'
    default:
      return null
  }
}

type Owner = Extract<RuleEffect, { kind: 'owner' }>

/**
 * A role that one sentence sets above the owners stands above them in every sentence about the same rows and operation. An effect whose
 * operations end up with different roles is split; one that no sentence gives an owner is dropped.
 */
export function shareExemptions(rules: readonly Pick<Rule, 'effects' | 'status' | 'missing'>[], world: RuleWorld): void {
  const owners = rules.flatMap((rule) => rule.effects).filter((one): one is Owner => one.kind === 'owner')
  const holders = new Map<string, Owner>()
  const roles = new Map<string, string[]>()
  for (const one of owners) {
    for (const operation of one.operations) {
      const key = `${one.entity} ${operation}`
      roles.set(key, [...new Set([...(roles.get(key) ?? privileged(one, rules, world)), ...one.roles])])
      if (one.open === undefined && holdsMore(one, holders.get(key))) holders.set(key, one)
    }
  }
  for (const rule of rules) {
    if (!rule.effects.some((one) => one.kind === 'owner')) continue
    rule.effects = rule.effects.flatMap((one): RuleEffect[] => (one.kind === 'owner' ? split(one, roles, holders) : [one]))
    if (rule.effects.length === 0)
      Object.assign(rule, { status: 'unparsed', missing: 'nobody is said to own these rows, so that nobody stands above' })
  }
}

/** Who names the owners alone outweighs who names roles beside them. */
function holdsMore(one: Owner, known: Owner | undefined): boolean {
  if (one.fields.length === 0 || known === undefined) return one.fields.length > 0
  const [alone, before] = [one.roles.length === 0, known.roles.length === 0]
  return alone === before ? alone && one.fields.length > known.fields.length : alone
}

/** Whoever alone may create or delete users also stands above their owner. */
function privileged(one: Owner, rules: readonly Pick<Rule, 'effects'>[], world: RuleWorld): string[] {
  if (one.entity !== world.userEntity?.name) return []
  return rules.flatMap((rule) => rule.effects).flatMap((other) => (other.kind === 'role' && other.entity === one.entity ? other.roles : []))
}

function split(one: Owner, roles: Map<string, string[]>, holders: Map<string, Owner>): Owner[] {
  const groups: Owner[] = []
  for (const operation of one.operations) {
    const key = `${one.entity} ${operation}`
    const allowed = roles.get(key) ?? one.roles
    const { fields, via } = one.roles.length > 0 && one.open === undefined ? (holders.get(key) ?? one) : one
    if (fields.length === 0) continue
    const group = groups.find((other) => other.roles.join() === allowed.join() && other.fields.join() === fields.join())
    if (group === undefined) groups.push({ ...one, fields, operations: [operation], roles: allowed, ...(via === undefined ? {} : { via }) })
    else group.operations.push(operation)
  }
  return groups
}
