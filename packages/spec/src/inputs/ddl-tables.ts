import type { FieldFacts } from '../facts'
import { nameKey } from '../words'
import { checkFacts } from './ddl-checks'
import type { Reading } from './ddl-reading'
import { constant, defaultFacts, typeFacts, typeLabel } from './ddl-types'
import type { Tree } from './pg-parser'
import { type Column, newTable, type Table } from './tables'

export function readTable(node: Tree, reading: Reading): void {
  const table = newTable(node.relation.relname, reading.lineOf(node.relation.location))
  if (node.inhRelations !== undefined) {
    reading.lost.push({ what: `table ${table.name} as part of another`, line: table.line })
    return
  }
  reading.tables.set(table.name, table)
  for (const element of node.tableElts ?? []) {
    if (element.ColumnDef !== undefined) readColumn(element.ColumnDef, table, reading)
    else if (element.Constraint !== undefined) readConstraint(element.Constraint, table, null, reading)
    else reading.lost.push({ what: `LIKE in ${table.name}`, line: table.line })
  }
}

export function readColumn(node: Tree, table: Table, reading: Reading): void {
  const line = reading.lineOf(node.location)
  let facts = typeFacts(node.typeName, reading.types)
  if (facts === null) {
    const label = typeLabel(node.typeName)
    reading.input.diagnostics.push({
      level: 'warning',
      message: `${table.name}.${node.colname} has the type ${label} and is kept as text`,
      lines: [line],
    })
    facts = { type: 'text' }
  }
  const column: Column = { name: node.colname, line, facts: { ...facts }, ignoresCase: typeLabel(node.typeName) === 'citext' }
  table.columns.set(column.name, column)
  for (const { Constraint: constraint } of node.constraints ?? []) readConstraint(constraint, table, column, reading)
}

export const namesOf = (list: Tree): string[] => (list ?? []).map((one: Tree) => one.String.sval)

export function readConstraint(node: Tree, table: Table, column: Column | null, reading: Reading): void {
  const line = node.location === undefined ? table.line : reading.lineOf(node.location)
  const own = column === null ? [] : [column.name]
  switch (node.contype) {
    case 'CONSTR_NOTNULL':
      if (column !== null) column.facts.nullable = false
      return
    case 'CONSTR_NULL':
    case 'CONSTR_ATTR_DEFERRABLE':
    case 'CONSTR_ATTR_DEFERRED':
    case 'CONSTR_ATTR_NOT_DEFERRABLE':
    case 'CONSTR_ATTR_IMMEDIATE':
      return
    case 'CONSTR_DEFAULT':
      readDefault(node.raw_expr, table, column!, line, reading)
      return
    case 'CONSTR_IDENTITY':
      column!.facts.readOnly = true
      return
    case 'CONSTR_GENERATED':
      column!.facts.readOnly = true
      reading.lost.push({ what: `the formula of ${table.name}.${column!.name}`, line })
      return
    case 'CONSTR_PRIMARY':
      table.primary = node.keys === undefined ? own : namesOf(node.keys)
      return
    case 'CONSTR_UNIQUE':
      addUnique(node.keys === undefined ? own : namesOf(node.keys), table, line)
      return
    case 'CONSTR_FOREIGN':
      readForeign(node, node.fk_attrs === undefined ? own : namesOf(node.fk_attrs), table, line, reading)
      return
    case 'CONSTR_CHECK':
      readCheck(node, table, line, reading)
      return
    default:
      reading.lost.push({ what: `${String(node.contype).replace('CONSTR_', '').toLowerCase()} constraint of ${table.name}`, line })
  }
}

function addUnique(columns: string[], table: Table, line: number): void {
  table.unique.push({ columns, caseInsensitive: columns.some((name) => table.columns.get(name)?.ignoresCase === true), line })
}

export function readDefault(expression: Tree, table: Table, column: Column, line: number, reading: Reading): void {
  const facts = defaultFacts(expression, column.name)
  if (facts !== null) {
    Object.assign(column.facts, facts)
    return
  }
  reading.lost.push({ what: `the default of ${table.name}.${column.name}, which may stay empty`, line })
  column.computedDefault = true
}

const ON_DELETE: Record<string, FieldFacts['onDelete']> = { c: 'cascade', n: 'set-null', d: 'set-null', r: 'restrict', a: 'restrict' }

function readForeign(node: Tree, columns: string[], table: Table, line: number, reading: Reading): void {
  const column = table.columns.get(columns[0] ?? '')
  if (columns.length !== 1 || column === undefined) {
    reading.lost.push({ what: `the key of several columns from ${table.name} to ${node.pktable.relname}`, line })
    return
  }
  Object.assign(column.facts, { references: node.pktable.relname, onDelete: ON_DELETE[node.fk_del_action] ?? 'restrict' })
}

function readCheck(node: Tree, table: Table, line: number, reading: Reading): void {
  const found = checkFacts(node.raw_expr)
  for (const { name, facts } of found.columns) Object.assign(table.columns.get(name)?.facts ?? {}, facts)
  const rules = found.whole ? found.sentences : [...found.sentences, checkText(node, reading)]
  for (const text of rules) reading.input.facts.rules.push({ text, line, entity: nameKey(table.name), kind: 'rule' })
}

/** The CHECK as written, for the list of rules. */
function checkText(node: Tree, reading: Reading): string {
  const rest = reading.bytes.subarray(node.location, node.location + 2000).toString()
  const start = rest.indexOf('CHECK') === -1 ? 0 : rest.search(/CHECK/i)
  let depth = 0
  for (let at = start; at < rest.length; at += 1) {
    if (rest[at] === '(') depth += 1
    if (rest[at] === ')' && --depth === 0) return rest.slice(start, at + 1).replace(/\s+/g, ' ')
  }
  return rest.slice(start, start + 200)
}

export function readIndex(node: Tree, reading: Reading): void {
  const table = reading.tables.get(node.relation.relname)
  const line = reading.lineOf(node.relation.location)
  const lowered = (one: Tree) => one.FuncCall?.funcname?.at(-1)?.String?.sval === 'lower'
  const columns = node.indexParams.map(
    ({ IndexElem: one }: Tree) => one.name ?? (lowered(one.expr) ? one.expr.FuncCall.args[0].ColumnRef?.fields?.at(-1)?.String?.sval : undefined),
  )
  const plain = columns.every((name: unknown) => typeof name === 'string' && table?.columns.has(name) === true)
  if (table === undefined || !plain) {
    reading.lost.push({ what: `index ${node.idxname ?? ''} on ${node.relation.relname}`, line })
    return
  }
  const caseInsensitive = node.indexParams.some(({ IndexElem: one }: Tree) => one.expr !== undefined)
  if (node.unique === true && node.whereClause !== undefined)
    reading.input.facts.rules.push({
      text: `${columns.join(' and ')} must be unique among the rows that the index ${node.idxname ?? ''} covers`,
      line,
      entity: nameKey(table.name),
      kind: 'rule',
    })
  else if (node.unique === true) table.unique.push({ columns, caseInsensitive, line })
  else if (columns.length === 1) table.columns.get(columns[0])!.facts.indexed = true
}

export function readInsert(node: Tree, line: number, reading: Reading): void {
  const table = reading.tables.get(node.relation.relname)
  const columns: string[] = node.cols?.map((one: Tree) => one.ResTarget.name) ?? [...(table?.columns.keys() ?? [])]
  const rows = node.selectStmt?.SelectStmt?.valuesLists
  if (rows === undefined) {
    reading.lost.push({ what: `insert into ${node.relation.relname} by a query`, line })
    return
  }
  for (const { List: list } of rows) {
    const values = list.items.map(constant)
    const row = Object.fromEntries(columns.map((name, index) => [name, values[index]]).filter((pair) => pair[1] !== undefined))
    const at = list.items[0]?.A_Const?.location
    reading.input.facts.seeds.push({ table: node.relation.relname, row, line: at === undefined ? line : reading.lineOf(at) })
  }
}
