import { SpecError } from '../error'
import type { FieldFacts, Facts } from '../facts'
import { besideCode } from './comments'
import { checkFacts } from './ddl-checks'
import type { Reading } from './ddl-reading'
import { readColumn, readConstraint, readDefault, readIndex, readInsert, readTable } from './ddl-tables'
import { typeFacts } from './ddl-types'
import { type PgStatement, parsePostgres, type Tree } from './pg-parser'
import { addTables, type Column, type Input, readComments, remark } from './tables'

/**
 * Reads a file of PostgreSQL statements, by PostgreSQL's own grammar.
 * @throws SpecError for what PostgreSQL would not accept, with its line.
 */
export function readDdl(source: string, told: Facts): Input {
  const text = withoutPsql(source)
  const lineOf = lineCounter(text)
  const parsed = parsePostgres(text)
  if ('message' in parsed)
    throw new SpecError(
      `Line ${lineOf(parsed.position)}: this is read as a PostgreSQL schema, and PostgreSQL's grammar says: ${parsed.message}.`,
      'Correct the statement on that line, or put the SQL into a code block of a text that describes the API.',
    )
  const reading: Reading = {
    input: { facts: told, diagnostics: [] },
    bytes: Buffer.from(text),
    lineOf,
    tables: new Map(),
    types: new Map(),
    skipped: [],
    lost: [],
  }
  for (const statement of parsed.stmts) readType(statement, reading)
  for (const statement of parsed.stmts) readStatement(statement, reading)
  readComments(commentsOf(source).filter(besideCode(source)), reading.input.facts)
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

/** What the column's presence says, once all of its constraints are known. */
function complete({ facts, computedDefault }: Column): void {
  if (computedDefault === true) facts.nullable = true
  if (facts.nullable === undefined && facts.readOnly !== true) facts.nullable = true
}
