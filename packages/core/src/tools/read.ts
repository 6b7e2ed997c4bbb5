import { z } from 'zod'
import { defineTool } from './define-tool'

const DEFAULT_LINES = 2000
/** A page is no longer than this, however long its lines are. */
const MAX_PAGE_CHARS = 256 * 1024

/**
 * Each line of the answer is `<number><tab><line>`, the line unaltered; lines that do not begin with a number and a tab are notes.
 */
export const readTool = defineTool({
  name: 'Read',
  description: 'Reads a text file as numbered lines (number, tab, line). Long files come in pages of 2000 lines.',
  input: {
    file_path: z.string().min(1),
    offset: z.int().min(1).optional().describe('First line, from 1'),
    limit: z.int().min(1).optional().describe('Number of lines'),
  },
  async run({ file_path, offset = 1, limit = DEFAULT_LINES }, workspace) {
    const text = await workspace.readText(file_path)
    if (text === '') return '[the file is empty]'
    const endsOpen = !text.endsWith('\n')
    const lines = (endsOpen ? text : text.slice(0, -1)).split('\n')
    if (offset > lines.length) throw new Error(`${file_path} has only ${lines.length} lines; offset ${offset} is past its end.`)
    const { page, cut } = pageOf(lines, offset - 1, limit)
    const last = offset - 1 + page.length
    const notes = [
      ...(cut ? [`[line ${last} is longer than a page and was cut]`] : []),
      ...(last < lines.length ? [`[lines ${offset}-${last} of ${lines.length}; go on with offset ${last + 1}]`] : []),
      ...(last === lines.length && endsOpen ? ['[no line end after the last line]'] : []),
    ]
    return [...page, ...notes].join('\n')
  },
})

function pageOf(lines: readonly string[], start: number, limit: number): { page: string[]; cut: boolean } {
  const page: string[] = []
  let room = MAX_PAGE_CHARS
  for (let at = start; at < lines.length && page.length < limit; at++) {
    const line = lines[at] as string
    if (line.length > room) {
      if (page.length > 0) break
      return { page: [`${at + 1}\t${line.slice(0, room)}`], cut: true }
    }
    page.push(`${at + 1}\t${line}`)
    room -= line.length
  }
  return { page, cut: false }
}
