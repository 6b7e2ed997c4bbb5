import type { FieldFacts } from './facts'
import { parseQualifiers } from './qualifiers'
import { isMember, splitTop } from './qualifiers/members'
import { typeOf } from './qualifiers/types'
import { plain } from './words'

export interface ParsedField {
  name: string
  facts: FieldFacts
  /** Qualifiers that were not understood. */
  unknown: string[]
}

const IDENT = '[A-Za-z_][A-Za-z0-9_]*'

/** One bullet, line or table cell that defines a field; several when it only lists names. Empty when it defines none. */
export function parseFieldLine(text: string): ParsedField[] {
  const clean = plain(text)
    .replace(/^["']([A-Za-z_]\w*)["']/, '$1')
    .replace(/[,;]$/, '')
    .trim()
  const spaced = clean.match(/^([a-z]+(?: [a-z]+){1,2})(\s*[:(]\s*)([a-z]+)\b(.*)$/s)
  if (spaced !== null && typeOf(spaced[3]!) !== null) return parseFieldLine(`${spaced[1]!.replace(/ /g, '_')}${spaced[2]}${spaced[3]}${spaced[4]}`)
  const several = severalNames(clean) ?? severalFields(clean)
  if (several !== null) return several
  const pair = clean.match(new RegExp(`^(${IDENT})(?:\\s*[/,&]\\s*|\\s+and\\s+)(${IDENT})\\s*([:(].*)$`, 's'))
  if (pair !== null) return [pair[1]!, pair[2]!].flatMap((name) => parseFieldLine(`${name}${pair[3]}`))
  const match = clean.match(new RegExp(`^(${IDENT})(\\[\\])?([?*!])?\\s*(.*)$`, 's'))
  if (match === null) return []
  const [, name, array, mark, tail] = match
  const qualifiers = qualifierText(tail!, name!)
  if (qualifiers === null) return []
  const { facts, unknown } = parseQualifiers(qualifiers, name!)
  if (array !== undefined) facts.list = true
  if (mark === '?') facts.required = false
  if (mark === '*' || mark === '!') facts.required = true
  return [{ name: name!, facts, unknown }]
}

/** `(string, required): the title`, `: string, required`, `VARCHAR(50) NOT NULL`, `- string`, `| string |`; null when it is prose. */
function qualifierText(tail: string, name: string): string | null {
  if (tail === '') return ''
  const arrow = tail.match(/^(?:->|→|=>)\s*([A-Z]\w*|\w+(?=\.id\b|\s*$))(?:\.\w+)?\s*,?\s*(.*)$/s)
  if (arrow !== null && (/_?id$/i.test(name) || /^[A-Z]/.test(arrow[1]!))) return `references ${arrow[1]}, ${arrow[2]!.replace(/^\((.*)\)$/s, '$1')}`
  if (/^[([]/.test(tail)) {
    const end = closing(tail)
    const inner = tail.slice(1, end)
    const after = tail.slice(end + 1).replace(/^\s*[:–—→-]+\s*/, '')
    return after === '' ? inner : `${inner}, ${after}`
  }
  const separated = tail.match(/^\s*(?::|=|–|—|->|→|-{1,2})\s*(.*)$/s)
  if (separated !== null) return separated[1]!
  if (/^(?:belongs to|references?|reference to|foreign key)\b|^[\w-]+(?:\s*\|\s*[\w-]+)+/i.test(tail)) return tail
  if (/^(?:[<>]=?\s*-?\d|-?\d+(?:\.\d+)?\s*(?:-|–|to|\.\.)\s*\d)/.test(tail)) return tail
  const word = tail.match(/^([A-Za-z]+(?:\s*\([\d,\s]+\))?(?:\[\])?)(.*)$/s)
  if (word !== null && (typeOf(word[1]!) !== null || /^(enum|required|optional|unique|nullable|fk|pk|references)$/i.test(word[1]!))) return tail
  if (/^(integer|string|text|boolean|date|datetime|number|uuid)\b/i.test(tail)) return tail
  return /^(id|uuid)$/.test(name) ? '' : null
}

function closing(text: string): number {
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    if ('(['.includes(text[index]!)) depth += 1
    else if (')]'.includes(text[index]!) && --depth === 0) return index
  }
  return text.length
}

function severalNames(text: string): ParsedField[] | null {
  const parts = splitTop(text.replace(/\s+(?:and|&)\s+/g, ', '))
  if (parts.length < 2 || !parts.every((part) => new RegExp(`^${IDENT}$`).test(part))) return null
  return parts.map((name) => ({ name, facts: {}, unknown: [] }))
}

/** `id, email (unique), floor (integer)`: each a name, with brackets or without, and none of them a qualifier of the one before. */
function severalFields(text: string): ParsedField[] | null {
  const parts = splitTop(text)
  const shape = new RegExp(`^${IDENT}[?!]?(?:\\s*(?:\\(.*\\)|\\[.*\\]))?$`, 's')
  if (parts.length < 2 || !parts.every((part) => shape.test(part)) || !parts.some((part) => /[([?]/.test(part))) return null
  const fields = parts.flatMap((part) => parseFieldLine(part))
  return fields.length === parts.length && fields.every(({ name }) => isName(name)) ? fields : null
}

const isName = (word: string): boolean => isMember(word) || /^(?:email|date|time|url|link|text|currency|key|uuid)$/.test(word)

/** The list inside `User (id, email unique, status: todo|done, tags[])`; what is said of a field and not understood is among its unknowns. */
export function parseFieldList(list: string): ParsedField[] {
  const fields: ParsedField[] = []
  for (const part of withQualifiers(splitTop(list))) {
    const parsed = parseFieldLine(part)
    if (parsed.length > 0) {
      fields.push(...parsed)
      continue
    }
    const name = part.match(new RegExp(`^["']?(${IDENT})["']?\\s+(.+)$`))
    if (name !== null && part.split(/\s+/).length <= 6) fields.push({ name: name[1]!, ...parseQualifiers(name[2]!, name[1]!) })
  }
  return fields
}

/** `status: open/closed, default open, title`: a part that can only qualify stands with the field before it. */
function withQualifiers(parts: string[]): string[] {
  const joined: string[] = []
  for (const part of parts) {
    const qualifies =
      /^(?:default(?:s to)?\b.+|required|optional|unique|nullable|not null|indexed|read[- ]only|write[- ]only|primary key|(?:min|max)(?:imum)?[ :=]\s*\d.*)$/i
    if (joined.length > 0 && qualifies.test(part) && /[:(\s]/.test(joined.at(-1)!)) joined[joined.length - 1] += `, ${part}`
    else joined.push(part)
  }
  return joined
}

/** Cells of a Markdown table row, without the outer bars. */
export function cells(row: string): string[] {
  return row
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => plain(cell.replace(/\\\|/g, '|')).trim())
}
