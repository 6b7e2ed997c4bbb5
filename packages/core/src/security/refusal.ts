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

export function firstRefusal(problems: Iterable<Refusal | undefined>): Refusal | undefined {
  for (const problem of problems) if (problem) return problem
  return undefined
}

/** For parts of bash that the policy does not know. */
export function unknownSyntax(kind: string): never {
  return refuse('parse.unknown', `${kind} is not allowed in a command.`, 'Use plain commands.')
}
