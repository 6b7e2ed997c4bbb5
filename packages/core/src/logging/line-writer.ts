import { type FileHandle, open } from 'node:fs/promises'

const BATCH_BYTES = 65_536
const BATCH_MS = 200

/** Appends lines in batches, off the caller's path. A kill loses at most the last batch, and tears at most the last line. */
export interface LineWriter {
  write(line: string): void
  /** Resolves when everything so far is in the file. @throws the first failure of an earlier write */
  flush(): Promise<void>
  close(): Promise<void>
}

export async function openLineWriter(path: string): Promise<LineWriter> {
  const file = await open(path, 'a', 0o600)
  let batch: string[] = []
  let bytes = 0
  let timer: NodeJS.Timeout | undefined
  let failure: unknown
  let writing: Promise<void> = Promise.resolve()

  function hand() {
    clearTimeout(timer)
    timer = undefined
    if (batch.length === 0) return
    const text = batch.join('')
    batch = []
    bytes = 0
    writing = writing
      .then(() => append(file, text))
      .catch((error: unknown) => {
        failure ??= error
      })
  }

  async function flush() {
    hand()
    await writing
    if (failure !== undefined) throw failure
  }

  return {
    write(line) {
      batch.push(`${line}\n`)
      bytes += line.length
      if (bytes >= BATCH_BYTES) hand()
      else timer ??= setTimeout(hand, BATCH_MS).unref()
    },
    flush,
    async close() {
      await flush().finally(() => file.close())
    },
  }
}

async function append(file: FileHandle, text: string): Promise<void> {
  await file.appendFile(text)
}
