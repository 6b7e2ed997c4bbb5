import type { Entity, Field } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { snake, words } from '../../words'
import { attributeName } from '../names'
import { type AppFacts, attribute, type Effect, modelName, variable } from './app-facts'
import { pythonType } from './columns'
import { literalOf } from './models'
import { pythonModule } from './module'
import { call, type Code, docstring, group, lines, quoted, statement, tuple } from './python'
import { sentence } from './refusals'

type Balance = Effect<'balance'>

/** What the rows of an entity change of the row that one of their references names. */
export interface Booking {
  entity: Entity
  reference: Field
  target: Entity
  field: Field
  effects: Balance[]
}

/** One for each number that rows of the entity change. Sentences that say the same count once. */
export function bookingsOf(facts: AppFacts, entity: Entity): Booking[] {
  const bookings = new Map<string, Booking>()
  for (const effect of facts.effects('balance', entity.name)) {
    const key = `${effect.reference} ${effect.field}`
    const target = facts.world.entity(effect.target)
    const reference = facts.world.field(entity.name, effect.reference)!
    const booking = bookings.get(key) ?? { entity, reference, target, field: facts.world.field(target.name, effect.field)!, effects: [] }
    const same = (each: Balance) => each.direction === effect.direction && JSON.stringify(each.when) === JSON.stringify(effect.when)
    if (!booking.effects.some(same)) booking.effects.push(effect)
    bookings.set(key, booking)
  }
  return [...bookings.values()]
}

const changeName = ({ entity, reference, field, target }: Booking, several: boolean): string =>
  `${snake(entity.name)}_changes_${several ? `${snake(reference.name).replace(/_id$/, '')}_` : `${snake(target.name)}_`}${snake(field.name)}`

/** How much a row changes the number, as an expression; `sign` turns it round. */
export function changeBy(facts: AppFacts, booking: Booking, row: string, sign: '' | '-' = ''): string {
  const [only, ...more] = booking.effects
  if (more.length > 0 || only!.when !== undefined) return `${sign}${functionOf(facts, booking)}(${row})`
  const takes = (only!.direction === 'takes') !== (sign === '-')
  return `${takes ? '-' : ''}${attribute(row, { name: only!.amount })}`
}

const functionOf = (facts: AppFacts, booking: Booking): string => changeName(booking, bookingsOf(facts, booking.entity).length > 1)

/** Names that `app/services/balances.py` exports. */
export function balanceSymbols(facts: AppFacts): [string, string][] {
  const functions = facts.spec.entities.flatMap((entity) => bookingsOf(facts, entity).map((booking) => functionOf(facts, booking)))
  return ['book', 'lock_rows', ...functions].map((name) => [name, 'app.services.balances'])
}

const BOOK = `async def book(
    session: AsyncSession, model: type[Base], field: str, changes: Sequence[tuple[Any, Any]], refusal: str
) -> None:
    """Change a number of the rows with these keys, one request after the other; none is taken below zero."""
    mapper = sa.inspect(model)
    for row in await lock_rows(session, model, [key for key, _ in changes]):
        (own,) = mapper.primary_key_from_instance(row)
        change = sum(by for key, by in changes if key == own)
        booked = (getattr(row, field) or 0) + change
        if change < 0 and booked < 0:
            raise RuleViolationError(refusal)
        setattr(row, field, booked)`

const LOCK_ROWS = `async def lock_rows(session: AsyncSession, model: type[Base], keys: Sequence[Any]) -> Sequence[Base]:
    """Lock rows until the end of the transaction, in the order of their keys: nobody waits in a circle."""
    (key,) = sa.inspect(model).primary_key
    statement = sa.select(model).where(key.in_(keys)).order_by(key).with_for_update(key_share=True)
    return (await session.scalars(statement, execution_options={"populate_existing": True})).all()`

/** \`app/services/balances.py\`, with exactly what the services use; nothing where no number goes up and down. */
export function balancesFile(facts: AppFacts, used: (name: string) => boolean): ProjectFile[] {
  if (!used('book')) return []
  const functions = facts.spec.entities.flatMap((entity) =>
    bookingsOf(facts, entity)
      .filter((booking) => used(functionOf(facts, booking)))
      .map((booking) => changeFunction(facts, booking)),
  )
  return [
    {
      path: 'app/services/balances.py',
      content: pythonModule('Numbers that go up and down as rows are written.', [LOCK_ROWS, BOOK, ...functions], facts.symbols),
    },
  ]
}

function changeFunction(facts: AppFacts, booking: Booking): string {
  const { entity, field, target, effects } = booking
  const row = variable(entity)
  const type = pythonType(facts, target, field)
  const returning = (effect: Balance) => `return ${effect.direction === 'takes' ? '-' : ''}${attribute(row, { name: effect.amount })}`
  const kinds = effects.flatMap((effect) => (effect.when === undefined ? [] : [conditional(facts, entity, row, effect, returning(effect))]))
  const always = effects.find((effect) => effect.when === undefined)
  const zero = type === 'Decimal' ? 'Decimal(0)' : '0'
  return lines(
    statement(group(`def ${functionOf(facts, booking)}(`, [`${row}: ${modelName(entity)}`], `) -> ${type}:`)),
    docstring(`Tell by how much a row of ${entity.table} changes ${field.name} of its ${words(target)}.`, 4),
    ...kinds,
    `    ${always === undefined ? `return ${zero}` : returning(always)}`,
  )
}

function conditional(facts: AppFacts, entity: Entity, row: string, effect: Balance, returning: string): string {
  const field = facts.world.field(entity.name, effect.when!.field)!
  const values = effect.when!.values.map((value) => literalOf(facts, entity, field, value))
  const condition = values.length === 1 ? `${attribute(row, field)} == ${values[0]}` : `${attribute(row, field)} in ${tuple(values)}`
  return lines(`    if ${condition}:`, `        ${returning}`)
}

/** The words with which taking too much is refused: those of the sentence about it, where there is one. */
export function refusalOf(facts: AppFacts, target: Entity, field: Field): Code {
  const floor = facts.effects('floor', target.name).find((effect) => effect.field === field.name)
  return floor === undefined ? quoted(`${field.name} of the ${words(target)} is not enough`) : sentence(facts, floor)
}

/** Bookings of one number, which are made together: both sides of a transfer. */
export function together(bookings: Booking[]): Booking[][] {
  const groups = new Map<string, Booking[]>()
  for (const booking of bookings) {
    const key = `${booking.target.name} ${booking.field.name}`
    groups.set(key, [...(groups.get(key) ?? []), booking])
  }
  return [...groups.values()]
}

export function bookCall(facts: AppFacts, { target, field }: Booking, changes: Code): Code {
  return call('book', 'self.session', modelName(target), quoted(attributeName(field)), changes, refusalOf(facts, target, field))
}

/** Statements that book what a new row changes. */
export function bookSteps(facts: AppFacts, entity: Entity, row: string): string[] {
  return together(bookingsOf(facts, entity)).flatMap((bookings) => {
    const changes = group(
      '[',
      bookings.map((each) => pair(facts, each, row)),
      ']',
    )
    return whenGiven(facts, bookings[0]!, row, (indent) => statement(bookCall(facts, bookings[0]!, changes), indent, 'await '))
  })
}

export const pair = (facts: AppFacts, booking: Booking, row: string, sign: '' | '-' = ''): string =>
  `(${attribute(row, booking.reference)}, ${changeBy(facts, booking, row, sign)})`

export function whenGiven(facts: AppFacts, { entity, reference }: Booking, row: string, step: (indent: number) => string): string[] {
  if (!facts.columnNullable(entity, reference)) return [step(8)]
  return [lines(`        if ${attribute(row, reference)} is not None:`, step(12))]
}

/** Statements that lock both sides of a transfer in one order, before any of the checks locks one of them. */
export function lockSteps(facts: AppFacts, entity: Entity, sent: readonly string[]): string[] {
  return together(bookingsOf(facts, entity)).flatMap((bookings) => {
    const keys = bookings.filter(({ reference }) => sent.includes(reference.name)).map(({ reference }) => `values["${attributeName(reference)}"]`)
    if (keys.length < 2) return []
    return [statement(call('lock_rows', 'self.session', modelName(bookings[0]!.target), group('[', keys, ']')), 8, 'await ')]
  })
}
