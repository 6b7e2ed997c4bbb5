import type { Limits } from '../options'
import type { Usage } from '../providers/provider'
import { addUsage, noUsage, totalTokens } from '../providers/usage'
import type { LimitName } from '../result'

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What one call of `run()` may spend, and has spent. */
export interface Budget {
  readonly usage: Usage
  /** Sessions begun. */
  readonly sessions: number
  /** Aborted when the time is up. */
  readonly deadline: AbortSignal
  beginSession(): void
  spend(usage: Usage): void
  /** The limit that is reached, counting what an open session has used so far. */
  exceeded(open?: Usage): LimitName | undefined
  /** Whether another session may begin. */
  exhausted(): LimitName | undefined
  dispose(): void
}

export function createBudget({ tokens, minutes }: Limits, maxIterations: number | undefined): Budget {
  const clock = new AbortController()
  const timer = minutes === undefined ? undefined : setTimeout(() => clock.abort(), Math.min(minutes * 60_000, LONGEST_TIMER_MS))
  let usage = noUsage
  let sessions = 0

  function exceeded(open: Usage = noUsage): LimitName | undefined {
    if (clock.signal.aborted) return 'minutes'
    return tokens !== undefined && totalTokens(usage) + totalTokens(open) >= tokens ? 'tokens' : undefined
  }

  return {
    get usage() {
      return usage
    },
    get sessions() {
      return sessions
    },
    deadline: clock.signal,
    beginSession() {
      sessions += 1
    },
    spend(used) {
      usage = addUsage(usage, used)
    },
    exceeded,
    exhausted: () => exceeded() ?? (maxIterations !== undefined && sessions >= maxIterations ? 'iterations' : undefined),
    dispose: () => clearTimeout(timer),
  }
}
