import type { Endpoint } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import type { AppFacts } from '../app/app-facts'

/** `mock-views.ts`: lists by name, figures and trees of the mock. The same for every specification. */
export function mockViewsFile(): ProjectFile {
  return { path: 'frontend/src/api/mock-views.ts', content: TEXT }
}

/** What the mock has to know of these of an endpoint. */
export function viewFacts(facts: AppFacts, endpoint: Endpoint): Record<string, unknown> {
  const { when, matches, ranked, searchParam, figures, above, parent } = endpoint
  const told = figures?.map(({ name, entity, function: kind, field, where, when: conditions, by }) => ({
    name,
    table: facts.world.entity(entity).table,
    kind,
    ...(field === undefined ? {} : { field }),
    ...(where === undefined ? {} : { where }),
    ...(conditions === undefined ? {} : { when: conditions }),
    ...(by === undefined ? {} : { by }),
    ...(parent?.field === undefined ? {} : { link: { field: parent.field, param: parent.param } }),
  }))
  const report = reportFacts(facts, endpoint)
  return Object.fromEntries(
    Object.entries({ when, matches, ranked, searchParam, figures: told, report, above }).filter(([, value]) => value !== undefined),
  )
}

function reportFacts(facts: AppFacts, { entity, grouped, range }: Endpoint): Record<string, unknown> | undefined {
  if (grouped === undefined) return undefined
  const { shows, ...rest } = grouped
  const target = shows === undefined ? undefined : facts.world.field(entity!, grouped.field)?.reference?.entity
  const { fields, ...bounds } = range ?? { fields: {} }
  return {
    ...rest,
    ...(target === undefined ? {} : { shows: { table: facts.world.entity(target).table, key: facts.world.keyField(target).name, fields: shows } }),
    ...(range === undefined ? {} : { range: { field: fields[entity!], ...bounds } }),
  }
}

const TEXT = `// Lists by name, figures, reports and trees of the mock.

import { type Condition, type MockFigure, type MockReport, type MockRoute, mockTables, type Row } from './mock-routes'

/** Whether a row belongs to the list that the path names. */
export function isShown(route: MockRoute, row: Row, params: Record<string, string>): boolean {
  const { matches, when } = route
  if (matches && String(row[matches.field] ?? '') !== params[matches.param]) return false
  return (when ?? []).every((condition) => holds(condition, row))
}

function holds({ field, is, not, atMost }: Condition, row: Row): boolean {
  const value = row[field]
  if (not) return !not.includes(value)
  if (atMost !== undefined) return Number(value) <= Number(typeof atMost === 'number' ? atMost : row[atMost])
  if (is === 'null' || is === 'not-null') return (value === null || value === undefined) === (is === 'null')
  const moment = Date.parse(String(value))
  return is === 'past' ? moment < Date.now() : moment > Date.now()
}

/** The figures of an answer, over the rows of the mock. */
export function figuresOf(route: MockRoute, rowsOf: (table: string) => Row[], params: Record<string, string>): Row {
  const answer: Row = {}
  for (const figure of route.figures ?? []) {
    const rows = rowsOf(figure.table).filter((row) => counts(figure, row, params))
    const [first = '', second] = figure.name
    if (second === undefined) answer[first] = worked(figure, rows)
    else answer[first] = { ...(answer[first] as Row | undefined), [second]: worked(figure, rows) }
  }
  return answer
}

/** The rows of a report: one for each of what the rows of the mock have in common. */
export function reportOf({ table, report, figures = [], ranked }: MockRoute, rowsOf: (table: string) => Row[], query: URLSearchParams): Row[] {
  if (!report) return []
  const { name, field, shows } = report
  const period = query.get(report.param ?? '') ?? report.periods?.[0]
  const groups = new Map<unknown, Row[]>()
  for (const row of rowsOf(table).filter((each) => isBetween(report, each, query))) {
    const group = period === undefined ? row[field] : periodOf(String(row[field]), period)
    groups.set(group, [...(groups.get(group) ?? []), row])
  }
  const answers = [...groups].map(([group, rows]): Row => {
    const shown = shows && rowsOf(shows.table).find((each) => each[shows.key] === group)
    const beside = Object.entries(shows?.fields ?? {}).map(([as, from]) => [as, shown?.[from]])
    const numbers = figures.map((figure) => [figure.name[0], worked(figure, rows.filter((row) => counts(figure, row, {})))])
    return { [name]: group, ...Object.fromEntries([...beside, ...numbers]) }
  })
  if (!ranked) return answers.sort((a, b) => (String(a[name]) < String(b[name]) ? -1 : 1))
  const { by, limit } = ranked
  const most = Number(query.get(limit?.name ?? '') ?? limit?.default ?? answers.length)
  return answers.sort((a, b) => Number(b[by]) - Number(a[by])).slice(0, most)
}

function isBetween({ range }: MockReport, row: Row, query: URLSearchParams): boolean {
  if (!range) return true
  const day = String(row[range.field]).slice(0, 10)
  return day >= (query.get(range.from ?? '') ?? '') && day <= (query.get(range.to ?? '') ?? '9999-12-31')
}

/** The day, the week by its Monday, or the month of a moment. */
function periodOf(moment: string, period: string): string {
  const day = new Date(moment)
  if (period === 'week') day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7))
  return day.toISOString().slice(0, period === 'month' ? 7 : 10)
}

function counts({ link, where, when }: MockFigure, row: Row, params: Record<string, string>): boolean {
  if (link && String(row[link.field]) !== params[link.param]) return false
  return Object.entries(where ?? {}).every(([name, value]) => row[name] === value) && (when ?? []).every((condition) => holds(condition, row))
}

function worked({ kind, field, by, table }: MockFigure, rows: Row[]): unknown {
  if (by !== undefined) {
    const members = mockTables[table]?.enums[by] ?? []
    return Object.fromEntries(members.map((member) => [member, rows.filter((row) => row[by] === member).length]))
  }
  if (kind === 'count') return rows.length
  const numbers = rows.map((row) => row[field ?? '']).filter((value) => typeof value === 'number')
  const sum = numbers.reduce((total, value) => total + value, 0)
  if (kind === 'sum') return sum
  if (numbers.length === 0) return null
  return kind === 'average' ? sum / numbers.length : kind === 'minimum' ? Math.min(...numbers) : Math.max(...numbers)
}

/** Rows with those below them; a row whose upper row is not there stands at the top. */
export function treeOf(rows: Row[], key: string, above: string, top?: Row): Row[] {
  const keys = new Set(rows.map((row) => String(row[key])))
  const withChildren = (row: Row): Row => ({ ...row, children: rows.filter((each) => String(each[above]) === String(row[key])).map(withChildren) })
  return (top ? [top] : rows.filter((row) => !keys.has(String(row[above])))).map(withChildren)
}

/** Rows above or below one, the nearest first. */
export function lineOf(rows: Row[], key: string, above: string, row: Row, down: boolean): Row[] {
  const next = (from: Row) => rows.filter((each) => (down ? String(each[above]) === String(from[key]) : String(each[key]) === String(from[above])))
  const line = next(row)
  for (const each of line) line.push(...next(each).filter((other) => !line.includes(other)))
  return line
}
`
