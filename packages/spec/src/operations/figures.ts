import type { Entity, Field, Figure } from '../api-spec'
import { isObject } from '../json-block'
import type { Resolved } from '../resolve'
import { singular, snakeName, wordsOf } from '../words'
import { entityOf } from './names'
import { participleSets } from './verbs'
import { viewShape } from './views'

type Unnamed = Omit<Figure, 'name'>

/** Figures by an example of the answer: numbers, and objects of numbers. A text names what is not understood. */
export function figuresOfObject(example: unknown, entity: Entity | null, resolved: Resolved): Figure[] | string {
  if (!isObject(example) || Object.keys(example).length === 0) return 'the answer'
  const figures: Figure[] = []
  for (const [key, value] of Object.entries(example)) {
    const found = isObject(value)
      ? figuresWithin(key, value, entity, resolved)
      : typeof value === 'number' || value === null
        ? figureOf(key, entity, resolved)
        : null
    if (found === null) return key
    figures.push(...(Array.isArray(found) ? found.map((figure) => ({ ...figure, name: [key, ...figure.name] })) : [{ ...found, name: [key] }]))
  }
  return figures
}

/** `"by_status": {"open": 3}`, `"tasks": {"total": 4, "completed": 1}`. */
function figuresWithin(key: string, value: Record<string, unknown>, entity: Entity | null, resolved: Resolved): Unnamed | Figure[] | null {
  const whole = figureOf(key, entity, resolved)
  if (whole?.by !== undefined) return whole
  const about = entityOf(wordsOf(key).join('_'), resolved) ?? (entityOf(`${key}s`, resolved) || null)
  if (about === null) return null
  const within = Object.entries(value).map(([name, each]) =>
    typeof each === 'number' ? { name, figure: figureOf(name, about, resolved) } : { name, figure: null },
  )
  return within.some(({ figure }) => figure === null) ? null : within.map(({ name, figure }) => ({ ...figure!, name: [name] }))
}

/** What a phrase counts or sums: `total orders`, `revenue (sum of total)`, `average_rating`, `orders by status`. Null when the models leave it open. */
export function figureOf(text: string, context: Entity | null, resolved: Resolved): Unnamed | null {
  const [head, note] = [text.replace(/\s*\(.*$/, ''), text.match(/\(([^)]*)\)/)?.[1]]
  const explained = note === undefined ? null : explainedBy(note, context, resolved)
  if (note !== undefined && explained === null && !/^(?:int\w*|number|float|decimal|all time)$/i.test(note)) return null
  if (explained !== null) return explained
  const words = wordsOf(head).filter((word) => !/^(?:the|of|all|our|a|an|in|with|for|each)$/.test(word))
  return grouped(words, context, resolved) ?? aggregated(words, context, resolved) ?? counted(words, context, resolved)
}

/** "sum of total", "average of rating", "count of paid orders", "status = paid". */
function explainedBy(note: string, context: Entity | null, resolved: Resolved): Unnamed | null {
  const words = wordsOf(note)
  if (/^(?:sum|total|average|avg|mean|min|minimum|max|maximum|count|number)$/.test(words[0] ?? '')) {
    const rest = words.filter((word) => !/^(?:of|the|all)$/.test(word))
    return aggregated(rest, context, resolved) ?? counted(rest, context, resolved)
  }
  const state = note.match(/^(?:where |with )?(\w+)\s*(?:=|is|:)+\s*["'`]?([\w-]+)["'`]?$/)
  const field = state === null || context === null ? undefined : context.fields.find((each) => each.name === state[1])
  const value = field?.type === 'boolean' ? /^(?:true|yes)$/i.test(state![2]!) : field?.values?.find((each) => each === state![2])
  return value === undefined || context === null ? null : { entity: context.name, function: 'count', where: { [field!.name]: value } }
}

// -------------------------------------------------------------------------------------------------------------------- groups

/** `orders_by_status`, `by_priority`, `status_counts`: a number for each member. */
function grouped(words: string[], context: Entity | null, resolved: Resolved): Unnamed | null {
  const at = words.findIndex((word) => word === 'by' || word === 'per')
  const tail = words.at(-1) ?? ''
  if (at === -1 && !/^(?:counts?|breakdown|distribution)$/.test(tail)) return null
  const [before, after] = at === -1 ? [[], words.slice(0, -1)] : [words.slice(0, at), words.slice(at + 1)]
  const noun = before.filter((word) => !/^(?:counts?|number|total|breakdown|grouped)$/.test(word))
  const entity = noun.length === 0 ? context : named(noun, context, resolved)
  const stem = after.join('_')
  const field = entity?.fields.find((each) => [stem, `${stem}_type`, `is_${stem}`].includes(wordsOf(each.name).join('_')))
  if (entity == null || field?.type !== 'enum' || field.list) return null
  return { entity: entity.name, function: 'count', by: field.name }
}

// ---------------------------------------------------------------------------------------------------------------- aggregates

const FUNCTIONS: [RegExp, Figure['function']][] = [
  [/^(?:sum|total)$/, 'sum'],
  [/^(?:average|avg|mean)$/, 'average'],
  [/^(?:min|minimum|lowest|smallest|cheapest|earliest)$/, 'minimum'],
  [/^(?:max|maximum|highest|largest|biggest)$/, 'maximum'],
]
const MONEY = /^(?:total|total_amount|grand_total|total_price|amount|amount_paid|price_paid)$/

/** `average_rating`, `total_amount`, `avg_order_value`, `revenue`. */
function aggregated(words: string[], context: Entity | null, resolved: Resolved): Unnamed | null {
  const entities = context === null ? resolved.entities : [context]
  if (/^(?:total_)?(?:revenue|sales_revenue|income|turnover|spent|spend|sales_amount)$/.test(words.join('_')))
    return only(entities.flatMap((entity) => summed(entity, moneyOf(entity))))
  const place = words.findIndex((word) => FUNCTIONS.some(([form]) => form.test(word)))
  if (place === -1) return null
  const name = FUNCTIONS.find(([form]) => form.test(words[place]!))![1]
  const rest = words.filter((_, index) => index !== place)
  if (rest.length === 0) return null
  const value = rest.at(-1) === 'value' || rest.at(-1) === 'total' || rest.at(-1) === 'amount' ? named(rest.slice(0, -1), context, resolved) : null
  const money = value === null ? undefined : moneyOf(value)
  if (value !== null && money !== undefined) return { entity: value.name, function: name, field: money.name }
  return only(
    entities.flatMap((entity) => {
      const field = numberNamed(entity, rest)
      return field === undefined ? [] : [{ entity: entity.name, function: name, field: field.name }]
    }),
  )
}

const isNumber = (field: Field): boolean =>
  ['integer', 'bigint', 'decimal', 'float'].includes(field.type) && !field.list && field.reference === undefined

function numberNamed(entity: Entity, words: string[]): Field | undefined {
  const own = snakeName(entity.name).split('_')
  const stripped = words.map(singular).filter((word) => !own.includes(word))
  const wanted = [words.join('_'), words.map(singular).join('_'), stripped.join('_')].filter((name) => name !== '')
  const numbers = entity.fields.filter((field) => isNumber(field) && !entity.key.includes(field.name))
  const bare = (field: Field) =>
    wordsOf(field.name)
      .filter((word) => word !== 'total')
      .join('_')
  return (
    numbers.find((field) => wanted.includes(wordsOf(field.name).join('_'))) ??
    numbers.find((field) => wanted.includes(wordsOf(field.name).map(singular).join('_'))) ??
    numbers.find((field) => wanted.includes(bare(field)))
  )
}

/** The only field of an entity that says what was paid. */
export function moneyOf(entity: Entity): Field | undefined {
  const fields = entity.fields.filter((field) => isNumber(field) && MONEY.test(wordsOf(field.name).join('_')))
  return fields.length === 1 ? fields[0] : undefined
}

const summed = (entity: Entity, field: Field | undefined): Unnamed[] =>
  field === undefined ? [] : [{ entity: entity.name, function: 'sum', field: field.name }]
const only = (found: Unnamed[]): Unnamed | null => (found.length === 1 ? found[0]! : null)

// -------------------------------------------------------------------------------------------------------------------- counts

/** `total`, `orders_count`, `completed tasks`, `active`: rows, or rows in a state. */
function counted(words: string[], context: Entity | null, resolved: Resolved): Unnamed | null {
  const rest = words.filter((word) => !/^(?:total|counts?|number|num|amount|how|many)$/.test(word))
  if (rest.length === 0) return context === null || words.length === 0 ? null : { entity: context.name, function: 'count' }
  const whole = named(rest, null, resolved)
  if (whole !== null) return { entity: whole.name, function: 'count' }
  for (const [noun, state] of splits(rest)) {
    const entity = noun.length === 0 ? context : named(noun, null, resolved)
    const where = entity === null ? null : stateOf(state.join('_'), entity)
    if (entity !== null && where !== null) return { entity: entity.name, function: 'count', ...where }
  }
  return null
}

/** Each way in which the first or the last words may be the noun, and the others its state. */
function splits(words: string[]): [noun: string[], state: string[]][] {
  const found: [string[], string[]][] = [[[], words]]
  for (let at = 1; at < words.length; at += 1) found.push([words.slice(at), words.slice(0, at)], [words.slice(0, at), words.slice(at)])
  return found
}

function named(words: string[], context: Entity | null, resolved: Resolved): Entity | null {
  const text = words.join('_')
  const known = entityOf(text, resolved) ?? entityOf(singular(text), resolved)
  const found = known !== null && resolved.entities.includes(known) ? known : null
  return found ?? (context !== null && snakeName(context.name).endsWith(singular(text)) ? context : null)
}

/** A member of one of its enumerations, a flag, or what a list of that name holds. */
function stateOf(state: string, entity: Entity): Pick<Unnamed, 'where' | 'when'> | null {
  const members = entity.fields.flatMap((field) => {
    const value = field.list ? undefined : field.values?.find((each) => each.toLowerCase().replace(/[- ]/g, '_') === state)
    return value === undefined ? [] : [{ [field.name]: value }]
  })
  const flags = entity.fields.filter(
    (field) => field.type === 'boolean' && !field.list && [state, `is_${state}`].includes(wordsOf(field.name).join('_')),
  )
  const found = [...members, ...flags.map((field) => ({ [field.name]: true }))]
  if (found.length === 1) return { where: found[0]! }
  if (found.length > 1) return null
  const reached = stateReached(state, entity)
  if (reached !== null) return { where: reached }
  const fact = { method: 'GET' as const, path: '', summary: '', line: 0, context: null, notes: [], query: [], body: [], responses: [] }
  const view = viewShape(fact, entity, state)
  if (view === null || (view.where === undefined && view.when === undefined)) return null
  return { ...(view.where === undefined ? {} : { where: view.where }), ...(view.when === undefined ? {} : { when: view.when }) }
}

/** `completed` tasks are those that are `done`, where no state is called so. */
function stateReached(state: string, entity: Entity): Record<string, string | boolean> | null {
  const [field, value, ...more] = Object.entries(participleSets(state, entity) ?? {}).flat()
  return typeof field === 'string' && (typeof value === 'string' || value === true) && more.length === 0 ? { [field]: value } : null
}
