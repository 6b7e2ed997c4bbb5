import type { Entity, Field } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { capitalized, snake, words } from '../../words'
import { attributeName } from '../names'
import { type AppFacts, attribute, CALLER_ROLE, type Effect, modelName, type Operation, type Route, variable } from './app-facts'
import { storedField } from './columns'
import { pythonModule } from './module'
import { call, type Code, docstring, group, joinedBy, lines, statement, tuple } from './python'
import { enumClass, enumMembers } from './models'
import { isOneOf, whereOneOf } from './state-conditions'

type Owner = Effect<'owner'>

/** Who owns rows of an entity for one operation: any of these, or a role. */
export interface Ownership {
  entity: Entity
  operation: Operation
  /** Own fields that name an owner. */
  fields: Field[]
  /** Parents whose owners own the row: own field, parent, the parent's fields. */
  parents: { field: Field; entity: Entity; fields: Field[] }[]
  roles: string[]
  /** States in which everybody sees the row. */
  open?: { field: Field; values: (string | boolean)[] } | undefined
}

/** The owners that all rules together allow; undefined when no rule speaks of the operation. */
export function ownership(facts: AppFacts, entity: Entity, operation: Operation): Ownership | undefined {
  const effects = facts.world.owners(entity.name, operation)
  if (effects.length === 0) return undefined
  const fieldsOf = (owner: Entity, names: string[]): Field[] =>
    [...new Set(names)].flatMap((name) => owner.fields.find((field) => field.name === name) ?? [])
  const own = effects.filter((effect) => effect.via === undefined).flatMap((effect) => effect.fields)
  const parents = effects.flatMap((effect) => {
    const field = effect.via && entity.fields.find((each) => each.name === effect.via!.field)
    if (!effect.via || !field) return []
    const parent = facts.world.entity(effect.via.entity)
    return [{ field, entity: parent, fields: fieldsOf(parent, parentFields(facts, effect)) }]
  })
  const distinct = parents.filter((parent, index) => parents.findIndex((each) => each.field === parent.field) === index)
  const roles = [...new Set(effects.flatMap((effect) => effect.roles))]
  return { entity, operation, fields: fieldsOf(entity, own), parents: distinct, roles, open: openStates(entity, effects) }
}

/** Only where no rule hides the rows whatever their state; several sentences hide more states together. */
function openStates(entity: Entity, effects: readonly Owner[]): Ownership['open'] {
  const [first, ...more] = effects.map(({ open }) => open)
  const field = entity.fields.find((one) => one.name === first?.field)
  if (first === undefined || field === undefined || more.some((open) => open?.field !== first.field)) return undefined
  const values = first.values.filter((value) => more.every((open) => open!.values.includes(value)))
  return values.length === 0 ? undefined : { field, values }
}

/** Fields of the parent that name its owner: those of the effect where the parent has them, else those of the parent's own rules. */
function parentFields(facts: AppFacts, effect: Owner): string[] {
  const parent = facts.world.entity(effect.via!.entity)
  const known = effect.fields.filter((name) => parent.fields.some((field) => field.name === name))
  if (known.length > 0) return known
  return facts.effects('owner', parent.name).flatMap((each) => (each.via === undefined ? each.fields : []))
}

/** Lists show what reads would, unless a rule speaks of lists. */
export const listOwnership = (facts: AppFacts, entity: Entity): Ownership | undefined => {
  const found = ownership(facts, entity, 'list') ?? ownership(facts, entity, 'read')
  return found && { ...found, operation: 'list' }
}

export const predicate = (entity: Entity, operation: Operation): string => `may_${operation}_${snake(entity.name)}`
export const visibleRows = (entity: Entity): string => `visible_${entity.table}`

/** Names that `app/services/access.py` exports. */
export function accessSymbols(facts: AppFacts): [string, string][] {
  const names = facts.spec.entities.flatMap((entity) => [
    visibleRows(entity),
    ...(['read', 'create', 'update', 'delete'] as const).map((operation) => predicate(entity, operation)),
  ])
  return names.map((name) => [name, 'app.services.access'])
}

/** Whether the row belongs to the caller, as an expression inside a service. */
export function belongs({ entity, operation, parents }: Ownership, row: string): string {
  return parents.length > 0
    ? `await ${predicate(entity, operation)}(self.session, ${row}, caller)`
    : `${predicate(entity, operation)}(${row}, caller)`
}

/** Statements that refuse callers to whom the row does not belong. */
export function ownerGuard(facts: AppFacts, owned: Ownership, row: string): string {
  const { status } = facts.world.otherOwner(owned.entity.name, owned.operation)
  const noun = words(owned.entity)
  const refusal = status === 404 ? `NotFoundError("${capitalized(noun)} not found")` : `ForbiddenError("This ${noun} belongs to somebody else")`
  return lines(`        if not ${belongs(owned, row)}:`, `            raise ${refusal}`)
}

/** `app/services/access.py`, with exactly what the services use. */
export function accessFile(facts: AppFacts, used: (name: string) => boolean): ProjectFile {
  const blocks = [roleClass(facts), callerClass(facts)]
  if (used('require_role')) blocks.push(requireRole(facts))
  for (const entity of facts.spec.entities) {
    for (const operation of ['read', 'create', 'update', 'delete'] as const) {
      const owned = ownership(facts, entity, operation)
      if (owned && used(predicate(entity, operation))) blocks.push(predicateOf(facts, owned))
    }
    const listed = listOwnership(facts, entity)
    if (listed && used(visibleRows(entity))) blocks.push(visibleRowsOf(facts, listed))
  }
  return { path: 'app/services/access.py', content: pythonModule('Who is asking, and what they may do.', blocks, facts.symbols) }
}

function roleClass(facts: AppFacts): string | undefined {
  if (facts.roleType !== CALLER_ROLE) return undefined
  return enumClass(CALLER_ROLE, roleField(facts))
}

function callerClass(facts: AppFacts): string {
  return lines(
    '@dataclass(frozen=True, slots=True)',
    'class Caller:',
    '    """Who is asking."""',
    '',
    `    id: ${facts.idType}`,
    facts.roleType !== null && `    role: ${facts.roleType}`,
  )
}

function requireRole(facts: AppFacts): string {
  return lines(
    `def require_role(caller: Caller, *roles: ${facts.roleType}) -> None:`,
    '    """Refuse callers with any other role."""',
    '    if caller.role not in roles:',
    `        raise ForbiddenError(f"Only the role {' or '.join(roles)} may do this")`,
  )
}

/** `UserRole.ADMIN` for each role that callers can have. */
export function roleMembers(facts: AppFacts, roles: readonly string[]): string[] {
  const members = enumMembers(roleField(facts))
  return roles.flatMap((role) => (members.has(role) ? `${facts.roleType}.${members.get(role)}` : []))
}

/** The field of the users that holds the role, or a stand-in for it with the roles of the spec. */
export function roleField({ spec, world }: AppFacts): Field {
  const field = spec.auth.userEntity !== null && world.roleField !== null ? world.field(spec.auth.userEntity, world.roleField) : undefined
  return field ?? ({ name: 'a role', type: 'enum', values: spec.roles } as Field)
}

/** The caller's id as a column of this type holds it. */
export function callerId(facts: AppFacts, field: Field): string {
  const { type } = storedField(facts, field)
  const text = !['integer', 'bigint', 'uuid'].includes(type)
  return text && facts.idType !== 'str' ? 'str(caller.id)' : 'caller.id'
}

const roleCondition = (facts: AppFacts, { roles }: Ownership): string | undefined => {
  if (roles.length === 0 || facts.roleType === null) return undefined
  const members = roleMembers(facts, roles)
  if (members.length === 0) return undefined
  return members.length === 1 ? `caller.role == ${members[0]}` : `caller.role in ${tuple(members)}`
}

function isOwner(facts: AppFacts, row: string, fields: Field[]): string {
  const names = fields.map((field) => attribute(row, field))
  const id = callerId(facts, fields[0]!)
  return names.length === 1 ? `${id} == ${names[0]}` : `${id} in ${tuple(names)}`
}

function predicateOf(facts: AppFacts, owned: Ownership): string {
  const { entity, operation, fields, parents } = owned
  const row = variable(entity)
  const privileged = roleCondition(facts, owned)
  const conditions = [
    ...(privileged ? [privileged] : []),
    ...(owned.open ? [isOneOf(facts, entity, owned.open.field, row, owned.open.values)] : []),
    ...(fields.length > 0 ? [isOwner(facts, row, fields)] : []),
  ]
  const doc = docstring(`Tell whether the caller may ${operation} this ${words(entity)}.`, 4)
  const name = predicate(entity, operation)
  if (parents.length === 0)
    return lines(
      statement(group(`def ${name}(`, [`${row}: ${modelName(entity)}`, 'caller: Caller'], ') -> bool:')),
      doc,
      conditions.length === 0 ? '    return False' : statement(joinedBy('or', conditions), 4, 'return '),
    )
  const head = statement(group(`async def ${name}(`, ['session: AsyncSession', `${row}: ${modelName(entity)}`, 'caller: Caller'], ') -> bool:'))
  const [first, ...more] = parents
  return lines(
    head,
    doc,
    conditions.length > 0 && lines(statement(joinedBy('or', conditions), 4, 'if ', ':'), '        return True'),
    ...more.map((parent) => parentCheck(facts, row, parent, (condition) => lines(`    if ${condition}:`, '        return True'))),
    parentCheck(facts, row, first!, (condition) => `    return ${condition}`),
  )
}

function parentCheck(facts: AppFacts, row: string, parent: Ownership['parents'][number], answer: (condition: string) => string): string {
  const name = variable(parent.entity) === row ? `parent_${row}` : variable(parent.entity)
  const owner = parent.fields.length > 0 ? isOwner(facts, name, parent.fields) : 'False'
  return lines(
    `    ${name} = await session.get(${modelName(parent.entity)}, ${attribute(row, parent.field)})`,
    answer(`${name} is not None and ${owner}`),
  )
}

function visibleRowsOf(facts: AppFacts, owned: Ownership): string {
  const { entity, fields, parents } = owned
  const privileged = roleCondition(facts, owned)
  const own: Code[] = fields.map((field) => `${modelName(entity)}.${attributeName(field)} == ${callerId(facts, field)}`)
  const inherited: Code[] = parents.map(({ field, entity: parent, fields: owners }) => {
    const key = facts.world.keyField(parent.name)
    const owner = owners.map((each) => `${modelName(parent)}.${attributeName(each)} == ${callerId(facts, each)}`)
    const condition = owner.length === 1 ? owner[0]! : `sa.or_(${owner.join(', ')})`
    return call(`${modelName(entity)}.${attributeName(field)}.in_`, `sa.select(${modelName(parent)}.${attributeName(key)}).where(${condition})`)
  })
  const shown: Code[] = owned.open ? [whereOneOf(facts, entity, owned.open.field, owned.open.values)] : []
  const all = [...shown, ...own, ...inherited]
  return lines(
    `def ${visibleRows(entity)}(caller: Caller) -> sa.ColumnElement[bool]:`,
    docstring(`Select the ${entity.table} that the caller may see.`, 4),
    privileged && lines(`    if ${privileged}:`, '        return sa.true()'),
    statement(all.length === 1 ? all[0]! : call('sa.or_', ...all), 4, 'return '),
  )
}

/** A parent that a nested route names must be one that the caller may see. */
export function parentRule(facts: AppFacts, { endpoint }: Route, row: string): string | undefined {
  const parent = facts.world.entity(endpoint.parent!.entity)
  const changing = endpoint.operation === 'link-add' || endpoint.operation === 'link-remove'
  const owned = (changing ? ownership(facts, parent, 'update') : undefined) ?? ownership(facts, parent, 'read')
  return owned && ownerGuard(facts, owned, row)
}
