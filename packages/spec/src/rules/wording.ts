// One thing is said in many ways. Here sentences are brought to the words that the forms of the catalogue have.

const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
const numeral = (word: string): string => String(NUMBERS.indexOf(word.toLowerCase()))

const VERBS: Record<string, string> = {
  removed: 'deleted',
  erased: 'deleted',
  destroyed: 'deleted',
  deleteable: 'deleted',
  amended: 'changed',
  altered: 'changed',
  touched: 'changed',
  rewritten: 'changed',
}

// In this order: what an earlier one leaves, a later one reads.
const WORDS: [RegExp, string | ((...groups: string[]) => string)][] = [
  [
    /,? (?:when|if|once|provided|as long as) (?:it is |they are |it's |both (?:of them )?are |either is |any is |one is )?(?:given|set|present|provided|specified|known|filled in|stated)$/i,
    '',
  ],
  [
    /^(?:once|after|when|while|if|as soon as|as long as) ([^,]+), (?!then\b)(.+? (?:cannot|can't|can not|must not|may not|can no longer|may no longer|can never) (?:any ?more )?be [\w ]+)$/i,
    (_, condition, rest) => `${rest} once ${condition}`,
  ],
  [/[’‘]/g, "'"],
  [/^(?:rule |br-?|r)?\d{1,3}(?:\.\d+)?[:.)]\s+/i, ''],
  [/\s*\((?:e\.?g\.?|for example|i\.e\.|such as|like|see|cf\.?)\b[^()]*\)/gi, ''],
  [/,? (?:e\.g\.|for example|i\.e\.|such as) [^()]*$/i, ''],
  [/,? (?:because|in order to|so that|so as to|to avoid|to prevent|as otherwise|since (?:it|they|this|that|there|otherwise|we)\b) ?.*$/i, ''],
  [
    /^(?:to (?:avoid|prevent|ensure|keep|protect|make sure)\b[^,]*|for [\w ]+ (?:reasons?|purposes)|in general|generally|note(?: that)?|please note(?: that)?|obviously|naturally|of course|by design)[,:]\s*/i,
    '',
  ],
  [
    /^(?:the system|the api|the server|the application|the service|the backend) (?:must|shall|should|has to|will) (?:ensure|guarantee|enforce|check|make sure|verify)(?: that)? /i,
    '',
  ],
  [/^(?:we|it) (?:must|should|need to|have to|has to)? ?(?:ensure|guarantee|make sure|be ensured|be guaranteed)(?: that)? /i, ''],
  [/^(?:ensure|make sure|validate|check|verify|enforce)(?: that)? /i, ''],
  [
    /^it (?:is|should be|must be) (?:not (?:possible|allowed|permitted)|impossible|forbidden|prohibited)(?: for (.+?))? to /i,
    (_, who) => (who === undefined ? 'cannot ' : `${who} cannot `),
  ],
  [
    /^(?:nobody|no one|no-one|none of the users|you|one|we)(?= (?:can|may|must|should|cannot|can't)\b)/i,
    (who) => (/^no/i.test(who) ? 'no user' : 'users'),
  ],
  [
    /^no (user|customer|member|student|player|patient|employee|guest|author|seller|person) (?:can|may|must|should|is allowed to)(?: ever)? /i,
    (_, who) => `a ${who} cannot `,
  ],
  [/\bneither be (\w+) nor (?:be )?(\w+)/i, (_, a, b) => `cannot be ${a} or ${b}`],
  [/\b(?:can|may|must) (?=cannot\b)/i, ''],
  [
    /\b(?:can(?:'t| not)|couldn't|mustn't|shouldn't|won't|(?:may|must|should|shall|will) not|(?:can|may|must|should|shall|will) (?:never|under no circumstances)(?: ever)?|(?:is|are) (?:not|never) (?:allowed|permitted|able|authori[sz]ed|meant|supposed) to|(?:is|are) (?:forbidden|prohibited|unable) (?:to|from)|(?:has|have|need)s? not to)\b/gi,
    'cannot',
  ],
  [/\b(?:can|may) no longer\b/gi, 'cannot'],
  [/\bcannot (?:ever|possibly|any longer|then|also|either)\b/gi, 'cannot'],
  [
    /\b(?:has to|have to|needs to|need to|shall|ought to|(?:is|are) (?:required|supposed|expected|obliged) to|(?:must|should|will|has to) (?:always|at all times|necessarily))\b/gi,
    'must',
  ],
  [/\b(?:(?:is|are) (?:allowed|permitted|able|authori[sz]ed|entitled|free) to)\b/gi, 'can'],
  [/\b(?:is|are) only (?:allowed|permitted|able) to\b/gi, 'can only'],
  [/\b(?:can|may) (?:be )?only be\b/gi, 'can only be'],
  [/\bmay only\b/gi, 'can only'],
  [
    /(?:,? (?:any ?more|any longer|either|as well|too|at any time|at all|ever again|in any case|afterwards?|later on|for any reason|anew)|,? again)$/i,
    '',
  ],
  [/\b(?:always|also|ever|simply|obviously) /gi, ''],
  [/\b(a|an|every|each|one|the) and the same\b/gi, 'the same'],
  [
    /\b(?:just once|once only|at most once|no more than once|not more than once|a single time|at most one time|one time only|exactly once|only a single time|only one time)\b/gi,
    'only once',
  ],
  [
    /\b(?:no more than|not more than|a maximum of|a maximum number of|maximum of|max\.? of|maximally|up to|a limit of|a total of at most|not exceeding|no greater than|as many as)(?= (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)/gi,
    'at most',
  ],
  [
    /\b(?:no (?:less|fewer) than|not (?:less|fewer) than|a minimum of|minimum of)(?= (?:\d|one|two|three|four|five|six|seven|eight|nine|ten)\b)/gi,
    'at least',
  ],
  [
    /\b(at most|at least|exactly|than|to|from|and|between|or) (one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?! of\b)/gi,
    (_, lead, word) => `${lead} ${numeral(word)}`,
  ],
  [/\b(below|above|than|to|at|from|between|with) zero\b/gi, (_, lead) => `${lead} 0`],
  [/\b(?:is|are) never (?!returned|shown|exposed|sent|included)(?=\w)/gi, 'cannot be '],
  [/\bnever (?:changes?|change)$/i, 'cannot be changed'],
  [
    /\b(two|three|four|five|six|seven|eight|nine|ten) (?=(?:upper-?case |lower-?case |capital )?(?:letters?|digits?|characters?|decimals?))/gi,
    (_, word) => `${numeral(word)} `,
  ],
  [new RegExp(`\\bbe (${Object.keys(VERBS).join('|')})$`, 'i'), (_, verb) => `be ${VERBS[verb.toLowerCase()]}`],
  [
    /^(?:(?:deletions?|removals?) of|deleting|removing) (?:an? |the )?(.+?) (?:is|are) (?:not (?:allowed|possible|permitted)|forbidden|prohibited|refused|rejected|blocked)(?= (?:while|when|if|as long as|once)\b|$)/i,
    (_, noun) => `${noun} cannot be deleted`,
  ],
  [
    /^(?:editing|updating|changing|modifying|(?:changes|edits|updates|modifications) (?:to|of)) (?:an? |the )?(.+?) (?:is|are) (?:not (?:allowed|possible|permitted)|forbidden|prohibited|refused|rejected|blocked)(?= (?:while|when|if|as long as|once|after)\b|$)/i,
    (_, noun) => `${noun} cannot be changed`,
  ],
  [/\s*[;,–—-] ?(?:please )?(?:(?:\w+ (?:them|it) instead)|instead,? .+|use .+ instead|try .+ instead)$/i, ''],
  [
    /^(?:once|after|when|if) (?:an? |the )?([\w ]+?) (?:is|has been|was) (\w+),? (?:it|they) cannot be (\w+)$/i,
    (_, noun, state, verb) => `${noun} that is ${state} cannot be ${verb}`,
  ],
  [/\bmust (?:all )?(?:be different|be distinct|differ)(?= (?:within|per|for|in|inside|across)\b)/i, 'must be unique'],
  [/\b(codes?|colou?rs?|format|numbers?|urls?|values?),? (?:such as|like) [#+\w][\w.#+-]*$/i, (_, noun) => noun!],
  [
    /^(?:all )?new (\w+) (?:default to|(?:are )?(?:created|start|begin)(?: out)? (?:as|in|with)) (?:an? |the )?(?:status )?(\w+)$/i,
    (_, noun, state) => `new ${noun} are ${state}`,
  ],
  [/^(?:the |by )?default (\w[\w ]*?)(?: is|:| =) (\w+)$/i, (_, field, value) => `${field} defaults to ${value}`],
  [/\b(can|may) (?:only )?((?!only\b)\w+ (?:(?!only\b|at least\b|more than\b).)+?) once$/i, (_, modal, deed) => `${modal} ${deed} only once`],
  [/\bper (\w+(?: \w+)?) (?:and )?per (\w+)/i, (_, one, other) => `per ${one} and ${other}`],
  [
    /^only (\w+s(?:(?:,| and|, and| or) \w+s)*) (manage|create|edit|update|change|delete|add|see|view|read|list) /i,
    (_, who, verb) => `only ${who} can ${verb} `,
  ],
  [
    /^(?:an? |the |each |every )?(\w+) cannot have (?:two |any )?(?:overlapping|simultaneous|concurrent|clashing) (\w+)$/i,
    (_, one, rows) => `${rows} of the same ${one} cannot overlap`,
  ],
  [/\s+/g, ' '],
]

/** The same sentence in plainer words: modals, negations, counts and verbs as the catalogue has them, reasons and examples put aside. */
export function plainer(text: string): string {
  let words = text.replace(/[.!]+$/, '').trim()
  for (const [form, instead] of WORDS) words = typeof instead === 'string' ? words.replace(form, instead) : words.replace(form, instead as never)
  return words.trim()
}

const REFUSAL =
  '(?:refused|rejected|answered|answer(?:s|ed)?|denied|declined|fails?|blocked|gets?|gives?|yields?|returns?|results? in|leads? to|a conflict|an error)'

/** `… → 409`, `… (409)`, `… returns 403`: the status stands apart from the rule. */
export function withoutCode(text: string): { sentence: string; code: number | null } {
  const trimmed = text.replace(/[.!]+$/, '').trim()
  const match =
    trimmed.match(
      /^(.*?)[\s,;]*(?:(?:→|->|=>)\s*(?:returns? )?(?:HTTP )?(\d{3})\b[\w ]*|\((?:returns? |HTTP |error |status |→ ?|-> ?)*(\d{3})\b[^)]*\)|,? (?:returns?|otherwise|else)(?: an?)? (?:HTTP )?(\d{3})\b[\w ]*)$/i,
    ) ??
    trimmed.match(
      new RegExp(
        `^(.*?)\\s*[,;:–—-]\\s*(?:(?:if not|otherwise|else|violations?|duplicates?|a? ?(?:second|duplicate|repeated)(?: \\w+)?(?: attempts?| ones?)?|anything else|other requests|this|it|they)?,? ?(?:(?:is|are|will be|must be) )?${REFUSAL}(?: (?:with|an?|by|in|status|code|HTTP))*)\\s*(\\d{3})\\b[\\w ]*$`,
        'i',
      ),
    ) ??
    trimmed.match(/^(.*?)\s*[,;]\s*(?:otherwise|else|if not)\s+(\d{3})\b[\w ]*$/i) ??
    trimmed.match(
      /^(.*?\b(?:refused|rejected|forbidden|denied|declined|blocked|not (?:allowed|accepted|possible|permitted)))\s+(?:with|by|as|and answered with) (?:an? )?(?:HTTP )?(?:status )?(?:code )?(\d{3})\b[\w ]*$/i,
    )
  if (match === null || match[1]!.split(/\s+/).length < 3) return { sentence: trimmed, code: null }
  return { sentence: match[1]!.replace(/[\s,;:]+$/, ''), code: Number(match.slice(2).find((one) => one !== undefined)) }
}

const CASE = [
  "(?:regardless of |no matter )?(?:upper|capital)[ -]?(?:case)?(?: letters)? (?:or|and|\\/) (?:lower|small)[ -]?case(?: letters)?(?: (?:are|is) (?:treated as )?(?:the same|equal|equivalent)| (?:do not|does not|don't|doesn't) (?:matter|count))?",
  'case[- ]insensitively|not case[- ]sensitive|case[- ]insensitive(?: match| comparison)?',
  '(?:ignoring|regardless of|irrespective of|independent(?:ly)? of|without regard (?:to|for)|no matter|disregarding|whatever|not considering)(?: the| their| its| letter| upper(?:\\/| or |-and-| and )lower)* ?case',
  "case (?:does not|doesn't) (?:matter|count)|case is ignored|in any case variant",
].join('|')

/** "Usernames must be unique, whatever their case" → as qualifiers have it. */
export const caseAside = (text: string): string =>
  text
    .replace(/\bcase[- ]insensitive(?:ly)? unique\b/i, 'unique (case-insensitive)')
    .replace(new RegExp(`^(.*?\\b(?:unique|same|duplicated?|twice)\\b)(.*?)[,;]? \\(?(?:${CASE})\\)?$`, 'i'), '$1$2 (case-insensitive)')
    .replace(/^(.*?\bunique) (?!\()(.+?) \(case-insensitive\)$/i, '$1 $2 (case-insensitive)')
