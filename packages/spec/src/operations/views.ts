import type { Condition, Endpoint, Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import { singular, wordsOf } from '../words'
import type { Shape } from './shape'

type View = Pick<Endpoint, 'where' | 'when' | 'ranked'>

/**
 * `/tasks/overdue`, `/posts/recent`, `/products/top`: the list of an entity with a condition or an order of its own. Null when the models do not
 * say which rows the word means.
 */
export function viewShape(fact: EndpointFact, entity: Entity, word: string): Shape | null {
  if (fact.method !== 'GET') return null
  const name = word.toLowerCase().replace(/-/g, '_')
  const view = dated(name, entity) ?? rankedView(fact, name, entity) ?? shortOf(fact, name, entity) ?? stateOf(name, entity)
  return view === null ? null : { operation: 'list', entity: entity.name, ...view }
}

// ------------------------------------------------------------------------------------------------------------------- dates

const isTime = (field: Field): boolean => !field.list && (field.type === 'datetime' || field.type === 'date')
const DUE = /^(?:due|deadline|return_by|expires?|expiry|expiration|valid_until|payment_due)/
const START = /^(?:starts?|start_(?:time|date|at)|begins?|scheduled|appointment|event|departure|date$|datetime$|check_?in)/
const FINAL =
  /^(?:done|complete[d]?|finished|resolved|closed|cancel?led|returned|paid|delivered|archived|rejected|expired|no[ _-]?show|void(?:ed)?)$/i
const DROPPED = /^(?:cancel?led|rejected|declined|archived|void(?:ed)?)$/i
const FINISHED = /^(?:completed|done|finished|resolved|closed|returned|paid|delivered)(?:_at|_on|_date)$/
const FINISHED_FLAG = /^(?:is_)?(?:completed|done|finished|resolved|closed|returned|paid)$/

/** What is late, what lies ahead, what lies behind: rows that are settled are not late, and what was called off does not lie ahead. */
function dated(name: string, entity: Entity): View | null {
  if (/^(?:overdue|late|past_due|expired)$/.test(name)) {
    if (entity.fields.some((field) => field.values?.some((value) => value.toLowerCase() === name))) return null
    const due = only(entity, DUE)
    return due === null ? null : { when: [{ field: due.name, is: 'past' }, ...(name === 'expired' ? [] : unsettled(entity))] }
  }
  if (/^(?:upcoming|future|next|past|previous)$/.test(name)) {
    const begins = only(entity, START)
    const start = begins ?? only(entity, DUE)
    if (start === null) return null
    const ahead = !/^(?:past|previous)$/.test(name)
    return {
      when: [{ field: start.name, is: ahead ? 'future' : 'past' }, ...(ahead ? (begins === null ? unsettled(entity) : notIn(entity, DROPPED)) : [])],
      ranked: { by: start.name, order: ahead ? 'asc' : 'desc' },
    }
  }
  return null
}

function only(entity: Entity, form: RegExp): Field | null {
  const found = entity.fields.filter((field) => isTime(field) && field.auto === undefined && form.test(wordsOf(field.name).join('_')))
  return found[0] !== undefined && (found.length === 1 || sameInterval(found)) ? found[0] : null
}

/** `starts_at` and `start_timezone_date` leave it open which one counts; a start and its end do not. */
const sameInterval = ([first, ...others]: Field[]): boolean => others.every((field) => /(?:^|_)ends?(?:_|$)/.test(field.name) && field !== first)

/** What is not done yet. */
function unsettled(entity: Entity): Condition[] {
  const moment = entity.fields.find((field) => isTime(field) && field.nullable && FINISHED.test(wordsOf(field.name).join('_')))
  const flag = entity.fields.find((field) => field.type === 'boolean' && FINISHED_FLAG.test(wordsOf(field.name).join('_')))
  const states = notIn(entity, FINAL)
  if (states.length > 0) return states
  if (flag !== undefined) return [{ field: flag.name, not: [true] }]
  return moment === undefined ? [] : [{ field: moment.name, is: 'null' }]
}

function notIn(entity: Entity, form: RegExp): Condition[] {
  return entity.fields.flatMap((field): Condition[] => {
    const values = /status|state|stage/.test(field.name) && !field.list ? (field.values ?? []).filter((value) => form.test(value)) : []
    return values.length === 0 || values.length === field.values?.length ? [] : [{ field: field.name, not: values }]
  })
}

// ------------------------------------------------------------------------------------------------------------------- order

const RECENT = /^(?:recent|recently_added|latest|newest|new)$/
const POPULAR = /^(?:popular|most_popular|trending|top|top_rated|best|best_?sell(?:ing|ers?)|most_[a-z_]+|featured_top)$/
const COUNTER = /(?:_count|^(?:views?|likes?|downloads?|votes?|upvotes?|score|points|popularity|sales|sold|purchases|plays|shares|karma))$/
const RATING = /^(?:rating|average_rating|avg_rating|rating_average|stars)$/

function rankedView(fact: EndpointFact, name: string, entity: Entity): View | null {
  if (RECENT.test(name)) {
    const made = entity.fields.find((field) => field.auto === 'created') ?? only(entity, /^(?:created|published|posted|placed|date|recorded|order)/)
    return made === null || made === undefined ? null : { ranked: { by: made.name, order: 'desc', ...limitOf(fact) } }
  }
  if (!POPULAR.test(name)) return null
  const by = rankField(fact, name, entity)
  return by === null ? null : { ranked: { by: by.name, order: 'desc', ...limitOf(fact) } }
}

/** The number that ranks: as the text says, as the word says, else the only counter there is. */
function rankField(fact: EndpointFact, name: string, entity: Entity): Field | null {
  const numbers = entity.fields.filter((field) => ['integer', 'bigint', 'decimal', 'float'].includes(field.type) && !field.list && !field.reference)
  const text = [fact.summary, ...fact.notes.map((note) => note.text)].join(' . ')
  const told = text.match(
    /\b(?:by|with (?:the )?(?:highest|most)|(?:highest|most|ordered by|sorted by|ranked by))\s+(?:the\s+|their\s+|highest\s+)?([a-z_]\w*(?: [a-z]+)?)/i,
  )?.[1]
  const named = (stem: string) => numbers.find((field) => holds(field, stem))
  if (told !== undefined)
    return told.split(' ').length > 1 ? (named(told.replace(' ', '_')) ?? named(told.split(' ')[0]!) ?? null) : (named(told) ?? null)
  const word = name.match(/^most_([a-z]+)$/)?.[1]
  if (word !== undefined && word !== 'popular') return named(noun(word)) ?? null
  if (/rated/.test(name)) return numbers.find((field) => RATING.test(field.name)) ?? null
  const counters = numbers.filter((field) => COUNTER.test(wordsOf(field.name).join('_')))
  const sold = /sell/.test(name) ? counters.filter((field) => /sold|sales|purchase|order/.test(field.name)) : counters
  return sold.length === 1 ? sold[0]! : null
}

/** `viewed` → `view`. */
const noun = (word: string): string => (word.endsWith('ied') ? `${word.slice(0, -3)}y` : word.replace(/(?:ed|d)$/, ''))

function holds(field: Field, stem: string): boolean {
  const words = wordsOf(field.name).map(singular)
  const wanted = wordsOf(stem).map(singular)
  const core = words.filter((word) => !['count', 'total', 'number', 'num', 'average', 'avg'].includes(word)).join('_')
  return words.join('_') === wanted.join('_') || core === wanted.join('_') || core === noun(wanted.join('_'))
}

/** "Top 5", "the last 20", `?limit=`: a bare list of so many. Without them the list has pages like any other. */
export function limitOf(fact: EndpointFact): Pick<NonNullable<Endpoint['ranked']>, 'limit'> {
  const param = fact.query.find((one) => /^(?:limit|top|n|count|size)$/i.test(one.name))
  const paged = fact.query.some((one) => /^(?:page|offset|skip|cursor)$/i.test(one.name))
  const told = fact.summary.match(
    /\b(?:top|last|latest|first|most recent|up to|at most|limit(?:ed)? to)\s+(\d{1,3})\b|\bdefault[:s ]*\s*(\d{1,3})\b/i,
  )
  const stated = param?.text.match(/\bdefault\D{0,8}(\d{1,3})/i)?.[1] ?? told?.[1] ?? told?.[2]
  if (paged || (param === undefined && stated === undefined)) return {}
  const most = Number(param?.text.match(/\bmax\w*\D{0,8}(\d{1,4})/i)?.[1] ?? 100)
  return { limit: { name: param?.name ?? 'limit', default: Math.min(Number(stated ?? 10), most), max: most } }
}

// ------------------------------------------------------------------------------------------------------------------- states

/** `/products/low-stock`: no more is there than what the row, or the text, asks for. */
function shortOf(fact: EndpointFact, name: string, entity: Entity): View | null {
  if (!/^(?:low_?stock|low_inventory|below_(?:minimum|threshold)|out_of_stock|reorder|needs_reorder)$/.test(name)) return null
  const stock = entity.fields.find((field) =>
    /^(?:stock|quantity|stock_quantity|quantity_in_stock|stock_level|inventory|on_hand|quantity_on_hand|current_stock)$/.test(field.name),
  )
  if (stock === undefined) return null
  if (name === 'out_of_stock') return { when: [{ field: stock.name, atMost: 0 }] }
  const level = entity.fields.find(
    (field) => /(?:^|_)(?:reorder|minimum|min|threshold|low_stock)(?:_|$)/.test(field.name) && field.type === stock.type,
  )
  if (level !== undefined) return /\bbelow\b|<(?!=)/i.test(fact.summary) ? null : { when: [{ field: stock.name, atMost: level.name }] }
  const told = fact.summary.match(/(?:<=|≤|at most|or less than|no more than)\s*(\d{1,6})\b/i)?.[1]
  return told === undefined ? null : { when: [{ field: stock.name, atMost: Number(told) }] }
}

const OPPOSITE: Record<string, string[]> = {
  active: ['archived', 'deleted', 'closed', 'ended', 'returned', 'revoked', 'inactive', 'disabled'],
  open: ['closed', 'resolved', 'completed', 'done', 'returned'],
  current: ['returned', 'ended', 'archived'],
  pending: ['completed', 'done', 'processed'],
  incomplete: ['completed', 'done'],
  available: ['borrowed', 'booked', 'reserved', 'sold'],
}

/** The opposite of a flag, or a moment that has not come: `/notices/unread`, `/loans/active`. */
function stateOf(name: string, entity: Entity): View | null {
  const un = name.match(/^(?:un|not_|non_)(\w{3,})$/)?.[1]
  const stems = un === undefined ? (OPPOSITE[name] ?? []) : [un]
  const words = (field: Field) => wordsOf(field.name).join('_')
  const flags = entity.fields.filter(
    (field) => field.type === 'boolean' && !field.list && stems.some((stem) => [stem, `is_${stem}`].includes(words(field))),
  )
  const moments = entity.fields.filter(
    (field) => isTime(field) && field.nullable && stems.some((stem) => [`${stem}_at`, `${stem}_on`, `${stem}_date`].includes(words(field))),
  )
  if (flags.length === 1) return { where: { [flags[0]!.name]: false } }
  if (flags.length > 0 || moments.length !== 1) return null
  return { when: [{ field: moments[0]!.name, is: 'null' }] }
}
