import { cleanPath } from '../endpoints'
import type { PlacedLine } from '../sections'
import { nameKey, plain } from '../words'
import { addEndpoint } from './endpoint-fact'
import type { State } from './state'

const CRUD = /\b(?:full |complete |basic |standard )?CRUD(?: operations| endpoints| api)?(?: for| on| of)?:?\s+(?:managing )?(.+)$/i

/** Endpoints that are told without method and path standing together: "CRUD for tasks", `/tasks: CRUD`, `/tasks GET POST`, `resources tasks`. */
export function readCrud(line: PlacedLine, state: State): boolean {
  const text = plain(line.text)
  const { facts } = state
  const pieces = text.replace(/^(?:urls?|endpoints?|routes?|api|rest)\s*:\s*/i, '').split(/;\s*(?=\/)/)
  if (pieces.map((piece) => readPathFirst(piece, line, state)).includes(true)) return true
  const match = text.match(CRUD)
  if (match !== null) {
    const base = match[1]!.match(/\b(?:under|below|at|with prefix|prefixed with)\s+(\/[\w/.-]*\w)/i)?.[1]
    const names = namesOf(match[1]!.replace(/\s*\b(?:under|below|at|with prefix|prefixed with)\s+\/.*$/i, ''))
    facts.crud.push({ names, ...(base === undefined ? {} : { base }), line: line.number })
    return line.section.kind === 'endpoints'
  }
  const resources = text.match(/^resources?\s+:?(\w+)(?:\s*[:,]?\s*(?:only:\s*)?\[?(.*?)\]?)?$/i)
  if (
    resources !== null &&
    line.section.kind === 'endpoints' &&
    (state.declared.has(nameKey(resources[1]!)) || /\bindex\b|\bshow\b/.test(resources[2] ?? ''))
  ) {
    facts.crud.push({ names: [resources[1]!], ...railsActions(resources[2] ?? ''), line: line.number })
    return true
  }
  const bare = text.replace(/^(?:resources?|endpoints?)\s*:\s*/i, '')
  if (line.section.kind === 'endpoints' && /^\/[\w/{}:-]+(?:\s*,\s*\/[\w/{}:-]+)*(?:\s*(?:—|-|\().*)?$/.test(bare)) {
    const paths = bare.match(/\/[\w/{}:-]+/g) ?? []
    facts.crud.push({ names: paths.filter((path) => !path.includes('{') && !path.includes(':')), line: line.number })
    return true
  }
  return false
}

const namesOf = (text: string): string[] =>
  text
    .replace(/\(.*$|[.;]\s+[A-Z].*$|[.:;]\s*$/g, '')
    .split(/,|\band\b|&|\//)
    .map((name) => name.trim())
    .filter((name) => /^[\w -]{2,40}$/.test(name))

const RAILS: Record<string, string> = {
  index: 'GET',
  create: 'POST',
  show: 'GET {id}',
  update: 'PUT {id}',
  destroy: 'DELETE {id}',
  edit: 'PUT {id}',
  delete: 'DELETE {id}',
}

function railsActions(list: string): { methods?: string[] } {
  const methods = list.match(/\w+/g)?.flatMap((word) => RAILS[word.toLowerCase()] ?? []) ?? []
  return methods.length === 0 ? {} : { methods: [...new Set(methods)] }
}

/** `/api/lots  GET POST`, `/lots/:id/spots -> GET list spots, POST add spot`, `/agents - CRUD (admins only)`. */
function readPathFirst(text: string, line: PlacedLine, state: State): boolean {
  const match = text.match(/^(\/[^\s,:]*(?::\w[^\s,:]*)*)\s*(?::|—|–|-{1,2}|->|→|=>|\(|\|)?\s*(.*?)\)?$/)
  if (match === null) return false
  const [, raw, rest] = match
  const path = cleanPath(raw!)
  if (path === null) return false
  if (/^(?:full |standard )?CRUD\b/i.test(rest!)) {
    state.facts.crud.push({ names: [path.path], line: line.number })
    return true
  }
  const parts = [...rest!.matchAll(/\b(GET|POST|PUT|PATCH|DELETE)\b\s*(?:[:—–-]\s*)?([^A-Z/]*)/g)]
  if (parts.length === 0 || !/^\W*(?:GET|POST|PUT|PATCH|DELETE)\b/.test(rest!)) return false
  for (const [, method, summary] of parts) {
    const found = { method: method as 'GET', path: path.path, summary: summary!.replace(/[\s,;|/&]+$|\band\s*$/g, '').trim(), query: path.query }
    state.current = { fact: addEndpoint(found, line, state.facts), indent: line.indent, section: line.section }
  }
  return true
}
