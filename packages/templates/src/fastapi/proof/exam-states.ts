import type { ApiSpec, Endpoint, Entity, JsonValue } from '@forge/spec'
import type { Caller } from './exam-caller'

/** What rules ask of a row before others may refer to it: one of these values of a field. */
export interface Demand {
  entity: string
  field: string
  values: JsonValue[]
}

interface Row {
  /** What it should show. */
  sent: Record<string, JsonValue>
  /** The target of an endpoint about it. */
  fill(endpoint: Endpoint): string | undefined
}

/** What rows of an entity ask of those that they refer to. */
export function demandsOf(spec: ApiSpec, name: string): Demand[] {
  const membersOf = (entity: string, field: string): JsonValue[] => {
    const found = spec.entities.find((each) => each.name === entity)?.fields.find((each) => each.name === field)
    return found?.type === 'boolean' ? [true, false] : (found?.values ?? [])
  }
  return spec.rules
    .flatMap(({ effects }) => effects)
    .flatMap((effect): Demand[] => {
      if (effect.kind === 'reference-state' && effect.entity === name) return [{ entity: effect.target, field: effect.field, values: [effect.value] }]
      if (effect.kind !== 'parent-guard' || effect.entity !== name) return []
      const values = membersOf(effect.parent, effect.field).filter((value) => !effect.values.some((each) => each === value))
      return [{ entity: effect.parent, field: effect.field, values }]
    })
}

/**
 * Leads a row into a state by the actions that the specification names, as a user would who starts from a new row.
 * @returns whether the application said so; what the row shows of the field is then the tests' matter
 */
export async function leadInto(spec: ApiSpec, caller: Caller, entity: Entity, row: Row, { field: name, values }: Demand): Promise<boolean> {
  const field = entity.fields.find((each) => each.name === name)
  const start = row.sent[name] ?? field?.default ?? field?.values?.[0]
  const way = start === undefined ? undefined : wayTo(spec, entity, name, start, values)
  if (way === undefined || way.length === 0) return false
  for (const endpoint of way) {
    const target = row.fill(endpoint)
    const answer = target === undefined ? undefined : await caller.ask(endpoint.method, target)
    if (answer === undefined || answer.status < 200 || answer.status > 299) return false
    const changed = Object.keys(endpoint.sets ?? {})
    row.sent = Object.fromEntries(Object.entries(row.sent).filter(([sent]) => !changed.includes(sent)))
  }
  return true
}

/** The fewest actions that lead from one value to any of others, along the transitions that rules allow. */
function wayTo(spec: ApiSpec, entity: Entity, field: string, start: JsonValue, goals: readonly JsonValue[]): Endpoint[] | undefined {
  const actions = spec.endpoints.filter((each) => each.entity === entity.name && each.operation === 'action' && each.sets?.[field] !== undefined)
  const transitions = spec.rules
    .flatMap(({ effects }) => effects)
    .filter((effect) => effect.kind === 'transitions' && effect.entity === entity.name && effect.field === field)
  const isAllowed = (from: JsonValue, to: JsonValue): boolean =>
    transitions.length === 0 || transitions.some((effect) => effect.kind === 'transitions' && effect.allowed.some(([a, b]) => a === from && b === to))
  const ways = new Map<JsonValue, Endpoint[]>([[start, []]])
  for (const [value, way] of ways) {
    if (goals.includes(value)) return way
    for (const action of actions) {
      const next = action.sets![field] as JsonValue
      if (!ways.has(next) && isAllowed(value, next)) ways.set(next, [...way, action])
    }
  }
  return undefined
}
