import type { Endpoint } from '@forge/spec'
import { snake, words } from '../words'
import { bodyFields, echoChecks, rowSteps, safeValue } from './bodies'
import { foreignCases, malformedIdCases } from './caller-cases'
import { type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { identityCases, plan, sentence } from './common'
import { danglingCases, invalidCases, missingCase } from './field-cases'
import { movesOf } from './moves-of'
import { notFound, reading, type Scene, sceneFor, unknownRequest } from './requests'
import { restoreCases } from './restore-cases'
import { otherValue, parentState } from './states'
import { belowItselfCases } from './tree-cases'
import type { World } from './world'

/** An action made ready to be asked. */
interface Action {
  world: World
  endpoint: Endpoint
  name: string
  scene: Scene
  arrange: Step[]
  /** What is sent; empty for actions that take nothing. */
  body: Record<string, Value>
  request(body: Record<string, Value>): Request
  /** What the row shows afterwards. */
  settled: Check[]
}

/** What an action does to a row, and what it refuses. */
export function actionCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const action = actionOf(world, endpoint, name)
  const { arrange, body, scene } = action
  const elsewhere = arrange.filter((step) => step.kind === 'make' && step.as !== scene.row)
  const cases = [
    ...restoreCases(world, endpoint, name, scene),
    successCase(action),
    plan(`${name}_not_found`, 'An unknown id is not found.', withBody(unknownRequest(world, endpoint), body), notFound(world), {
      arrange: elsewhere,
    }),
    ...(endpoint.toggles === undefined ? [] : toggleCases(world, endpoint, name, scene)),
    ...bodyCases(action),
    ...againCases(action),
    ...placeCases(action),
    ...belowItselfCases(world, endpoint, name),
    ...foreignCases(world, endpoint, name, 'update', Object.keys(body).length === 0 ? undefined : body, elsewhere),
    ...identityCases(world, endpoint, name),
    ...malformedIdCases(world, endpoint, name),
  ]
  return endpoint.aliases === undefined ? cases : cases.map((each) => renamed(each, endpoint.aliases!))
}

const withBody = (request: Request, body: Record<string, Value>): Request => (Object.keys(body).length === 0 ? request : { ...request, body })

function actionOf(world: World, endpoint: Endpoint, name: string): Action {
  const entity = endpoint.entity!
  const assigned = joinedRows(world, endpoint)
  const scene = sceneFor(world, endpoint, { values: { ...startValues(world, endpoint), ...assigned.values } })
  const arrange = [...assigned.arrange, ...scene.arrange]
  const body: Record<string, Value> = {}
  for (const field of bodyFields(world, endpoint)) {
    if (!field.reference) {
      body[field.name] = literal(safeValue(world, entity, field, 1))
      continue
    }
    const target = snake(field.reference.entity) === scene.row ? `other_${scene.row}` : snake(field.reference.entity)
    arrange.push(...rowSteps(world, field.reference.entity, target, parentState(world, entity, field.name)))
    body[field.name] = ref(target, world.keyField(field.reference.entity).name)
  }
  const { sets = {}, stamps } = endpoint
  const settled: Check[] = [
    ...echoChecks(world, entity, body),
    ...Object.entries(sets).map(
      ([field, value]): Check => (value === null ? { kind: 'null', field } : { kind: 'equals', field, value: literal(value), compare: 'exact' }),
    ),
    ...(stamps === undefined ? [] : [{ kind: 'present' as const, field: stamps }]),
  ]
  return { world, endpoint, name, scene, arrange, body, request: (values) => withBody(scene.request, values), settled }
}

/** The row is not yet what the action makes of it. */
function startValues(world: World, { entity, sets = {}, stamps }: Endpoint): Record<string, Value> {
  const settable = stamps !== undefined && world.field(entity!, stamps)?.readOnly === false
  const values: Record<string, Value> = settable ? { [stamps]: literal(null) } : {}
  for (const [name, value] of Object.entries(sets)) {
    const field = world.field(entity!, name)
    if (field !== undefined && value === null && !field.reference) values[name] = literal(safeValue(world, entity!, field))
    if (field?.type === 'boolean' && value === (field.default ?? false)) values[name] = literal(!value)
    const before =
      field?.type === 'enum' && field.default === value && !movesOf(world, entity!, name).ruled
        ? otherValue(world, entity!, name, [value as string])
        : undefined
    if (before !== undefined) values[name] = literal(before)
  }
  return values
}

/** What an action parts from the row is there before. */
function joinedRows(world: World, { entity, sets = {} }: Endpoint): { arrange: Step[]; values: Record<string, Value> } {
  const arrange: Step[] = []
  const values: Record<string, Value> = {}
  for (const [name, value] of Object.entries(sets)) {
    const reference = world.field(entity!, name)?.reference
    if (value !== null || reference === undefined || reference.entity === entity) continue
    const row = `joined_${snake(reference.entity)}`
    arrange.push(...rowSteps(world, reference.entity, row, parentState(world, entity!, name)))
    values[name] = ref(row, world.keyField(reference.entity).name)
  }
  return { arrange, values }
}

function successCase({ world, endpoint, name, scene, arrange, body, request, settled }: Action): CasePlan {
  return plan(
    name,
    `${sentence(endpoint.summary)} The change is kept.`,
    request(body),
    { status: endpoint.status, checks: settled },
    { arrange, after: reading(world, endpoint.entity!, scene.row, settled) },
  )
}

/** What the body must hold, and may leave out. */
function bodyCases(action: Action): CasePlan[] {
  const { world, endpoint, name, arrange, body, request } = action
  const { optional = [] } = endpoint
  const fields = bodyFields(world, endpoint)
  const [demanded, free] = [fields.filter((field) => !optional.includes(field.name)), fields.filter((field) => optional.includes(field.name))]
  const least = Object.fromEntries(Object.entries(body).filter(([field]) => !optional.includes(field)))
  const without = action.settled.filter((check) => !('field' in check) || !free.some((field) => field.name === check.field))
  return [
    ...demanded.map((field) => missingCase(world, name, field, arrange, request(body))),
    ...(free.length === 0
      ? []
      : [
          plan(
            `${name}_without_more`,
            `${free.map((field) => field.name).join(', ')} may be left out.`,
            request(least),
            { status: endpoint.status, checks: without },
            { arrange },
          ),
        ]),
    ...invalidCases(world, endpoint, name, arrange, request(body)),
    ...danglingCases(world, endpoint, name, arrange, request, body),
  ]
}

/** Doing it again changes nothing; a moment stays what it was. */
function againCases({ world, endpoint, name, scene, arrange, body, settled }: Action): CasePlan[] {
  const { sets = {}, stamps } = endpoint
  const fields = Object.keys(sets)
  if ((fields.length === 0 && stamps === undefined) || Object.keys(body).length > 0) return []
  if (fields.some((field) => lockedBy(world, endpoint.entity!, field))) return []
  const again = {
    kind: 'call' as const,
    request: scene.request,
    status: endpoint.status,
    ...(stamps === undefined || endpoint.status === 204 ? {} : { as: 'once' }),
  }
  const same = settled.map(
    (check): Check =>
      check.kind === 'present' && again.as !== undefined
        ? { kind: 'equals', field: check.field, value: ref(again.as, check.field), compare: 'exact' }
        : check,
  )
  return [
    plan(
      `${name}_twice`,
      'Doing it again changes nothing.',
      scene.request,
      { status: endpoint.status, checks: same },
      { arrange: [...arrange, again] },
    ),
  ]
}

/** A row that lies below another one than the path says is not found. */
function placeCases({ world, endpoint, name, arrange, body, request }: Action): CasePlan[] {
  const { parent } = endpoint
  if (parent === undefined) return []
  const other = `other_${snake(parent.entity)}`
  const act = request(body)
  const params = { ...act.params, [parent.param]: ref(other, parent.lookup ?? world.keyField(parent.entity).name) }
  return [
    plan(`${name}_elsewhere`, `Not found below another ${words(world.entity(parent.entity))}.`, { ...act, params }, notFound(world), {
      arrange: [
        ...arrange,
        ...rowSteps(world, parent.entity, other, parent.field === undefined ? {} : parentState(world, endpoint.entity!, parent.field)),
      ],
    }),
  ]
}

/** The case with the names that the body has for fields. */
function renamed(each: CasePlan, aliases: Record<string, string>): CasePlan {
  const told = (name: string): string => {
    const [field, ...rest] = name.split('.')
    return [aliases[field!] ?? field!, ...rest].join('.')
  }
  const { body } = each.act
  const checks = each.expect.checks.map(
    (check): Check => (check.kind === 'error' && check.field !== undefined ? { ...check, field: told(check.field) } : check),
  )
  const table = each.table !== undefined && 'field' in each.table ? { ...each.table, field: told(each.table.field) } : each.table
  return {
    ...each,
    act: body === undefined ? each.act : { ...each.act, body: Object.fromEntries(Object.entries(body).map(([name, value]) => [told(name), value])) },
    expect: { ...each.expect, checks },
    ...(table === undefined ? {} : { table }),
  }
}

/** The flag is turned, and turned back. */
function toggleCases(world: World, endpoint: Endpoint, name: string, scene: Scene): CasePlan[] {
  const turned: Check = { kind: 'differs', field: endpoint.toggles!, value: ref(scene.row, endpoint.toggles!) }
  const back: Check = { kind: 'equals', field: endpoint.toggles!, value: ref(scene.row, endpoint.toggles!), compare: 'exact' }
  const again = { kind: 'call' as const, request: scene.request, status: endpoint.status }
  const checks = endpoint.status === 204 ? [] : [turned]
  return [
    plan(
      `${name}_turns_${snake(endpoint.toggles!)}`,
      `${endpoint.toggles} becomes its opposite.`,
      scene.request,
      { status: endpoint.status, checks },
      {
        arrange: scene.arrange,
        after: reading(world, endpoint.entity!, scene.row, [turned]),
      },
    ),
    plan(
      `${name}_twice`,
      'Doing it again turns it back.',
      scene.request,
      { status: endpoint.status, checks: endpoint.status === 204 ? [] : [back] },
      {
        arrange: [...scene.arrange, again],
        after: reading(world, endpoint.entity!, scene.row, [back]),
      },
    ),
  ]
}

/** True when reaching a value of the field forbids further updates, or to do so again. */
function lockedBy(world: World, entity: string, field: string): boolean {
  return world.effects.some(
    (effect) =>
      (effect.kind === 'state-guard' && effect.entity === entity && effect.field === field && effect.operations.includes('update')) ||
      (effect.kind === 'transitions' && effect.entity === entity && effect.field === field && effect.refused.some(([from, to]) => from === to)),
  )
}
