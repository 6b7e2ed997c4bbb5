import type { Entity, RuleEffect } from '../api-spec'
import { type Clause, clauseOf, clausesOf, type Direction, nounOf } from './balance-clauses'
import { effectOf, partsOf, sourceOf } from './balance-sources'
import { amountIn, balanceOf, bookedBy, isBalance, waysOf } from './balances'
import { endpointOf, entityIn } from './phrases'
import { stateIn } from './states'
import { moved } from './transfer-rules'
import type { Pattern, RuleView } from './view'

/** Rows whose creation changes a number of what they refer to: movements of a stock, transactions of an account, items of an order. */
export const balanceRules: Pattern[] = [
  { form: /^.+$/s, read: (m, view) => changes(m[0], view) },
  {
    form: /^(?:an? |the |every |each )?(?:money |funds? )?transfers? (?:of (?:money|funds) )?(?:is|are|must be) (?:done )?(?:atomic|atomically|in one transaction)\b.*$/i,
    read: (_, view) => moved(view),
  },
  {
    form: /^(?:make (?:an? )?)?(?:transfers?|moves?|sends?) (?:money|funds?|(?:an|the) amount|balance|credits?|points?)(?: (?:between|from|to) .+)?$/i,
    read: (_, view) => (view.endpoint?.operation === 'create' ? moved(view) : null),
  },
  {
    form: /^[^()]+\((?:automatically |also |and )?(?:updates?|adjusts?|changes?) (?:the |its )?([^()]+?)(?: (?:accordingly|automatically))?\)$/i,
    read: (m, view) => (view.endpoint === null ? null : byKind(view.world.entity(view.endpoint.entity), view, m[1]!)),
  },
  {
    form: /^[^()]+\((?:automatically |also |and )?(?:(reduces|decreases|deducts|lowers)|increases|raises) (?:from )?(?:the |its )?([^()]+?)(?: by (?:the |its )?(\w+))?\)$/i,
    read: (m, view) => noted(m[1] === undefined ? 'adds' : 'takes', m[2]!, m[3], view),
  },
  {
    form: /^(?:deposits? (?:or|and|\/) withdraw(?:als?)?|withdraw(?:als?)? (?:or|and|\/) deposits?|stock in (?:or|and|\/) (?:stock )?out)(?: (?:money|funds|transactions?))?(?: .*)?$/i,
    read: (_, view) => byKind(view.world.entity(view.endpoint?.entity), view),
  },
  {
    form: /^(?:(?:creating|recording|adding|posting|making|every|each|an?) )*(?:an? |the )?(.+?) (?:automatically |also )?(?:updates?|adjusts?|changes?|modif(?:y|ies)) (?:the |its )?(.+?)(?: (?:accordingly|automatically|by its quantity|depending on (?:its |the )?\w+|based on (?:its |the )?(?:movement )?\w+))*$/i,
    read: (m, view) => byKind(entityIn(nounOf(m[1]!), { ...view, entity: null }), view, m[2]!),
  },
  {
    form: /^(?:the )?(.+?) (?:is|are|must be|should be) (?:automatically )?(?:updated|adjusted|changed)(?: automatically| accordingly)? (?:when(?:ever)?|by|through|with|via|on|upon|after) (?:every |each |an? |the )?(.+)$/i,
    read: (m, view) => byKind(entityIn(nounOf(m[2]!), { ...view, entity: null }), view, m[1]!),
  },
  {
    form: /^(?:an? |the |every |each )?(?:money )?transfers? (?:must )?(?:moves?|takes?|subtracts?|deducts?|debits?|decreases?|withdraws?|reduces?) .*\b(?:from|source|sender|payer)\b.* (?:and|to|into) .*\b(?:to|adds?|credits?|destination|target|recipient|receiver|increases?)\b.*$/i,
    read: (_, view) => moved(view),
  },
]

function changes(text: string, view: RuleView): RuleEffect[] | null {
  const effects: RuleEffect[] = []
  let before: Clause | undefined
  for (const part of clausesOf(text)) {
    const clause = clauseOf(part, before)
    const found = clause === null ? null : clause.direction === 'back' ? givenBack(clause, view) : booked(clause, view)
    if (clause === null || found === null) return null
    effects.push(...found)
    before = clause
  }
  return effects
}

function booked(clause: Clause, view: RuleView): RuleEffect[] | null {
  const found = sourceOf(nounOf(clause.source), view)
  if (found === null || clause.direction === 'back') return null
  for (const { entity, when } of found) {
    const one = bookedBy(entity, clause.balance, view.world)
    const amount = one === null ? null : amountIn(clause.amount, entity, one.target, view.world)
    if (one === null || amount === null || one.field.name === amount.name) continue
    return [effectOf(entity, one, amount, clause.direction, when)]
  }
  return null
}

/** "Place an order (reduces product stock)", beside the endpoint that makes the row. */
function noted(direction: Direction, balance: string, amount: string | undefined, view: RuleView): RuleEffect[] | null {
  const entity = view.world.entity(view.endpoint?.entity)
  return entity === undefined ? null : booked({ source: entity.name, balance, direction, ...(amount === undefined ? {} : { amount }) }, view)
}

/** "A movement updates the stock": each way by the kinds of movement, where all of them are known. */
function byKind(entity: Entity | null | undefined, view: RuleView, phrase?: string): RuleEffect[] | null {
  if (entity === null || entity === undefined) return null
  const told = phrase ?? entity.fields.flatMap((field) => balanceOf(view.world.entity(field.reference?.entity) ?? entity)?.name ?? [])[0]
  const one = told === undefined ? null : bookedBy(entity, told, view.world)
  const amount = one === null ? null : amountIn(undefined, entity, one.target, view.world)
  const ways = waysOf(entity)
  if (one === null || amount === null || ways === null || (phrase !== undefined && !isBalance(one.field))) return null
  return [effectOf(entity, one, amount, 'adds', ways.adds), effectOf(entity, one, amount, 'takes', ways.takes)]
}

const UNDOING =
  /^(?:(cancell?|refund|reject|void|revers|return|delet|remov)ing (?:an? |the )?(.+)|(.+?) (?:is|are|gets) (\w+(?:,? or \w+)*)|(?:the )?(cancell?ation|deletion|removal|refund|rejection) of (?:an? |the )?(.+)|(.+?) (cancell?ation|deletion|removal|refund|rejection)|(cancell?ed|refunded|rejected|voided|returned|deleted|removed) (.+))$/i

/** "Cancelling an order restores the stock", "stock is returned when an order item is deleted". */
function givenBack(clause: Clause, view: RuleView): RuleEffect[] | null {
  const match = clause.source.replace(/["'`]/g, '').match(UNDOING)
  if (match === null) return null
  const noun = match[2] ?? match[3] ?? match[6] ?? match[7] ?? match[10]!
  const verb = (match[1] ?? match[4] ?? match[5] ?? match[8] ?? match[9]!).toLowerCase()
  const entity = entityIn(noun.replace(/^(?:an?|the)\s+/i, ''), { ...view, entity: null })
  if (entity === null) return null
  const own = bookedBy(entity, clause.balance, view.world)
  const part = own === null ? partsOf(entity, view).find((one) => bookedBy(one, clause.balance, view.world) !== null) : undefined
  if (own === null && part === undefined) return null
  if (/^(?:delet|remov)/.test(verb))
    return own === null || endpointOf(entity, ['delete'], view.world) === undefined
      ? null
      : [{ kind: 'reversal', entity: entity.name, of: entity.name }]
  const state = stateIn(participle(verb), entity)
  const values = (state?.values ?? []).filter((value) => typeof value === 'string')
  if (state === null || values.length === 0 || values.length < state.values.length) return null
  const through = part?.fields.find((field) => field.reference?.entity === entity.name)
  return [
    {
      kind: 'reversal',
      entity: entity.name,
      of: (part ?? entity).name,
      ...(through === undefined ? {} : { through: through.name }),
      when: { field: state.field, values },
    },
  ]
}

function participle(verb: string): string {
  if (/ or /.test(verb)) return verb
  if (/^cancel/.test(verb)) return 'cancelled'
  if (/^revers/.test(verb)) return 'reversed'
  return verb.endsWith('ed') ? verb : `${verb.replace(/(?:ion|al)$/, '')}ed`
}
