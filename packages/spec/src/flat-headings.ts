import type { Line } from './line'
import { kindOf } from './section-kinds'
import { isFieldStart, unnumbered } from './sections'

/**
 * Headings of one level that follow "DATA MODEL" or "API ENDPOINTS" without a word between belong under it, until a heading of that level
 * says what it is about.
 */
export function nestFlatHeadings(lines: Line[]): Line[] {
  const solid = lines.filter((line) => line.kind !== 'blank')
  let outer: { level: number; kind: string } | null = null
  for (const [index, line] of solid.entries()) {
    if (line.kind !== 'heading') continue
    const kind = kindOf(unnumbered(line.text))
    const next = solid[index + 1]
    if (outer !== null && line.level < outer.level) outer = null
    if (outer !== null && line.level === outer.level) {
      if (kind === 'unknown' || (outer.kind === 'models' && next !== undefined && isFieldStart(next))) line.level += 0.5
      else outer = null
    }
    if (outer === null && (kind === 'models' || kind === 'endpoints') && next?.kind === 'heading' && next.level === line.level)
      outer = { level: line.level, kind }
  }
  return lines
}
