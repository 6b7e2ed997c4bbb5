import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ForgeError } from '../errors'

/** One line of `timeline.jsonl`. */
export interface TimelineEntry {
  /** UTC, ISO 8601. */
  timestamp: string
  /** 0 outside a session, and in logs of the seed system, which do not tell. */
  session_number: number
  event_type: string
  data: Record<string, unknown>
}

/**
 * Reads a timeline, entry by entry, in constant memory.
 * @param path a `timeline.jsonl` or the run folder that holds one. A torn last line, left by a kill, is skipped.
 * @throws ForgeError `CONFIG_INVALID` when there is no such file, or a line before the last one is not an entry
 */
export async function* readTimeline(path: string): AsyncGenerator<TimelineEntry> {
  const file = await timelineFile(path)
  let number = 0
  let broken: number | undefined
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (line.trim() === '') continue
    if (broken !== undefined) {
      throw new ForgeError('CONFIG_INVALID', `${file}: line ${broken} is not a timeline entry.`, { remedy: 'Remove that line, or name another run.' })
    }
    const entry = parseEntry(line)
    if (entry === undefined) broken = number
    else yield entry
  }
}

async function timelineFile(path: string): Promise<string> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new ForgeError('CONFIG_INVALID', `${path} does not exist.`, { remedy: 'Name a run folder (logs/run_…) or its timeline.jsonl.', cause })
  })
  return facts.isDirectory() ? join(path, 'timeline.jsonl') : path
}

function parseEntry(line: string): TimelineEntry | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isEntry(value) ? { ...value, session_number: value.session_number ?? 0 } : undefined
  } catch {
    return undefined
  }
}

function isEntry(value: unknown): value is Omit<TimelineEntry, 'session_number'> & { session_number?: number } {
  if (typeof value !== 'object' || value === null) return false
  return (
    'timestamp' in value && typeof value.timestamp === 'string' && 'event_type' in value && typeof value.event_type === 'string' && 'data' in value
  )
}
