import type { Entity, Field } from '@forge/spec'
import { words } from '../../words'
import { amountField, noteFields } from '../../plan/adjust-fields'
import { attributeName } from '../names'
import { callerId, ownership } from './access'
import { type AppFacts, attribute, modelName, type Route } from './app-facts'
import { inputType } from './field-types'
import { literalOf } from './models'
import { call, type Code, flat, lines, quoted, statement } from './python'
import { refusalOf } from './rule-balances'
import { refuse, sentence } from './refusals'
import { roleGuards, stateGuards } from './rules'
import { isOneOf } from './state-conditions'
import { findRow, ownerSteps, placeSteps, type Rows } from './service-rows'

/** Changes a number of a row by the amount of the body, and writes that down. */
export function adjustBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const { amount, direction, to, field: name } = endpoint.adjust!
  const field = facts.world.field(entity.name, name)!
  const given = attribute('body', { name: amount })
  const by = direction === 'take' ? `-${given}` : given
  // Both sides of a transfer are locked together, in the order of their keys.
  const lock = to === undefined ? ('update' as const) : undefined
  const key = attribute(rows.row, facts.world.keyField(entity.name))
  const receiver = to === undefined ? undefined : attribute('body', { name: to })
  const changes = `[(${key}, ${by})${receiver === undefined ? '' : `, (${receiver}, ${given})`}]`
  const steps = [
    ...roleGuards(facts, entity.name, 'update'),
    ...findRow(facts, entity, rows.row, rows.key, lock, endpoint.lookup),
    ...placeSteps(facts, route, rows),
    ...ownerSteps(facts, entity, ownership(facts, entity, 'update') ? 'update' : 'read', rows.row),
    ...stateGuards(facts, entity, 'update', rows.row),
    ...ownGuards(facts, route, rows.row),
    ...(receiver === undefined ? [] : receiverSteps(facts, entity, to!, receiver, key)),
    statement(call('book', 'self.session', modelName(entity), quoted(attributeName(field)), changes, refusalOf(facts, entity, field)), 8, 'await '),
    ...logSteps(facts, route, key, given, `${attribute(rows.row, field)}`),
    ...(receiver === undefined ? [] : otherLogSteps(facts, route, receiver, given)),
    '        await self.session.commit()',
  ]
  return endpoint.status === 204 ? steps : [...steps, `        return ${rows.row}`]
}

/** States in which this endpoint changes nothing. */
function ownGuards(facts: AppFacts, { endpoint, entity }: Route, row: string): string[] {
  const effects = facts.effects('adjust-guard', entity.name).filter((effect) => effect.path === endpoint.path)
  return effects.flatMap((effect) => {
    const field = facts.world.field(entity.name, effect.field)
    if (!field) return []
    const condition = isOneOf(facts, entity, field, row, effect.values)
    return [lines(`        if ${condition}:`, refuse('RuleViolationError', sentence(facts, effect), 12))]
  })
}

/** Whoever receives has to be there, and somebody else. */
function receiverSteps(facts: AppFacts, entity: Entity, name: string, key: string, own: string): string[] {
  const [rule] = facts.effects('receiver', entity.name)
  const found = call('await any_row', 'self.session', `${modelName(entity)}.${attributeName(facts.world.keyField(entity.name))} == ${key}`)
  return [
    lines(
      statement(found, 8, 'if not ', ':'),
      statement(call('InvalidReferenceError', quoted(`${name} refers to something that does not exist`)), 12, 'raise '),
    ),
    lines(
      `        if ${key} == ${own}:`,
      refuse('RuleViolationError', rule === undefined ? quoted(`${name} names the same ${words(entity)}`) : sentence(facts, rule), 12),
    ),
  ]
}

function logSteps(facts: AppFacts, { endpoint }: Route, key: string, amount: string, after: string): string[] {
  const { log } = endpoint.adjust!
  if (log === undefined) return []
  return [adding(facts, endpoint.adjust!.log!.sets, route(facts, endpoint), key, amount, log.after === undefined ? undefined : after)]
}

function otherLogSteps(facts: AppFacts, { endpoint }: Route, key: string, amount: string): string[] {
  const { log } = endpoint.adjust!
  return log?.other === undefined ? [] : [adding(facts, log.other, route(facts, endpoint), key, amount, undefined)]
}

const route = (facts: AppFacts, endpoint: Route['endpoint']) => ({ endpoint, notes: noteFields(facts.world, endpoint) })

function adding(
  facts: AppFacts,
  sets: Record<string, string>,
  { endpoint, notes }: ReturnType<typeof route>,
  key: string,
  amount: string,
  after: string | undefined,
): string {
  const log = endpoint.adjust!.log!
  const entity = facts.world.entity(log.entity)
  const named = (name: string): Field => facts.world.field(entity.name, name)!
  const maker = entity.fields.find((field) => field.fromCaller) ?? entity.fields.find((field) => isMaker(facts, field))
  const values: Code[] = [
    `${attributeName(named(log.reference))}=${key}`,
    `${attributeName(named(log.amount))}=${amount}`,
    ...Object.entries(sets).map(([name, value]) => `${attributeName(named(name))}=${literalOf(facts, entity, named(name), value)}`),
    ...(after === undefined ? [] : [`${attributeName(named(log.after!))}=${after}`]),
    ...notes.map((field) => `${attributeName(field)}=${attribute('body', field)}`),
    ...(maker === undefined ? [] : [`${attributeName(maker)}=${callerId(facts, maker)}`]),
  ]
  return statement(call('self.session.add', call(modelName(entity), ...values)), 8)
}

const isMaker = ({ spec }: AppFacts, field: Field): boolean =>
  field.reference !== undefined &&
  field.reference.entity === spec.auth.userEntity &&
  /^(?:created_by|performed_by|made_by|user|actor|recorded_by)(?:_id)?$/.test(field.name)

/** The fields of the body: who receives, the amount, and what is written down. */
export function adjustLines(
  facts: AppFacts,
  { endpoint, entity }: Route,
  line: (field: Pick<Field, 'name'>, type: string, value?: string) => string,
): string[] {
  const { to, log } = endpoint.adjust!
  const typeOf = (owner: Entity, field: Field): string => {
    const { type, alias } = inputType(facts, owner, field)
    return alias === undefined ? type : flat(alias)
  }
  const key = facts.world.keyField(entity.name)
  const reference: Field = { ...key, type: 'reference', list: false, reference: { entity: entity.name, onDelete: 'restrict' } }
  const amount = amountField(facts.world, endpoint)
  return [
    ...(to === undefined ? [] : [line({ name: to }, typeOf(entity, reference))]),
    line(amount, typeOf(entity, amount)),
    ...noteFields(facts.world, endpoint).map((field) => {
      const type = typeOf(facts.world.entity(log!.entity), field)
      return field.required ? line(field, type) : line(field, `${type} | None`, 'None')
    }),
  ]
}

/** In words, for the schema. */
export const adjustDoc = ({ endpoint, entity }: Route): string => `By how much ${endpoint.adjust!.field} of the ${words(entity)} changes.`
