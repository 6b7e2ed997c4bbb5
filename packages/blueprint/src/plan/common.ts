import type { Endpoint, Entity } from '@forge/spec'
import { words } from '../words'
import type { CasePlan, Expectation, Request, Step } from './case-plan'
import { failure, unknownRequest } from './requests'
import type { World } from './world'

/** One case. An answer without content (204) has nothing to check but its status. */
export function plan(name: string, description: string, act: Request, expect: Expectation, more: Partial<CasePlan> = {}): CasePlan {
  return { name, description, arrange: [], act, expect: expect.status === 204 ? { ...expect, checks: [] } : expect, after: [], ...more }
}

/** Requests without a known identity are refused, whatever they ask for. */
export function identityCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const { auth } = world.spec
  if (!endpoint.authenticated || auth.kind === 'none') return []
  const anonymous = auth.required
  if (!anonymous && (auth.userEntity === null || auth.kind === 'header')) return []
  const act = unknownRequest(world, endpoint, anonymous ? { kind: 'anonymous' } : { kind: 'unknown' })
  const description = anonymous ? 'Refused without an identity.' : 'Refused for an identity that does not exist.'
  return [
    plan(`${name}_unauthorized`, description, act, failure(world, 401, 'UNAUTHORIZED'), {
      table: { group: 'refuses_missing_identity', kind: 'caller' },
    }),
  ]
}

/** Joins steps; a row made twice under one name is made once, with all its values. */
export function mergeSteps(...groups: Step[][]): Step[] {
  const merged: Step[] = []
  for (const step of groups.flat()) {
    const same = merged.findIndex((each) => each.kind === 'make' && step.kind === 'make' && each.as === step.as && each.entity === step.entity)
    const known = merged[same]
    if (known?.kind === 'make' && step.kind === 'make') merged[same] = { ...known, values: { ...known.values, ...step.values } }
    else merged.push(step)
  }
  return merged
}

export function article(entity: Pick<Entity, 'name'>): string {
  return withArticle(words(entity))
}

/** `an order`, `a user`. */
function withArticle(noun: string): string {
  return `${/^[aeio]|^u(?!s|ni)/.test(noun) && !/^(eu|one)/.test(noun) ? 'an' : 'a'} ${noun}`
}

export function sentence(text: string): string {
  const trimmed = text.trim()
  return trimmed === '' || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
