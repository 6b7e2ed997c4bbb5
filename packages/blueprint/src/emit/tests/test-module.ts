import type { CasePlan, FeaturePlan, Table } from '../../plan/case-plan'
import type { World } from '../../plan/world'
import { fromImport } from '../app/module'
import { call, type Code, quoted } from '../app/python'
import { dict, joined, keyword, layout } from './python'
import { type Body, bodyOf } from './statements'
import { functionLines, ownImports } from './test-function'
import { dictOf, pathOf, expressionOf } from './values'

/** A case and the feature it stands for; unlisted cases are tested without a marker. */
interface Entry {
  feature: FeaturePlan
  plan: CasePlan
  listed: boolean
}

/** The text of one test module. */
export function testModule(world: World, title: string, features: readonly FeaturePlan[]): string {
  const entries = features.flatMap((feature) =>
    feature.cases.map((plan, index) => ({ feature, plan, listed: index < feature.listed })).filter(({ plan }) => plan.guess === undefined),
  )
  const functions = groupsOf(entries).map((group) => (group.length > 1 ? tableTest(world, group) : singleTest(world, group[0]!)))
  const body = functions.flatMap(({ lines }) => ['', '', ...lines])
  return `${[
    ...header(
      title,
      functions.map(({ body: each }) => each),
      body,
    ),
    ...body,
  ].join('\n')}\n`
}

interface TestFunction {
  lines: string[]
  body: Body
}

function header(title: string, bodies: readonly Body[], lines: readonly string[]): string[] {
  const text = lines.join('\n')
  const types = ['Any'].filter((name) => new RegExp(`\\b${name}\\b`).test(text))
  const third = [...(text.includes('pytest.') ? ['import pytest'] : []), fromImport('httpx', ['AsyncClient'])]
  const own = ownImports(bodies, lines)
  return [`"""${title}"""`, '', ...(types.length === 0 ? [] : [fromImport('typing', types), '']), ...third, ...(own.length === 0 ? [] : ['', ...own])]
}

/** The cases of one table, as far as they differ only in what the table says; every other case stands for itself. */
function groupsOf(entries: readonly Entry[]): Entry[][] {
  const groups = new Map<string, Entry[]>()
  for (const [index, entry] of entries.entries()) {
    const key = entry.plan.table ? `${entry.plan.table.group} ${skeleton(entry.plan, entry.plan.table)}` : String(index)
    groups.set(key, [...(groups.get(key) ?? []), entry])
  }
  return [...groups.values()].flatMap((group) => (sameBodies(group) ? [group] : group.map((entry) => [entry])))
}

/** What the cases of one table share besides the body, as text. */
function skeleton({ arrange, act, expect, after }: CasePlan, table: Table): string {
  const error = expect.checks.find((check) => check.kind === 'error')
  const own = (table.kind === 'override' || table.kind === 'omit') && error?.field === table.field
  const shared = {
    status: expect.status,
    code: error?.code,
    field: own ? 'its own' : error?.field,
    others: expect.checks.filter((check) => check.kind !== 'error'),
  }
  const request =
    table.kind === 'caller' ? [act.caller, act.body] : [act.method, act.path, act.params, act.caller, table.kind === 'query' ? null : act.query]
  return JSON.stringify([table.kind, arrange, request, shared, after])
}

type Values = NonNullable<CasePlan['act']['body']>

/** Whether every body is the common one with its own field replaced or left out. */
function sameBodies(group: readonly Entry[]): boolean {
  const common = commonBody(group)
  return group.every(({ plan: { table, act } }) => {
    if (table?.kind !== 'override' && table?.kind !== 'omit') return JSON.stringify(act.body) === JSON.stringify(group[0]!.plan.act.body)
    const { [table.field]: _common, ...theirs } = common
    const { [table.field]: _own, ...mine } = act.body ?? {}
    return JSON.stringify(theirs) === JSON.stringify(mine)
  })
}

/** What the bodies hold besides the field that each case replaces or leaves out. */
function commonBody(group: readonly Entry[]): Values {
  const common: Values = {}
  const bodies = group.map(({ plan }) =>
    Object.entries(plan.act.body ?? {}).filter(([name]) => plan.table?.kind !== 'override' || plan.table.field !== name),
  )
  const order = bodies.flatMap((entries) => entries.map(([name]) => name))
  const longest = [...bodies].sort((a, b) => b.length - a.length)[0] ?? []
  for (const [name, value] of [...longest, ...bodies.flat()]) if (order.includes(name) && !(name in common)) common[name] = value
  return common
}

function singleTest(world: World, entry: Entry): TestFunction {
  const { plan } = entry
  const body = bodyOf(world, plan)
  const marker = entry.listed ? [`@${markOf(entry)}`] : []
  return { lines: [...marker, ...functionLines(plan.name, plan.description, [], body)], body }
}

const markOf = ({ feature, plan }: Entry): string => `pytest.mark.feature(${feature.id}, ${quoted(plan.name)})`

const DESCRIPTIONS: Record<Table['kind'], string> = {
  override: 'Invalid input is refused, and the answer names the field.',
  omit: 'What is required cannot be left out.',
  query: 'Query parameters are validated.',
  caller: 'Nobody gets in without a known identity.',
}

function tableTest(world: World, group: readonly Entry[]): TestFunction {
  const first = group[0]!.plan
  const table = first.table!
  const sent = replacements(group)
  const body = bodyOf(world, sent.plan, sent.replaced)
  const rows = group.map((entry) =>
    call(
      'pytest.param',
      ...rowOf(entry),
      keyword('id', quoted(shortName(entry.plan, table.group))),
      ...(entry.listed ? [keyword('marks', markOf(entry))] : []),
    ),
  )
  const names = sent.names.length === 1 ? quoted(sent.names[0]!) : `(${sent.names.map(quoted).join(', ')})`
  // One row a line reads better than what would fit.
  const decorator = ['@pytest.mark.parametrize(', `    ${names},`, '    [', ...rows.flatMap((row) => layout(row, 8, ',')), '    ],', ')']
  return { lines: [...decorator, ...functionLines(table.group, DESCRIPTIONS[table.kind], sent.parameters, body)], body }
}

function shortName({ name }: CasePlan, group: string): string {
  const prefix = `${group.replace(/_?refuses_.*$/, '')}_`
  return name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name
}

interface Replacements {
  plan: CasePlan
  names: string[]
  parameters: string[]
  replaced: Parameters<typeof bodyOf>[2]
}

function replacements(group: readonly Entry[]): Replacements {
  const { plan: first } = group[0]!
  const table = first.table!
  // Rows that any of the bodies refers to need their variables.
  const plan = table.kind === 'override' || table.kind === 'omit' ? { ...first, act: { ...first.act, body: commonBody(group) } } : first
  const error = plan.expect.checks.find((check) => check.kind === 'error')
  const errorField = (table.kind === 'override' || table.kind === 'omit') && error?.field === table.field ? { errorField: 'field' } : {}
  switch (table.kind) {
    case 'override': {
      const base = Object.entries(commonBody(group))
      const json = dict([...base.map(([name, value]): [Code, Code] => [quoted(name), expressionOf(value)]), ['field', 'value']])
      return { plan, names: ['field', 'value'], parameters: ['field: str', 'value: Any'], replaced: { json, ...errorField } }
    }
    case 'omit': {
      const before = [...layout(joined('body = ', dictOf(commonBody(group))), 4).map((line) => line.slice(4)), 'del body[field]']
      return { plan, names: ['field'], parameters: ['field: str'], replaced: { json: 'body', before, ...errorField } }
    }
    case 'query':
      return { plan, names: ['query'], parameters: ['query: dict[str, Any]'], replaced: { params: 'query' } }
    case 'caller':
      return { plan, names: ['method', 'path'], parameters: ['method: str', 'path: str'], replaced: { method: 'method', path: 'path' } }
  }
}

function rowOf({ plan }: Entry): Code[] {
  const table = plan.table!
  switch (table.kind) {
    case 'override':
      return [quoted(table.field), expressionOf(table.value)]
    case 'omit':
      return [quoted(table.field)]
    case 'query':
      return [dictOf(table.query)]
    case 'caller':
      return [quoted(plan.act.method), pathOf(plan.act)]
  }
}
