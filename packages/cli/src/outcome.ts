import type { RunResult } from '@forge/core'

/** What a command ended with. */
export interface CommandOutcome {
  /** The process's exit code, as the contract tables it. */
  exitCode: number
  /** The run's result, for `generate`. */
  result?: RunResult | undefined
}
