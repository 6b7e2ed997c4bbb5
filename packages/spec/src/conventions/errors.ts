import type { Diagnostic, ErrorConvention, StatusConvention } from '../api-spec'
import type { EndpointFact, Facts, JsonBlock } from '../facts'
import { isObject } from '../json-block'

type Meaning = ErrorConvention['fields'][number]['meaning']

/** The object that every error answers: what the text shows as its error format, else RFC 9457. */
export function errorsOf(facts: Facts, endpoints: readonly EndpointFact[], diagnostics: Diagnostic[]): ErrorConvention {
  for (const block of errorBlocks(facts, endpoints)) {
    if (!isObject(block.value) && block.keys.length === 0) continue
    const nested = isObject(block.value) && block.keys.length === 1 && isObject(block.value[block.keys[0]!])
    if (nested) {
      diagnostics.push({
        level: 'warning',
        message: 'the error format nests an object, which is not followed; application/problem+json is used',
        lines: [block.line],
      })
      continue
    }
    const fields = fieldsOf(block, diagnostics)
    if (!fields.some((field) => field.meaning === 'message' || field.meaning === 'code')) continue
    return { format: 'custom', fields, codeCase: codeCase(block, fields), source: { line: block.line, origin: 'stated' } }
  }
  const problem = facts.errors.find((one) => /problem\+json|RFC ?(?:9457|7807)/i.test(one.text))
  return {
    format: 'problem',
    fields: [],
    codeCase: 'upper',
    source: problem === undefined ? { line: 0, origin: 'inferred' } : { line: problem.line, origin: 'stated' },
  }
}

function errorBlocks(facts: Facts, endpoints: readonly EndpointFact[]): JsonBlock[] {
  const sections = facts.json.filter((one) => one.section.kind === 'errors').map((one) => one.block)
  const inline = facts.errors.flatMap((one) => inlineBlock(one.text, one.line))
  const answers = endpoints.flatMap((endpoint) =>
    endpoint.responses.filter((response) => response.status >= 400 && response.json !== null).map((response) => response.json!),
  )
  return [...sections, ...inline, ...answers]
}

/** `{ "error": "...", "code": "..." }` or `{error, message}` within a sentence. */
function inlineBlock(text: string, line: number): JsonBlock[] {
  const raw = text.match(/\{[^{}]{3,200}\}/)?.[0]
  if (raw === undefined) return []
  const outer = text.match(/\{\s*["']?(\w+)["']?\s*:\s*\{/)?.[1]
  if (outer !== undefined) return [{ keys: [outer], value: { [outer]: {} }, raw, line }]
  const pairs = [...raw.slice(1, -1).matchAll(/["']?([A-Za-z_]\w*)["']?\s*(?::\s*("[^"]*"|'[^']*'|[^,]+))?\s*(?:,|$)/g)]
  const value = Object.fromEntries(pairs.map((pair) => [pair[1]!, (pair[2] ?? '').replace(/^["']|["']$/g, '').trim()]))
  return Object.keys(value).length === 0 ? [] : [{ keys: Object.keys(value), value, raw, line }]
}

function fieldsOf(block: JsonBlock, diagnostics: Diagnostic[]): ErrorConvention['fields'] {
  const values = isObject(block.value) ? block.value : {}
  const fields: ErrorConvention['fields'] = []
  const left: string[] = []
  for (const name of block.keys) {
    const meaning = meaningOf(name, values[name], block.keys)
    if (meaning === null || fields.some((field) => field.meaning === meaning)) left.push(name)
    else fields.push({ name, meaning })
  }
  if (left.length > 0)
    diagnostics.push({ level: 'warning', message: `the error format's ${left.join(', ')} cannot be filled and is left out`, lines: [block.line] })
  return fields
}

const isToken = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*$/.test(value) &&
  (/[_-]/.test(value) || value === value.toUpperCase() || value === value.toLowerCase())

function meaningOf(name: string, value: unknown, keys: readonly string[]): Meaning | null {
  const key = name.toLowerCase().replace(/[_-]/g, '')
  if (/^(errorcode|code|errcode)$/.test(key)) return typeof value === 'number' ? 'status' : 'code'
  if (/^(status|statuscode|httpstatus)$/.test(key)) return 'status'
  if (/^(requestid|traceid|correlationid)$/.test(key)) return 'request-id'
  if (/^(fielderrors|validationerrors|errors|fields|invalidfields)$/.test(key)) return 'field-errors'
  if (key === 'details') return Array.isArray(value) ? 'field-errors' : 'details'
  if (/^(detail|message|msg|errormessage|errordescription|description|reason)$/.test(key)) return 'message'
  if (key === 'error') {
    if (isObject(value)) return null
    const other = keys.some((one) => /^(message|detail|description|error_?description)$/i.test(one))
    return other && (isToken(value) || value === '') ? 'code' : other ? 'code' : 'message'
  }
  return key === 'type' || key === 'title' ? (key === 'type' ? 'code' : null) : null
}

function codeCase(block: JsonBlock, fields: ErrorConvention['fields']): 'upper' | 'lower' {
  const name = fields.find((field) => field.meaning === 'code')?.name
  const value = name !== undefined && isObject(block.value) ? block.value[name] : undefined
  return typeof value === 'string' && value !== '' && value === value.toLowerCase() ? 'lower' : 'upper'
}

/** Where the text's own status codes differ from the usual ones. */
export function statusesOf(facts: Facts, endpoints: readonly EndpointFact[]): StatusConvention {
  const answers = endpoints.flatMap((endpoint) => endpoint.responses.map((response) => ({ status: response.status, label: response.label })))
  const lines = facts.errors.flatMap((one) => {
    const match = one.text.match(/^\W*(\d{3})\b\W*(.*)$/)
    return match === null ? [] : [{ status: Number(match[1]), label: match[2]! }]
  })
  const stated = [...answers, ...lines]
  const notes = endpoints.flatMap((endpoint) => endpoint.notes.map((note) => note.text))
  const has422 = stated.some((one) => one.status === 422) || notes.some((text) => /\b422\b/.test(text))
  const invalid = stated.some((one) => one.status === 400 && (one.label === '' || /valid|bad request|missing|malformed|input|field/i.test(one.label)))
  const foreign = [
    ...stated.filter((one) => one.status === 403).map((one) => one.label),
    ...[...facts.rules, ...facts.auth].filter((one) => /\b403\b/.test(one.text)).map((one) => one.text),
  ]
  return {
    validation: invalid && !has422 ? 400 : 422,
    otherOwner: foreign.some((label) => /\b(?:not (?:the )?owner|owner|other users?|another user|someone else|belongs?|own)\b/i.test(label))
      ? 403
      : 404,
  }
}
