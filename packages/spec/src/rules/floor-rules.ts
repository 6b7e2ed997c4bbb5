import type { Entity, Field, RuleEffect } from '../api-spec'
import { nounOf } from './balance-clauses'
import { sourceOf, type When } from './balance-sources'
import { amountIn, balanceOf, bookedBy, isBalance } from './balances'
import { meaning } from './phrases'
import type { Pattern, RuleView } from './view'

const BELOW = '(?:go|drop|fall|become|be|get|turn|run|end up)'

/** A balance that is never less than nothing. Whether anything takes from it, only all sentences together tell. */
export const floorRules: Pattern[] = [
  {
    form: new RegExp(
      `^(?:the |an? |its )?(.+?) (?:cannot|can not|can't|must not|may not|should not|can never|must never|should never|never) ${BELOW} (?:below (?:0|zero)|negative|less than (?:0|zero)|under (?:0|zero))$`,
      'i',
    ),
    read: (m, view) => floored(m[1]!, view),
  },
  {
    form: /^(?:the |an? )?(.+?) (?:must|should) (?:stay|remain|be|always be|never be) (?:non-?negative|(?:at or )?above (?:0|zero)|positive or zero|>= ?0|≥ ?0)$/i,
    read: (m, view) => floored(m[1]!, view),
  },
  {
    form: /^(?:you |users? |customers? |one )?(?:cannot|can not|can't|must not|may not) (?:withdraw|transfer|sell|order|issue|remove|take(?: out)?|spend|ship|consume) more (?:\w+ )?than (?:the |its |their |is )?(?:current |available |in )*(.+)$/i,
    read: (m, view) => floored(m[1]!.replace(/ of the .+$| available$| in (?:the )?\w+$/i, ''), view),
  },
  {
    form: /^(?:requests? |withdrawals?,? (?:and|or) transfers? |withdrawals? |transfers? |orders? |out movements? )?(?:with |if (?:there (?:is|are) )?|for )?(?:insufficient|not enough) (funds|balance|stock|inventory|money|quantity|credits?|points)(?: (?:is|are|must be|should be) (?:refused|rejected|an error)| (?:returns?|results? in|→|gives?|leads? to|->) .+| .*\b409\b.*)?$/i,
    read: (m, view) => floored(m[1]!, view),
  },
  {
    form: /^(?:the |an? )?(?:.+?) (?:is|are|must be|should be|will be) (?:refused|rejected|declined|denied|blocked)(?: with (?:an? )?(?:409|conflict|error)(?: \w+)?)? (?:if|when|whenever|unless) (?:the |there (?:is|are) )?(?:(?:sender|source|account|product)(?:'s)? )?(?:(?:insufficient|not enough) (funds|balance|stock|inventory|money)|(funds|balance|stock|inventory|money) (?:is|are) (?:insufficient|not sufficient|not enough|too low|sufficient))$/i,
    read: (m, view) => floored((m[1] ?? m[2])!, view),
  },
  {
    form: /^(?:if|when) (?:the |there (?:is|are) )?(?:product |item |account |wallet )?(?:(?:insufficient|not enough) (funds|balance|stock|inventory|money|seats|points|credits)|(funds|balance|stock|inventory|money|seats|points|credits) (?:is|are) (?:insufficient|not sufficient|not enough|too low))(?:,? (?:then )?(?:return|respond|answer|reject|refuse|(?:an?|the) (?:\w+) (?:is|must be|should be|fails)).*)?$/i,
    read: (m, view) => floored((m[1] ?? m[2])!, view),
  },
  {
    form: /^(?:(?:no )?overdrafts?(?: (?:is|are) (?:not allowed|forbidden|refused))?|(?:the |an? )?accounts? (?:cannot|can not|must not|can never) be overdrawn)$/i,
    read: (m, view) => (/\bno\b|not|forbidden|refused|never/i.test(m[0]) ? floored('balance', view) : null),
  },
]

/** "A withdrawal cannot exceed the balance", "ordered quantity must not exceed stock": read where no plainer form knows both fields. */
export const takingRules: Pattern[] = [
  {
    form: /^(?:an? |the )?(.+?) (?:cannot|can not|can't|must not|may not|should not) (?:exceed|be (?:more|larger|greater|higher) than|go over) (?:the |its |their )?(?:current |available )?(.+)$/i,
    read: (m, view) => taken(m[1]!, m[2]!, view),
  },
]

const QUANTITY = /\b(?:amounts?|quantit(?:y|ies)|values?|ordered|requested|total|sold|number|units?|of)\b/gi

function taken(subject: string, limit: string, view: RuleView): RuleEffect[] | null {
  const noun = subject.replace(QUANTITY, ' ').replace(/\s+/g, ' ').trim()
  const named = noun === '' ? view.world.entities.map((entity): { entity: Entity; when?: When } => ({ entity })) : sourceOf(nounOf(noun), view)
  const found = (named ?? []).flatMap(({ entity, when }) => {
    const one = bookedBy(entity, limit, view.world)
    const amount = one === null ? null : amountIn(undefined, entity, one.target, view.world)
    return one === null || amount === null ? [] : [{ entity, when, amount, ...one }]
  })
  const [only, ...more] = found
  if (only === undefined || more.length > 0) return /\bwithdraw|\btransfer|\bspend|\bsale|\bout\b/i.test(subject) ? floored(limit, view) : null
  const { entity, when, amount, reference, target, field } = only
  if (when !== undefined) return [{ kind: 'floor', entity: target.name, field: field.name }]
  return [{ kind: 'bound', entity: entity.name, field: amount.name, reference: reference.name, target: target.name, limit: field.name }]
}

function floored(phrase: string, view: RuleView): RuleEffect[] | null {
  const money = /^(?:funds|money)$/i.test(phrase.trim())
  const found = view.world.entities.flatMap((entity) => {
    const field = entity.fields.find((one) => isKept(one, entity) && (money ? /balance|funds/i.test(one.name) : names(phrase, one, entity)))
    return field === undefined ? [] : [{ entity, field }]
  })
  const near = view.entity === null ? [] : found.filter(({ entity }) => entity === view.entity)
  const [only, ...more] = near.length === 1 ? near : found
  if (only === undefined || more.length > 0) return null
  const { entity, field } = only
  const sent = view.world.endpointsOf(entity.name).some((endpoint) => endpoint.body?.includes(field.name) === true)
  const ranged = sent && field.min === 0
  return [
    { kind: 'floor', entity: entity.name, field: field.name },
    ...(ranged ? [{ kind: 'field' as const, entity: entity.name, field: field.name, check: 'range' as const }] : []),
  ]
}

/** A number that goes up and down: by its name, or a plain quantity that nobody sends. */
const isKept = (field: Field, entity: Entity): boolean => isBalance(field) || (field.readOnly && field === balanceOf(entity))

/** "balance", "account balance", "the balance of an account", "stock". */
function names(phrase: string, field: Field, entity: Entity): boolean {
  const own = meaning(entity.name)
  const last = own.at(-1)!
  const words = meaning(phrase).filter((word) => word !== last && !own.includes(word) && !/^(source|sender|available|current)$/.test(word))
  const name = meaning(field.name)
  return (
    words.length > 0 &&
    words.every((word) => name.includes(word) || (word === 'inventory' && name.includes('stock')) || (word === 'stock' && name.includes('inventory')))
  )
}
