import type { ParsedScript, ShellParser } from '../../../src/security/shell-parser'

/** A node of the parser's tree, as data. */
interface Node {
  type?: string
  text?: string
  pos: number
  end: number
  [field: string]: unknown
}

/** The parser with a fault: what it finds goes through `change`, the innermost nodes first. */
function faulty(parser: ShellParser, change: (node: Node) => unknown): ShellParser {
  const changed = (_key: string, value: unknown) => (isNode(value) ? change(complete(value)) : value)
  return { parse: (source) => JSON.parse(JSON.stringify(parser.parse(source)), changed) as ParsedScript }
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Puts back what the parser derives and does not write out. */
function complete(node: Node): Node {
  if (node.type !== 'Command') return node
  const [prefix, suffix] = [node['prefix'], node['suffix']] as [Node[], Node[]]
  const isRedirection = ({ type }: Node) => type !== 'Word' && type !== 'Assignment'
  return { ...node, args: suffix.filter((each) => !isRedirection(each)), redirects: [...prefix, ...suffix].filter(isRedirection) }
}

/** Takes parts of these types for plain text. */
export const overlooking = (parser: ShellParser, ...types: readonly string[]) =>
  faulty(parser, (node) =>
    types.includes(node.type ?? '') ? { type: 'Literal', pos: node.pos, end: node.end, text: node.text, value: node.text } : node,
  )

/** Leaves out a field of nodes of one type. */
export const forgetting = (parser: ShellParser, type: string, field: string) =>
  faulty(parser, (node) => (node.type === type ? { ...node, [field]: undefined } : node))

/**
 * As the parser, but for what the residue check looks at: text taken for plain holds no special character, and parts follow each other without a gap.
 * A policy with it is one without the check.
 */
export function withoutResidue(parser: ShellParser): ShellParser {
  const plain = faulty(parser, (node) => node)
  return {
    parse(source) {
      const script = plain.parse(source)
      smooth(script)
      return script
    },
  }
}

const TAKEN_FOR_PLAIN = new Set(['Word', 'Literal', 'Glob', 'BraceExpansion', 'HereDocBody'])

function smooth(value: unknown): void {
  if (Array.isArray(value)) for (const each of value) smooth(each)
  if (!isNode(value)) return
  if (TAKEN_FOR_PLAIN.has(value.type ?? '')) value.text = value.text?.replace(/[$`()<>;|&\n]/g, '') ?? ''
  const inner = value.type === 'DoubleQuoted' || value.type === 'ArrayValue' ? 1 : 0
  for (const parts of [value['parts'], value['elements']]) if (Array.isArray(parts)) closeGaps(parts, value.pos + inner, value.end - inner)
  for (const each of Object.values(value)) smooth(each)
}

function closeGaps(parts: readonly Node[], from: number, to: number): void {
  let at = from
  for (const part of parts) {
    part.pos = at
    part.end = Math.max(at, part.end)
    at = part.end
  }
  const last = parts.at(-1)
  if (last) last.end = to
}
