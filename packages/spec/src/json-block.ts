import type { FieldFacts, JsonBlock } from './facts'
import { parseQualifiers } from './qualifiers'
import { splitTop } from './qualifiers/members'

/** A JSON example as people write them: comments, `...` and trailing commas allowed. */
export function readJson(lines: { number: number; text: string }[]): JsonBlock {
  const raw = lines.map((line) => line.text).join('\n')
  const cleaned = raw
    .replace(/(^|[\s,{[])\/\/.*$/gm, '$1')
    .replace(/,?\s*\.\.\.\s*,?/g, '')
    .replace(/,(\s*[}\]])/g, '$1')
  let value: unknown
  try {
    value = JSON.parse(cleaned)
  } catch {
    value = undefined
  }
  const keys = isObject(value) ? Object.keys(value) : [...raw.matchAll(/^\s{0,4}"?(\w+)"?\s*:/gm)].map((match) => match[1]!)
  return { keys, value, raw, line: lines[0]?.number ?? 0 }
}

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Fields of a request body example; what stands in a comment behind a key qualifies it. */
export function bodyFields(lines: { number: number; text: string }[]): { name: string; line: number; facts: FieldFacts }[] {
  const fields: { name: string; line: number; facts: FieldFacts }[] = []
  let depth = 0
  for (const line of lines.length === 1 ? spread(lines[0]!) : lines) {
    const code = line.text.replace(/\/\/.*$/, '')
    const key = depth <= 1 ? code.match(/^\s*\{?\s*"?([A-Za-z_]\w*)"?\??\s*:\s*(.*?),?\s*$/) : null
    if (key !== null && depth + (code.trimStart().startsWith('{') ? 1 : 0) === 1) {
      const comment = line.text.match(/\/\/\s*(.*)$/)?.[1] ?? ''
      fields.push({ name: key[1]!, line: line.number, facts: { ...valueFacts(key[2]!, key[1]!), ...parseQualifiers(comment, key[1]!).facts } })
    }
    for (const char of code.replace(/"[^"]*"/g, '')) depth += char === '{' || char === '[' ? 1 : char === '}' || char === ']' ? -1 : 0
  }
  return fields
}

/** An object on one line, as it would stand on several. */
function spread({ number, text }: { number: number; text: string }): { number: number; text: string }[] {
  const inner = text.trim().match(/^\[?\s*\{(.*)\}\s*\]?$/s)?.[1]
  return inner === undefined ? [{ number, text }] : ['{', ...splitTop(inner, ','), '}'].map((part) => ({ number, text: part }))
}

function valueFacts(text: string, name: string): FieldFacts {
  const value = text.trim()
  if (/^(true|false)$/.test(value)) return { type: 'boolean' }
  if (/^-?\d+$/.test(value)) return { type: 'integer' }
  if (/^-?\d+\.\d+$/.test(value)) return { type: 'decimal', precision: 12, scale: 2 }
  if (/^"\d{4}-\d\d-\d\dT/.test(value)) return { type: 'datetime' }
  if (/^"\d{4}-\d\d-\d\d"$/.test(value)) return { type: 'date' }
  if (/^"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"$/i.test(value)) return { type: 'uuid' }
  if (/^\[/.test(value)) return { type: /\d/.test(value) && !/"/.test(value) ? 'integer' : 'string', list: true }
  if (/^\{/.test(value)) return { type: 'json' }
  const declared = value.match(/^"?(string|integer|number|boolean|decimal|text|datetime|date|uuid|int|float)\b(.*?)"?$/i)
  return declared === null ? {} : parseQualifiers(`${declared[1]}${declared[2]}`, name).facts
}
