import type { LinkFilter } from '@forge/spec'
import { snake, words } from '../words'
import { make, rowSteps } from './bodies'
import { type CasePlan, literal, ref, type Step, type Value } from './case-plan'
import { isOwned, type List } from './list-scene'
import { parentState } from './states'

/** Filters by the name of a joined row: what is joined to it stays, what is joined to another one goes. */
export function linkFilterCases(list: List): CasePlan[] {
  return (list.endpoint.linked ?? []).flatMap((filter) => {
    const steps = filter.through === undefined ? pointingSteps(list, filter) : joinedSteps(list, filter)
    const { name, target } = filter
    const unknown = list.case(
      `by_unknown_${snake(name)}`,
      `No row has a ${name} that nobody knows.`,
      list.row('other'),
      { [name]: literal('nobody-knows-this') },
      [list.rows([], ['other'])],
    )
    if (steps === undefined) return [unknown]
    const named: Value = ref(placeOf(filter, 'wanted'), filter.by)
    return [
      list.case(
        `by_${snake(name)}`,
        `${name} leaves only the rows of the ${words(list.world.entity(target))} that it names.`,
        steps,
        { [name]: named },
        [list.rows(['wanted'], ['other'])],
      ),
      unknown,
    ]
  })
}

const placeOf = ({ target }: LinkFilter, row: string): string => `${row}_${snake(target)}`

/** Two rows that point at a row each. */
function pointingSteps(list: List, filter: LinkFilter): Step[] | undefined {
  const { world, entity } = list
  const field = world.field(entity.name, filter.field!)!
  const key = world.keyField(filter.target).name
  if (isOwned(list) && world.ownerFields(entity.name).includes(field.name)) return undefined
  const state = parentState(world, entity.name, field.name)
  const both = ['wanted', 'other']
  const targets = both.flatMap((row) => rowSteps(world, filter.target, placeOf(filter, row), state))
  const rows = both.flatMap((row): Step[] => {
    const pointed = ref(placeOf(filter, row), key)
    if (!field.fromCaller) return list.row(row, { [field.name]: pointed })
    return [...list.row(row), { kind: 'store', entity: entity.name, row, values: { [field.name]: pointed } }]
  })
  return [...targets, ...rows]
}

/** Two rows that are joined to a row each. */
function joinedSteps(list: List, filter: LinkFilter): Step[] {
  const { world } = list
  const { entity, own, field } = filter.through!
  const key = world.keyField(filter.target).name
  return ['wanted', 'other'].flatMap((row) => [
    ...rowSteps(world, filter.target, placeOf(filter, row)),
    ...list.row(row),
    make(entity, '', { [own]: list.keyOf(row), [field]: ref(placeOf(filter, row), key) }),
  ])
}
