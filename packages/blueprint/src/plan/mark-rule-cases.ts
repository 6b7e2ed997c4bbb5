import type { Endpoint, RuleEffect } from '@forge/spec'
import { words } from '../words'
import { type Check, ref } from './case-plan'
import { mergeSteps, plan } from './common'
import { joinedNow } from './mark-cases'
import { sceneFor, stranger } from './requests'
import { broken, noSides, type RuleContext, type Sides } from './rule-scene'
import type { World } from './world'

// Rules about rows that only a mark makes: it joins the caller to another row.

const markOf = (world: World, through: string): Endpoint | undefined =>
  world.spec.endpoints.find(({ operation, unsupported, mark }) => operation === 'mark' && unsupported === null && mark?.through === through)

/** Marked twice, the caller is joined once. */
export function markedOnceCases({ world, name }: RuleContext, through: string): Sides {
  const endpoint = markOf(world, through)
  if (endpoint === undefined) return noSides
  const { arrange, request, row } = sceneFor(world, endpoint)
  const noun = words(world.entity(endpoint.entity!))
  const expect = { status: endpoint.status, checks: answered(world, endpoint, row) }
  const after = joinedNow(world, endpoint, row, true)
  const again = { kind: 'call' as const, request, status: endpoint.status }
  return {
    bites: [plan(`${name}_twice`, `The second time changes nothing of the ${noun}.`, request, expect, { arrange: [...arrange, again], after })],
    honest: [plan(`${name}_once`, `Accepted: nobody is joined to the ${noun} yet.`, request, expect, { arrange, after })],
  }
}

/** Nobody marks themselves. */
export function markedSelfCases({ world, name }: RuleContext, effect: Extract<RuleEffect, { kind: 'distinct' }>): Sides {
  const endpoint = markOf(world, effect.entity)
  if (endpoint?.param === undefined || endpoint.lookup !== undefined || endpoint.entity !== world.spec.auth.userEntity) return noSides
  const somebody = stranger(world, 'somebody')
  const { arrange, request, row } = sceneFor(world, endpoint)
  const own = { ...request, params: { ...request.params, [endpoint.param]: somebody.id }, caller: somebody.caller }
  const expect = { status: endpoint.status, checks: answered(world, endpoint, row) }
  return {
    bites: [plan(`${name}_same`, 'Refused: it is the caller.', own, broken(world), { arrange: somebody.arrange })],
    honest: [
      plan(`${name}_another`, 'Accepted: it is somebody else.', { ...request, caller: somebody.caller }, expect, {
        arrange: mergeSteps(arrange, somebody.arrange),
      }),
    ],
  }
}

function answered(world: World, endpoint: Endpoint, row: string): Check[] {
  const key = world.keyField(endpoint.entity!).name
  return endpoint.status === 204 ? [] : [{ kind: 'equals', field: key, value: ref(row, key), compare: 'exact' }]
}
