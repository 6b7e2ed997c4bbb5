import type { EndpointFact, Facts } from '../facts'
import type { ListedEntity } from '../listed-entities'
import type { Section } from '../section'
import type { PlacedLine } from '../sections'
import { plain } from '../words'

export interface State {
  facts: Facts
  declared: Set<string>
  /** Entities whose fields a line lists without brackets, by its number. */
  listed: ReadonlyMap<number, ListedEntity>
  /** Endpoint whose description the current lines are, and the indentation of its bullet (-1: its own heading). */
  current: { fact: EndpointFact; indent: number; section: Section } | null
  table: { columns: string[]; section: Section } | null
  workflow: Facts['workflows'][number] | null
  list: { kind: 'filters' | 'sorting' | 'pagination'; section: Section } | null
}

export const isRuleSection = (section: Section): boolean => section.kind === 'rules' || section.kind === 'validation'

export const inside = (section: Section, outer: Section): boolean => {
  for (let current: Section | null = section; current !== null; current = current.parent) if (current === outer) return true
  return false
}

/** A bullet is one rule; a paragraph is one rule a sentence. */
export function sentencesOf(text: string): string[] {
  const parts = text.split(/(?<=[A-Za-z)"'\]]{2}[.;])\s+(?=[A-Z])/)
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** `R1: `, `BR-2. ` before the sentence itself. */
export const NUMBERED = /^(?:R|BR|Rule)[ -]?\d+\s*[:.)–—-]\s*/

export function pushRule(line: PlacedLine, facts: Facts, kind: Facts['rules'][number]['kind']): void {
  facts.rules.push({ text: plain(line.text).replace(NUMBERED, ''), line: line.number, entity: line.section.entity, kind })
}

export const RULE_SENTENCE =
  /\b(?:cannot|can not|can't|must(?: not)?|may not|only (?:the |by )?(?:\w+ )?(?:admins?|owners?|authors?|creators?|managers?|users?|moderators?)|(?:admins?|owners?|authors?|creators?|managers?|moderators?) only|own \w+ only|can only|only once|at most one|is not allowed|are not allowed|not permitted|forbidden)\b/i

/** `Status goes draft -> open -> closed`: moves between states, not a path or a type. */
const MOVES = /^(?!.*\b(?:GET|POST|PUT|PATCH|DELETE)\b)[A-Za-z].*\b[a-z]\w*\s*(?:->|→|=>)\s*[a-z]\w*/

/** A sentence of a section that is not about rules, and states one all the same. */
export const statesRule = (line: PlacedLine): boolean => {
  const text = plain(line.text)
  if (line.kind === 'bullet' && NUMBERED.test(text)) return true
  if (line.kind === 'bullet')
    return isRuleSentence(text) || (MOVES.test(text) && /\b(?:status|state|stage|phase|goes|moves|changes|transition)/i.test(text))
  return (
    text.split(/\s+/).length >= 4 &&
    /\b(?:cannot|can not|can't|must not|may not|can only|only \w+(?: \w+)? (?:can|may)|not (?:allowed|permitted))\b/i.test(text)
  )
}

export const isRuleSentence = (text: string): boolean => RULE_SENTENCE.test(text) && text.split(/\s+/).length >= 3
