import type { Endpoint } from '@forge/spec'
import { snake, words } from '../words'
import { bodyFields, rowSteps } from './bodies'
import { foreignCases, malformedIdCases, ownRoleCases } from './caller-cases'
import { type CasePlan, type Check, ref, type Step, type Value } from './case-plan'
import { identityCases, plan } from './common'
import { failure, notFound, requestFor, sceneFor, unknownRequest } from './requests'
import type { World } from './world'

/** Cases of trees: three rows, each below the other. */
export function treeCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const tree = treeOf(world, endpoint)
  const own = endpoint.param === undefined ? wholeCases(tree, name) : endpoint.operation === 'tree' ? partCases(tree, name) : lineCases(tree, name)
  if (endpoint.param === undefined) return [...own, ...identityCases(world, endpoint, name)]
  const scene = sceneFor(world, endpoint)
  return [
    ...own,
    plan(`${name}_not_found`, 'An unknown id is not found.', unknownRequest(world, endpoint), notFound(world)),
    ...foreignCases(world, endpoint, name, 'read', undefined),
    ...ownRoleCases(world, endpoint, name, 'read', scene.arrange, scene.request),
    ...malformedIdCases(world, endpoint, name),
    ...identityCases(world, endpoint, name),
  ]
}

interface Tree {
  world: World
  endpoint: Endpoint
  key: string
  /** Steps that make `upper`, `middle` and `lower`, and `apart`, which stands alone. */
  arrange: Step[]
  keyOf(row: string): Value
}

function treeOf(world: World, endpoint: Endpoint): Tree {
  const entity = endpoint.entity!
  const key = world.keyField(entity).name
  const keyOf = (row: string): Value => ref(row, key)
  const below = (row: string, upper?: string): Step[] => rowSteps(world, entity, row, upper === undefined ? {} : { [endpoint.above!]: keyOf(upper) })
  return { world, endpoint, key, keyOf, arrange: [...below('upper'), ...below('middle', 'upper'), ...below('lower', 'middle'), ...below('apart')] }
}

/** The keys of rows in a list of the answer. */
const at = ({ key, keyOf }: Tree, row: string, ...within: (string | number)[]): Check => ({
  kind: 'equals',
  within,
  field: key,
  value: keyOf(row),
  compare: 'exact',
})

function wholeCases(tree: Tree, name: string): CasePlan[] {
  const { world, endpoint, key, keyOf, arrange } = tree
  const { request } = sceneFor(world, endpoint)
  const noun = words(world.entity(endpoint.entity!))
  const tops: Check = { kind: 'rows', key, values: [keyOf('upper'), keyOf('apart')], mode: 'exact', ordered: false }
  const checks = [tops, at(tree, 'middle', 0, 'children', 0), at(tree, 'lower', 0, 'children', 0, 'children', 0)]
  return [
    plan(name, `Shows every ${noun} below the one it lies under.`, request, { status: endpoint.status, checks }, { arrange }),
    plan(`${name}_empty`, 'Without rows there is no tree.', request, { status: endpoint.status, checks: [{ kind: 'length', value: 0 }] }),
  ]
}

function partCases(tree: Tree, name: string): CasePlan[] {
  const { world, endpoint, arrange } = tree
  const checks = [at(tree, 'middle'), at(tree, 'lower', 'children', 0)]
  return [plan(name, 'Shows one row with those below it.', requestFor(world, endpoint, 'middle'), { status: endpoint.status, checks }, { arrange })]
}

function lineCases({ world, endpoint, key, keyOf, arrange }: Tree, name: string): CasePlan[] {
  const down = endpoint.operation === 'descendants'
  const rows = (...values: string[]): Check[] => [{ kind: 'rows', key, values: values.map(keyOf), mode: 'exact', ordered: true }]
  const [start, end, ...line] = down ? ['upper', 'lower', 'middle', 'lower'] : ['lower', 'upper', 'middle', 'upper']
  return [
    plan(
      name,
      `Lists all rows ${down ? 'below' : 'above'} it, the nearest first.`,
      requestFor(world, endpoint, start!),
      { status: endpoint.status, checks: rows(...line) },
      { arrange },
    ),
    plan(
      `${name}_none`,
      `No row lies ${down ? 'below' : 'above'} the last one.`,
      requestFor(world, endpoint, end!),
      { status: endpoint.status, checks: [{ kind: 'length', value: 0 }] },
      { arrange },
    ),
  ]
}

/** A row never comes to lie below itself, nor below what lies below it. */
export function belowItselfCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const { entity } = endpoint
  const field = bodyFields(world, endpoint).find((each) => each.reference?.entity === entity && !each.list && /^parent/.test(each.name))
  if (field === undefined || endpoint.param === undefined || endpoint.parent !== undefined) return []
  const scene = sceneFor(world, endpoint)
  const key = world.keyField(entity!).name
  const lower = `lower_${snake(entity!)}`
  const refused = (suffix: string, description: string, row: string, arrange: Step[]): CasePlan =>
    plan(`${name}_${suffix}`, description, { ...scene.request, body: { [field.name]: ref(row, key) } }, failure(world, 409, 'RULE_VIOLATION'), {
      arrange,
    })
  return [
    refused('below_itself', 'Refused: a row cannot lie below itself.', scene.row, scene.arrange),
    refused('below_its_own', 'Refused: a row cannot lie below one that lies below it.', lower, [
      ...scene.arrange,
      ...rowSteps(world, entity!, lower, { [field.name]: ref(scene.row, key) }),
    ]),
  ]
}
