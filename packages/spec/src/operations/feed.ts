import type { Entity } from '../api-spec'
import type { EndpointFact } from '../facts'
import { makerField } from '../ownership'
import type { Resolved } from '../resolve'
import { plural, snakeName, wordsOf } from '../words'
import { endsOf, implied } from './marks'
import { entityOf } from './names'
import { isParam, type Shape } from './shape'

/** `/feed`, `/posts/feed`: what the people whom the caller follows have made, the newest first. Null when the models know no followers. */
export function feedShape(fact: EndpointFact, segments: string[], resolved: Resolved, all: readonly EndpointFact[]): Shape | null {
  const user = resolved.userEntity
  if (fact.method !== 'GET' || user === null || segments.length > 2 || segments.some(isParam) || !/^(?:feed|timeline)$/i.test(segments.at(-1) ?? ''))
    return null
  const named = segments.length === 2 && !/^(?:me|home|users?)$/i.test(segments[0]!) ? entityOf(segments[0], resolved) : madeThings(fact, resolved)
  const field = named === null ? undefined : makerField(named, user.name)
  const follows = all.find((one) => one.method === 'POST' && /\/follow$/.test(one.path))
  const known = resolved.entities.some((entity) => /follow|subscri/i.test(entity.name))
  if (!known && follows !== undefined && field !== undefined) implied(follows, user, 'follow', user, resolved)
  const joined = resolved.entities.flatMap((entity) => {
    const ends = /follow|subscri/i.test(entity.name) ? endsOf(entity, user, user) : undefined
    return ends === undefined ? [] : [{ through: entity.name, target: ends[0].name, follower: ends[1].name }]
  })
  const [only, ...more] = joined
  const created = named?.fields.find((each) => each.auto === 'created')
  if (
    named === null ||
    field?.reference === undefined ||
    only === undefined ||
    more.length > 0 ||
    /\b(?:and|plus) (?:their |his |the user's )?own\b/i.test(fact.summary)
  )
    return null
  return {
    operation: 'list',
    entity: named.name,
    followed: { field: field.name, ...only },
    ranked: { by: created?.name ?? named.key[0]!, order: 'desc' },
  }
}

/** What the text names of all that people make; else the only thing. */
function madeThings(fact: EndpointFact, resolved: Resolved): Entity | null {
  const made = resolved.entities.filter((entity) => makerField(entity, resolved.userEntity!.name) !== undefined)
  const text = fact.summary.toLowerCase()
  const named = made.filter((entity) => new RegExp(`\\b${plural(wordsOf(entity.name).join(' '))}\\b`).test(text))
  const found =
    named.length > 0
      ? named
      : made.filter((entity) => /^(?:post|article|tweet|photo|story|update|status|status_update)$/.test(snakeName(entity.name)))
  return found.length === 1 ? found[0]! : null
}
