import type { Entity } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { attributeName } from '../names'
import { listOwnership, visibleRows } from './access'
import { type AppFacts, attribute, modelName, type Route } from './app-facts'
import { pythonModule } from './module'
import { call, type Code, docstring, lines, quoted, statement } from './python'
import { roleGuards } from './rules'
import { column, findRow, keyColumn, ownerSteps, type Rows } from './service-rows'

/** Rows above or below one row. */
export function lineageBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const above = column(entity, { name: endpoint.above! })
  const down = endpoint.operation === 'descendants'
  const key = attribute(rows.row, facts.world.keyField(entity.name))
  const start = down ? `${above} == ${key}` : `${keyColumn(facts, entity)} == ${attribute(rows.row, { name: endpoint.above! })}`
  return [
    ...readSteps(facts, route, rows),
    ...lineSteps(facts, entity, above, start, down),
    statement(call('statement.order_by', 'line.c.distance', keyColumn(facts, entity)), 8, 'statement = '),
    '        return await fetch_all(self.session, statement)',
  ]
}

/** Rows with those below them: all of them, or one. */
export function treeBody(facts: AppFacts, route: Route, rows: Rows, node: string): string[] {
  const { endpoint, entity } = route
  const above = column(entity, { name: endpoint.above! })
  const key = facts.world.keyField(entity.name)
  const names = [key, { name: endpoint.above! }].map((field) => quoted(attributeName(field)))
  const nodes = (rowsOf: string): Code => call('nested', node, rowsOf, ...names)
  const ordered = statement(call('statement.order_by', keyColumn(facts, entity)), 8, 'statement = ')
  if (endpoint.param === undefined) {
    const conditions = shown(facts, entity)
    const select = `sa.select(${modelName(entity)})`
    return [
      ...roleGuards(facts, entity.name, 'list'),
      conditions.length === 0 ? `        statement = ${select}` : statement(call(`${select}.where`, ...conditions), 8, 'statement = '),
      ordered,
      '        rows = await fetch_all(self.session, statement)',
      statement(nodes('rows'), 8, 'return '),
    ]
  }
  return [
    ...readSteps(facts, route, rows),
    ...lineSteps(facts, entity, above, `${keyColumn(facts, entity)} == ${attribute(rows.row, key)}`, true),
    ordered,
    '        rows = await fetch_all(self.session, statement)',
    statement(nodes('rows'), 8, 'return ', '[0]'),
  ]
}

/** The row that the path names, where the caller may see it. */
function readSteps(facts: AppFacts, { endpoint, entity }: Route, rows: Rows): string[] {
  return [
    ...roleGuards(facts, entity.name, 'read'),
    ...findRow(facts, entity, rows.row, rows.key, undefined, endpoint.lookup),
    ...ownerSteps(facts, entity, 'read', rows.row),
  ]
}

function lineSteps(facts: AppFacts, entity: Entity, above: string, start: string, down: boolean): string[] {
  const conditions = shown(facts, entity)
  const key = keyColumn(facts, entity)
  return [
    statement(call('lineage', key, above, start, `down=${down ? 'True' : 'False'}`), 8, 'line = '),
    statement(call(`sa.select(${modelName(entity)}).join`, 'line', `${key} == line.c.key`), 8, 'statement = '),
    ...(conditions.length === 0 ? [] : [statement(call('statement.where', ...conditions), 8, 'statement = ')]),
  ]
}

/** What the caller may see, and nobody has deleted. */
function shown(facts: AppFacts, entity: Entity): string[] {
  const { softDelete } = entity
  return [
    ...(listOwnership(facts, entity) ? [`${visibleRows(entity)}(caller)`] : []),
    ...(softDelete ? [`${column(entity, { name: softDelete.field })}.is_(${softDelete.deletedValue ? 'False' : 'True'})`] : []),
  ]
}

/** A row never comes to lie below itself. */
export function cycleSteps(facts: AppFacts, entity: Entity, row: string, names: string[]): string[] {
  return entity.fields.flatMap((field) => {
    if (!names.includes(field.name) || !pointsUp(entity, field)) return []
    const name = quoted(attributeName(field))
    const key = facts.world.keyField(entity.name)
    return [
      `        if changes.get(${name}) is not None:`,
      statement(
        call('refuse_cycle', 'self.session', keyColumn(facts, entity), column(entity, field), attribute(row, key), `changes[${name}]`),
        12,
        'await ',
      ),
    ]
  })
}

/** True for the field with which rows point at the row above them. */
export const pointsUp = (entity: Entity, field: Entity['fields'][number]): boolean =>
  field.reference?.entity === entity.name && !field.list && /^parent/.test(field.name)

/** The class of a row with those below it. */
export function nodeClass(entity: Entity, name: string): string {
  return lines(
    `class ${name}(${entity.name}Read):`,
    docstring(`A row of ${entity.table} with those below it.`, 4),
    '',
    `    children: list["${name}"]`,
  )
}

const LINEAGE = `def lineage(
    key: InstrumentedAttribute[Any], above: InstrumentedAttribute[Any], start: sa.ColumnElement[bool], *, down: bool
) -> sa.CTE:
    """Select rows up or down a tree, from those for which \`start\` holds, with their distance from there."""
    first = sa.select(key.label("key"), above.label("above"), sa.literal(0).label("distance")).where(start)
    line = first.cte(recursive=True)
    following = above == line.c.key if down else key == line.c.above
    return line.union_all(sa.select(key, above, line.c.distance + 1).where(following))`

const NESTED = `def nested(node: type[Node], rows: Sequence[Base], key: str, above: str) -> list[Node]:
    """Show rows with those below them; a row whose upper row is not there stands at the top."""
    keys = {getattr(row, key) for row in rows}
    below: dict[Any, list[Base]] = {}
    for row in rows:
        upper = getattr(row, above)
        below.setdefault(upper if upper in keys else None, []).append(row)

    def nodes(upper: Any) -> list[Node]:
        return [shown(row, nodes(getattr(row, key))) for row in below.get(upper, [])]

    def shown(row: Base, children: list[Node]) -> Node:
        values = {name: getattr(row, name) for name in node.model_fields if name != "children"}
        return node.model_validate(values | {"children": children})

    return nodes(None)`

const REFUSE_CYCLE = `async def refuse_cycle(
    session: AsyncSession, key: InstrumentedAttribute[Any], above: InstrumentedAttribute[Any], row: Any, upper: Any
) -> None:
    """Refuse to put a row below itself, or below a row that lies below it."""
    line = lineage(key, above, key == upper, down=False)
    if await session.scalar(sa.select(sa.exists().where(line.c.key == row))):
        raise RuleViolationError("It would lie below itself")`

/** `app/services/trees.py`, with exactly what the services use. */
export function treesFile(used: (name: string) => boolean): ProjectFile[] {
  const needs = used('lineage') || used('refuse_cycle')
  const blocks = [
    used('nested') ? 'Node = TypeVar("Node", bound=BaseModel)' : undefined,
    needs ? LINEAGE : undefined,
    used('nested') ? NESTED : undefined,
    used('refuse_cycle') ? REFUSE_CYCLE : undefined,
  ].filter((block) => block !== undefined)
  return blocks.length === 0 ? [] : [{ path: 'app/services/trees.py', content: pythonModule('Rows that lie below rows of their own kind.', blocks) }]
}
