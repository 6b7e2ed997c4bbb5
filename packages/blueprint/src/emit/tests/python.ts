import type { JsonValue } from '@forge/spec'
import { type Code, flat, type Group, group, quoted, WIDTH } from '../app/python'

export const list = (items: Code[]): Group => group('[', items, ']')
export const dict = (entries: [key: Code, value: Code][]): Group =>
  group(
    '{',
    entries.map(([key, value]) => joined(`${flat(key)}: `, value)),
    '}',
  )

/** A keyword argument. */
export const keyword = (name: string, value: Code): Code => joined(`${name}=`, value)

/** Text before an expression that breaks with it. */
export function joined(prefix: string, value: Code): Code {
  return typeof value === 'string' ? prefix + value : { ...value, head: prefix + value.head }
}

/**
 * The lines of a statement, as the formatter leaves them: on one line where it fits, else one item a line, each followed by a comma.
 * @param indent in columns
 */
export function layout(expression: Code, indent = 0, after = ''): string[] {
  const line = ' '.repeat(indent) + flat(expression) + after
  if (typeof expression === 'string' || line.length <= WIDTH || expression.items.length === 0) return [line]
  const margin = ' '.repeat(indent)
  return [margin + expression.head, ...expression.items.flatMap((item) => layout(item, indent + 4, ',')), margin + expression.tail + after]
}

/** A JSON value as Python writes it. Long runs of one character are multiplied. */
export function literalOf(value: JsonValue): Code {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return stringOf(value)
  if (Array.isArray(value)) return list(value.map(literalOf))
  return dict(Object.entries(value).map(([key, item]) => [quoted(key), literalOf(item)]))
}

function stringOf(text: string): string {
  const run = /(.)\1{23,}/.exec(text)
  if (!run) return quoted(text)
  const [before, after] = [text.slice(0, run.index), text.slice(run.index + run[0].length)]
  return [...(before === '' ? [] : [quoted(before)]), `${quoted(run[1]!)} * ${run[0].length}`, ...(after === '' ? [] : [quoted(after)])].join(' + ')
}

const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
)

/** True for names that can be keyword arguments. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name)
}
