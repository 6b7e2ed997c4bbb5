import { findEndpoints } from '../endpoints'
import { cells, parseFieldLine } from '../fields'
import { bodyFields, isObject, readJson } from '../json-block'
import { readNotation } from '../notations'
import { readJsonSchema } from '../notations/json-schema'
import type { Section } from '../section'
import type { PlacedLine } from '../sections'
import { ENTITY_COLUMN } from '../sections'
import { readSql } from '../sql'
import { nameKey, wordsOf } from '../words'
import { addEndpoint } from './endpoint-fact'
import { readShort } from './model-lines'
import { inside, isRuleSection, type State } from './state'

export function readRow(line: PlacedLine, state: State): void {
  const row = cells(line.text)
  if (row.every((cell) => /^:?-{2,}:?$/.test(cell))) return
  const found = findEndpoints(row.slice(0, 2).join(' '))
  if (found.length > 0) {
    for (const one of found) addEndpoint({ ...one, summary: restOf(row) }, line, state.facts)
    return
  }
  const swapped = findEndpoints(`${row[1] ?? ''} ${row[0] ?? ''}`)
  if (swapped.length > 0) {
    for (const one of swapped) addEndpoint({ ...one, summary: restOf(row) }, line, state.facts)
    return
  }
  if (state.table === null || state.table.section !== line.section) {
    state.table = { columns: row.map((cell) => cell.toLowerCase()), section: line.section }
    return
  }
  readFieldRow(row, line, state)
}

const restOf = (row: string[]): string =>
  row
    .slice(2)
    .filter((cell) => !/^[-—–]?$/.test(cell))
    .join(' — ')

function readFieldRow(row: string[], line: PlacedLine, state: State): void {
  const columns = state.table!.columns
  const at = (pattern: RegExp) => columns.findIndex((column) => pattern.test(column))
  const nameAt = at(/^(field|name|column|attribute|property|campo|nome|nombre|feld|champ|nom\b|字段|名称)/)
  if (isRuleSection(line.section)) {
    const sentenceAt = at(/^(?:rules?|descriptions?|business rules?|constraints?|statement)$/)
    const text = (
      sentenceAt !== -1 && columns.every((column, index) => index === sentenceAt || /^(?:#|no\.?|nr\.?|id|number|code)$/.test(column))
        ? [row[sentenceAt] ?? '']
        : row
    )
      .filter((cell) => cell !== '')
      .join(': ')
    if (text === '') return
    state.facts.rules.push({ text, line: line.number, entity: line.section.entity, kind: 'validation' })
    return
  }
  const entityAt = at(ENTITY_COLUMN)
  const entity = entityAt === -1 ? line.section.entity : declaredInRow(row[entityAt] ?? '', line, state)
  if (nameAt === -1 || entity === null) return
  const name = row[nameAt] ?? ''
  if (!/^[A-Za-z_]\w*$/.test(name)) return
  const qualifiers: string[] = []
  for (const [index, cell] of row.entries()) {
    if (index === nameAt || index === entityAt || cell === '' || cell === '-' || cell === '—') continue
    const column = columns[index] ?? ''
    if (/^(?:required|obligator|obrigat|requerid|requis|pflicht|erforderlich|必填)/.test(column))
      qualifiers.push(/^(?:yes|y\b|true|✓|✔|x\b|required|s[ií]m?\b|oui|ja|是)/i.test(cell) ? 'required' : 'optional')
    else if (/^(null|nullable)/.test(column)) qualifiers.push(/^(yes|y|true|✓|✔|x|null)$/i.test(cell) ? 'nullable' : 'not null')
    else if (/^unique/.test(column)) qualifiers.push(/^(yes|y|true|✓|✔|x|unique)/i.test(cell) ? 'unique' : '')
    else if (/^default/.test(column)) qualifiers.push(`default: ${cell}`)
    else if (row.some((other) => /^enum$/i.test(other)) && /^[\w-]+(?:\s*[,/|]\s*[\w-]+)+(?:\s*\(.*\))?$/.test(cell))
      qualifiers.push(...enumCell(cell))
    else qualifiers.push(/^data$/i.test(cell) && /^tipo/.test(column) ? 'date' : cell)
  }
  const text = qualifiers.filter((part) => part !== '').join(', ')
  for (const field of parseFieldLine(`${name}: ${text}`)) {
    state.facts.fields.push({ entity, name: field.name, line: line.number, weight: 2, facts: field.facts })
  }
}

/** `draft, published (default draft)` beside the type `enum`. */
function enumCell(cell: string): string[] {
  const [list, note] = cell.split(/\s*\(/)
  return [`enum: ${list!.split(/\s*[,/|]\s*/).join(' | ')}`, ...(note === undefined ? [] : [note.replace(/\)$/, '')])]
}

/** A table of the fields of several entities names the entity in each row, or in its first one alone. */
function declaredInRow(cell: string, line: PlacedLine, state: State): string | null {
  const { entities } = state.facts
  if (cell === '') return entities.at(-1)?.key ?? null
  const key = nameKey(cell)
  if (entities.every((one) => one.key !== key)) entities.push({ key, name: cell, line: line.number, junction: false, weight: 2 })
  return key
}

export function readCode(lines: PlacedLine[], state: State): void {
  const { facts } = state
  const first = lines[0]!
  const section = first.section
  if (first.lang === 'tree' || lines.some((line) => /[├└]/.test(line.text))) {
    facts.tree.push(...lines.map((line) => ({ text: line.text, line: line.number })))
    return
  }
  const content = lines.map((line) => line.text).join('\n')
  if (first.lang === 'sql' || /^\s*CREATE\s+(TABLE|TYPE)/im.test(content)) {
    readSql(lines, facts)
    return
  }
  if (/^\s*[{[]/.test(content)) readJsonBlock(lines, section, state)
  else if (
    readNotation(
      lines.map(({ text, number }) => ({ text, line: number })),
      first.lang,
      facts,
    )
  )
    return
  else if (section.kind !== 'noise' && section.kind !== 'workflow') readPlainCode(lines, state)
}

function readJsonBlock(lines: PlacedLine[], section: Section, state: State): void {
  const block = readJson(lines)
  if (readJsonSchema(block.value, lines[0]!.number, state.facts)) return
  state.facts.json.push({ block, section })
  const current = state.current
  if (current === null || !inside(section, current.section)) {
    readModelJson(lines, section, state, block.value)
    return
  }
  const status = section.title.match(/\b(\d{3})\b\s*(.*)$/)
  if (section.kind === 'response' || status !== null) {
    current.fact.responses.push({ status: Number(status?.[1] ?? 200), label: status?.[2] ?? '', json: block, line: lines[0]!.number })
  } else if (section.kind === 'request' || ['POST', 'PUT', 'PATCH'].includes(current.fact.method)) {
    current.fact.body.push(...bodyFields(lines))
  } else current.fact.responses.push({ status: 200, label: '', json: block, line: lines[0]!.number })
}

/** A JSON example right under an entity's heading lists its fields. */
function readModelJson(lines: PlacedLine[], section: Section, state: State, value: unknown): void {
  if ((section.kind !== 'models' && section.kind !== 'fields') || section.entity === null || !(value === undefined || isObject(value))) return
  for (const field of bodyFields(lines))
    state.facts.fields.push({ entity: section.entity, name: field.name, line: field.line, weight: 0, facts: field.facts })
}

/** Lists of endpoints and short models are often fenced. */
function readPlainCode(lines: PlacedLine[], state: State): void {
  const { facts } = state
  let entity: string | null = null
  for (const line of lines) {
    const text = line.text.trim().replace(/^[-*]\s+/, '')
    if (text === '') continue
    if (/^(GET|POST|PUT|PATCH|DELETE)\b/.test(text)) {
      for (const found of findEndpoints(text)) addEndpoint(found, line, facts)
      continue
    }
    const placed = { ...line, kind: 'text' as const, text }
    if (readShort(placed, state)) continue
    const head = text.match(/^(?:(?:model|entity|table|class|type|interface|export interface)\s+)?([A-Z]\w+)\s*[:{]$/)
    if (head !== null) {
      entity = nameKey(head[1]!)
      facts.entities.push({ key: entity, name: head[1]!, line: line.number, junction: false, weight: 2 })
    } else if (entity !== null && wordsOf(text).length > 0 && /^[a-z_]\w*\??\s*[:\s]/.test(text)) {
      for (const field of parseFieldLine(text)) facts.fields.push({ entity, name: field.name, line: line.number, weight: 2, facts: field.facts })
    }
  }
}
