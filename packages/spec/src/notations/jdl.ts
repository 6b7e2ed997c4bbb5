import type { FieldFacts } from '../facts'
import { bracedBlocks } from './braces'
import { type Declarations, noDeclarations, type Piece } from './declarations'

/** Entities, enums and relationships of JHipster's domain language; its options are not followed. */
export function readJdl(lines: readonly Piece[]): Declarations {
  const found = noDeclarations()
  for (const block of bracedBlocks(lines)) {
    if (block.keyword === 'enum')
      found.enums.push({ name: block.name, values: block.members.map(({ text }) => text.match(/\w+/)![0]), line: block.line })
    else if (block.keyword === 'relationship') for (const member of block.members) addLink(block.name, member, found)
    else if (block.keyword === 'entity') {
      const fields = block.members.flatMap(({ text, line }) => {
        const match = text.match(/^(\w+)\s+(\w+)\s*(.*)$/s)
        return match === null ? [] : [{ name: match[1]!, type: match[2]!, facts: validations(match[3]!), line, text }]
      })
      found.types.push({ name: block.name, line: block.line, bases: [], fields })
    }
  }
  return found
}

function validations(text: string): FieldFacts {
  const facts: FieldFacts = {}
  if (/\brequired\b/.test(text)) facts.required = true
  if (/\bunique\b/.test(text)) facts.unique = 'exact'
  const bound = (name: string) => {
    const match = text.match(new RegExp(`\\b${name}\\s*\\(\\s*(-?[\\d.]+)\\s*\\)`))
    return match === null ? undefined : Number(match[1])
  }
  const bounds = { min: bound('min'), max: bound('max'), minLength: bound('minlength'), maxLength: bound('maxlength') }
  for (const [name, value] of Object.entries(bounds)) if (value !== undefined) Object.assign(facts, { [name]: value })
  return facts
}

/** `Trip{driver required} to Driver{trips}`. */
function addLink(kind: string, { text, line }: Piece, found: Declarations): void {
  const match = text.match(/^(\w+)\s*(?:\{\s*(\w+)(?:\(\w+\))?([^}]*)\})?\s+to\s+(\w+)\s*(?:\{\s*(\w+)(?:\(\w+\))?([^}]*)\})?/)
  if (match === null) return
  const [, left, leftField, leftRest = '', right, rightField, rightRest = ''] = match
  const many = kind === 'ManyToMany'
  if (kind === 'OneToMany') {
    found.links.push({ from: right!, to: left!, field: rightField ?? lower(left!), kind: 'one', required: /required/.test(rightRest), line })
    return
  }
  found.links.push({
    from: left!,
    to: right!,
    field: leftField ?? lower(right!),
    kind: many ? 'many' : 'one',
    required: /required/.test(leftRest),
    line,
  })
}

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)
