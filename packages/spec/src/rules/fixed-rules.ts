import type { RuleEffect } from '../api-spec'
import { singular } from '../words'
import { entityIn, targetIn } from './phrases'
import { stateIn } from './states'
import type { Pattern, RuleView } from './view'

const AFTER =
  '(?:(?:once|after) (?:it (?:has been|is) )?(?:creat\\w+|set|registration|assigned|the \\w+ (?:is|was|has been) created)|later|afterwards)'

/** What only creation sets. */
export const fixedRules: Pattern[] = [
  {
    form: /^(?:an? |the |all |every |each |new )*([\w ]+?) (?:starts?|begins?|(?:is|are) (?:initially|created|first created|made)|(?:has|have) (?:initially )?the (?:initial )?(?:status|state))(?: out| off| life| initially)? ?(?:as|in|with|at)?(?: (?:an?|the|status|state))* ([\w -]+?)(?: state| status)?$/i,
    read: (m, view) => beginning(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:all |every |each |an? )?new ([\w ]+?) (?:is|are|have (?:the )?status|has (?:the )?status) ([\w -]+)$/i,
    read: (m, view) => beginning(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:the )?initial (?:status|state) (?:of (?:an? |the )?([\w ]+?) )?is ([\w -]+)$/i,
    read: (m, view) => beginning(m[1] ?? '', m[2]!, view),
  },
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

/** "New orders are pending", "posts start as drafts": the default says so already. */
function beginning(noun: string, state: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun.replace(/^new /i, ''), view)
  const found = entity === null ? null : (stateIn(state, entity) ?? stateIn(singular(state.toLowerCase()), entity))
  const field = entity?.fields.find((one) => one.name === found?.field)
  if (entity === null || found === null || field === undefined || found.values.length !== 1 || field.default !== found.values[0]) return null
  const isMade = view.world.endpointsOf(entity.name).some(({ operation, unsupported }) => operation.endsWith('create') && unsupported === null)
  return isMade ? [{ kind: 'field', entity: entity.name, field: field.name, check: 'default' }] : null
}

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
