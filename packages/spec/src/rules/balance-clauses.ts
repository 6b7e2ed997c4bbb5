import type { RuleEffect } from '../api-spec'

// From the words of a sentence about a balance to what each of its clauses says.

export type Direction = Extract<RuleEffect, { kind: 'balance' }>['direction']

const MORE =
  'increases?|raises?|adds?(?: (?:its|their|the|that) (?:amount|quantity|value))?(?: up)?(?: to)?|credits?|tops? up|increments?|replenish(?:es)?'
const LESS =
  'decreases?|reduces?|lowers?|(?:deducts?|subtracts?|takes?|removes?)(?: (?:its|their|the|that) (?:amount|quantity|value))?(?: from)?|debits?|decrements?|consumes?'
const BACK = 'restores?|returns?|gives? back|releases?|frees?(?: up)?|puts? back|adds? back'
const ONWARDS = '(?:(?:must|should|will|shall|may) )?(?:always |automatically |immediately |also )*'
const BY = '(?: by (?:the |its |their )?([\\w .]+?))?'
const IS = '(?:is|are|gets?|must be|should be|will be|shall be) (?:automatically |immediately |then |always )*'
const WHEN = '(?:when(?:ever)?|on|upon|after|once|as soon as|each time|every time|if|for|by|through|with)'

const CHANGED: [pattern: string, direction: Direction][] = [
  ['increased|raised|credited|incremented|topped up|added', 'adds'],
  ['decreased|reduced|lowered|deducted|debited|decremented|subtracted|consumed', 'takes'],
]

/** The same of the number alone: "stock drops when …". */
const RISES: Record<Clause['direction'], string> = {
  adds: 'increases|rises|goes up|grows',
  takes: 'decreases|drops|goes down|falls|shrinks',
  back: 'comes back|becomes available again',
}

/** What a clause says: rows of `source` change a balance, or give back what they took. */
export interface Clause {
  source: string
  balance: string
  amount?: string
  direction: Direction | 'back'
}

const VERBS = `${MORE}|${LESS}|${BACK}`
const SAYS = new RegExp(`\\b(?:${VERBS}|${CHANGED.map(([pattern]) => pattern).join('|')}|restored|returned|released|given back)\\b`, 'i')
const SUBJECT = '(?:an? |the |every |each |all )?'
const PARTS = new RegExp(
  [
    '\\s*;\\s*(?:and |while )?',
    `,?\\s+and\\s+(?=(?:${VERBS})\\b|(?:restored|returned|released|given back|added back|increased|decreased) )`,
    `\\s*,\\s*(?:and |while |whereas |but )?(?!(?:and|while|whereas|but) )(?=${SUBJECT}[^,]{2,40}? ${ONWARDS}(?:${VERBS})\\b)`,
    `,?\\s+(?:and|while|whereas|but)\\s+(?=${SUBJECT}(?:[\\w'"-]+ ){1,5}${ONWARDS}(?:${VERBS})\\b)`,
  ].join('|'),
  'i',
)

/** "An in movement adds to the stock, an out movement takes from it" are two; "when an order is placed, …" is one. */
export function clausesOf(text: string): string[] {
  if (/^(?:when|whenever|once|after|upon|on|if)\b/i.test(text)) return [text]
  const clauses: string[] = []
  let subject = ''
  for (const part of text.split(PARTS)) {
    const whole = `${subject}${part}`
    // "Sales and damage decrease stock": what says nothing yet is a subject.
    subject = SAYS.test(part) ? '' : `${whole} and `
    if (subject === '') clauses.push(whole)
  }
  return subject === '' ? clauses : [text]
}

export function clauseOf(told: string, before: Clause | undefined): Clause | null {
  const text = before === undefined ? told : withSubject(told, before)
  const imperative = text.match(/^(?:when(?:ever)?|once|after|upon|on|if|as soon as) (.+?)(?:,| then) (?:then )?(?:the |its |their )?(.+)$/i)
  const turned = imperative === null ? text : `${imperative[2]} when ${imperative[1]}`
  return active(text, before) ?? passive(turned, before) ?? ordered(turned)
}

/** "… and credits the target", "one of type out takes from it": whatever the sentence spoke of before. */
function withSubject(text: string, before: Clause): string {
  if (new RegExp(`^(?:${VERBS})\\b`, 'i').test(text)) return `${before.source} ${text}`
  return text.replace(/^(?:one|those|ones)\b/i, nounOf(before.source).replace(/ (?:of|with|whose) .*$/i, ''))
}

/** "Creating an out movement decreases product.stock by its quantity". */
function active(text: string, before: Clause | undefined): Clause | null {
  for (const [verbs, direction] of [
    [BACK, 'back'],
    [MORE, 'adds'],
    [LESS, 'takes'],
  ] as const) {
    const match = text.match(
      new RegExp(`^(?:an? |the |every |each |all |any )?(.+?) ${ONWARDS}(?:${verbs}) (?:the |its |their |an? )?(.+?)${BY}$`, 'i'),
    )
    if (match === null || /\b(?:is|are|be|been|cannot|not|only|can|may|who|that|which|when)\b/i.test(match[1]!)) continue
    if (/ (?:and|or)$/i.test(match[1]!) || new RegExp(`^${WHEN} `, 'i').test(match[2]!)) continue
    const [, source, told, amount] = match
    const behind = told!.match(
      /^(?:(?:its|their|the|that) )?(amount|quantity|value|units?|items?|products?|goods|seats?|money|funds) (?:to|from|back to|into) (?:the |its |their )?(.+)$/i,
    )
    const balance = pronoun(behind?.[2] ?? told!) ? before?.balance : (behind?.[2] ?? told!)
    if (balance === undefined) return null
    const by =
      amount ??
      (/^(?:amount|quantity|value|units?)$/i.test(behind?.[1] ?? '') ? behind![1] : undefined) ??
      (pronoun(told!) ? before?.amount : undefined)
    return { source: source!, balance, direction, ...(by === undefined ? {} : { amount: by }) }
  }
  return null
}

const pronoun = (text: string): boolean => /^(?:it|them|the same|(?:it |them )?(?:to|from) it|it accordingly)$/i.test(text.trim())

/** "Stock is reduced by the quantity when an order is placed", "… and restored when it is cancelled". */
function passive(text: string, before: Clause | undefined): Clause | null {
  const forms = [...CHANGED, ['restored|returned|released|given back|put back|added back|replenished', 'back']] as [string, Clause['direction']][]
  for (const [verbs, direction] of forms) {
    const match = text.match(new RegExp(`^(?:the |an? )?(.+?) ${IS}(?:${verbs})${BY} ${WHEN} (?:an? |the |every |each )?(.+)$`, 'i'))
    const alone = text.match(
      new RegExp(`^(?:the |an? )?(.+?) (?:automatically )?(?:${RISES[direction]})${BY} ${WHEN} (?:an? |the |every |each )?(.+)$`, 'i'),
    )
    const short = before === undefined ? null : text.match(new RegExp(`^(?:${verbs})${BY} ${WHEN} (?:an? |the |every |each )?(.+)$`, 'i'))
    const [balance, amount, source] = (match ?? alone)?.slice(1) ?? (short === null ? [] : [before!.balance, short[1], short[2]])
    if (balance === undefined || source === undefined) continue
    const real = before === undefined ? source : source.replace(/^(?:it|they|that order)\b/i, nounOf(before.source))
    return { source: real, balance, direction, ...(amount === undefined ? {} : { amount }) }
  }
  return null
}

/** "Reduce stock when an order is placed". */
function ordered(text: string): Clause | null {
  for (const [verbs, direction] of [
    ['increase|raise|credit|increment', 'adds'],
    ['decrease|reduce|lower|deduct|decrement|debit|subtract', 'takes'],
    ['restore|return|release|replenish', 'back'],
  ] as const) {
    const match = text.match(new RegExp(`^(?:automatically )?(?:${verbs}) (?:the )?(.+?)${BY} ${WHEN} (?:an? |the |every |each )?(.+)$`, 'i'))
    if (match !== null) return { balance: match[1]!, source: match[3]!, direction, ...(match[2] === undefined ? {} : { amount: match[2] }) }
  }
  return null
}

const MADE = '(?:created|recorded|placed|added|made|posted|submitted|registered|logged|inserted|saved|booked)'

/** What is made: "creating an order", "an order is placed", "order creation", "new orders". */
export const nounOf = (source: string): string =>
  source
    .replace(/["'`‘’“”]/g, '')
    .replace(/^(.+?) (?:is|are) (?:added|put|placed) (?:to|in|into|on) (?:an? |the |its )?(\w+)$/i, '$2 $1')
    .replace(new RegExp(`\\s+(?:(?:is|are|has been|gets) ${MADE}|creation|placement)(?: for (?:it|them|the \\w+))?$`, 'i'), '')
    .replace(/^(?:booking|ordering|paying) (?=an? |the |new )/i, '')
    .replace(/^(booking|reservation) (?:of )?(?:seats?|tickets?|places?|spots?)$/i, '$1')
    .replace(/^(?:creating|recording|adding|posting|placing|making|registering|submitting|logging|(?:the )?creation of)\s+/i, '')
    .replace(/^(?:(?:an?|the|every|each|any|all|new)\s+)+/i, '')
    .replace(/^(\w+) (?:to|into|in|on) (?:an? |the )(\w+)$/i, '$2 $1')
    .trim()
