import { findEndpoints } from '../endpoints'
import { blankFacts, type Facts } from '../facts'
import { nestFlatHeadings } from '../flat-headings'
import type { Line } from '../line'
import { splitLines } from '../lines'
import { listedEntities } from '../listed-entities'
import { rulesOutIdentity, speaksOfIdentity } from '../rules/identity-rules'
import { declaredEntities, headingSubject, type PlacedLine, placeLines } from '../sections'
import { nameKey, plain } from '../words'
import { readCode, readRow } from './blocks'
import { addEndpoint } from './endpoint-fact'
import { belongsToEndpoint, readEndpointLine, readListStatement, readPagingSentence } from './endpoint-lines'
import { readEndpointNote } from './endpoint-notes'
import { readFrontEndLine, readWorkflowHeading, readWorkflowLine } from './front-end-lines'
import { readEnumHint, readEnumMember, readModelLine, readRelation, readRole, readRoles, readSeed, readShort } from './model-lines'
import { readProse } from './prose'
import { inside, isRuleSection, isRuleSentence, pushRule, type State, sentencesOf, statesRule } from './state'

/**
 * Collects what each line of the text says, without deciding anything.
 * @throws SpecError when the text is empty, blank or binary.
 */
export function collectFacts(text: string): Facts {
  const lines = nestFlatHeadings(splitLines(text))
  const listed = listedEntities(lines)
  const declared = declaredEntities(lines, listed)
  const placed = placeLines(lines, declared)
  const facts = blankFacts(titleOf(lines))
  const state: State = { facts, declared, listed, current: null, table: null, workflow: null, list: null }
  for (let index = 0; index < placed.length; index += 1) {
    const line = placed[index]!
    if (line.kind === 'code') {
      let end = index
      while (placed[end + 1]?.kind === 'code' && placed[end + 1]!.lang === line.lang) end += 1
      account(placed.slice(index, end + 1), state, (lines) => readCode(lines, state))
      index = end
    } else account([line], state, () => readLine(line, state))
  }
  if (facts.fields.length === 0 && facts.endpoints.every((one) => one.body.length === 0)) readProse(placed, facts)
  facts.description = descriptionOf(placed)
  const named = new Set(placed.filter((line) => names(line, facts)).map((line) => line.number))
  facts.unread = facts.unread.filter((line) => !named.has(line))
  return facts
}

/** Every line is claimed: by what it adds to the facts, by a heading, by a section that is noise on purpose, or as one that says nothing. */
function account(lines: PlacedLine[], state: State, read: (lines: PlacedLine[]) => void): void {
  const before = weightOf(state)
  read(lines)
  const [first] = lines
  const quiet = first!.kind === 'blank' || first!.kind === 'heading' || first!.section.kind === 'noise' || first!.section.kind === 'workflow'
  if (!quiet && weightOf(state) === before) state.facts.unread.push(...lines.filter((line) => line.text.trim() !== '').map((line) => line.number))
}

/** The line is the document's title or description. */
function names(line: PlacedLine, { title, description }: Facts): boolean {
  const text = plain(line.text)
  return text === title || text.endsWith(`: ${title}`) || (description !== '' && text.startsWith(description))
}

/** How much has been collected; another text after every line that says something. */
function weightOf({ facts, current, table }: State): string {
  const endpoint = current === null ? [] : [current.fact.notes, current.fact.query, current.fact.body, current.fact.responses]
  const lists = [...Object.values(facts), ...endpoint, facts.enums.at(-1)?.values].map((part) => (Array.isArray(part) ? part.length : 0))
  return `${lists.join()} ${table === null} ${facts.basePath === null}`
}

function titleOf(lines: Line[]): string {
  const first = lines.find((line) => line.kind === 'heading' || line.kind === 'text' || line.kind === 'bullet')
  const named = lines.find(
    (line) =>
      line.number < 15 && (/^project[ _]name\s*:/i.test(line.text) || (line.number < 5 && /^(?:title|name|project)\s*:\s*\w/i.test(line.text))),
  )
  const text = plain((named?.text.replace(/^[^:]*:\s*/, '') || first?.text) ?? '')
  return text.replace(/\s+(?:---|—|–|-)\s+(?:product requirements|specification|requirements)$/i, '').slice(0, 120) || 'API'
}

function descriptionOf(placed: PlacedLine[]): string {
  const prose = placed.find(
    (line, index) =>
      index > 0 &&
      line.kind === 'text' &&
      /^(overview|\d*\.?\s*overview|description|introduction|summary|purpose|about|)$/i.test(line.section.title) &&
      (line.text.split(' ').length > 5 || /^description$/i.test(line.section.title)) &&
      !/[{}|]|^\w+:/.test(line.text),
  )
  return plain(prose?.text ?? '').slice(0, 600)
}

function readLine(line: PlacedLine, state: State): void {
  const { facts } = state
  if (line.kind === 'blank') {
    state.table = null
    return
  }
  if (
    /\b(SQLite|MySQL|MariaDB|MongoDB|DynamoDB|Firestore|Oracle|Flask|Django|Express(\.js)?|NestJS|Node\.js|Spring Boot|Laravel|Rails|Sequelize|Prisma|Mongoose|TypeORM|Jest|SQLModel|Tortoise|Peewee)\b/.test(
      line.text,
    )
  ) {
    facts.stack.push({ text: plain(line.text), line: line.number })
  }
  readBasePath(line, facts)
  if (line.kind === 'heading') {
    readHeading(line, state)
    return
  }
  if (line.section.kind === 'noise') {
    readFrontEndLine(line, state)
    return
  }
  if (line.section.kind === 'workflow') {
    readWorkflowLine(line, state)
    return
  }
  if (readConvention(line, facts)) return
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
  readPagingSentence(line, facts)
  if (readEndpointLine(line, state)) return
  if (state.current !== null && belongsToEndpoint(line, state.current)) {
    readEndpointNote(line, state.current.fact, state)
    return
  }
  readBySection(line, state)
}

function readBasePath(line: Line, facts: Facts): void {
  const match = plain(line.text).match(
    /\b(?:base (?:url|path)|api prefix|prefix(?:ed with)?|root path|url prefix)\b[^/\n]{0,40}?(?:https?:\/\/[^\s/]+)?(\/[\w/.-]*)/i,
  )
  if (match !== null && facts.basePath === null) facts.basePath = { path: match[1]!.replace(/[/.]+$/, ''), line: line.number }
}

function readHeading(line: PlacedLine, state: State): void {
  const { facts } = state
  const section = line.section
  state.table = null
  if (section.kind === 'workflow') readWorkflowHeading(line, state)
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
      facts.entities.push({
        key,
        name: subject,
        line: line.number,
        junction: /junction|join table|association table|pivot|through table/i.test(section.title),
        weight: 2,
      })
    }
  }
}

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
      for (const sentence of sentencesOf(plain(line.text))) {
        if (/\b401\b|require[sd]? (?:authentication|a valid)|authentication (?:is )?required/i.test(sentence))
          pushRule({ ...line, text: sentence }, facts, 'auth')
      }
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
      if (/\bX-[A-Z][\w-]+\b|\bmock (?:user|auth)|\bauthenticat/i.test(line.text)) {
        facts.auth.push({ text: plain(line.text), line: line.number })
        for (const sentence of sentencesOf(plain(line.text))) if (speaksOfIdentity(sentence)) pushRule({ ...line, text: sentence }, facts, 'auth')
      }
      if (readShort(line, state)) return
      if (/\b(?:has many|belongs to|has one)\b/i.test(line.text) && readRelation(line, facts)) return
      if (statesRule(line))
        for (const text of sentencesOf(plain(line.text)))
          if (line.kind === 'bullet' || isRuleSentence(text)) pushRule({ ...line, text }, facts, 'note')
  }
}

/** What one line of any section says about the whole service: "No authentication is needed", "Roles: admin, member". */
function readConvention(line: PlacedLine, facts: Facts): boolean {
  const text = plain(line.text)
  const sentences = sentencesOf(text)
  const open = sentences.filter(rulesOutIdentity)
  for (const sentence of open) facts.auth.push({ text: sentence, line: line.number })
  if (open.length === sentences.length) return open.length > 0
  return line.section.entity === null && readRoles(text, line.number, facts)
}

function readRule(line: PlacedLine, state: State): void {
  const text = plain(line.text)
  if (text === '' || /^(?:the )?following\b.*:$/i.test(text)) return
  const entityOnly = line.kind === 'text' && (line.text.split(/\s+/).length < 3 || /:$/.test(text))
  if (entityOnly) return
  for (const sentence of sentencesOf(text)) {
    state.facts.rules.push({
      text: sentence,
      line: line.number,
      entity: line.section.entity ?? state.current?.fact.context ?? null,
      kind: line.section.kind === 'validation' ? 'validation' : 'rule',
    })
  }
}
