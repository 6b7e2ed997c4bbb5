import type { CasePlan, Check, Request, Step, Value } from '../../plan/case-plan'
import type { World } from '../../plan/world'
import { columnName, moduleName } from '../names'
import { brackets, call, type Expression, flat, joined, layout, list, quoted, WIDTH } from './python'
import { argumentsOf, headersOf, requestOf, rowsIn, valueOf, variable } from './values'

/** The body of a test function, without its docstring. */
export interface Body {
  lines: string[]
  /** Names of `tests.support` that it uses. */
  support: Set<string>
  /** Models that it uses. */
  models: Set<string>
}

const INDENT = 4

/** Arrange, act, assert, and the requests afterwards. `sent` replaces parts of the act by the names of parameters. */
export function bodyOf(world: World, plan: CasePlan, sent: Parameters<typeof requestOf>[2] & { before?: string[]; errorField?: string } = {}): Body {
  const writer = new BodyWriter(world, plan)
  writer.arrange()
  writer.act(sent)
  writer.assert(sent.errorField)
  writer.follow()
  return writer
}

class BodyWriter implements Body {
  readonly lines: string[] = []
  readonly support = new Set<string>()
  readonly models = new Set<string>()

  constructor(
    private readonly world: World,
    private readonly plan: CasePlan,
  ) {}

  arrange(): void {
    const { arrange, act, expect, after } = this.plan
    for (const [index, step] of arrange.entries()) this.step(step, rowsIn(arrange.slice(index + 1), act, expect, after))
    if (arrange.length > 0) this.lines.push('')
  }

  private step(step: Step, used: ReadonlySet<string>): void {
    if (step.kind === 'make') {
      const headers = headersOf(this.world, step.caller)
      const made = call(`await make.${moduleName({ name: step.entity })}`, ...argumentsOf(step.values), ...(headers === undefined ? [] : [joined('headers=', headers)]))
      this.noteHeaders(headers)
      this.write(step.as !== '' && used.has(step.as) ? joined(`${variable(step.as)} = `, made) : made)
    } else if (step.kind === 'store') {
      const { entity } = step
      this.models.add(entity)
      const values = Object.fromEntries(Object.entries(step.values).map(([name, value]) => [columnName({ name }), value]))
      this.write(call('await make.store', entity, `${variable(step.row)}[${quoted(this.world.keyField(entity).name)}]`, ...argumentsOf(values)))
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

  private request(request: Request, replaced: Parameters<typeof requestOf>[2] = {}): void {
    const sent = requestOf(this.world, request, replaced)
    this.noteHeaders(headersOf(this.world, request.caller))
    this.write(joined('response = ', sent))
  }

  private noteHeaders(headers: Expression | undefined): void {
    if (headers !== undefined) this.support.add('as_user')
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
    const error = checks.find((check) => check.kind === 'error')
    if (error) {
      this.support.add('assert_error')
      const field = errorField ?? (error.field === undefined ? undefined : quoted(error.field))
      this.write(call('assert_error', 'response', String(status), quoted(error.code), ...(field === undefined ? [] : [`field=${field}`])))
      return
    }
    this.write(`assert response.status_code == ${status}`)
    const reads = name === 'created' || checks.some((check) => ['equals', 'differs', 'present', 'null', 'absent', 'envelope'].includes(check.kind))
    if (reads) this.write(`${name} = response.json()`)
    for (const check of checks) this.check(check, name)
  }

  private check(check: Check, name: string): void {
    const at = (field: string) => `${name}[${quoted(field)}]`
    switch (check.kind) {
      case 'equals':
        return this.equal(at(check.field), check.value, check.compare)
      case 'differs':
        return this.write(`assert ${at(check.field)} != ${flat(valueOf(check.value))}`)
      case 'present':
        return this.write(`assert ${at(check.field)} is not None`)
      case 'null':
        return this.write(`assert ${at(check.field)} is None`)
      case 'absent':
        return this.write(`assert ${quoted(check.field)} not in ${name}`)
      case 'rows':
        return this.rows(check)
      case 'length':
        this.support.add('rows_of')
        return this.write(check.value === 0 ? 'assert rows_of(response) == []' : `assert len(rows_of(response)) == ${check.value}`)
      case 'envelope':
        return this.write(`assert ${at(check.name)} ${check.atLeast ? '>=' : '=='} ${check.value}`)
      case 'error':
        return undefined
    }
  }

  private equal(actual: string, value: Value, compare: 'exact' | 'number' | 'prefix'): void {
    const expected = flat(valueOf(value))
    const singleton = ['True', 'False', 'None'].includes(expected)
    if (compare === 'prefix' && value.kind === 'literal') {
      const moment = String(value.value).replace(/(Z|[+-]\d\d:\d\d)$/, '')
      return this.write(`assert ${actual}.startswith(${quoted(moment)})`)
    }
    const statement = `assert ${actual} ${singleton ? 'is' : '=='} ${expected}`
    if (statement.length + INDENT <= WIDTH) return this.write(statement)
    this.write(joined('expected = ', valueOf(value)))
    this.write(`assert ${actual} == expected`)
  }

  private rows({ key, values, mode, ordered, not }: Extract<Check, { kind: 'rows' }>): void {
    this.support.add('keys_of')
    const keys = key === 'id' ? 'keys_of(response)' : `keys_of(response, ${quoted(key)})`
    const items = values.map(valueOf)
    if (mode === 'exact') {
      const sorted = !ordered && items.length > 1
      this.compare(sorted ? `sorted(${keys})` : keys, sorted ? brackets('sorted([', items, '])') : list(items))
    } else if (ordered) {
      this.write(joined('wanted = ', list(items)))
      this.write(`assert [key for key in ${keys} if key in wanted] == wanted`)
    } else if (items.length === 1) {
      this.write(`assert ${flat(items[0]!)} in ${keys}`)
    } else if (items.length > 1) {
      this.write(`assert {${items.map(flat).join(', ')}} <= set(${keys})`)
    }
    for (const value of not ?? []) this.write(`assert ${flat(valueOf(value))} not in ${keys}`)
  }

  private compare(actual: string, expected: Expression): void {
    const line = `assert ${actual} == ${flat(expected)}`
    if (line.length + INDENT <= WIDTH) return this.write(line)
    this.write(joined('expected = ', expected))
    this.write(`assert ${actual} == expected`)
  }

  private write(statement: Expression): void {
    this.lines.push(...layout(statement, INDENT))
  }
}
