import type { Diagnostic, PagingConvention } from '../api-spec'
import type { EndpointFact, Facts, JsonBlock, ParamFact } from '../facts'
import { isObject } from '../json-block'

type Envelope = PagingConvention['envelope'][number]

const PAGE = /^(page|page_?number)$/i
const SIZE = /^(page_?size|per_?page|size|limit|page_?limit)$/i
const LIMIT = /^(limit|take|size)$/i
const OFFSET = /^(offset|skip)$/i

const PAGE_ENVELOPE: Envelope[] = ['items', 'total', 'page', 'page_size', 'total_pages']
const OFFSET_ENVELOPE: Envelope[] = ['items', 'total', 'limit', 'offset']

/** How lists are cut into pages: the parameters and the envelope that the text shows, else `page` and `page_size`. */
export function pagingOf(facts: Facts, endpoints: readonly EndpointFact[], diagnostics: Diagnostic[]): PagingConvention {
  const params = statedParams(facts, endpoints)
  const offset = params.find((param) => OFFSET.test(param.name))
  const page = params.find((param) => PAGE.test(param.name))
  const shown = envelopeOf(facts, endpoints)
  const base = { defaultSize: 20, maxSize: 100 }
  const cursor = params.find((param) => /cursor/i.test(param.name))
  if (cursor !== undefined && page === undefined && offset === undefined)
    diagnostics.push({ level: 'warning', message: 'paging by cursor is not followed; page and page_size are used', lines: [cursor.line] })
  const none = noPaging(facts, endpoints, params, shown)
  if (none !== null) return { style: 'none', params: null, envelope: [], ...base, source: { line: none, origin: 'stated' } }
  const byOffset = offset !== undefined ? page === undefined : page === undefined && shown !== null && shown.envelope.includes('offset')
  const size = params.find((param) => (byOffset ? LIMIT : SIZE).test(param.name))
  const first = byOffset ? offset : page
  const line = first?.line ?? size?.line ?? shown?.line
  const { defaultSize, maxSize } = sizes(size, facts)
  return {
    style: byOffset ? 'offset' : 'page',
    params: byOffset
      ? { offset: offset?.name ?? 'offset', limit: size?.name ?? 'limit' }
      : { page: page?.name ?? 'page', size: size?.name ?? 'page_size' },
    envelope: shown?.envelope ?? (byOffset ? OFFSET_ENVELOPE : PAGE_ENVELOPE),
    ...(shown === null || Object.keys(shown.names).length === 0 ? {} : { names: shown.names }),
    defaultSize,
    maxSize: Math.max(maxSize, defaultSize),
    source: line === undefined ? { line: 0, origin: 'inferred' } : { line, origin: 'stated' },
  }
}

function statedParams(facts: Facts, endpoints: readonly EndpointFact[]): ParamFact[] {
  const listed = facts.lists.filter((one) => one.name !== '').map((one) => ({ name: one.name, text: one.text, line: one.line }))
  const prose = facts.lists.filter((one) => one.kind === 'pagination' && one.name === '').flatMap((one) => namesIn(one.text, one.line))
  const notes = endpoints.flatMap((endpoint) =>
    [endpoint.summary, ...endpoint.notes.map((note) => note.text)]
      .filter((text) => /paginat|per_?page|\bpage(?:_?size|_?number|\s*[,(&/=]|\s+and\b)/i.test(text))
      .flatMap((text) => namesIn(text, endpoint.line)),
  )
  return [...endpoints.flatMap((endpoint) => endpoint.query), ...listed, ...prose, ...notes]
}

function namesIn(text: string, line: number): ParamFact[] {
  return [...text.matchAll(/\b(page_?size|per_?page|page_?number|limit|offset|skip|cursor|page(?=\s*[,(&/=]|\s+and\b|$))\b/gi)].map((match) => ({
    name: match[1]!,
    text,
    line,
  }))
}

function sizes(size: ParamFact | undefined, facts: Facts): { defaultSize: number; maxSize: number } {
  const texts = [
    size?.text ?? '',
    ...facts.lists
      .filter((one) => one.kind === 'pagination')
      .map((one) => one.text)
      .filter((text) => /size|limit|per page|items/i.test(text)),
  ]
  const find = (pattern: RegExp) => texts.map((text) => Number(text.match(pattern)?.[1] ?? Number.NaN)).find((value) => value >= 1 && value <= 10_000)
  return {
    defaultSize:
      find(/\bdefault(?:s)?(?: page size| size| is| to| of)?\s*[:=]?\s*(\d+)/i) ??
      find(/\b(\d+) (?:items )?per page\b/i) ??
      find(/\b(\d+)\s*(?:\(default\)|by default)/i) ??
      20,
    maxSize: find(/\bmax(?:imum)?(?: page size| size| is| of)?\s*[:=]?\s*(\d+)/i) ?? 100,
  }
}

const NAMES: [RegExp, Envelope][] = [
  [/^(items|data|results|records)$/i, 'items'],
  [/^(total|total_?count|total_?items)$/i, 'total'],
  [/^(page|current_?page|page_?number)$/i, 'page'],
  [/^(page_?size|per_?page|size)$/i, 'page_size'],
  [/^(total_?pages|pages|page_?count|last_?page)$/i, 'total_pages'],
  [/^limit$/i, 'limit'],
  [/^(offset|skip)$/i, 'offset'],
  [/^count$/i, 'count'],
]

interface Shown {
  envelope: Envelope[]
  names: NonNullable<PagingConvention['names']>
  line: number
}

const nameInEnvelope = (key: string): Envelope | undefined => NAMES.find(([pattern]) => pattern.test(key))?.[1]

function envelopeOf(facts: Facts, endpoints: readonly EndpointFact[]): Shown | null {
  const sections = facts.json.filter((one) => one.section.kind === 'pagination' || one.section.kind === 'response').map((one) => one.block)
  const answers = endpoints.flatMap((endpoint) =>
    endpoint.method === 'GET'
      ? endpoint.responses.filter((response) => response.status < 300 && response.json !== null).map((response) => response.json!)
      : [],
  )
  for (const block of [...sections, ...answers]) {
    if (!/\[/.test(block.raw) || !block.keys.some((key) => /^(items|data|results|records|total|total_?count)$/i.test(key))) continue
    const envelope = block.keys.map(nameInEnvelope).filter((name): name is Envelope => name !== undefined)
    if (!envelope.includes('items')) continue
    return { envelope: [...new Set(envelope)], names: ownNames(block), line: block.line }
  }
  return null
}

/** Members that the text's envelope spells differently. */
function ownNames(block: JsonBlock): Shown['names'] {
  const names: Shown['names'] = {}
  for (const key of block.keys) {
    const member = nameInEnvelope(key)
    if (member !== undefined && member !== key && !block.keys.includes(member)) names[member] ??= key
  }
  return names
}

/** Line of the statement that lists are bare arrays, else null. */
function noPaging(facts: Facts, endpoints: readonly EndpointFact[], params: ParamFact[], shown: ReturnType<typeof envelopeOf>): number | null {
  const said = facts.lists.find((one) => one.kind === 'pagination' && /\b(?:no|without) paginat|\bnot paginated\b/i.test(one.text))
  if (said !== undefined) return said.line
  const paged = params.some((param) => PAGE.test(param.name) || OFFSET.test(param.name) || SIZE.test(param.name))
  const spoken = endpoints.some((endpoint) => /paginat/i.test(endpoint.summary)) || facts.lists.some((one) => one.kind === 'pagination')
  if (paged || spoken || shown !== null) return null
  const arrays = endpoints.flatMap((endpoint) =>
    endpoint.method === 'GET' ? endpoint.responses.filter((response) => response.status < 300 && Array.isArray(response.json?.value)) : [],
  )
  const objects = endpoints.flatMap((endpoint) =>
    endpoint.method === 'GET' && !endpoint.path.endsWith('}') ? endpoint.responses.filter((response) => isObject(response.json?.value)) : [],
  )
  return arrays.length > 0 && objects.length === 0 ? arrays[0]!.line : null
}
