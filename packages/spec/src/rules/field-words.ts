// One field has several names: `license_no` is the license number, `dose_mg` the dose, `birth_date` the date of birth.

const SAME: Record<string, string> = {
  no: 'number',
  nr: 'number',
  num: 'number',
  qty: 'quantity',
  pct: 'percent',
  percentage: 'percent',
  colour: 'color',
  desc: 'description',
  descr: 'description',
  max: 'maximum',
  avg: 'average',
  mean: 'average',
  addr: 'address',
  tel: 'phone',
  telephone: 'phone',
  img: 'image',
  dob: 'birth_date',
  birthdate: 'birth_date',
  birthday: 'birth_date',
  licence: 'license',
  postcode: 'postal_code',
  zipcode: 'postal_code',
  beginning: 'start',
  begin: 'start',
  finish: 'end',
}
const UNIT =
  /_(?:mg|kg|g|gram|ml|l|litre|liter|cm|mm|m|km|sec|second|minute|min|hour|day|week|month|year|usd|eur|euro|dollar|cent|byte|kb|mb|gb|percent|amount|value|text|level|url|uri|link)$/
const WEAK = /_(?:value|amount|figure|awarded|given|received|stored|entered|text|reading|pressure|string|content)$/

/** Words of a field or phrase, singular, as the other spellings have them. */
export function commonWords(words: readonly string[]): string {
  const joined = words
    .map((word, index) => (index === 0 && word === 'min' ? 'minimum' : (SAME[word] ?? word)))
    .join('_')
    .replace(/date_(?:of_)?birth/, 'birth_date')
    .replace(/zip_code|post_code/, 'postal_code')
  return joined
}

/** Keys, as `commonWords` gives them, by all that may be said of them. */
export interface KeyIndex {
  all: ReadonlySet<string>
  /** By their words in the order of the alphabet; `null` where two have the same. */
  sorted: ReadonlyMap<string, string | null>
  /** By what remains without the unit. */
  bare: ReadonlyMap<string, string | null>
  /** Of moments, by the stem of what happens. */
  moments: ReadonlyMap<string, string | null>
}

export function indexOfKeys(keys: Iterable<string>): KeyIndex {
  const all = new Set(keys)
  const by = (nameOf: (key: string) => string | null): Map<string, string | null> => {
    const found = new Map<string, string | null>()
    for (const key of all) {
      const name = nameOf(key)
      if (name !== null) found.set(name, found.has(name) ? null : key)
    }
    return found
  }
  return {
    all,
    sorted: by(sorted),
    bare: by((key) => (UNIT.test(key) ? key.replace(UNIT, '') : null)),
    moments: by((key) => (MOMENT.test(key) ? momentStem(key.replace(MOMENT, '')) : null)),
  }
}

/** The key that words mean. */
export function keyFor(words: readonly string[], keys: KeyIndex): string | undefined {
  const name = commonWords(words)
  return plainKey(name, keys) ?? (WEAK.test(name) ? plainKey(name.replace(WEAK, ''), keys) : undefined)
}

function plainKey(name: string, keys: KeyIndex): string | undefined {
  if (name === '') return undefined
  for (const key of [name, `${name}_id`, `is_${name}`, `${name}_at`, `${name}_on`, `${name}_date`]) if (keys.all.has(key)) return key
  const shuffled = name.includes('_') ? keys.sorted.get(sorted(name)) : undefined
  return keyOfMoment(name, keys) ?? shuffled ?? keys.bare.get(name) ?? undefined
}

/** "issue date" → `issued_on` */
function keyOfMoment(name: string, keys: KeyIndex): string | null | undefined {
  const moment = name.match(/^(.+)_(?:date|time|day|moment|timestamp)$/)?.[1]
  return moment === undefined ? undefined : keys.moments.get(momentStem(moment))
}

const MOMENT = /_(?:at|on|date|time)$/

/** The words of a name, the word "number" aside, in the order of the alphabet. */
const sorted = (name: string): string =>
  name
    .split('_')
    .filter((word) => word !== 'number')
    .sort()
    .join('_')

/** All keys under which a field may be looked for: with and without its unit, `_id` or `_at`. */
export function bareKeys(key: string): string[] {
  const short = [key.replace(UNIT, ''), key.replace(WEAK, ''), key.replace(/_(?:id|at|on|date)$/, ''), key.replace(/^is_/, '')]
  return [...new Set([key, ...short])]
}

/** `issue` and `issued`, `start` and `starts`, `expiry` and `expires`: the same moment. */
export function momentStem(word: string): string {
  const bare = word.replace(/(?:iration|iry|ires?|ired)$/, 'ir').replace(/s$/, '')
  return bare.length > 4 ? bare.replace(/(?:ion|ing|ed|e|d)$/, '') : bare
}

const LOOSE = /^(?:field|value|record|profile|account|detail|resource|item|format|address|date|timestamp|time|day|moment|number)$/

/** What two spellings of a word have in common; `[]` for words that a name may go without. */
export function wordStems(word: string): string[] {
  if (LOOSE.test(word) || WEAK.test(`_${word}`)) return []
  const common = word === 'min' ? 'minimum' : word === 'zip' || word === 'post' ? 'postal' : (SAME[word] ?? word)
  return common
    .split('_')
    .filter((part) => !LOOSE.test(part))
    .map(momentStem)
}
