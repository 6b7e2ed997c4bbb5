import type { Entity } from './api-spec'
import type { EndpointFact, Facts } from './facts'
import { entityOf } from './operations/names'
import type { Resolved } from './resolve'
import { nameKey, wordsOf } from './words'

const LIVE = /^(is_)?(active|enabled|available|visible)$/
const GONE = /^(is_)?(deleted|archived|removed|inactive|disabled)$/

/** The boolean field a soft delete turns, where the text asks for one. */
export function markSoftDeletes(resolved: Resolved, endpoints: readonly EndpointFact[], facts: Facts): void {
  for (const endpoint of endpoints) {
    if (endpoint.method !== 'DELETE' || !endpoint.path.endsWith('}')) continue
    const text = [endpoint.summary, ...endpoint.notes.map((note) => note.text)].join('. ')
    const entity = entityOf(endpoint.path.split('/').at(-2) ?? '', resolved)
    if (entity !== null && isSoft(text)) mark(entity, text)
  }
  for (const rule of facts.rules) {
    if (!isSoft(rule.text)) continue
    const subject =
      (rule.entity === null ? undefined : resolved.byKey.get(rule.entity)) ?? resolved.entities.find((entity) => mentions(rule.text, entity))
    if (subject !== undefined && subject.softDelete === null) mark(subject, rule.text)
  }
}

export const isSoft = (text: string): boolean =>
  /\bsoft[- ]?delet|\bdeactivat\w+ (?:instead of|rather than) delet|\bdelet\w+ (?:\w+ )?(?:sets?|deactivates)\b/i.test(text)

function mentions(text: string, entity: Entity): boolean {
  return wordsOf(text).some((word) => nameKey(word) === nameKey(entity.name))
}

function mark(entity: Entity, text: string): void {
  const booleans = entity.fields.filter((field) => field.type === 'boolean' && !field.list)
  const stated = text.match(/\b([a-z_]\w*)\s*(?:=|to|:)\s*(true|false)\b/i)
  const named = booleans.find((field) => field.name.toLowerCase() === stated?.[1]?.toLowerCase())
  if (named !== undefined) entity.softDelete = { field: named.name, deletedValue: stated![2]!.toLowerCase() === 'true' }
  else {
    const live = booleans.find((field) => LIVE.test(wordsOf(field.name).join('_')))
    const gone = booleans.find((field) => GONE.test(wordsOf(field.name).join('_')))
    if (gone !== undefined && /deleted|removed/.test(gone.name)) entity.softDelete = { field: gone.name, deletedValue: true }
    else if (live !== undefined) entity.softDelete = { field: live.name, deletedValue: false }
    else if (gone !== undefined) entity.softDelete = { field: gone.name, deletedValue: true }
  }
}
