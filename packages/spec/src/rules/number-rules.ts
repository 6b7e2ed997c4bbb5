import type { Entity, Field, RuleEffect } from '../api-spec'
import { endpointOf, fieldIn, meaning, targetIn } from './phrases'
import type { Pattern, RuleView } from './view'

const MADE =
  '(?:is|are|gets?|must be|should be|will be) (?:always )?(?:automatically |auto-?)?(?:generated|assigned|created|numbered|given|set)(?: automatically| by the (?:server|system|api|backend))?'
const LIKE = '(?:as|in the (?:format|form|pattern)(?: of)?|with (?:the )?(?:format|pattern)|like|following|e\\.g\\.|for example|format|using)'
const FORM = '["\'`(]*((?:[A-Z]{1,8}[-_/]?)?(?:(?:YYYY|\\{?year\\}?|20\\d\\d)[-_/]?)?(?:\\d{2,9}|N{2,9}|X{2,9}|#{2,9}))["\'`)]*'

/** Numbers that the server gives to new rows, one after the other: `ORD-000001`. */
export const numberRules: Pattern[] = [
  {
    form: new RegExp(`^(?:the |an? |each )?(.+?) ${MADE}[:,]?(?: (?:sequentially|in sequence))?[\\s,:(]*(?:${LIKE}[:\\s]*)?${FORM}(?: .*)?$`),
    read: (m, view) => (MORE.test(m[0]) ? null : numbered(m[1]!, m[2]!, view)),
  },
  {
    form: new RegExp(
      `^(?:auto-?)?[Gg]enerate (?:an? |the )?(?:unique )?(.+?) (?:automatically )?[\\s,:(]*(?:${LIKE}[:\\s]*)?${FORM}(?: (?:on|when|for|upon) .*)?$`,
    ),
    read: (m, view) => numbered(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:the |each )?(.+?) (?:has|have|uses?|follows?|must follow|must match|is in|are in)? ?(?:the )?(?:format|pattern|form)(?: is)?[:\\s]*${FORM},? ?(?:and (?:is|are) |\\()?(?:auto-?generated|generated|sequential|assigned by the server|generated (?:automatically|by the server))\\)?$`,
    ),
    read: (m, view) => numbered(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:the |each )?(.+?) (?:is|are|must be) (?:unique and )?(?:sequential|consecutive|sequentially numbered)(?: (?:per|within (?:a|each)|by) year)?[\\s,:(]*(?:${LIKE}[:\\s]*)?${FORM}$`,
    ),
    read: (m, view) => numbered(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:[Ee]very|[Ee]ach) (?:new )?(.+?) (?:gets?|has|is (?:assigned|given)|receives) (?:an? )?(?:unique |sequential |auto-?generated |generated )*(.+?)[\\s,:(]*(?:${LIKE}[:\\s]*)${FORM}$`,
      '',
    ),
    read: (m, view) => numbered(`${m[1]} ${m[2]}`, m[3]!, view) ?? numbered(m[2]!, m[3]!, view),
  },
  {
    form: /^(?:the |each )?(.+?) (?:is|are) (?:automatically )?(?:assigned |generated |numbered )?(?:sequential(?:ly)?|consecutive(?:ly)?|auto-?increment(?:ed|ing)?)(?: (?:starting|beginning) (?:at|from|with) 1)?$/i,
    read: (m, view) => counted(m[1]!, view),
  },
]

/** Words that ask for more than a running number. */
const MORE = /\b(?:random|checksum|check digit|unguessable|hash|per (?:customer|user|account|month|day))\b/i

function subject(phrase: string, view: RuleView): { entity: Entity; field: Field } | null {
  const found = targetIn(phrase, view)
  if (found !== null) return found
  const last = meaning(phrase).at(-1) ?? ''
  const holders = /^(?:number|code|reference|no)$/.test(last)
    ? view.world.entities.flatMap((entity) => {
        const field = fieldIn(phrase, entity) ?? (phrase.toLowerCase().startsWith(entity.name.toLowerCase()) ? fieldIn(last, entity) : null)
        return field === null ? [] : [{ entity, field }]
      })
    : []
  return holders.length === 1 ? holders[0]! : null
}

function numbered(phrase: string, form: string, view: RuleView): RuleEffect[] | null {
  const own = subject(phrase, view)
  const parts = form.match(/^([A-Z]{1,8}?[-_/]?)?(?:(YYYY|\{?year\}?|20\d\d)([-_/]?))?(\d+|N+|X+|#+)$/)
  if (own === null || parts === null || !makeable(own, view)) return null
  const { entity, field } = own
  const [, prefix = '', year, separator = '', number] = parts
  const length = prefix.length + (year === undefined ? 0 : 4 + separator.length) + number!.length
  if (field.type !== 'string' || (field.maxLength ?? 255) < length || field.pattern !== undefined || (prefix === '' && year === undefined))
    return null
  return [
    {
      kind: 'number',
      entity: entity.name,
      field: field.name,
      prefix,
      digits: number!.length,
      ...(year === undefined ? {} : { year: separator }),
    },
  ]
}

/** "Ticket numbers are sequential": 1, 2, 3. */
function counted(phrase: string, view: RuleView): RuleEffect[] | null {
  const own = subject(phrase, view)
  if (own === null || !makeable(own, view) || own.field.type !== 'integer') return null
  return [{ kind: 'number', entity: own.entity.name, field: own.field.name, prefix: '', digits: 0 }]
}

const makeable = ({ entity, field }: { entity: Entity; field: Field }, view: RuleView): boolean =>
  !field.list &&
  field.reference === undefined &&
  !entity.key.includes(field.name) &&
  endpointOf(entity, ['create', 'nested-create'], view.world) !== undefined
