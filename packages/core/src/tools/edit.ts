import { z } from 'zod'
import { defineTool } from './define-tool'

export const editTool = defineTool({
  name: 'Edit',
  description: 'Replaces an exact piece of text in a file. old_string must occur exactly once, unless replace_all is true.',
  input: {
    file_path: z.string().min(1),
    old_string: z.string(),
    new_string: z.string(),
    replace_all: z.boolean().optional(),
  },
  async run({ file_path, old_string, new_string, replace_all = false }, workspace) {
    if (old_string === '') throw new Error('old_string is empty. Use Write to create a file.')
    if (old_string === new_string) throw new Error('old_string and new_string are the same: there is nothing to change.')
    const text = await workspace.readText(file_path)
    const pieces = text.split(old_string)
    const matches = pieces.length - 1
    if (matches === 0) throw new Error(notFound(text, old_string, file_path))
    if (matches > 1 && !replace_all) {
      throw new Error(
        `old_string occurs ${matches} times in ${file_path} (lines ${linesOf(pieces, old_string)}). Add lines around it, or set replace_all.`,
      )
    }
    await workspace.writeText(file_path, pieces.join(new_string), 'edit')
    return `Replaced ${matches} ${matches === 1 ? 'occurrence' : 'occurrences'} in ${file_path}.`
  },
})

function notFound(text: string, wanted: string, path: string): string {
  const loose = (value: string) => value.replace(/\s+/g, ' ').trim()
  if (text.includes('\r\n') && text.includes(wanted.replace(/\r?\n/g, '\r\n'))) return `old_string is not in ${path}: the file has CRLF line ends.`
  if (loose(wanted) !== '' && loose(text).includes(loose(wanted))) {
    return `old_string is not in ${path}, but the same text with other white space is. Read the file and copy it exactly.`
  }
  return `old_string is not in ${path}. Read the file and copy the text exactly, without line numbers.`
}

function linesOf(pieces: readonly string[], wanted: string): string {
  const lines: number[] = []
  const ends = (text: string) => text.split('\n').length - 1
  let line = 1
  for (const piece of pieces.slice(0, -1)) {
    line += ends(piece)
    lines.push(line)
    line += ends(wanted)
  }
  return lines.length > 10 ? `${lines.slice(0, 10).join(', ')}, …` : lines.join(', ')
}
