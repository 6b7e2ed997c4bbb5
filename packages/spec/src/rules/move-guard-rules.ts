import type { RuleEffect } from '../api-spec'
import { childrenIn } from './delete-rules'
import { carried, entityIn } from './phrases'
import { stateOfEvent } from './stamp-rules'
import { stateIn } from './states'
import type { Pattern, RuleView } from './view'

const NOT = "(?:cannot|can not|can't|must not|may not)"
const HAS = '(?:(?:it|they|he|she|there) )?(?:still |currently )?(?:has|have|contains?|is|are)'

/** What stands in the way of a state: "a project cannot be completed while it has open tasks". */
export const moveGuardRules: Pattern[] = [
  {
    form: new RegExp(
      `^(?:an? |the |any )?([\\w ]+?) ${NOT} be (\\w+) (?:if|while|when|as long as) ${HAS}(?: still| any| some)* ([\\w ]+?)(?: left| remaining)?$`,
      'i',
    ),
    read: (m, view) => guarded(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(`^(?:an? |the |any )?([\\w ]+?) (?:with|having|that (?:still )?ha(?:s|ve)) (?:any |some )?([\\w ]+?) ${NOT} be (\\w+)$`, 'i'),
    read: (m, view) => guarded(m[1]!, m[3]!, m[2]!, view),
  },
  {
    form: /^only ([\w ]+?) (?:without|with no|that have no) (?:any |more )*([\w ]+?) can be (\w+)$/i,
    read: (m, view) => guarded(m[1]!, m[3]!, m[2]!, view),
  },
  {
    form: /^(?:an? |the |any )?([\w ]+?) (?:can|may) (?:only )?be (\w+) (?:only )?(?:if|when|once|after) all (?:of )?(?:its |their |the )*([\w ]+?) (?:are|have been|is|were) ([\w ,]+)$/i,
    read: (m, view) => (/\bonly\b|\bonce\b/i.test(m[0]) ? guarded(m[1]!, m[2]!, m[3]!, view, m[4]!) : null),
  },
]

/** @param done the state that all children have to be in; by default the phrase says which of them stand in the way */
function guarded(noun: string, verb: string, children: string, view: RuleView, done?: string): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const state = entity === null || /^delet/i.test(verb) ? null : stateOfEvent(`${noun} is ${verb}`, entity)
  const found = entity === null ? null : childrenIn(children, entity, view)
  if (entity === null || state === null || found === null || found.entity === entity) return null
  const settled = done === undefined ? undefined : stateIn(done, found.entity)
  if (settled === null || (settled !== undefined && found.where !== undefined)) return null
  const where = settled === undefined ? found.where : { field: settled.field, notIn: settled.values.map(String) }
  const moves = view.world
    .endpointsOf(entity.name)
    .some(
      ({ operation, body, sets }) =>
        (['update', 'replace'].includes(operation) && body?.includes(state.field) === true) || state.values.includes(sets?.[state.field] as string),
    )
  const isEnum = state.values.every((value) => typeof value === 'string')
  if (!moves || !isEnum || carried(found.entity, ['create'], view.world).length === 0) return null
  return [
    {
      kind: 'move-guard',
      entity: entity.name,
      field: state.field,
      values: state.values.map(String),
      child: found.entity.name,
      childField: found.field.name,
      ...(where === undefined ? {} : { where }),
    },
  ]
}
