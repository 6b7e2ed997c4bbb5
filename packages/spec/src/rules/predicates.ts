import type { FieldFacts } from '../facts'
import { parseQualifiers, type Qualifiers } from '../qualifiers'

// What a sentence says of one field, behind its name: the forms that only sentences have, then the qualifiers of model lines.

/** @param field name as the specification writes it; its unit decides whether a length of time fits */
export function readPredicate(predicate: string, field: string): Qualifiers {
  const facts: FieldFacts = {}
  const unknown: string[] = []
  const joined = predicate
    .replace(/\b(one of:? )((?:-?\d+, )+)(-?\d+)$/i, '$1$2or $3')
    .replace(/\bat least (\d+)(?: characters)?,? (?:and|but) (?:at most|no more than|not more than) (\d+) characters\b/i, '$1 to $2 characters')
    .replace(/\bbut not (more|greater|less|higher|lower) than\b/i, 'and not $1 than')
  const listed = joined.match(CLASS_LIST)
  const letters = listed === null || formOf(normal(joined), field) !== null ? null : classed(listed[1]!, false)
  if (letters !== null) Object.assign(facts, letters)
  const rest = letters === null ? joined : joined.replace(CLASS_LIST, '').replace(/^[\s,;]+|[\s,;]+$/g, '')
  for (const piece of piecesOf(rest)) {
    const text = normal(piece)
    const bare = text.replace(/\s*\([^()]*\)$/, '')
    const own = formOf(text, field) ?? formOf(bare, field)
    if (own !== null) Object.assign(facts, own)
    else {
      const [whole, shorter] = [parseQualifiers(text, field), parseQualifiers(bare, field)]
      const read = whole.unknown.length > 0 && shorter.unknown.length === 0 ? shorter : whole
      Object.assign(facts, read.facts)
      unknown.push(...read.unknown)
    }
  }
  return { facts, unknown }
}

const CLASS = '(?:(?:lower-?case|upper-?case|small|capital) letters|letters|digits|numbers|underscores?|hyphens?|dashes|dots|periods|spaces)'
const CLASS_LIST = new RegExp(`(?:^|[,;]\\s*)(?:only )?(${CLASS}(?:(?:, and |, or |, | and | or )${CLASS})+)(?: only| allowed)?$`, 'i')

const PREDICATE =
  '(?:must|cannot|can|is|are|it|they|consists?|contains?|starts?|begins?|has|have|at (?:most|least)|unique|not|never|required|optional|immutable|follows?|between|only)(?! with an? (?:\\w+ )?letter)'

/** "must be unique and consist of 3 uppercase letters": several predicates of one subject. */
const piecesOf = (text: string): string[] =>
  text
    .split(new RegExp(`,?\\s+(?:and|but)\\s+(?=${PREDICATE}\\b)|,\\s+(?=${PREDICATE}\\b)`, 'i'))
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')

/** Predicates as sentences have them → as qualifiers have them. */
function normal(predicate: string): string {
  return predicate
    .replace(/^(?:it|they)\s+/i, '')
    .replace(/^(?:is|are)(?: always)?\s+/i, '')
    .replace(/^must not be\b/i, 'cannot be')
    .replace(
      /^(?:must|should|has to|have to|needs to) (?:always )?(?:be|have)\s+(?:an? )?(?=required|optional|unique|positive|non|valid|one of|between|at |in |greater|less|more|exactly|\d|min|max|>|<|e-?mail|url|\w+ (?:long|format)|length|from|no |not |set\b|given|present|provided|specified|filled|above|below|higher|lower|a (?:number|value|percentage|whole|positive|valid)|an (?:integer|https|iso)|hex|percentage|number|whole|integer|lower|upper|alpha|zero|0 or)/i,
      '',
    )
    .replace(/^(?:must|should|may|can) ?not exceed/i, 'not exceed')
    .replace(/^cannot exceed/i, 'not exceed')
    .replace(
      /^(?:cannot|can not|can't|must not|must never|may not|can never|may never|should not|should never) (?:be negative|(?:go|drop|fall|be|sink|get|become) (?:below|less than|under) (?:zero|0)|become negative|go negative|get negative|turn negative)$/i,
      'non-negative',
    )
    .replace(
      /^(?:must|should|can)?\s*(?:lies?|ranges?|goes|go|runs?|falls?|stays?|is measured)(?: always)? (?=between|from|in|within|above|below)/i,
      '',
    )
    .replace(/^within (?=-?\d)/i, 'between ')
    .replace(
      /^(?:may|can|must|should)? ?(?:only )?(?:contains?|consists?(?: only)? of|have|has|is made (?:up )?of|uses?) (?:only )?(?=letters|lower|upper|alphanumeric|digits|numbers|the )/i,
      'only ',
    )
    .replace(
      /^(?:must|should|can)?\s*(?:have|has|contain|contains|be|consists? of|comprises?|needs?) (?:exactly |between )?(?=\d+(?:\s*(?:-|–|to|and)\s*\d+)?[ -](?:upper|lower|capital|char|letter|digit|decimal|alpha))/i,
      '',
    )
    .replace(/^(?:must|should|can|may)?\s*(?:only )?(?:have|has|contain|needs?|be) (?=at (?:least|most)|max|min|between|a (?:length|max|min))/i, '')
    .replace(/^an? (?=length|max|min)/i, '')
    .replace(/^length of (?=at|between|\d|max|min)/i, '')
    .replace(/^(?:cannot|not) (?:be|have) (?:longer|more) than (\d+) (?=char|letters|digits|symbols)/i, 'max $1 ')
    .replace(/^(?:cannot|not) (?:be|have) (?:shorter|fewer|less) than (\d+) (?=char|letters|digits|symbols)/i, 'min $1 ')
    .replace(/^(?:cannot|not) be (?:above|over|more than|higher than|greater than|larger than) (?=[-$€£]?\d)/i, 'max ')
    .replace(/^(?:cannot|not) (?:be )?(?:above|over|exceeding) (?=[-$€£]?\d)/i, 'max ')
    .replace(/^(?:cannot|not) be (?:below|under|less than|lower than|smaller than|earlier than|before) (?=[-$€£]?\d)/i, 'min ')
    .replace(/^(?:cannot|not) be (?:later than|after) (?=\d)/i, 'max ')
    .replace(/^not (?:be )?(?:more|greater|higher|larger) than (?=[-$€£]?\d)/i, 'max ')
    .replace(/^not (?:be )?(?:less|lower|smaller|fewer) than (?=[-$€£]?\d)/i, 'min ')
    .replace(/\b(whole number|integer|number)s\b/i, '$1')
    .replace(/^given (?:by|as) (?:its |their |an? |the )?(?=two|three|2|3|iso)/i, '')
    .replace(/^0 or more$/i, 'zero or more')
    .replace(/^(?:cannot|must not) (?:go|drop|fall) below (?=[-$€£]?\d)/i, 'min ')
    .replace(/^(?:cannot|must not) (?:go|rise|climb) (?:above|over|beyond) (?=[-$€£]?\d)/i, 'max ')
    .replace(/^(?:starts?|begins?|initiali[sz]ed) (?:at|with|as|to) (?=-?\d)/i, 'default ')
    .replace(/^has an? /i, '')
    .replace(
      /^(?:must|should) be (?:set|given|present|provided|specified|filled in|supplied|stated|there)$|^(?:given|present|provided|specified|set|filled in)$|^cannot be (?:missing|omitted|left out|left empty|left blank|absent)$/i,
      'required',
    )
    .replace(/^cannot be (?:empty|blank)\b.*$/i, 'cannot be empty')
    .replace(/\bunique(?: across (?:all|the) [\w ]+)?\s*\((case[- ]insensitive)\)/i, 'unique ($1)')
    .replace(
      /\bunique (?:across [\w ]+|in the (?:system|database|platform)|among (?:all )?[\w ]+|throughout [\w ]+|system-?wide|globally)$/i,
      'unique',
    )
    .replace(/\s*\((?:case[- ]insensitive)(?: match| comparison)?\)/i, ' (case-insensitive)')
    .replace(/^limited to (\d+)/i, 'max $1')
    .replace(/\ba valid format\b/gi, 'valid format')
    .replace(/^(?:an? )?(?:number|value|decimal number|figure) (?=between|from|greater|less|at |above|below|in )/i, '')
    .replace(/^(?:given|expressed|specified|stored) (?:as|in) (?:an? )?(?=percent)/i, '')
    .replace(/^percentages? (?=between|from)/i, '')
    .replace(/\s+inclusive(?:ly)?$/i, '')
}

type Form = [RegExp, (match: RegExpMatchArray, field: string) => FieldFacts | null]

const UNITS =
  'degrees?(?: celsius)?|stars?|points?|euros?|dollars?|kg|kilograms?|mg|grams?|items?|units?|pieces?|people|persons|seats|bpm|mmhg|percent|%|credits?'
const TIMES = 'seconds?|minutes?|hours?|days?|weeks?|months?|years?'
const BOUND = `(?:at (?:least|most)|max(?:imum)?(?: of)?|min(?:imum)?(?: of)?|not exceed|more than|less than|greater than|positive|between|from|up to|no more than|no less than|>=?|<=?|≥|≤)`

const FORMS: Form[] = [
  [/^(?:an? )?(?:valid )?(?:web |http )?(?:links?|hyperlinks?|web address(?:es)?)$/i, () => ({ type: 'url' })],
  [/^(?:an? )?(?:(?:2|two)[- ]letter )?(?:iso[- ]?639(?:-1)? )(?:language )?codes?$/i, () => shaped('^[a-z]{2}$', 'two small letters', 2)],
  [/^(?:an? )?percentages?(?: value)?(?: \(?(?:0|zero) ?(?:-|–|to) ?100 ?%?\)?)?$|^in percent$/i, () => ({ min: 0, max: 100 })],
  [/^(?:an? )?(?:whole|integer|natural) numbers?$|^(?:an? )?integers?$/i, () => ({ type: 'integer' })],
  [
    /^(?:an? )?positive (?:integer|whole number|number|value|amount) (?:not above|not exceeding|not (?:greater|higher|more|larger) than|up to|of at most|at most|no (?:more|greater) than) (\d+)$/i,
    (match) => ({ min: 1, max: Number(match[1]) }),
  ],
  [
    /^cannot be (?:returned|exposed|shown|included in (?:any )?(?:responses?|answers?)|sent(?: back| to clients?)?)$|^never (?:returned|exposed|shown|sent|included)(?: (?:by|in|to|back) [\w ]+)?$/i,
    () => ({ writeOnly: true }),
  ],
  [
    /^(?:in |be in )?(?:the )?E\.?164(?: format| notation)?$|^(?:an? )?(?:valid )?E\.?164 (?:phone )?numbers?$/i,
    () => shaped('^\\+[1-9][0-9]{6,14}$', 'a phone number in E.164 form such as +14155550123'),
  ],
  [/^(?:an? )?(?:valid )?ISBN(?:-| )?13s?(?: numbers?)?$/i, () => shaped('^97[89][0-9]{10}$', 'an ISBN of 13 digits')],
  [/^(?:an? )?(?:valid )?ISBN(?:-| )?10s?(?: numbers?)?$/i, () => shaped('^[0-9]{9}[0-9X]$', 'an ISBN of 10 characters')],
  [/^(?:an? )?(?:valid )?IBANs?(?: numbers?)?$/i, () => shaped('^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$', 'an IBAN')],
  [/^(?:an? )?(?:valid )?(?:iso[- ]?)?(?:8601 )?dates?$/i, () => null],
  [
    /^(?:an? )?(?:(?:iso(?: 4217| 3166)?|valid|currency) )*(?:3|three)[- ](?:uppercase |capital )?letter (?:iso(?: 4217| 3166)? )?(?:codes?|currency codes?|country codes?)(?:,? (?:in )?(?:uppercase|capitals|upper case))?$/i,
    () => shaped('^[A-Z]{3}$', 'three capital letters', 3),
  ],
  [
    /^(?:an? )?(?:(?:iso(?: 3166| 639)?|valid|country|language) )*(?:2|two)[- ](?:uppercase |capital )?letter (?:iso(?: 3166)? )?(?:codes?|country codes?|language codes?)(?:,? (?:in )?(?:uppercase|capitals|upper case))?$/i,
    () => shaped('^[A-Z]{2}$', 'two capital letters', 2),
  ],
  [/^(?:an? )?(?:valid )?iso[- ]?4217(?: currency)?(?: codes?)?$/i, () => shaped('^[A-Z]{3}$', 'three capital letters', 3)],
  [/^(?:an? )?(?:valid )?iso[- ]?3166(?:-1)?(?: alpha-2)?(?: country)?(?: codes?)?$/i, () => shaped('^[A-Z]{2}$', 'two capital letters', 2)],
  [
    /^(?:must )?(?:start|begin) with (?:["'`])?(https?:\/\/|[A-Z][A-Z0-9]*[-_#]|[@#/+])(?:["'`])?$|^starts? with (?:["'`])?(https?:\/\/|[A-Z][A-Z0-9]*[-_#]|[@#/+])(?:["'`])?$/,
    (match) => {
      const start = (match[1] ?? match[2])!
      return shaped(`^${start.replace(/[+/]/g, '\\$&')}[^\\s]+$`.replace(/\\\//g, '/'), `must start with ${start}`)
    },
  ],
  [
    /^(?:must )?(?:looks?|look) like (?:an? )?(?:valid )?(?:hostname|domain(?: name)?)$|^(?:an? )?(?:valid )?(?:fully qualified )?(?:hostname|domain name|domain)s?$/i,
    () => shaped('^([a-z0-9-]+\\.)+[a-z]{2,}$', 'a host name such as example.com'),
  ],
  [
    /^(?:must )?(?:looks? like|follows?(?: the (?:pattern|format|form|scheme))?|match(?:es)?(?: the (?:pattern|format|form))?|(?:be |is )?in the (?:format|form)|(?:have|has|use) the (?:format|form|pattern)|of the form|formatted (?:as|like)|(?:the )?(?:format|pattern)(?: is)?:?) ["'`]?([A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*)["'`]?(?: \([^()]*\))?$/i,
    (match) => sampled(match[1]!),
  ],
  [
    /^(?:exactly )?(\d+) (?:(upper-?case|capital|lower-?case) )?(letters|digits|numbers)(?: (?:and|followed by) (?:exactly )?(\d+) (?:(upper-?case|capital|lower-?case) )?(letters|digits|numbers))?(?: \([^()]*\))?$/i,
    (match) => {
      const class_ = (kind: string, letters: string | undefined) =>
        /^letters$/i.test(kind) ? (letters === undefined ? '[A-Za-z]' : /^low/i.test(letters) ? '[a-z]' : '[A-Z]') : '[0-9]'
      const second = match[4] === undefined ? '' : `${class_(match[6]!, match[5])}{${match[4]}}`
      const length = Number(match[1]) + Number(match[4] ?? 0)
      return { ...shaped(`^${class_(match[3]!, match[2])}{${match[1]}}${second}$`, match[0].trim()), minLength: length, maxLength: length }
    },
  ],
  [
    /^(\d+) ?(?:-|–|to) ?(\d+) ((?:upper-?case |capital |lower-?case |small )?(?:letters|digits)|letters (?:and|or) digits|alphanumeric characters)$/i,
    (match) => lengthOf(classed(match[3]!.toLowerCase(), false), Number(match[1]), Number(match[2])),
  ],
  [
    /^only (.+?)(?: only)?(?:,? and (?:must )?(?:start|begin) with an? (?:lower-?case )?letter)?$|^(.+?) only(?:,? and (?:must )?(?:start|begin) with an? letter)?$/i,
    (match) => classed(match[1] ?? match[2]!, /(?:start|begin) with/i.test(match[0])),
  ],
  [new RegExp(`^(.*${BOUND}.*?\\d(?:\\.\\d+)?|positive|non-negative) (?:${UNITS})$`, 'i'), (match, field) => qualified(match[1]!, field)],
  [new RegExp(`^(-?\\d+ ?(?:-|–|to) ?-?\\d+) (?:${UNITS})$`, 'i'), (match, field) => qualified(match[1]!, field)],
  [new RegExp(`^(.*?\\d) (${TIMES})(?: long)?$`, 'i'), (match, field) => (sameUnit(match[2]!, field) ? qualified(match[1]!, field) : null)],
  [
    new RegExp(`^(?:at least (\\d+) and at most|between (\\d+) and) (\\d+)(?: (${TIMES}))?$`, 'i'),
    (match, field) => (match[4] !== undefined && !sameUnit(match[4], field) ? null : { min: Number(match[1] ?? match[2]), max: Number(match[3]) }),
  ],
]

function formOf(text: string, field: string): FieldFacts | null {
  for (const [form, read] of FORMS) {
    const match = text.match(form)
    const facts = match === null ? null : read(match, field)
    if (facts !== null) return facts
  }
  return null
}

function qualified(text: string, field: string): FieldFacts | null {
  const { facts, unknown } = parseQualifiers(text, field)
  return unknown.length === 0 ? facts : null
}

const shaped = (pattern: string, patternText: string, length?: number): FieldFacts => ({
  pattern,
  patternText,
  ...(length === undefined ? {} : { minLength: length, maxLength: length }),
})

const lengthOf = (facts: FieldFacts | null, minLength: number, maxLength: number): FieldFacts | null =>
  facts === null ? null : { ...facts, minLength, maxLength }

/** A number of minutes says nothing about a field in hours. */
function sameUnit(unit: string, field: string): boolean {
  const held = field.match(/(second|sec|minute|min|hour|day|week|month|year)s?(?:$|_)/i)?.[1]?.toLowerCase()
  return held === undefined ? /dur|length|lead|term|period|time|interval|days?|age/i.test(field) : unit.toLowerCase().startsWith(held.slice(0, 3))
}

/** `AAA-999`, `ABC123`: what a run of letters stands for is plain only where it is one letter again and again, or the alphabet's beginning. */
function sampled(text: string): FieldFacts | null {
  const runs = text.match(/[A-Z]+|[a-z]+|[0-9]+|[-/.]/g) ?? []
  if (runs.length < 2 || runs.join('') !== text) return null
  let pattern = ''
  for (const run of runs) {
    if (/^[0-9]+$/.test(run)) pattern += `[0-9]{${run.length}}`
    else if (/^[-/.]$/.test(run)) pattern += run === '.' ? '\\.' : run
    else if (/^(.)\1*$/.test(run) || 'ABCDEFG'.startsWith(run) || 'abcdefg'.startsWith(run))
      pattern += /^x+$/i.test(run) ? `[A-Z0-9]{${run.length}}` : `${/^[A-Z]/.test(run) ? '[A-Z]' : '[a-z]'}{${run.length}}`
    else if (/^[A-Z]{2,}$/.test(run) && /[0-9]/.test(text)) pattern += run
    else return null
  }
  return { ...shaped(`^${pattern}$`, `must look like ${text}`), minLength: text.length, maxLength: text.length }
}

const CLASSES: [RegExp, string][] = [
  [/^(?:alphanumeric(?:al)?(?: characters)?|letters? or digits?)$/, 'A-Za-z0-9'],
  [/^(?:lower-?case|small) letters?$|^lower-?case$/, 'a-z'],
  [/^(?:upper-?case|capital) letters?$|^upper-?case$|^capitals?$/, 'A-Z'],
  [/^letters?$/, 'A-Za-z'],
  [/^(?:digits?|numbers?|numerals?)$/, '0-9'],
  [/^underscores?$|^_$/, '_'],
  [/^(?:dots?|periods?|full stops?)$/, '.'],
  [/^spaces?$/, ' '],
  [/^(?:hyphens?|dashes|dash)$|^-$/, '-'],
]

/** "lowercase letters, digits and underscores". */
function classed(list: string, letterFirst: boolean): FieldFacts | null {
  const parts = list
    .toLowerCase()
    .split(/\s*,\s*(?:and |or )?|\s+(?:and|or|plus)\s+|\s*&\s*/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const found = parts.map((part) => CLASSES.find(([form]) => form.test(part))?.[1])
  if (parts.length === 0 || found.some((one) => one === undefined)) return null
  const inside = [...new Set(found)].sort((a, b) => Number(a === '-') - Number(b === '-')).join('')
  const first = inside.includes('A-Z') ? (inside.includes('a-z') ? 'A-Za-z' : 'A-Z') : 'a-z'
  return shaped(letterFirst ? `^[${first}][${inside}]*$` : `^[${inside}]+$`, `only ${list}`)
}
