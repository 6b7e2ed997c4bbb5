import { cleanPath } from '../endpoints'
import type { PlacedLine } from '../sections'
import { addEndpoint } from './endpoint-fact'
import { statedBody } from './endpoint-notes'
import type { State } from './state'

/** `curl -X POST http://localhost/api/lists -d '{"title": "Groceries"}'`: an endpoint and an example of what it takes. */
export function readCurl(line: PlacedLine, state: State): boolean {
  const text = line.text.replace(/^[`$>\s]+|`+$/g, '')
  if (!/^curl\s/.test(text)) return false
  const url = text.match(/(?:https?:\/\/[^\s/'"]+|\$\{?\w+\}?)(\/[^\s'"]*)/)?.[1]
  const path = url === undefined ? null : cleanPath(url)
  if (path === null) return false
  const data = text.match(/\s(?:-d|--data(?:-raw)?|--json)\s+(?:'(.*?)'|"(\{.*\})")(?=\s|$)/s)
  const method = text.match(/\s(?:-X|--request)\s*(GET|POST|PUT|PATCH|DELETE)\b/)?.[1] ?? (data === null ? 'GET' : 'POST')
  const fact = addEndpoint({ method: method as 'GET', path: path.path, summary: '', query: path.query }, line, state.facts)
  const body = (data?.[1] ?? data?.[2])?.trim().match(/^\{(.*)\}$/s)?.[1]
  if (body !== undefined) fact.body.push(...statedBody(body.replace(/\\"/g, '"'), line.number))
  state.current = { fact, indent: line.indent, section: line.section }
  return true
}
