import type { FieldFacts } from '../facts'
import type { Production } from './production'

const LATIN_NAME = '[A-Za-z0-9\\u00C0-\\u1FFF\\u3040-\\uD7FF'

/** Kinds of text: patterns, codes, dates. */
export const FORMATS: Production[] = [
  [
    /^(?:up to |max(?:imum)? |at most )?(\d) decimal places?$|^(\d) decimals?$/i,
    (f, m) => {
      f.type = 'decimal'
      f.precision ??= 12
      f.scale = Number(m[1] ?? m[2])
    },
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:6-digit |rgb )?hex(?:adecimal)?(?: colou?r)?(?: codes?| format| value)?(?: \(.*\))?( or null)?$|^hex colou?r.*$/i,
    (f, m) => {
      f.pattern = '^#[0-9A-Fa-f]{6}$'
      f.patternText = 'a hex color such as #FF5733'
      f.maxLength ??= 7
      if (m[1] !== undefined) f.nullable = true
    },
  ],
  [/^alphanumeric(?: characters)?(?: only)?$|^(?:only )?letters and (?:numbers|digits)(?: only)?$/i, (f, m) => setPattern(f, '^[A-Za-z0-9]+$', m[0])],
  [
    /^(?:only )?alphanumeric(?: characters)? ?(?:\+|and|plus|with|,|&) ?(?:underscores?|_)(?: only)?$|^(?:only )?letters,? (?:numbers|digits),? (?:and )?underscores?(?: only)?$/i,
    (f, m) => setPattern(f, '^[A-Za-z0-9_]+$', m[0]),
  ],
  [
    /^(?:only )?alphanumeric(?: characters)? ?(?:\+|and|plus|with|,|&) ?(?:spaces?|hyphens?|dashes|underscores?)(?:(?:\/|,| and |,? ?& ?|, and )(?:spaces?|hyphens?|dashes|underscores?))*(?: only)?$/i,
    (f, m) => setPattern(f, `^[A-Za-z0-9${extras(m[0])}]+$`, m[0]),
  ],
  [
    /^(?:only )?lower-?case(?: letters)?,? ?(?:alphanumeric )?(?:letters )?(?:,|and|\+|with)? ?(?:numbers|digits)?,? ?(?:and|\+|with)? ?(?:hyphens?|dashes)(?: only)?$|^(?:must be )?(?:a )?(?:url[- ]safe|url[- ]friendly|slug|kebab-case)(?: format| string)?$/i,
    (f, m) => setPattern(f, '^[a-z0-9]+(?:-[a-z0-9]+)*$', m[0]),
  ],
  [
    /^no special characters(?: (?:except|other than|but)(?: for)? (.*))?$/i,
    (f, m) => setPattern(f, `^${LATIN_NAME}${extras(m[1] ?? 'spaces') || ' '}]+$`, m[0]),
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:properly formatted )?e-?mail(?: address)?(?: format)?$/i,
    (f) => {
      f.type = 'email'
    },
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:https? )?ur[li](?: format)?$/i,
    (f) => {
      f.type = 'url'
    },
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:iso[- ]?8601 )?(?:iso )?(?:date-?time|timestamp)(?: \(iso.*\)| string| format)?$|^(?:must be )?(?:a )?valid iso (?:8601 )?datetime(?: format| string)?$/i,
    (f) => {
      f.type = 'datetime'
    },
  ],
  [
    /^(?:must be |be )?(?:a |an )?(?:valid )?(?:iso )?date(?: \(?yyyy-mm-dd\)?)?(?: format)?$|^yyyy-mm-dd(?: format)?$/i,
    (f) => {
      f.type = 'date'
    },
  ],
  [
    /^(?:in )?(?:hh:mm(?::ss)?)(?: format)?$/i,
    (f) => {
      f.type = 'time'
    },
  ],
  [
    /^(?:valid )?(?:e\.?164|phone(?: number)?|international phone)(?: format| number)?$/i,
    (f, m) => {
      f.pattern = '^\\+?[0-9][0-9 ().-]{4,24}$'
      f.patternText = m[0]
    },
  ],
  [
    /^(?:iso )?(?:4217 )?(?:3|three)[- ]?(?:letter|char(?:acter)?)(?: iso)?(?: (?:4217|currency|country))* ?(?:codes?)?$|^iso 4217(?: code| currency code)?$/i,
    (f, m) => {
      setPattern(f, '^[A-Z]{3}$', m[0])
      f.maxLength ??= 3
    },
  ],
  [
    /^(?:iso )?(?:3166 )?(?:2|two)[- ]?(?:letter|char(?:acter)?)(?: iso)?(?: (?:3166|country|language))* ?(?:codes?)?$/i,
    (f, m) => {
      setPattern(f, '^[A-Z]{2}$', m[0])
      f.maxLength ??= 2
    },
  ],
  [/^(?:pattern|regex|regexp|matches|format|must match)\s*[:=]?\s*\/?(\^.{1,200}\$)\/?$/i, (f, m) => setRegex(f, m[1]!)],
  [
    /^(?:must be |be )?(?:one of )?(?:the )?enum(?: values?)?$|^must be (?:one of|in) (?:the )?(?:enum|allowed|listed|valid|defined|specified) values?$|^(?:a )?valid enum(?: value)?$|^enum$/i,
    (f) => {
      f.type ??= 'enum'
    },
  ],
  [
    /^(?:must be )?(?:in )?(?:a )?(?:valid|correct|proper)(?: format)?$/i,
    (f, _, name) => {
      if (/e-?mail$/i.test(name)) f.type = 'email'
      else if (/ur[li]$/i.test(name)) f.type = 'url'
    },
  ],
  [
    /^(?:utc|with time ?zone|timezone[- ]aware|iso 8601(?: format)?|trimmed|self[- ]ref(?:erence|erencing)?|pg_?enum|unsigned|signed|stored as \w+)$/i,
    () => {},
  ],
]

const setPattern = (facts: FieldFacts, pattern: string, text: string): void => {
  facts.pattern = pattern
  facts.patternText = text
}

function setRegex(facts: FieldFacts, pattern: string): void {
  if (/\(\?|\\[pPbBAZ]|\\\d/.test(pattern)) return
  try {
    new RegExp(pattern)
  } catch {
    return
  }
  setPattern(facts, pattern.replace(/\\d/g, '[0-9]').replace(/\\w/g, '[A-Za-z0-9_]'), `must match ${pattern}`)
}

function extras(text: string): string {
  const has = (word: RegExp) => word.test(text)
  return `${has(/underscore/) ? '_' : ''}${has(/period|dots?\b/) ? '.' : ''}${has(/comma/) ? ',' : ''}${has(/space/) ? ' ' : ''}${has(/apostrophe/) ? "'" : ''}${has(/hyphen|dash/) ? '-' : ''}`
}
