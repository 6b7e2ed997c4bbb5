import type { Facts, FieldFacts } from './facts'
import type { Line } from './line'
import { parseQualifiers } from './qualifiers'
import { splitTop } from './qualifiers/members'
import { applyType, typeOf } from './qualifiers/types'
import { nameKey } from './words'

interface Statement {
  text: string
  /** Line of each character offset at which a line starts. */
  starts: { offset: number; line: number }[]
}

/** Reads CREATE TABLE, CREATE TYPE … AS ENUM, CREATE INDEX and INSERT from runs of SQL lines into `facts`. */
export function readSql(lines: Line[], facts: Facts): void {
  for (const statement of statements(lines)) {
    const text = statement.text
    if (/^\s*CREATE\s+TABLE/i.test(text)) readTable(statement, facts)
    else if (/^\s*CREATE\s+TYPE/i.test(text)) readEnumType(statement, facts)
    else if (/^\s*CREATE\s+(UNIQUE\s+)?INDEX/i.test(text)) readIndex(statement, facts)
    else if (/^\s*INSERT\s+INTO/i.test(text)) readInsert(statement, facts)
  }
}

function statements(lines: Line[]): Statement[] {
  const found: Statement[] = []
  let parts: string[] = []
  let starts: Statement['starts'] = []
  let offset = 0
  const close = () => {
    if (parts.length > 0) found.push({ text: parts.join('\n'), starts })
    parts = []
    starts = []
    offset = 0
  }
  for (const line of lines) {
    const text = line.text.replace(/--.*$/, (comment) => ' '.repeat(comment.length))
    if (parts.length === 0 && text.trim() === '') continue
    starts.push({ offset, line: line.number })
    parts.push(text)
    offset += text.length + 1
    if (text.includes(';')) close()
  }
  close()
  return found
}

function lineAt(statement: Statement, offset: number): number {
  let line = statement.starts[0]?.line ?? 0
  for (const start of statement.starts) {
    if (start.offset > offset) break
    line = start.line
  }
  return line
}

const NAME = '["`\\[]?(?:\\w+["`\\]]?\\.["`\\[]?)?(\\w+)["`\\]]?'

function readTable(statement: Statement, facts: Facts): void {
  const head = statement.text.match(new RegExp(`CREATE\\s+TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${NAME}\\s*\\(`, 'i'))
  if (head === null) return
  const name = head[1]!
  const entity = nameKey(name)
  const bodyStart = head.index! + head[0].length
  const bodyEnd = statement.text.lastIndexOf(')')
  const body = statement.text.slice(bodyStart, bodyEnd < bodyStart ? undefined : bodyEnd)
  const key: string[] = []
  let columns = 0
  let offset = 0
  for (const part of splitTop(body, ',')) {
    offset = Math.max(offset, body.indexOf(part, offset))
    const line = lineAt(statement, bodyStart + offset)
    offset += part.length
    if (readConstraint(part, entity, line, facts, key)) continue
    const column = part.match(new RegExp(`^${NAME}\\s+([\\s\\S]+)$`))
    if (column === null) continue
    columns += 1
    facts.fields.push({ entity, name: column[1]!, line, weight: 1, facts: columnFacts(column[2]!.replace(/\s+/g, ' ').trim(), column[1]!, facts) })
  }
  const junction = key.length > 1 && columns <= key.length + 2
  facts.entities.push({ key: entity, name, line: lineAt(statement, head.index!), junction, weight: 1 })
}

function readConstraint(part: string, entity: string, line: number, facts: Facts, key: string[]): boolean {
  const text = part.replace(/\s+/g, ' ').replace(/^CONSTRAINT \S+ /i, '')
  const list = text.match(/^(PRIMARY KEY|UNIQUE(?: KEY| INDEX)?(?: \w+)?)\s*\(([^)]*)\)/i)
  const names = list === null ? [] : list[2]!.split(',').map((name) => name.trim().replace(/["`]/g, ''))
  if (list !== null && /^PRIMARY/i.test(list[1]!)) {
    key.push(...names)
    for (const name of names) facts.fields.push({ entity, name, line, weight: 1, facts: { primary: true } })
    return true
  }
  if (list !== null) {
    addUnique(facts, entity, names, false, line)
    return true
  }
  const foreign = text.match(
    /^FOREIGN KEY\s*\(\s*["`]?(\w+)["`]?\s*\)\s*REFERENCES\s+["`]?(\w+)["`]?(?:\s*\([^)]*\))?(?:.*ON DELETE (CASCADE|SET NULL|RESTRICT|NO ACTION))?/i,
  )
  if (foreign !== null) {
    facts.fields.push({ entity, name: foreign[1]!, line, weight: 1, facts: { references: foreign[2]!, ...onDelete(foreign[3]) } })
    return true
  }
  const check = text.match(/^CHECK\s*\((.*)\)$/i)
  if (check !== null) {
    const subject = check[1]!.match(/^\(*\s*["`]?(\w+)/)
    if (subject !== null) facts.fields.push({ entity, name: subject[1]!, line, weight: 1, facts: checkFacts(check[1]!) })
    return true
  }
  return /^(INDEX|KEY|EXCLUDE|CONSTRAINT)\b/i.test(text) && !/^\w+\s+(INT|VARCHAR|TEXT)/i.test(text)
}

function onDelete(word: string | undefined): Pick<FieldFacts, 'onDelete'> {
  const rule = word?.toLowerCase()
  if (rule === undefined) return {}
  return { onDelete: rule === 'cascade' ? 'cascade' : rule === 'set null' ? 'set-null' : 'restrict' }
}

function columnFacts(text: string, name: string, facts: Facts): FieldFacts {
  const result: FieldFacts = {}
  const inline = text.match(/^ENUM\s*\(([^)]*)\)/i)
  const typeWord = text.match(
    /^((?:DOUBLE PRECISION|CHARACTER VARYING|TIMESTAMP(?:\(\d\))? WITH(?:OUT)? TIME ZONE|\w+)(?:\s*\([\d,\s]+\))?(?:\[\])?)/i,
  )
  if (inline !== null) {
    result.type = 'enum'
    result.values = inline[1]!.split(',').map((value) => value.trim().replace(/^'|'$/g, ''))
  } else if (typeWord !== null) {
    const type = typeOf(typeWord[1]!.replace(/\(\d\) with/i, ' with'))
    if (type !== null) applyType(result, type)
    else if (facts.enums.some((known) => known.name.toLowerCase() === typeWord[1]!.toLowerCase()))
      result.references = `enum:${typeWord[1]!.toLowerCase()}`
    if (/^(big|small)?serial/i.test(typeWord[1]!)) result.readOnly = true
  }
  if (/\bPRIMARY KEY\b/i.test(text)) Object.assign(result, { primary: true, readOnly: true })
  if (/\bNOT NULL\b/i.test(text)) result.nullable = false
  if (/\bUNIQUE\b/i.test(text)) result.unique = 'exact'
  const reference = text.match(/\bREFERENCES\s+["`]?(?:\w+\.)?(\w+)["`]?(?:\s*\([^)]*\))?(?:[^,]*?ON DELETE (CASCADE|SET NULL|RESTRICT|NO ACTION))?/i)
  if (reference !== null) Object.assign(result, { references: reference[1]! }, onDelete(reference[2]))
  const fallback = text.match(/\bDEFAULT\s+('(?:[^']|'')*'|\S+(?:\(\))?)/i)
  if (fallback !== null) Object.assign(result, parseQualifiers(`default ${fallback[1]!}`, name).facts)
  const check = text.match(/\bCHECK\s*\((.*)\)/i)
  if (check !== null) Object.assign(result, checkFacts(check[1]!))
  if (result.auto === 'created') {
    if (/^(updated|modified)/i.test(name)) result.auto = 'updated'
    result.readOnly = true
  }
  if (
    result.required === undefined &&
    result.nullable === false &&
    result.default === undefined &&
    result.auto === undefined &&
    result.primary !== true
  )
    result.required = true
  return result
}

function checkFacts(text: string): FieldFacts {
  const result: FieldFacts = {}
  const members = text.match(/\bIN\s*\(([^)]*)\)/i)
  if (members !== null && members[1]!.includes("'")) {
    return { type: 'enum', values: members[1]!.split(',').map((value) => value.trim().replace(/^'|'$/g, '')) }
  }
  const between = text.match(/\bBETWEEN\s+(-?[\d.]+)\s+AND\s+(-?[\d.]+)/i)
  if (between !== null) return { min: Number(between[1]), max: Number(between[2]) }
  for (const [, operator, value] of text.matchAll(/(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)/g)) {
    const parsed = parseQualifiers(`${operator} ${value}`, '').facts
    Object.assign(result, parsed)
  }
  return result
}

function readEnumType(statement: Statement, facts: Facts): void {
  const match = statement.text.match(/CREATE\s+TYPE\s+(\w+)\s+AS\s+ENUM\s*\(([\s\S]*?)\)/i)
  if (match === null) return
  const values = [...match[2]!.matchAll(/'([^']*)'/g)].map((value) => value[1]!)
  facts.enums.push({ name: match[1]!, values, line: lineAt(statement, 0), section: null })
}

function readIndex(statement: Statement, facts: Facts): void {
  const match = statement.text.match(new RegExp(`CREATE\\s+(UNIQUE\\s+)?INDEX[\\s\\S]*?\\bON\\s+${NAME}[^(]*\\(([\\s\\S]*)\\)`, 'i'))
  if (match === null) return
  const line = lineAt(statement, 0)
  const entity = nameKey(match[2]!)
  const lower = /lower\s*\(/i.test(match[3]!)
  const names = match[3]!
    .replace(/lower\s*\(([^)]*)\)/gi, '$1')
    .split(',')
    .map((name) => name.trim().replace(/["`]/g, '').split(/\s/)[0]!)
  if (match[1] !== undefined) addUnique(facts, entity, names, lower, line)
  else if (names.length === 1) facts.fields.push({ entity, name: names[0]!, line, weight: 1, facts: { indexed: true } })
}

function addUnique(facts: Facts, entity: string, names: string[], caseInsensitive: boolean, line: number): void {
  if (names.length === 1)
    facts.fields.push({ entity, name: names[0]!, line, weight: 1, facts: { unique: caseInsensitive ? 'case-insensitive' : 'exact' } })
  else facts.uniqueTogether.push({ entity, fields: names, caseInsensitive, line })
}

function readInsert(statement: Statement, facts: Facts): void {
  const match = statement.text.match(new RegExp(`INSERT\\s+INTO\\s+${NAME}\\s*\\(([^)]*)\\)\\s*VALUES\\s*([\\s\\S]*)$`, 'i'))
  if (match === null) return
  const columns = match[2]!.split(',').map((name) => name.trim().replace(/["`]/g, ''))
  for (const tuple of splitTop(match[3]!.replace(/;\s*$/, ''), ',')) {
    const values = splitTop(tuple.replace(/^\(|\)$/g, ''), ',')
    if (values.length !== columns.length) continue
    const row = Object.fromEntries(columns.map((column, index) => [column, literal(values[index]!)]))
    facts.seeds.push({ table: match[1]!, row, line: lineAt(statement, statement.text.indexOf(tuple)) })
  }
}

/** A literal of SQL or of `name=value` notes. */
export function literal(text: string): string | number | boolean | null {
  const value = text.trim().replace(/[.,;]$/, '')
  if (/^["'`].*["'`]$/.test(value)) return value.slice(1, -1)
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
  if (/^(null|none)$/i.test(value)) return null
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}
