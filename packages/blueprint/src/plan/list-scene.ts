import type { Endpoint, Entity } from '@forge/spec'
import { words } from '../words'
import { callersId, rowSteps } from './bodies'
import { type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { plan } from './common'
import { madeFor, storedFor } from './list-conditions'
import { invalid, matchedValue, parentKey, sceneFor } from './requests'
import { siblings } from './siblings'
import type { World } from './world'

/** What the cases of one list share. */
export class List {
  readonly entity: Entity
  readonly key: string
  /** Rows exist before the test makes any, or the order of the others is not ours to say. */
  readonly shared: boolean
  private readonly parent: Step[]
  readonly request: Request

  constructor(
    readonly world: World,
    readonly endpoint: Endpoint,
    readonly name: string,
  ) {
    this.entity = world.entity(endpoint.entity!)
    this.key = world.keyField(this.entity.name).name
    this.shared = world.seeded(this.entity.name) && endpoint.operation === 'list'
    const scene = sceneFor(world, endpoint)
    this.parent = scene.arrange
    this.request = scene.request
  }

  /** A row of the list with some values; those that no request can set, or that rules about creation refuse, are stored. */
  row(as: string, values: Record<string, Value> = {}): Step[] {
    const stored = Object.fromEntries(Object.entries(storedFor(this.world, this.endpoint)).filter(([name]) => values[name] === undefined))
    const steps = this.made(as, values)
    return Object.keys(stored).length === 0 ? steps : [...steps, { kind: 'store', entity: this.entity.name, row: as, values: stored }]
  }

  private made(as: string, values: Record<string, Value>): Step[] {
    const { parent } = this.endpoint
    const placed: Record<string, Value> = parent?.field === undefined ? {} : { [parent.field]: parentKey(this.world, this.endpoint) }
    const given = { ...this.settled(), ...values }
    const link = parent?.field === undefined ? undefined : this.world.field(this.entity.name, parent.field)
    const apart = link && !isOwned(this) ? siblings(this.world, this.entity.name, link, placed[link.name]!, [{ as, values: given }]) : undefined
    return apart ?? rowSteps(this.world, this.entity.name, as, { ...placed, ...given })
  }

  /** What every row of the list holds: its state, and the caller where the server does not set that. */
  private settled(): Record<string, Value> {
    const { own, where, matches } = this.endpoint
    const field = own === undefined ? undefined : this.world.field(this.entity.name, own)
    return {
      ...Object.fromEntries(Object.entries(where ?? {}).map(([name, value]) => [name, literal(value)])),
      ...(matches === undefined ? {} : { [matches.field]: literal(matchedValue(this.world, this.endpoint)) }),
      ...madeFor(this.world, this.endpoint),
      ...(field === undefined || field.fromCaller ? {} : { [field.name]: literal(callersId(this.world, field)) }),
    }
  }

  /** True for fields of which the list itself says what its rows hold. */
  isSettled(field: string): boolean {
    const { where = {}, when = [], matches } = this.endpoint
    return (
      field in where ||
      field === matches?.field ||
      when.some((condition) => condition.field === field || ('atMost' in condition && condition.atMost === field))
    )
  }

  get caller(): Request['caller'] {
    return this.request.caller
  }

  keyOf(row: string): Value {
    return ref(row, this.key)
  }

  case(suffix: string, description: string, arrange: Step[], query: Record<string, Value>, checks: Check[]): CasePlan {
    const asked = { ...this.usual(), ...query }
    const act: Request = { ...this.request, ...(Object.keys(asked).length === 0 ? {} : { query: asked }) }
    const name = suffix === '' ? this.name : `${this.name}_${suffix}`
    return plan(name, description, act, { status: this.endpoint.status, checks }, { arrange: [...this.parent, ...arrange] })
  }

  refused(suffix: string, description: string, query: Record<string, Value>): CasePlan {
    const asked = { ...this.usual(), ...query }
    return plan(`${this.name}_${suffix}`, description, { ...this.request, query: asked }, invalid(this.world), {
      arrange: this.parent,
      table: { group: `${this.name}_refuses_invalid_query`, kind: 'query', query: asked },
    })
  }

  /** Parameters without which nothing is answered. */
  private usual(): Record<string, Value> {
    const { free } = this.endpoint
    if (free === undefined) return {}
    const [from, to] = span(this.world.field(free.entity, free.start)!.type)
    return { [free.from]: literal(from), [free.to]: literal(to) }
  }

  rows(rows: string[], not: string[] = [], ordered = false): Check {
    return {
      kind: 'rows',
      key: this.key,
      values: rows.map((row) => this.keyOf(row)),
      mode: this.shared ? 'among' : 'exact',
      ordered,
      ...(this.shared && not.length > 0 ? { not: not.map((row) => this.keyOf(row)) } : {}),
    }
  }

  get noun(): string {
    return words(this.entity).replace(/ /g, '_')
  }
}

/** Lists show what reads would, unless a rule speaks of lists. */
export const isOwned = ({ world, entity }: List): boolean =>
  (['list', 'read'] as const).some((operation) => world.owners(entity.name, operation).length > 0)

/** Two moments in the order of time. */
export const span = (type: string): [from: string, to: string] =>
  type === 'date' ? ['2090-01-10', '2090-01-20'] : ['2090-01-10T09:00:00Z', '2090-01-20T09:00:00Z']
