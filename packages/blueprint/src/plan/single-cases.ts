import type { Endpoint } from '@forge/spec'
import { words } from '../words'
import { echoChecks, rowSteps, validBody } from './bodies'
import { byDefault, type CasePlan, type Check, literal, ref, type Request, type Value } from './case-plan'
import { identityCases, mergeSteps, plan } from './common'
import { danglingCases, invalidCases, nullCases, unknownFieldCase } from './field-cases'
import { notFound, stranger } from './requests'
import type { World } from './world'

/** True when rows of the entity are only there once somebody has created them; else each is made when it is first asked for. */
export const isCreated = (world: World, entity: string): boolean => world.endpoint(entity, 'create', 'nested-create') !== undefined

/** Cases about the one row that each caller has. */
export function singleCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  return endpoint.operation === 'single-get' ? readCases(world, endpoint, name) : changeCases(world, endpoint, name)
}

/** A row of the usual caller, where it has to be created first. */
const made = (world: World, entity: string) => (isCreated(world, entity) ? rowSteps(world, entity, 'own_row') : [])

function readCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const entity = endpoint.entity!
  const key = world.keyField(entity).name
  const act = requestOf(endpoint)
  const other = stranger(world, 'somebody')
  const created = isCreated(world, entity)
  const mine: Check[] = [{ kind: 'equals', field: endpoint.own!, value: literal(world.builtInId), compare: 'exact' }]
  const same: Check = { kind: 'equals', field: key, value: ref(created ? 'own_row' : 'created', key), compare: 'exact' }
  const success = { status: endpoint.status, checks: created ? [...mine, same] : [{ kind: 'present' as const, field: key }, ...mine] }
  const cases = [
    plan(name, `Answers with the ${words(world.entity(entity))} of whoever asks: always the same one.`, act, success, {
      arrange: made(world, entity),
      after: created ? [] : [{ request: act, expect: { status: endpoint.status, checks: [same] } }],
    }),
  ]
  if (created)
    cases.push(
      plan(`${name}_of_nobody_else`, 'Not found before it is created, whatever others have.', { ...act, caller: other.caller }, notFound(world), {
        arrange: [...made(world, entity), ...other.arrange],
      }),
    )
  else
    cases.push(
      plan(
        `${name}_of_nobody_else`,
        'Everybody has one of their own.',
        { ...act, caller: other.caller },
        {
          status: endpoint.status,
          checks: [
            { kind: 'equals', field: endpoint.own!, value: other.id, compare: 'exact' },
            { kind: 'differs', field: key, value: ref('own_row', key) },
          ],
        },
        { arrange: [{ kind: 'call', request: act, status: endpoint.status, as: 'own_row' }, ...other.arrange] },
      ),
    )
  return [...cases, ...identityCases(world, endpoint, name)]
}

function changeCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const entity = endpoint.entity!
  const draft = validBody(world, { ...endpoint, operation: 'update' }, { variant: 1 })
  const act = (body: Record<string, Value>): Request => ({ ...requestOf(endpoint), body })
  const arrange = mergeSteps(made(world, entity), draft.arrange)
  const changed = echoChecks(world, entity, draft.body)
  const read = world.spec.endpoints.find((each) => each.operation === 'single-get' && each.entity === entity && each.unsupported === null)
  const after = read === undefined ? [] : [{ request: requestOf(read), expect: { status: read.status, checks: changed } }]
  const scene = { arrange: made(world, entity), row: '' }
  const cases = [
    plan(
      name,
      `Changes the ${words(world.entity(entity))} of whoever asks, and keeps the change.`,
      act(draft.body),
      { status: endpoint.status, checks: changed },
      { arrange, after },
    ),
    ...invalidCases(world, endpoint, name, scene.arrange, act({})),
    ...danglingCases(world, endpoint, name, scene.arrange, act, {}),
    ...nullCases(world, endpoint, name, scene, act),
    unknownFieldCase(world, endpoint, name, scene.arrange, act({})),
    ...identityCases(world, endpoint, name),
  ]
  if (isCreated(world, entity))
    cases.push(plan(`${name}_not_found`, 'Not found before it is created.', act(draft.body), notFound(world), { arrange: draft.arrange }))
  return cases
}

const requestOf = ({ method, path }: Endpoint): Request => ({ method, path, params: {}, caller: byDefault })
