import type { ProviderErrorKind, Usage } from './providers/provider'

/** How one feature stood when the run ended. */
export interface FeatureResult {
  id: number
  description: string
  /** Number of test cases. */
  cases: number
  /** By the last proof of this run, or by the ledger when the run ended before one. */
  proven: boolean
  /** Why it is not proven. */
  reason: string | null
  /** What a trusted provider says is missing for it without a model. */
  leftForModel: string | null
}

/** The limits of `HarnessOptions` that can end a run. */
export type LimitName = 'iterations' | 'tokens' | 'minutes' | 'sessionsPerFeature'

/** How a run can end. Every expected ending is a value; only misuse and a machine that lacks something reject with a `ForgeError`. */
export type RunOutcome =
  /** The last act was a full proof of the final tree, and every feature held. */
  | { status: 'proven' }
  /** All that a trusted provider claims is proven; the rest needs a model. */
  | { status: 'needs-model'; left: { id: number; description: string; reason: string }[] }
  /** `stalled`: session after session proved nothing new. `no-features`: neither list nor specification names anything to prove. */
  | { status: 'failed'; why: 'stalled' | 'no-features'; reason: string }
  /** A limit that the caller set; the same command goes on. */
  | { status: 'limit'; which: LimitName }
  /** The caller's signal; the same command goes on. */
  | { status: 'interrupted' }
  /** The provider refused or stayed away; the same command goes on. */
  | { status: 'provider-unavailable'; error: { kind: ProviderErrorKind; message: string; remedy: string } }
  /** The proof could not be run on this machine: nothing counts as proven. */
  | { status: 'not-verified'; code: string; reason: string; remedy: string }

/** What `run()` resolves with: how it ended, and where everything stands. */
export type RunResult = RunOutcome & {
  features: FeatureResult[]
  /** Tokens of this run, all sessions. */
  usage: Usage
  /** Wall clock, this call of `run()`. */
  seconds: number
  /** Absolute path of this run's logs. */
  runDir: string
}

/**
 * The command line's exit code: 0 every feature proven · 1 failed · 2 the machine lacks what a proof needs ·
 * 3 stopped before the end · 4 provider unavailable · 130 interrupted.
 */
export function exitCodeFor(result: Pick<RunResult, 'status'>): number {
  return EXIT_CODES[result.status]
}

const EXIT_CODES: Record<RunResult['status'], number> = {
  proven: 0,
  failed: 1,
  'not-verified': 2,
  'needs-model': 3,
  limit: 3,
  'provider-unavailable': 4,
  interrupted: 130,
}
