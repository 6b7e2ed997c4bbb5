/** Words of the specification in Markdown: one line, with nothing that Markdown would read as code, table or tag. */
export function plain(text: string): string {
  return text
    .replace(/`/g, "'")
    .replace(/[\s\p{C}]+/gu, ' ')
    .replace(/[|<>*_[\]]/g, '\\$&')
    .trim()
}

export const code = (text: string): string => `\`${text.replace(/[`\s]+/g, ' ').replace(/\|/g, '\\|')}\``

/** A value that the specification names; in quotes where it would look like a command. */
export const value = (text: string): string => code(/\s/.test(text) ? `"${text}"` : text)

/** A table; nothing without rows. */
export function table(head: string[], rows: string[][]): string[] {
  if (rows.length === 0) return []
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell || '-').join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line), '']
}

/** Blocks of Markdown with one empty line between them. */
export function page(...blocks: (string | string[] | false | undefined)[]): string {
  const texts = blocks.flatMap((block) => (block === false || block === undefined ? [] : [Array.isArray(block) ? block.join('\n') : block]))
  return `${texts
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n\n')}\n`
}

export const bullets = (items: string[]): string[] => items.map((item) => `- ${item}`)
