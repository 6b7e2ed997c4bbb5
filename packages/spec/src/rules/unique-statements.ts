import type { RuleFact } from '../facts'
import { nameKey, singular, wordsOf } from '../words'
import { fieldOf, keysIn, type NamedField, type Names, targetOf } from './field-names'
import { commonWords, keyFor } from './field-words'

/** A field that is unique, by itself or together with others. */
export interface UniqueStatement extends NamedField {
  facts: { unique?: 'exact' | 'case-insensitive' }
  rest: string[]
  together?: string[]
}

const ANY = '(?:an? |the |each |every |their |its |one |any |same )*'
const SCOPED: RegExp[] = [
  new RegExp(
    `^(.+?)[: ]+(?:must be |should be |has to be |is |are )?unique (?:per|within|for each|for every|in each|inside|among the \\w+ of|(?:for|in|on|to|across|among) (?=its |their |the |an? |each |every |one |all |the same )) ?${ANY}([\\w ]+?)( \\(case-insensitive\\))?$`,
    'i',
  ),
  new RegExp(`^(?:each|every|an?) (.+?) must have an? unique (?!.* and )([\\w ]+?) (?:per|within|inside|for each|in) ${ANY}([\\w ]+)$`, 'i'),
]
const SAME_WITHIN =
  /^(?:no )?(?:two|2|several|multiple) ([\w ]+?) (?:on|in|of|within|for|from|at|below|under) (?:the same|an?|one|a single) ([\w ]+?) (?:can |may |cannot )?(?:ever )?(?:(?:have|share|use|be (?:on|in|at)|occupy|take) the same|share an?) ([\w ]+)$/i

/** "Names are unique per project"; empty when the words fit but no reference does. */
export function scopedStatement(text: string, rule: RuleFact, names: Names): UniqueStatement[] | null {
  const within = text.match(SAME_WITHIN)
  if (within !== null && /^no |cannot/i.test(text)) {
    const target = fieldOf(wordsOf(within[3]!).map(singular), nameKey(within[1]!), names) ?? targetOf(within[3]!, rule, names)
    return target === null ? [] : together(target, within[2]!, names)
  }
  const had = text.match(SCOPED[1]!)
  if (had !== null) {
    const target = fieldOf(wordsOf(had[2]!).map(singular), nameKey(had[1]!), names)
    if (target !== null) return together(target, had[3]!, names)
  }
  const match = text.match(SCOPED[0]!)
  if (match === null || /^(?:system|database|platform|whole|entire)/i.test(match[2]!)) return null
  const target = targetOf(match[1]!, rule, names)
  return target === null ? [] : match[3] === undefined ? together(target, match[2]!, names) : []
}

function together(target: NamedField, scope: string, names: Names): UniqueStatement[] {
  const fields = names.entities.get(target.entity)
  if (fields === undefined) return []
  const keys = keysIn(fields)
  const parts = scope.split(/\s*(?:,|&|\band\b)\s*(?:the |same )*/)
  const found = parts.map((part) => {
    const words = wordsOf(part).map(singular)
    const reference = `${commonWords(words)}_id`
    return fields.get(keys.all.has(reference) ? reference : (keyFor(words, keys) ?? ''))
  })
  if (found.some((name) => name === undefined || name === target.field)) return []
  return [{ ...target, facts: {}, rest: [], together: [...(found as string[]), target.field] }]
}

const CASE = '( ?\\(?case[- ]insensitive(?: match| comparison)?\\)?)?'
const CAN = '(?:can|may|should|must|could)'
const NOT = "(?:cannot|can not|can't|must not|may not)"
const USED = '(?:be )?(?:used|taken|shared|registered|assigned|occur|appear|exist|given|issued|repeated|duplicated|held)'
const DUPLICATES = [
  `^${NOT} (?:create|add|register|have)(?: an?| two)? (\\w[\\w ]*?) with (?:the )?(?:same|duplicate|an? existing|an? already used) (\\w+)(?: as (?:an? )?(?:existing|another)(?: \\w+)?)?${CASE}$`,
  `^no two (\\w[\\w ]*?) (?:${CAN} )?(?:have|share|use|carry|register with|sign up with|be registered with|exist with|get) (?:the|an?) (?:same|identical) (\\w[\\w ]*?)${CASE}$`,
  `^(?:two|2|several|multiple|different) (\\w[\\w ]*?) ${NOT} (?:have|share|use|carry|register with|sign up with|be registered with|exist with|get) (?:the|an?) (?:same|identical) (\\w[\\w ]*?)${CASE}$`,
  `^(?:each|every|an?|the) (\\w[\\w ]*?) (?:must have|has|needs) (?:an?|its own) unique (\\w[\\w ]*?)${CASE}$`,
].map((form) => new RegExp(form, 'i'))
const TAKEN = [
  `^(?:the same|an?|each|every|any|one) (\\w[\\w ]*?) (?:${NOT} ${USED} (?:twice|more than once|again|repeatedly|by (?:two|2|several|multiple|more than (?:one|1)|another|other) [\\w ]+|(?:for|on) (?:two|2|several|multiple|more than (?:one|1)|another|other) [\\w ]+)|${CAN} (?:only )?${USED} (?:only once|once|by (?:only |just )?(?:one|1|a single) [\\w ]+|(?:for|on) (?:only |just )?(?:one|1|a single) [\\w ]+))${CASE}$`,
  `^(\\w[\\w ]*?) ${NOT} (?:be (?:duplicated|repeated|reused|re-used|shared|used twice|already (?:taken|in use|used))|repeat|already (?:exist|be (?:taken|used|in use)))${CASE}$`,
  `^duplicate (\\w[\\w ]*?)s? (?:are|is) (?:not (?:allowed|permitted|accepted)|forbidden|rejected|refused)${CASE}$`,
].map((form) => new RegExp(form, 'i'))

/** "Cannot create tag with same name as existing (case-insensitive match)" is uniqueness in other words. */
export function duplicateStatement(text: string, rule: RuleFact, names: Names): UniqueStatement | null {
  for (const form of DUPLICATES) {
    const match = text.match(form)
    if (match === null || / and /.test(match[2]!) || / (?:same|one|per) /.test(match[1]!)) continue
    const target = fieldOf(wordsOf(match[2]!).map(singular), nameKey(match[1]!), names) ?? targetOf(match[2]!, rule, names)
    if (target !== null) return unique(target, match[3])
  }
  for (const form of TAKEN) {
    const match = text.match(form)
    const target = match === null || names.entities.has(nameKey(match[1]!)) ? null : targetOf(match[1]!, rule, names)
    if (target !== null && !/_id$/.test(target.field)) return unique(target, match![2])
  }
  return null
}

const unique = (target: NamedField, ignoring: string | undefined): UniqueStatement => ({
  ...target,
  facts: { unique: ignoring === undefined ? 'exact' : 'case-insensitive' },
  rest: [],
})
