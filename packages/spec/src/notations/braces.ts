import type { Piece } from './declarations'

export interface Block {
  keyword: string
  name: string
  /** Between the name and the brace. */
  rest: string
  line: number
  members: Piece[]
}

const HEAD =
  /^\s*(?:(?:export|default|declare|abstract|public|readonly)\s+)*(interface|type|class|enum|const enum|input|entity|record|struct|data class|relationship)\s+([A-Za-z_]\w*)\b([^{}]*)(\{.*)$/

/** Blocks `keyword Name … { members }` of languages that write them with braces; members end at a line's end, a semicolon or a comma. */
export function bracedBlocks(lines: readonly Piece[]): Block[] {
  const blocks: Block[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const { line } = lines[index]!
    const head = headAt(lines, index)
    if (head === null) continue
    const block: Block = { keyword: head[1]!, name: head[2]!, rest: head[3]!.trim(), line, members: [] }
    index = readMembers([{ text: head[4]!, line }, ...lines.slice(index + 1)], block) + index
    blocks.push(block)
  }
  return blocks
}

/** The brace may stand on the next line. */
function headAt(lines: readonly Piece[], index: number): RegExpMatchArray | null {
  const { text } = lines[index]!
  const own = text.match(HEAD)
  if (own !== null || !/^\s*\{\s*$/.test(lines[index + 1]?.text ?? '')) return own
  return `${text} {`.match(HEAD)
}

/** @returns how many lines after the first belong to the block */
function readMembers(lines: Piece[], block: Block): number {
  let depth = 0
  let member: Piece | null = null
  const close = () => {
    const text = member?.text.trim() ?? ''
    if (member !== null && text !== '' && !/^[{}\s]*$/.test(text)) block.members.push({ text, line: member.line })
    member = null
  }
  for (const [index, { text, line }] of lines.entries()) {
    let comment = ''
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at]!
      if (depth > 0 && (text.startsWith('//', at) || (char === '#' && /^\s*$/.test(text.slice(0, at))))) {
        comment = text.slice(at)
        break
      }
      if ('{[(<'.includes(char)) depth += 1
      else if ('}])>'.includes(char) && text[at - 1] !== '=' && text[at - 1] !== '-') depth -= 1
      if (depth === 1 && char === '{' && member === null) continue
      if (depth === 0 && char === '}') {
        close()
        return index
      }
      if (depth === 1 && ';,'.includes(char)) close()
      else member = member === null ? { text: char, line } : { text: member.text + char, line: member.line }
      if (member !== null && (member as Piece).text.trim() === '') member = null
    }
    if (depth <= 1) {
      if (member !== null && comment !== '') member = { text: `${(member as Piece).text} ${comment}`, line: (member as Piece).line }
      else if (comment !== '' && block.members.at(-1)?.line === line) block.members.at(-1)!.text += ` ${comment}`
      close()
    } else if (member !== null) member = { text: `${(member as Piece).text} `, line: (member as Piece).line }
  }
  return lines.length - 1
}
