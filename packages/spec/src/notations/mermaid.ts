import type { FieldFacts } from '../facts'
import { type Declarations, noDeclarations, type Piece } from './declarations'

/** Entities, attributes and relations of an entity-relationship or class diagram. */
export function readMermaid(lines: readonly Piece[]): Declarations {
  const found = noDeclarations()
  let open: Declarations['types'][number] | null = null
  for (const { text, line } of lines) {
    const code = text.replace(/%%.*$/, '').trim()
    const head = code.match(/^(?:class\s+)?["']?([A-Za-z][\w-]*)["']?\s*(?:\[[^\]]*\]\s*)?\{\s*(\})?$/)
    if (head !== null) {
      open = { name: head[1]!, line, bases: [], fields: [] }
      found.types.push(open)
      if (head[2] !== undefined) open = null
    } else if (code === '}') open = null
    else if (open !== null) {
      const field = attribute(code)
      if (field !== null) open.fields.push({ ...field, line, text: code })
    } else addRelation(code, line, found)
  }
  return found
}

/** `int teacher_id FK "comment"`, `+String email`. */
function attribute(code: string): { name: string; type: string; facts: FieldFacts } | null {
  const match = code.match(/^[+#~-]?([A-Za-z][\w[\]<>~()]*)\s+([A-Za-z_]\w*)\s*(.*)$/)
  if (match === null || code.endsWith(')')) return null
  const [, type, name, rest] = match
  const keys = rest!.replace(/"[^"]*"/g, '').toUpperCase()
  const facts: FieldFacts = {}
  if (/\bPK\b/.test(keys)) Object.assign(facts, { primary: true, readOnly: true })
  if (/\bUK\b/.test(keys)) facts.unique = 'exact'
  if (/\bFK\b/.test(keys)) facts.references = ''
  const range = rest!.match(/"(-?\d+(?:\.\d+)?)\s*(?:to|-|–)\s*(-?\d+(?:\.\d+)?)"/)
  if (range !== null) Object.assign(facts, { min: Number(range[1]), max: Number(range[2]) })
  return { name: name!, type: type!, facts }
}

/** `TEACHER ||--o{ CLASSROOM : teaches`: many rows of one end point at one of the other. */
function addRelation(code: string, line: number, found: Declarations): void {
  const match = code.match(/^["']?([A-Za-z][\w-]*)["']?\s+([|}o{]{2})(?:--|\.\.)([|}o{]{2})\s+["']?([A-Za-z][\w-]*)["']?/)
  if (match === null) return
  const [, left, leftEnd, rightEnd, right] = match
  const [manyLeft, manyRight] = [leftEnd!.includes('}'), rightEnd!.includes('{')]
  const link = (from: string, to: string, kind: 'one' | 'many', required: boolean) => found.links.push({ from, to, field: '', kind, required, line })
  if (manyLeft && manyRight) link(left!, right!, 'many', false)
  else if (manyLeft) link(left!, right!, 'one', !rightEnd!.includes('o'))
  else link(right!, left!, 'one', !leftEnd!.includes('o'))
}
