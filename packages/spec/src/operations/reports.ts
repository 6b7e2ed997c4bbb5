import type { Endpoint, Entity, Field, Figure, Grouping, Period } from '../api-spec'
import type { EndpointFact } from '../facts'
import { isObject, readJson } from '../json-block'
import type { Resolved } from '../resolve'
import { singular, wordsOf } from '../words'
import { figureOf, moneyOf } from './figures'
import { entityOf } from './names'
import { isParam, type Shape } from './shape'
import { rangeOf } from './stats'
import { limitOf } from './views'

const REPORT = /^(?:reports?|analytics|stats|statistics|metrics|dashboard|insights)$/i
const PERIODS: Record<string, Period> = { day: 'day', date: 'day', daily: 'day', week: 'week', weekly: 'week', month: 'month', monthly: 'month' }
const FILLER =
  /^(?:get|show|lists?|listed|returns?|report|reports|reported|rows?|of|the|a|an|and|all|with|for|in|number|statistics|stats|analytics|figures|metrics|summary|breakdown|grouped|group|optional|optionally|from|to|filters?|limit)$/

/** What the text says beside the figures: by what rows are put together. */
interface Told {
  periods: Period[]
  /** Words behind "per" and "by", in their order. */
  by: string[][]
  /** What is left. */
  rest: string[]
}

/**
 * `/reports/sales?group_by=day`, "page views per path", `/reports/orders-by-status`, `/reports/top-products`: a row with figures for each day, week,
 * month, or value of a field. Null when the text asks for something else, or does not say all of it.
 */
export function reportShape(written: EndpointFact, segments: string[], resolved: Resolved): Shape | null {
  const fact = withTold(written)
  const [first] = segments
  if (fact.method !== 'GET' || first === undefined || segments.some(isParam) || !REPORT.test(first) || entityOf(first, resolved) !== null) return null
  const example = exampleRow(fact)
  if (example === null) return null
  const path = segments.slice(1).flatMap(wordsOf)
  const told = [toldIn(path), toldIn(wordsOf(bareSummary(fact)))]
  if (path[0] === 'top' || told[1]!.rest[0] === 'top' || /^best$/.test(told[1]!.rest[0] ?? '')) return topShape(fact, path, example, resolved)
  const entity = entityNamed(told, resolved)
  if (entity === null) return null
  const grouped = groupingOf(fact, told, example, entity)
  const figures = grouped === null ? null : figuresIn(told, example, grouped, entity, resolved)
  const range = rangeOf(fact, [entity])
  if (grouped === null || figures === null || range === null || !knowsAll(fact, grouped, range.range)) return null
  const bounded =
    range.range === undefined ? {} : { range: { ...range.range, fields: { [entity.name]: boundedBy(grouped, entity, range.range.fields) } } }
  return { operation: 'report', entity: entity.name, grouped, figures, ...bounded }
}

/** A report by days is bounded by the same moment. */
const boundedBy = (grouped: Grouping, entity: Entity, fields: Record<string, string>): string =>
  grouped.periods === undefined ? fields[entity.name]! : grouped.field

/** Every query parameter is one that the report knows. */
const knowsAll = (fact: EndpointFact, grouped: Grouping, range: Endpoint['range'], limit?: string): boolean =>
  fact.query.every(({ name }) => [grouped.param, range?.from, range?.to, limit].includes(name))

// --------------------------------------------------------------------------------------------------------------------- reading

const BOUNDS = /\b(from|since|start_date|date_from)\s*(?:,|\/|&|and)\s*(to|until|end_date|date_to)\b/i

/** With the bounds that the summary names, "(from, to)", among the query parameters. */
function withTold(fact: EndpointFact): EndpointFact {
  const named = (fact.summary.match(BOUNDS) ?? []).slice(1).filter((name) => fact.query.every((param) => param.name !== name))
  return { ...fact, query: [...fact.query, ...named.map((name) => ({ name, text: '', line: fact.line }))] }
}

/** The summary without the example, without bounds, and without what brackets say about parameters. */
function bareSummary(fact: EndpointFact): string {
  const bounded = fact.query.some(({ name }) => /from|since|start/i.test(name))
  return fact.summary
    .replace(/\[\s*\{.*\}\s*\]/, '')
    .replace(/\((?:query|params?|filters?|from|since|start|limit|optional)\b[^)]*\)/gi, '')
    .replace(BOUNDS, '')
    .replace(bounded ? /\b(?:between two (?:dates|days|moments)|(?:with|in|for|over) an? (?:optional )?(?:date|time) range)\b/i : /(?!)/, '')
}

/** The first row of an example of the answer. Undefined when there is none, null when the answer is no list of flat rows. */
function exampleRow(fact: EndpointFact): Record<string, unknown> | null | undefined {
  const texts = [fact.summary, ...fact.notes.map((note) => note.text), ...fact.responses.flatMap(({ json }) => (json === null ? [] : [json.raw]))]
  for (const text of texts) {
    const list = text.match(/\[\s*\{.*\}\s*(?:,\s*\.\.\.\s*)?\]/s)?.[0]
    const value = list === undefined ? undefined : readJson([{ number: 0, text: list.replace(/,\s*\.\.\.\s*\]$/, ']') }]).value
    if (Array.isArray(value)) return isObject(value[0]) && Object.values(value[0]).every((each) => !isObject(each)) ? value[0] : null
    if (list !== undefined || /\{.*:.*\}/s.test(text)) return null
  }
  return undefined
}

function toldIn(words: string[]): Told {
  const told: Told = { periods: [], by: [], rest: [] }
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!
    const next = PERIODS[words[at + 1] ?? '']
    if (/^(?:per|by|each|every)$/.test(word) && next !== undefined) {
      told.periods.push(next)
      at += 1
    } else if (/^(?:daily|weekly|monthly)$/.test(word)) told.periods.push(PERIODS[word]!)
    else if (/^(?:or|and)$/.test(word) && next !== undefined && told.periods.length > 0) {
      told.periods.push(next)
      at += 1
    } else if (/^(?:per|by|each)$/.test(word)) {
      const end = words.findIndex((each, index) => index > at && /^(?:per|by|with|from|between|in|over|for|and|or)$/.test(each))
      told.by.push(words.slice(at + 1, end === -1 ? undefined : end))
      at = (end === -1 ? words.length : end) - 1
    } else told.rest.push(word)
  }
  return { ...told, rest: told.rest.filter((word) => !FILLER.test(word)) }
}

/** What is counted: an entity that the path or the text names, else the only one with money where they speak of that. */
function entityNamed(told: Told[], resolved: Resolved): Entity | null {
  const found = told.flatMap(({ rest }) => {
    const whole = rest.length === 0 ? null : named(rest, resolved)
    return whole === null ? rest.flatMap((word) => named([word], resolved) ?? []) : [whole]
  })
  if (found.length > 0) return found.every((entity) => entity === found[0]) ? found[0]! : null
  if (!told.some(({ rest }) => rest.some((word) => MONEY.test(word)))) return null
  const earning = resolved.entities.filter((entity) => moneyOf(entity) !== undefined && !SPENDING.test(entity.name))
  return earning.length === 1 ? earning[0]! : null
}

const MONEY = /^(?:sales?|revenue|income|turnover)$/
const SPENDING = /(?:expense|refund|cost|payout|withdrawal|salary|bill)s?$/i
const named = (words: string[], resolved: Resolved): Entity | null =>
  entityOf(words.join('_'), resolved) ?? entityOf(singular(words.join('_')), resolved)

// -------------------------------------------------------------------------------------------------------------------- grouping

function groupingOf(fact: EndpointFact, told: Told[], example: Record<string, unknown> | undefined, entity: Entity): Grouping | null {
  const param = fact.query.find(({ name }) => /^(?:group_?by|interval|granularity|period)$/i.test(name))
  const named = param === undefined ? [] : wordsOf(param.text).flatMap((word) => PERIODS[word] ?? [])
  const periods = [...new Set([...named, ...told.flatMap((each) => each.periods)])]
  const fields = told.flatMap(({ by }) => by.map((words) => fieldOf(entity, words)))
  if (fields.includes(null) || new Set(fields).size > 1 || (fields.length > 0 && (periods.length > 0 || param !== undefined))) return null
  const [field] = fields
  if (field != null) {
    const name = example === undefined ? field.name : Object.keys(example).find((key) => fieldOf(entity, wordsOf(key)) === field)
    return name === undefined ? null : { name, field: field.name }
  }
  const moment = momentOf(fact, entity)
  const key =
    example === undefined ? undefined : Object.keys(example).find((each) => PERIODS[each.toLowerCase()] !== undefined || /^period$/i.test(each))
  const shown = key === undefined ? undefined : PERIODS[key.toLowerCase()]
  if (moment === null || (example !== undefined && (key === undefined || !isPeriod(example[key], shown ?? periods[0])))) return null
  if (param === undefined) {
    const [one = shown, ...more] = periods
    return one === undefined || more.length > 0 || (shown ?? one) !== one ? null : { name: key ?? one, field: moment, periods: [one] }
  }
  const [usual = shown ?? 'day'] = periods
  const all = periods.length > 1 ? periods : [usual, ...(['day', 'week', 'month'] as const).filter((each) => each !== usual)]
  return { name: key ?? periods[0] ?? 'period', field: moment, periods: all, param: param.name }
}

/** The example writes it as the report does: `2026-01-05`, `2026-01`. */
const isPeriod = (value: unknown, period: Period | undefined): boolean =>
  typeof value === 'string' && (period === 'month' ? /^\d{4}-\d\d$/ : /^\d{4}-\d\d-\d\d$/).test(value)

/** The moment whose day counts: that which the models give for times between two bounds. */
function momentOf(fact: EndpointFact, entity: Entity): string | null {
  const bounded = { ...fact, query: [{ name: 'from', text: '', line: fact.line }] }
  const field = rangeOf(bounded, [entity])?.range?.fields[entity.name]
  return field === undefined || entity.fields.find(({ name }) => name === field)!.nullable ? null : field
}

/** A field of rows that can be put together: no number, no text that differs in every row. */
function fieldOf(entity: Entity, words: string[]): Field | null {
  const name = words.filter((word) => !/^(?:the|their|its)$/.test(word)).join('_')
  const found = entity.fields.filter((field) => [name, singular(name), `is_${name}`].includes(wordsOf(field.name).join('_')))
  const [field] = found
  if (field === undefined || field.list || field.reference !== undefined || field.unique !== false || field.writeOnly) return null
  return ['enum', 'boolean', 'string'].includes(field.type) ? field : null
}

// --------------------------------------------------------------------------------------------------------------------- figures

/** What each row says: what the example names, else how many there are, and the sum of the money where the text speaks of it. */
function figuresIn(
  told: Told[],
  example: Record<string, unknown> | undefined,
  grouped: Grouping,
  entity: Entity,
  resolved: Resolved,
): Figure[] | null {
  const group = grouped.periods === undefined ? singular(wordsOf(grouped.field).join('_')) : ''
  const spoken = told.flatMap(({ rest }) => rest).filter((word) => singular(word) !== group)
  const own = [...wordsOf(entity.name), ...spoken.filter((word) => MONEY.test(word) || /^(?:total|count|counts|amount|views?)$/.test(word))].map(
    singular,
  )
  if (spoken.some((word) => !own.includes(singular(word)) && named([word], resolved) !== entity)) return null
  const money = moneyOf(entity)
  if (example !== undefined) return figuresOfRow(example, grouped.name, entity, money, resolved)
  const paid = spoken.some((word) => MONEY.test(word))
  if (paid && money === undefined) return null
  const name = spoken.find((word) => /^(?:revenue|income|turnover)$/.test(word)) ?? 'total'
  const count: Figure = { name: ['count'], entity: entity.name, function: 'count' }
  return paid ? [count, { name: [name], entity: entity.name, function: 'sum', field: money!.name }] : [count]
}

function figuresOfRow(row: Record<string, unknown>, group: string, entity: Entity, money: Field | undefined, resolved: Resolved): Figure[] | null {
  const keys = Object.keys(row).filter((key) => key !== group)
  const figures = keys.map((key): Figure | null => {
    const amount = typeof row[key] === 'string' ? Number(row[key]) : row[key]
    if (typeof amount !== 'number' || !Number.isFinite(amount)) return null
    if (/^(?:total|amount|value|sales|revenue)$/i.test(key) && money !== undefined) {
      const whole = typeof row[key] === 'number' && Number.isInteger(amount)
      if (whole && keys.length === 1 && !/revenue/i.test(key)) return null
      return { name: [key], entity: entity.name, function: 'sum', field: money.name }
    }
    const figure = figureOf(key, entity, resolved)
    return figure === null || figure.entity !== entity.name || figure.by !== undefined ? null : { ...figure, name: [key] }
  })
  return figures.length === 0 || figures.includes(null) ? null : (figures as Figure[])
}

// ------------------------------------------------------------------------------------------------------------------------- top

const AMOUNT = /^(?:quantity|qty|units|amount)$/

/** `/reports/top-products?limit=5`: what most is sold of, by the quantity in the only rows that point at it. */
function topShape(fact: EndpointFact, path: string[], example: Record<string, unknown> | undefined, resolved: Resolved): Shape | null {
  const text = wordsOf(bareSummary(fact))
  const rest = text.filter((word) => !FILLER.test(word) && !/^(?:top|best|most|sold|selling|sellers|ordered|by|total|\d+)$/.test(word))
  const about = named(
    path.filter((word) => !/^(?:top|selling|best)$/.test(word)),
    resolved,
  )
  const sold = text.some((word) => /^(?:sold|selling|sellers|ordered|quantity|qty|units)$/.test(word)) || path.includes('selling')
  if (about === null || rest.some((word) => !AMOUNT.test(word) && named([word], resolved) !== about)) return null
  const counted = resolved.entities.flatMap((entity) => {
    const links = entity.fields.filter((field) => field.reference?.entity === about.name && !field.list && !field.nullable)
    const amounts = entity.fields.filter((field) => AMOUNT.test(field.name) && field.type === 'integer' && !field.list)
    return links.length === 1 && amounts.length === 1 ? [{ entity, link: links[0]!, amount: amounts[0]! }] : []
  })
  const [only, ...more] = counted
  const key = Object.keys(example ?? {}).find((name) => /(?:quantity|qty|units|sold)/i.test(name))
  if (only === undefined || more.length > 0 || (!sold && key === undefined)) return null
  const { entity, link, amount } = only
  const label = about.fields.find((field) => /^(?:name|title)$/.test(field.name) && !field.list && !field.nullable)
  const shows = example === undefined ? (label === undefined ? {} : { [label.name]: label.name }) : shownOf(example, [link.name, key!], about)
  if (shows === null || (example !== undefined && !(link.name in example))) return null
  const figure: Figure = { name: [key ?? amount.name], entity: entity.name, function: 'sum', field: amount.name }
  const { limit = { name: 'limit', default: 10, max: 100 } } = limitOf(fact)
  const grouped: Grouping = { name: link.name, field: link.name, shows }
  const range = rangeOf(fact, [entity])
  if (range === null || !knowsAll(fact, grouped, range.range, limit.name)) return null
  return { operation: 'report', entity: entity.name, grouped, figures: [figure], ranked: { by: figure.name[0]!, order: 'desc', limit }, ...range }
}

/** Fields of what the rows point at, by their names in the example. */
function shownOf(example: Record<string, unknown>, taken: string[], about: Entity): Record<string, string> | null {
  const names = Object.keys(example).filter((name) => !taken.includes(name))
  const own = `${wordsOf(about.name).join('_')}_`
  const found = names.map((name) => {
    const bare = name.startsWith(own) ? name.slice(own.length) : name
    return [name, about.fields.find((field) => field.name === bare && !field.writeOnly && !field.list)?.name]
  })
  return found.some(([, field]) => field === undefined) ? null : Object.fromEntries(found)
}
