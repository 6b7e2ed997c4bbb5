import type { FieldFacts } from '../facts'
import { N, number, type Production, VERB } from './production'

const UNIT = '(?:chars?|characters?|letters?|digits|symbols)'

/** Lengths of texts and ranges of numbers. */
export const BOUNDS: Production[] = [
  [
    /^check\s*\(+\s*\w+\s+in\s*\(([^()]*)\)+$/i,
    (f, m) => {
      f.type = 'enum'
      f.values = m[1]!.split(',').map((value) => value.trim().replace(/^'|'$/g, ''))
    },
  ],
  [new RegExp(`^check\\s*\\(+\\s*\\w+\\s*>=\\s*${N}\\s*\\)+$`, 'i'), (f, m) => setLimits(f, number(m[1]!), undefined)],
  [new RegExp(`^check\\s*\\(+\\s*\\w+\\s*<=\\s*${N}\\s*\\)+$`, 'i'), (f, m) => setLimits(f, undefined, number(m[1]!))],
  [new RegExp(`^check\\s*\\(+\\s*\\w+\\s*>\\s*${N}\\s*\\)+$`, 'i'), (f, m) => setLimits(f, above(f, number(m[1]!)), undefined)],
  [
    new RegExp(`^${VERB}(?:length )?(?:between )?${N}\\s*(?:-|–|—|to|and|\\.\\.+)\\s*${N}\\s*${UNIT}(?: long| in length)?$`, 'i'),
    (f, m) => length(f, m[1], m[2]),
  ],
  [new RegExp(`^(?:string )?length:? (?:must be )?(?:between )?${N}\\s*(?:-|–|—|to|and|\\.\\.+)\\s*${N}$`, 'i'), (f, m) => length(f, m[1], m[2])],
  [
    new RegExp(
      `^${VERB}(?:max(?:imum)?\\.?|up to|at most|no more than|not exceed|cannot exceed|not longer than|no longer than|less than or equal to|≤|<=)\\s*(?:length)?\\s*(?:of|:|=)?\\s*${N}\\s*${UNIT}(?: long| in length| max)?$`,
      'i',
    ),
    (f, m) => length(f, undefined, m[1]),
  ],
  [new RegExp(`^(?:max[_ -]?length|max[_ -]?len)\\s*[:=]?\\s*${N}$`, 'i'), (f, m) => length(f, undefined, m[1])],
  [new RegExp(`^(?:min[_ -]?length|min[_ -]?len)\\s*[:=]?\\s*${N}$`, 'i'), (f, m) => length(f, m[1], undefined)],
  [new RegExp(`^${N}\\s*${UNIT} (?:max(?:imum)?|or (?:less|fewer))$`, 'i'), (f, m) => length(f, undefined, m[1])],
  [
    new RegExp(
      `^${VERB}(?:min(?:imum)?\\.?|at least|no (?:less|fewer) than|≥|>=)\\s*(?:length)?\\s*(?:of|:|=)?\\s*${N}\\s*${UNIT}(?: long| in length)?$`,
      'i',
    ),
    (f, m) => length(f, m[1], undefined),
  ],
  [new RegExp(`^${N}\\+?\\s*${UNIT} (?:min(?:imum)?|or more)$`, 'i'), (f, m) => length(f, m[1], undefined)],
  [new RegExp(`^(?:must be |be )?(?:exactly )?${N}[- ]${UNIT}s?(?: long| in length| code)?$`, 'i'), (f, m) => length(f, m[1], m[1])],
  [
    /^(?:cannot|must not|can't|may not|should not) be (?:empty|blank|null or empty|empty or (?:blank|whitespace).*)$|^non-?empty$|^not (?:empty|blank)$/i,
    (f) => {
      f.minLength = Math.max(1, f.minLength ?? 1)
      f.required ??= true
    },
  ],
  [
    new RegExp(
      `^${VERB}(?:an? )?(?:integer |whole number |number |value |decimal )?(?:in (?:the )?range(?: of)? |in |range:? )?(?:between |from )?\\(?${N}\\s*(?:-|–|—|to|and|through|\\.\\.+)\\s*${N}\\)?(?: stars?| inclusive| \\(inclusive\\)|%)?$`,
      'i',
    ),
    (f, m) => {
      f.min = number(m[1]!)
      f.max = number(m[2]!)
    },
  ],
  [
    new RegExp(
      `^${VERB}(?:an? )?(?:integer |number )?(?:≥|>=|at least|min(?:imum)?:?(?: of| value| is)?:?|no less than|greater than or equal to|not (?:be )?(?:less|lower) than|cannot be less than|must not be less than)\\s*[:=]?\\s*[$€£]?${N}$`,
      'i',
    ),
    (f, m) => {
      f.min = number(m[1]!)
    },
  ],
  [
    new RegExp(
      `^${VERB}(?:≤|<=|at most|max(?:imum)?:?(?: of| value| is)?:?|no more than|up to|less than or equal to|cannot exceed|must not exceed|not exceed|cannot be (?:more|greater|higher) than)\\s*[:=]?\\s*[$€£]?${N}$`,
      'i',
    ),
    (f, m) => {
      f.max = number(m[1]!)
    },
  ],
  [
    new RegExp(`^${VERB}(?:>|greater than|more than|above|larger than)\\s*[$€£]?${N}$`, 'i'),
    (f, m) => {
      f.min = above(f, number(m[1]!))
    },
  ],
  [
    new RegExp(`^${VERB}(?:<|less than|below|under|lower than)\\s*[$€£]?${N}$`, 'i'),
    (f, m) => {
      f.max = below(f, number(m[1]!))
    },
  ],
  [
    /^(?:must be |be |is )?(?:an? )?(?:strictly )?positive(?: (?:integer|number|value|amount|decimal))?$|^positive.*non-?zero$/i,
    (f) => {
      f.min = above(f, 0)
    },
  ],
  [
    /^(?:must be |be |is )?(?:an? )?non-?negative(?: (?:integer|number|value|amount))?$|^(?:cannot|must not|can't|may not) be negative$|^zero or (?:more|greater|positive)$|^not negative$/i,
    (f) => {
      f.min = 0
    },
  ],
]

const length = (facts: FieldFacts, low: string | undefined, high: string | undefined) => {
  if (low !== undefined) facts.minLength = number(low)
  if (high !== undefined) facts.maxLength = number(high)
}

const setLimits = (facts: FieldFacts, min: number | undefined, max: number | undefined) => {
  if (min !== undefined) facts.min = min
  if (max !== undefined) facts.max = max
}

const isFraction = (facts: FieldFacts): boolean => facts.type === 'decimal' || facts.type === 'float'

/** Exclusive bounds become inclusive at the resolver, which knows the type: kept as an epsilon marker here. */
function above(facts: FieldFacts, bound: number): number {
  return isFraction(facts) ? bound + 10 ** -(facts.scale ?? 2) : bound + EXCLUSIVE
}

function below(facts: FieldFacts, bound: number): number {
  return isFraction(facts) ? bound - 10 ** -(facts.scale ?? 2) : bound - EXCLUSIVE
}

/** Distance that marks an exclusive bound until the field's type is known. */
export const EXCLUSIVE = 1e-6
