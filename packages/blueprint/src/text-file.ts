import type { Call, Conversation } from './conversation'

/** What is known of a file: the whole of it, or the calls that are still to be made. */
export type FileState = { kind: 'known'; text: string } | { kind: 'unknown'; call: Call } | { kind: 'unreadable'; call: Call; reason: string }

/** The text of a file as far as Read has answered, page by page. */
export function readFile(conversation: Conversation, path: string): FileState {
  let text = ''
  let offset = 1
  while (true) {
    const call: Call = { name: 'Read', input: offset === 1 ? { file_path: path } : { file_path: path, offset } }
    const outcome = conversation.outcome(call)
    if (outcome === undefined) return { kind: 'unknown', call }
    if (outcome.isError) return { kind: 'unreadable', call, reason: outcome.content }
    const { lines, notes } = pageOf(outcome.content)
    if (notes.includes('[the file is empty]')) return { kind: 'known', text: '' }
    if (notes.some((note) => note.endsWith('is longer than a page and was cut]')))
      return { kind: 'unreadable', call, reason: `${path} has a line that no page of Read can hold.` }
    text += lines.map((line) => `${line}\n`).join('')
    const next = notes.map((note) => /go on with offset (\d+)\]$/.exec(note)?.[1]).find((number) => number !== undefined)
    if (next === undefined) return { kind: 'known', text: notes.includes('[no line end after the last line]') ? text.slice(0, -1) : text }
    offset = Number(next)
  }
}

/** Lines are numbered; whatever is not is a note of the tool. */
function pageOf(content: string): { lines: string[]; notes: string[] } {
  const lines: string[] = []
  const notes: string[] = []
  for (const line of content.split('\n')) {
    const numbered = /^\d+\t/.exec(line)
    if (numbered) lines.push(line.slice(numbered[0].length))
    else notes.push(line)
  }
  return { lines, notes }
}
