import { parseFieldLine } from './fields'
import { isMember, splitTop } from './qualifiers/members'
import { kindOf } from './section-kinds'
import { plain } from './words'

/** `User (id, email, name)`, `User: id, email, name`, `User { id, email }`. */
export function shortEntity(text: string): { name: string; list: string; note: string } | null {
  const clean = plain(text).replace(/^\d+\.\s+/, '')
  if (/^(?:unique|index(?:ed|es)?|primary|foreign|constraint|key)\b/i.test(clean)) return null
  const match = clean.match(
    /^([A-Z][A-Za-z0-9]*(?:[ _][A-Z]?[A-Za-z0-9]+){0,2}|[a-z][a-z0-9]*(?:_[a-z0-9]+)*)\s*(?:[:–—-]\s*)?([({[])(.*)[)}\]]\s*(.*)$/,
  )
  if (match !== null && !SHAPE_NAME.test(match[1]!) && isFieldList(match[3]!)) return { name: match[1]!, list: match[3]!, note: match[4]! }
  const colon = clean.match(/^([A-Z][A-Za-z0-9]*(?:[ _]?[A-Z][A-Za-z0-9]+){0,2})\s*(?::|–|—| - |->|→|has|with)\s*(?:fields?:?\s*)?(.+)$/)
  if (colon !== null && /^id\b/.test(colon[2]!) && isFieldList(colon[2]!)) return { name: colon[1]!, list: colon[2]!, note: '' }
  const list = colon?.[2]?.replace(/\.(?:\s+[A-Z].*)?$/, '')
  if (list !== undefined && kindOf(colon![1]!) === 'unknown' && !NO_ENTITY.test(colon![1]!) && isTypedList(list))
    return { name: colon![1]!, list, note: '' }
  return null
}

const SHAPE_NAME = /^(?:(?:request|response)(?: body)?|body|payload|input|output|result|dto|query|params?|success|returns?)$/i

const NO_ENTITY =
  /^(?:request|response|body|payload|input|output|result|dto|query|params?|path|headers?|arguments?|options?|example|returns?|fields?|success|json|required|optional|props|login|sign ?up|search)$|^(?:update|create|add|edit|new|register|list|post|put|patch|get|delete)\b/i

/** `name (required), capacity (int), room_id`: names that nothing but a field has, at least one of them with what fields have. */
function isTypedList(list: string): boolean {
  const parts = splitTop(list)
  if (!parts.every((part) => /^[a-z]\w*(?:$|\s*[(:\s])/.test(part))) return false
  const fields = parts.map((part) => parseFieldLine(part))
  const several = parts.length > 1
  if (!fields.every((found) => found.length === 1 && found[0]!.unknown.length === 0 && isFieldName(found[0]!.name, several))) return false
  return fields.some(([field]) => Object.keys(field!.facts).some((key) => /^(?:type|required|unique|minLength|maxLength|min|max)$/.test(key)))
}

/** No word that only describes a field; `email` and `date` are both, and names among several. */
const isFieldName = (name: string, several: boolean): boolean => isMember(name) || (several && /^(?:email|date|time|url|link|text)$/.test(name))

/** At least two identifiers, one of them a usual field: `(id, email)` and `(name, price)` but not `(Size, Color)`. */
function isFieldList(list: string): boolean {
  const names = list
    .split(/[,;]/)
    .map((part) => part.trim().match(/^["']?([a-z_][A-Za-z0-9_]*)\b/)?.[1])
    .filter((name): name is string => name !== undefined)
  if (names.length < 2) return false
  return (
    names.includes('id') ||
    (names.some((name) => /^(uuid|name|title|email|created_?at|content|description|price|status|.*_id|.*Id)$/.test(name)) &&
      /\b(id|name|title|email)\b|_id\b/.test(list))
  )
}
