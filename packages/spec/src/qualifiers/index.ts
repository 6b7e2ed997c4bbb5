import type { FieldFacts } from '../facts'
import { plain } from '../words'
import { inEnglish } from './foreign'
import { enumOf, isBareMember, isMember, members, STRONG_ENUM_LIKE, splitTop, unquote } from './members'
import { PRODUCTIONS } from './productions'
import { applyType, typeOf } from './types'

/** What a list of qualifiers says, and the parts that no production understood. */
export interface Qualifiers {
  facts: FieldFacts
  unknown: string[]
}

/**
 * Reads what stands in brackets or behind a colon after a field's name, in any order, comma-separated.
 * Linear in the length of the text.
 */
export function parseQualifiers(text: string, fieldName: string): Qualifiers {
  const facts: FieldFacts = {}
  const unknown: string[] = []
  const cleaned = inEnglish(plain(text))
    .replace(/\s*(?:\/\/|--\s|#\s)\s*/g, ', ')
    .replace(/\b(decimal|numeric) (\d+)\s*,\s*(\d+)\b/gi, '$1($2,$3)')
    .replace(/((?:\benum\s*\([^()]*\))|\b[a-z]+\(\d+(?:,\s*\d+)?\))\s+(?=[\w<>=≥≤])/gi, '$1, ')
    .replace(/\b(?:string|varchar|text)\s*:\s*(?=\w+\s*[/|])/gi, '')
    .replace(
      /\b(?:except|other than|but)(?: for)? [\w ]+(?:, (?:and )?(?:spaces?|hyphens?|dashes|apostrophes?|underscores?|periods?|dots?|commas?)\b)+/gi,
      (list) => list.replace(/,/g, ' and'),
    )
  const parts = splitTop(listed(cleaned, fieldName))
  let collecting = false
  for (const part of parts) {
    const last = collecting ? part.match(/^([\w"'-]+)\s*\((.+)\)$/) : null
    if (last !== null && isMember(last[1]!)) {
      facts.values!.push(...members(last[1]!))
      for (const inner of splitTop(last[2]!)) {
        const rest = applyPart(inner, facts, fieldName)
        if (rest !== null) unknown.push(rest)
      }
      continue
    }
    if (collecting && isMember(part)) {
      facts.values!.push(...members(part))
      continue
    }
    collecting = false
    const opened = enumOf(part, fieldName, parts.length)
    if (opened !== null) {
      facts.type = 'enum'
      facts.values = [...(facts.values ?? []), ...opened]
      collecting = true
      continue
    }
    const rest = applyPart(part, facts, fieldName)
    if (rest !== null) unknown.push(rest)
  }
  const bare = unknown.length >= 2 && unknown.every(isBareMember) && unknown.every((part, index) => part === parts[index])
  if (bare && facts.type === undefined && facts.values === undefined && STRONG_ENUM_LIKE.test(fieldName)) {
    facts.type = 'enum'
    facts.values = unknown.map(unquote)
    return { facts, unknown: [] }
  }
  // `room: Room`: the type is another entity, or an enumeration.
  const [only] = unknown
  if (unknown.length === 1 && only === parts[0] && /^[A-Z][A-Za-z]+$/.test(only!) && facts.type === undefined && facts.references === undefined)
    return { facts: { ...facts, references: only! }, unknown: [] }
  if (facts.values !== undefined) facts.values = [...new Set(facts.values)].filter((value) => /[\p{L}\p{N}]/u.test(value)).slice(0, 200)
  if (facts.values !== undefined && facts.values.length === 0) {
    delete facts.values
    delete facts.type
  }
  return { facts, unknown }
}

/** The default behind a list of members, and the last of them behind "or", as parts of their own. */
function listed(text: string, fieldName: string): string {
  const apart = text.replace(/\s*\((default[^()]*)\)\s*$/i, ', $1').replace(/([\w)"'])\s+(default(?:s to)?\s*[:=]?\s*["']?[\w.-]+["']?)$/i, '$1, $2')
  const members = STRONG_ENUM_LIKE.test(fieldName) || /\bone of\b/i.test(text)
  return members ? apart.replace(/(^|,\s*|\bone of:?\s+)([\w-]+),? or ([\w-]+)(?=\s*(?:[,;(]|$))/g, '$1$2, $3') : apart
}

/** Applies one qualifier; returns it when nothing understood it. */
function applyPart(part: string, facts: FieldFacts, fieldName: string): string | null {
  const text = part
    .replace(/\s+/g, ' ')
    .replace(/[.!]+$/, '')
    .replace(/^(?:and|but|also)\s+/i, '')
    .trim()
  const own = text.length > fieldName.length && fieldName !== '' && text.toLowerCase().startsWith(`${fieldName.toLowerCase()} `)
  if (own) return applyPart(text.slice(fieldName.length).replace(/^\s+(?:is|are)\b/, ''), facts, fieldName)
  if (text === '' || text.length > 300) return text === '' ? null : text
  const given = /\w!$/.test(part.trim()) && typeOf(text) !== null
  if (given) Object.assign(facts, { required: true, nullable: false })
  const type = typeOf(text)
  if (type !== null) {
    applyType(facts, type, fieldName)
    return null
  }
  for (const [pattern, apply] of PRODUCTIONS) {
    const match = text.match(pattern)
    if (match === null) continue
    apply(facts, match, fieldName)
    const kind = text.match(/^(?:must be |be )?(?:an? )?(integer|whole number|decimal)\b/i)?.[1]
    if (kind !== undefined) facts.type ??= /decimal/i.test(kind) ? 'decimal' : 'integer'
    return null
  }
  return applyCompound(text, facts, fieldName)
}

/** `optional (can be null)`, `string required max 100`, `required and cannot be empty`, `valid email, max 255`. */
function applyCompound(text: string, facts: FieldFacts, fieldName: string): string | null {
  const bracket = text.match(/^([^()]+)\(([^()]*)\)\s*(.*)$/)
  if (bracket !== null) {
    const whole = [bracket[1]!, ...splitTop(bracket[2]!), bracket[3]!].map((part) => part.trim()).filter((part) => part !== '')
    const left = whole.map((part) => applyPart(part, facts, fieldName)).filter((rest): rest is string => rest !== null)
    if (left.length === 0) return null
    const example = /^(e\.?g\.?|for example|i\.e\.|like|such as)\b/i
    const serious = left.filter((rest) => !example.test(rest) && !bracket[2]!.match(example))
    return serious.length === 0 ? null : serious.length === whole.length ? text : serious.join(', ')
  }
  const pieces = text.split(/\s+(?:and|but|plus)\s+/)
  if (pieces.length > 1) {
    const left = pieces.map((piece) => applyPart(piece, facts, fieldName)).filter((rest): rest is string => rest !== null)
    return left.length === 0 ? null : left.length === pieces.length ? text : left.join(' and ')
  }
  const tail = text.match(/^(.*\S)\s+(required|optional|unique|nullable|indexed|not null)$/i)
  if (tail !== null) {
    const left = [tail[1]!, tail[2]!].map((piece) => applyPart(piece, facts, fieldName)).filter((rest): rest is string => rest !== null)
    return left.length === 0 ? null : left.length === 2 ? text : left.join(' ')
  }
  const words = text.match(/^(not null|primary key|[\w]+(?:\([\d, ]+\))?(?:\[\])?)\s+(.+)$/i)
  if (words !== null && (typeOf(words[1]!) !== null || /^(required|optional|unique|nullable|indexed|not null|primary key|auto)$/i.test(words[1]!))) {
    const first = applyPart(words[1]!, facts, fieldName)
    const second = applyPart(words[2]!, facts, fieldName)
    if (first === null && second === null) return null
    return first === null ? second : text
  }
  return text
}
