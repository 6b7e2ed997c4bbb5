import type { CasePlan, Check, Request, Step } from '../../plan/case-plan'
import { makerOf } from '../../plan/makers'
import type { World } from '../../plan/world'
import { columnName, moduleName } from '../names'
import { expectAnswer } from './assertions'
import { call, type Code, quoted } from '../app/python'
import { joined, layout } from './python'
import { argumentsOf, headersOf, requestOf, rowsIn, variable } from './values'

/** The body of a test function, without its docstring. */
export interface Body {
  lines: string[]
  /** Models that it uses. */
  models: Set<string>
}

const INDENT = 4

/** Arrange, act, assert, and the requests afterwards. `sent` replaces parts of the act by the names of parameters. */
export function bodyOf(world: World, plan: CasePlan, sent: Parameters<typeof requestOf>[2] & { before?: string[]; errorField?: string } = {}): Body {
  const writer = new BodyWriter(world, plan)
  writer.arrange(plan.expect, plan.after)
  writer.act(sent)
  writer.assert(sent.errorField)
  writer.follow()
  return writer
}

/** Many ask for the same at once; one succeeds, and the others come too late. */
export function atOnce(world: World, plan: CasePlan): Body {
  const writer = new BodyWriter(world, plan)
  writer.arrange()
  writer.race()
  return writer
}

/** Arrange, then count what reaches the database on the way to the answer. */
export function counted(world: World, plan: CasePlan, most: number): Body {
  const writer = new BodyWriter(world, plan)
  writer.arrange()
  writer.count(most)
  return writer
}

class BodyWriter implements Body {
  readonly lines: string[] = []
  readonly models = new Set<string>()

  constructor(
    private readonly world: World,
    private readonly plan: CasePlan,
  ) {}

  /** @param later what follows, and may refer to rows that are made here */
  arrange(...later: unknown[]): void {
    const { arrange, act } = this.plan
    for (const [index, step] of arrange.entries()) this.step(step, rowsIn(arrange.slice(index + 1), act, later))
    if (arrange.length > 0) this.lines.push('')
  }

  private step(step: Step, used: ReadonlySet<string>): void {
    if (step.kind === 'make') {
      const headers = headersOf(this.world, makerOf(this.world, step.entity, step.caller))
      const made = call(
        `await make.${moduleName({ name: step.entity })}`,
        ...argumentsOf(step.values),
        ...(headers === undefined ? [] : [joined('headers=', headers)]),
      )
      this.write(step.as !== '' && used.has(step.as) ? joined(`${variable(step.as)} = `, made) : made)
    } else if (step.kind === 'store') {
      const { entity } = step
      this.models.add(entity)
      const values = Object.fromEntries(Object.entries(step.values).map(([name, value]) => [columnName({ name }), value]))
      this.write(
        call('await make.change_directly', entity, `${variable(step.row)}[${quoted(this.world.keyField(entity).name)}]`, ...argumentsOf(values)),
      )
    } else {
      this.request(step.request)
      this.write(`assert response.status_code == ${step.status}`)
      if (step.as !== undefined && used.has(step.as)) this.write(`${variable(step.as)} = response.json()`)
    }
  }

  act({ before, ...replaced }: Parameters<typeof requestOf>[2] & { before?: string[] }): void {
    for (const line of before ?? []) this.write(line)
    this.request(this.plan.act, replaced)
    if (this.plan.arrange.length > 0 || (before ?? []).length > 0) this.lines.push('')
  }

  race(): void {
    const { act, expect } = this.plan
    const sent = requestOf(this.world, act, { awaited: false })
    this.write(joined('statuses = ', call('await at_once', joined('lambda: ', sent))))
    this.lines.push('')
    this.write(`assert statuses == [${expect.status}] + [409] * (ASKING - 1)`)
  }

  count(most: number): void {
    this.write('statements.clear()')
    this.request(this.plan.act)
    this.lines.push('')
    this.write(`assert response.status_code == ${this.plan.expect.status}`)
    this.write(`assert len(statements) <= ${most}, statements`)
  }

  private request(request: Request, replaced: Parameters<typeof requestOf>[2] = {}): void {
    const sent = requestOf(this.world, request, replaced)
    this.write(joined('response = ', sent))
  }

  assert(errorField?: string): void {
    const { expect, after } = this.plan
    this.expectation(expect.status, expect.checks, rowsIn(after).has('created') ? 'created' : 'answer', errorField)
  }

  follow(): void {
    for (const { request, expect } of this.plan.after) {
      this.lines.push('')
      this.request(request)
      this.expectation(expect.status, expect.checks, 'found')
    }
  }

  private expectation(status: number, checks: readonly Check[], name: string, errorField?: string): void {
    for (const statement of expectAnswer(status, checks, name, errorField)) this.write(statement)
  }

  private write(statement: Code): void {
    this.lines.push(...layout(statement, INDENT))
  }
}
