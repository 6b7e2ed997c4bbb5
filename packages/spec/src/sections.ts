import { cells } from './fields'
import { BULLET_HEADING_LEVEL, type Line } from './line'
import type { Section } from './section'
import { kindOf, type SectionKind } from './section-kinds'
import { shortEntity } from './short-entity'
import { nameKey, plain, singular, wordsOf } from './words'

export interface PlacedLine extends Line {
  section: Section
}

const METHOD_PATH = /\b(GET|POST|PUT|PATCH|DELETE)\b[\s`*:|]*(?:https?:\/\/[^\s/]+)?(\/[^\s`"'|)]*)/

/** Words that only describe a heading, and may be the name of one entity all the same. */
const SINGLE = /^(?:Table|Field|Module|Service|Object|Collection|Resource|Operation)$/

/** Heading text → the entity it may name: numbering, brackets and filler words dropped. */
export function headingSubject(title: string): string {
  if (SINGLE.test(unnumbered(title))) return unnumbered(title)
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

/** A heading without its number. */
export const unnumbered = (title: string): string => plain(title).replace(/^\d+(\.\d+)*[.)]?\s+/, '')
const isModels = (title: string): boolean => kindOf(unnumbered(title)) === 'models'

/** First row of a table of fields, and the first field of a list of them. */
const FIELD_TABLE = /^\|\s*[`*]*(?:fields?|columns?|attributes?|propert(?:y|ies)|name|campo)[`*]*\s*\|/i
/** Of a table that lists the fields of several entities. */
export const ENTITY_COLUMN = /^[`*]*(?:entity|entities|table|model|resource)[`*]*$/i
const FIELD_COLUMN = /^[`*]*(?:fields?|columns?|attributes?|propert(?:y|ies))[`*]*$/i

const FIRST_FIELD = /^[`"'*]*(?:id|uuid)[`"'*]*\s*(?:[,:([|—–-]|$|[a-z]+\b)/i

const TYPED_FIELD =
  /^[`"'*]*[a-z_]\w*[`"'*]*\s*[(:—–-]\s*[`(]?(?:string|str|text|varchar|char|integer|int|bigint|number|uuid|boolean|bool|date|datetime|timestamp|decimal|numeric|float|enum|email|url|json|jsonb|bigint|double|time|list of|array of|reference to|foreign key|fk|belongs to|references)\b|^[`"'*]*[a-z_]\w*_id[`"'*]*\s*(?:[,:(—–-]|$)/i

/** `belongs_to :user`, `fields: name, unit`: what only stands below the name of an entity. */
const OWN_LINE =
  /^[`"'*]*(?:has_many|has_one|belongs_to|has_and_belongs_to_many)\b|^[`"'*]*(?:fields|attributes|columns|properties)[`"'*]*\s*:[*`]*\s*(?!json|object|array|list|string|text)[a-z]/i

/** The line begins a list of fields. */
export const isFieldStart = (line: Line): boolean =>
  line.kind === 'row' ? FIELD_TABLE.test(line.text) : FIRST_FIELD.test(line.text) || TYPED_FIELD.test(line.text) || OWN_LINE.test(line.text)

/** `Rule`, `Error` or `Role` among the models is one, where `Rules` is a section about them. */
const isOne = (title: string): boolean => {
  const [word, ...more] = wordsOf(title)
  return (
    word !== undefined &&
    more.length === 0 &&
    /^(?:table|field|module|service|object|collection|resource|operation|rule|error|role|seed|endpoint|route|constraint|policy|permission|workflow)$/.test(
      word,
    )
  )
}

/** Keys of the entities that some line declares with certainty. */
export function declaredEntities(lines: Line[], listed: ReadonlyMap<number, { name: string }>): Set<string> {
  const declared = new Set([...listed.values()].map(({ name }) => nameKey(name)))
  const open: { title: string; level: number }[] = []
  let fresh = false
  let entityAt = -1
  for (const line of lines) {
    if (line.kind === 'row') entityAt = declareInRow(declared, cells(line.text), entityAt)
    else entityAt = -1
    if (line.kind === 'blank') continue
    if (fresh && line.kind !== 'heading') {
      const [title, parent] = [open.at(-1)!.title, open.at(-2)?.title ?? '']
      const kind = kindOf(unnumbered(title))
      const sure = line.kind === 'row' ? FIELD_TABLE.test(line.text) : FIRST_FIELD.test(line.text) || OWN_LINE.test(line.text)
      if (sure ? isModels(parent) || /^(?:unknown|models)$/.test(kind) : declares(title, parent, kind, line)) addSubject(declared, title)
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

/** What stands on the first line below a heading makes it one of an entity: a field below the models, a typed field below a plain noun. */
function declares(title: string, parent: string, kind: string, line: Line): boolean {
  if (isModels(parent))
    return (
      (/^(?:unknown|models|noise)$/.test(kind) || isOne(title)) &&
      (TYPED_FIELD.test(line.text) || (kind === 'unknown' && PLAIN_FIELD.test(line.text)))
    )
  return (
    kind === 'unknown' &&
    (TYPED_FIELD.test(line.text) || NAMED_FIELD.test(line.text)) &&
    NOUN.test(unnumbered(title)) &&
    !METHOD_PATH.test(parent) &&
    /^(?:unknown|models)$/.test(kindOf(unnumbered(parent)))
  )
}

/** `room: Room`: of the type of another entity. */
const NAMED_FIELD = /^[`"'*]*[a-z_]\w*[`"'*]*\s*[:(]\s*[A-Z][A-Za-z]+\)?$/
const PLAIN_FIELD = /^[`"'*]*[a-z_]\w*[`"'*]*\s*(?:$|[(:—–]|-\s)/
/** `Room`, `Check-in`, `Stock item`; no verb, and nothing that is sent. */
const NOUN =
  /^(?!(?:create|update|delete|get|list|add|edit|body|payload|headers?|params?|parameters?|options?|returns?|arguments?|example|config\w*|settings|env\w*|variables|limits?|notes?)\b)[A-Z][A-Za-z]*(?:[ -][A-Za-z]+){0,2}$/i

/** @returns the column that names entities, where the table has one */
function declareInRow(declared: Set<string>, row: string[], entityAt: number): number {
  const heads = row.some((cell) => FIELD_COLUMN.test(cell)) ? row.findIndex((cell) => ENTITY_COLUMN.test(cell)) : -1
  const name = row[entityAt] ?? ''
  if (heads === -1 && /^[A-Za-z_]\w*(?: [A-Za-z]+)?$/.test(name)) declared.add(nameKey(name))
  return heads === -1 ? entityAt : heads
}

function addSubject(declared: Set<string>, title: string): void {
  const subject = headingSubject(title)
  if (subject !== '' && wordsOf(subject).length <= 4 && !METHOD_PATH.test(title) && !/^(database|core|data|api|main|all)$/i.test(subject))
    declared.add(nameKey(subject))
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
        line === title && (isTitle(line.text) || headsProse(lines) || headsAll(line, lines))
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

/** A first heading with a sentence right below it is the document's name, even if an entity has the same. */
function headsProse(lines: Line[]): boolean {
  const [, next] = lines.filter((line) => line.kind !== 'blank')
  return next?.kind === 'text' && /^[A-Z]/.test(next.text) && / /.test(next.text) && !TYPED_FIELD.test(next.text) && !FIRST_FIELD.test(next.text)
}

/** It stands above every other heading, and neither names a kind of section nor has fields below it. */
function headsAll(title: Line, lines: Line[]): boolean {
  const next = lines[lines.indexOf(title) + 1 + lines.slice(lines.indexOf(title) + 1).findIndex((line) => line.kind !== 'blank')]
  const others = lines.filter((line) => line.kind === 'heading' && line !== title)
  if (kindOf(title.text) !== 'unknown' || METHOD_PATH.test(title.text) || others.length < 2) return false
  if (!others.every((line) => line.level > title.level) || next === undefined) return false
  return next.kind === 'heading' ? kindOf(unnumbered(next.text)) !== 'fields' && !METHOD_PATH.test(next.text) : !isFieldStart(next)
}

function climb(section: Section, level: number): Section {
  let current = section
  while (current.parent !== null && current.level >= level) current = current.parent
  return current
}

function openSection(parent: Section, line: Line, entities: Set<string>): Section {
  const title = plain(line.text).replace(/^\d+(\.\d+)*[.)]?\s+/, '')
  // "Fields" below an entity lists its own, even where another entity is called Field.
  const named = parent.entity !== null && /^(?:fields|attributes|properties|columns)$/i.test(title) ? null : entityIn(title, entities)
  const base = { title, line: line.number, level: line.level, parent }
  const endpoint = METHOD_PATH.exec(title)
  const subject = headingSubject(title)
  // "Folder rules" are rules, where there is an entity Folder; without one a folder is noise.
  const own = named !== null && nameKey(subject) === named && kindOf(title) === 'noise' && subject !== title
  const kind = kindOf(own ? title.replace(subject, '') : title)
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
