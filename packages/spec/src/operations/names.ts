import type { Entity } from '../api-spec'
import type { Resolved } from '../resolve'
import { nameKey, singular, snakeName, wordsOf } from '../words'
import { isParam } from './shape'

/** Entity a path segment names: exactly, by its last word, or as the only one that ends so. */
export function entityOf(segment: string | undefined, resolved: Resolved): Entity | null {
  if (segment === undefined || isParam(segment)) return null
  const exact = resolved.byKey.get(nameKey(segment))
  if (exact !== undefined) return exact
  const words = wordsOf(segment).map(singular)
  if (words.length > 1 || !segment.endsWith('s')) return null
  const ending = resolved.byLastWord.get(words[0] ?? '') ?? []
  return ending.length === 1 ? ending[0]! : null
}

/**
 * The field by which a path parameter names a row, where that is not the key: `{slug}`, `{username}`. Null when the parameter names a field that
 * several rows may share.
 */
export function lookupOf(entity: Entity, param: string): { lookup?: string } | null {
  const wanted = wordsOf(param).join('_')
  const own = `${snakeName(entity.name)}_`
  const names = [wanted, ...(wanted.startsWith(own) ? [wanted.slice(own.length)] : [])]
  const field = entity.fields.find((one) => names.includes(wordsOf(one.name).join('_')))
  if (field === undefined || entity.key.includes(field.name) || field.reference !== undefined || wanted === 'id' || wanted === `${own}id`) return {}
  return field.unique === false || field.writeOnly === true ? null : { lookup: field.name }
}
