import type { AdjustLog, Endpoint, Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import type { Resolved } from '../resolve'
import { balanceOf, memberIn, waysOf } from '../rules/balances'
import { snakeName, wordsOf } from '../words'
import { type Shape, unsupported } from './shape'
import { verbSets } from './verbs'

type Adjust = NonNullable<Endpoint['adjust']>

const MORE =
  /^(?:deposits?|credits?|top_?up|restock|replenish|refill|recharge|fund|stock_in|receive(?:_stock)?|earn(?:_points)?|(?:add|increase|increment)_(?:stock|inventory|funds|balance|quantity|points|credits))$/
const LESS =
  /^(?:withdraw(?:als?)?|debits?|stock_out|consume|issue|spend|deduct|redeem(?:_points)?|(?:remove|decrease|decrement|reduce|deduct)_(?:stock|inventory|funds|balance|quantity|points|credits))$/
const BOTH = /^(?:adjust(?:ments?)?|adjust_(?:stock|inventory|balance|quantity)|(?:stock|inventory|balance)_adjust(?:ments?)?)$/
const OVER = /^(?:transfers?|send)$/

const AMOUNT =
  /^(?:amount|quantity|qty|value|units|points|credits|count|delta|change|adjustment|(?:quantity|stock|amount)_(?:change|delta)|change_amount)$/
const SIGNED = /^(?:delta|change|adjustment|(?:quantity|stock|amount)_(?:change|delta)|change_amount)$/
const OTHER = /^(?:to|to_\w+|target_\w+|destination_\w+|dest_\w+|recipient_\w+|receiver_\w+)$/

const spelt = (name: string): string => wordsOf(name).join('_')

/** `POST /accounts/{id}/deposit`, `/withdraw`, `/products/{id}/restock`: a number of the row goes up or down. Null when the path means something else. */
export function adjustShape(fact: EndpointFact, entity: Entity, param: string, segment: string, resolved: Resolved): Shape | null {
  const word = spelt(segment.replace(/-/g, '_'))
  const field = balanceOf(entity)
  if (fact.method === 'GET' || fact.method === 'DELETE' || field === null) return null
  const names = namesOf(fact)
  const signed = names.filter((name) => SIGNED.test(spelt(name)))
  const named = BOTH.test(word) || (signed.length === 1 && [spelt(field.name), 'stock', 'balance', 'inventory', 'quantity'].includes(word))
  const direction = MORE.test(word) ? 'add' : LESS.test(word) || OVER.test(word) ? 'take' : named ? 'change' : null
  if (direction === null) return null
  const refuse = (why: string): Shape => unsupported('adjust', entity.name, `${why} of ${fact.method} ${fact.path}`)
  const amounts = names.filter((name) => AMOUNT.test(spelt(name)))
  if (amounts.length === 0 && verbSets(word, entity) !== null) return null
  if (amounts.length > 1) return refuse('the specification names several amounts in the body')
  if (names.length > 0 && amounts.length === 0) return refuse('the specification does not say which amount stands in the body')
  if (direction === 'change' && !isSigned(amounts[0], fact))
    return refuse('the specification does not say by which signed number the body tells the change')
  const amount = amounts[0] ?? (field.type === 'decimal' ? 'amount' : /points|credits/.test(field.name) ? 'points' : 'quantity')
  const target = OVER.test(word) ? otherOf(names, entity) : undefined
  if (target === null) return refuse('the specification does not say who receives it in the body')
  const log = logOf(
    entity,
    word,
    direction,
    names,
    [amount, target].filter((name) => name !== undefined),
    resolved,
  )
  if (typeof log === 'string') return refuse(log)
  if (amounts.length === 0)
    resolved.diagnostics.push({
      level: 'info',
      message: `the body of ${fact.method} ${fact.path} is taken to hold {${[target, amount].filter((name) => name !== undefined).join(', ')}}`,
      lines: [fact.line],
    })
  startAtNothing(field)
  const adjust: Adjust = {
    field: field.name,
    amount,
    direction,
    ...(target === undefined ? {} : { to: target }),
    ...(log === undefined ? {} : { log }),
  }
  return { operation: 'adjust', entity: entity.name, param, body: [], adjust }
}

/** Names of the body: as it is stated, else as the text lists them in brackets, an amount among them. */
function namesOf(fact: EndpointFact): string[] {
  if (fact.body.length > 0) return fact.body.map((one) => one.name)
  const text = [fact.summary, ...fact.notes.map((note) => note.text)].join(' . ')
  const lists = [...text.matchAll(/[{(]\s*(\w+(?:\s*,\s*\w+)*)\s*[})]/g)].map((match) => match[1]!.split(/\s*,\s*/))
  return lists.find((names) => names.some((name) => AMOUNT.test(spelt(name)))) ?? []
}

function startAtNothing(field: Field): void {
  field.nullable = false
  if (!field.required && field.default === null) field.default = 0
}

/** A change by a name that says so, or by a text that says that it may be less than nothing. */
function isSigned(amount: string | undefined, fact: EndpointFact): boolean {
  const text = [fact.summary, ...fact.notes.map((note) => note.text)].join(' ')
  return (
    amount !== undefined &&
    (SIGNED.test(spelt(amount)) || /\bpositive (?:or|and|\/) negative\b|\bnegative\b|\+\s*\/\s*-|±|\bsigned\b|\bdelta\b/i.test(text))
  )
}

/** The name under which the body tells who receives what is taken; null when that is not clear. */
function otherOf(names: readonly string[], entity: Entity): string | null {
  const found = names.filter((name) => OTHER.test(spelt(name)))
  if (names.length === 0) return `to_${snakeName(entity.name)}_id`
  return found.length === 1 ? found[0]! : null
}

const LOGS = /(?:transaction|movement|ledger|entry|history|log|adjustment|operation)$/
const AFTER = /^(?:(?:balance|stock|quantity)_after|(?:new|resulting|running|closing)_(?:balance|stock|quantity))$/
const NOTE = /^(?:descriptions?|notes?|reason|memo|reference|comment|remarks?)$/

/** What is written about the change: nothing where no entity is made for that, a reason where it is not clear how to write it. */
function logOf(
  entity: Entity,
  word: string,
  direction: Adjust['direction'],
  names: readonly string[],
  used: readonly string[],
  resolved: Resolved,
): AdjustLog | undefined | string {
  const others = names.filter((name) => !used.includes(name))
  const found = resolved.entities.flatMap((log) => {
    const references = log.fields.filter((field) => field.reference?.entity === entity.name && !field.list)
    return log !== entity && log.junction === null && references.length > 0 && LOGS.test(spelt(log.name)) ? [{ log, references }] : []
  })
  const [only, ...more] = found
  if (only === undefined) return others.length === 0 ? undefined : `the specification does not say what becomes of ${others.join(', ')} in the body`
  if (more.length > 0) return `the specification does not say which of ${found.map(({ log }) => log.name).join(' and ')} is written`
  const { log, references } = only
  const amounts = log.fields.filter((field) => AMOUNT.test(spelt(field.name)) && ['integer', 'bigint', 'decimal'].includes(field.type) && !field.list)
  const [reference] = references
  if (references.length > 1 || amounts.length !== 1) return `the specification does not say how ${log.name} tells the change`
  const kinds = kindsOf(log, word, direction)
  if (kinds === null) return `the specification does not say of which kind the ${log.name} is`
  const after = log.fields.find((field) => AFTER.test(spelt(field.name)))
  const settled = new Set([reference!.name, amounts[0]!.name, after?.name, ...Object.keys(kinds.sets)])
  const notes = log.fields.filter(
    (field) => ['string', 'text'].includes(field.type) && NOTE.test(spelt(field.name)) && !field.readOnly && !settled.has(field.name),
  )
  const sent = others.length > 0 ? notes.filter((field) => others.some((name) => spelt(name) === spelt(field.name)) || field.required) : notes
  const lost = others.filter((name) => !notes.some((field) => spelt(field.name) === spelt(name)))
  if (lost.length > 0) return `the specification does not say what becomes of ${lost.join(', ')} in the body`
  const missing = log.fields.filter(
    (field) =>
      field.required &&
      field.default === null &&
      field.auto === undefined &&
      field.fromCaller !== true &&
      !isMaker(field, resolved) &&
      !settled.has(field.name) &&
      !sent.includes(field) &&
      !log.key.includes(field.name),
  )
  if (OVER.test(word) && after?.required === true) return `the specification does not say what ${after.name} of the other ${log.name} is`
  if (missing.length > 0) return `the specification does not say what ${missing.map((field) => field.name).join(', ')} of the ${log.name} is`
  return {
    entity: log.name,
    reference: reference!.name,
    amount: amounts[0]!.name,
    sets: kinds.sets,
    notes: sent.map((field) => field.name),
    ...(after === undefined ? {} : { after: after.name }),
    ...(kinds.other === undefined ? {} : { other: kinds.other }),
  }
}

const isMaker = (field: Field, resolved: Resolved): boolean =>
  field.reference !== undefined &&
  field.reference.entity === resolved.userEntity?.name &&
  /^(?:created_by|performed_by|made_by|user|actor|recorded_by)(?:_id)?$/.test(spelt(field.name))

const KIND = /^(?:\w+_)?(?:type|kind|direction)$/

/** The kind of row that a verb stands for, and with a transfer that of the other side; null when that is not clear. */
function kindsOf(log: Entity, word: string, direction: Adjust['direction']): { sets: Record<string, string>; other?: Record<string, string> } | null {
  const kinds = log.fields.filter((field) => field.type === 'enum' && !field.list && KIND.test(spelt(field.name)))
  const [kind, ...more] = kinds
  if (more.length > 0) return null
  if (kind === undefined) return direction === 'take' ? null : { sets: {} }
  const only = (name: string | undefined): Record<string, string> | null => (name === undefined ? null : { [kind.name]: name })
  if (OVER.test(word)) {
    const [out, into] = [/^transfer_out$/, /^transfer_in$/].map((form) => kind.values!.find((value) => form.test(spelt(value))))
    const ways = waysOf(log)
    const sets = only(out ?? (ways?.takes.values.length === 1 ? ways.takes.values[0] : undefined))
    const other = only(into ?? (ways?.adds.values.length === 1 ? ways.adds.values[0] : undefined))
    return sets === null || other === null ? null : { sets, other }
  }
  const member = memberIn(word.replace(/_(?:stock|inventory|funds|balance|quantity|points|credits)$/, ''), log)
  if (member?.field === kind.name && member.values.length === 1) return { sets: { [kind.name]: member.values[0]! } }
  const ways = direction === 'change' ? null : waysOf(log)?.[direction === 'add' ? 'adds' : 'takes']
  return ways?.field === kind.name && ways.values.length === 1 ? { sets: { [kind.name]: ways.values[0]! } } : null
}
