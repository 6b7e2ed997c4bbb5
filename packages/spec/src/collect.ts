import { findEndpoints } from './endpoints'
import type { EndpointFact, Facts, ParamFact } from './facts'
import { cells, parseFieldLine, parseFieldList } from './fields'
import { bodyFields, isObject, readJson } from './json-block'
import { type Line, splitLines } from './lines'
import { declaredEntities, headingSubject, type PlacedLine, placeLines, type Section, shortEntity } from './sections'
import { splitTop } from './qualifiers'
import { literal, readSql } from './sql'
import { nameKey, plain, wordsOf } from './words'

interface State {
  facts: Facts
  declared: Set<string>
  /** Endpoint whose description the current lines are, and the indentation of its bullet (-1: its own heading). */
  current: { fact: EndpointFact; indent: number; section: Section } | null
  table: { columns: string[]; section: Section } | null
  workflow: Facts['workflows'][number] | null
  list: { kind: 'filters' | 'sorting' | 'pagination'; section: Section } | null
}

/**
 * Collects what each line of the text says, without deciding anything.
 * @throws SpecError when the text is empty, blank or binary.
 */
export function collectFacts(text: string): Facts {
  const lines = splitLines(text)
  const declared = declaredEntities(lines)
  const placed = placeLines(lines, declared)
  const facts: Facts = {
    title: titleOf(lines),
    description: '',
    entities: [],
    fields: [],
    relations: [],
    uniqueTogether: [],
    enums: [],
    enumHints: [],
    endpoints: [],
    crud: [],
    lists: [],
    rules: [],
    seeds: [],
    roles: [],
    workflows: [],
    auth: [],
    errors: [],
    stack: [],
    json: [],
    tree: [],
    basePath: null,
  }
  const state: State = { facts, declared, current: null, table: null, workflow: null, list: null }
  for (let index = 0; index < placed.length; index += 1) {
    const line = placed[index]!
    if (line.kind === 'code') {
      let end = index
      while (placed[end + 1]?.kind === 'code' && placed[end + 1]!.lang === line.lang) end += 1
      readCode(placed.slice(index, end + 1), state)
      index = end
    } else readLine(line, state)
  }
  facts.description = descriptionOf(placed)
  return facts
}

function titleOf(lines: Line[]): string {
  const first = lines.find((line) => line.kind === 'heading' || line.kind === 'text' || line.kind === 'bullet')
  const named = lines.find((line) => /^(?:project[ _]name|title|name)\s*:/i.test(line.text) && line.number < 15)
  const text = plain((named?.text.replace(/^[^:]*:\s*/, '') || first?.text) ?? '')
  return text.replace(/\s+(?:---|—|–|-)\s+(?:product requirements|specification|requirements)$/i, '').slice(0, 120) || 'API'
}

function descriptionOf(placed: PlacedLine[]): string {
  const prose = placed.find((line, index) => index > 0 && line.kind === 'text' && /^(overview|\d*\.?\s*overview|description|introduction|summary|purpose|about|)$/i.test(line.section.title) && line.text.split(' ').length > 5 && !/[{}|]|^\w+:/.test(line.text))
  return plain(prose?.text ?? '').slice(0, 600)
}

function readLine(line: PlacedLine, state: State): void {
  const { facts } = state
  if (line.kind === 'blank') {
    state.table = null
    return
  }
  if (/\b(SQLite|MySQL|MariaDB|MongoDB|DynamoDB|Firestore|Oracle|Flask|Django|Express(\.js)?|NestJS|Node\.js|Spring Boot|Laravel|Rails|Sequelize|Prisma|Mongoose|TypeORM|Jest|SQLModel|Tortoise|Peewee)\b/.test(line.text)) {
    facts.stack.push({ text: plain(line.text), line: line.number })
  }
  readBasePath(line, facts)
  if (line.kind === 'heading') {
    readHeading(line, state)
    return
  }
  if (line.section.kind === 'noise') return
  if (line.section.kind === 'workflow') {
    readWorkflow(line, state)
    return
  }
  if (line.kind === 'row') {
    readRow(line, state)
    return
  }
  readEnumHint(line, facts)
  if (isRuleSection(line.section)) {
    readRule(line, state)
    return
  }
  if (readListStatement(line, state)) return
  if (readEndpointLine(line, state)) return
  if (state.current !== null && belongsToEndpoint(line, state.current)) {
    readEndpointNote(line, state.current.fact, state)
    return
  }
  readBySection(line, state)
}

const isRuleSection = (section: Section): boolean => section.kind === 'rules' || section.kind === 'validation'

function readBasePath(line: Line, facts: Facts): void {
  const match = plain(line.text).match(/\b(?:base (?:url|path)|api prefix|prefix(?:ed with)?|root path|url prefix)\b[^/\n]{0,40}?(?:https?:\/\/[^\s/]+)?(\/[\w/.-]*)/i)
  if (match !== null && facts.basePath === null) facts.basePath = { path: match[1]!.replace(/[/.]+$/, ''), line: line.number }
}

function readHeading(line: PlacedLine, state: State): void {
  const { facts } = state
  const section = line.section
  state.table = null
  if (section.kind === 'workflow') startWorkflow(line, state)
  if (section.kind === 'noise' || section.kind === 'workflow') return
  if (section.line === line.number && section.endpoint !== null && section.endpoint === section.title) {
    for (const found of findEndpoints(section.title)) state.current = { fact: addEndpoint(found, line, facts), indent: -1, section }
    return
  }
  if (section.endpoint === null && state.current !== null && !inside(section, state.current.section)) state.current = null
  if (section.kind === 'models' || section.kind === 'fields' || section.kind === 'endpoints') {
    const subject = headingSubject(section.title)
    const key = nameKey(subject)
    if (subject !== '' && state.declared.has(key)) {
      facts.entities.push({ key, name: subject, line: line.number, junction: /junction|join table|association table|pivot|through table/i.test(section.title), weight: 2 })
    }
  }
}

const inside = (section: Section, outer: Section): boolean => {
  for (let current: Section | null = section; current !== null; current = current.parent) if (current === outer) return true
  return false
}

function belongsToEndpoint(line: PlacedLine, current: NonNullable<State['current']>): boolean {
  if (current.indent === -1) return inside(line.section, current.section)
  return line.section === current.section && line.indent > current.indent
}

// ---------------------------------------------------------------------------------------------------------------- endpoints

function readEndpointLine(line: PlacedLine, state: State): boolean {
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

function addEndpoint(found: ReturnType<typeof findEndpoints>[number], line: PlacedLine, facts: Facts): EndpointFact {
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
  return fact
}

const CRUD = /\b(?:full |complete |basic |standard )?CRUD(?: operations| endpoints| api)?(?: for| on| of)?:?\s+(?:managing )?(.+)$/i

function readCrud(line: PlacedLine, facts: Facts): boolean {
  const text = plain(line.text)
  const match = text.match(CRUD)
  if (match !== null) {
    const names = match[1]!.replace(/\(.*$/, '').split(/,|\band\b|&|\//).map((name) => name.trim()).filter((name) => /^[\w -]{2,40}$/.test(name))
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

function readEndpointNote(line: PlacedLine, fact: EndpointFact, state: State): void {
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
    const json = /^["'\w]+\s*:/.test(body[1]!)
    if (json) fact.body.push(...bodyFields(['{', ...splitTop(body[1]!, ','), '}'].map((part) => ({ number: line.number, text: part }))))
    else for (const field of parseFieldList(body[1]!)) fact.body.push({ name: field.name, line: line.number, facts: field.facts })
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
function readListStatement(line: PlacedLine, state: State): boolean {
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

// ---------------------------------------------------------------------------------------------------------------- sections

function readBySection(line: PlacedLine, state: State): void {
  const { facts } = state
  switch (line.section.kind) {
    case 'fields':
    case 'models':
      readModelLine(line, state)
      return
    case 'relations':
      readRelation(line, facts)
      return
    case 'auth':
      facts.auth.push({ text: plain(line.text), line: line.number })
      if (/\b401\b|require[sd]? (?:authentication|a valid)|authentication (?:is )?required/i.test(line.text)) pushRule(line, facts, 'auth')
      return
    case 'errors':
    case 'response':
      facts.errors.push({ text: plain(line.text), line: line.number })
      return
    case 'roles':
      readRole(line, facts)
      return
    case 'enums':
      readEnumMember(line, facts)
      return
    case 'seeds':
      readSeed(line, facts)
      return
    case 'stack':
      facts.stack.push({ text: plain(line.text), line: line.number })
      return
    default:
      if (/\bX-[A-Z][\w-]+\b|\bmock (?:user|auth)|\bauthenticat/i.test(line.text)) facts.auth.push({ text: plain(line.text), line: line.number })
      if (readShort(line, state)) return
      if (isRuleSentence(line.text) && line.kind === 'bullet' && line.section.kind !== 'features') pushRule(line, facts, 'note')
  }
}

function readShort(line: PlacedLine, state: State): boolean {
  const short = shortEntity(line.text)
  if (short === null) return false
  const key = nameKey(short.name)
  state.facts.entities.push({ key, name: short.name, line: line.number, junction: /junction|join table|pivot/i.test(short.note), weight: 2 })
  for (const field of parseFieldList(short.list)) {
    state.facts.fields.push({ entity: key, name: field.name, line: line.number, weight: Object.keys(field.facts).length === 0 ? 0 : 2, facts: field.facts })
  }
  return true
}

function readModelLine(line: PlacedLine, state: State): void {
  const { facts } = state
  if (/^pre-?seed|^seed/i.test(line.section.title) || /\b\w+=("[^"]*"|\S+),\s*\w+=/.test(line.text)) {
    readSeed(line, facts)
    return
  }
  if (readShort(line, state)) return
  if (readRelation(line, facts)) return
  const entity = line.section.entity
  if (entity === null) return
  if (line.kind === 'text' && !/^[`"]?[a-z_]\w*[`"]?\s*[:(—–-]|^[`"]?[a-z_]\w*[`"]?\s+[A-Za-z]+(\(\d+\))?(\s+(NOT NULL|UNIQUE|PRIMARY|required|optional|unique).*)?$|^[a-z_]\w*(\s*,\s*[a-z_]\w*)+$/.test(line.text)) return
  for (const field of parseFieldLine(line.text)) {
    if (/^[A-Z][a-z]+$/.test(field.name) && Object.keys(field.facts).length === 0) continue
    facts.fields.push({ entity, name: field.name, line: line.number, weight: Object.keys(field.facts).length === 0 ? 0 : 2, facts: field.facts })
    if (field.facts.unique === undefined && field.unknown.some((rest) => /^unique (?:per|within|for each|with)/i.test(rest))) pushRule({ ...line, text: `${field.name} ${field.unknown.join(', ')}` }, facts, 'note')
  }
}

function readRelation(line: PlacedLine, facts: Facts): boolean {
  const entity = line.section.entity
  if (entity === null) return false
  const text = plain(line.text)
  const through = text.match(/\b(?:through|via|using)\s+(?:the\s+)?(\w+)/i)?.[1] ?? null
  const push = (kind: 'belongs-to' | 'has-many' | 'many-to-many', target: string, role: string) => {
    facts.relations.push({ entity, kind, target, role, through, line: line.number })
    return true
  }
  const belongs = text.match(/^belongs[ _]to:?\s+(?:an?\s+|one\s+)?(\w+)(?:\s*\((?:as\s+)?(\w+)\))?/i)
  if (belongs !== null) return push('belongs-to', belongs[2] ?? belongs[1]!, belongs[1]!)
  const many = /many[- _]to[- _]many|m2m|n:m|many:many/i.test(text)
  const has = text.match(/^(?:has[ _](?:many|and belongs to many)|many[- ]to[- ]many(?: with| to)?:?|one[- ]to[- ]many(?: with| to)?:?|belongs[ _]to[ _]many|has[ _]one)\s+(\w+)/i)
  if (has !== null) return push(many || through !== null ? 'many-to-many' : 'has-many', has[1]!, has[1]!)
  return line.section.kind === 'relations' && text !== ''
}

function readRole(line: PlacedLine, facts: Facts): void {
  const match = plain(line.text).match(/^["']?([A-Za-z][\w -]{1,30}?)["']?\s*(?:[:(—–-]|$)/)
  if (match !== null) facts.roles.push({ name: match[1]!.trim().toLowerCase().replace(/\s+/g, '_'), line: line.number })
}

function readEnumMember(line: PlacedLine, facts: Facts): void {
  const last = facts.enums.at(-1)
  const named = plain(line.text).match(/^([A-Za-z_][\w ]*?)\s*[:=]\s*(.+)$/)
  if (named !== null) {
    const values = named[2]!.split(/[,|/]/).map((value) => value.trim().replace(/^["'([]|["')\]]$/g, ''))
    if (values.length > 1 && values.every((value) => /^[\w-]+$/.test(value))) facts.enums.push({ name: named[1]!, values, line: line.number, section: null })
    return
  }
  const value = plain(line.text).match(/^["']?([A-Za-z_][\w-]*)["']?\s*(?:$|[(—–-])/)
  if (value === null || line.kind !== 'bullet') return
  if (last?.section === line.section) last.values.push(value[1]!)
  else facts.enums.push({ name: line.section.title, values: [value[1]!], line: line.number, section: line.section })
}

function readEnumHint(line: PlacedLine, facts: Facts): void {
  const match = plain(line.text).match(/^(?:(.*?)\s)?(status|state|priority|role|type|category|severity)(?:\s+(?:tracking|field|values?|levels?|management|workflow|types?))?\s*[(:]\s*([a-z][\w-]*(?:\s*(?:,|\/|\||→|->)\s*(?:or\s+)?[a-z][\w-]*)+)\s*\)?\s*$/i)
  if (match === null || line.section.kind === 'filters' || line.section.kind === 'sorting') return
  const values = match[3]!.split(/\s*(?:,|\/|\||→|->)\s*(?:or\s+)?/).filter((value) => /^[\w-]+$/.test(value))
  if (values.some((value) => /^(required|optional|string|integer|enum|text|unique|indexed)$/i.test(value))) return
  facts.enumHints.push({ entity: match[1] === undefined ? line.section.entity : nameKey(match[1]), field: match[2]!.toLowerCase(), values, line: line.number })
}

function readSeed(line: PlacedLine, facts: Facts): void {
  const pairs = [...plain(line.text).matchAll(/\b([a-z_]\w*)\s*=\s*("[^"]*"|'[^']*'|[^,\s]+)/gi)]
  if (pairs.length < 2) return
  const subject = line.text.match(/^[`"*]*([A-Za-z_]+)/)?.[1] ?? ''
  facts.seeds.push({ table: subject, row: Object.fromEntries(pairs.map((pair) => [pair[1]!, literal(pair[2]!)])), line: line.number })
}

// ---------------------------------------------------------------------------------------------------------------- rules

function readRule(line: PlacedLine, state: State): void {
  const text = plain(line.text)
  if (text === '' || /^(?:the )?following\b.*:$/i.test(text)) return
  const entityOnly = line.kind === 'text' && (line.text.split(/\s+/).length < 3 || /:$/.test(text))
  if (entityOnly) return
  for (const sentence of sentencesOf(text)) {
    state.facts.rules.push({ text: sentence, line: line.number, entity: line.section.entity ?? state.current?.fact.context ?? null, kind: line.section.kind === 'validation' ? 'validation' : 'rule' })
  }
}

/** A bullet is one rule; a paragraph is one rule a sentence. */
function sentencesOf(text: string): string[] {
  const parts = text.split(/(?<=[a-z)"'\]]{2}[.;])\s+(?=[A-Z])/)
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

function pushRule(line: PlacedLine, facts: Facts, kind: Facts['rules'][number]['kind']): void {
  facts.rules.push({ text: plain(line.text), line: line.number, entity: line.section.entity, kind })
}

const RULE_SENTENCE = /\b(?:cannot|can not|can't|must(?: not)?|may not|only (?:the |by )?(?:\w+ )?(?:admins?|owners?|authors?|creators?|managers?|users?|moderators?)|(?:admins?|owners?|authors?|creators?|managers?|moderators?) only|own \w+ only|can only|is not allowed|are not allowed|not permitted|forbidden)\b/i

const isRuleSentence = (text: string): boolean => RULE_SENTENCE.test(text) && text.split(/\s+/).length >= 3

/** Notes in an endpoint's summary that are rules: "(own comments only)". */
export function summaryRules(facts: Facts): void {
  for (const endpoint of facts.endpoints) {
    const bracket = endpoint.summary.match(/\(([^)]*)\)/)?.[1] ?? ''
    const whole = endpoint.summary
    const binding = /\b(?:only|admins?|own(?:er)?s?|soft[- ]delet|removes? from|cascade|must|cannot)\b/i
    if (binding.test(bracket) && !/^filters?|pagination/i.test(bracket)) facts.rules.push({ text: whole, line: endpoint.line, entity: endpoint.context, kind: 'note' })
    else if (RULE_SENTENCE.test(whole) || /\bsoft[- ]delete/i.test(whole)) facts.rules.push({ text: whole, line: endpoint.line, entity: endpoint.context, kind: 'note' })
  }
}

// ---------------------------------------------------------------------------------------------------------------- workflows

function startWorkflow(line: PlacedLine, state: State): void {
  const title = plain(line.text)
  const match = title.match(/^(?:workflow|journey|use case|user story|scenario|flow)\s*\d*\s*[:.—–-]\s*(.+)$/i)
  if (match === null) return
  state.workflow = { name: match[1]!.trim(), role: null, steps: [], line: line.number }
  state.facts.workflows.push(state.workflow)
}

function readWorkflow(line: PlacedLine, state: State): void {
  const text = plain(line.text)
  if (state.workflow === null) {
    if (line.ordinal === null) return
    state.workflow = { name: line.section.title, role: null, steps: [], line: line.section.line }
    state.facts.workflows.push(state.workflow)
  }
  const role = text.match(/^(?:user )?role\s*:\s*(.+?)(?:\s+Goal:.*)?$/i)
  if (role !== null) state.workflow.role = role[1]!
  else if (line.ordinal !== null) state.workflow.steps.push(text)
}

// ---------------------------------------------------------------------------------------------------------------- tables, code

function readRow(line: PlacedLine, state: State): void {
  const row = cells(line.text)
  if (row.every((cell) => /^:?-{2,}:?$/.test(cell))) return
  const found = findEndpoints(row.slice(0, 2).join(' '))
  if (found.length > 0) {
    const reversed = row.length > 2 ? row.slice(2).join(' — ') : ''
    for (const one of found) addEndpoint({ ...one, summary: reversed }, line, state.facts)
    return
  }
  const swapped = findEndpoints(`${row[1] ?? ''} ${row[0] ?? ''}`)
  if (swapped.length > 0) {
    for (const one of swapped) addEndpoint({ ...one, summary: row.slice(2).join(' — ') }, line, state.facts)
    return
  }
  if (state.table === null || state.table.section !== line.section) {
    state.table = { columns: row.map((cell) => cell.toLowerCase()), section: line.section }
    return
  }
  readFieldRow(row, line, state)
}

function readFieldRow(row: string[], line: PlacedLine, state: State): void {
  const columns = state.table!.columns
  const at = (pattern: RegExp) => columns.findIndex((column) => pattern.test(column))
  const nameAt = at(/^(field|name|column|attribute|property|campo)/)
  if (isRuleSection(line.section)) {
    const text = row.filter((cell) => cell !== '').join(': ')
    state.facts.rules.push({ text, line: line.number, entity: line.section.entity, kind: 'validation' })
    return
  }
  const entity = line.section.entity
  if (nameAt === -1 || entity === null) return
  const name = row[nameAt] ?? ''
  if (!/^[A-Za-z_]\w*$/.test(name)) return
  const qualifiers: string[] = []
  for (const [index, cell] of row.entries()) {
    if (index === nameAt || cell === '' || cell === '-' || cell === '—') continue
    const column = columns[index] ?? ''
    if (/^required/.test(column)) qualifiers.push(/^(yes|y|true|✓|✔|x|required)/i.test(cell) ? 'required' : 'optional')
    else if (/^(null|nullable)/.test(column)) qualifiers.push(/^(yes|y|true|✓|✔|x|null)$/i.test(cell) ? 'nullable' : 'not null')
    else if (/^unique/.test(column)) qualifiers.push(/^(yes|y|true|✓|✔|x|unique)/i.test(cell) ? 'unique' : '')
    else if (/^default/.test(column)) qualifiers.push(`default: ${cell}`)
    else qualifiers.push(cell)
  }
  const text = qualifiers.filter((part) => part !== '').join(', ')
  for (const field of parseFieldLine(`${name}: ${text}`)) {
    state.facts.fields.push({ entity, name: field.name, line: line.number, weight: 2, facts: field.facts })
  }
}

function readCode(lines: PlacedLine[], state: State): void {
  const { facts } = state
  const first = lines[0]!
  const section = first.section
  if (first.lang === 'tree' || lines.some((line) => /[├└]/.test(line.text))) {
    facts.tree.push(...lines.map((line) => ({ text: line.text, line: line.number })))
    return
  }
  const content = lines.map((line) => line.text).join('\n')
  if (first.lang === 'sql' || /^\s*CREATE\s+(TABLE|TYPE)/im.test(content)) {
    readSql(lines, facts)
    return
  }
  if (/^\s*[{[]/.test(content)) readJsonBlock(lines, section, state)
  else if (section.kind !== 'noise' && section.kind !== 'workflow') readPlainCode(lines, state)
}

function readJsonBlock(lines: PlacedLine[], section: Section, state: State): void {
  const block = readJson(lines)
  state.facts.json.push({ block, section })
  const current = state.current
  if (current === null || !inside(section, current.section)) {
    readModelJson(lines, section, state, block.value)
    return
  }
  const status = section.title.match(/\b(\d{3})\b\s*(.*)$/)
  if (section.kind === 'response' || status !== null) {
    current.fact.responses.push({ status: Number(status?.[1] ?? 200), label: status?.[2] ?? '', json: block, line: lines[0]!.number })
  } else if (section.kind === 'request' || ['POST', 'PUT', 'PATCH'].includes(current.fact.method)) {
    current.fact.body.push(...bodyFields(lines))
  } else current.fact.responses.push({ status: 200, label: '', json: block, line: lines[0]!.number })
}

/** A JSON example right under an entity's heading lists its fields. */
function readModelJson(lines: PlacedLine[], section: Section, state: State, value: unknown): void {
  if ((section.kind !== 'models' && section.kind !== 'fields') || section.entity === null || !(value === undefined || isObject(value))) return
  for (const field of bodyFields(lines)) state.facts.fields.push({ entity: section.entity, name: field.name, line: field.line, weight: 0, facts: field.facts })
}

/** Lists of endpoints and short models are often fenced. */
function readPlainCode(lines: PlacedLine[], state: State): void {
  const { facts } = state
  let entity: string | null = null
  for (const line of lines) {
    const text = line.text.trim().replace(/^[-*]\s+/, '')
    if (text === '') continue
    if (/^(GET|POST|PUT|PATCH|DELETE)\b/.test(text)) {
      for (const found of findEndpoints(text)) addEndpoint(found, line, facts)
      continue
    }
    const placed = { ...line, kind: 'text' as const, text }
    if (readShort(placed, state)) continue
    const head = text.match(/^(?:(?:model|entity|table|class|type|interface|export interface)\s+)?([A-Z]\w+)\s*[:{]$/)
    if (head !== null) {
      entity = nameKey(head[1]!)
      facts.entities.push({ key: entity, name: head[1]!, line: line.number, junction: false, weight: 2 })
    } else if (entity !== null && wordsOf(text).length > 0 && /^[a-z_]\w*\??\s*[:\s]/.test(text)) {
      for (const field of parseFieldLine(text)) facts.fields.push({ entity, name: field.name, line: line.number, weight: 2, facts: field.facts })
    }
  }
}
