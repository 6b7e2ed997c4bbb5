import type { Endpoint, Entity, Figure } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { snake } from '../../words'
import { attributeName } from '../names'
import { listOwnership, visibleRows } from './access'
import type { AppFacts, Route } from './app-facts'
import { storedField } from './columns'
import { outputType } from './field-types'
import { holds, isValue } from './fixed-conditions'
import { pythonModule } from './module'
import { call, type Code, docstring, lines, pascal, quoted, statement } from './python'
import { REPORT_HELPERS } from './report-helpers'
import { roleGuards } from './rules'
import { column, keyColumn, parentSteps, type Rows } from './service-rows'

/** Entities whose rows a route's figures are about, in the order of the figures. */
export const figureEntities = (facts: AppFacts, { figures = [] }: Endpoint): Entity[] =>
  [...new Set(figures.map((figure) => figure.entity))].map((name) => facts.world.entity(name))

/** The name under which a statement yields a figure. */
const labelOf = ({ name }: Figure): string => snake(name.join('_'))

/** All figures in one statement, whatever the number of tables. */
export function statsBody(facts: AppFacts, route: Route, rows: Rows, answer: string): string[] {
  const { endpoint } = route
  const entities = figureEntities(facts, endpoint)
  const steps = entities.flatMap((entity) => roleGuards(facts, entity.name, 'list'))
  if (endpoint.parent) steps.push(...parentSteps(facts, route, rows))
  const [only, ...more] = entities
  if (more.length === 0) steps.push(...selection(facts, route, rows, only!, 'statement'))
  else {
    for (const entity of entities)
      steps.push(...selection(facts, route, rows, entity, entity.table), `        ${entity.table}_row = ${entity.table}.subquery()`)
    const joined = more.reduce((text, { table }) => `${text}.join(${table}_row, sa.true())`, `${only!.table}_row`)
    steps.push(
      statement(call('sa.select', ...entities.map(({ table }) => `${table}_row`)), 8, 'statement = '),
      statement(call('statement.select_from', joined), 8, 'statement = '),
    )
  }
  steps.push('        figures = (await self.session.execute(statement)).mappings().one()')
  return [...steps, statement(answerOf(facts, endpoint, answer), 8, 'return ')]
}

/** One row with the figures of an entity: a statement, or a part of one. */
function selection(facts: AppFacts, route: Route, rows: Rows, entity: Entity, name: string): string[] {
  const { endpoint } = route
  const figures = endpoint.figures!.filter((figure) => figure.entity === entity.name).map((figure) => expressionOf(facts, entity, figure))
  const conditions = conditionsOf(facts, endpoint, entity, rows)
  return [
    statement(call('sa.select', ...figures), 8, `${name} = `),
    ...(conditions.length === 0 ? [] : [statement(call(`${name}.where`, ...conditions), 8, `${name} = `)]),
  ]
}

/** What holds for the rows that count. `rows` names the parent, where there is one. */
export function conditionsOf(facts: AppFacts, { parent, range }: Pick<Endpoint, 'parent' | 'range'>, entity: Entity, rows?: Rows): Code[] {
  const { softDelete } = entity
  const field = range?.fields[entity.name]
  const bounded = field === undefined ? undefined : column(entity, { name: field })
  return [
    ...(parent?.field === undefined ? [] : [`${column(entity, { name: parent.field })} == ${rows!.parentId}`]),
    ...(listOwnership(facts, entity) ? [`${visibleRows(entity)}(caller)`] : []),
    ...(softDelete ? [`${column(entity, { name: softDelete.field })}.is_(${softDelete.deletedValue ? 'False' : 'True'})`] : []),
    ...(bounded === undefined || range?.from === undefined ? [] : [call('at_least', bounded, `query.${attributeName({ name: range.from })}`)]),
    ...(bounded === undefined || range?.to === undefined ? [] : [call('at_most', bounded, `query.${attributeName({ name: range.to })}`)]),
  ]
}

const FUNCTIONS = { sum: 'sa.func.sum', average: 'sa.func.avg', minimum: 'sa.func.min', maximum: 'sa.func.max' } as const

/** A figure as a statement selects it, under its name. */
export function expressionOf(facts: AppFacts, entity: Entity, figure: Figure): Code {
  const label = quoted(labelOf(figure))
  if (figure.by !== undefined) {
    const field = facts.world.field(entity.name, figure.by)!
    return call('*count_each', column(entity, field), facts.enumName(entity, field), label)
  }
  const conditions = [
    ...Object.entries(figure.where ?? {}).map(([name, value]) => isValue(facts, entity, name, value)),
    ...(figure.when ?? []).map((condition) => holds(facts, entity, condition)),
  ]
  if (figure.function === 'count')
    return conditions.length === 0 ? `sa.func.count(${keyColumn(facts, entity)}).label(${label})` : call('count_if', label, ...conditions)
  const worked = `${FUNCTIONS[figure.function]}(${column(entity, { name: figure.field! })})`
  if (figure.function === 'sum') return `sa.func.coalesce(${worked}, 0).label(${label})`
  return figure.function === 'average' ? `sa.cast(${worked}, sa.Float).label(${label})` : `${worked}.label(${label})`
}

/** The figures as the answer holds them. */
function answerOf(facts: AppFacts, { figures = [] }: Endpoint, name: string): Code {
  const value = (figure: Figure): Code => {
    const label = quoted(labelOf(figure))
    if (figure.by === undefined) return `figures[${label}]`
    const entity = facts.world.entity(figure.entity)
    return call('counts_of', 'figures', facts.enumName(entity, facts.world.field(entity.name, figure.by)!), label)
  }
  const given = (attribute: string, code: Code): Code =>
    typeof code === 'string' ? `${attribute}=${code}` : { ...code, head: `${attribute}=${code.head}` }
  const items = membersOf(figures).map(({ name: member, figures: own }): Code => {
    const attribute = attributeName({ name: member })
    if (own.length === 1 && own[0]!.name.length === 1) return given(attribute, value(own[0]!))
    return given(attribute, call(`${partName(name, member)}`, ...own.map((figure) => given(attributeName({ name: figure.name[1]! }), value(figure)))))
  })
  return call(name, ...items)
}

/** Members of the answer, with the figures that each holds. */
function membersOf(figures: readonly Figure[]): { name: string; figures: Figure[] }[] {
  const names = [...new Set(figures.map((figure) => figure.name[0]!))]
  return names.map((name) => ({ name, figures: figures.filter((figure) => figure.name[0] === name) }))
}

const partName = (answer: string, member: string): string => `${answer.replace(/Read$/, '')}${pascal(snake(member))}Read`

// ------------------------------------------------------------------------------------------------------------------- schemas

/** Name of the answer: `OrdersStatsRead`. */
export const figuresName = ({ name }: Pick<Route, 'name'>): string => `${pascal(name.replace(/^get_/, ''))}Read`

/** The classes of an answer, what it holds first. */
export function figureClasses(facts: AppFacts, { endpoint }: Route, name: string): string[] {
  const members = membersOf(endpoint.figures ?? [])
  const parts = members.filter(({ figures }) => figures[0]!.name.length > 1)
  return [
    ...parts.map(({ name: member, figures }) =>
      figureClass(
        partName(name, member),
        `Figures of ${member}.`,
        figures.map((figure) => memberLine(figure.name[1]!, typeOf(facts, figure))),
      ),
    ),
    figureClass(
      name,
      `Figures of ${endpoint.path}.`,
      members.map(({ name: member, figures }) =>
        memberLine(member, figures[0]!.name.length > 1 ? partName(name, member) : typeOf(facts, figures[0]!)),
      ),
    ),
  ]
}

export const figureClass = (name: string, doc: string, members: string[]): string =>
  lines(`class ${name}(BaseModel):`, docstring(doc, 4), '', ...members)

export function memberLine(name: string, type: string): string {
  const attribute = attributeName({ name })
  return `    ${attribute}: ${type}${attribute === name ? '' : ` = Field(serialization_alias=${quoted(name)})`}`
}

export function typeOf(facts: AppFacts, figure: Figure): string {
  const entity = facts.world.entity(figure.entity)
  if (figure.by !== undefined) return `dict[${facts.enumName(entity, facts.world.field(entity.name, figure.by)!)}, int]`
  if (figure.function === 'count') return 'int'
  if (figure.function === 'average') return 'float | None'
  const field = facts.world.field(entity.name, figure.field!)!
  if (figure.function !== 'sum') return `${outputType(facts, entity, field)} | None`
  const { type } = storedField(facts, field)
  return type === 'decimal' ? 'Number' : type === 'float' ? 'float' : 'int'
}

/** Query parameters that bound what is counted. */
export function rangeLines(facts: AppFacts, { range, grouped }: Endpoint): [name: string, type: string][] {
  if (range === undefined) return []
  const [entity, name] = Object.entries(range.fields)[0]!
  const type = facts.world.field(entity, name)?.type === 'date' || grouped !== undefined ? 'dt.date' : 'QueryInstant'
  return [range.from, range.to].flatMap((each): [string, string][] => (each === undefined ? [] : [[each, `${type} | None`]]))
}

// ------------------------------------------------------------------------------------------------------------------- helpers

const COUNT_EACH = `def count_each(column: InstrumentedAttribute[Any], members: type[StrEnum], name: str) -> Iterator[sa.Label[int]]:
    """Count the rows for each member of an enumeration."""
    for member in members:
        yield sa.func.count().filter(column == member).label(f"{name}_{member}")`

const COUNTS_OF = `def counts_of(figures: sa.RowMapping, members: type[Member], name: str) -> dict[Member, int]:
    """Return what was counted for each member of an enumeration."""
    return {member: figures[f"{name}_{member}"] for member in members}`

const COUNT_IF = `def count_if(name: str, *conditions: sa.ColumnElement[bool]) -> sa.Label[int]:
    """Count the rows for which all conditions hold."""
    return sa.func.count().filter(*conditions).label(name)`

/** `app/services/figures.py`, with exactly what the services use. */
export function figuresFile(used: (name: string) => boolean): ProjectFile[] {
  const each = used('count_each') ? ['Member = TypeVar("Member", bound=StrEnum)', COUNT_EACH, COUNTS_OF] : []
  const reports = REPORT_HELPERS.flatMap(([name, text]) => (used(name) ? [text] : []))
  const blocks = [...each, ...(used('count_if') ? [COUNT_IF] : []), ...reports]
  return blocks.length === 0 ? [] : [{ path: 'app/services/figures.py', content: pythonModule('Figures of many rows in one.', blocks) }]
}
