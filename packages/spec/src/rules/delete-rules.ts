import type { Entity, Field, RuleEffect } from '../api-spec'
import { isSoft } from '../soft-delete'
import { carried, entityIn, fieldIn, meaning, partsOf } from './phrases'
import { stateIn, underWay } from './states'
import { named, onlyReference } from './unique-rules'
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
    form: new RegExp(
      `^(?:an? |the |any )?(.+?) ((?:that|who|which|whose|in use|in which|used|referenced|linked|assigned|owning|containing|still|as long|while|having|with) .+?) ${CANNOT} be deleted$`,
      'i',
    ),
    read: (m, view) => guarded(m[1]!, used(m[2]!), view) ?? done(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the |any )?(.+?) ${CANNOT} be deleted,? (?:if|when|while|as long as|once|after|until|unless)(?: there (?:is|are))? (.+)$`,
      'i',
    ),
    read: (m, view) => (/\b(?:unless|until)\b/i.test(m[0]) ? null : (guarded(m[1]!, used(m[2]!), view) ?? done(m[1]!, m[2]!, view))),
  },
  {
    form: /^only (.+?) (?:without|with no|that have no|that (?:do not|don't) have|having no) (?:any )?(.+?) can be deleted$/i,
    read: (m, view) => guarded(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:an? |the )?(.+?) can only be deleted (?:if|when|while|once|as long as) (?:it|they|he|she|there)? ?(?:has|have|is|are|contains?)? ?(?:no|without|not any) (?:more )?(.+?)(?: left| anymore| any more)?$/i,
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
    form: /^when (?:an? |the )?(.+?) (?:is|are|gets?) (?:deleted|removed),? (?:all )?(?:of )?(?:its |their |the |associated |related )*(.+?) (?:vanish|disappear|go|goes)(?: (?:with|together with|along with) (?:it|them)| too| away)?$/i,
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
  {
    form: /^(?:when|if|once) (?:an? |the )?([\w ]+?) (?:is|are|gets?) (?:deleted|removed),? (?:all )?(?:of )?(?:its |their |the )*([\w ]+?) (?:(?:stay|remain|are kept|survive)s?(?:,? (?:and|but|with))?(?: (?:their|its|the))?|(?:lose|have|get)s? (?:their|its|the)) ["'`]?([\w ]+?)["'`]?(?: (?:is|are|become|becomes|gets?|being|set to|set|to|cleared|emptied|removed|unset|nulled|null|empty))*$/i,
    read: (m, view) => cleared(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: /^(?:deleting|removing|deletion of) (?:an? |the )?([\w ]+?) (?:sets|clears|empties|nulls|unsets) (?:the )?["'`]?([\w ]+?)["'`]? (?:of|in|on) (?:all )?(?:its |their |the )*([\w ]+?)(?: (?:to|as) (?:null|none|empty))?$/i,
    read: (m, view) => cleared(m[1]!, m[3]!, m[2]!, view),
  },
  {
    form: /^(?:deleting|removing|deletion of) (?:an? |the )?([\w ]+?) (?:keeps|leaves|does not delete|doesn't delete) (?:its |their |the )*([\w ]+?)(?:,? (?:and|but|with) (?:clears|empties|sets) (?:their |its |the )*["'`]?([\w ]+?)["'`]?(?: to (?:null|none))?| (?:without (?:an? )?|unassigned|in place)([\w ]*))?$/i,
    read: (m, view) => cleared(m[1]!, m[2]!, m[3] ?? '', view),
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
  const whole = childrenIn(condition, entity, view)
  const parts = partsOf(condition)
  const children = parts.length < 2 ? [whole] : parts.map((part) => childrenIn(part, entity, view))
  const found = children.every((child) => child !== null) ? children : whole === null ? [] : [whole]
  if (found.length > 0)
    return found.map((child) => ({
      kind: 'delete-guard',
      entity: entity.name,
      child: child!.entity.name,
      childField: child!.field.name,
      ...(child!.where === undefined ? {} : { where: child!.where }),
    }))
  const state = stateIn(condition, entity)
  return state === null ? null : [{ kind: 'state-guard', entity: entity.name, operations: ['delete'], field: state.field, values: state.values }]
}

const LEAD =
  /\b(?:that|who|which|whose|still|already|currently|has|have|had|is|are|was|were|been|being|contains?|containing|owns?|owning|holds?|uses?|used|using|written|created|made|posted|placed|referenced|referred|linked|attached|assigned|depends?|on|by|to|in|it|them|its|their|there|they|any|some|other|at least|one|as long|as|use|having|with|of)\b/gi

/** "that still contain products", "in use by posts": what of the phrase may name rows. */
const used = (phrase: string): string => phrase.replace(LEAD, ' ').replace(/\s+/g, ' ').trim()

/** "A product that has been ordered": the rows that the deed makes. */
function done(noun: string, condition: string, view: RuleView): RuleEffect[] | null {
  const entity = deletable(noun, view)
  const verb = condition.match(
    /^(?:that|who|which)?(?: (?:it|they))? ?(?:has|have|had|was|were|is|are)(?: already| ever)? been (?:already )?(\w+)(?: (?:at least once|before|already|once))?$/i,
  )?.[1]
  if (entity === null || verb === undefined) return null
  const found = view.world.entities.filter(
    (child) => child !== entity && child.junction === null && named(verb, child) && onlyReference(child, entity) !== undefined,
  )
  return found.length === 1
    ? [{ kind: 'delete-guard', entity: entity.name, child: found[0]!.name, childField: onlyReference(found[0]!, entity)!.name }]
    : null
}

interface Children {
  entity: Entity
  field: Field
  where?: Extract<RuleEffect, { kind: 'delete-guard' }>['where']
}

/** "active assigned tasks", "existing products", "open orders". */
export function childrenIn(condition: string, parent: Entity, view: RuleView): Children | null {
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
    const named = references.find((one) => word.length >= 4 && word.toLowerCase().slice(0, 5).startsWith(role(one).replace(/ by$/, '').slice(0, 5)))
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

/** "Its posts stay and their series_id is cleared": one reference, that may be empty. */
function cleared(noun: string, children: string, phrase: string, view: RuleView): RuleEffect[] | null {
  const entity = deletable(noun, view)
  const child = entityIn(children, { ...view, entity: null })
  const field = entity === null || child === null ? undefined : onlyReference(child, entity)
  const named = phrase === '' || child === null || field === undefined || fieldIn(phrase, child) === field || entityIn(phrase, view) === entity
  if (entity === null || child === null || field === undefined || !named) return null
  const shown = carried(child, ['read'], view.world).length > 0
  return !shown || !field.nullable || field.fromCaller === true || entity.softDelete !== null || child.softDelete !== null
    ? null
    : [{ kind: 'cleared', entity: entity.name, child: child.name, field: field.name }]
}

const SOFT_FORMS = [
  /^(?:deleting|deletion of|removing) (?:an? |the )?.+? (?:is|are|should be|performs?|does|uses?) (?:an? )?soft[- ]delet\w*(?: \(.*\))?$/i,
  /^(?:deleting|removing) (?:an? |the )?[\w ]+? (?:only )?soft[- ]deletes?(?: (?:it|them|the \w+|him or her))?(?: \(.*\))?$/i,
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
