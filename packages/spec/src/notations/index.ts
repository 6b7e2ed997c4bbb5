import type { Facts } from '../facts'
import type { InputFormat } from '../inputs'
import { addDeclarations } from './add'
import type { Declarations, Piece } from './declarations'
import { addInput } from './embedded'
import { readGraphql } from './graphql'
import { readJdl } from './jdl'
import { readMermaid } from './mermaid'
import { readPython } from './python'
import { readTypescript } from './typescript'

type Notation = 'mermaid' | 'python' | 'jdl' | 'graphql' | 'typescript'

const READERS: Record<Notation, (lines: readonly Piece[]) => Declarations> = {
  mermaid: readMermaid,
  python: readPython,
  jdl: readJdl,
  graphql: readGraphql,
  typescript: readTypescript,
}

/**
 * Reads a block of code that declares types in the notation of another language (TypeScript, GraphQL, Python classes, JDL, Mermaid, Prisma, DBML).
 * @returns false when it is written in none of them
 */
export function readNotation(lines: readonly Piece[], lang: string, facts: Facts): boolean {
  const text = lines.map((line) => line.text).join('\n')
  const schema = schemaOf(text)
  if (schema !== null) return addInput(schema, text, lines[0]!.line, facts)
  const notation = notationOf(text, lang)
  if (notation === null) return false
  const found = READERS[notation](lines)
  addDeclarations(found, facts)
  return found.types.length > 0 || found.enums.length > 0
}

function schemaOf(text: string): InputFormat | null {
  if (/^\s*model\s+\w+\s*\{\s*$/m.test(text)) return 'prisma'
  if (/^\s*Table\s+[\w."]+[^\n]*\{\s*$/m.test(text)) return 'dbml'
  return /^\s*["']?openapi["']?\s*:\s*["']?3/m.test(text) ? 'openapi' : null
}

function notationOf(text: string, lang: string): Notation | null {
  if (/^\s*(?:erDiagram|classDiagram)/m.test(text)) return 'mermaid'
  if (/^class\s+\w+\s*(?:\([^)]*\))?\s*:/m.test(text)) return 'python'
  if (/^\s*entity\s+\w+/m.test(text)) return 'jdl'
  if (/^\s*(?:type|input|interface)\s+\w+[^{]*\{/m.test(text) && (/^g(?:raph)?ql$/.test(lang) || /:\s*\[?\w+!?\]?!/.test(text))) return 'graphql'
  if (/^\s*(?:export\s+)?(?:default\s+)?(?:interface|class|type|enum)\s+\w+/m.test(text)) return 'typescript'
  return null
}
