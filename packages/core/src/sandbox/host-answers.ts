import type { Readable } from 'node:stream'
import type { ExecResult } from './sandbox'

/**
 * Answers of a host program. They may come from inside a sandbox, so nothing about them is taken for granted: neither their form nor their size.
 */
export type Answer = Record<string, unknown>

export type Exit = { exitCode: number | null; signal: string | null }

/** A longer line is not an answer of our program. */
const MAX_LINE_BYTES = 64 * 1024 * 1024
/** Room for the line that says how much was left out. */
const NOTE_CHARS = 100
const MESSAGE_CHARS = 2000

export const text = (value: unknown) => (typeof value === 'string' ? value : '')
const integer = (value: unknown) => (Number.isInteger(value) ? (value as number) : null)
const signalName = (value: unknown) => (typeof value === 'string' && /^SIG[A-Z0-9+-]{1,12}$/.test(value) ? value : null)

export const messageOf = (answer: Answer) => text(answer['message']).slice(0, MESSAGE_CHARS)

export const exitOf = (answer: Answer): Exit => ({ exitCode: integer(answer['code']), signal: signalName(answer['signal']) })

/** For a command that was not started. */
export function notRun(exitCode: number | null, signal: string | null, stderr: string): ExecResult {
  return { exitCode, signal, stdout: '', stderr, timedOut: false, truncated: false, durationMs: 0 }
}

/** @param maxOutputBytes of each stream; more than that is not an answer of our program */
export function execResult(answer: Answer, maxOutputBytes: number): ExecResult {
  return {
    ...exitOf(answer),
    stdout: text(answer['stdout']).slice(0, maxOutputBytes + NOTE_CHARS),
    stderr: text(answer['stderr']).slice(0, maxOutputBytes + NOTE_CHARS),
    timedOut: answer['timedOut'] === true,
    truncated: answer['truncated'] === true,
    durationMs: typeof answer['ms'] === 'number' && answer['ms'] >= 0 ? answer['ms'] : 0,
  }
}

/** Whom a line is for, read without parsing it, since that may take seconds: an id, nothing for the first line of all, or what is no id. */
export function addressOf(line: string): string {
  return line === '{"type":"ready"}' ? '' : (/^\{"id":"([\w+/]{12})",/.exec(line)?.[1] ?? 'none')
}

export function parseAnswer(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Answer) : undefined
  } catch {
    return undefined
  }
}

export function readLines(stream: Readable, on: { line(text: string): void; tooLong(): void }): void {
  let parts: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at))
      const line = Buffer.concat(parts).toString('utf8')
      parts = []
      size = 0
      from = at + 1
      on.line(line)
    }
    parts.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > MAX_LINE_BYTES) {
      parts = []
      size = 0
      on.tooLong()
    }
  })
}
