import type { Entity, Field, RuleEffect } from '../api-spec'
import type { Facts } from '../facts'
import type { Resolved } from '../resolve'
import { nameKey } from '../words'
import { creates, fieldIn } from './phrases'
import type { Pattern, RuleView } from './view'
import { plainer, withoutCode } from './wording'

const CALLER =
  "(?:the )?(?:id of the )?(?:(?:current|logged[- ]?in|authenticated|calling|requesting|signed[- ]in|acting)(?: (?:user|person|member|customer|caller|account))|caller|requester|(?:user|person|member) (?:who|that) is (?:currently )?(?:logged|signed) in|user (?:who|that) (?:makes|sends|issues) the request|user making the request)(?:'s id)?"
const SET =
  '(?:(?:automatically |always )?(?:set|filled(?: in)?|populated|recorded|assigned|taken|derived|inferred|determined)(?: automatically)?(?: (?:to|with|from|as|by))?)'
const STATED = new RegExp(
  `^(?:the |an? )?(.+?) (?:is|are|must be|gets?|will be) (?:always |automatically )?(?:${SET} )?${CALLER}(?: automatically| by the server| on creation| (?:when|at|on) .+)?$`,
  'i',
)

/** "created_by is the caller": the server sets it, and nobody sends it. */
export const callerRules: Pattern[] = [
  { form: STATED, read: (m, view) => stated(m[1]!, view) },
  {
    form: /^(?:the |an? )?(.+?) (?:cannot|can not|can't|must not|may not) be (?:changed|modified|set|sent|updated|reassigned)(?: (?:by (?:clients?|users?)|(?:once|after) .+))?$/i,
    read: (m, view) => stated(m[1]!, view),
  },
]

function stated(phrase: string, view: RuleView): RuleEffect[] | null {
  const found = (view.entity === null ? view.world.entities : [view.entity]).flatMap((entity) => named(phrase, entity))
  const set = found.filter(({ entity, field }) => field.fromCaller === true && creates(entity, [field.name], view.world))
  return set.length === 0 || found.length > 4
    ? null
    : set.map(({ entity, field }): RuleEffect => ({ kind: 'caller', entity: entity.name, field: field.name }))
}

function named(phrase: string, entity: Entity): { entity: Entity; field: Field }[] {
  const of = phrase.match(/^(.+?) of (?:an? |the |each )?(.+)$/i)
  if (of !== null && nameKey(of[2]!) !== nameKey(entity.name)) return []
  const field = fieldIn(of?.[1] ?? phrase, entity)
  return field === null || field.reference === undefined ? [] : [{ entity, field }]
}

/** Marks the fields of which a sentence says that they hold the caller, whatever their names. */
export function markStatedCallers(facts: Facts, resolved: Resolved): void {
  const users = resolved.userEntity?.name
  if (users === undefined) return
  for (const rule of facts.rules) {
    const phrase = plainer(withoutCode(rule.text).sentence).match(STATED)?.[1]
    if (phrase === undefined) continue
    const own = rule.entity === null ? undefined : resolved.byKey.get(rule.entity)
    const found = (own === undefined ? resolved.entities : [own]).flatMap((entity) => named(phrase, entity))
    for (const { field } of found) {
      if (field.reference?.entity !== users || field.list || field.unique !== false) continue
      Object.assign(field, { fromCaller: true, readOnly: true, required: true, nullable: false, indexed: true })
      if (field.reference.onDelete === 'set-null') field.reference.onDelete = 'restrict'
    }
  }
}
