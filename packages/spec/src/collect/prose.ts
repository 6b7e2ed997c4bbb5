import { findEndpoints } from '../endpoints'
import type { Facts, FieldFacts } from '../facts'
import { parseQualifiers } from '../qualifiers'
import { splitTop } from '../qualifiers/members'
import type { PlacedLine } from '../sections'
import { nameKey, plain, plural, singular, wordsOf } from '../words'
import { pushRule, sentencesOf } from './state'

const NOUN = '((?:[a-z][a-z-]*[ -]){0,2}[a-z][a-z-]*?)'
const HAS = new RegExp(
  `^(?:(?:an?|each|every|the|all|for each|for every) )?${NOUN},? (?:has|have|contains?|consists? of|includes?|is described by|is defined by|are described by|we (?:store|keep|record))(?: the following(?: fields| attributes)?:?)? (.+)$`,
  'i',
)
const BELONGS = new RegExp(
  `^(?:(?:an?|each|every|the|all) )?${NOUN} (?:always )?(?:belongs? to|(?:is|are) (?:about|written by|owned by|assigned to|part of|linked to|placed by|created by|made by|made for|taken by|held (?:at|in)|for)|refers? to|references?) (.+)$`,
  'i',
)
const ONE = /^(?:exactly |only )?(?:an?|one|the|exactly one|a single) ([a-z][a-z -]*)$/i
const MANY = /^(?:zero or more|one or more|many|several|multiple|a list of|any number of|a number of|some) (.+)$/i

/**
 * Entities, fields, relations and endpoints of a text that tells them in sentences only: "A book has a title, an ISBN and a page count."
 * For texts that list no field in any other way.
 */
export function readProse(lines: readonly PlacedLine[], facts: Facts): void {
  const sentences = lines
    .filter((line) => (line.kind === 'text' || line.kind === 'bullet') && line.section.kind !== 'stack' && findEndpoints(line.text).length === 0)
    .flatMap((line) => sentencesOf(plain(line.text)).map((text) => ({ text: text.replace(/\.$/, ''), line })))
  const named = new Set(sentences.flatMap(({ text }) => text.match(HAS)?.[1] ?? []).map(nounKey))
  const read: number[] = []
  for (const { text, line } of sentences) {
    const number = line.number
    if (
      readHas(text, number, named, facts) ||
      readBelongs(text, number, named, facts) ||
      readOffer(text, number, named, facts) ||
      readList(text, number, named, facts)
    )
      read.push(number)
    else if (/\b(?:must|cannot|can't|may not|may only|can only|only|never|at most|at least|unique)\b/i.test(text)) {
      pushRule({ ...line, text }, facts, 'note')
      read.push(number)
    }
  }
  facts.unread = facts.unread.filter((line) => !read.includes(line))
}

const nounKey = (noun: string): string => nameKey(noun)

/** An entity or a field does not begin with a pronoun. */
const NO_THING = /^(?:it|they|we|this|that|there|users? (?:can|should)|which|who|app|system|service|api|application|clients?)$/i

function readHas(text: string, line: number, named: ReadonlySet<string>, facts: Facts): boolean {
  const match = text.match(HAS)
  if (match === null || NO_THING.test(match[1]!) || /\b(?:can|cannot|must|should|may|not|never|to|only|who|that|which)\b/i.test(match[1]!))
    return false
  const name = wordsOf(match[1]!).map(singular).join(' ')
  const entity = nameKey(name)
  facts.entities.push({ key: entity, name, line, junction: false, weight: 1 })
  for (const part of partsOf(match[2]!)) addPart(part, entity, line, named, facts)
  return true
}

/** What a sentence lists, each with what is said of it: `membership level (basic | plus)`. */
function partsOf(list: string): string[] {
  const marked = list.replace(
    /,?\s*(?:which|that) (?:is|are|can be|may be|must be)(?: either| one of)?:?\s+([\w-]+(?:, (?:or )?[\w-]+)*,? or [\w-]+)/gi,
    (_, values: string) =>
      ` (${values
        .split(/,? or |, /)
        .filter(Boolean)
        .join(' | ')})`,
  )
  return splitTop(
    marked.replace(/,?\s+and\s+(?=(?:an?|the|one|its|their|optionally|belongs|is|was|several|many|zero|[a-z]+ date|[a-z]+s?\b))/gi, ', '),
  )
}

function addPart(part: string, entity: string, line: number, named: ReadonlySet<string>, facts: Facts): void {
  const text = part.replace(/^(?:and|also|optionally|plus)\s+/i, '')
  const belongs = text.match(/^(?:it )?(?:belongs? to|is (?:about|written by|owned by|assigned to|part of|made by|for)) (.+)$/i)
  const bare = text.match(ONE)?.[1] ?? ''
  if (belongs !== null || named.has(nounKey(bare))) {
    addOwner(belongs?.[1] ?? text, entity, line, facts)
    return
  }
  const last = facts.relations.at(-1)
  const many = text.match(MANY)
  if (many !== null && named.has(nounKey(many[1]!))) {
    facts.relations.push({ entity, kind: 'has-many', target: many[1]!, role: many[1]!, through: null, line })
    return
  }
  const field = fieldOf(text, part)
  if (field === null) return
  if (named.has(nameKey(field.name)) && last?.entity === entity && last.line === line) addOwner(text, entity, line, facts)
  else facts.fields.push({ entity, name: field.name, line, weight: 2, facts: field.facts })
}

function addOwner(text: string, entity: string, line: number, facts: Facts): void {
  for (const one of text.split(/,|\band\b/)) {
    const target = wordsOf(one.replace(/^\s*(?:exactly |only )?(?:an?|one|the|a single|exactly one|its)\s+/i, '').replace(/\(.*$/, ''))
      .map(singular)
      .join('_')
    if (target !== '') facts.relations.push({ entity, kind: 'belongs-to', target, role: target, through: null, line })
  }
}

/** `an optional phone number`, `a rating from 1 to 5`, `a unique email address`. */
function fieldOf(text: string, part: string): { name: string; facts: FieldFacts } | null {
  const match = text.match(
    /^(?:(?:an?|the|its|their|one) )?((?:(?:unique|optional|required|mandatory|short|long|full|free-form) )*)([A-Za-z][\w -]*?)\s*(\(.*\)|(?:from|between|of|up to|at most|with|that|which|in)\b.*)?$/i,
  )
  if (match === null) return null
  const [, adjectives, noun, rest = ''] = match
  const words = wordsOf(noun!)
  if (words.length === 0 || words.length > 4 || NO_THING.test(words[0]!)) return null
  const name = words.join('_').replace(/^email_address$/, 'email')
  const said = parseQualifiers(
    [adjectives!.trim().replace(/\s+/g, ', '), rest.replace(/^\((.*)\)$/, '$1').replace(/^(?:that|which) (?:is|must be) /i, '')]
      .filter(Boolean)
      .join(', '),
    name,
  )
  if (/\bfull$/i.test(adjectives!.trim()) && part !== '') return { name: `full_${name}`, facts: said.facts }
  return { name, facts: said.facts }
}

function readBelongs(text: string, line: number, named: ReadonlySet<string>, facts: Facts): boolean {
  const match = text.match(BELONGS)
  if (match === null || !named.has(nounKey(match[1]!))) return false
  addOwner(match[2]!, nounKey(match[1]!), line, facts)
  return true
}

const VERBS: [RegExp, string[]][] = [
  [/^(?:creat|add|register|book|submit|post)/i, ['POST']],
  [/^(?:list|brows|search)/i, ['GET']],
  [/^(?:view|read|see|get|fetch|retriev|show)/i, ['GET', 'GET {id}']],
  [/^(?:updat|edit|chang|modif)/i, ['PUT {id}']],
  [/^(?:delet|remov)/i, ['DELETE {id}']],
  [/^(?:manag|maintain|administer|crud)/i, ['GET', 'POST', 'GET {id}', 'PUT {id}', 'DELETE {id}']],
]
const VERB =
  '(?:creat\\w*|add\\w*|list\\w*|brows\\w*|view\\w*|read|see|get|fetch\\w*|retriev\\w*|updat\\w*|edit\\w*|chang\\w*|modif\\w*|delet\\w*|remov\\w*|manag\\w*|maintain\\w*)'
const VERBLIST = `${VERB}(?:(?:,| and|, and| or)? ${VERB})*`
const ACTIVE = new RegExp(`\\b(${VERBLIST}) ([a-z][a-z ,-]*)$`, 'i')
const PASSIVE = new RegExp(`^((?:[A-Za-z-]+(?:,? and |, ))*[A-Za-z-]+) (?:can|may|should|must) be (${VERBLIST})$`, 'i')

/** "It should be possible to create and list books and authors", "Reviews can be created and listed". */
function readOffer(text: string, line: number, named: ReadonlySet<string>, facts: Facts): boolean {
  const active = text.match(ACTIVE)
  const passive = text.match(PASSIVE)
  const [verbs, nouns] = passive !== null ? [passive[2]!, passive[1]!] : active !== null ? [active[1]!, active[2]!] : ['', '']
  const names = nouns
    .split(/,|\band\b/)
    .map((noun) => noun.replace(/\b(?:all|the|any|new|their|own)\b/gi, '').trim())
    .filter((noun) => noun !== '')
  if (names.length === 0 || !names.every((noun) => named.has(nounKey(noun)))) return false
  const methods = verbs.match(/[a-z]+/gi)!.flatMap((verb) => VERBS.find(([pattern]) => pattern.test(verb))?.[1] ?? [])
  if (methods.includes('GET') && methods.includes('PUT {id}')) methods.push('GET {id}')
  if (methods.length === 0) return false
  const order = ['GET', 'POST', 'GET {id}', 'PUT {id}', 'DELETE {id}']
  facts.crud.push({ names: names.map((noun) => plural(singular(noun.toLowerCase()))), methods: order.filter((one) => methods.includes(one)), line })
  return true
}

/** "Books can be filtered by author and searched by title". */
function readList(text: string, line: number, named: ReadonlySet<string>, facts: Facts): boolean {
  const match = text.match(/^([A-Za-z-]+) (?:can|may|should|must) be ((?:filter|search|sort|order)\w*\b.*)$/i)
  if (match === null || !named.has(nounKey(match[1]!))) return false
  facts.lists.push({ kind: 'filters', path: null, entity: nounKey(match[1]!), name: '', text: match[2]!, line })
  return true
}
