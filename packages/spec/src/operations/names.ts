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

/** The same below a row of `owner`: of several that end so, `/orders/{id}/items` are those that have its name before it, or alone refer to it. */
export function entityBelow(segment: string | undefined, owner: Entity | null, resolved: Resolved): Entity | null {
  const found = entityOf(segment, resolved)
  if (found !== null || owner === null || segment === undefined || isParam(segment)) return found
  const own = resolved.byKey.get(nameKey(`${snakeName(owner.name)}_${segment}`))
  if (own !== undefined) return own
  const kept = VERSIONS.test(segment) ? resolved.entities.filter((entity) => isVersion(entity) && refersTo(entity, owner)) : []
  if (kept.length === 1) return kept[0]!
  const ending = segment.endsWith('s') ? (resolved.byLastWord.get(singular(wordsOf(segment).at(-1) ?? '')) ?? []) : []
  const referring = ending.filter((entity) => refersTo(entity, owner))
  return referring.length === 1 ? referring[0]! : null
}

/** `/pages/{id}/history`, `/versions`: what is kept of a page, by whichever of the names. */
const VERSIONS = /^(?:revisions?|versions?|history)$/i
const isVersion = ({ name }: Entity): boolean => VERSIONS.test(wordsOf(name).at(-1) ?? '')
const refersTo = (entity: Entity, owner: Entity): boolean => entity.fields.some((field) => field.reference?.entity === owner.name && !field.list)

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

/**
 * The segments with the entity's own name where the first one names none, but the parameter behind it a unique field of one entity only:
 * `/profiles/{username}` are users.
 */
export function entitySegments(segments: string[], resolved: Resolved): string[] {
  const [name, param, ...rest] = segments
  if (name === undefined || isParam(name) || !isParam(param) || entityOf(name, resolved) !== null) return segments
  const wanted = wordsOf(param!.slice(1, -1)).join('_')
  const holders = resolved.entities.filter((entity) =>
    entity.fields.some(
      (field) =>
        wordsOf(field.name).join('_') === wanted && field.unique !== false && field.reference === undefined && !entity.key.includes(field.name),
    ),
  )
  return holders.length === 1 ? [holders[0]!.table, param!, ...rest] : segments
}
