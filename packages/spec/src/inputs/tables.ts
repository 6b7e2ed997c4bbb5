import type { Diagnostic } from '../api-spec'
import { findEndpoints } from '../endpoints'
import type { Facts, FieldFacts } from '../facts'
import { entityName, nameKey, plural, tableName, wordsOf } from '../words'

/** What an input holds: facts as the text reader collects them, and what of the input is not followed. */
export interface Input {
  facts: Facts
  diagnostics: Diagnostic[]
}

export interface Column {
  name: string
  line: number
  facts: FieldFacts
  /** Values that differ in case only are equal. */
  ignoresCase?: boolean
  /** The database makes a value where none is given, in a way that is not followed. */
  computedDefault?: boolean
}

/** A table of a schema file, before anything is inferred. */
export interface Table {
  name: string
  line: number
  columns: Map<string, Column>
  /** Columns of the primary key. */
  primary: string[]
  unique: { columns: string[]; caseInsensitive: boolean; line: number }[]
}

export const newTable = (name: string, line: number): Table => ({ name, line, columns: new Map(), primary: [], unique: [] })

/** Adds the tables to the facts, with the endpoints that a service over such tables usually has. */
export function addTables(tables: Iterable<Table>, input: Input): void {
  const { facts } = input
  const stated = facts.endpoints.length > 0
  if (!stated) facts.basePath = { path: '/api/v1', line: 0 }
  const all = [...tables]
  for (const table of all) {
    const junction = isJunction(table)
    addKey(table, junction, input)
    const entity = nameKey(table.name)
    facts.entities.push({ key: entity, name: table.name, line: table.line, junction, weight: 2 })
    for (const column of table.columns.values()) facts.fields.push({ entity, name: column.name, line: column.line, weight: 2, facts: column.facts })
    for (const { columns, caseInsensitive, line } of table.unique) {
      if (columns.length > 1) facts.uniqueTogether.push({ entity, fields: columns, caseInsensitive, line })
      else if (table.columns.has(columns[0] ?? '')) table.columns.get(columns[0]!)!.facts.unique = caseInsensitive ? 'case-insensitive' : 'exact'
    }
    if (stated) continue
    if (junction) addLinks(table, facts)
    else facts.crud.push({ names: [plural(wordsOf(entityName(table.name)).join(' '))], line: table.line })
  }
  for (const relation of facts.relations)
    if (!stated && relation.kind === 'many-to-many') addPair(relation.entity, relation.target, relation.line, facts)
  if (!stated)
    input.diagnostics.push({
      level: 'info',
      message: 'the file states no endpoints: create, read, update and delete are inferred for each table, and links for each joining table',
      lines: [],
    })
}

const targets = (table: Table): string[] =>
  [...table.columns.values()].flatMap(({ facts }) => (facts.references === undefined ? [] : [facts.references]))

/** Two references that are the key, or nothing but two references and the moment of joining them. */
function isJunction(table: Table): boolean {
  const keyed = table.primary.length === 2 && table.primary.every((name) => table.columns.get(name)?.facts.references !== undefined)
  const rest = [...table.columns.values()].filter(({ facts }) => facts.references === undefined)
  return keyed || (table.primary.length !== 1 && targets(table).length === 2 && rest.every(({ facts }) => facts.auto !== undefined))
}

function addKey(table: Table, junction: boolean, input: Input): void {
  if (table.primary.length === 1 || junction) {
    for (const name of table.primary) {
      const facts = table.columns.get(name)?.facts
      if (facts === undefined) continue
      facts.primary = true
      facts.nullable = false
      if (!junction) facts.readOnly = true
    }
    return
  }
  if (table.primary.length > 1) {
    table.unique.push({ columns: table.primary, caseInsensitive: false, line: table.line })
    input.diagnostics.push({
      level: 'info',
      message: `${entityName(table.name)} has the key (${table.primary.join(', ')}): rows get an id of their own, and the columns of the key are unique together`,
      lines: [table.line],
    })
  }
}

function addLinks(table: Table, facts: Facts): void {
  const [left, right] = targets(table)
  if (left !== undefined && right !== undefined && nameKey(left) !== nameKey(right)) addPair(left, right, table.line, facts)
}

function addPair(left: string, right: string, line: number, facts: Facts): void {
  const segment = (name: string) => tableName(name).replace(/_/g, '-')
  const params = [left, right].map((name) => `{${wordsOf(entityName(name)).join('_')}_id}`)
  const path = `/${segment(left)}/${params[0]}/${segment(right)}`
  const add = (method: 'GET' | 'POST' | 'DELETE', at: string, summary: string) =>
    facts.endpoints.push({ method, path: at, summary, line, context: nameKey(right), notes: [], query: [], body: [], responses: [], inferred: true })
  const [owner, thing] = [left, right].map((name) => wordsOf(entityName(name)).join(' '))
  add('GET', path, '')
  add('POST', path, `Add ${thing} to ${owner}`)
  add('DELETE', `${path}/${params[1]}`, `Remove ${thing} from ${owner}`)
}

/** Endpoints and rules that people write into the comments of a schema file. */
export function readComments(comments: readonly { text: string; line: number }[], facts: Facts): void {
  for (const { text, line } of comments) {
    const found = /^(?:GET|POST|PUT|PATCH|DELETE)\b/.test(text) ? findEndpoints(text) : []
    for (const { method, path, summary, query } of found)
      facts.endpoints.push({
        method,
        path,
        summary,
        line,
        context: null,
        notes: [],
        query: query.map((name) => ({ name, text: '', line })),
        body: [],
        responses: [],
      })
    if (found.length === 0 && RULE.test(text)) facts.rules.push({ text, line, entity: null, kind: 'note' })
  }
}

const RULE = /\b(?:cannot|can't|must(?: not)?|may not|only (?:the |by )?\w+ (?:can|may)|not allowed|forbidden)\b/i

/** Several findings of one kind as one remark. */
export function remark(input: Input, level: Diagnostic['level'], message: string, found: readonly { what: string; line: number }[]): void {
  if (found.length === 0) return
  const what = [...new Set(found.map((one) => one.what))].join(', ')
  input.diagnostics.push({ level, message: `${message}: ${what}`, lines: found.map((one) => one.line).slice(0, 20) })
}
