import { parseFieldLine } from './fields'
import { BULLET_HEADING_LEVEL, type Line } from './lines'
import { isMember, splitTop } from './qualifiers/members'
import { nameKey, plain, singular, wordsOf } from './words'

export type SectionKind =
  | 'fields'
  | 'endpoints'
  | 'rules'
  | 'validation'
  | 'relations'
  | 'filters'
  | 'sorting'
  | 'pagination'
  | 'auth'
  | 'errors'
  | 'models'
  | 'roles'
  | 'enums'
  | 'seeds'
  | 'stack'
  | 'workflow'
  | 'features'
  | 'request'
  | 'response'
  | 'noise'
  | 'unknown'

/** Where a line stands. */
export interface Section {
  kind: SectionKind
  /** Heading text without numbering. */
  title: string
  line: number
  level: number
  /** Key (see `nameKey`) of the entity the section is about. */
  entity: string | null
  /** The heading itself states an endpoint: what follows describes it. */
  endpoint: string | null
  parent: Section | null
}

export interface PlacedLine extends Line {
  section: Section
}

const METHOD_PATH = /\b(GET|POST|PUT|PATCH|DELETE)\b[\s`*:|]*(?:https?:\/\/[^\s/]+)?(\/[^\s`"'|)]*)/

// First match wins: exact words before loose ones.
const SYNONYMS: [SectionKind, RegExp][] = [
  [
    'fields',
    /^((data|model|entity|table|object|db|database|main|key) )?(fields?|attributes?|propert(y|ies)|columns?)\b|^schema$|^(campos|felder|champs|字段)$/,
  ],
  ['filters', /^filter|^filtering|query param|^search( parameters)?$|^(filters|filtering).*(sort|search)|^parameters$|^(filtros|筛选)/],
  ['sorting', /^sort|^ordering|^(orden)/],
  ['pagination', /paginat|^paging|^(paginaci)/],
  ['request', /^(request|input|payload)( (body|fields|payload|schema|example))?( \(.*\))?$|^body$|^(example )?request/],
  ['response', /^(success |error |example )?respon(se|ses)\b|^returns$|^output$/],
  ['validation', /validation|^validations|^input constraints|^(validaci)/],
  ['seeds', /\bseed|sample data|initial data|fixture|default users|test users/],
  ['errors', /\berrors?\b|status codes?|error handling|^(errores)/],
  ['workflow', /workflow|journey|user stor|use case|user flow|user scenario/],
  ['stack', /\bstack\b|technolog|\btech\b|framework|^(tecnolog)/],
  [
    'noise',
    /\b(test|tests|testing|screens?|screen structure|ui|ux|user interface|front-?end|design system|design principles|priorit(y|ies)|success criteria|project structure|directory|folder|file structure|deployment|deploy|non-goals|out of scope|in scope|roadmap|future|milestones?|deliverables|getting started|installation|documentation|performance|non-functional|monitoring|logging|implementation (order|plan|steps|priority)|development|environment|docker|code quality|overview|introduction|summary|purpose|goals?|background|glossary|color palette|theme|layout|pages|wireframes?|project goals|configuration|acceptance criteria|requirements? overview|changelog)\b/,
  ],
  ['auth', /authenticat|^auth\b|^auth |identity|^security|^(autenticaci)/],
  [
    'rules',
    /\brules?\b|business logic|\blogic\b|\bconstraints?\b|polic(y|ies)|invariant|permission|access control|authorization|^(reglas|restricciones|regeln|règles|规则)/,
  ],
  ['relations', /relation|associations?|^(relaciones)/],
  ['roles', /^(user )?roles?\b|^actors$|^(roles)/],
  ['enums', /\benum|^supported |allowed values|^(status|state|type)e?s?( values)?$|^lookup/],
  [
    'endpoints',
    /endpoints?|\broutes?\b|^api$|^rest(ful)? api|^http api|api (design|reference|surface|methods|operations|calls)|^operations$|^urls?$|^(rutas|endpunkte|接口)/,
  ],
  [
    'models',
    /\bmodels?\b|entit(y|ies)|\bresources?\b|data ?model|schemas?|\btables?\b|database|domain|data structures?|\bobjects\b|^data$|^(modelos|entidades|tablas|datenmodell|modèles|数据模型)/,
  ],
  ['features', /features?|functional|functionality|capabilit|requirements|scope|modules/],
]

/** Heading text → the entity it may name: numbering, brackets and filler words dropped. */
export function headingSubject(title: string): string {
  return plain(title)
    .replace(/^\d+(\.\d+)*[.)]?\s+/, '')
    .replace(/\s*[([{].*$/, '')
    .replace(/\s+(?:—|–|-)\s+.*$/, '')
    .replace(/^(?:the|model|entity|table|resource|class|collection)[:\s]+/i, '')
    .replace(/[:]\s*$/, '')
    .replace(
      /\b(?:model|entity|table|resource|resources|api|apis|endpoints?|routes?|management|object|schema|collection|fields|crud|operations|module|service|business rules|rules|validation|data)\b\s*$/gi,
      '',
    )
    .trim()
}

const unnumbered = (title: string): string => plain(title).replace(/^\d+(\.\d+)*[.)]?\s+/, '')
const isModels = (title: string): boolean => kindOf(unnumbered(title)) === 'models'

/** First row of a table of fields, and the first field of a list of them. */
const FIELD_TABLE = /^\|\s*[`*]*(?:fields?|columns?|attributes?|propert(?:y|ies)|name|campo)[`*]*\s*\|/i
const FIRST_FIELD = /^[`"'*]*(?:id|uuid)[`"'*]*\s*(?:[,:([|—–-]|$|[a-z]+\b)/i

const TYPED_FIELD =
  /^[`"'*]*[a-z_]\w*[`"'*]*\s*[(:—–-]\s*[`(]?(?:string|str|text|varchar|char|integer|int|bigint|number|uuid|boolean|bool|date|datetime|timestamp|decimal|numeric|float|enum|email|json|foreign key|fk)\b/i

/** Keys of the entities that some line declares with certainty. */
export function declaredEntities(lines: Line[]): Set<string> {
  const declared = new Set<string>()
  const open: { title: string; level: number }[] = []
  let fresh = false
  for (const line of lines) {
    if (line.kind === 'blank') continue
    if (fresh && line.kind !== 'heading') {
      const [title, parent] = [open.at(-1)!.title, open.at(-2)?.title ?? '']
      const kind = kindOf(unnumbered(title))
      const sure = line.kind === 'row' ? FIELD_TABLE.test(line.text) : FIRST_FIELD.test(line.text)
      if (
        sure
          ? isModels(parent) || /^(?:unknown|models)$/.test(kind)
          : isModels(parent) && /^(?:unknown|models|noise)$/.test(kind) && TYPED_FIELD.test(line.text)
      )
        addSubject(declared, title)
    }
    fresh = line.kind === 'heading'
    if (line.kind === 'heading') {
      while (open.length > 0 && open.at(-1)!.level >= line.level) open.pop()
      const parent = open.at(-1)
      if (/\((?:junction|join|pivot|association|link|through)(?: table)?\)/i.test(line.text)) addSubject(declared, line.text)
      if (parent !== undefined && /^(model |data |entity |table )?(fields?|attributes?|properties|columns)\b/i.test(plain(line.text)))
        addSubject(declared, parent.title)
      open.push({ title: line.text, level: line.level })
    } else if (line.kind === 'code') {
      const table = line.text.match(/CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:["`\w]+\.)?["`]?(\w+)/i)
      if (table !== null) declared.add(nameKey(table[1]!))
    } else {
      const short = shortEntity(line.text)
      if (short !== null) declared.add(nameKey(short.name))
    }
  }
  return declared
}

function addSubject(declared: Set<string>, title: string): void {
  const subject = headingSubject(title)
  if (subject !== '' && wordsOf(subject).length <= 4 && !METHOD_PATH.test(title) && !/^(database|core|data|api|main|all)$/i.test(subject))
    declared.add(nameKey(subject))
}

/** `User (id, email, name)`, `User: id, email, name`, `User { id, email }`. */
export function shortEntity(text: string): { name: string; list: string; note: string } | null {
  const clean = plain(text).replace(/^\d+\.\s+/, '')
  if (/^(?:unique|index(?:ed|es)?|primary|foreign|constraint|key)\b/i.test(clean)) return null
  const match = clean.match(/^([A-Z][A-Za-z]*(?:[ _][A-Z]?[A-Za-z]+){0,2}|[a-z]+(?:_[a-z]+)*)\s*(?:[:–—-]\s*)?([({[])(.*)[)}\]]\s*(.*)$/)
  if (match !== null && isFieldList(match[3]!)) return { name: match[1]!, list: match[3]!, note: match[4]! }
  const colon = clean.match(/^([A-Z][A-Za-z]*(?:[ _]?[A-Z][A-Za-z]+){0,2})\s*(?::|–|—| - |->|→|has|with)\s*(?:fields?:?\s*)?(.+)$/)
  if (colon !== null && /^id\b/.test(colon[2]!) && isFieldList(colon[2]!)) return { name: colon[1]!, list: colon[2]!, note: '' }
  const list = colon?.[2]?.replace(/\.(?:\s+[A-Z].*)?$/, '')
  if (list !== undefined && kindOf(colon![1]!) === 'unknown' && !NO_ENTITY.test(colon![1]!) && isTypedList(list)) return { name: colon![1]!, list, note: '' }
  return null
}

const NO_ENTITY = /^(?:query|params?|path|headers?|arguments?|options?|notes?|example|returns?|fields?|update|create|post|put|patch|get|delete)$/i

/** `name (required), capacity (int), room_id`: names that nothing but a field has, at least one of them with what fields have. */
function isTypedList(list: string): boolean {
  const parts = splitTop(list)
  if (!parts.every((part) => /^[a-z]\w*(?:$|\s*[(:\s])/.test(part))) return false
  const fields = parts.map((part) => parseFieldLine(part))
  if (!fields.every((found) => found.length === 1 && isMember(found[0]!.name) && found[0]!.unknown.length === 0)) return false
  return fields.some(([field]) => Object.keys(field!.facts).some((key) => /^(?:type|required|unique|minLength|maxLength|min|max)$/.test(key)))
}

/** At least two identifiers, one of them a usual field: `(id, email)` and `(name, price)` but not `(Size, Color)`. */
function isFieldList(list: string): boolean {
  const names = list
    .split(/[,;]/)
    .map((part) => part.trim().match(/^["']?([a-z_][A-Za-z0-9_]*)\b/)?.[1])
    .filter((name): name is string => name !== undefined)
  if (names.length < 2) return false
  return (
    names.includes('id') ||
    (names.some((name) => /^(uuid|name|title|email|created_?at|content|description|price|status|.*_id|.*Id)$/.test(name)) &&
      /\b(id|name|title|email)\b|_id\b/.test(list))
  )
}

/** Gives each line the section it stands in. `entities` are keys from `declaredEntities`. */
export function placeLines(lines: Line[], entities: Set<string>): PlacedLine[] {
  const root: Section = { kind: 'unknown', title: '', line: 0, level: 0, entity: null, endpoint: null, parent: null }
  let section = root
  const placed: PlacedLine[] = []
  const title = lines.find((line) => line.kind !== 'blank')
  for (const line of lines) {
    if (line.kind === 'close') {
      section = climb(section, line.level)
      continue
    }
    if (line.kind === 'heading') {
      section =
        line === title && isTitle(line.text)
          ? { ...root, title: plain(line.text), line: line.number, level: line.level, parent: root }
          : openSection(climb(section, line.level), line, entities)
    } else if (line.kind === 'bullet' || line.kind === 'text') {
      while (section.level >= BULLET_HEADING_LEVEL && line.indent <= section.level - BULLET_HEADING_LEVEL) section = section.parent!
    }
    placed.push({ ...line, section })
  }
  return placed
}

/** The document's own name ("Notes API") is no section about the notes. */
const isTitle = (text: string): boolean =>
  /\b(?:api|specification|spec|service|system|backend|server|application|app|platform|requirements|project)\b/i.test(text)

function climb(section: Section, level: number): Section {
  let current = section
  while (current.parent !== null && current.level >= level) current = current.parent
  return current
}

function openSection(parent: Section, line: Line, entities: Set<string>): Section {
  const title = plain(line.text).replace(/^\d+(\.\d+)*[.)]?\s+/, '')
  const named = entityIn(title, entities)
  const base = { title, line: line.number, level: line.level, parent }
  const endpoint = METHOD_PATH.exec(title)
  const kind = kindOf(title)
  if (endpoint !== null && !/^filter|^sort|^paginat|^respon|^error|^validation|^rules/i.test(title)) {
    return {
      ...base,
      kind: parent.kind === 'noise' || parent.kind === 'workflow' ? parent.kind : 'endpoints',
      entity: named ?? parent.entity,
      endpoint: title,
    }
  }
  if (parent.kind === 'noise' || parent.kind === 'workflow') {
    const escapes =
      named !== null &&
      nameKey(headingSubject(title)) === named &&
      parent.kind === 'noise' &&
      /overview|introduction|summary|scope/i.test(parent.title)
    return { ...base, kind: escapes ? 'models' : parent.kind, entity: null, endpoint: null }
  }
  const entity = named ?? (line.level > parent.level ? parent.entity : null)
  const exact = named !== null && nameKey(headingSubject(title)) === named
  if (exact && !/\b(endpoints?|routes?|rules|validation|filters?)\b/i.test(title)) {
    const inherited: SectionKind[] = ['endpoints', 'rules', 'validation', 'relations', 'filters', 'auth', 'enums', 'seeds']
    return { ...base, kind: inherited.includes(parent.kind) ? parent.kind : 'models', entity, endpoint: null }
  }
  const endpointScope = parent.endpoint ?? null
  if (kind !== 'unknown') return { ...base, kind, entity, endpoint: keepsEndpoint(kind) ? endpointScope : null }
  return { ...base, kind: parent.kind === 'response' || parent.kind === 'request' ? 'unknown' : parent.kind, entity, endpoint: endpointScope }
}

const keepsEndpoint = (kind: SectionKind): boolean =>
  kind === 'request' ||
  kind === 'response' ||
  kind === 'filters' ||
  kind === 'sorting' ||
  kind === 'pagination' ||
  kind === 'rules' ||
  kind === 'validation'

function kindOf(title: string): SectionKind {
  const text = title
    .toLowerCase()
    .replace(/[:*_`]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (text.length > 80) return 'unknown'
  for (const [kind, pattern] of SYNONYMS) {
    if (pattern.test(text)) return kind
  }
  return 'unknown'
}

function entityIn(title: string, entities: Set<string>): string | null {
  const subject = nameKey(headingSubject(title))
  if (subject !== '' && entities.has(subject)) return subject
  const words = wordsOf(title.replace(/\(.*$/, '')).map(singular)
  for (let size = Math.min(3, words.length); size >= 1; size -= 1) {
    for (let start = 0; start + size <= words.length; start += 1) {
      const key = words.slice(start, start + size).join('')
      if (entities.has(key)) return key
    }
  }
  const path = title.match(/\/(?:api\/)?(?:v\d+\/)?([\w-]+)/)
  if (path !== null && entities.has(nameKey(path[1]!))) return nameKey(path[1]!)
  return null
}
