import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const BEAT_MS = 2_000
const STALE_MS = 15_000

/**
 * Runs `work` while no other process does, and waits its turn. The owner touches the file; one that was not touched for 15 s belongs to a dead
 * owner and is taken over. That also works where processes do not see one another (containers that share a cache).
 */
export async function withBuildLock<T>(file: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  while (!take(file)) {
    signal?.throwIfAborted()
    await sleep(100)
  }
  const beat = setInterval(() => touch(file), BEAT_MS)
  beat.unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(file, { force: true })
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch {
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > STALE_MS) rmSync(file, { force: true })
    return false
  }
}

function touch(file: string): void {
  try {
    const now = new Date()
    utimesSync(file, now, now)
  } catch {}
}
