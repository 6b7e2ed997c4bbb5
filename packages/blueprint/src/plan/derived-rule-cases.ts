import type { Field, JsonValue, RuleEffect } from '@forge/spec'
import { snake, words } from '../words'
import { comparison, rowSteps, safeValue } from './bodies'
import { type CasePlan, type Check, literal, ref, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { reading, requestFor, sceneFor } from './requests'
import { change, creation, noSides, type RuleContext, type Sides, type Writing } from './rule-scene'
import { numberFor, siblings } from './siblings'
import type { World } from './world'

type Effect<Kind extends RuleEffect['kind']> = Extract<RuleEffect, { kind: Kind }>

/** A figure about the rows that point at one follows every change of theirs. */
export function aggregateCases({ world, name }: RuleContext, effect: Effect<'aggregate'>): Sides {
  const endpoint = world.endpoint(effect.entity, 'get')
  const field = world.field(effect.entity, effect.field)
  const reference = world.field(effect.child, effect.reference)
  if (!endpoint || !field || !reference) return noSides
  const scene = sceneFor(world, endpoint, { children: [{ entity: effect.child, field: effect.reference }] })
  const key = ref(scene.row, world.keyField(effect.entity).name)
  const child = snake(effect.child) === scene.row ? `child_${scene.row}` : snake(effect.child)
  const [first, second] = [valuesOf(world, effect, 2), valuesOf(world, effect, 4)]
  const one = siblings(world, effect.child, reference, key, [{ as: child, values: first.given }])
  const two = siblings(world, effect.child, reference, key, [
    { as: child, values: first.given },
    { as: `second_${child}`, values: second.given },
  ])
  if (!one) return noSides
  const elsewhere = rowSteps(world, effect.child, 'elsewhere')
  const noun = words(world.entity(effect.child))
  const shows = (values: number[]): Check[] => [checkOf(field, figure(effect.function, values))]
  const asked = (suffix: string, told: string, steps: Step[], values: number[]): CasePlan =>
    plan(`${name}_${suffix}`, told, scene.request, { status: endpoint.status, checks: shows(values) }, { arrange: [...scene.arrange, ...steps] })
  const bites = [
    ...(two ? [asked('of_two', `${field.name} covers both ${noun} rows.`, two, [first.value, second.value])] : []),
    asked('of_one', `${field.name} covers the one ${noun} row.`, one, [first.value]),
    ...removal({ world, name }, effect, scene, two, child, shows([second.value])),
  ]
  return {
    bites,
    honest: [
      asked('without', `Without any ${noun} row ${field.name} says so.`, [], []),
      asked('of_others', `${noun} rows of others do not count.`, [...one, ...elsewhere], [first.value]),
    ],
  }
}

/** Values for the fields that a figure is made of, and what they come to. */
function valuesOf(world: World, effect: Effect<'aggregate'>, wanted: number): { given: Record<string, Value>; value: number } {
  const given: Record<string, Value> = {}
  let value = 1
  for (const name of effect.of) {
    const one = numberFor(world.field(effect.child, name)!, wanted)
    given[name] = literal(one)
    value *= one
  }
  return { given, value }
}

function figure(kind: Effect<'aggregate'>['function'], values: number[]): number | null {
  const sum = values.reduce((total, value) => total + value, 0)
  switch (kind) {
    case 'count':
      return values.length
    case 'sum':
      return sum
    case 'average':
      return values.length === 0 ? null : sum / values.length
    case 'minimum':
      return values.length === 0 ? null : Math.min(...values)
    case 'maximum':
      return values.length === 0 ? null : Math.max(...values)
  }
}

function checkOf(field: Field, value: JsonValue): Check {
  return value === null
    ? { kind: 'null', field: field.name }
    : { kind: 'equals', field: field.name, value: literal(value), compare: comparison(field) }
}

function removal(
  { world, name }: RuleContext,
  effect: Effect<'aggregate'>,
  scene: ReturnType<typeof sceneFor>,
  two: Step[] | undefined,
  child: string,
  checks: Check[],
): CasePlan[] {
  const endpoint = world.endpoint(effect.child, 'delete')
  if (!endpoint || !two || (endpoint.parent && endpoint.parent.field !== effect.reference)) return []
  const maker = two.find((step) => step.kind === 'make' && step.as === child)
  const caller = maker?.kind === 'make' && maker.caller.kind === 'user' ? maker.caller : sceneFor(world, endpoint).request.caller
  return [
    plan(
      `${name}_after_deletion`,
      'What was deleted does not count any more.',
      requestFor(world, endpoint, child, caller),
      { status: endpoint.status, checks: [] },
      { arrange: [...scene.arrange, ...two], after: reading(world, effect.entity, scene.row, checks) },
    ),
  ]
}

/** A value that a new row takes from the row that it refers to. */
export function copiedCases({ world, name }: RuleContext, effect: Effect<'copied'>): Sides {
  const writing = creation(world, effect.entity)
  const source = world.field(effect.target, effect.source)
  const field = world.field(effect.entity, effect.field)
  if (!writing || !source || !field) return noSides
  const value = literal(safeValue(world, effect.target, source, 3))
  const placed = pointing(world, writing, effect.reference, effect.target, { [source.name]: value })
  if (!placed) return noSides
  const checks: Check[] = [{ kind: 'equals', field: field.name, value, compare: comparison(field) }]
  const act = (body: Record<string, Value>) => writing.request({ ...placed.body, ...body })
  const expect = { status: writing.endpoint.status, checks }
  const bites = [
    plan(`${name}_taken`, `${field.name} is what ${source.name} was.`, act({}), expect, { arrange: placed.arrange }),
    plan(
      `${name}_not_given`,
      `What a request says about ${field.name} does not count.`,
      act({ [field.name]: literal(safeValue(world, effect.entity, field, 5)) }),
      expect,
      {
        arrange: placed.arrange,
      },
    ),
  ]
  return { bites, honest: keptCopy({ world, name }, effect, source, value, checks) }
}

/** The copy stays as it was when its source changes. */
function keptCopy({ world, name }: RuleContext, effect: Effect<'copied'>, source: Field, value: Value, checks: Check[]): CasePlan[] {
  const writing = change(world, effect.target, { [source.name]: value }, ['update', 'replace'], source.name)
  const reference = world.field(effect.entity, effect.reference)
  if (!writing || !reference || !world.endpoint(effect.entity, 'get')) return []
  const row = `copying_${snake(effect.entity)}`
  const made = rowSteps(world, effect.entity, row, { [effect.reference]: ref(writing.row, world.keyField(effect.target).name) })
  const body = { [source.name]: literal(safeValue(world, effect.target, source, 4)) }
  return [
    plan(
      `${name}_kept`,
      `It stays when ${source.name} changes later.`,
      writing.request(body),
      { status: writing.endpoint.status, checks: [] },
      {
        arrange: [...writing.arrange, ...made],
        after: reading(world, effect.entity, row, checks),
      },
    ),
  ]
}

/** The writing with its reference to a row that has these values. */
export function pointing(
  world: World,
  writing: Writing,
  reference: string,
  target: string,
  values: Record<string, Value>,
): { arrange: Step[]; body: Record<string, Value>; row: string } | undefined {
  const row = snake(target)
  const key = ref(row, world.keyField(target).name)
  const steps = rowSteps(world, target, row, values)
  if (writing.endpoint.parent?.field === reference) return { arrange: mergeSteps(writing.arrange, steps), body: writing.body, row }
  if (writing.endpoint.body?.includes(reference) !== true) return undefined
  return { arrange: mergeSteps(writing.arrange, steps), body: { ...writing.body, [reference]: key }, row }
}

/** A product of a row's own values. */
export function productCases({ world, name }: RuleContext, effect: Effect<'product'>): Sides {
  const writing = creation(world, effect.entity)
  const field = world.field(effect.entity, effect.field)
  if (!writing || !field) return noSides
  const scene = factorsFor(world, writing, effect)
  if (!scene) return noSides
  const shows = (value: number): Check[] => [{ kind: 'equals', field: field.name, value: literal(value), compare: 'number' }]
  const bites = [
    plan(
      `${name}_new`,
      `${field.name} is worked out for a new row.`,
      writing.request(scene.body),
      { status: writing.endpoint.status, checks: shows(scene.product) },
      {
        arrange: scene.arrange,
      },
    ),
    plan(
      `${name}_not_given`,
      `What a request says about ${field.name} does not count.`,
      writing.request({ ...scene.body, [field.name]: literal(1) }),
      { status: writing.endpoint.status, checks: shows(scene.product) },
      { arrange: scene.arrange },
    ),
  ]
  const [first, ...others] = effect.factors.filter((factor) => writing.endpoint.body?.includes(factor))
  const updating = first === undefined ? undefined : change(world, effect.entity, scene.values, ['update', 'replace'], first)
  const next = first === undefined ? 0 : numberFor(world.field(effect.entity, first)!, 7)
  const rest = effect.factors.filter((factor) => factor !== first).reduce((product, factor) => product * (scene.numbers[factor] ?? 1), 1)
  if (!updating || first === undefined || others.length + 1 < effect.factors.length) return { bites, honest: [] }
  return {
    bites,
    honest: [
      plan(
        `${name}_changed`,
        `It follows a change of ${first}.`,
        updating.request({ [first]: literal(next) }),
        { status: updating.endpoint.status, checks: shows(next * rest) },
        {
          arrange: updating.arrange,
        },
      ),
    ],
  }
}

/** A body with the factors, and with references to what they are copied from. */
function factorsFor(world: World, writing: Writing, effect: Effect<'product'>) {
  const numbers: Record<string, number> = {}
  let placed: { arrange: Step[]; body: Record<string, Value> } = { arrange: writing.arrange, body: { ...writing.body } }
  for (const [index, factor] of effect.factors.entries()) {
    const field = world.field(effect.entity, factor)!
    const copy = world.effects.find((one): one is Effect<'copied'> => one.kind === 'copied' && one.entity === effect.entity && one.field === factor)
    const value = numberFor(copy ? world.field(copy.target, copy.source)! : field, index + 2)
    numbers[factor] = value
    if (copy) {
      const next = pointing(world, { ...writing, ...placed }, copy.reference, copy.target, { [copy.source]: literal(value) })
      if (!next) return undefined
      placed = next
    } else if (writing.endpoint.body?.includes(factor)) placed.body[factor] = literal(value)
    else return undefined
  }
  const values = Object.fromEntries(Object.entries(numbers).map(([factor, value]) => [factor, literal(value)]))
  return { ...placed, numbers, values, product: Object.values(numbers).reduce((product, value) => product * value, 1) }
}

/** A text as the server makes it fit for addresses. */
const slugOf = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')

/** A name for addresses, made from a title. */
export function slugCases({ world, name }: RuleContext, effect: Effect<'slug'>): Sides {
  const writing = creation(world, effect.entity)
  const source = world.field(effect.entity, effect.source)
  const field = world.field(effect.entity, effect.field)
  if (!writing || !source || !field || source.pattern !== undefined || (source.maxLength ?? 99) < 24 || (source.minLength ?? 0) > 12) return noSides
  const made = (suffix: string, told: string, title: string, slug: string, steps: Step[] = []): CasePlan =>
    plan(
      `${name}_${suffix}`,
      told,
      writing.request({ ...writing.body, [source.name]: literal(title) }),
      { status: writing.endpoint.status, checks: [{ kind: 'equals', field: field.name, value: literal(slug), compare: 'exact' }] },
      { arrange: [...writing.arrange, ...steps] },
    )
  const [plain, odd] = ['Brand New Day 41', 'Crème & Brûlée, No. 7']
  const again = [...Array(2).keys()].map((index) =>
    rowSteps(world, effect.entity, `known_${index + 1}_${snake(effect.entity)}`, { [source.name]: literal(plain) }),
  )
  return {
    bites: [
      made('made', `${field.name} is made from ${source.name}.`, plain, slugOf(plain)),
      ...(field.unique === false || source.unique !== false
        ? []
        : [made('numbered', 'A number tells equal ones apart.', plain, `${slugOf(plain)}-3`, again.flat())]),
    ],
    honest: [made('plain', 'Whatever is no letter or digit becomes a hyphen.', odd, slugOf(odd))],
  }
}
