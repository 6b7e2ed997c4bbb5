import { snake, words } from '../words'
import { rowSteps } from './bodies'
import { type CasePlan, literal, ref, type Step } from './case-plan'
import { plan } from './common'
import { type List, span } from './list-scene'
import { invalid } from './requests'
import { parentState } from './states'

/** Rows that something takes in the time that is asked for are left out. */
export function freeCases(list: List): CasePlan[] {
  const { free } = list.endpoint
  if (free === undefined) return []
  const { world, entity } = list
  const [from, to] = span(world.field(free.entity, free.start)!.type)
  const noun = words(world.entity(free.entity))
  const taken = (row: string, start: string, end: string, more: Record<string, string> = {}): Step[] => {
    const values = {
      [free.start]: literal(start),
      [free.end]: literal(end),
      ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, literal(value)])),
    }
    const as = `${snake(free.entity)}_of_${row}`
    return [...rowSteps(world, free.entity, as, { [free.field]: ref(row, list.key) }), { kind: 'store', entity: free.entity, row: as, values }]
  }
  const state = parentState(world, free.entity, free.field)
  const made = (row: string): Step[] => rowSteps(world, entity.name, row, state)
  const later = from.replace('-10', '-15')
  const beyond = to.replace('2090', '2091')
  const cases = [
    list.case(
      'leaves_out_taken',
      `Rows that a ${noun} takes in part of the time are left out.`,
      [...made('wanted'), ...made('other'), ...taken('other', later, beyond)],
      {},
      [list.rows(['wanted'], ['other'])],
    ),
    list.case(
      'shows_taken_later',
      `A ${noun} that begins at the end of the time takes nothing of it.`,
      [...made('wanted'), ...taken('wanted', to, beyond)],
      {},
      [list.rows(['wanted'])],
    ),
    list.refused(`${snake(free.to)}_before_${snake(free.from)}`, 'Refused: the end lies before the beginning.', {
      [free.from]: literal(to),
      [free.to]: literal(from),
    }),
    list.refused(`${snake(free.from)}_invalid`, `Refused: ${free.from} is no moment.`, { [free.from]: literal('nonsense') }),
    plan(
      `${list.name}_${snake(free.from)}_missing`,
      `Refused without ${free.from}.`,
      { ...list.request, query: { [free.to]: literal(to) } },
      invalid(world),
    ),
  ]
  if (free.except === undefined) return cases
  const { field, values } = free.except
  const arrange = [...made('wanted'), ...taken('wanted', later, beyond, { [field]: values[0]! })]
  return [...cases, list.case(`looks_at_${snake(field)}`, `A ${noun} that is ${values[0]} takes nothing.`, arrange, {}, [list.rows(['wanted'])])]
}
