import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { plural, wordsOf } from '../words'
import { type Shape, unsupported } from './shape'

/** `GET /search?q=`: the list of what the text names, searched. What is named by nothing, or by several words, stays for a model. */
export function searchShape(fact: EndpointFact, segments: string[], resolved: Resolved): Shape | null {
  if (fact.method !== 'GET' || segments.length !== 1 || !/^search$/i.test(segments[0]!)) return null
  const text = fact.summary.toLowerCase()
  const named = resolved.entities.filter((entity) => {
    const words = wordsOf(entity.name).join(' ')
    return entity.junction === null && new RegExp(`\\b(?:${words}|${plural(words)})\\b`).test(text)
  })
  const [only, ...more] = named
  if (only === undefined || more.length > 0)
    return unsupported('custom', null, `in which form ${fact.method} ${fact.path} answers with rows of several kinds is not stated`)
  return { operation: 'list', entity: only.name }
}
