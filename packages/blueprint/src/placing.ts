import type { ProjectFile } from '@forge/templates'
import type { Call, Conversation } from './conversation'
import { type FileState, readFile } from './text-file'
import { CALLS_A_TURN, type Turn, turnFor, unanswered } from './turn'

/** The next turn towards files being in place, or what is known of them when they are. */
export type Placing = { turn: Turn } | { states: ReadonlyMap<string, FileState> }

/**
 * Looks at what is there, compares, and writes what differs.
 * @param alsoRead files that are only read
 */
export function place(conversation: Conversation, wanted: readonly ProjectFile[], alsoRead: readonly string[] = []): Placing {
  const listings = patternsFor(wanted).map((pattern): Call => ({ name: 'Glob', input: { pattern } }))
  const open = unanswered(conversation, listings)
  if (open.length > 0) return { turn: turnFor(conversation, 'Looking at what is there.', open) }

  const present = new Set(listings.flatMap((call) => conversation.outcome(call)?.content.split('\n') ?? []))
  const readable = [...alsoRead, ...wanted.map(({ path }) => path).filter((path) => present.has(path))]
  const states = new Map(readable.map((path) => [path, readFile(conversation, path)]))
  const reads = [...states].flatMap(([path, state]) =>
    state.kind === 'unknown' || (state.kind === 'unreadable' && alsoRead.includes(path)) ? [state.call] : [],
  )
  if (reads.length > 0) return { turn: turnFor(conversation, 'Comparing it with the blueprint.', reads) }

  const unwritten = unanswered(conversation, wanted.filter(({ path, content }) => !isSame(states.get(path), content)).map(writeOf))
  return unwritten.length > 0 ? { turn: turnFor(conversation, `Writing ${nameSome(unwritten)}.`, unwritten) } : { states }
}

/** Patterns that list what there is of the wanted files: one for each folder, one for those beside the folders. */
function patternsFor(files: readonly ProjectFile[]): string[] {
  const folders = new Set(files.filter(({ path }) => path.includes('/')).map(({ path }) => `${path.slice(0, path.indexOf('/'))}/**/*`))
  const beside = files.map(({ path }) => path).filter((path) => !path.includes('/'))
  return [...(beside.length > 0 ? [`{${beside.sort().join(',')}}`] : []), ...[...folders].sort()]
}

function isSame(state: FileState | undefined, content: string): boolean {
  return state?.kind === 'known' && state.text === content
}

export function writeOf({ path, content }: ProjectFile): Call {
  return { name: 'Write', input: { file_path: path, content } }
}

function nameSome(calls: readonly Call[]): string {
  const paths = calls.slice(0, CALLS_A_TURN).map(({ input }) => String(input['file_path']))
  return paths.length > 3 ? `${paths.slice(0, 2).join(', ')} and ${paths.length - 2} more files` : paths.join(', ')
}
