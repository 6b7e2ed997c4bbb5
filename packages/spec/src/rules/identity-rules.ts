import type { RuleEffect } from '../api-spec'
import type { Pattern, RuleView } from './view'

const KEY = '(?:(?:api )?(?:key|header|token|identity|credentials)|[\\w-]+ header|X-[\\w-]+)'
const ANSWERS_401 =
  '(?:[:,]? (?:then )?(?:results? in|returns?|answers?|leads? to|gives?|is (?:refused|rejected|answered) with)| ?(?:→|->|=>|:|=))\\s*:?\\s*(?:an? )?(?:http )?(?:status )?[`"]?401\\b.*'
const EXCEPT_HEALTH = '(?:,? ?(?:\\(?except|but|other than|apart from|excluding) (?:for )?(?:the )?[`"/\\w -]*health[`"\\w -]*\\)?)?'

/** Nobody without an identity gets in. */
export const identityRules: Pattern[] = [
  {
    form: new RegExp(
      `^(?:all|every) (?:other )?(?:endpoints?|routes?|requests?)${EXCEPT_HEALTH} (?:requires?|needs?|must (?:have|carry|include)|must be) (?:an? |the )?(?:valid )?(?:authenticat\\w+|[\\w-]+ header|identity|api key|bearer token|token)${EXCEPT_HEALTH}$`,
      'i',
    ),
    read: (_, view) => refused(view),
  },
  {
    form: /^(?:authentication|an? (?:api key|identity)|the [\w-]+ header) (?:is|are) required (?:for|on|by) (?:all|every) (?:endpoints?|requests?|routes?)(?:,? (?:except|but) .*health.*)?$/i,
    read: (_, view) => refused(view),
  },
  {
    form: new RegExp(`^(?:if |when )?(?:an? |the )?(?:missing|absent|no)(?: or invalid)? ${KEY}(?: header)?${ANSWERS_401}$`, 'i'),
    read: (_, view) => refused(view),
  },
  {
    form: new RegExp(
      `^(?:if |when )?(?:the )?${KEY}(?: header)? (?:is )?(?:missing|absent|not (?:sent|given|present))(?: or invalid)?${ANSWERS_401}$`,
      'i',
    ),
    read: (_, view) => refused(view),
  },
  {
    form: /^(?:requests )?without (?:an? |the )?(?:valid )?(?:api key|identity|header|token|[\w-]+ header|X-[\w-]+)(?: header)?(?:,? (?:all )?(?:requests|calls))?(?: are| is)? (?:refused|rejected|answered|return|get|receive)(?:s)?(?: with)? (?:http )?[`"]?401\b.*$/i,
    read: (_, view) => refused(view),
  },
]

/** The sentence demands an identity, whether or not it is demanded. */
export const speaksOfIdentity = (text: string): boolean => identityRules.some((pattern) => pattern.form.test(text.replace(/[.!]+$/, '')))

/** The sentence rules authentication out, for the whole service. */
export const rulesOutIdentity = (text: string): boolean =>
  /^(?:(?:there is|this (?:api|service) (?:has|needs|uses)) )?no (?:authentication|auth)(?: or authori[sz]ation)?(?:(?: is)? (?:needed|required|necessary)| for now| in this version)?$|^(?:authentication|auth) (?:is )?(?:not (?:needed|required|necessary)|none)$|^(?:the |this )?(?:api|service) is (?:fully )?public$/i.test(
    text.replace(/[.!]+$/, '').trim(),
  )

function refused(view: RuleView): RuleEffect[] | null {
  return view.world.auth.required ? [{ kind: 'authenticated', entity: null }] : null
}
