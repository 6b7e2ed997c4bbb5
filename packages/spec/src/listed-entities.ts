import { parseFieldLine } from './fields'
import type { Line } from './line'
import { ENUM_LIKE, splitTop } from './qualifiers/members'
import { kindOf } from './section-kinds'
import { unnumbered } from './sections'
import { plain } from './words'

export interface ListedEntity {
  name: string
  list: string
}

const LISTED = /^([A-Za-z]+(?:[ _-]?[A-Za-z]+){0,2}?)\s*(?::|=|—|–|->|→|=>|\s-{1,2}\s|\bhas\b|\bwith\b)\s*(?:fields?:?\s*)?(.+?)\.?$/
const TELLING =
  /^(?:id|uuid|name|title|email|username|description|body|content|text|date|price|amount|quantity|status|url|phone|address|\w+(?:_id|Id|_at|At|_on|_date|Date|_name|Name|_url|_count))$/

/**
 * Lines that list the fields of an entity without brackets: `Ticket: subject, priority (low/high)`, `Lot -> name, address`. Alone they could be
 * anything; they are entities below a heading about models, or where several stand together.
 */
export function listedEntities(lines: readonly Line[]): Map<number, ListedEntity> {
  const found = new Map<number, ListedEntity>()
  let heading = 'unknown'
  let run: { line: number; entity: ListedEntity; telling: boolean }[] = []
  const close = () => {
    const telling = run.filter((one) => one.telling).length
    const sure = heading === 'models' ? telling >= 1 : heading === 'unknown' && run.length >= 2 && telling >= 2
    for (const one of run) if (sure && (one.telling || (telling >= 2 && !ENUM_LIKE.test(one.entity.name)))) found.set(one.line, one.entity)
    run = []
  }
  for (const line of lines) {
    if (line.kind === 'heading' || line.kind === 'close') {
      close()
      heading = line.kind === 'heading' ? kindOf(unnumbered(line.text)) : 'unknown'
    } else if (line.kind === 'bullet' || line.kind === 'text') {
      const entity = entityOf(line.text)
      if (entity !== null) run.push({ line: line.number, ...entity })
    }
  }
  close()
  return found
}

function entityOf(text: string): { entity: ListedEntity; telling: boolean } | null {
  const match = plain(text).match(LISTED)
  if (match === null || kindOf(match[1]!) !== 'unknown' || NOT_STORED.test(match[1]!)) return null
  const list = match[2]!.replace(/\s\+\s/g, ', ')
  const parts = splitTop(list)
  if (parts.length < 2) return null
  const fields = parts.map((part) => (/^[a-z]\w*[?!*]?(?:\s|$|[(:[])/.test(part) ? parseFieldLine(part) : []))
  if (!fields.every((one) => one.length === 1)) return null
  const telling = fields.some(
    ([field]) => TELLING.test(field!.name) || Object.keys(field!.facts).some((key) => /^(?:type|required|unique|references|values)$/.test(key)),
  )
  return { entity: { name: match[1]!, list }, telling }
}

const NOT_STORED =
  /^(?:fields?|body|request|response|payload|params?|query|headers?|returns?|input|output|example|required|optional|filters?|sort(?:ing)?|search|unique|note|stack|tech|login|sign ?up)$|^(?:get|post|put|patch|delete|create|update|list|add|edit|register)\b/i
