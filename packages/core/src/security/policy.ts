/** The answer of the whole chain of policies. */
export interface Decision {
  verdict: 'allow' | 'deny'
  /** Stable id, for example `git.option`. */
  rule: string
  reason: string
  /** What the model should do instead. */
  hint?: string | undefined
}

/** No objection, but no vouching either; the others decide. */
export interface Abstention {
  verdict: 'abstain'
  reason?: string | undefined
  hint?: string | undefined
  /**
   * The names of the commands that the policy does not know; it vouches for all others in the script. Without it the policy vouches for nothing.
   */
  unknown?: readonly string[] | undefined
}

/** One policy's answer. */
export type PolicyVerdict = Decision | Abstention

/** A shell script, as an agent wrote it. */
export interface ShellRequest {
  readonly command: string
}

/** Where it would run. */
export interface PolicyContext {
  /** Absolute, real path; it need not exist. */
  readonly projectDir: string
  /** Absolute, real path inside the project; it need not exist. */
  readonly cwd: string
}

/**
 * Judges scripts before they run. Pure and synchronous: the same question gets the same answer, and nothing is run or written. A policy that throws,
 * or gives no verdict with a rule and a reason, denies.
 */
export interface SecurityPolicy {
  /** Names the policy where it fails. */
  readonly id: string
  evaluate(request: ShellRequest, context: PolicyContext): PolicyVerdict
}

/** What a tool wants to do with a path. */
export type FileOperation = 'read' | 'write' | 'edit' | 'list'
