import { setTimeout as sleep } from 'node:timers/promises'
import { ProviderError } from './provider'

const LONGEST_WAIT_MS = 3_600_000

export interface Backoff {
  /** Attempts in a row, the first included; default 8. */
  attempts?: number | undefined
  /** Milliseconds; default 1000. */
  baseDelayMs?: number | undefined
  /** Milliseconds; default 60 000. */
  maxDelayMs?: number | undefined
}

/** Failed attempts in a row and the earliest time of the next one, kept across kills so that no restart resets them. */
export interface RetryMemory {
  failures: number
  /** Milliseconds since the epoch. */
  notBefore: number
  /** Persists both. */
  save(): Promise<void>
}

export interface RetryContext {
  backoff: Backoff
  memory: RetryMemory
  signal: AbortSignal
  /** Called before each wait. */
  onWait(failure: { error: ProviderError; attempt: number; waitMs: number }): void
}

/**
 * Tries until it works: exponential backoff with jitter, or as long as the provider asks for.
 * @throws ProviderError one that is not worth another attempt, or the last of the allowed attempts
 */
export async function withRetries<T>(attempt: () => Promise<T>, context: RetryContext): Promise<T> {
  const { memory, backoff, signal } = context
  while (true) {
    const early = memory.notBefore - Date.now()
    if (early > 0) await sleep(Math.min(early, LONGEST_WAIT_MS), undefined, { signal })
    try {
      const result = await attempt()
      if (memory.failures > 0) await remember(memory, 0, 0)
      return result
    } catch (error) {
      if (!(error instanceof ProviderError) || !error.retryable || signal.aborted) throw error
      const failures = memory.failures + 1
      const waitMs = delayOf(failures, backoff, error.retryAfterMs)
      const last = failures >= (backoff.attempts ?? 8) || waitMs > LONGEST_WAIT_MS
      await remember(memory, last ? 0 : failures, error.retryAfterMs === undefined && last ? 0 : Date.now() + waitMs)
      if (last) throw error
      context.onWait({ error, attempt: failures, waitMs })
    }
  }
}

function delayOf(failures: number, { baseDelayMs = 1000, maxDelayMs = 60_000 }: Backoff, retryAfterMs: number | undefined): number {
  const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1))
  const jittered = ceiling * (0.5 + Math.random() / 2)
  return Math.max(jittered, retryAfterMs ?? 0)
}

async function remember(memory: RetryMemory, failures: number, notBefore: number): Promise<void> {
  memory.failures = failures
  memory.notBefore = notBefore
  await memory.save()
}
