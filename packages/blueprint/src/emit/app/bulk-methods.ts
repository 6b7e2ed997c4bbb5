import { attributeName } from '../names'
import { type AppFacts, modelName, type Route } from './app-facts'
import { docstring, group, lines, statement } from './python'
import { changeRecords, deletionRecords } from './rule-records'
import { givingBack, settleSteps, stateBefore } from './rule-reversals'
import { limitSteps } from './rule-limits'
import { fixedSteps, moveSteps } from './rule-moves'
import { checksReferences, deleteGuards, referencesNeedCaller, roleFieldGuardsOfChange, roleGuards, stateGuards } from './rules'
import { countName } from './schema-names'
import { inputFields } from './schemas'
import { hiddenSteps, ownerSteps, type Rows } from './service-rows'
import { cycleSteps } from './tree-methods'
import { constantSteps, settled } from './change-methods'
import { softDeleteSteps } from './write-methods'

/** One change of many rows in one transaction: the method, and what it does to each row where that is more than deleting it. */
export function bulkBody(facts: AppFacts, route: Route, rows: Rows): { body: string[]; helper?: string } {
  const { endpoint, entity } = route
  const { ids, effect } = endpoint.bulk!
  const fields = inputFields(route).map((field) => field.name)
  const each = effect === 'update' ? updateSteps(facts, route, rows, fields) : deletionSteps(facts, route, rows)
  const given = ['changes', 'caller'].filter((name) => new RegExp(`\\b${name}\\b`).test(each.join('\n')))
  const helper = each.length === 0 ? undefined : helperOf(route, rows, given, each)
  const found = rows.row === 'rows' ? 'found' : 'rows'
  const steps = [
    ...roleGuards(facts, entity.name, effect),
    `        ${found} = await find_all(self.session, ${modelName(entity)}, body.${attributeName({ name: ids })})`,
  ]
  if (fields.length > 0) {
    const left = fields.length === 1 ? '' : ', exclude_unset=True'
    steps.push(
      `        changes = body.model_dump(exclude={"${attributeName({ name: ids })}"}${left})`,
      ...roleFieldGuardsOfChange(facts, entity, fields),
    )
    if (checksReferences(facts, entity, fields))
      steps.push(`        await self._check_references(changes${referencesNeedCaller(facts, entity) ? ', caller' : ''})`)
  }
  if (helper !== undefined) {
    const awaited = helper.includes('async def') ? 'await ' : ''
    steps.push(`        for ${rows.row} in ${found}:`, `            ${awaited}self.${helperName(route)}(${[rows.row, ...given].join(', ')})`)
  }
  steps.push(effect === 'delete' && !entity.softDelete ? `        await delete_rows(self.session, ${found})` : '        await self.session.commit()')
  return { body: [...steps, ...answer(route, found)], ...(helper === undefined ? {} : { helper }) }
}

const helperName = ({ name }: Route): string => `_${name}_each`

function helperOf(route: Route, rows: Rows, given: string[], steps: string[]): string {
  const types: Record<string, string> = { changes: 'changes: dict[str, Any]', caller: 'caller: Caller' }
  const parameters = ['self', `${rows.row}: ${modelName(route.entity)}`, ...given.map((name) => types[name]!)]
  const keyword = steps.some((step) => /\bawait\b/.test(step)) ? 'async def' : 'def'
  return lines(
    statement(group(`${keyword} ${helperName(route)}(`, parameters, ') -> None:'), 4),
    docstring(route.endpoint.bulk!.effect === 'update' ? 'Change one of the rows.' : 'Prepare one of the rows to be deleted.', 8),
    ...steps,
  )
}

function updateSteps(facts: AppFacts, route: Route, rows: Rows, fields: string[]): string[] {
  const { entity, endpoint } = route
  const changing = { body: fields, sets: Object.keys(endpoint.sets ?? {}) }
  const written = [...changing.body, ...changing.sets]
  const limits = limitSteps(facts, entity, rows.row, changing)
  const refusing = [...fixedSteps(facts, entity, fields), ...moveSteps(facts, entity, rows.row, fields)]
  // What is as it was is no change.
  const checks =
    refusing.length === 0
      ? []
      : [`        changes = {name: value for name, value in changes.items() if getattr(${rows.row}, name) != value}`, ...refusing]
  return [
    ...hiddenSteps(facts, entity, rows.row),
    ...ownerSteps(facts, entity, 'update', rows.row),
    ...stateGuards(facts, entity, 'update', rows.row),
    ...stateBefore(facts, entity, rows.row, written),
    ...checks,
    ...cycleSteps(facts, entity, rows.row, fields),
    ...(fields.length > 0 ? [`        assign(${rows.row}, changes)`] : []),
    ...constantSteps(facts, route, rows),
    ...settled(facts, entity, rows.row),
    ...changeRecords(facts, entity, rows.row, written),
    ...limits,
    // The next row is looked at beside this one.
    ...(limits.length > 0 ? ['        await self.session.flush()'] : []),
    ...settleSteps(facts, entity, rows.row, written),
  ]
}

function deletionSteps(facts: AppFacts, { entity }: Route, rows: Rows): string[] {
  return [
    ...hiddenSteps(facts, entity, rows.row),
    ...ownerSteps(facts, entity, 'delete', rows.row),
    ...stateGuards(facts, entity, 'delete', rows.row),
    ...deleteGuards(facts, entity, rows.row),
    ...givingBack(facts, entity, rows.row),
    ...deletionRecords(facts, entity, rows.row),
    ...(entity.softDelete ? softDeleteSteps(facts, entity, rows) : []),
  ]
}

function answer(route: Route, found: string): string[] {
  const { answer: kind, count } = route.endpoint.bulk!
  if (kind === 'none') return []
  return [kind === 'rows' ? `        return ${found}` : `        return ${countName(route)}(${attributeName({ name: count! })}=len(${found}))`]
}
