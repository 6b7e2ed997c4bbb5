import type { Endpoint, Field } from '@forge/spec'
import { snake, words } from '../words'
import { bodyFields, comparison, echoChecks, faultsOf, inOrder, make, safeValue, validBody } from './bodies'
import { type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { mergeSteps, plan } from './common'
import { failure, invalid, reading, sceneFor, stranger } from './requests'
import type { World } from './world'

export function missingCase(world: World, name: string, field: Field, arrange: Step[], act: Request): CasePlan {
  const body = { ...act.body }
  delete body[field.name]
  return plan(`${name}_${snake(field.name)}_missing`, `Refused without ${field.name}.`, { ...act, body }, invalid(world, field.name), {
    arrange,
    table: { group: `${name}_refuses_missing_field`, kind: 'omit', field: field.name },
  })
}

/** One case for each way in which a field of the body can be wrong. */
export function invalidCases(world: World, endpoint: Endpoint, name: string, arrange: Step[], act: Request): CasePlan[] {
  const seen = new Set<string>()
  return spread(
    bodyFields(world, endpoint).map((field) =>
      faultsOf(world, field).flatMap((sample) => {
        if (seen.has(sample.name)) return []
        seen.add(sample.name)
        const value = literal(sample.value)
        const table = { group: `${name}_refuses_invalid_input`, kind: 'override' as const, field: field.name, value }
        return [
          plan(
            `${name}_${sample.name}`,
            `Refused: ${sample.why}.`,
            { ...act, body: { ...act.body, [field.name]: value } },
            invalid(world, sample.at),
            { arrange, ...(sample.at === field.name ? { table } : {}) },
          ),
        ]
      }),
    ),
  )
}

/** First the most telling fault of every field, then the second ones… A wrong type says less than a broken limit. */
function spread(perField: CasePlan[][]): CasePlan[] {
  const ranked = perField.map((cases) => [...cases].sort((a, b) => dullness(a) - dullness(b)))
  const longest = Math.max(0, ...ranked.map((cases) => cases.length))
  return Array.from({ length: longest }, (_, index) => ranked.flatMap((cases) => cases[index] ?? [])).flat()
}

const dullness = (each: CasePlan): number =>
  /_wrong_type$|_out_of_range$/.test(each.name) ? 2 : /_null$|_fraction$|_not_a_list$/.test(each.name) ? 1 : 0

export function duplicateCases(
  world: World,
  endpoint: Endpoint,
  name: string,
  arrange: Step[],
  act: (body: Record<string, Value>) => Request,
  base: Record<string, Value>,
): CasePlan[] {
  const entity = world.entity(endpoint.entity!)
  const expect = failure(world, 409, 'DUPLICATE')
  const cases = bodyFields(world, endpoint)
    .filter((field) => field.unique && !field.reference)
    .map((field) => {
      const value = literal(safeValue(world, entity.name, field, 2))
      return plan(
        `${name}_duplicate_${snake(field.name)}`,
        `Refused: another ${words(entity)} has this ${field.name}.`,
        act({ ...base, [field.name]: value }),
        expect,
        {
          arrange: [...arrange, make(entity.name, `existing_${snake(entity.name)}`, { [field.name]: value })],
        },
      )
    })
  if (endpoint.operation === 'create' || endpoint.operation === 'nested-create')
    cases.push(...duplicateTupleCases(world, endpoint, name, arrange, act, base))
  return cases
}

function duplicateTupleCases(
  world: World,
  endpoint: Endpoint,
  name: string,
  arrange: Step[],
  act: (body: Record<string, Value>) => Request,
  base: Record<string, Value>,
): CasePlan[] {
  const entity = world.entity(endpoint.entity!)
  const { parent } = endpoint
  // What the path says counts as sent; whoever asks is the same both times.
  const sent = parent?.field === undefined ? base : { ...base, [parent.field]: act(base).params[parent.param]! }
  const ofCaller = (name: string) => entity.fields.some((field) => field.name === name && field.fromCaller)
  return entity.uniqueTogether
    .filter((tuple) => tuple.every((field) => sent[field] !== undefined || ofCaller(field)))
    .map((tuple) => {
      const values = Object.fromEntries(tuple.flatMap((field) => (sent[field] === undefined ? [] : [[field, sent[field]]])))
      const label = tuple.map(snake).join('_and_')
      return plan(
        `${name}_duplicate_${label}`,
        `Refused: another ${words(entity)} has the same ${tuple.join(' and ')}.`,
        act(base),
        failure(world, 409, 'DUPLICATE'),
        {
          arrange: [...arrange, make(entity.name, `existing_${snake(entity.name)}`, values)],
        },
      )
    })
}

/** Whether two rows with this body would have something in common that only one of them may have. */
export function isUnique(world: World, endpoint: Endpoint, act: Request): boolean {
  const entity = world.entity(endpoint.entity!)
  const sent = (name: string) =>
    act.body?.[name] !== undefined || name === endpoint.parent?.field || entity.fields.some((field) => field.name === name && field.fromCaller)
  return entity.fields.some((field) => field.unique && sent(field.name)) || entity.uniqueTogether.some((tuple) => tuple.every(sent))
}

/** Only what must be sent: everything else takes its default. */
export function defaultCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const scene = sceneFor(world, endpoint)
  const draft = validBody(world, endpoint, { requiredOnly: true })
  const checks = bodyFields(world, endpoint).flatMap((field): Check[] => {
    if (draft.body[field.name] !== undefined || field.name === endpoint.parent?.field || field.writeOnly) return []
    if (field.default !== null) return [{ kind: 'equals', field: field.name, value: literal(field.default), compare: comparison(field) }]
    return field.nullable ? [{ kind: 'null', field: field.name }] : []
  })
  if (checks.length === 0) return []
  const act = { ...scene.request, body: draft.body }
  return [
    plan(
      `${name}_defaults`,
      'What is not sent takes its default.',
      act,
      { status: endpoint.status, checks },
      { arrange: mergeSteps(scene.arrange, draft.arrange) },
    ),
  ]
}

export function danglingCases(
  world: World,
  endpoint: Endpoint,
  name: string,
  arrange: Step[],
  act: (body: Record<string, Value>) => Request,
  base: Record<string, Value>,
): CasePlan[] {
  return bodyFields(world, endpoint)
    .filter((field) => field.reference && !field.list)
    .map((field) =>
      plan(
        `${name}_unknown_${snake(field.name).replace(/_id$/, '')}`,
        `Refused: ${field.name} points at nothing.`,
        act({ ...base, [field.name]: world.unknownKey(field.reference!.entity) }),
        failure(world, 422, 'INVALID_REFERENCE'),
        { arrange },
      ),
    )
}

/** Read-only fields of a body are ignored. */
export function massAssignmentCases(world: World, endpoint: Endpoint, name: string, arrange: Step[], act: Request, row?: string): CasePlan[] {
  const entity = world.entity(endpoint.entity!)
  const key = world.keyField(entity.name)
  if (!key.readOnly) return []
  const owner = entity.fields.find((field) => field.fromCaller)
  const forged = stranger(world, 'somebody')
  const extra: Record<string, Value> = { [key.name]: world.unknownKey(entity.name), ...(owner ? { [owner.name]: forged.id } : {}) }
  const checks: Check[] = [
    row === undefined
      ? { kind: 'differs', field: key.name, value: world.unknownKey(entity.name) }
      : { kind: 'equals', field: key.name, value: ref(row, key.name), compare: 'exact' },
    ...(owner ? [{ kind: 'differs' as const, field: owner.name, value: forged.id }] : []),
  ]
  return [
    plan(
      `${name}_ignores_read_only_fields`,
      'Fields that only the server sets are ignored.',
      { ...act, body: { ...act.body, ...extra } },
      { status: endpoint.status, checks },
      {
        arrange: owner ? [...arrange, ...forged.arrange] : arrange,
      },
    ),
  ]
}

export function unknownFieldCase(world: World, _endpoint: Endpoint, name: string, arrange: Step[], act: Request): CasePlan {
  const value = literal('surprise')
  return plan(
    `${name}_unknown_field`,
    'Refused: a field that does not exist.',
    { ...act, body: { ...act.body, no_such_field: value } },
    invalid(world, 'no_such_field'),
    {
      arrange,
      table: { group: `${name}_refuses_invalid_input`, kind: 'override', field: 'no_such_field', value },
    },
  )
}

/** One field is sent, the others stay as they were. */
export function partialCases(
  world: World,
  endpoint: Endpoint,
  name: string,
  arrange: Step[],
  act: (body: Record<string, Value>) => Request,
  row: string,
  body: Record<string, Value>,
): CasePlan[] {
  const entity = world.entity(endpoint.entity!)
  const fields = bodyFields(world, endpoint).filter((field) => body[field.name] !== undefined && !field.writeOnly)
  const [sent, ...kept] = fields
  if (!sent || kept.length === 0) return []
  if (body[sent.name]!.kind !== 'literal') return []
  const one = inOrder(world, entity.name, { [sent.name]: body[sent.name]! }, endpoint.body)
  const checks: Check[] = [
    ...echoChecks(world, entity.name, one),
    ...kept
      .filter((field) => one[field.name] === undefined)
      .slice(0, 3)
      .map((field): Check => ({ kind: 'equals', field: field.name, value: ref(row, field.name), compare: 'exact' })),
  ]
  return [plan(`${name}_partial`, `Only ${sent.name} is sent: everything else stays.`, act(one), { status: endpoint.status, checks }, { arrange })]
}

export function nullCases(
  world: World,
  endpoint: Endpoint,
  name: string,
  scene: { arrange: Step[]; row: string },
  act: (body: Record<string, Value>) => Request,
): CasePlan[] {
  const field = bodyFields(world, endpoint).find((each) => each.nullable && !each.writeOnly && !each.required)
  if (!field) return []
  const check: Check = { kind: 'null', field: field.name }
  return [
    plan(
      `${name}_clears_${snake(field.name)}`,
      `${field.name} can be taken away with null.`,
      act({ [field.name]: literal(null) }),
      { status: endpoint.status, checks: [check] },
      {
        arrange: scene.arrange,
        after: reading(world, endpoint.entity!, scene.row, [check]),
      },
    ),
  ]
}
