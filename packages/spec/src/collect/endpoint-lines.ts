import { findEndpoints } from '../endpoints'
import type { EndpointFact, Facts, ParamFact } from '../facts'
import { parseFieldLine, parseFieldList } from '../fields'
import { bodyFields } from '../json-block'
import { splitTop } from '../qualifiers/members'
import type { PlacedLine } from '../sections'
import { plain } from '../words'
import { inside, isRuleSentence, RULE_SENTENCE, type State } from './state'

/** "All lists are paginated (limit, offset)", wherever it stands. */
export function readPagingSentence(line: PlacedLine, facts: Facts): void {
  const text = plain(line.text)
  if (!/\bpaginat/i.test(text) || /\b(?:GET|POST)\b/.test(text) || !/\b(?:limit|offset|page_?size|per_?page|page)\b/i.test(text)) return
  facts.lists.push({ kind: 'pagination', path: null, entity: null, name: '', text, line: line.number })
}

export function belongsToEndpoint(line: PlacedLine, current: NonNullable<State['current']>): boolean {
  if (current.indent === -1) return inside(line.section, current.section)
  return line.section === current.section && line.indent > current.indent
}

export function readEndpointLine(line: PlacedLine, state: State): boolean {
  const text = line.text
  const starts = /^[`*"\d.\s([]*\s*(?:GET|POST|PUT|PATCH|DELETE)\b/.test(text)
  const listed = line.section.kind === 'endpoints' || line.kind === 'bullet'
  if (!starts && !listed) return readCrud(line, state.facts)
  if (line.section.kind === 'errors' || line.section.kind === 'auth') return false
  if (state.current !== null && state.current.indent === -1 && inside(line.section, state.current.section) && !starts) return false
  const found = findEndpoints(text)
  if (found.length === 0) return readCrud(line, state.facts)
  if (!starts && line.section.kind !== 'endpoints' && !/^[^:]{1,60}[:—–-]\s*`?(?:GET|POST|PUT|PATCH|DELETE)\b/.test(plain(text))) return false
  for (const one of found) state.current = { fact: addEndpoint(one, line, state.facts), indent: line.indent, section: line.section }
  return true
}

export function addEndpoint(found: ReturnType<typeof findEndpoints>[number], line: PlacedLine, facts: Facts): EndpointFact {
  const fact: EndpointFact = {
    method: found.method,
    path: found.path,
    summary: found.summary,
    line: line.number,
    context: line.section.entity,
    notes: [],
    query: found.query.map((name) => ({ name, text: '', line: line.number })),
    body: [],
    responses: [],
  }
  facts.endpoints.push(fact)
  readInlineBody(fact)
  return fact
}

/** `{ids: [1, 2], status}` behind the path, by itself or after "body". What the text calls an answer is none. */
function readInlineBody(fact: EndpointFact): void {
  const match = fact.summary.match(/^(.*?)\{\s*([^{}]+?)\s*\}/)
  if (match === null || fact.method === 'GET' || !/(?:^|\b(?:body|request|payload|input|accepts|takes|with|sends?)\s*:?)\s*$/i.test(match[1]!)) return
  fact.body.push(...statedBody(match[2]!, fact.line))
}

function statedBody(text: string, line: number): EndpointFact['body'] {
  if (/^["'\w]+\s*:/.test(text)) return bodyFields(['{', ...splitTop(text, ','), '}'].map((part) => ({ number: line, text: part })))
  return parseFieldList(text).map((field) => ({ name: field.name, line, facts: field.facts }))
}

const CRUD = /\b(?:full |complete |basic |standard )?CRUD(?: operations| endpoints| api)?(?: for| on| of)?:?\s+(?:managing )?(.+)$/i

function readCrud(line: PlacedLine, facts: Facts): boolean {
  const text = plain(line.text)
  const match = text.match(CRUD)
  if (match !== null) {
    const names = match[1]!
      .replace(/\(.*$|[.;]\s+[A-Z].*$|[.:;]\s*$/g, '')
      .split(/,|\band\b|&|\//)
      .map((name) => name.trim())
      .filter((name) => /^[\w -]{2,40}$/.test(name))
    facts.crud.push({ names, line: line.number })
    return line.section.kind === 'endpoints'
  }
  const bare = text.replace(/^(?:resources?|endpoints?)\s*:\s*/i, '')
  if (line.section.kind === 'endpoints' && /^\/[\w/{}:-]+(?:\s*,\s*\/[\w/{}:-]+)*(?:\s*(?:—|-|\().*)?$/.test(bare)) {
    const paths = bare.match(/\/[\w/{}:-]+/g) ?? []
    facts.crud.push({ names: paths.filter((path) => !path.includes('{') && !path.includes(':')), line: line.number })
    return true
  }
  return false
}

export function readEndpointNote(line: PlacedLine, fact: EndpointFact, state: State): void {
  const text = plain(line.text)
  const kind = line.section.kind
  fact.notes.push({ text, line: line.number })
  if (kind === 'filters' || kind === 'sorting' || kind === 'pagination' || /^query|^param/i.test(line.section.title)) {
    const param = paramOf(text, line.number)
    if (param !== null) fact.query.push(param)
    return
  }
  const inline = text.match(/^(?:query(?: params?| parameters?)?|params?|parameters?|filters?)\s*:\s*(.+)$/i)
  if (inline !== null) {
    fact.query.push(...paramList(inline[1]!, line.number))
    return
  }
  const body = text.match(/^(?:request(?: body)?|body|input|payload)\s*:\s*[{(]?\s*([^{}]+?)\s*[})]?$/i)
  if (body !== null && !/^\W*$/.test(body[1]!)) {
    fact.body.push(...statedBody(body[1]!, line.number))
    return
  }
  if (kind === 'request' && line.kind === 'bullet') {
    for (const field of parseFieldLine(line.text)) fact.body.push({ name: field.name, line: line.number, facts: field.facts })
    return
  }
  const response = text.match(/^(?:response|returns?|status|success|errors?)\b\s*:?\s*(?:HTTP )?(\d{3})?\b(.*)$/i)
  if (response?.[1] !== undefined) fact.responses.push({ status: Number(response[1]), label: response[2]!.trim(), json: null, line: line.number })
  if (isRuleSentence(text)) state.facts.rules.push({ text, line: line.number, entity: line.section.entity ?? fact.context, kind: 'note' })
}

function paramOf(text: string, line: number): ParamFact | null {
  const match = text.match(/^[?&]?([A-Za-z_]\w*)(?:\[\])?\s*(?:=|:|—|–|-|\(|$)\s*(.*)$/s)
  return match === null ? null : { name: match[1]!, text: match[2]!, line }
}

function paramList(text: string, line: number): ParamFact[] {
  const names = text.replace(/^\?/, '').split(/[,&](?![^(]*\))/)
  return names.map((part) => paramOf(part.trim(), line)).filter((param): param is ParamFact => param !== null)
}

/** Filters, sorting and paging under a heading of their own, or as "Filters (GET /x):". */
export function readListStatement(line: PlacedLine, state: State): boolean {
  const { kind, title } = line.section
  if (kind !== 'filters' && kind !== 'sorting' && kind !== 'pagination') return false
  if (line.section.endpoint !== null && state.current !== null && state.current.indent === -1) return false
  const param = paramOf(plain(line.text), line.number)
  const found = findEndpoints(title)[0] ?? (line.section.parent === null ? undefined : findEndpoints(line.section.parent.title)[0])
  state.facts.lists.push({
    kind,
    path: found?.path ?? null,
    entity: line.section.entity,
    name: param !== null && /^[a-z_]\w*$/i.test(param.name) && isParamLike(plain(line.text)) ? param.name : '',
    text: plain(line.text),
    line: line.number,
  })
  return true
}

const isParamLike = (text: string): boolean => /^[?&]?[a-z_]\w*(\[\])?\s*([=:(—–-]|$)/.test(text)

/** `librarians and admins only`, but not `Update status only`. */
const WHO_ONLY = /^[a-z]+(?:\s*(?:,|\/|&|\band\b|\bor\b)\s*[a-z]+)* only$/i

/** Notes in an endpoint's summary that are rules: "(own comments only)". */
export function summaryRules(facts: Facts): void {
  for (const endpoint of facts.endpoints) {
    const bracket = endpoint.summary.match(/\(([^)]*)\)/)?.[1] ?? ''
    const whole = endpoint.summary
    const binding = /\b(?:only|admins?|own(?:er)?s?|soft[- ]delet|removes? from|cascade|must|cannot)\b/i
    if (binding.test(bracket) && !/^filters?|pagination/i.test(bracket))
      facts.rules.push({ text: whole, line: endpoint.line, entity: endpoint.context, kind: 'note' })
    else if (RULE_SENTENCE.test(whole) || WHO_ONLY.test(whole) || /\bsoft[- ]delete/i.test(whole))
      facts.rules.push({ text: whole, line: endpoint.line, entity: endpoint.context, kind: 'note' })
  }
}
