import type { JsonValue } from '@forge/spec'

/** Width of the generated code: what its formatter is told. */
export const WIDTH = 120

/** A piece of Python: a text, or brackets that break into one item a line where they are too long for one. */
export type Expression = string | Brackets

export interface Brackets {
  open: string
  items: Expression[]
  close: string
}

export const brackets = (open: string, items: Expression[], close: string): Brackets => ({ open, items, close })
export const call = (name: string, ...items: Expression[]): Brackets => brackets(`${name}(`, items, ')')
export const list = (items: Expression[]): Brackets => brackets('[', items, ']')
export const dict = (entries: [key: Expression, value: Expression][]): Brackets =>
  brackets(
    '{',
    entries.map(([key, value]) => joined(`${flat(key)}: `, value)),
    '}',
  )

/** A keyword argument. */
export const keyword = (name: string, value: Expression): Expression => joined(`${name}=`, value)

/** Text before an expression that breaks with it. */
export function joined(prefix: string, value: Expression): Expression {
  return typeof value === 'string' ? prefix + value : { ...value, open: prefix + value.open }
}

/** On one line. */
export function flat(expression: Expression): string {
  return typeof expression === 'string' ? expression : expression.open + expression.items.map(flat).join(', ') + expression.close
}

/**
 * The lines of a statement, as the formatter leaves them: on one line where it fits, else one item a line, each followed by a comma.
 * @param indent in columns
 */
export function layout(expression: Expression, indent = 0, after = ''): string[] {
  const line = ' '.repeat(indent) + flat(expression) + after
  if (typeof expression === 'string' || line.length <= WIDTH || expression.items.length === 0) return [line]
  const margin = ' '.repeat(indent)
  return [margin + expression.open, ...expression.items.flatMap((item) => layout(item, indent + 4, ',')), margin + expression.close + after]
}

/** A JSON value as Python writes it. Long runs of one character are multiplied. */
export function literalOf(value: JsonValue): Expression {
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

/** A string literal in the quotes that need fewer escapes. */
export function quoted(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1)
  return text.includes('"') && !text.includes("'") ? `'${escaped.replace(/\\"/g, '"')}'` : `"${escaped}"`
}

/** A docstring, wrapped where it is too long. */
export function docstring(text: string, indent: number): string[] {
  const margin = ' '.repeat(indent)
  const clean = text.replace(/\\/g, '\\\\').replace(/"""/g, "'''").replace(/\s+/g, ' ').trim()
  const closed = clean.endsWith('"') ? `${clean}.` : clean
  const lines: string[] = []
  let line = `"""`
  for (const word of closed.split(' ')) {
    const longer = line === '"""' ? line + word : `${line} ${word}`
    if (indent + longer.length <= WIDTH - 3 || line === '"""') line = longer
    else {
      lines.push(margin + line)
      line = word
    }
  }
  return [...lines, `${margin}${line}"""`]
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

/** An import from one module, as the import sorter leaves it. */
export function importFrom(module: string, names: Iterable<string>): string[] {
  const sorted = [...new Set(names)].sort((a, b) => Number(/^[a-z]/.test(a)) - Number(/^[a-z]/.test(b)) || (a < b ? -1 : 1))
  const line = `from ${module} import ${sorted.join(', ')}`
  return line.length <= WIDTH ? [line] : [`from ${module} import (`, ...sorted.map((name) => `    ${name},`), ')']
}
