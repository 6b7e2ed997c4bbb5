/** The answer of the whole chain of policies. */
export interface Decision {
  verdict: 'allow' | 'deny'
  /** Stable id, for example `git.option`. */
  rule: string
  reason: string
  /** What the model should do instead. */
  hint?: string | undefined
}

/** One policy's answer; `abstain` leaves the decision to the others. All abstaining is a denial, with the first reason given. */
export type PolicyVerdict = Decision | { verdict: 'abstain'; reason?: string | undefined; hint?: string | undefined }

export interface ShellRequest {
  command: string
}

export interface PolicyContext {
  /** Absolute, real path. */
  projectDir: string
  /** Absolute, real path inside the project. */
  cwd: string
}

/** Pure and synchronous. A policy that throws denies. */
export interface SecurityPolicy {
  readonly id: string
  evaluate(request: ShellRequest, context: PolicyContext): PolicyVerdict
}

export type FileOperation = 'read' | 'write' | 'edit' | 'list'
