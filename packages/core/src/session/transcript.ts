import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { isMissing } from '../files'
import type { Message, StopReason, Usage } from '../providers/provider'
import { addUsage, noUsage } from '../providers/usage'
import type { ToolResult } from '../tools/tool'

/** Who held the conversation: a journal of another one is not continued. */
export interface TranscriptOwner {
  session: number
  provider: string
  model: string
}

type Line =
  | { type: 'owner'; owner: TranscriptOwner }
  | { type: 'message'; message: Message; reply?: ReplyFacts | undefined }
  | { type: 'call-start'; id: string }
  | { type: 'call-end'; id: string; result: ToolResult }

/** What came with a model's message. */
export interface ReplyFacts {
  stopReason: StopReason
  usage: Usage
}

/** The append-only conversation of one session. */
export interface Transcript {
  readonly messages: readonly Message[]
  /** Model turns so far. */
  readonly turns: number
  readonly usage: Usage
  /** Set while the last message is the model's: it still has to be answered. */
  readonly openReply: (ReplyFacts & { message: Message }) | undefined
  append(message: Message, reply?: ReplyFacts): Promise<void>
  startCall(id: string): Promise<void>
  endCall(id: string, result: ToolResult): Promise<void>
  /** Whether the conversation holds a call with this id. */
  hasCall(id: string): boolean
  /** What is known of a call that an earlier process may have made. */
  callState(id: string): { started: boolean; result: ToolResult | undefined }
  /** Closes the journal; `discard` deletes it. */
  close(options: { discard: boolean }): Promise<void>
}

/** A conversation that is kept nowhere but in memory. */
export function memoryTranscript(): Transcript {
  return createTranscript(
    [],
    async () => {},
    async () => {},
  )
}

/**
 * A conversation with a journal (one JSON line each, mode 0600). An existing journal of the same owner is continued: its messages and calls
 * are there again. A torn last line, left by a kill, is dropped.
 */
export async function journaledTranscript(path: string, owner: TranscriptOwner): Promise<Transcript> {
  const { lines, bytes } = await readJournal(path)
  const head = lines[0]
  const own = head?.type === 'owner' && sameOwner(head.owner, owner)
  const file = await open(path, own ? 'r+' : 'w', 0o600)
  if (own) await file.truncate(bytes)
  const write = writer(file, own ? bytes : 0)
  if (!own) await write({ type: 'owner', owner })
  const close = async (discard: boolean) => {
    await file.close()
    if (discard) await rm(path, { force: true })
  }
  return createTranscript(own ? lines : [], write, close)
}

function writer(file: FileHandle, offset: number): (line: Line) => Promise<void> {
  let position = offset
  let last: Promise<unknown> = Promise.resolve()
  return (line) => {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    const at = position
    position += bytes.length
    const written = last.then(async () => {
      await file.write(bytes, 0, bytes.length, at)
      if (isReply(line)) file.datasync().catch(() => {})
    })
    last = written.catch(() => {})
    return written
  }
}

/** A kill loses nothing that was written; only a power cut needs the disk, once a turn and off the model's path. */
function isReply(line: Line): boolean {
  return line.type === 'message' && line.reply !== undefined
}

async function readJournal(path: string): Promise<{ lines: Line[]; bytes: number }> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return ''
    throw error
  })
  const lines: Line[] = []
  let end = 0
  while (true) {
    const stop = text.indexOf('\n', end)
    const line = stop < 0 ? undefined : parseLine(text.slice(end, stop))
    if (line === undefined) return { lines, bytes: Buffer.byteLength(text.slice(0, end)) }
    lines.push(line)
    end = stop + 1
  }
}

function parseLine(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}

function sameOwner(a: TranscriptOwner, b: TranscriptOwner): boolean {
  return a.session === b.session && a.provider === b.provider && a.model === b.model
}

function createTranscript(past: readonly Line[], write: (line: Line) => Promise<void>, close: (discard: boolean) => Promise<void>): Transcript {
  const messages: Message[] = []
  const calls = new Set<string>()
  const started = new Set<string>()
  const results = new Map<string, ToolResult>()
  let turns = 0
  let usage = noUsage
  let openReply: Transcript['openReply']

  function apply(line: Line) {
    if (line.type === 'call-start') started.add(line.id)
    if (line.type === 'call-end') results.set(line.id, line.result)
    if (line.type !== 'message') return
    messages.push(line.message)
    for (const block of line.message.content) if (block.type === 'tool-call') calls.add(block.id)
    openReply = line.reply && { ...line.reply, message: line.message }
    if (line.reply === undefined) {
      started.clear()
      results.clear()
    } else {
      turns += 1
      usage = addUsage(usage, line.reply.usage)
    }
  }

  async function record(line: Line) {
    apply(line)
    await write(line)
  }

  for (const line of past) apply(line)
  return {
    messages,
    get turns() {
      return turns
    },
    get usage() {
      return usage
    },
    get openReply() {
      return openReply
    },
    append: (message, reply) => record({ type: 'message', message, reply }),
    startCall: (id) => record({ type: 'call-start', id }),
    endCall: (id, result) => record({ type: 'call-end', id, result }),
    hasCall: (id) => calls.has(id),
    callState: (id) => ({ started: started.has(id), result: results.get(id) }),
    close: ({ discard }) => close(discard),
  }
}
