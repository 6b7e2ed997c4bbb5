import type { RuleEffect } from '../api-spec'
import { targetIn } from './phrases'
import type { Pattern, RuleView } from './view'

const AFTER =
  '(?:(?:once|after) (?:it (?:has been|is) )?(?:creat\\w+|set|registration|assigned|the \\w+ (?:is|was|has been) created)|later|afterwards)'

/** What only creation sets. */
export const fixedRules: Pattern[] = [
  {
    form: new RegExp(`^(?:the |an? )?(.+?) (?:cannot|can not|can't|must not|may not) be (?:changed|modified|updated|edited|altered) ${AFTER}$`, 'i'),
    read: (m, view) => fixed(m[1]!, view),
  },
  { form: new RegExp(`^(?:the |an? )?(.+?) (?:is|are) (?:immutable|fixed|read-?only) ${AFTER}$`, 'i'), read: (m, view) => fixed(m[1]!, view) },
  { form: /^(?:the |an? )?(.+?) (?:is|are) immutable$/i, read: (m, view) => fixed(m[1]!, view) },
  { form: /^(?:the |an? )?(.+?) can only be set (?:on|at|during|when) (?:creation|creating .+)$/i, read: (m, view) => fixed(m[1]!, view) },
  {
    form: /^(?:the |an? )?(.+?) (?:cannot|can not|can't|must not|may not) be (?:changed|modified|updated|edited|altered)$/i,
    read: (m, view) => fixed(m[1]!, view),
  },
]

function fixed(phrase: string, view: RuleView): RuleEffect[] | null {
  const target = targetIn(phrase, view)
  if (target === null || target.field.readOnly || target.field.fromCaller === true || target.field.writeOnly === true) return null
  const { entity, field } = target
  const own = view.world.endpointsOf(entity.name)
  const sends = (operations: string[]) =>
    own.some((endpoint) => operations.includes(endpoint.operation) && endpoint.body?.includes(field.name) === true)
  const action = own.some(
    (endpoint) => endpoint.operation === 'action' && (endpoint.body?.includes(field.name) === true || endpoint.sets?.[field.name] !== undefined),
  )
  return sends(['create', 'nested-create']) && sends(['update', 'replace']) && !action
    ? [{ kind: 'fixed', entity: entity.name, field: field.name }]
    : null
}
