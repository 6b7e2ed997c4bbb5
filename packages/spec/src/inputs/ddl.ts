import { SpecError } from '../error'
import { blankFacts, type FieldFacts } from '../facts'
import { nameKey } from '../words'
import { checkFacts } from './ddl-checks'
import { constant, defaultFacts, typeFacts, typeLabel } from './ddl-types'
import { type PgStatement, parsePostgres, type Tree } from './pg-parser'
import { addTables, type Column, type Input, newTable, readComments, remark, type Table } from './tables'

/** What the reading of a schema needs everywhere. */
interface Reading {
  input: Input
  /** The text, as the bytes that offsets count. */
  bytes: Buffer
  lineOf: (offset: number) => number
  tables: Map<string, Table>
  /** Enumerations and domains. */
  types: Map<string, FieldFacts>
  skipped: { what: string; line: number }[]
  lost: { what: string; line: number }[]
}

/**
 * Reads a file of PostgreSQL statements, by PostgreSQL's own grammar.
 * @throws SpecError for what PostgreSQL would not accept, with its line.
 */
export function readDdl(source: string): Input {
  const text = withoutPsql(source)
  const lineOf = lineCounter(text)
  const parsed = parsePostgres(text)
  if ('message' in parsed)
    throw new SpecError(
      `Line ${lineOf(parsed.position)}: this is read as a PostgreSQL schema, and PostgreSQL's grammar says: ${parsed.message}.`,
      'Correct the statement on that line, or put the SQL into a code block of a text that describes the API.',
    )
  const comments = commentsOf(source)
  const reading: Reading = {
    input: { facts: blankFacts(titleOf(comments)), diagnostics: [] },
    bytes: Buffer.from(text),
    lineOf,
    tables: new Map(),
    types: new Map(),
    skipped: [],
    lost: [],
  }
  for (const statement of parsed.stmts) readType(statement, reading)
  for (const statement of parsed.stmts) readStatement(statement, reading)
  readComments(comments, reading.input.facts)
  for (const table of reading.tables.values()) for (const column of table.columns.values()) complete(column)
  addTables(reading.tables.values(), reading.input)
  remark(reading.input, 'info', 'statements that concern the server rather than the data are left out', reading.skipped)
  remark(reading.input, 'warning', 'not followed', reading.lost)
  return reading.input
}

/** Lines of psql and the data of COPY are blanked; every other line keeps its number. */
function withoutPsql(source: string): string {
  let copying = false
  return source
    .split('\n')
    .map((line) => {
      const blank = copying || line.startsWith('\\') || /^COPY\s.*\bFROM\s+stdin/i.test(line)
      copying = copying ? !line.startsWith('\\.') : /^COPY\s.*\bFROM\s+stdin/i.test(line)
      return blank ? '' : line
    })
    .join('\n')
}

/** Offsets are bytes of UTF-8. */
function lineCounter(text: string): (offset: number) => number {
  const ends: number[] = []
  const bytes = Buffer.from(text)
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) ends.push(at)
  return (offset) => {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (ends[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

function commentsOf(source: string): { text: string; line: number }[] {
  return source.split('\n').flatMap((line, index) => {
    const comment = line.match(/(?:^|\s)--\s*(.*)$/)?.[1]?.trim()
    return comment === undefined || comment === '' ? [] : [{ text: comment, line: index + 1 }]
  })
}

function titleOf(comments: { text: string; line: number }[]): string {
  const first = comments[0]
  return first !== undefined && first.line <= 5 && /\w{3}/.test(first.text) && !/dump|^Name:/i.test(first.text) ? first.text.slice(0, 120) : 'API'
}

function readType({ stmt }: PgStatement, reading: Reading): void {
  const one = stmt['CreateEnumStmt']
  if (one !== undefined) {
    const values = (one.vals ?? []).map((value: Tree) => value.String.sval)
    if (values.length > 0) reading.types.set(one.typeName.at(-1).String.sval.toLowerCase(), { type: 'enum', values })
  }
  const domain = stmt['CreateDomainStmt']
  if (domain === undefined) return
  const facts: FieldFacts = { ...typeFacts(domain.typeName, reading.types) }
  for (const { Constraint: rule } of domain.constraints ?? []) {
    if (rule.contype === 'CONSTR_NOTNULL') facts.nullable = false
    if (rule.contype === 'CONSTR_CHECK') for (const check of checkFacts(rule.raw_expr).columns) Object.assign(facts, check.facts)
  }
  reading.types.set(domain.domainname.at(-1).String.sval.toLowerCase(), facts)
}

const QUIET =
  /^(?:VariableSet|Transaction|CreateExtension|CreateSchema|Grant|GrantRole|Drop|CreateSeq|AlterSeq|AlterOwner|CreateRole|CreatedbStmt|Createdb|AlterDefaultPrivileges|Vacuum|Select|AlterDatabaseSet|AlterRole)/

function readStatement({ stmt, location }: PgStatement, reading: Reading): void {
  const kind = Object.keys(stmt)[0]!
  const node = stmt[kind]
  const line = reading.lineOf(location + leading(reading.bytes, location))
  switch (kind) {
    case 'CreateStmt':
      readTable(node, reading)
      return
    case 'AlterTableStmt':
      readAlter(node, line, reading)
      return
    case 'IndexStmt':
      readIndex(node, reading)
      return
    case 'InsertStmt':
      readInsert(node, line, reading)
      return
    case 'CreateEnumStmt':
    case 'CreateDomainStmt':
      return
    case 'CommentStmt':
      readComments([{ text: String(node.comment ?? ''), line }], reading.input.facts)
      return
    default:
      ;(QUIET.test(kind) ? reading.skipped : reading.lost).push({ what: nameOf(kind), line })
  }
}

/** Blanks and comments before a statement. */
const leading = (bytes: Buffer, location: number): number =>
  bytes
    .subarray(location, location + 5000)
    .toString()
    .match(/^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/)?.[0].length ?? 0

/** `CreateTrigStmt` → `create trigger`. */
const nameOf = (kind: string): string =>
  kind
    .replace(/Stmt$/, '')
    .replace(/Trig$/, 'Trigger')
    .replace(/Seq$/, 'Sequence')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()

function readTable(node: Tree, reading: Reading): void {
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

function readColumn(node: Tree, table: Table, reading: Reading): void {
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

const namesOf = (list: Tree): string[] => (list ?? []).map((one: Tree) => one.String.sval)

function readConstraint(node: Tree, table: Table, column: Column | null, reading: Reading): void {
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

function readDefault(expression: Tree, table: Table, column: Column, line: number, reading: Reading): void {
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

function readAlter(node: Tree, line: number, reading: Reading): void {
  const table = reading.tables.get(node.relation.relname)
  for (const { AlterTableCmd: command } of node.cmds ?? []) {
    const column = table?.columns.get(command.name ?? '')
    if (
      /^AT_(?:ChangeOwner|SetStorage|SetCompression|ClusterOn|SetRelOptions|ReplaceRelOptions|SetStatistics|AttachPartition)$/.test(command.subtype)
    )
      reading.skipped.push({ what: 'alter table', line })
    else if (table === undefined) reading.lost.push({ what: `alter ${node.relation.relname}, which the file does not create`, line })
    else if (command.subtype === 'AT_AddConstraint') readConstraint(command.def.Constraint, table, null, reading)
    else if (command.subtype === 'AT_AddColumn') readColumn(command.def.ColumnDef, table, reading)
    else if (command.subtype === 'AT_SetNotNull' && column !== undefined) column.facts.nullable = false
    else if (command.subtype === 'AT_DropNotNull' && column !== undefined) delete column.facts.nullable
    else if (command.subtype === 'AT_AddIdentity' && column !== undefined) column.facts.readOnly = true
    else if (command.subtype === 'AT_ColumnDefault' && column !== undefined && command.def !== undefined)
      readDefault(command.def, table, column, line, reading)
    else if (command.subtype === 'AT_DropColumn') table.columns.delete(command.name)
    else reading.lost.push({ what: `${nameOf(String(command.subtype).slice(3))} of ${table.name}`, line })
  }
}

function readIndex(node: Tree, reading: Reading): void {
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

function readInsert(node: Tree, line: number, reading: Reading): void {
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

/** What the column's presence says, once all of its constraints are known. */
function complete({ facts, computedDefault }: Column): void {
  if (computedDefault === true) facts.nullable = true
  if (facts.nullable === undefined && facts.readOnly !== true) facts.nullable = true
}
