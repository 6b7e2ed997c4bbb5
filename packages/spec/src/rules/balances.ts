import type { Entity, Field } from '../api-spec'
import { singular, wordsOf } from '../words'
import { endpointOf, fieldIn, meaning } from './phrases'
import type { RuleWorld } from './view'

// Numbers that go up and down as rows are written: which fields they are, which rows change them, and by how much.

const NUMBERS = ['integer', 'bigint', 'decimal']
const spelt = (field: Field): string => wordsOf(field.name).join('_')

const BALANCE =
  /^(?:(?:current|available|account|wallet|cash|total)_)?balance$|^(?:(?:current|available|total|initial)_)?(?:stock|inventory)(?:_(?:quantity|qty|level|count|amount|on_hand|balance|units))?$|^(?:quantity|qty|units|amount)_(?:in_stock|on_hand|available|in_hand)$|^(?:in_stock|on_hand|available)_(?:quantity|qty|units)$|^on_hand$|^(?:points|credits?|loyalty_points|seats_available|available_seats|remaining_(?:quantity|stock|seats|credits))(?:_balance)?$/

/** True for a number that is known to go up and down: a balance, a stock, points. */
export const isBalance = (field: Field): boolean =>
  NUMBERS.includes(field.type) && !field.list && field.reference === undefined && BALANCE.test(spelt(field))

/** The only number of an entity that goes up and down: by such a name, else a plain quantity beside no other one. */
export function balanceOf(entity: Entity): Field | null {
  const named = entity.fields.filter(isBalance)
  if (named.length > 0) return named.length === 1 ? named[0]! : null
  const plain = entity.fields.filter((field) => ['integer', 'bigint'].includes(field.type) && /^(?:quantity|qty)$/.test(spelt(field)))
  return plain.length === 1 ? plain[0]! : null
}

/** What rows of an entity change: a number of the row that `reference` names. */
export interface Booked {
  reference: Field
  target: Entity
  field: Field
}

const AROUND = /\b(?:the|its|their|an?|corresponding|related|associated|linked|available|current|respective|matching|that|this|of|in|for|same)\b/gi

/** The number that a phrase names ("product stock", "account.balance", "the balance of the account"), of the one row that creation refers to. */
export function bookedBy(entity: Entity, phrase: string, world: RuleWorld): Booked | null {
  const create = endpointOf(entity, ['create', 'nested-create'], world)
  if (create === undefined) return null
  const found = entity.fields.flatMap((reference): Booked[] => {
    const target = reference.list ? undefined : world.entity(reference.reference?.entity)
    const placed = create.parent?.field === reference.name || create.body?.includes(reference.name) === true
    const field = target === undefined || !placed ? null : numberIn(phrase, target, reference)
    return field === null ? [] : [{ reference, target: target!, field }]
  })
  return found.length === 1 ? found[0]! : null
}

function numberIn(phrase: string, target: Entity, reference: Field): Field | null {
  const bare = phrase.replace(/[.`"]/g, ' ').replace(/['’]s\b/g, '')
  const plain = bare.replace(AROUND, ' ').replace(/\s+/g, ' ').trim()
  const own = meaning(target.name)
  const role = wordsOf(reference.name).filter((word) => word !== 'id')
  const words = meaning(plain).filter((word) => !own.includes(word) && !role.includes(word) && word !== 'level')
  const named = fieldIn(bare, target) ?? fieldIn(plain, target) ?? (words.length === 0 ? null : fieldIn(words.join(' '), target))
  if (named !== null && NUMBERS.includes(named.type) && !named.list) return named
  const known = balanceOf(target)
  if (words.length === 0) return known
  const kin = words.every(
    (word) => /^(?:stock|inventory|quantity|balance|unit|credit|point|fund|money|count|seat|place|spot|ticket)$/.test(word) && kindred(word, known),
  )
  return known !== null && kin ? known : null
}

/** "inventory" is a stock, "funds" are a balance. */
function kindred(word: string, field: Field | null): boolean {
  const name = field === null ? '' : spelt(field)
  if (/^(?:fund|money|balance)$/.test(word)) return /balance/.test(name)
  if (/^(?:stock|inventory|quantity|unit|count)$/.test(word)) return /stock|inventory|quantity|qty|units|on_hand/.test(name)
  return name.includes(word)
}

/** By how much a row changes the number: the field that is named, else the only one that can be meant. Whole numbers change by whole numbers. */
export function amountIn(phrase: string | undefined, entity: Entity, target: Entity, world: RuleWorld): Field | null {
  const create = endpointOf(entity, ['create', 'nested-create'], world)
  const sent = entity.fields.filter(
    (field) => create?.body?.includes(field.name) === true && NUMBERS.includes(field.type) && !field.list && field.reference === undefined,
  )
  const own = [...meaning(entity.name), ...meaning(target.name)]
  const words =
    phrase === undefined
      ? []
      : meaning(phrase).filter((word) => !own.includes(word) && !/^(ordered|moved|sold|booked|item|movement|that|purchased|number)$/.test(word))
  const named = words.length === 0 ? undefined : sent.find((field) => meaning(field.name).join('_') === words.join('_'))
  if (named !== undefined) return fits(named, target)
  const usual = sent.filter((field) => /^(?:quantity|qty|amount|units|value|points|credits|seats|quantity_change|change|delta)$/.test(spelt(field)))
  if (words.length > 0 && !/^(?:quantity|qty|amount|unit|value|number)$/.test(words.join('_'))) return null
  return usual.length === 1 ? fits(usual[0]!, target) : null
}

/** Whole numbers change by whole numbers. */
function fits(amount: Field, target: Entity): Field | null {
  return amount.type === 'decimal' && balanceOf(target)?.type !== 'decimal' ? null : amount
}

const WAYS: Record<string, RegExp> = {
  in: /^(?:in|stock_in|inbound|incoming|receipt|receive|received|add|addition|increase)$/,
  out: /^(?:out|stock_out|outbound|outgoing|issue|issued|remove|removal|decrease)$/,
}

const ADDING =
  /^(?:in|stock_in|inbound|incoming|receipt|received?|deposit|credit|top_?up|add|addition|increase|restock|purchase|earn(?:ed)?|return(?:ed)?|refund)$/
const TAKING =
  /^(?:out|stock_out|outbound|outgoing|issued?|withdraw(?:al)?|debit|remove|removal|decrease|sale|sold|spend|spent|redeem(?:ed)?|payment|damaged?|loss|write_off)$/

/** Which kinds of rows add and which take, where the words of the only enumeration that speaks of it leave no doubt about any. */
export function waysOf(entity: Entity): Record<'adds' | 'takes', { field: string; values: string[] }> | null {
  const found = entity.fields.flatMap((field) => {
    const values = field.type === 'enum' && !field.list ? (field.values ?? []) : []
    const of = (pattern: RegExp) => values.filter((value) => pattern.test(wordsOf(value).join('_')))
    const [adds, takes] = [of(ADDING), of(TAKING)]
    const all = adds.length + takes.length === values.length && adds.length > 0 && takes.length > 0
    return all ? [{ adds: { field: field.name, values: adds }, takes: { field: field.name, values: takes } }] : []
  })
  return found.length === 1 ? found[0]! : null
}

/** "out", "withdrawals", "incoming": the member of the only enumeration that has one so named. */
export function memberIn(word: string, entity: Entity): { field: string; values: string[] } | null {
  const parts = word.split(/\s*(?:,|\/|\band\b|\bor\b)\s*/i).filter((part) => part !== '')
  const found = parts.map((part) => oneMember(part, entity))
  const [first] = found
  if (first === undefined || first === null || found.some((one) => one === null || one.field !== first.field)) return null
  return { field: first.field, values: found.flatMap((one) => one!.value) }
}

function oneMember(word: string, entity: Entity): { field: string; value: string } | null {
  const wanted = wordsOf(word.replace(/["'`]/g, '')).map(singular).join('_')
  const holders = entity.fields.flatMap((field) => {
    const values = field.list || field.type !== 'enum' ? [] : (field.values ?? [])
    const value = values.find((one) => wordsOf(one).map(singular).join('_') === wanted) ?? values.find((one) => akin(one, wanted))
    return value === undefined ? [] : [{ field: field.name, value }]
  })
  return holders.length === 1 ? holders[0]! : null
}

/** "withdrawal" and `withdraw`, "incoming" and `in`. */
function akin(member: string, wanted: string): boolean {
  const name = wordsOf(member).join('_')
  if (Object.entries(WAYS).some(([way, forms]) => forms.test(wanted) && (name === way || name === `stock_${way}`))) return true
  const [short, long] = name.length < wanted.length ? [name, wanted] : [wanted, name]
  return short.length > 3 && long.startsWith(short)
}

/** "Deposits": the rows of that kind, of the only entity that has such a kind and something to change. */
export function sourceByMember(noun: string, world: RuleWorld): { entity: Entity; when: { field: string; values: string[] } } | null {
  const found = world.entities.flatMap((entity) => {
    const when = entity.fields.some((field) => balanceHolder(field, world)) ? memberIn(noun, entity) : null
    return when === null ? [] : [{ entity, when }]
  })
  return found.length === 1 ? found[0]! : null
}

function balanceHolder(field: Field, world: RuleWorld): boolean {
  const target = world.entity(field.reference?.entity)
  return target !== undefined && balanceOf(target) !== null
}
