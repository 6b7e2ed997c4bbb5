import type { Endpoint, Entity, Field } from '@forge/spec'
import { snake } from '../../words'
import { attributeName } from '../names'
import { type AppFacts, attribute, type Effect, modelName, type Operation, variable } from './app-facts'
import { belongs, ownership, roleMembers } from './access'
import { locksReference } from './locks'
import { literalOf } from './models'
import { refuse, sentence } from './refusals'
import { demandChecks } from './rule-demands'
import { ifOneOf, isOneOf, whereOneOf } from './state-conditions'
import { call, type Code, docstring, joinedBy, lines, statement } from './python'

/** Two sentences may say the same: one refusal a condition, with the words of the first. */
function once(checks: readonly string[]): string[] {
  const byCondition = new Map<string, string>()
  for (const check of checks) {
    const condition = check.slice(0, check.indexOf('raise '))
    if (!byCondition.has(condition)) byCondition.set(condition, check)
  }
  return [...byCondition.values()]
}

const fieldOf = (facts: AppFacts, entity: string, name: string): Field | undefined => facts.world.field(entity, name)

/** Statements that refuse a caller by role, before anything is read. */
export function roleGuards(facts: AppFacts, entity: string, operation: Operation): string[] {
  const calls = facts.world.rolesFor(entity, operation).flatMap((effect) => {
    const members = roleMembers(facts, effect.roles)
    return members.length === 0 ? [] : [statement(call('require_role', 'caller', ...members), 8)]
  })
  return [...new Set(calls)]
}

/** Statements that refuse callers whom this one endpoint is not for. */
export function endpointRoleGuards(facts: AppFacts, endpoint: Endpoint): string[] {
  return facts.world.rolesAt(endpoint).map(({ roles }) => statement(call('require_role', 'caller', ...roleMembers(facts, roles)), 8))
}

/** Statements that refuse a new row with values that only some roles may give. */
export function roleFieldGuardsOfCreation(facts: AppFacts, entity: Entity, fields: readonly string[]): string[] {
  const creators = facts.world.rolesFor(entity.name, 'create')
  return roleFieldGuards(facts, entity, fields, (field, effect) => {
    if (creators.some(({ roles }) => roles.every((role) => effect.roles.includes(role)))) return undefined
    const value = `values["${attributeName(field)}"]`
    return field.default === null ? `${value} is not None` : `${value} != ${literalOf(facts, entity, field, field.default)}`
  })
}

/** Statements that refuse changes of fields that only some roles may change. */
export function roleFieldGuardsOfChange(facts: AppFacts, entity: Entity, fields: readonly string[]): string[] {
  return roleFieldGuards(facts, entity, fields, (field) => `"${attributeName(field)}" in changes`)
}

function roleFieldGuards(
  facts: AppFacts,
  entity: Entity,
  fields: readonly string[],
  condition: (field: Field, effect: Effect<'role-field'>) => string | undefined,
): string[] {
  const guards = facts.effects('role-field', entity.name).flatMap((effect) => {
    const field = fieldOf(facts, entity.name, effect.field)
    const members = roleMembers(facts, effect.roles)
    const telling = field && members.length > 0 && fields.includes(effect.field) ? condition(field, effect) : undefined
    return telling === undefined ? [] : [lines(`        if ${telling}:`, statement(call('require_role', 'caller', ...members), 12))]
  })
  return [...new Set(guards)]
}

/** Statements that refuse a change or a deletion in some states. */
export function stateGuards(facts: AppFacts, entity: Entity, operation: 'update' | 'delete', row: string): string[] {
  const guards = facts.effects('state-guard', entity.name).flatMap((effect) => {
    const field = fieldOf(facts, entity.name, effect.field)
    if (!field || !effect.operations.includes(operation)) return []
    return [lines(ifOneOf(facts, entity, field, row, effect.values, 8), refuse('RuleViolationError', sentence(facts, effect), 12))]
  })
  return once(guards)
}

/** Statements that refuse a deletion while other rows need this one. */
export function deleteGuards(facts: AppFacts, entity: Entity, row: string): string[] {
  const guards = facts.effects('delete-guard', entity.name).flatMap((effect) => {
    const child = facts.world.entity(effect.child)
    const link = fieldOf(facts, effect.child, effect.childField)
    if (!link) return []
    const key = attribute(row, facts.world.keyField(entity.name))
    const conditions: Code[] = [`${modelName(child)}.${attributeName(link)} == ${key}`]
    const state = effect.where && fieldOf(facts, effect.child, effect.where.field)
    if (effect.where?.in && state) conditions.push(whereOneOf(facts, child, state, effect.where.in))
    if (effect.where?.notIn && state) conditions.push(whereOneOf(facts, child, state, effect.where.notIn, true))
    return [
      lines(
        statement(call('await any_row', 'self.session', ...conditions), 8, 'if ', ':'),
        refuse('RuleViolationError', sentence(facts, effect), 12),
      ),
    ]
  })
  return once(guards)
}

/** Statements that refuse children of a parent in some states; the parent is at hand. */
export function parentGuards(facts: AppFacts, entity: Entity, parentField: string, row: string, indent = 8): string[] {
  const guards = facts.effects('parent-guard', entity.name).flatMap((effect) => {
    const parent = facts.world.entity(effect.parent)
    const field = fieldOf(facts, effect.parent, effect.field)
    if (!field || effect.parentField !== parentField) return []
    return [lines(ifOneOf(facts, parent, field, row, effect.values, indent), refuse('RuleViolationError', sentence(facts, effect), indent + 4))]
  })
  return once(guards)
}

/** References of a body to rows that must be visible, or in some state. */
function guardedReferences(facts: AppFacts, entity: Entity): Field[] {
  return entity.fields.filter((field) => {
    if (!field.reference || field.list || field.readOnly) return false
    const target = facts.world.entity(field.reference.entity)
    const stated = facts.effects('reference-state', entity.name).some((effect) => effect.reference === field.name)
    const guarded = facts.effects('parent-guard', entity.name).some((effect) => effect.parentField === field.name)
    return stated || guarded || facts.world.hidesDeleted(target.name) || isPrivate(facts, target)
  })
}

/** Rows of which others may not know. */
const isPrivate = (facts: AppFacts, target: Entity): boolean => {
  const owned = ownership(facts, target, 'read')
  return owned !== undefined && owned.parents.length === 0
}

/** True when a body with these fields needs its references looked at. */
export function checksReferences(facts: AppFacts, entity: Entity, fields: readonly string[]): boolean {
  return guardedReferences(facts, entity).some((field) => fields.includes(field.name))
}

export const referencesNeedCaller = (facts: AppFacts, entity: Entity): boolean =>
  guardedReferences(facts, entity).some((field) => isPrivate(facts, facts.world.entity(field.reference!.entity)))

/** The method that looks at what a body refers to. */
export function referenceCheck(facts: AppFacts, entity: Entity): string {
  const caller = referencesNeedCaller(facts, entity) ? ', caller: Caller' : ''
  return lines(
    `    async def _check_references(self, values: dict[str, Any]${caller}) -> None:`,
    docstring('Refuse references to rows that may not be referred to.', 8),
    ...guardedReferences(facts, entity).map((field) => referenceBlock(facts, entity, field)),
  )
}

function referenceBlock(facts: AppFacts, entity: Entity, field: Field): string {
  const target = facts.world.entity(field.reference!.entity)
  const name = attributeName(field)
  const row = `${snake(field.name).replace(/_id$/, '')}_row`
  const lock = locksReference(facts, entity, field.name) ? ['lock="update"'] : []
  const states = facts.effects('reference-state', entity.name).flatMap((effect) => {
    const state = fieldOf(facts, target.name, effect.field)
    if (effect.reference !== field.name || !state) return []
    return [
      lines(`            if ${isOneOf(facts, target, state, row, [effect.value], true)}:`, refuse('RuleViolationError', sentence(facts, effect), 16)),
    ]
  })
  const guards = parentGuards(facts, entity, field.name, row, 12)
  const hidden = facts.world.hidesDeleted(target.name)
    ? [unreferable(`${row}.${attributeName({ name: target.softDelete!.field })} is ${target.softDelete!.deletedValue ? 'True' : 'False'}`, field)]
    : []
  const foreign = isPrivate(facts, target) ? [unreferable(`not ${belongs(ownership(facts, target, 'read')!, row)}`, field)] : []
  return lines(
    `        if values.get("${name}") is not None:`,
    statement(call('refer_to', 'self.session', modelName(target), `values["${name}"]`, `"${field.name}"`, ...lock), 12, `${row} = await `),
    ...once([...hidden, ...foreign, ...states, ...guards]),
  )
}

const unreferable = (condition: string, field: Field): string =>
  lines(`            if ${condition}:`, `                raise InvalidReferenceError("${field.name} refers to something that does not exist")`)

/** The function that refuses values that may not stand together; undefined when there is nothing to check. */
export function consistencyCheck(facts: AppFacts, entity: Entity): string | undefined {
  const row = variable(entity)
  const exclusive = facts.effects('exclusive', entity.name).flatMap((effect) => exclusion(facts, entity, effect, row))
  const ordered = facts.effects('order', entity.name).flatMap((effect) => order(facts, entity, effect, row))
  const distinct = facts.effects('distinct', entity.name).flatMap((effect) => apart(facts, entity, effect, row))
  const all = once([...exclusive, ...ordered, ...distinct, ...demandChecks(facts, entity, row, isOneOf)])
  if (all.length === 0) return undefined
  return lines(`def check(${row}: ${modelName(entity)}) -> None:`, docstring('Refuse values that may not stand together.', 4), ...all)
}

function exclusion(facts: AppFacts, entity: Entity, effect: Effect<'exclusive'>, row: string): string[] {
  const sides = [effect.a, effect.b].map(({ field, value }) => ({ field: fieldOf(facts, entity.name, field), value }))
  if (sides.some(({ field }) => field === undefined)) return []
  const conditions = sides.map(({ field, value }) => isOneOf(facts, entity, field!, row, [value]))
  return [lines(statement(joinedBy('and', conditions), 4, 'if ', ':'), refuse('RuleViolationError', sentence(facts, effect), 8))]
}

function apart(facts: AppFacts, entity: Entity, effect: Effect<'distinct'>, row: string): string[] {
  const [one, other] = effect.fields.map((name) => fieldOf(facts, entity.name, name))
  if (!one || !other) return []
  const known = [one, other].filter((field) => facts.columnNullable(entity, field)).map((field) => `${attribute(row, field)} is not None`)
  return [
    lines(
      statement(joinedBy('and', [...known, `${attribute(row, one)} == ${attribute(row, other)}`]), 4, 'if ', ':'),
      refuse('RuleViolationError', sentence(facts, effect), 8),
    ),
  ]
}

function order(facts: AppFacts, entity: Entity, effect: Effect<'order'>, row: string): string[] {
  const [before, after] = [effect.before, effect.after].map((name) => fieldOf(facts, entity.name, name))
  if (!before || !after) return []
  const [low, high] = [attribute(row, before), attribute(row, after)]
  const known = [before, after].filter((field) => facts.columnNullable(entity, field)).map((field) => `${attribute(row, field)} is not None`)
  return [
    lines(
      statement(joinedBy('and', [...known, `${low} ${effect.strict === true ? '>=' : '>'} ${high}`]), 4, 'if ', ':'),
      refuse('InvalidInputError', `"${after.name}", "must ${effect.strict === true ? 'lie after' : 'not lie before'} ${before.name}"`, 8),
    ),
  ]
}

/** The function that writes down when a state was reached; undefined when no rule asks for it. */
export function stamping(facts: AppFacts, entity: Entity): string | undefined {
  const effects = facts.effects('stamp', entity.name)
  const row = variable(entity)
  const groups = new Map<string, Effect<'stamp'>[]>()
  for (const effect of effects) {
    const key = `${effect.field} ${effect.target}`
    groups.set(key, [...(groups.get(key) ?? []), effect])
  }
  const blocks = [...groups.values()].flatMap((group) => stamp(facts, entity, group, row))
  if (blocks.length === 0) return undefined
  return lines(
    `def stamp(${row}: ${modelName(entity)}) -> None:`,
    docstring('Write down when a state was reached, and forget it when it was left.', 4),
    ...blocks,
  )
}

function stamp(facts: AppFacts, entity: Entity, [first, ...more]: Effect<'stamp'>[], row: string): string[] {
  const field = first && fieldOf(facts, entity.name, first.field)
  const target = first && fieldOf(facts, entity.name, first.target)
  if (!first || !field || !target) return []
  const values = [...new Set([first, ...more].map((effect) => effect.value))]
  const now =
    target.type === 'date' ? 'dt.datetime.now(dt.UTC).date()' : target.type === 'time' ? 'dt.datetime.now(dt.UTC).time()' : 'dt.datetime.now(dt.UTC)'
  const name = attribute(row, target)
  const forgets = facts.columnNullable(entity, target) && target.readOnly
  if (!forgets) return [lines(`    if ${isOneOf(facts, entity, field, row, values)} and ${name} is None:`, `        ${name} = ${now}`)]
  return [
    lines(
      `    if ${isOneOf(facts, entity, field, row, values, true)}:`,
      `        ${name} = None`,
      `    elif ${name} is None:`,
      `        ${name} = ${now}`,
    ),
  ]
}
