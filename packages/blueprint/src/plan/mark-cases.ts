import type { Endpoint } from '@forge/spec'
import { words } from '../words'
import { foreignCases, malformedIdCases } from './caller-cases'
import { byDefault, type CasePlan, type Check, literal, ref, type Request } from './case-plan'
import { identityCases, plan } from './common'
import { notFound, sceneFor, unknownRequest } from './requests'
import type { World } from './world'

/** Cases of what joins the caller to a row, or parts them. Doing it again changes nothing. */
export function markCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const { arrange, request, row } = sceneFor(world, endpoint)
  const joins = endpoint.operation === 'mark'
  const key = world.keyField(endpoint.entity!).name
  const answered: Check[] = endpoint.status === 204 ? [] : [{ kind: 'equals', field: key, value: ref(row, key), compare: 'exact' }]
  const expect = { status: endpoint.status, checks: answered }
  const after = joinedNow(world, endpoint, row, joins)
  const before = joins ? [] : counterpart(world, endpoint, row).map((each) => ({ kind: 'call' as const, ...each }))
  const noun = words(world.entity(endpoint.entity!))
  const again = { kind: 'call' as const, request, status: endpoint.status }
  return [
    plan(name, joins ? `Joins whoever asks to the ${noun}.` : `Parts whoever asks from the ${noun}.`, request, expect, {
      arrange: [...arrange, ...before],
      after,
    }),
    plan(`${name}_not_found`, 'An unknown id is not found.', unknownRequest(world, endpoint), notFound(world)),
    plan(`${name}_twice`, 'Doing it again changes nothing.', request, expect, { arrange: [...arrange, ...before, again], after }),
    ...foreignCases(world, endpoint, name, 'read', undefined),
    ...identityCases(world, endpoint, name),
    ...malformedIdCases(world, endpoint, name),
  ]
}

const sameMark = (one: Endpoint, two: Endpoint): boolean => one.entity === two.entity && one.mark?.through === two.mark?.through

/** The request that joins, before one that parts. */
function counterpart(world: World, endpoint: Endpoint, row: string): { request: Request; status: number }[] {
  const mark = world.spec.endpoints.find((each) => each.operation === 'mark' && each.unsupported === null && sameMark(each, endpoint))
  if (mark === undefined || mark.param === undefined) return []
  const value = ref(row, mark.lookup ?? world.keyField(mark.entity!).name)
  return [{ request: { method: mark.method, path: mark.path, params: { [mark.param]: value }, caller: byDefault }, status: mark.status }]
}

/** Who is joined to the row now, or how many are, read where the API lists them. */
export function joinedNow(world: World, endpoint: Endpoint, row: string, joined: boolean): CasePlan['after'] {
  const { through, target } = endpoint.mark!
  const lists = world.spec.endpoints.filter((each) => each.unsupported === null && each.parent?.entity === endpoint.entity)
  const people = lists.find((each) => each.operation === 'link-list' && each.parent?.through === through && each.parent.ends?.[0] === target)
  const list = people ?? lists.find((each) => each.operation === 'nested-list' && each.entity === through && each.parent?.field === target)
  if (list === undefined) return []
  const params = { [list.parent!.param]: ref(row, list.parent!.lookup ?? world.keyField(endpoint.entity!).name) }
  const checks: Check[] =
    people === undefined || !joined
      ? [{ kind: 'length', value: joined ? 1 : 0 }]
      : [{ kind: 'rows', key: world.keyField(people.entity!).name, values: [literal(world.builtInId)], mode: 'exact', ordered: false }]
  return [{ request: { method: 'GET', path: list.path, params, caller: byDefault }, expect: { status: list.status, checks } }]
}
