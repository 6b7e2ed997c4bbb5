import { isCreated } from '../../plan/single-cases'
import { callerId } from './access'
import { type AppFacts, modelName, type Route } from './app-facts'
import { call, statement } from './python'
import { column, findRow, type Rows } from './service-rows'

/** Finds the one row of the caller: as it was created, else made the first time that it is asked for. */
export function singleRow(facts: AppFacts, { endpoint, entity }: Route, rows: Rows, lock?: 'update'): string[] {
  const owner = facts.world.field(entity.name, endpoint.own!)!
  if (isCreated(facts.world, entity.name)) return findRow(facts, entity, rows.row, callerId(facts, owner), lock, owner.name)
  return [statement(call('own_row', 'self.session', modelName(entity), column(entity, owner), callerId(facts, owner)), 8, `${rows.row} = await `)]
}

export function singleGetBody(facts: AppFacts, route: Route, rows: Rows): string[] {
  const made = isCreated(facts.world, route.entity.name) ? [] : ['        await self.session.commit()']
  return [...singleRow(facts, route, rows), ...made, `        return ${rows.row}`]
}
