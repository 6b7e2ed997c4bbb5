import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ForgeError } from '@forge/core'

const BEAT_MS = 2_000
const STALE_MS = 15_000

/**
 * Runs `work` while no other process does, and waits its turn. The owner touches the file; one that was not touched for 15 s belongs to a dead
 * owner and is taken over. That also works where processes do not see one another (containers that share a cache).
 * @throws ForgeError ENVIRONMENT_FAILED when the folder cannot be written
 */
export async function withBuildLock<T>(file: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
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
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw unwritable(file, cause)
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > STALE_MS) rmSync(file, { force: true })
    return false
  }
}

function unwritable(file: string, cause: unknown): ForgeError {
  return new ForgeError('ENVIRONMENT_FAILED', `Forge cannot write ${dirname(file)}: ${cause instanceof Error ? cause.message : String(cause)}.`, {
    remedy: 'Make room there, or set XDG_CACHE_HOME and XDG_STATE_HOME to folders that you may write.',
    cause,
  })
}

function touch(file: string): void {
  try {
    const now = new Date()
    utimesSync(file, now, now)
  } catch {}
}
