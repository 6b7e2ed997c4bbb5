import type { Entity, Field } from '@forge/spec'
import { snake } from '../../words'
import { attributeName } from '../names'
import { type AppFacts, attribute, type Effect, modelName, variable } from './app-facts'
import { literalOf } from './models'
import { call, type Code, docstring, joinedBy, lines, statement, tuple } from './python'
import { type Limit, othersOf, referred, whenGiven } from './limit-parts'
import { agreement, deadline, moveGuard, sumLimit } from './rule-kin'
import { refuse, sentence } from './refusals'

type Limiting = Effect<'bound' | 'capacity' | 'no-overlap' | 'agree' | 'sum-limit' | 'deadline' | 'move-guard'>

/** Rules about a row and others, one method each. */
function limitsOf(facts: AppFacts, entity: Entity): Limit[] {
  const effects: Limiting[] = [
    ...facts.effects('bound', entity.name),
    ...facts.effects('capacity', entity.name),
    ...facts.effects('no-overlap', entity.name),
    ...facts.effects('agree', entity.name),
    ...facts.effects('sum-limit', entity.name),
    ...facts.effects('deadline', entity.name),
    ...facts.effects('move-guard', entity.name),
  ]
  const limits = effects.map((effect) => limitOf(facts, entity, effect))
  return limits.filter((limit, index) => limits.findIndex((each) => each.name === limit.name) === index)
}

function limitOf(facts: AppFacts, entity: Entity, effect: Limiting): Limit {
  switch (effect.kind) {
    case 'bound':
      return bound(facts, entity, effect)
    case 'capacity':
      return capacity(facts, entity, effect)
    case 'no-overlap':
      return overlap(facts, entity, effect)
    case 'agree':
      return agreement(facts, entity, effect)
    case 'sum-limit':
      return sumLimit(facts, entity, effect)
    case 'deadline':
      return deadline(facts, entity, effect)
    case 'move-guard':
      return moveGuard(facts, entity, effect)
  }
}

export function limitMethods(facts: AppFacts, entity: Entity): string[] {
  const row = variable(entity)
  return limitsOf(facts, entity).flatMap(({ name, body, doc }) => [
    '',
    lines(`    async def ${name}(self, ${row}: ${modelName(entity)}) -> None:`, docstring(doc, 8), ...body),
  ])
}

/** Statements that keep to the limits: of a new row, or where fields on which they depend have changed. */
export function limitSteps(facts: AppFacts, entity: Entity, row: string, changing?: { body: readonly string[]; sets: readonly string[] }): string[] {
  return limitsOf(facts, entity).flatMap(({ name, fields }) => {
    const step = `await self.${name}(${row})`
    if (changing === undefined || fields.some((field) => changing.sets.includes(field))) return [`        ${step}`]
    const named = fields.filter((field) => changing.body.includes(field)).map((field) => `"${attributeName({ name: field })}"`)
    if (named.length === 0) return []
    const condition = named.length === 1 ? `${named[0]} in changes` : `changes.keys() & {${named.join(', ')}}`
    return [lines(`        if ${condition}:`, `            ${step}`)]
  })
}

function bound(facts: AppFacts, entity: Entity, effect: Effect<'bound'>): Limit {
  const [row, target] = [variable(entity), facts.world.entity(effect.target)]
  const [field, reference] = [effect.field, effect.reference].map((name) => facts.world.field(entity.name, name)!) as [Field, Field]
  const limit = facts.world.field(target.name, effect.limit)!
  const held = `${variable(target)}_row`
  const value = attribute(row, field)
  const known = [
    ...(facts.columnNullable(entity, field) ? [`${value} is not None`] : []),
    ...(facts.columnNullable(target, limit) ? [`${attribute(held, limit)} is not None`] : []),
  ]
  return {
    name: `_limit_${snake(field.name)}_by_${snake(reference.name)}`,
    fields: [field.name, reference.name],
    doc: `Keep ${field.name} within ${limit.name} of the ${variable(target).replace(/_/g, ' ')}.`,
    body: [
      ...whenGiven(facts, entity, row, [reference]),
      referred(facts, entity, target, row, reference, held),
      statement(joinedBy('and', [...known, `${value} > ${attribute(held, limit)}`]), 8, 'if ', ':'),
      refuse('RuleViolationError', sentence(facts, effect), 12),
    ],
  }
}

function capacity(facts: AppFacts, entity: Entity, effect: Effect<'capacity'>): Limit {
  const [row, target] = [variable(entity), facts.world.entity(effect.target)]
  const reference = facts.world.field(entity.name, effect.reference)!
  const others = call('count_rows', 'self.session', ...othersOf(facts, entity, row, reference))
  const refusal = refuse('RuleViolationError', sentence(facts, effect), 12)
  const limit = typeof effect.limit === 'string' ? facts.world.field(target.name, effect.limit)! : undefined
  const held = `${variable(target)}_row`
  const name = `_limit_rows_of_${snake(reference.name)}`
  const doc = `Keep to how many ${entity.table.replace(/_/g, ' ')} one ${variable(target).replace(/_/g, ' ')} may have.`
  const before = whenGiven(facts, entity, row, [reference])
  const fields = [reference.name]
  if (limit === undefined)
    return {
      name,
      fields,
      doc,
      body: [
        ...before,
        referred(facts, entity, target, row, reference),
        statement(others, 8, 'others = await '),
        `        if others >= ${effect.limit}:`,
        refusal,
      ],
    }
  const most = attribute(held, limit)
  const known = facts.columnNullable(target, limit) ? [`${most} is not None`] : []
  return {
    name,
    fields,
    doc,
    body: [
      ...before,
      referred(facts, entity, target, row, reference, held),
      statement(others, 8, 'others = await '),
      statement(joinedBy('and', [...known, `others >= ${most}`]), 8, 'if ', ':'),
      refusal,
    ],
  }
}

function overlap(facts: AppFacts, entity: Entity, effect: Effect<'no-overlap'>): Limit {
  const row = variable(entity)
  const model = modelName(entity)
  const [scope, start, end] = [effect.scope, effect.start, effect.end].map((name) => facts.world.field(entity.name, name)!) as [Field, Field, Field]
  const state = effect.except && facts.world.field(entity.name, effect.except.field)
  const values = effect.except && state ? effect.except.values.map((value) => literalOf(facts, entity, state, value)) : []
  const aside = values.length === 1 ? `${attribute(row, state!)} == ${values[0]}` : `${attribute(row, state ?? start)} in ${tuple(values)}`
  const target = facts.world.entity(scope.reference!.entity)
  const conditions: Code[] = [
    ...othersOf(facts, entity, row, scope),
    ...(state ? [`${model}.${attributeName(state)}.not_in(${tuple(values)})`] : []),
    `${model}.${attributeName(start)} < ${attribute(row, end)}`,
    `${model}.${attributeName(end)} > ${attribute(row, start)}`,
  ]
  return {
    name: `_keep_apart_by_${snake(scope.name)}`,
    fields: [scope.name, start.name, end.name, ...(state ? [state.name] : [])],
    doc: `Keep ${entity.table.replace(/_/g, ' ')} with the same ${scope.name} apart in time.`,
    body: [
      ...(state ? [lines(`        if ${aside}:`, '            return')] : []),
      ...whenGiven(facts, entity, row, [scope, start, end]),
      referred(facts, entity, target, row, scope),
      statement(call('await any_row', 'self.session', ...conditions), 8, 'if ', ':'),
      refuse('RuleViolationError', sentence(facts, effect), 12),
    ],
  }
}
