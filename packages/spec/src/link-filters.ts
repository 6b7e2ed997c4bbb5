import type { Endpoint, Entity, Field, LinkFilter } from './api-spec'
import type { ParamFact } from './facts'
import { fieldNamed } from './lists'
import { nameKey, singular, wordsOf } from './words'

/**
 * A filter by the unique name of a row that is joined to those of the list: `tag` where articles have tags, `author` where people are found by
 * their username, `favorited` where people favorite articles. Null when the models leave it open which name is meant.
 */
export function linkFilterOf(param: ParamFact, entity: Entity, entities: readonly Entity[], all: readonly Endpoint[]): LinkFilter | null {
  const word = wordsOf(param.name).join('_')
  const entityNamed = (name: string) => entities.find((one) => one.name === name)!
  const own = fieldNamed(entity, word)
  if (own !== undefined) {
    // By its key, unless the text or a path says by which name.
    if (own.reference === undefined || own.list || own.name === word || own.reference.entity === entity.name) return null
    const target = entityNamed(own.reference.entity)
    const field = toldName(param, target, all)
    return field === undefined ? null : { name: param.name, field: own.name, target: target.name, by: field.name }
  }
  const joined = entity.relations.find(
    (one) =>
      one.kind === 'many-to-many' &&
      one.target !== entity.name &&
      [one.name, one.target].some((name) => nameKey(singular(name)) === nameKey(singular(word))),
  )
  if (joined?.through !== undefined) return throughOf(param, entity, entityNamed(joined.through), entityNamed(joined.target), all)
  const mark = all.find(
    ({ operation, path, entity: of }) => operation === 'mark' && of === entity.name && isDone(word, path.split('/').at(-1)!),
  )?.mark
  if (mark === undefined) return null
  const through = entityNamed(mark.through)
  const people = through.fields.find((field) => field.name === mark.caller)?.reference?.entity
  return people === undefined ? null : throughOf(param, entity, through, entityNamed(people), all)
}

/** `favorited`, `favorited_by` of `/favorite`; `liked` of `/like`. */
const isDone = (word: string, verb: string): boolean => [`${verb}ed`, `${verb}d`].includes(word.replace(/_by$/, ''))

function throughOf(param: ParamFact, entity: Entity, through: Entity, target: Entity, all: readonly Endpoint[]): LinkFilter | null {
  const pointing = (name: string) => through.fields.filter((field) => field.reference?.entity === name && !field.list)
  const [own, other] = [pointing(entity.name), pointing(target.name)]
  const names = namesOf(target).filter((each) => each.type !== 'email')
  const field = toldName(param, target, all) ?? (names.length === 1 ? names[0] : undefined)
  if (own.length !== 1 || other.length !== 1 || own[0] === other[0] || field === undefined) return null
  return { name: param.name, through: { entity: through.name, field: other[0]!.name, own: own[0]!.name }, target: target.name, by: field.name }
}

const namesOf = (entity: Entity): Field[] =>
  entity.fields.filter(
    (field) =>
      field.unique !== false &&
      ['string', 'text', 'email'].includes(field.type) &&
      !field.list &&
      !field.writeOnly &&
      !entity.key.includes(field.name),
  )

/** The unique name that the text of the parameter speaks of, or by which a path finds such rows. */
function toldName(param: ParamFact, target: Entity, all: readonly Endpoint[]): Field | undefined {
  const names = namesOf(target)
  const told = names.filter((field) => new RegExp(`\\b${field.name}\\b`, 'i').test(param.text))
  const found = told.length > 0 ? told : names.filter((field) => all.some((one) => looksUp(one, target, field)))
  return found.length === 1 ? found[0] : undefined
}

const looksUp = ({ entity, lookup, parent }: Endpoint, target: Entity, field: Field): boolean =>
  (entity === target.name && lookup === field.name) || (parent?.entity === target.name && parent.lookup === field.name)
