import { parseQualifiers } from '../qualifiers'
import { type Block, bracedBlocks } from './braces'
import { type Declarations, type DeclaredField, noDeclarations, type Piece } from './declarations'

/** Interfaces, classes, type literals, enums and unions of TypeScript. */
export function readTypescript(lines: readonly Piece[]): Declarations {
  const found = noDeclarations()
  const text = lines.map((line) => line.text).join('\n')
  for (const match of text.matchAll(/^\s*(?:export\s+)?type\s+(\w+)\s*=\s*((?:\s*\|?\s*['"][^'"]*['"])+)/gm))
    found.enums.push({ name: match[1]!, values: quoted(match[2]!), line: lines[text.slice(0, match.index).split('\n').length - 1]!.line })
  for (const block of bracedBlocks(lines)) {
    if (block.keyword.endsWith('enum')) found.enums.push({ name: block.name, values: enumMembers(block), line: block.line })
    else found.types.push({ name: block.name, line: block.line, bases: basesOf(block.rest), fields: block.members.flatMap(fieldOf) })
  }
  return found
}

const quoted = (text: string): string[] => [...text.matchAll(/['"]([^'"]*)['"]/g)].map((match) => match[1]!)

/** The values where they are given, else the names. */
function enumMembers({ members }: Block): string[] {
  return members.flatMap(({ text }) => {
    const [, name, value] = text.match(/^(\w+)\s*(?:=\s*['"]([^'"]*)['"])?/) ?? []
    return name === undefined ? [] : [value ?? name]
  })
}

function basesOf(rest: string): string[] {
  return [...rest.matchAll(/[A-Z]\w*/g)].map((match) => match[0])
}

function fieldOf({ text, line }: Piece): DeclaredField[] {
  const [code, ...comments] = text.split(/\s*\/\/+\s*/)
  const match = code!.match(
    /^(?:@\w+(?:\([^)]*\))?\s*)*(?:(?:public|private|protected|readonly)\s+)*["']?([A-Za-z_$][\w$]*)["']?\s*([?!])?\s*:\s*(.+?)\s*$/s,
  )
  if (match === null || /=>|^\(/.test(match[3]!)) return []
  const facts = parseQualifiers(comments.join(', '), match[1]!).facts
  if (match[2] === '?') facts.required = false
  return [{ name: match[1]!, type: match[3]!.replace(/\s*=.*$/, ''), facts, line, text }]
}
