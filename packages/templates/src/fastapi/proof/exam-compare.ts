import type { Entity, Field } from '@forge/spec'
import type { Body } from './exam-bodies'

/**
 * The first sent field that an answer shows with another value, as text. Fields that it does not show, and states that rules may have set, do not count.
 * What is normalised on the way (case and outer blanks of texts, the form of numbers and dates) counts as equal.
 */
export function difference(entity: Entity, sent: Body, shown: Record<string, unknown>): string | undefined {
  for (const field of entity.fields) {
    if (!Object.hasOwn(sent, field.name) || !Object.hasOwn(shown, field.name) || field.type === 'enum' || field.type === 'boolean') continue
    const before = sent[field.name]
    const after = shown[field.name]
    if (!isSame(field, before, after)) return `${field.name} ${brief(after)} instead of ${brief(before)}`
  }
  return undefined
}

function isSame(field: Field, before: unknown, after: unknown): boolean {
  if (field.writeOnly || isEqual(before, after)) return true
  if (['integer', 'bigint', 'decimal', 'float'].includes(field.type)) return Math.abs(Number(before) - Number(after)) < 1e-6
  if (field.type === 'datetime' || field.type === 'date') return dateOf(before) === dateOf(after)
  if (field.type === 'time') return String(after).startsWith(String(before).slice(0, 5))
  return typeof before === 'string' && typeof after === 'string' && bare(before) === bare(after)
}

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
const bare = (text: string): string => text.trim().replace(/\/$/, '').toLowerCase()

function dateOf(value: unknown): string {
  const text = String(value)
  const time = Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$|^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text}Z`)
  return Number.isNaN(time) ? text : String(time)
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
