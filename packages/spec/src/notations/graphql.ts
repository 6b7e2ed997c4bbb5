import { bracedBlocks } from './braces'
import { type Declarations, noDeclarations, type Piece } from './declarations'

const OPERATIONS = /^(?:Query|Mutation|Subscription|Schema)$/

/** Types, inputs and enums of a GraphQL schema; queries and mutations are not followed. */
export function readGraphql(lines: readonly Piece[]): Declarations {
  const found = noDeclarations()
  for (const block of bracedBlocks(lines)) {
    if (OPERATIONS.test(block.name)) continue
    if (block.keyword === 'enum') {
      const values = block.members.flatMap(({ text }) => text.replace(/\s*[#"].*$/, '').match(/\w+/g) ?? [])
      found.enums.push({ name: block.name, values, line: block.line })
      continue
    }
    const fields = block.members.flatMap(({ text, line }) => {
      const match = text.match(/^(\w+)\s*(?:\([^)]*\))?\s*:\s*([\w[\]!]+)\s*(.*)$/)
      if (match === null) return []
      const [, name, type, rest] = match
      const given = type!.endsWith('!')
      const facts = { ...(given ? { required: true, nullable: false } : {}), ...(/@unique\b/.test(rest!) ? { unique: 'exact' as const } : {}) }
      return [{ name: name!, type: type!, facts, line, text }]
    })
    found.types.push({ name: block.name, line: block.line, bases: [], fields })
  }
  return found
}
