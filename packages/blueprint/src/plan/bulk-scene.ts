import type { Endpoint } from '@forge/spec'
import { snake, words } from '../words'
import { echoChecks, rowSteps, validBody } from './bodies'
import { type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { reading, unknownRequest } from './requests'
import { rowState } from './states'
import type { World } from './world'

/** What the cases of one endpoint share. */
export class Bulk {
  readonly entity: string
  readonly key: string
  readonly rows: [string, string]
  readonly effect: 'update' | 'delete'
  readonly request: Request
  /** What changes in every row, and the rows that it points at. */
  readonly changes: Record<string, Value>
  readonly targets: Step[]

  constructor(
    readonly world: World,
    readonly endpoint: Endpoint,
    readonly name: string,
  ) {
    this.entity = endpoint.entity!
    this.key = world.keyField(this.entity).name
    this.rows = [snake(this.entity), `second_${snake(this.entity)}`]
    this.effect = endpoint.bulk!.effect
    this.request = unknownRequest(world, endpoint)
    const draft = validBody(world, { ...endpoint, operation: 'update' }, { variant: 1 })
    this.changes = draft.body
    this.targets = draft.arrange
  }

  /** Both rows, in a state that allows the change. */
  made(): Step[] {
    return [...this.targets, ...this.rows.flatMap((row) => rowSteps(this.world, this.entity, row, rowState(this.world, this.endpoint)))]
  }

  keyOf(row: string): Value {
    return ref(row, this.key)
  }

  body(keys: Value[], changes: Record<string, Value> = this.changes): Record<string, Value> {
    return { [this.endpoint.bulk!.ids]: { kind: 'list', items: keys }, ...changes }
  }

  asked(keys: Value[]): Request {
    return { ...this.request, body: this.body(keys) }
  }

  both(): Value[] {
    return this.rows.map((row) => this.keyOf(row))
  }

  /** What a changed row shows. */
  settled(): Check[] {
    const sets = Object.entries(this.endpoint.sets ?? {})
    return [
      ...echoChecks(this.world, this.entity, this.changes),
      ...sets.map(
        ([field, value]): Check => (value === null ? { kind: 'null', field } : { kind: 'equals', field, value: literal(value), compare: 'exact' }),
      ),
    ]
  }

  answer(rows: string[]): Check[] {
    const { answer, count } = this.endpoint.bulk!
    if (answer === 'none') return []
    if (answer === 'count') return [{ kind: 'equals', field: count!, value: literal(rows.length), compare: 'exact' }]
    return [{ kind: 'rows', key: this.key, values: rows.map((row) => this.keyOf(row)), mode: 'exact', ordered: true }]
  }

  /** The row is as it was. */
  untouched(row: string): CasePlan['after'] {
    const names =
      this.effect === 'delete' ? [this.key] : this.settled().flatMap((check) => ('field' in check && check.field !== undefined ? [check.field] : []))
    return reading(
      this.world,
      this.entity,
      row,
      names.map((field): Check => ({ kind: 'equals', field, value: ref(row, field), compare: 'exact' })),
    )
  }

  get noun(): string {
    return words(this.world.entity(this.entity))
  }
}
