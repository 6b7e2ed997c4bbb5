import { ForgeError } from '@forge/core'
import { SpecError } from '@forge/spec'

/** A command line that cannot be carried out as it was typed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message)
  }
}

const remedyOf = (error: Error): string | undefined => ('remedy' in error && typeof error.remedy === 'string' ? error.remedy : undefined)

/** Codes that mean the machine or the provider failed rather than the caller's words. */
const EXIT_CODES: Record<string, number> = { PROVIDER_UNAVAILABLE: 4, PROVIDER_PROTOCOL: 4, INTERNAL: 1 }

/**
 * Prints what happened and what to do next.
 *
 * @returns the exit code
 */
export function printError(error: unknown, argv: readonly string[]): number {
  const isCacError = error instanceof Error && error.name === 'CACError'
  const known = error instanceof ForgeError || error instanceof SpecError || error instanceof UsageError || isCacError
  const message = error instanceof Error ? error.message : String(error)
  const exitCode = error instanceof ForgeError ? (EXIT_CODES[error.code] ?? 2) : known ? 2 : 1
  const remedy = isCacError ? 'Run `forge --help` for the options.' : error instanceof Error ? remedyOf(error) : undefined
  if (argv.includes('--json')) {
    const code =
      error instanceof ForgeError || error instanceof SpecError ? error.code : isCacError || error instanceof UsageError ? 'USAGE' : 'INTERNAL'
    process.stdout.write(`${JSON.stringify({ type: 'error', code, message, remedy: remedy ?? null, exitCode })}\n`)
  }
  process.stderr.write(`forge: ${message}\n`)
  if (remedy) process.stderr.write(`  ${remedy}\n`)
  if (!known && error instanceof Error && error.stack) {
    process.stderr.write(`  This is a fault of Forge itself; please report it with these lines:\n${error.stack}\n`)
  }
  return exitCode
}
