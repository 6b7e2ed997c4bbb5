import type { Method } from './api-spec'
import { plain } from './words'

export interface FoundEndpoint {
  method: Method
  path: string
  summary: string
  /** Names after `?` in the path. */
  query: string[]
}

const METHODS = 'GET|POST|PUT|PATCH|DELETE'
const PATH = '(?:https?:\\/\\/[^\\s/`"\']+|\\{\\{?\\w+\\}?\\})?(\\/[^\\s`"\'|,;)\\]]*)'
const STATEMENT = new RegExp(`\\b((?:${METHODS})(?:\\s*(?:,|\\/|\\||&|and)\\s*(?:${METHODS}))*)\\b[\\s\`*:|\\]]*${PATH}`, 'g')

/** Each place of a line where method and path stand together. */
export function findEndpoints(text: string): FoundEndpoint[] {
  if (!text.includes('/')) return []
  const found: FoundEndpoint[] = []
  const matches = [...text.matchAll(STATEMENT)]
  for (const [index, match] of matches.entries()) {
    const path = cleanPath(match[2]!)
    if (path === null) continue
    const end = match.index + match[0].length
    const after = text.slice(end, matches[index + 1]?.index ?? text.length)
    const before = index === 0 ? text.slice(0, match.index) : ''
    const summary = summaryOf(after) || summaryOf(before)
    for (const method of match[1]!.match(new RegExp(METHODS, 'g'))!) {
      found.push({ method: method as Method, path: path.path, summary, query: path.query })
    }
  }
  return found
}

export function cleanPath(raw: string): { path: string; query: string[] } | null {
  const [head, tail] = raw.replace(/[`*.:]+$/, '').split('?')
  let path = head!
    .replace(/\/:([A-Za-z_]\w*)/g, '/{$1}')
    .replace(/<(?:\w+:)?(\w+)>/g, '{$1}')
    .replace(/\/\[(\w+)\]?/g, '/{$1}')
    .replace(/\{\s*([\w-]+?)\s*(?::[^}]*)?\}/g, (_, name: string) => `{${name.replace(/-/g, '_')}}`)
    .replace(/\/(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27})(?=\/|$)/g, '/{id}')
    .replace(/\/{2,}/g, '/')
  if (path.length > 1) path = path.replace(/\/$/, '')
  if (!/^(\/|(\/([\w.~-]+|\{\w+\}|[\w-]*\{\w+\}[\w-]*))+)$/.test(path)) return null
  const query = (tail ?? '').split('&').map((pair) => pair.replace(/[={[].*$/, '').trim())
  return { path: uniqueParams(path), query: query.filter((name) => /^\w+$/.test(name)) }
}

/** `/a/{id}/b/{id}` → `/a/{a_id}/b/{id}`: a path cannot have one parameter twice. */
function uniqueParams(path: string): string {
  const segments = path.split('/')
  for (const [index, segment] of segments.entries()) {
    if (!segment.startsWith('{') || !segments.slice(index + 1).includes(segment)) continue
    const owner = (segments[index - 1] ?? 'parent').replace(/\W/g, '_').replace(/ies$/, 'y').replace(/s$/, '')
    segments[index] = `{${owner}_id}`
  }
  return segments.join('/')
}

function summaryOf(text: string): string {
  const cleaned = plain(text)
    .replace(/^[\s:|)\]]+/, '')
    .replace(/^(?:—|–|-{1,2}|→|->|=>|:)\s*/, '')
    .replace(/[\s|,;:([]+$/, '')
    .replace(/^\((.*)\)$/, '$1')
    .replace(/^(?:\d+(?:\.\d+)*[.)])\s*/, '')
    .replace(/\s*(?:—|–|-)$/, '')
    .trim()
  return /^\W*$/.test(cleaned) ? '' : cleaned.replace(/\s*\|\s*/g, ' — ').slice(0, 300)
}
