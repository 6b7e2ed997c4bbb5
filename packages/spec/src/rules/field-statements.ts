import type { Facts, FieldFact, FieldFacts, RuleFact } from '../facts'
import { nameKey } from '../words'
import { type NamedField, type Names, namesOf, targetOf, targetsOf } from './field-names'
import { readPredicate } from './predicates'
import { duplicateStatement, scopedStatement } from './unique-statements'
import { caseAside, plainer, withoutCode } from './wording'

/** What a sentence says about one field, and the parts of it that no qualifier understood. */
export interface FieldStatement {
  entity: string
  field: string
  facts: FieldFacts
  /** Parts that the field's facts do not carry. */
  rest: string[]
  /** Fields whose values are unique only together ("unique per project"). */
  together?: string[]
}

/**
 * For each rule sentence the statements about fields that it makes; empty for sentences of another kind. What is unique together is added
 * to `facts`.
 */
export function fieldStatements(facts: Facts): Map<RuleFact, FieldStatement[]> {
  const names = namesOf(facts.fields)
  const found = new Map<RuleFact, FieldStatement[]>()
  for (const rule of facts.rules) {
    const statements = statementsOf(rule, names)
    found.set(rule, statements)
    for (const { entity, together } of statements)
      if (together !== undefined) facts.uniqueTogether.push({ entity, fields: together, caseInsensitive: false, line: rule.line })
  }
  return found
}

/** The statements as facts for the resolver: rules outweigh the models. */
export function factsOf(statements: Map<RuleFact, FieldStatement[]>): FieldFact[] {
  return [...statements].flatMap(([rule, list]) =>
    list.map((one) => ({ entity: one.entity, name: one.field, line: rule.line, weight: 3 as const, facts: one.facts })),
  )
}

const VERB =
  /^(.{2,60}?)\s+((?:is|are)(?: always)? (?:required|optional|mandatory|unique|nullable|read-?only|between|limited|at (?:least|most)|an? )|(?:must|should|has to|have to|needs to|cannot|can not|can't|can never|may not|may only|can only contain|must not)\b|starts? (?:at|with)\b|can be (?:null|empty|blank|one of)\b|may be (?:null|empty|omitted)\b|max(?:imum)?\b|min(?:imum)?\b|defaults? (?:to|is)\b|has an? (?:max|min)|up to\b|at (?:least|most)\b|is one of\b|are one of\b)(.*)$/i
// Verbs that say all sorts of things: what follows must be understood in full.
const ANY_VERB =
  /^(.{2,60}?)\s+((?:is|are|has|have|lies?|ranges?|go|goes|runs?|looks?|follows?|consists?|contains?|match(?:es)?|must|cannot|can|never|needs?|uses?|only|from|begins?|between)\b)(.*)$/i

function statementsOf(rule: RuleFact, names: Names): FieldStatement[] {
  const { sentence } = withoutCode(rule.text)
  const readings = [...new Set([caseAside(rule.text.replace(/[.!]$/, '').trim()), caseAside(plainer(sentence)), plainer(caseAside(sentence))])]
  const all = readings.map((text) => readingOf(text, rule, names))
  return all.find((list) => list.length > 0 && list.every((one) => one.rest.length === 0)) ?? all.find((list) => list.length > 0) ?? []
}

function readingOf(text: string, rule: RuleFact, names: Names): FieldStatement[] {
  if (/^(?:once|after|when|while|if|before|unless|as soon as|as long as|whenever)\b/i.test(text)) return []
  const parts = text.split(/;\s+/)
  const each = parts.length > 1 ? parts.map((part) => readingOf(part, rule, names)) : []
  if (each.length > 0 && each.every((list) => list.length > 0)) return each.flat()
  const scoped = scopedStatement(text, rule, names)
  if (scoped !== null) return scoped
  const duplicate = duplicateStatement(text, rule, names)
  if (duplicate !== null) return [duplicate]
  const colon = text.match(/^([A-Za-z_][\w '/-]{0,40}?)\s*[:—–]\s+(.+)$/s) ?? text.match(/^([A-Za-z_]\w*)\s+-\s+(.+)$/s)
  if (colon !== null) {
    const statements = about(colon[1]!, colon[2]!, rule, names)
    if (statements.length > 0) return statements
    const behind = readingOf(colon[2]!, rule, names)
    if (behind.length > 0 && behind.every((one) => one.rest.length === 0)) return behind
  }
  const compared = text.match(/^([\w ]+?)(?: (?:must|should|has to|have to) be| is| are)? ((?:[<>]=?|≥|≤) ?-?\d[\d.,]*|\d+ ?(?:-|–|\.\.) ?\d+)$/)
  if (compared !== null) return about(compared[1]!, compared[2]!, rule, names)
  const counted = heldBy(text, rule, names)
  if (counted.length > 0) return counted
  const verb = text.match(VERB)
  const stated = verb === null ? [] : about(verb[1]!, `${verb[2]}${verb[3]}`, rule, names)
  if (stated.length > 0 && stated.every((one) => one.rest.length === 0)) return stated
  const any = text.match(ANY_VERB)
  const other = any === null ? [] : about(any[1]!, `${any[2]}${any[3]}`, rule, names)
  return other.length > 0 && other.every((one) => one.rest.length === 0) ? other : stated
}

function about(subject: string, predicate: string, rule: RuleFact, names: Names): FieldStatement[] {
  const found: FieldStatement[] = []
  const parts = subject.split(/\s*(?:,|\/|&|\band\b)\s*/).filter((one) => one !== '')
  const sure = parts.map((part) => targetOf(part, rule, names)).find((target) => target !== null)
  for (const part of parts) {
    const target = targetOf(part, rule, names) ?? (sure ? targetOf(part, { ...rule, entity: sure.entity }, names) : null)
    const targets = target === null ? targetsOf(part, rule, names) : [target]
    // "A vehicle has 60 seats" says nothing of what refers to a vehicle.
    if (names.entities.has(nameKey(part.replace(/^(?:an?|the|each|every|all) /i, ''))) && targets.some(({ field }) => /_?id$/i.test(field))) return []
    if (targets.length === 0) return []
    for (const one of targets.length > 1 && /\bunique\b/i.test(predicate) ? ofPeople(targets) : targets) {
      const { facts, unknown } = readPredicate(predicate, one.field)
      if (targets.length > 1 && (unknown.length > 0 || (facts.unique !== undefined && GENERIC.test(one.field)))) return []
      if (Object.keys(facts).length > 0 && unknown.some((part) => CONDITION.test(part))) return []
      found.push({ ...one, facts, rest: unknown })
    }
  }
  return found.some((one) => Object.keys(one.facts).length > 0 || one.rest.length > 0) ? found : []
}

// What holds under a condition only says nothing of the field as such.
const CONDITION = /^(?:only )?(?:when(?:ever)?|if|while|once|unless|until|in case|as soon as|as long as|after|before|except|for|on)\b/i

/** "A vehicle has between 1 and 60 seats": a number of the row; "a comment has 1 to 2000 characters": its one text. */
function heldBy(text: string, rule: RuleFact, names: Names): FieldStatement[] {
  const match = text.match(HELD)
  const entity = match === null ? '' : nameKey(match[1]!)
  const fields = names.entities.get(entity)
  if (match === null || fields === undefined) return []
  const letters = /^(?:characters?|letters|symbols)$/i.test(match[3]!)
  const texts = [...fields.values()].filter((name) => /^(?:body|text|content|message|comment|description)$/i.test(name))
  const target = letters ? (texts.length === 1 ? { entity, field: texts[0]! } : null) : targetOf(`${match[1]} ${match[3]}`, rule, names)
  if (target === null || target.entity !== entity || /_?id$/i.test(target.field)) return []
  const { facts, unknown } = readPredicate(letters ? `${match[2]} characters` : match[2]!, target.field)
  return unknown.length === 0 ? [{ ...target, facts, rest: [] }] : []
}

const HELD =
  /^(?:an?|each|every|the|all) ([\w ]+?) (?:must |can )?(?:only )?(?:have|has|hold|holds|contain|contains|need|needs|comprises?) (between \d+ and \d+|at (?:least|most) \d+|\d+ ?(?:-|–|to) ?\d+|exactly \d+) ([a-z][\w ]*)$/i

/** Who signs in by it is meant, where others have such a field too. */
function ofPeople(targets: NamedField[]): NamedField[] {
  if (!targets.every(({ field }) => /email|user_?name|handle|phone|login/i.test(field))) return targets
  return targets.filter(({ entity }) => /^(?:user|account|member|customer|author|person|profile)$/.test(entity))
}

// What every entity has says nothing of all of them at once.
const GENERIC = /^(?:name|title|type|kind|status|state|description|position|order|id|value)$/i
