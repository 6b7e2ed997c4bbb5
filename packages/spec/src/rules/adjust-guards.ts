import type { Endpoint, RuleEffect } from '../api-spec'
import { wordsOf } from '../words'
import { statefulEntity } from './states'
import type { Pattern, RuleView } from './view'

const NOT = "(?:cannot|can not|can't|must not|may not|should not)"
const WHAT =
  '((?:withdraw\\w*|deposit\\w*|transfer\\w*|debit\\w*|credit\\w*|restock\\w*|top[- ]?ups?)(?:(?:,| or| and|\\/) (?:withdraw\\w*|deposit\\w*|transfer\\w*|debit\\w*|credit\\w*))*)'

/** States in which a number of a row stays as it is: "cannot withdraw from a frozen account". */
export const adjustGuards: Pattern[] = [
  {
    form: new RegExp(`^(?:users? |customers? |one )?${NOT} ${WHAT}(?: (?:money|funds))? (?:from|to|into|on|in) (?:an? |the )?(.+)$`, 'i'),
    read: (m, view) => guarded(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:no )?${WHAT} (?:from|to|into|on|for) (?:an? |the )?(.+?)(?: (?:is|are) (?:not allowed|not possible|refused|rejected|forbidden))?$`,
      'i',
    ),
    read: (m, view) => (/^no |not allowed|not possible|refused|rejected|forbidden/i.test(m[0]) ? guarded(m[1]!, m[2]!, view) : null),
  },
  {
    form: new RegExp(`^(?:an? |the )?(.+?) ${NOT} (?:make|receive|accept|send|perform|do) (?:any )?${WHAT}$`, 'i'),
    read: (m, view) => guarded(m[2]!, m[1]!, view),
  },
]

function guarded(verbs: string, phrase: string, view: RuleView): RuleEffect[] | null {
  const found = statefulEntity(phrase, view)
  if (found === null) return null
  const { entity, state } = found
  const asked = view.world.endpointsOf(entity.name).filter((endpoint) => endpoint.adjust !== undefined)
  const effects = verbs.split(/\s*(?:,|\/|\bor\b|\band\b)\s*/i).map((verb) => {
    const [endpoint, ...more] = asked.filter((one) => same(one, verb))
    if (endpoint === undefined || more.length > 0) return null
    return { kind: 'adjust-guard' as const, entity: entity.name, path: endpoint.path, field: state.field, values: state.values }
  })
  return effects.every((effect) => effect !== null) ? effects : null
}

/** `/withdraw` for withdrawals. */
function same({ path }: Endpoint, verb: string): boolean {
  const [last] = wordsOf(path.split('/').at(-1)!)
  return wordsOf(verb)[0]!.slice(0, 6) === last!.slice(0, 6)
}
