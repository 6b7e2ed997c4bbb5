import type { Diagnostic, Endpoint, Entity, Field, Filter, LinkFilter, Source } from './api-spec'
import type { EndpointFact, Facts, ParamFact } from './facts'
import { nameKey, singular, wordsOf } from './words'

interface ListParts {
  filters: Filter[]
  linked: LinkFilter[]
  search: string[]
  searchParam?: string
  sort: { fields: string[]; default: string; defaultOrder: 'asc' | 'desc' } | undefined
  stated: boolean
}

/** The filter by the name of a joined row that a parameter means, if any. */
type LinkReader = (param: ParamFact) => LinkFilter | null

const PAGE_PARAMS = /^(page|page_?size|per_?page|limit|offset|skip|cursor|size|page_?number|take)$/i
const SEARCH_PARAMS = /^(search|q|query|keyword|keywords|term|search_?term|text)$/i
const SORT_PARAMS = /^(sort|sort_?by|order_?by|ordering)$/i
const ORDER_PARAMS = /^(sort_?order|order|sort_?dir(ection)?|direction|dir)$/i

/** Filters, search and sorting of one list endpoint: what the text states, else equality on enums, booleans and references. */
export function listParts(
  fact: EndpointFact,
  endpoint: Endpoint,
  entity: Entity,
  facts: Facts,
  diagnostics: Diagnostic[],
  linkOf: LinkReader,
): ListParts {
  const parts: ListParts = { filters: [], linked: [], search: [], sort: undefined, stated: false }
  const statements = [...statedParams(fact, entity, facts), ...summaryParams(fact), ...sentenceParams(fact)]
  for (const statement of statements) applyParam(statement, entity, parts, diagnostics, linkOf)
  if (!parts.stated) {
    parts.filters = inferredFilters(entity, endpoint.parent?.field)
    if (parts.search.length === 0) parts.search = searchable(entity)
  }
  parts.sort ??= defaultSort(entity)
  orderFromText(fact, entity, parts)
  return parts
}

function statedParams(fact: EndpointFact, entity: Entity, facts: Facts): ParamFact[] {
  const key = nameKey(entity.name)
  const elsewhere = facts.lists
    .filter((one) => one.kind !== 'pagination' && (one.path === null ? one.entity === key && !fact.path.includes('{') : one.path === fact.path))
    .flatMap((one) =>
      one.name === ''
        ? textParams(one.text, one.line)
        : [{ name: one.name, text: one.text.replace(/^[?&]?\w+(\[\])?\s*[:=—–-]?\s*/, ''), line: one.line }],
    )
  return [...fact.query, ...elsewhere]
}

/** `(filters: status, category; search in title; sort by price)` and `?status=&page=`. */
function summaryParams(fact: EndpointFact): ParamFact[] {
  return fact.summary.includes('(') || /filter|search|sort/i.test(fact.summary) ? textParams(fact.summary, fact.line) : []
}

function sentenceParams(fact: EndpointFact): ParamFact[] {
  return fact.notes.filter((note) => /filter|search|sort/i.test(note.text)).flatMap((note) => textParams(note.text, note.line))
}

function textParams(text: string, line: number): ParamFact[] {
  const params: ParamFact[] = []
  const filters = text.match(
    /\bfilter(?:s|ed|ing|able)?\s*(?:by|on|:|with)\s*:?\s*([^;.)]+?)(?=\s*(?:;|\.|\)|$|,?\s*(?:and\s+)?(?:search|sort|paginat)))/i,
  )
  if (filters !== null) for (const name of nameList(filters[1]!)) params.push({ prose: true, name, text: '', line })
  const search = text.match(
    /\bsearch(?:able)?\s*(?:in\b|by\b|on\b|across\b|:)?\s+([a-z_][^;.)]+?)(?=\s*(?:;|\.|\)|$|,?\s*(?:and\s+)?(?:filter|sort|paginat)))/i,
  )
  if (search !== null) params.push({ name: 'search', text: `search in ${search[1]}`, line })
  const sort = text.match(/\bsort(?:s|ed|ing|able)?\s*(?:by|on|:)\s*([^;.)]+?)(?=\s*(?:;|\.|\)|$|,?\s*(?:and\s+)?(?:filter|search|paginat)))/i)
  if (sort !== null) params.push({ name: 'sort_by', text: `(${nameList(sort[1]!).join(', ')})`, line })
  return params
}

function nameList(text: string): string[] {
  return text
    .replace(/\([^)]*\)?/g, '')
    .split(/,|\/|\band\b|\bor\b|&/)
    .map((part) => wordsOf(part).join('_'))
    .filter((name) => name !== '' && name.split('_').length <= 4)
}

function applyParam(param: ParamFact, entity: Entity, parts: ListParts, diagnostics: Diagnostic[], linkOf: LinkReader): void {
  const { name, text, line } = param
  if (PAGE_PARAMS.test(name) || ORDER_PARAMS.test(name)) {
    if (ORDER_PARAMS.test(name)) renamed(param, 'sort_order', entity, diagnostics)
    if (ORDER_PARAMS.test(name) && /default:?\s*"?desc|"?desc"?\s*\(default\)/i.test(text) && parts.sort !== undefined)
      parts.sort.defaultOrder = 'desc'
    return
  }
  parts.stated = true
  if (SEARCH_PARAMS.test(name) && fieldNamed(entity, name) === undefined) {
    parts.search = fieldsIn(text, entity)
      .filter((field) => isText(field))
      .map((field) => field.name)
    if (parts.search.length === 0) parts.search = searchable(entity)
    if (name !== 'search') parts.searchParam = name
    return
  }
  if (SORT_PARAMS.test(name)) {
    renamed(param, 'sort_by', entity, diagnostics)
    const fields = fieldsIn(text.replace(/\(?\bdefault\b(?!\s*,)[^),;]*\)?/i, ''), entity).map((field) => field.name)
    parts.sort = sortOn(fields.length === 0 ? sortable(entity) : fields, text)
    return
  }
  const bounds = rangeOf(param, entity)
  if (bounds.length > 0) {
    parts.filters.push(...bounds.filter((bound) => !parts.filters.some((one) => one.name === bound.name)))
    return
  }
  const link = linkOf(param)
  if (link !== null) {
    parts.linked = [...parts.linked.filter((one) => one.name !== link.name), link]
    parts.filters = parts.filters.filter((one) => one.name !== link.name)
  }
  const filter = link !== null && param.prose !== true ? null : filterFor(param, entity)
  if (filter === null && link !== null) return
  if (filter === null) {
    diagnostics.push({ level: 'warning', message: `the filter "${name}" of ${entity.name} names no field of it and is left out`, lines: [line] })
    return
  }
  if (![...parts.filters, ...parts.linked].some((one) => one.name === filter.name)) parts.filters.push(filter)
}

/** Sorting goes by one pair of names, whatever the text calls them. */
function renamed(param: ParamFact, name: string, entity: Entity, diagnostics: Diagnostic[]): void {
  const message = `lists of ${entity.name} are sorted by the parameter "${name}", not "${param.name}"`
  const said = diagnostics.some((one) => one.message === message && one.lines[0] === param.line)
  if (param.name !== name && !said) diagnostics.push({ level: 'warning', message, lines: [param.line] })
}

/** "Price range" and "date range" in prose: a bound on each side. */
function rangeOf(param: ParamFact, entity: Entity): Filter[] {
  const stem =
    param.prose === true
      ? wordsOf(param.name)
          .join('_')
          .match(/^(?:range_of_)?(.+?)(?:_ranges?)?$/)
      : null
  if (stem === null || !/(?:^|_)ranges?(?:_|$)/.test(wordsOf(param.name).join('_'))) return []
  const field = fieldNamed(entity, stem[1]!) ?? timeField(entity, stem[1]!) ?? timeField(entity, stem[1]!.replace(/_(?:date|time)$/, ''))
  const source: Source = { line: param.line, origin: 'stated' }
  if (field === undefined || field.list) return []
  if (isTime(field)) {
    const name = field.name.replace(/_(?:at|on)$/, '')
    return (['after', 'before'] as const).map((kind) => ({ name: `${name}_${kind}`, field: field.name, kind, source }))
  }
  return isNumber(field) ? (['min', 'max'] as const).map((kind) => ({ name: `${kind}_${field.name}`, field: field.name, kind, source })) : []
}

function filterFor(param: ParamFact, entity: Entity): Filter | null {
  const { name, text } = param
  const source: Source = { line: param.line, origin: 'stated' }
  const snake = wordsOf(name).join('_')
  const make = (field: Field, kind: Filter['kind']): Filter => ({
    name: param.prose === true && kind === 'equals' ? field.name : name,
    field: field.name,
    kind,
    source,
  })
  const exact = fieldNamed(entity, snake)
  if (exact !== undefined) {
    const several = /multi-?select|comma[- ]separated|multiple values|one or more|list of/i.test(text)
    const partial = /\b(contains|partial|substring|like|fuzzy)\b/i.test(text) && isText(exact)
    return make(exact, several ? 'in' : partial ? 'contains' : 'equals')
  }
  if (/(^|_)overdue$/.test(snake)) {
    const due =
      entity.fields.find((field) => isTime(field) && /^(due|deadline|return_by|expires)/.test(field.name)) ??
      entity.fields.find((field) => isTime(field) && /due|deadline/.test(field.name))
    return due === undefined ? null : make(due, 'overdue')
  }
  const bound = boundOf(snake)
  if (bound !== null) {
    const field = fieldNamed(entity, bound.stem) ?? timeField(entity, bound.stem)
    if (field === undefined) return null
    if (isTime(field)) return make(field, bound.upper ? 'before' : 'after')
    return isNumber(field) ? make(field, bound.upper ? 'max' : 'min') : null
  }
  const plural = snake.match(/^(.*?)(?:_in|s|_ids)$/)
  if (plural !== null) {
    const field = fieldNamed(entity, plural[1]!) ?? fieldNamed(entity, `${plural[1]}_id`) ?? fieldNamed(entity, singular(snake))
    if (field !== undefined) return make(field, 'in')
  }
  const contains = snake.match(/^(.*)_(?:contains|like)$/)
  const contained = contains === null ? undefined : fieldNamed(entity, contains[1]!)
  if (contained !== undefined) return make(contained, 'contains')
  return null
}

function boundOf(snake: string): { stem: string; upper: boolean } | null {
  const lower = snake.match(/^(?:min|from|after|since|start)_(.+)$|^(.+)_(?:min|from|after|since|gte|gt|start)$/)
  if (lower !== null) return { stem: lower[1] ?? lower[2]!, upper: false }
  const upper = snake.match(/^(?:max|to|before|until|end)_(.+)$|^(.+)_(?:max|to|before|until|lte|lt|end)$/)
  return upper === null ? null : { stem: upper[1] ?? upper[2]!, upper: true }
}

/** `due` → due_date, `created` → created_at, `date` → the entity's own date. */
function timeField(entity: Entity, stem: string): Field | undefined {
  const times = entity.fields.filter(isTime)
  const named =
    times.find((field) => wordsOf(field.name).join('_').startsWith(`${stem}_`)) ?? times.find((field) => wordsOf(field.name).includes(stem))
  if (named !== undefined) return named
  if (!/^(date|time)$/.test(stem)) return undefined
  return times.find((field) => field.auto === undefined) ?? times.find((field) => field.auto === 'created')
}

/** Field by name, with or without `_id` and `is_`. */
export function fieldNamed(entity: Entity, name: string): Field | undefined {
  const wanted = wordsOf(name).join('_')
  const by = (target: string) => entity.fields.find((field) => wordsOf(field.name).join('_') === target && field.writeOnly !== true)
  return by(wanted) ?? by(`${wanted}_id`) ?? by(`is_${wanted}`)
}

function fieldsIn(text: string, entity: Entity): Field[] {
  const inner = text.match(/\(([^)]*)\)/)?.[1]
  const found = (part: string) => {
    const names = part
      .split(/,|\/|\||;|\band\b|\bor\b/)
      .map((name) => name.trim().replace(/^(?:search(?:es)? )?(?:in|by|on|across|default:?|field(?:s)? to \w+ by|one of)\s+/gi, ''))
    const fields = names
      .map((name) => (/^[\w ]{2,40}$/.test(name) ? fieldNamed(entity, name) : undefined))
      .filter((field): field is Field => field !== undefined)
    return [...new Set(fields)]
  }
  const bracketed = inner === undefined ? [] : found(inner)
  return bracketed.length > 0 ? bracketed : found(text.replace(/^.*?\b(?:in|by|across|of|on)\b/i, '').replace(/[()]/g, ' '))
}

const isText = (field: Field): boolean => ['string', 'text', 'email', 'url'].includes(field.type) && !field.list
const isNumber = (field: Field): boolean => ['integer', 'bigint', 'decimal', 'float'].includes(field.type)
const isTime = (field: Field): boolean => field.type === 'datetime' || field.type === 'date'

function inferredFilters(entity: Entity, parentField: string | undefined): Filter[] {
  return entity.fields
    .filter((field) => !field.list && field.writeOnly !== true && ['enum', 'boolean', 'reference'].includes(field.type) && field.name !== parentField)
    .map((field) => ({ name: field.name, field: field.name, kind: 'equals' as const, source: { line: 0, origin: 'inferred' as const } }))
}

function searchable(entity: Entity): string[] {
  return entity.fields
    .filter(
      (field) =>
        isText(field) &&
        field.writeOnly !== true &&
        field.type !== 'url' &&
        /name|title|description|content|body|email|subject|text|bio|sku|code|label|summary|notes?/.test(field.name),
    )
    .map((field) => field.name)
}

function sortable(entity: Entity): string[] {
  return entity.fields
    .filter((field) => !field.list && field.type !== 'json' && field.writeOnly !== true && field.type !== 'text')
    .map((field) => field.name)
}

function defaultSort(entity: Entity): NonNullable<ListParts['sort']> {
  const created = entity.fields.find((field) => field.auto === 'created')
  return sortOn(sortable(entity), created === undefined ? '' : `default: ${created.name}`)
}

function sortOn(fields: string[], text: string): NonNullable<ListParts['sort']> {
  const stated = text.match(/default[:\s]+(?:is |to )?["'`-]*([a-z_]\w*)/i)?.[1]
  const usual = fields.find((name) => /^created_?at$/i.test(name))
  return {
    fields,
    default: stated !== undefined && fields.includes(stated) ? stated : (usual ?? fields[0] ?? 'id'),
    defaultOrder: /\bdefault\b[^,;]*(?:\bdesc|[\s:="'`(]-[a-z])/i.test(text) ? 'desc' : 'asc',
  }
}

function orderFromText(fact: EndpointFact, entity: Entity, parts: ListParts): void {
  const text = [fact.summary, ...fact.notes.map((note) => note.text)].join(' ')
  const sort = parts.sort
  if (sort === undefined) return
  const created = entity.fields.find((field) => field.auto === 'created')?.name
  if (/\b(newest|latest|most recent|recent) (first|to oldest)?\b|\bnewest first\b/i.test(text) && created !== undefined) {
    if (!sort.fields.includes(created)) sort.fields.push(created)
    Object.assign(sort, { default: created, defaultOrder: 'desc' })
  }
}
