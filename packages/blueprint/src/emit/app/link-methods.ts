import type { Entity, Field } from '@forge/spec'
import { words } from '../../words'
import { attributeName } from '../names'
import { callerId } from './access'
import { type AppFacts, attribute, modelName, type Route } from './app-facts'
import { call, lines, statement } from './python'
import { refuse, sentence } from './refusals'
import { roleGuards } from './rules'
import { linksSeveral } from './schemas'
import { belongsTo, column, findRow, keyColumn, linkOf, ownerSteps, parentSteps, placeSteps, type Rows } from './service-rows'

/** Links rows, in whatever number the body names them. */
export function linkAddBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const { junction, left, right } = linkOf(facts, route)
  const steps = [...roleGuards(facts, junction.name, 'create'), ...parentSteps(facts, route, rows)]
  const pair = (value: string) => `{"${attributeName(left)}": ${rows.parentId}, "${attributeName(right)}": ${value}}`
  if (endpoint.param !== undefined)
    steps.push(
      ...findRow(facts, entity, rows.row, rows.key).map((step) =>
        facts.world.hidesDeleted(entity.name) ? step : step.replace(`${rows.row} = await`, 'await'),
      ),
    )
  const field = attributeName({ name: endpoint.body?.[0] ?? '' })
  const several = linksSeveral(route)
  const links =
    endpoint.param !== undefined ? `[${pair(rows.key)}]` : several ? `[${pair('key')} for key in body.${field}]` : `[${pair(`body.${field}`)}]`
  if (endpoint.replaces) {
    const gone = [`${column(junction, left)} == ${rows.parentId}`, `${column(junction, right)}.not_in(body.${field})`]
    steps.push(statement(call('self.session.execute', call(`sa.delete(${modelName(junction)}).where`, ...gone)), 8, 'await '))
  }
  steps.push(statement(call('link', 'self.session', modelName(junction), links), 8, 'await '))
  if (endpoint.status === 204) return steps
  const order = keyColumn(facts, entity)
  return [
    ...steps,
    statement(call(`sa.select(${modelName(entity)}).where`, belongsTo(facts, route, rows)), 8, 'statement = '),
    `        return await fetch_all(self.session, statement.order_by(${order}))`,
  ]
}

/** Joins the caller to the row, once. */
export function markBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const { junction, target, caller } = markOf(facts, route)
  const key = attribute(rows.row, facts.world.keyField(entity.name))
  const pair = `[{"${attributeName(target)}": ${key}, "${attributeName(caller)}": ${callerId(facts, caller)}}]`
  const selfless = facts
    .effects('distinct', junction.name)
    .filter(({ fields }) => fields.includes(target.name) && fields.includes(caller.name))
    .map((effect) => lines(`        if ${key} == ${callerId(facts, caller)}:`, refuse('RuleViolationError', sentence(facts, effect), 12)))
  const steps = [
    ...markedRow(facts, route, rows),
    ...selfless.slice(0, 1),
    statement(call('link', 'self.session', modelName(junction), pair), 8, 'await '),
  ]
  return endpoint.status === 204 ? steps : [...steps, `        return ${rows.row}`]
}

/** Parts the caller from the row; where they are not joined, nothing happens. */
export function unmarkBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { junction, target, caller } = markOf(facts, route)
  const key = attribute(rows.row, facts.world.keyField(route.entity.name))
  const conditions = [`${column(junction, target)} == ${key}`, `${column(junction, caller)} == ${callerId(facts, caller)}`]
  return [
    ...markedRow(facts, route, rows),
    statement(call('self.session.execute', call(`sa.delete(${modelName(junction)}).where`, ...conditions)), 8, 'await '),
    '        await self.session.commit()',
  ]
}

/** The row that is marked: one that the caller may see. */
function markedRow(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  return [
    ...(endpoint.parent ? parentSteps(facts, route, rows) : []),
    ...findRow(facts, entity, rows.row, rows.key, undefined, endpoint.lookup),
    ...placeSteps(facts, route, rows),
    ...ownerSteps(facts, entity, 'read', rows.row),
  ]
}

function markOf(facts: AppFacts, { endpoint }: Route): { junction: Entity; target: Field; caller: Field } {
  const { through, target, caller } = endpoint.mark!
  return { junction: facts.world.entity(through), target: facts.world.field(through, target)!, caller: facts.world.field(through, caller)! }
}

export function linkRemoveBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { junction, left, right } = linkOf(facts, route)
  const conditions = [`${column(junction, left)} == ${rows.parentId}`, `${column(junction, right)} == ${rows.key}`]
  return [
    ...roleGuards(facts, junction.name, 'delete'),
    ...parentSteps(facts, route, rows),
    statement(call(`sa.delete(${modelName(junction)}).where`, ...conditions), 8, 'statement = '),
    lines(
      `        if await self.session.scalar(statement.returning(${column(junction, right)})) is None:`,
      `            raise NotFoundError("This ${words(route.entity)} is not linked")`,
    ),
    '        await self.session.commit()',
  ]
}
