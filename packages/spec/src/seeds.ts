import type { Diagnostic, Entity, Seed } from './api-spec'
import type { Facts } from './facts'
import type { Resolved } from './resolve'
import { nameKey } from './words'

/** Rows the text wants to exist from the start, each once. */
export function seedsOf(facts: Facts, resolved: Resolved, diagnostics: Diagnostic[]): Seed[] {
  const seeds = new Map<string, Seed>()
  for (const fact of facts.seeds) {
    const entity = resolved.byKey.get(nameKey(fact.table))
    if (entity === undefined) {
      diagnostics.push({ level: 'warning', message: `the seed row of "${fact.table}" belongs to no entity and is left out`, lines: [fact.line] })
      continue
    }
    const row = Object.fromEntries(Object.entries(fact.row).filter(([name, value]) => fits(entity, name, value)))
    if (Object.keys(row).length === 0) continue
    const lacking = entity.fields.filter((field) => field.required && field.fromCaller !== true && row[field.name] === undefined)
    if (lacking.length > 0) {
      diagnostics.push({
        level: 'warning',
        message: `the seed row of ${entity.name} lacks ${lacking.map((field) => field.name).join(', ')} and is left out`,
        lines: [fact.line],
      })
      continue
    }
    const key = `${entity.name} ${entity.key.map((name) => JSON.stringify(row[name] ?? fact.line)).join()}`
    if (!seeds.has(key)) seeds.set(key, { entity: entity.name, row, source: { line: fact.line, origin: 'stated' } })
  }
  return [...seeds.values()]
}

function fits(entity: Entity, name: string, value: string | number | boolean | null): boolean {
  const field = entity.fields.find((one) => one.name === name)
  if (field === undefined || field.list || field.writeOnly) return false
  if (value === null) return field.nullable
  if (field.type === 'boolean') return typeof value === 'boolean'
  if (['integer', 'bigint', 'decimal', 'float'].includes(field.type)) return typeof value === 'number'
  if (field.type === 'enum') return typeof value === 'string' && field.values!.includes(value)
  return true
}
