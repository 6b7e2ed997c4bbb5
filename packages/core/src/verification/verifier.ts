import type { ForgeEventBody } from '../events'
import type { Feature } from '../features/feature'
import type { Sandbox } from '../sandbox/sandbox'

/** What one test case's proof found. */
export interface CaseProof {
  name: string
  proven: boolean
  /** Ids of the tests that proved it, or that tried. */
  tests: string[]
  /** Why it is not proven. */
  reason?: string | undefined
  /** The exchange that witnessed it, as the harness saw it from outside. */
  exchange?: { method: string; path: string; status: number } | undefined
}

/** What the proof of one feature found: proven when all its cases are, and whatever else the verifier asks of it holds. */
export interface FeatureProof {
  id: number
  proven: boolean
  cases: CaseProof[]
  /** Why it is not proven. */
  reason?: string | undefined
}

/** The outcome of one full proof. `ran: false` means "not run": nothing counts as proven. */
export type VerifyReport =
  | { ran: false; code: 'PYTHON_MISSING' | 'DATABASE_MISSING' | 'SANDBOX_UNAVAILABLE' | 'ENVIRONMENT_FAILED'; reason: string; remedy: string }
  | {
      ran: true
      features: FeatureProof[]
      /** SHA-256 over the paths and contents of the judged tree. */
      tree: string
      suite: { passed: number; failed: number; skipped: number; seconds: number }
      /** Problems of the whole project rather than of one feature (migrations fail, the server does not start…). */
      problems: string[]
      seconds: number
    }

/** What is to be proven, and where project code runs. */
export interface VerifyContext {
  /** Absolute. */
  projectDir: string
  features: readonly Feature[]
  sandbox: Sandbox
  /** Progress, for renderers and logs. */
  emit(event: ForgeEventBody): void
  signal: AbortSignal
}

/** Proves features from nothing but the project directory. */
export interface Verifier {
  readonly name: string
  /** One full proof. What the machine lacks is the report `ran: false`; an aborted signal rejects with its reason. */
  verify(context: VerifyContext): Promise<VerifyReport>
}
