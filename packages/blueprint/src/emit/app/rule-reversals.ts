import type { Entity } from '@forge/spec'
import { snake } from '../../words'
import { attributeName } from '../names'
import { type AppFacts, attribute, modelName, variable } from './app-facts'
import { literalOf } from './models'
import { call, type Code, docstring, group, lines, statement, tuple } from './python'
import { bookCall, type Booking, bookingsOf, changeBy, pair, together, whenGiven } from './rule-balances'
import { watchedFields } from './rule-records'
import { isOneOf, whereOneOf } from './state-conditions'

/** Statements that give back what a row took, before it is deleted. */
export function givingBack(facts: AppFacts, entity: Entity, row: string): string[] {
  const effects = facts.effects('reversal', entity.name)
  if (!effects.some((effect) => effect.when === undefined)) return []
  const before = undone(facts, entity, row)
  return together(bookingsOf(facts, entity)).flatMap((bookings) => {
    const changes = group(
      '[',
      bookings.map((each) => pair(facts, each, row, '-')),
      ']',
    )
    const steps = whenGiven(facts, bookings[0]!, row, (indent) => statement(bookCall(facts, bookings[0]!, changes), indent, 'await '))
    return before === undefined ? steps : [lines(before, ...steps.map((step) => step.replace(/^/gm, '    ')))]
  })
}

/** What the state of the row above it has given back already is not given back again. */
function undone(facts: AppFacts, entity: Entity, row: string): string | undefined {
  for (const owner of facts.spec.entities) {
    for (const { of, through, field, values } of statefulOf(facts, owner)) {
      const state = facts.world.field(owner.name, field)
      if (of !== entity.name || state === undefined) continue
      if (through === undefined) return `        if ${isOneOf(facts, owner, state, row, values, true)}:`
      const key = `${modelName(owner)}.${attributeName(facts.world.keyField(owner.name))} == ${attribute(row, { name: through })}`
      const settled = call('not await any_row', 'self.session', key, whereOneOf(facts, owner, state, values))
      return statement(settled, 8, 'if ', ':')
    }
  }
  return undefined
}

/** What is given back while a row is in one of some states, whatever number of sentences say so. */
interface Stateful {
  of: string
  through?: string
  field: string
  values: string[]
}

const settleName = ({ of }: Stateful): string => `_settle_${snake(of)}_rows`

/** Reversals by a state that a change may bring about. */
function statefulOf(facts: AppFacts, entity: Entity, changing?: readonly string[]): Stateful[] {
  const found = new Map<string, Stateful>()
  for (const { of, through, when } of facts.effects('reversal', entity.name)) {
    if (when === undefined || changing?.includes(when.field) === false) continue
    const key = `${of} ${when.field}`
    const values = [...new Set([...(found.get(key)?.values ?? []), ...when.values])]
    found.set(key, { of, ...(through === undefined ? {} : { through }), field: when.field, values })
  }
  return [...found.values()]
}

/** The statements that keep what a change may change, for whatever follows from it. */
export function stateBefore(facts: AppFacts, entity: Entity, row: string, changing: readonly string[]): string[] {
  const fields = new Set([...statefulOf(facts, entity, changing).map(({ field }) => field), ...watchedFields(facts, entity, changing)])
  return [...fields].map((name) => `        ${snake(name)}_before = ${attribute(row, { name })}`)
}

/** Statements that give back, or take again, what belongs to a row whose state has changed. */
export function settleSteps(facts: AppFacts, entity: Entity, row: string, changing: readonly string[]): string[] {
  return statefulOf(facts, entity, changing).map((effect) => `        await self.${settleName(effect)}(${row}, ${snake(effect.field)}_before)`)
}

/** The methods behind `settleSteps`. */
export function settleMethods(facts: AppFacts, entity: Entity, text: string): string[] {
  return statefulOf(facts, entity).flatMap((effect) => (text.includes(`${settleName(effect)}(`) ? ['', settleMethod(facts, entity, effect)] : []))
}

function settleMethod(facts: AppFacts, entity: Entity, effect: Stateful): string {
  const row = variable(entity)
  const state = facts.world.field(entity.name, effect.field)!
  const literals = effect.values.map((value) => literalOf(facts, entity, state, value))
  const was = literals.length === 1 ? `earlier == ${literals[0]}` : `earlier in ${tuple(literals)}`
  const source = facts.world.entity(effect.of)
  const own = effect.through === undefined
  const each = own ? row : variable(source)
  const bookings = bookingsOf(facts, source)
  const head = group(
    `async def ${settleName(effect)}(`,
    ['self', `${row}: ${modelName(entity)}`, `earlier: ${facts.enumName(entity, state)}`],
    ') -> None:',
  )
  return lines(
    statement(head, 4),
    docstring(`Give back what was booked once ${state.name} is ${effect.values.join(' or ')}, and book it again once it is not.`, 8),
    `        undone = ${isOneOf(facts, entity, state, row, effect.values)}`,
    `        if undone == (${was}):`,
    '            return',
    ...(own ? [] : rowsBelow(source, effect.through!, `${attribute(row, facts.world.keyField(entity.name))}`)),
    '        sign = -1 if undone else 1',
    ...together(bookings).map((some) => {
      const changes = some.map((booking) => signed(facts, booking, each, own ? undefined : each))
      const all = own ? group('[', changes, ']') : changes.length === 1 ? bracketed(changes[0]!) : joined(changes)
      return statement(bookCall(facts, some[0]!, all), 8, 'await ')
    }),
  )
}

function signed(facts: AppFacts, booking: Booking, row: string, from: string | undefined): string {
  const one = `(${attribute(row, booking.reference)}, sign * ${changeBy(facts, booking, row)})`
  if (from === undefined) return one
  const known = facts.columnNullable(booking.entity, booking.reference) ? ` if ${attribute(row, booking.reference)} is not None` : ''
  return `${one} for ${from} in booked${known}`
}

const bracketed = (text: string): Code => group('[', [text], ']')
const joined = (parts: string[]): Code => ({
  head: '(',
  items: parts.map((part, index) => `${index > 0 ? '+ ' : ''}[${part}]`),
  tail: ')',
  whole: parts.map((part) => `[${part}]`).join(' + '),
})

function rowsBelow(source: Entity, through: string, key: string): string[] {
  const model = modelName(source)
  const live = source.softDelete
  const conditions = [
    `${model}.${attributeName({ name: through })} == ${key}`,
    ...(live ? [`${model}.${attributeName({ name: live.field })}.is_(${live.deletedValue ? 'False' : 'True'})`] : []),
  ]
  return [
    statement(call(`sa.select(${model}).where`, ...conditions), 8, 'statement = '),
    '        booked = (await self.session.scalars(statement)).all()',
  ]
}
