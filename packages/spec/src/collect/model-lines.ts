import type { Facts } from '../facts'
import { parseFieldLine, parseFieldList } from '../fields'
import { isMember } from '../qualifiers/members'
import { typeOf } from '../qualifiers/types'
import type { PlacedLine } from '../sections'
import { shortEntity } from '../short-entity'
import { literal } from '../sql'
import { nameKey, plain } from '../words'
import { pushRule, type State, sentencesOf, statesRule } from './state'

export function readShort(line: PlacedLine, state: State): boolean {
  const short = shortEntity(line.text) ?? listedIn(line, state)
  if (short === null) return false
  const key = nameKey(short.name)
  state.facts.entities.push({ key, name: short.name, line: line.number, junction: /junction|join table|pivot/i.test(short.note), weight: 2 })
  for (const field of parseFieldList(short.list)) {
    state.facts.fields.push({
      entity: key,
      name: field.name,
      line: line.number,
      weight: Object.keys(field.facts).length === 0 ? 0 : 2,
      facts: field.facts,
    })
  }
  return true
}

const listedIn = (line: PlacedLine, state: State): { name: string; list: string; note: string } | null => {
  const listed = line.section.entity === null || line.kind === 'text' ? state.listed.get(line.number) : undefined
  return listed === undefined ? null : { ...listed, note: '' }
}

export function readModelLine(line: PlacedLine, state: State): void {
  const { facts } = state
  if (/^pre-?seed|^seed/i.test(line.section.title) || /\b\w+=("[^"]*"|\S+),\s*\w+=/.test(line.text)) {
    readSeed(line, facts)
    return
  }
  if (readShort(line, state)) return
  if (readRelation(line, facts)) return
  const entity = line.section.entity
  if (statesRule(line) && !/^[`"*]*[a-z_]\w*[`"*]*\s*[(:]/.test(line.text)) {
    for (const text of sentencesOf(plain(line.text))) pushRule({ ...line, text }, facts, 'note')
    return
  }
  const own = plain(line.text).match(/^(?:fields|attributes|columns|properties)\s*:\s*(.+)$/i)
  if (own !== null && entity !== null && typeOf(own[1]!.split(',')[0]!) === null) {
    for (const field of parseFieldList(own[1]!)) facts.fields.push({ entity, name: field.name, line: line.number, weight: 2, facts: field.facts })
    return
  }
  if (entity === null) return
  const together = plain(line.text).match(/^unique(?: together| constraint| key)?\s*(?:on|:)?\s*[([]([\w, ]+)[)\]]$/i)
  if (together !== null) {
    const fields = together[1]!.split(',').map((name) => name.trim())
    facts.uniqueTogether.push({ entity, fields, caseInsensitive: false, line: line.number })
    return
  }
  if (
    line.kind === 'text' &&
    !/^[a-z_]\w* {2,}\S|^[`"]?[a-z_]\w*[`"]?\s*[:(—–-]|^[`"]?[a-z_]\w*[`"]?\s+[A-Za-z]+(\(\d+\))?(\s+(NOT NULL|UNIQUE|PRIMARY|required|optional|unique).*)?$|^[a-z_]\w*(\s*,\s*[a-z_]\w*)+$/.test(
      line.text,
    )
  )
    return
  for (const field of parseFieldLine(line.text)) {
    if (/^[A-Z][a-z]+$/.test(field.name) && Object.keys(field.facts).length === 0) continue
    // "Owner email must be unique" is a sentence about the entity, not a field of it.
    if (nameKey(field.name) === entity && /^\w+ [a-z]/.test(plain(line.text))) {
      pushRule(line, facts, 'note')
      return
    }
    facts.fields.push({ entity, name: field.name, line: line.number, weight: Object.keys(field.facts).length === 0 ? 0 : 2, facts: field.facts })
    if (field.facts.unique === undefined && field.unknown.some((rest) => /^unique (?:per|within|for each|with)/i.test(rest)))
      pushRule({ ...line, text: `${field.name} ${field.unknown.join(', ')}` }, facts, 'note')
  }
}

export function readRelation(line: PlacedLine, facts: Facts): boolean {
  const whole = plain(line.text)
  const subject = whole.match(/^(?:an? |each )?(\w+)\s+(?=(?:has many|has one|belongs to|has and belongs to many)\b)/i)
  const named = subject === null ? undefined : facts.entities.find((one) => one.key === nameKey(subject[1]!))?.key
  const entity = named ?? line.section.entity
  if (entity === null) return false
  const text = named === undefined ? whole : whole.slice(subject![0].length)
  const through = text.match(/\b(?:through|via|using)\s+(?:the\s+)?(\w+)/i)?.[1] ?? null
  const push = (kind: 'belongs-to' | 'has-many' | 'many-to-many', target: string, role: string) => {
    facts.relations.push({ entity, kind, target, role, through, line: line.number })
    return true
  }
  const belongs = text.match(/^belongs[ _]to:?\s+:?(?:an?\s+|one\s+)?(\w+)(?:\s*\((?:as\s+)?(\w+)\))?/i)
  if (belongs !== null) return push('belongs-to', belongs[2] ?? belongs[1]!, belongs[1]!)
  const many = /many[- _]to[- _]many|belongs[ _]to[ _]many|m2m|n:m|many:many/i.test(text)
  const has = text.match(
    /^(?:has[ _](?:many|and[ _]belongs[ _]to[ _]many)|many[- ]to[- ]many(?: with| to)?:?|one[- ]to[- ]many(?: with| to)?:?|belongs[ _]to[ _]many|has[ _]one)\s+:?(\w+)/i,
  )
  if (has !== null) return push(many || through !== null ? 'many-to-many' : 'has-many', has[1]!, has[1]!)
  return line.section.kind === 'relations' && text !== ''
}

export function readRole(line: PlacedLine, facts: Facts): void {
  const match = plain(line.text).match(/^["']?([A-Za-z][\w -]{1,30}?)["']?\s*(?:[:(—–-]\s*(.*)|$)/)
  if (match === null) return
  const text = match[2]?.replace(/\)$/, '') ?? ''
  facts.roles.push({ name: match[1]!.trim().toLowerCase().replace(/\s+/g, '_'), ...(text !== '' && { text }), line: line.number })
}

/** `Roles: manager, employee, visitor` on one line. */
export function readRoles(text: string, line: number, facts: Facts): boolean {
  const list = text.match(/^(?:(?:there are )?(?:the )?(?:\w+ )?(?:user )?roles)(?: are)?\s*[:=—–-]\s*([\w"' /,&-]+?)\.?$/i)?.[1]
  const names = list?.split(/\s*(?:,|\/|&|\band\b)\s*/).map((name) => name.replace(/["']|^(?:an?|the) /g, '').trim()) ?? []
  const all = names.filter((name) => name !== '')
  if (all.length < 2 || !all.every((name) => /^[A-Za-z][A-Za-z_-]*(?: [A-Za-z]+)?$/.test(name) && isMember(name))) return false
  for (const name of all) facts.roles.push({ name: name.toLowerCase().replace(/[\s-]+/g, '_'), line })
  facts.enums.push({ name: 'role', values: all.map((name) => name.toLowerCase()), line, section: null })
  return true
}

export function readEnumMember(line: PlacedLine, facts: Facts): void {
  const last = facts.enums.at(-1)
  const named = plain(line.text).match(/^([A-Za-z_][\w ]*?)\s*[:=]\s*(.+)$/)
  if (named !== null) {
    const values = named[2]!.split(/[,|/]/).map((value) => value.trim().replace(/^["'([]|["')\]]$/g, ''))
    if (values.length > 1 && values.every((value) => /^[\w-]+$/.test(value)))
      facts.enums.push({ name: named[1]!, values, line: line.number, section: null })
    return
  }
  const value = plain(line.text).match(/^["']?([A-Za-z_][\w-]*)["']?\s*(?:$|[(—–-])/)
  if (value === null || line.kind !== 'bullet') return
  if (last?.section === line.section) last.values.push(value[1]!)
  else facts.enums.push({ name: line.section.title, values: [value[1]!], line: line.number, section: line.section })
}

export function readEnumHint(line: PlacedLine, facts: Facts): void {
  const match = plain(line.text).match(
    /^(?:(.*?)\s)?(status|state|priority|role|type|category|severity)(?:\s+(?:tracking|field|values?|levels?|management|workflow|types?))?\s*[(:]\s*([a-z][\w-]*(?:\s*(?:,|\/|\||→|->)\s*(?:or\s+)?[a-z][\w-]*)+)\s*\)?\s*$/i,
  )
  if (match === null || line.section.kind === 'filters' || line.section.kind === 'sorting') return
  const values = match[3]!.split(/\s*(?:,|\/|\||→|->)\s*(?:or\s+)?/).filter((value) => /^[\w-]+$/.test(value))
  if (values.some((value) => /^(required|optional|string|integer|enum|text|unique|indexed)$/i.test(value))) return
  facts.enumHints.push({
    entity: match[1] === undefined ? line.section.entity : nameKey(match[1]),
    field: match[2]!.toLowerCase(),
    values,
    line: line.number,
  })
}

export function readSeed(line: PlacedLine, facts: Facts): void {
  const pairs = [...plain(line.text).matchAll(/\b([a-z_]\w*)\s*=\s*("[^"]*"|'[^']*'|[^,\s]+)/gi)]
  if (pairs.length < 2) return
  const subject = line.text.match(/^[`"*]*([A-Za-z_]+)/)?.[1] ?? ''
  facts.seeds.push({ table: subject, row: Object.fromEntries(pairs.map((pair) => [pair[1]!, literal(pair[2]!)])), line: line.number })
}
