import type { Endpoint } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import type { AppFacts } from '../app/app-facts'

/** `mock-views.ts`: lists by name, figures and trees of the mock. The same for every specification. */
export function mockViewsFile(): ProjectFile {
  return { path: 'frontend/src/api/mock-views.ts', content: TEXT }
}

/** What the mock has to know of these of an endpoint. */
export function viewFacts(facts: AppFacts, { when, matches, ranked, searchParam, figures, above, parent }: Endpoint): Record<string, unknown> {
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
  return Object.fromEntries(Object.entries({ when, matches, ranked, searchParam, figures: told, above }).filter(([, value]) => value !== undefined))
}

const TEXT = `// Lists by name, figures and trees of the mock.

import { type Condition, type MockFigure, type MockRoute, mockTables, type Row } from './mock-routes'

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
