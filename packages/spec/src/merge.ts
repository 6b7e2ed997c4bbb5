import type { Diagnostic } from './api-spec'
import type { FieldFact, FieldFacts } from './facts'

export interface MergedField {
  name: string
  facts: FieldFacts
  /** Line that says most about the field. */
  line: number
  weight: number
}

const TYPE_REFINES: Record<string, string[]> = {
  string: ['text', 'email', 'url', 'enum', 'uuid', 'datetime', 'date', 'time', 'json', 'decimal', 'reference'],
  text: ['email', 'url', 'json'],
  integer: ['bigint', 'reference', 'boolean', 'decimal'],
  float: ['decimal', 'integer'],
  datetime: ['date'],
  enum: ['string'],
}

/**
 * One field from all that is said about it: a more specific place beats a general one, among equals the later line wins.
 * Disagreements become warnings that name both lines.
 */
export function mergeFacts(entity: string, statements: FieldFact[], diagnostics: Diagnostic[]): MergedField {
  const ordered = [...statements].sort((a, b) => a.weight - b.weight || a.line - b.line)
  const best = statements.reduce((found, one) => (one.weight > found.weight && one.weight < 3 ? one : found))
  const merged: FieldFacts = {}
  const origin = new Map<string, number>()
  for (const statement of ordered) {
    for (const [key, value] of Object.entries(statement.facts) as [keyof FieldFacts, never][]) {
      const before = merged[key]
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(value)) {
        if (keepsBefore(key, before, value)) continue
        if (conflicts(key, before, value) && origin.get(key) !== statement.line) {
          diagnostics.push({
            level: 'warning',
            message: `${entity}.${best.name}: ${key} is ${shown(before)} on line ${origin.get(key)} and ${shown(value)} on line ${statement.line}; ${shown(value)} is used`,
            lines: [origin.get(key)!, statement.line],
          })
        }
      }
      merged[key] = value
      origin.set(key, statement.line)
    }
  }
  const named = ordered.find((one) => one.weight === 2) ?? ordered.find((one) => one.weight < 3) ?? best
  return { name: named.name, facts: merged, line: best.line, weight: Math.max(...statements.map((one) => one.weight)) }
}

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : JSON.stringify(value))

/** A vaguer statement does not undo a sharper one. */
function keepsBefore(key: keyof FieldFacts, before: unknown, value: unknown): boolean {
  if (key === 'type') return typeof value === 'string' && typeof before === 'string' && (TYPE_REFINES[value]?.includes(before) ?? false)
  if (key === 'unique') return before === 'case-insensitive'
  if (key === 'minLength') return (value as number) < (before as number) && value === 1
  if (key === 'references') return value === ''
  return false
}

function conflicts(key: keyof FieldFacts, before: unknown, value: unknown): boolean {
  if (key === 'type') return !(TYPE_REFINES[before as string]?.includes(value as string) ?? false)
  if (key === 'references')
    return (
      before !== '' &&
      String(before).toLowerCase() !== String(value).toLowerCase() &&
      !`${String(before)}s`.toLowerCase().startsWith(String(value).toLowerCase())
    )
  return (
    ['maxLength', 'minLength', 'min', 'max', 'required', 'default', 'values', 'onDelete', 'list'].includes(key) &&
    !(key === 'minLength' && before === 1)
  )
}
