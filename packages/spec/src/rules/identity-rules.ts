import type { RuleEffect } from '../api-spec'
import type { Pattern, RuleView } from './view'

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
    form: /^(?:if )?(?:a |the )?(?:missing|absent)(?: or invalid)? (?:api )?(?:key|header|token|identity|credentials|[\w-]+ header)[:,]? (?:results? in|returns?|answers?|→|->|=>|leads? to|gives?|is refused with|is answered with)\s*:?\s*(?:http )?[`"]?401\b.*$/i,
    read: (_, view) => refused(view),
  },
  {
    form: /^(?:if )?(?:the )?(?:header|key|token|[\w-]+ header) (?:is )?missing[:,]? (?:then )?(?:results? in|returns?|answers?|→|->|=>)\s*:?\s*(?:http )?[`"]?401\b.*$/i,
    read: (_, view) => refused(view),
  },
  {
    form: /^(?:requests )?without (?:an? |the )?(?:valid )?(?:api key|identity|header|token|[\w-]+ header)(?: are| is)? (?:refused|rejected|answered|return|get|receive)(?:s)?(?: with)? (?:http )?[`"]?401\b.*$/i,
    read: (_, view) => refused(view),
  },
]

/** The sentence demands an identity, whether or not it is demanded. */
export const speaksOfIdentity = (text: string): boolean => identityRules.some((pattern) => pattern.form.test(text.replace(/[.!]+$/, '')))

function refused(view: RuleView): RuleEffect[] | null {
  return view.world.auth.required ? [{ kind: 'authenticated', entity: null }] : null
}
