import { findEndpoints } from '../endpoints'
import type { Facts } from '../facts'
import { LABEL_LEVEL } from '../line'
import type { PlacedLine } from '../sections'
import { nameKey, plain } from '../words'
import { readCrud } from './crud-lines'
import { readCurl } from './curl-lines'
import { addEndpoint } from './endpoint-fact'
import { describesEndpoint, paramOf } from './endpoint-notes'
import { inside, RULE_SENTENCE, type State } from './state'

/** "All lists are paginated (limit, offset)", wherever it stands. */
export function readPagingSentence(line: PlacedLine, facts: Facts): void {
  const text = plain(line.text)
  if (!/\bpag(?:inat|ed\b|ing\b)/i.test(text) || /\b(?:GET|POST)\b/.test(text) || !/\b(?:limit|offset|page_?size|per_?page|page)\b/i.test(text))
    return
  facts.lists.push({ kind: 'pagination', path: null, entity: null, name: '', text, line: line.number })
}

export function belongsToEndpoint(line: PlacedLine, current: NonNullable<State['current']>): boolean {
  if (current.indent === -1) return inside(line.section, current.section)
  return line.section === current.section && (line.indent > current.indent || (line.indent === current.indent && describesEndpoint(line.text)))
}

export function readEndpointLine(line: PlacedLine, state: State): boolean {
  if (readCurl(line, state)) return true
  const text = line.text
  const starts = /^[`*"\d.\s([]*\s*(?:GET|POST|PUT|PATCH|DELETE)\b/.test(text)
  const listed = line.section.kind === 'endpoints' || line.kind === 'bullet'
  if (!starts && !listed) return readCrud(line, state)
  // A label such as "Errors:" in the notes on one endpoint does not hold the next one.
  if (line.section.kind === 'errors' && !(starts && Math.floor(line.section.level) === LABEL_LEVEL)) return false
  if (line.section.kind === 'auth' && !starts) return false
  if (state.current !== null && state.current.indent === -1 && inside(line.section, state.current.section) && !starts) return false
  const found = findEndpoints(text)
  if (found.length === 0) return readCrud(line, state)
  if (!starts && line.section.kind !== 'endpoints' && !/^[^:]{1,60}[:—–-]\s*`?(?:GET|POST|PUT|PATCH|DELETE)\b/.test(plain(text))) return false
  for (const one of found) state.current = { fact: addEndpoint(one, line, state.facts), indent: line.indent, section: line.section }
  return true
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

function roleNames({ roles, fields, enums }: Facts): Set<string> {
  const members = fields.filter(({ name }) => /^(?:user_?)?role$/i.test(name)).flatMap(({ facts }) => facts.values ?? [])
  const listed = enums.filter(({ name }) => /role$/i.test(name)).flatMap(({ values }) => values)
  return new Set([...roles.map(({ name }) => name), ...members, ...listed].map((name) => nameKey(name)))
}

/** `own posts or moderator`, by itself. */
const OWN_OR = /^(?:only )?own [a-z]+(?: only|,? or [a-z ,]+)$/i

/** `(desk or manager; filters: role)`, a cell of the table that lists roles, or nothing but roles: `POST /items - desk or manager`. */
function namesRoles(bracket: string, { summary, path }: Facts['endpoints'][number], roles: ReadonlySet<string>): boolean {
  const first = (text: string) => text.split(/;|,\s*(?=with\b|filter|search|sort)/)[0]!
  const alone = first(summary.replace(/\s*\(.*$/, ''))
  const parts = [
    first(bracket),
    summary
      .split(/\s[—–-]\s/)
      .slice(1)
      .at(-1) ?? '',
    // `POST /users - user` says what is made.
    path.includes(alone.toLowerCase()) ? '' : alone,
  ]
  return parts.some((part) => {
    const names = part.split(/,|\/|&|\band\b|\bor\b/).map((name) => nameKey(name))
    return part.trim() !== '' && names.every((name) => roles.has(name))
  })
}

/** Notes in an endpoint's summary that are rules: "(own comments only)". */
/** What a new row does to a number of another one: "Transfer money between accounts", "Record a movement (updates product stock)". */
const BOOKING =
  /^(?:make (?:an? )?)?(?:transfers?|moves?|sends?) (?:money|funds?|(?:an|the) amount|balance|credits?|points?)\b|^(?:deposits? (?:or|and|\/) withdraw|withdraw\w* (?:or|and|\/) deposit)|\b(?:updates?|adjusts?|increases?|decreases?|reduces?|deducts?|restores?) (?:the )?(?:\w+ )?(?:stock|inventory|balance|quantity)\b/i

export function summaryRules(facts: Facts): void {
  const roles = roleNames(facts)
  for (const endpoint of facts.endpoints) {
    const bracket = endpoint.summary.match(/\(([^)]*)\)/)?.[1] ?? ''
    const whole = endpoint.summary
    const binding = /\b(?:only|admins?|own(?:er)?s?|soft[- ]delet|removes? from|cascade|must|cannot)\b/i
    if (binding.test(bracket) && !/^filters?|pagination/i.test(bracket))
      facts.rules.push({ text: whole, line: endpoint.line, entity: endpoint.context, kind: 'note' })
    else if (BOOKING.test(whole) && endpoint.method === 'POST' && !/\}\/[^/]*[^s/]$/.test(endpoint.path))
      facts.rules.push({ text: whole, line: endpoint.line, entity: endpoint.context, kind: 'note' })
    else if (
      namesRoles(bracket, endpoint, roles) ||
      [RULE_SENTENCE, WHO_ONLY, OWN_OR].some((form) => form.test(whole)) ||
      /\bsoft[- ]delete/i.test(whole)
    )
      facts.rules.push({ text: whole, line: endpoint.line, entity: endpoint.context, kind: 'note' })
  }
}
