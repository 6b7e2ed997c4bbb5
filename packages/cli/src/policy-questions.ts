import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { UsageError } from './errors'

/** One line of a `--file`. */
export interface PolicyQuestion {
  id: string | number
  command: string
  /** Relative to the project. */
  cwd?: string | undefined
}

const EXAMPLE = 'Each line is an object such as {"id":"1","command":"ls -la","cwd":"app"}; cwd may be left out.'

/**
 * Reads all lines, or none: a file with one bad line is refused as a whole. Blank lines are passed over.
 *
 * @param path a file, or `-` for stdin
 */
export async function readQuestions(path: string): Promise<PolicyQuestion[]> {
  const name = path === '-' ? 'stdin' : path
  const lines = (await readText(path, name)).split('\n')
  const questions = lines.flatMap((line, index) => (line.trim() === '' ? [] : [questionOf(line, `${name}, line ${index + 1}`)]))
  if (questions.length === 0) throw new UsageError(`${name} holds no command to check.`, EXAMPLE)
  return questions
}

async function readText(path: string, name: string): Promise<string> {
  try {
    const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why: Record<string, string> = {
      ENOENT: 'does not exist',
      EISDIR: 'is a folder',
      ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
    }
    throw new UsageError(`${name} ${why[code ?? ''] ?? `cannot be read (${code ?? String(cause)})`}.`, `Give a file of JSON lines. ${EXAMPLE}`)
  }
}

function questionOf(line: string, place: string): PolicyQuestion {
  const { id, command, cwd } = objectOf(line, place)
  if (typeof id !== 'string' && typeof id !== 'number') throw new UsageError(`${place}: "id" is neither a text nor a number.`, EXAMPLE)
  if (typeof command !== 'string') throw new UsageError(`${place}: "command" is not a text.`, EXAMPLE)
  if (typeof cwd !== 'string' && cwd !== undefined && cwd !== null) throw new UsageError(`${place}: "cwd" is not a text.`, EXAMPLE)
  return { id, command, cwd: cwd ?? undefined }
}

function objectOf(line: string, place: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new UsageError(`${place} is not JSON: ${(cause as Error).message}.`, EXAMPLE)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`${place} is not a JSON object.`, EXAMPLE)
  return value as Record<string, unknown>
}
