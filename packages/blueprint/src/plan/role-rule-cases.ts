import type { RuleEffect } from '@forge/spec'
import { snake } from '../words'
import { comparison, safeValue, validBody } from './bodies'
import { type Caller, literal, type Value } from './case-plan'
import { identityCases, mergeSteps, plan } from './common'
import { endpointCases } from './endpoint-cases'
import { endpointNames } from './endpoint-names'
import { failure, requestFor, sceneFor, stranger } from './requests'
import { change, endpointFor, noSides, ownedRow, type RuleContext, type Sides, smallChange, succeeds } from './rule-scene'

type RoleEffect = Extract<RuleEffect, { kind: 'role' }>
type EndpointRoleEffect = Extract<RuleEffect, { kind: 'endpoint-role' }>
type RoleFieldEffect = Extract<RuleEffect, { kind: 'role-field' }>

/** An operation is for some roles only. */
export function roleRuleCases({ world, name }: RuleContext, effect: RoleEffect): Sides {
  const outside = world.roleOutside(effect.roles)
  const sides: Sides = { bites: [], honest: [] }
  if (outside === undefined) return sides
  for (const operation of effect.operations) {
    const endpoint = endpointFor(world, effect.entity, operation)
    if (!endpoint) continue
    const scene = sceneFor(world, endpoint)
    const draft =
      operation === 'create' || operation === 'update' ? validBody(world, endpoint, { variant: operation === 'update' ? 1 : 0 }) : undefined
    const arrange = mergeSteps(draft?.arrange ?? [], scene.arrange)
    const act = draft === undefined || Object.keys(draft.body).length === 0 ? scene.request : { ...scene.request, body: draft.body }
    const other = stranger(world, `${snake(outside)}_caller`, outside)
    sides.bites.push(
      plan(
        `${name}_${operation}_by_${snake(outside)}`,
        `Refused for the role ${outside}.`,
        { ...act, caller: other.caller },
        failure(world, 403, 'FORBIDDEN'),
        { arrange: mergeSteps(arrange, other.arrange) },
      ),
    )
    sides.honest.push(
      plan(
        `${name}_${operation}_by_${snake(effect.roles[0] ?? 'insider')}`,
        `Allowed for the role ${effect.roles[0]}.`,
        act,
        succeeds(world, endpoint, act.body),
        { arrange },
      ),
    )
  }
  return sides
}

/** One endpoint is for some roles only; what else may be done with its rows is not touched by that. */
export function endpointRoleCases({ world, name }: RuleContext, effect: EndpointRoleEffect): Sides {
  const endpoint = world.spec.endpoints.find(({ method, path }) => method === effect.method && path === effect.path)
  const outside = world.roleOutside(effect.roles)
  if (!endpoint || outside === undefined) return noSides
  const [usual] = endpointCases(world, endpoint, endpointNames(world).get(endpoint)!)
  if (!usual) return noSides
  const label = `${name}_${endpointNames(world).get(endpoint)!}`
  const other = stranger(world, `${snake(outside)}_caller`, outside)
  return {
    bites: [
      plan(
        `${label}_by_${snake(outside)}`,
        `Refused for the role ${outside}.`,
        { ...usual.act, caller: other.caller },
        failure(world, 403, 'FORBIDDEN'),
        { arrange: mergeSteps(usual.arrange, other.arrange) },
      ),
    ],
    honest: [{ ...usual, name: `${label}_by_${snake(effect.roles[0]!)}`, description: `Allowed for the role ${effect.roles[0]}.` }],
  }
}

/** A field is for some roles only; who may change the rest of the row still may. */
export function roleFieldRuleCases({ world, name }: RuleContext, effect: RoleFieldEffect): Sides {
  const endpoint = change(world, effect.entity, {}, ['update', 'replace', 'action'], effect.field)?.endpoint
  const field = world.field(effect.entity, effect.field)
  const able = world.spec.roles.filter((role) => world.rolesFor(effect.entity, 'update').every(({ roles }) => roles.includes(role)))
  const inside = able.find((role) => effect.roles.includes(role))
  const outsider = able.filter((role) => !effect.roles.includes(role)).at(-1)
  const outside = outsider ?? world.roleOutside(effect.roles)
  const owners = world.owners(effect.entity, 'update').flatMap((owner) => owner.fields)
  const owned = endpoint && ownedRow(world, effect.entity, owners.length > 0 ? owners : [world.keyField(effect.entity).name])
  if (!endpoint || !owned || !field || field.reference || outside === undefined) return noSides
  const old = world.roleField === effect.field ? outside : undefined
  const samples = field.values ?? [1, 2].map((variant) => safeValue(world, effect.entity, field, variant))
  const value = samples.find((member) => member !== old && member !== field.default)
  if (value === undefined || field.writeOnly) return noSides
  const body = { [field.name]: literal(value) }
  const changed = { kind: 'equals' as const, field: field.name, value: literal(value), compare: comparison(field) }
  const label = `${name}_${snake(field.name)}`
  const rest = smallChange(world, endpoint, [field.name])
  const other = outsider === undefined ? undefined : smallChangeOf(rest.body, field.name)
  // Whoever owns the row, so that only the role makes the difference.
  const ownerAs = (role: string): Caller => (owned.owner.kind === 'user' ? { ...owned.owner, role } : owned.owner)
  return {
    bites: [
      plan(
        `${label}_by_${snake(outside)}`,
        `Refused for the role ${outside}.`,
        requestFor(world, endpoint, owned.row, ownerAs(outside), body),
        failure(world, 403, 'FORBIDDEN'),
        { arrange: owned.arrange, after: [] },
      ),
    ],
    honest: [
      ...(inside === undefined
        ? []
        : [
            plan(
              `${label}_by_${snake(inside)}`,
              `Allowed for the role ${inside}.`,
              requestFor(world, endpoint, owned.row, ownerAs(inside), body),
              { status: endpoint.status, checks: [changed] },
              { arrange: owned.arrange },
            ),
          ]),
      ...(other === undefined
        ? []
        : [
            plan(
              `${label}_untouched`,
              `Other fields stay free for the role ${outside}.`,
              requestFor(world, endpoint, owned.row, ownerAs(outside), other),
              succeeds(world, endpoint, other),
              { arrange: mergeSteps(rest.arrange, owned.arrange) },
            ),
          ]),
    ],
  }
}

function smallChangeOf(body: Record<string, Value>, not: string): Record<string, Value> | undefined {
  return Object.keys(body).length === 0 || not in body ? undefined : body
}

/** Nobody without an identity gets in. */
export function authenticatedRuleCases({ world, name }: RuleContext, entity: string | null): Sides {
  const names = endpointNames(world)
  const closed = world.spec.endpoints.filter(
    (endpoint) => endpoint.authenticated && endpoint.unsupported === null && (entity === null || endpoint.entity === entity),
  )
  const bites = closed.flatMap((endpoint) =>
    identityCases(world, endpoint, `${name}_${names.get(endpoint)!}`).map((each) => ({
      ...each,
      table: { group: `${name}_refuses_missing_identity`, kind: 'caller' as const },
    })),
  )
  const open = world.spec.endpoints.find((endpoint) => !endpoint.authenticated && endpoint.operation === 'health')
  const [first] = closed
  const honest = first ? endpointCases(world, first, `${name}_known_caller`).slice(0, 1) : []
  if (open && bites.length > 0)
    honest.push(
      ...endpointCases(world, open, `${name}_health_is_open`).map((each) => ({
        ...each,
        act: { ...each.act, caller: { kind: 'anonymous' as const } },
      })),
    )
  return { bites, honest: bites.length === 0 ? [] : honest }
}
