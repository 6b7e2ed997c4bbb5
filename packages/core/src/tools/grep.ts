import { relative } from 'node:path'
import { createContext, Script } from 'node:vm'
import { z } from 'zod'
import { defineTool } from './define-tool'
import { globMatcher } from './glob-pattern'
import type { Workspace } from './tool'

const MAX_LINES = 300
const MAX_LINE_CHARS = 500
const MAX_SEARCHED_CHARS = 5_000
const TIME_LIMIT_MS = 5_000

interface Hit {
  file: string
  lines: readonly string[]
  matched: readonly number[]
}

export const grepTool = defineTool({
  name: 'Grep',
  description: 'Searches file contents with a JavaScript regular expression, line by line. Leaves out what .gitignore names.',
  input: {
    pattern: z.string().min(1),
    path: z.string().min(1).optional().describe('File or folder'),
    glob: z.string().min(1).optional().describe('Only files that match, such as "*.py"'),
    output_mode: z.enum(['content', 'files_with_matches', 'count']).optional().describe('Default content'),
    case_insensitive: z.boolean().optional(),
    context: z.int().min(0).max(20).optional().describe('Lines around each match'),
  },
  async run({ pattern, path = '.', glob, output_mode = 'content', case_insensitive = false, context = 0 }, workspace, { signal }) {
    const matchLines = lineMatcher(pattern, case_insensitive ? 'iu' : 'u')
    const hits: Hit[] = []
    const skipped: string[] = []
    for (const file of await filesToSearch(workspace, path, glob)) {
      signal.throwIfAborted()
      const text = await workspace.readText(file).catch(() => undefined)
      if (text === undefined) skipped.push(file)
      else {
        const lines = text.split('\n')
        const matched = matchLines(lines)
        if (matched.length > 0) hits.push({ file, lines, matched })
      }
    }
    const output = { content: () => contentOf(hits, context), files_with_matches: () => hits.map((hit) => hit.file), count: () => countsOf(hits) }[
      output_mode
    ]()
    const notes = skipped.length > 0 ? [`[not searched, no text: ${skipped.slice(0, 5).join(', ')}${skipped.length > 5 ? ', …' : ''}]`] : []
    if (output.length === 0) return ['[no match]', ...notes].join('\n')
    if (output.length > MAX_LINES) notes.unshift(`[${output.length - MAX_LINES} more lines; use a narrower pattern or path]`)
    return [...output.slice(0, MAX_LINES), ...notes].join('\n')
  },
})

async function filesToSearch(workspace: Workspace, path: string, glob: string | undefined): Promise<string[]> {
  const real = workspace.check('list', path)
  const files = await workspace.list(path).catch((error: Error) => {
    if (error.message.endsWith('is not a folder.')) return [relative(workspace.root, real)]
    throw error
  })
  return glob === undefined ? files : files.filter(globMatcher(glob))
}

/** Runs the expression in a context of its own with a time limit: one that backtracks without end must not stop the harness. */
function lineMatcher(pattern: string, flags: string): (lines: readonly string[]) => number[] {
  const source = compile(pattern, flags)
  const scope = createContext({ lines: [] as string[], source: source.source, flags: source.flags })
  const script = new Script(
    '{ const e = new RegExp(source, flags); JSON.stringify(lines.map((l, i) => (e.test(l) ? i : -1)).filter((i) => i >= 0)) }',
  )
  const deadline = Date.now() + TIME_LIMIT_MS
  return (lines) => {
    const left = deadline - Date.now()
    if (left <= 0) throw tooSlow()
    scope['lines'] = lines.map((line) => line.slice(0, MAX_SEARCHED_CHARS))
    try {
      return JSON.parse(script.runInContext(scope, { timeout: left }) as string) as number[]
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? tooSlow() : error
    }
  }
}

const tooSlow = () => new Error(`The search took longer than ${TIME_LIMIT_MS / 1000} s and was stopped. Use a simpler expression or a narrower path.`)

/** Models escape more than the strict grammar allows (`\-`, `\"`): the lenient one is the second try. */
function compile(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags)
  } catch {
    try {
      return new RegExp(pattern, flags.replace('u', ''))
    } catch (error) {
      throw new Error(`The pattern is not a regular expression: ${(error as Error).message}`)
    }
  }
}

function contentOf(hits: readonly Hit[], context: number): string[] {
  return hits.flatMap(({ file, lines, matched }) => {
    const shown = new Set(matched.flatMap((at) => Array.from({ length: 2 * context + 1 }, (_, step) => at - context + step)))
    const isMatch = new Set(matched)
    return [...shown]
      .filter((at) => at >= 0 && at < lines.length)
      .sort((a, b) => a - b)
      .map((at) => `${file}:${at + 1}${isMatch.has(at) ? ':' : '-'}${shorten(lines[at] as string)}`)
  })
}

const countsOf = (hits: readonly Hit[]) => hits.map(({ file, matched }) => `${file}:${matched.length}`)

const shorten = (line: string) => (line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)} …` : line)
