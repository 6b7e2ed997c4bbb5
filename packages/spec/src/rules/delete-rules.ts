import type { Entity, Field, RuleEffect } from '../api-spec'
import { isSoft } from '../soft-delete'
import { carried, entityIn, meaning, stateIn, underWay } from './phrases'
import type { Pattern, RuleView, RuleWorld } from './view'

const CANNOT = "(?:cannot|can not|can't|must not|may not|should not|do not|never)"
const HAVING =
  '(?:if|when|while|that|who|which|with|as long as)(?: (?:it|they|he|she|there))?(?: (?:still|already|currently))?(?: (?:has|have|is|are|contains?|having))?(?: any)?'

/** What stands in the way of deleting, and what deleting takes along. */
export const deleteRules: Pattern[] = [
  {
    form: new RegExp(
      `^(?:${CANNOT} delete|prevent (?:deletion of|deleting)|no deletion of|deleting is not allowed for) (?:an? |the |any )?(.+?) ${HAVING} (.+)$`,
      'i',
    ),
    read: (m, view) => guarded(m[1]!, m[2]!, view),
  },
  { form: new RegExp(`^(?:an? |the )?(.+?) ${CANNOT} be deleted ${HAVING} (.+)$`, 'i'), read: (m, view) => guarded(m[1]!, m[2]!, view) },
  {
    form: new RegExp(`^(?:an? |the )?(.+?) (?:with|having|that (?:has|have)|who (?:has|have)) (.+?) ${CANNOT} be deleted$`, 'i'),
    read: (m, view) => guarded(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:deleting|removing|deletion of) (?:an? |the )?(.+?) (?:also )?(?:removes?|deletes?) (?:it|them|the \w+) from (?:all |the |any |every )?(.+)$/i,
    read: (m, view) => unlinked(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:deleting|removing|deletion of) (?:an? |the )?(.+?) (?:also )?(?:removes?|deletes?|cascades? to|cascade[- ]deletes?) (?:all )?(?:of )?(?:its |their |the |associated |related )*(.+?)(?: too| as well)?$/i,
    read: (m, view) => cascading(m[1]!, m[2]!, view),
  },
  {
    form: /^when (?:an? |the )?(.+?) (?:is|are|gets?) (?:deleted|removed),? (?:all )?(?:of )?(?:its |their |the |associated |related )*(.+?) (?:are|is|get|must be|should be) (?:also )?(?:deleted|removed)(?: too| as well)?$/i,
    read: (m, view) => cascading(m[1]!, m[2]!, view),
  },
  {
    form: /^(.+?) (?:are|is|get) (?:also )?(?:deleted|removed) (?:when|with|if|once|together with) (?:their |its |the |an? )?(.+?)(?: (?:is|are) (?:deleted|removed))?$/i,
    read: (m, view) => cascading(m[2]!, m[1]!, view),
  },
  {
    form: /^(?:cascade|cascading) delet\w+ (?:of )?(.+?) (?:when|with|if) (?:an? |the |its |their )?(.+?)(?: (?:is|are) (?:deleted|removed))?$/i,
    read: (m, view) => cascading(m[2]!, m[1]!, view),
  },
  { form: /^.*$/, read: (m, view) => softly(m[0], view) },
]

/** Notes behind an endpoint: "Delete tag (removes from tasks)". */
export const deleteNotes: Pattern[] = [
  {
    form: /^delete (?:an? |the )?(.+?) \((?:also )?(?:removes?|deletes?) (?:it )?from (?:all )?(.+)\)$/i,
    read: (m, view) => unlinked(m[1]!, m[2]!, view),
  },
  {
    form: /^delete (?:an? |the )?(.+?) \((?:also )?(?:removes?|deletes?|cascades?(?: to)?) (?:all )?(?:its |the )?(.+)\)$/i,
    read: (m, view) => cascading(m[1]!, m[2]!, view),
  },
  { form: /^.*$/, read: (m, view) => softly(m[0], view) },
]

function deletable(phrase: string, view: RuleView): Entity | null {
  const entity = entityIn(phrase, view)
  return entity !== null && carried(entity, ['delete'], view.world).length > 0 ? entity : null
}

/** Children that stand in the way, whatever their state or in some states; else the row's own state. */
function guarded(noun: string, condition: string, view: RuleView): RuleEffect[] | null {
  const entity = deletable(noun, view)
  if (entity === null) return null
  const child = childrenIn(condition, entity, view)
  if (child !== null)
    return [
      {
        kind: 'delete-guard',
        entity: entity.name,
        child: child.entity.name,
        childField: child.field.name,
        ...(child.where === undefined ? {} : { where: child.where }),
      },
    ]
  const state = stateIn(condition, entity)
  return state === null ? null : [{ kind: 'state-guard', entity: entity.name, operations: ['delete'], field: state.field, values: state.values }]
}

interface Children {
  entity: Entity
  field: Field
  where?: Extract<RuleEffect, { kind: 'delete-guard' }>['where']
}

/** "active assigned tasks", "existing products", "open orders". */
function childrenIn(condition: string, parent: Entity, view: RuleView): Children | null {
  const text = condition
    .replace(
      /\b(?:associated|related|linked|existing|any|one or more|at least one|referenc(?:e|es|ing) it|(?:referenced|used) by|assigned to (?:it|them|him|her)|in it|under it|attached)\b/gi,
      ' ',
    )
    .replace(/\s+/g, ' ')
    .trim()
  const words = text.split(' ')
  for (let size = Math.min(3, words.length); size >= 1; size -= 1) {
    const entity = entityIn(words.slice(-size).join(' '), { ...view, entity: null })
    if (entity === null || entity.junction !== null || entity.name === parent.name) continue
    const adjectives = words.slice(0, -size).filter((word) => !/^(?:and|or|the|an?|still|currently)$/i.test(word))
    return qualified(adjectives, entity, parent)
  }
  return null
}

function qualified(adjectives: string[], entity: Entity, parent: Entity): Children | null {
  const references = entity.fields.filter((field) => field.reference?.entity === parent.name)
  const role = (field: Field) =>
    meaning(field.name)
      .filter((word) => word !== 'id')
      .join(' ')
  let field = references.length === 1 ? references[0] : undefined
  const states: string[] = []
  for (const word of adjectives) {
    const named = references.find((one) => role(one).replace(/ by$/, '').slice(0, 5) === word.toLowerCase().slice(0, 5))
    if (named !== undefined) field = named
    else states.push(word)
  }
  if (field === undefined) return null
  if (states.length === 0) return { entity, field }
  const state = stateIn(states.join(' '), entity)
  if (state !== null) return { entity, field, where: { field: state.field, in: state.values } }
  const open = /^(?:active|open|pending|ongoing|unfinished|incomplete|uncompleted|current|upcoming)$/i.test(states.join(' '))
    ? underWay(entity)
    : null
  return open === null ? null : { entity, field, where: { field: open.field, notIn: open.notIn } }
}

/** The links of a many-to-many relation go; the other side stays. */
function unlinked(noun: string, others: string, view: RuleView): RuleEffect[] | null {
  const entity = deletable(noun, view)
  const other = entityIn(others, { ...view, entity: null })
  if (entity === null || other === null) return null
  const junction = junctionOf(entity, other, view.world)
  return junction === undefined ? null : [{ kind: 'cascade', entity: entity.name, child: junction.name }]
}

function junctionOf(one: Entity, other: Entity, world: RuleWorld): Entity | undefined {
  return world.entities.find(
    (entity) => entity.junction !== null && [entity.junction.left, entity.junction.right].sort().join() === [one.name, other.name].sort().join(),
  )
}

function cascading(noun: string, children: string, view: RuleView): RuleEffect[] | null {
  const entity = deletable(noun, view)
  if (entity === null) return null
  const effects: RuleEffect[] = []
  for (const part of children.split(/\s*(?:,|\band\b|&)\s*/).filter((one) => one !== '')) {
    const child = entityIn(part.replace(/\b(?:all|its|their|associated|related)\b/gi, ''), { ...view, entity: null })
    const junction = child === null ? undefined : junctionOf(entity, child, view.world)
    const links = /\b(?:associations?|links?|relations?)\b/i.test(part)
    if (child === null || child === entity) return null
    if (child.fields.some((field) => field.reference?.entity === entity.name))
      effects.push({ kind: 'cascade', entity: entity.name, child: child.name })
    else if (junction !== undefined && links) effects.push({ kind: 'cascade', entity: entity.name, child: junction.name })
    else return null
  }
  return effects
}

const SOFT_FORMS = [
  /^(?:deleting|deletion of|removing) (?:an? |the )?.+? (?:is|are|should be|performs?|does|uses?) (?:an? )?soft[- ]delet\w*(?: \(.*\))?$/i,
  /^(?:use |perform |implement )?soft[- ]delet(?:e|es|ion|ing|ed)(?: (?:for |of )?(?:the |an? |all )?[\w ]+)?(?: \(.*\))?$/i,
  /^.+? (?:are|is|must be|should be|use|uses) soft[- ]delet\w*(?: \(.*\))?(?: by setting .*)?$/i,
  /^delet(?:e|ing) .+? (?:sets?|deactivates).*$/i,
]

function softly(text: string, view: RuleView): RuleEffect[] | null {
  if (!isSoft(text) || !SOFT_FORMS.some((form) => form.test(text))) return null
  const named = view.world.entities.find((entity) => meaning(text).includes(meaning(entity.name).join('')))
  const entity = view.world.entity(view.endpoint?.entity) ?? named ?? view.entity
  if (entity === undefined || entity === null || entity.softDelete === null || carried(entity, ['delete'], view.world).length === 0) return null
  return [{ kind: 'soft-delete', entity: entity.name }]
}
