import type { Entity, Field, RuleEffect } from '../api-spec'
import { wordsOf } from '../words'
import { effectOf } from './balance-sources'
import { amountIn, isBalance } from './balances'
import { endpointOf, meaning } from './phrases'
import type { Pattern, RuleView } from './view'

const SOURCES = /^(from|source|sender|payer|origin|debit|src)/
const DESTINATIONS = /^(to|destination|dest|target|receiver|recipient|payee|beneficiary|credit)/

/** A transfer takes from one account what it adds to the other one. */
export function moved(view: RuleView): RuleEffect[] | null {
  const transfers = view.world.entities.filter((entity) => meaning(entity.name).includes('transfer'))
  const [transfer] = transfers
  if (transfer === undefined || transfers.length > 1) return null
  return transferEffects(transfer, view)
}

function transferEffects(transfer: Entity, view: RuleView): RuleEffect[] | null {
  const side = (pattern: RegExp) => transfer.fields.find((field) => field.reference !== undefined && pattern.test(wordsOf(field.name).join('_')))
  const [from, to] = [side(SOURCES), side(DESTINATIONS)]
  const target = view.world.entity(from?.reference?.entity)
  if (from === undefined || to === undefined || target === undefined || to.reference?.entity !== target.name) return null
  const balances = target.fields.filter(isBalance)
  const amount = amountIn(undefined, transfer, target, view.world)
  const create = endpointOf(transfer, ['create', 'nested-create'], view.world)
  if (balances.length !== 1 || amount === null || create === undefined) return null
  const sent = (field: Field) => create.body?.includes(field.name) === true || create.parent?.field === field.name
  if (!sent(from) || !sent(to)) return null
  const [field] = balances as [Field]
  return [
    effectOf(transfer, { reference: from, target, field }, amount, 'takes'),
    effectOf(transfer, { reference: to, target, field }, amount, 'adds'),
  ]
}

const SAME = '(?:the )?same (?:account|wallet|one|warehouse|location)|(?:itself|themselves|oneself|(?:your|their|the) own account)'

/** "Cannot transfer to the same account", "source and destination must differ". */
export const receiverRules: Pattern[] = [
  {
    form: new RegExp(
      `^(?:(?:users? |customers? |one |an? account )?(?:cannot|can not|can't|must not|may not) (?:transfer|send)(?: (?:money|funds))?|(?:an? )?transfers? (?:cannot|must not|may not) (?:go|be made|be)) (?:to|between|from and to) (?:${SAME})$`,
      'i',
    ),
    read: (_, view) => elsewhere(view),
  },
  {
    form: new RegExp(
      `^(?:transfers?|transferring)(?: (?:money|funds))? (?:to|between) (?:${SAME}) (?:is|are) (?:not allowed|refused|rejected|forbidden)$`,
      'i',
    ),
    read: (_, view) => elsewhere(view),
  },
  {
    form: /^(?:the )?(?:source|from|sender|sending)(?: account)?s? and (?:the )?(?:destination|target|to|receiver|receiving|recipient)(?: accounts?)? (?:must|should|have to) (?:be different|differ|not be (?:the same|equal|identical)|be distinct)$/i,
    read: (_, view) => elsewhere(view),
  },
]

function elsewhere(view: RuleView): RuleEffect[] | null {
  const sides = view.world.entities
    .flatMap((entity) => (meaning(entity.name).includes('transfer') ? [transferEffects(entity, view)] : []))
    .find((one) => one !== null)
  const [from, to] = (sides ?? []).flatMap((effect) => (effect.kind === 'balance' ? [effect] : []))
  if (from !== undefined && to !== undefined) return [{ kind: 'distinct', entity: from.entity, fields: [from.reference, to.reference] }]
  const found = view.world.endpoints.filter((endpoint) => endpoint.adjust?.to !== undefined && endpoint.unsupported === null)
  return found.length === 1 ? [{ kind: 'receiver', entity: found[0]!.entity! }] : null
}
