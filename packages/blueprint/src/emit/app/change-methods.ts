import type { Entity, Field } from '@forge/spec'
import { type AppFacts, attribute, modelName, type Route } from './app-facts'
import { literalOf } from './models'
import { docstring, group, lines, statement } from './python'
import { workingOut } from './rule-derived'
import { limitSteps } from './rule-limits'
import { constantMove, fixedSteps, moveSteps } from './rule-moves'
import { changeRecords, revisionSteps } from './rule-records'
import { settleSteps, stateBefore } from './rule-reversals'
import { checksReferences, consistencyCheck, referencesNeedCaller, roleFieldGuardsOfChange, stamping, stateGuards } from './rules'
import { inputFields } from './schemas'
import { ownerSteps, type Rows, rowsOf } from './service-rows'
import { cycleSteps } from './tree-methods'

export const isOfCaller = ({ endpoint }: Route): boolean => endpoint.own !== undefined && endpoint.param === undefined

/** What becomes of a row that was found: here, or in the method that several changes share. */
export function changing(facts: AppFacts, route: Route, rows: Rows): string[] {
  const steps = changeSteps(facts, route, rows)
  const shared = sharedChange(facts, route.entity)
  if (shared?.text === steps.join('\n')) return [`        ${shared.calls('body')}`]
  return inputFields(route).length > 0 ? [`        changes = changed(${rows.row}, body)`, ...steps] : steps
}

/** How a row changes: `changes` are those of the body. */
function changeSteps(facts: AppFacts, route: Route, rows: Rows): string[] {
  const { endpoint, entity } = route
  const names = inputFields(route).map((field) => field.name)
  const steps = [...(isOfCaller(route) ? [] : ownerSteps(facts, entity, 'update', rows.row)), ...stateGuards(facts, entity, 'update', rows.row)]
  const changed = { body: names, sets: Object.keys(endpoint.sets ?? {}) }
  const written = [...changed.body, ...changed.sets]
  steps.push(...stateBefore(facts, entity, rows.row, written))
  if (names.length > 0) {
    steps.push(...roleFieldGuardsOfChange(facts, entity, names))
    if (siblings(facts, route).some((each) => checksReferences(facts, entity, inputNames(each))))
      steps.push(`        await self._check_references(changes${referencesNeedCaller(facts, entity) ? ', caller' : ''})`)
    steps.push(
      ...fixedSteps(facts, entity, names),
      ...moveSteps(facts, entity, rows.row, names),
      ...cycleSteps(facts, entity, rows.row, names),
      ...revisionSteps(facts, entity, rows.row, names),
      `        assign(${rows.row}, changes)`,
    )
  }
  steps.push(...constantSteps(facts, route, rows), ...settled(facts, entity, rows.row))
  steps.push(...changeRecords(facts, entity, rows.row, written), ...limitSteps(facts, entity, rows.row, changed))
  return [...steps, ...settleSteps(facts, entity, rows.row, written)]
}

const inputNames = (route: Route): string[] => inputFields(route).map((field) => field.name)

/** The routes that change a row of the entity by a body and nothing else, this one among them. */
function siblings(facts: AppFacts, route: Route): Route[] {
  const all = bodyChanges(facts, route.entity)
  return all.includes(route) ? all : [route]
}

function bodyChanges(facts: AppFacts, entity: Entity): Route[] {
  return facts.routesOf(entity).filter((route) => {
    const { operation, sets, toggles, stamps } = route.endpoint
    const plain = sets === undefined && toggles === undefined && stamps === undefined && !isOfCaller(route)
    return plain && ['update', 'replace', 'action'].includes(operation) && inputFields(route).length > 0
  })
}

interface SharedChange {
  /** Its statements. */
  text: string
  rows: Rows
  calls(body: string): string
  /** The method of the service. */
  method: string
}

/** The steps that two or more changes of an entity have in common, as a method; undefined where there are none, or where they fit on a line or two. */
function sharedChange(facts: AppFacts, entity: Entity): SharedChange | undefined {
  const routes = bodyChanges(facts, entity)
  const bodies = routes.map((route) => ({ rows: rowsOf(facts, route), steps: changeSteps(facts, route, rowsOf(facts, route)) }))
  const texts = bodies.map(({ steps }) => steps.join('\n'))
  const at = texts.findIndex((text, index) => texts.indexOf(text) !== index)
  if (at === -1 || bodies[at]!.steps.length < 3 || /\bbody\b/.test(texts[at]!)) return undefined
  const { rows, steps } = bodies[at]!
  const text = texts[at]!
  const [awaited, needsCaller] = [/\bawait\b/.test(text), /\bcaller\b/.test(text)]
  const parameters = ['self', `${rows.row}: ${modelName(entity)}`, 'changes: dict[str, Any]', ...(needsCaller ? ['caller: Caller'] : [])]
  return {
    text,
    rows,
    calls: (body) => `${awaited ? 'await ' : ''}self._change(${rows.row}, changed(${rows.row}, ${body})${needsCaller ? ', caller' : ''})`,
    method: lines(
      statement(group(`${awaited ? 'async ' : ''}def _change(`, parameters, ') -> None:'), 4),
      docstring('Change a row as far as the rules allow.', 8),
      ...steps,
    ),
  }
}

/** A method of the service with the shared one behind it, where it calls that. */
export function withShared(facts: AppFacts, entity: Entity, body: readonly string[]): string {
  const text = body.join('\n')
  return text.includes('self._change(') ? `${text}\n${sharedChange(facts, entity)?.text ?? ''}` : text
}

/** The method that several changes of an entity share. */
export const changeMethod = (facts: AppFacts, entity: Entity): string[] => {
  const shared = sharedChange(facts, entity)
  return shared === undefined ? [] : ['', shared.method]
}

/** What follows from the values of a row, and what they may not be. */
export function settled(facts: AppFacts, entity: Entity, row: string): string[] {
  return [
    ...(stamping(facts, entity) ? [`        stamp(${row})`] : []),
    ...(workingOut(facts, entity) ? [`        work_out(${row})`] : []),
    ...(consistencyCheck(facts, entity) ? [`        check(${row})`] : []),
  ]
}

/** Fields that an action sets to constants. */
export function constantSteps(facts: AppFacts, { endpoint, entity }: Route, rows: Rows): string[] {
  if (endpoint.toggles !== undefined) {
    const flag = attribute(rows.row, { name: endpoint.toggles })
    return [`        ${flag} = not ${flag}`]
  }
  const ruled = facts
    .effects('stamp', entity.name)
    .some((effect) => effect.target === endpoint.stamps && endpoint.sets?.[effect.field] === effect.value)
  const stamped = ruled ? undefined : entity.fields.find((each) => each.name === endpoint.stamps)
  const sets = Object.entries(endpoint.sets ?? {}).flatMap(([name, value]) => {
    const field = entity.fields.find((each) => each.name === name)
    if (!field) return []
    const literal = value === null ? 'None' : literalOf(facts, entity, field, value)
    return [...constantMove(facts, entity, field, rows.row, value), `        ${attribute(rows.row, field)} = ${literal}`]
  })
  return stamped === undefined ? sets : [...sets, ...momentSteps(stamped, rows.row)]
}

/** A moment is written down once. */
function momentSteps(field: Field, row: string): string[] {
  const moment = attribute(row, field)
  const now = `dt.datetime.now(dt.UTC)${field.type === 'date' ? '.date()' : ''}`
  return [`        if ${moment} is None:`, `            ${moment} = ${now}`]
}
