/** Why something is refused; becomes a denial. */
export interface Refusal {
  rule: string
  reason: string
  hint?: string | undefined
}

/** Carries a refusal out of the depth of a script. */
export class RefusalError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.reason)
  }
}

export function refuse(rule: string, reason: string, hint?: string): never {
  throw new RefusalError({ rule, reason, hint })
}
