import type { Endpoint, Entity } from '@forge/spec'
import { attributeName } from '../names'
import type { AppFacts, Route } from './app-facts'
import { outputType } from './field-types'
import { conditionsOf, expressionOf, figureClass, memberLine, typeOf } from './figures'
import { call, type Code, flat, lines, quoted, statement, WIDTH } from './python'
import { roleGuards } from './rules'
import { column, keyColumn } from './service-rows'

/** A row with figures for each of what the rows have in common, in one statement. */
export function reportBody(facts: AppFacts, route: Route, answer: string): string[] {
  const { endpoint, entity } = route
  const { name, field, periods, param } = endpoint.grouped!
  const own = column(entity, { name: field })
  const period = param === undefined ? quoted(periods?.[0] ?? '') : `query.${attributeName({ name: param })}`
  const group = periods === undefined ? own : 'group'
  const shown = shownColumns(facts, route)
  const selected = [
    `${group}.label(${quoted(name)})`,
    ...shown.map(({ name: each, column: from }) => `${from}.label(${quoted(each)})`),
    ...endpoint.figures!.map((figure) => expressionOf(facts, entity, figure)),
  ]
  const conditions = [...conditionsOf(facts, {}, entity), ...boundsOf(facts, endpoint, entity)]
  const groups = [group, ...shown.map((each) => each.column)]
  const { ranked } = endpoint
  const order = ranked === undefined ? [group] : [`sa.${ranked.order}(${quoted(ranked.by)})`, group]
  return [
    ...roleGuards(facts, entity.name, 'list'),
    ...(periods === undefined ? [] : [statement(call('period_of', own, period), 8, 'group = ')]),
    statement(call('sa.select', ...selected), 8, 'statement = '),
    ...(shown.length === 0 ? [] : [statement(joinOf(facts, entity, field), 8, 'statement = ')]),
    ...(conditions.length === 0 ? [] : [statement(call('statement.where', ...conditions), 8, 'statement = ')]),
    statement(call('statement.group_by', ...groups), 8, 'statement = '),
    statement(call('statement.order_by', ...order), 8, 'statement = '),
    ...(ranked?.limit === undefined ? [] : [`        statement = statement.limit(query.${attributeName(ranked.limit)})`]),
    '        rows = (await self.session.execute(statement)).mappings()',
    rowsAs(answer, [name, ...shown.map((each) => each.name), ...endpoint.figures!.map((figure) => figure.name[0]!)]),
  ]
}

/** The rows of the result, each as the answer holds it. */
function rowsAs(answer: string, names: string[]): string {
  const row = call(answer, ...names.map((name) => `${attributeName({ name })}=row[${quoted(name)}]`))
  const line = `        return [${flat(row)} for row in rows]`
  return line.length <= WIDTH ? line : lines('        return [', statement(row, 12), '            for row in rows', '        ]')
}

/** The entity that the field of a report points at. */
const targetOf = (facts: AppFacts, entity: Entity, field: string): Entity =>
  facts.world.entity(facts.world.field(entity.name, field)!.reference!.entity)

function shownColumns(facts: AppFacts, { endpoint, entity }: Route): { name: string; column: string }[] {
  const { field, shows = {} } = endpoint.grouped!
  return Object.entries(shows).map(([name, from]) => ({ name, column: column(targetOf(facts, entity, field), { name: from }) }))
}

function joinOf(facts: AppFacts, entity: Entity, field: string): Code {
  const target = targetOf(facts, entity, field)
  const key = keyColumn(facts, target)
  return call('statement.join', key.slice(0, key.lastIndexOf('.')), `${key} == ${column(entity, { name: field })}`)
}

/** Days in UTC, both included. */
function boundsOf(facts: AppFacts, { range }: Endpoint, entity: Entity): Code[] {
  const field = range?.fields[entity.name]
  if (range === undefined || field === undefined) return []
  const bounded = column(entity, { name: field })
  const [from, to] = [range.from, range.to].map((name) => (name === undefined ? undefined : `query.${attributeName({ name })}`))
  const [since, until] = facts.world.field(entity.name, field)!.type === 'date' ? ['at_least', 'at_most'] : ['since_day', 'until_day']
  return [...(from === undefined ? [] : [call(since!, bounded, from)]), ...(to === undefined ? [] : [call(until!, bounded, to)])]
}

/** The class of one row of a report. */
export function reportClass(facts: AppFacts, { endpoint, entity }: Route, name: string): string {
  const { name: group, field, periods, param, shows = {} } = endpoint.grouped!
  const grouped = facts.world.field(entity.name, field)!
  const type = periods === undefined ? outputType(facts, entity, grouped) : param === undefined && periods[0] !== 'month' ? 'dt.date' : 'str'
  const optional = periods === undefined && facts.columnNullable(entity, grouped) ? ' | None' : ''
  const shown = Object.entries(shows).map(([each, from]) => {
    const target = targetOf(facts, entity, field)
    const held = facts.world.field(target.name, from)!
    return memberLine(each, `${outputType(facts, target, held)}${facts.columnNullable(target, held) ? ' | None' : ''}`)
  })
  return figureClass(name, `One row of ${endpoint.path}.`, [
    memberLine(group, `${type}${optional}`),
    ...shown,
    ...endpoint.figures!.map((figure) => memberLine(figure.name[0]!, typeOf(facts, figure))),
  ])
}

/** The query parameter that chooses the period. */
export function periodLine({ grouped }: Endpoint): [name: string, type: string, usual: string][] {
  if (grouped?.param === undefined) return []
  const periods = grouped.periods!.map(quoted)
  return [[grouped.param, `Literal[${periods.join(', ')}]`, periods[0]!]]
}
