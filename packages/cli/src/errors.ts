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

/** What a person and a script are told about a failure. */
interface Failure {
  code: string
  message: string
  remedy: string | null
  exitCode: number
  /** Only for faults of Forge itself. */
  stack: string | null
}

/** Codes that mean the machine or the provider failed rather than the caller's words. */
const EXIT_CODES: Record<string, number> = { PROVIDER_UNAVAILABLE: 4, PROVIDER_PROTOCOL: 4, INTERNAL: 1 }

/**
 * Prints what happened and what to do next, without secrets; with `--json`, a line for scripts, too.
 *
 * @returns the exit code
 */
export async function printError(error: unknown, argv: readonly string[]): Promise<number> {
  const { stack, ...failure } = await harmless(describe(error, argv))
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ type: 'error', ...failure })}\n`)
  process.stderr.write(`forge: ${failure.message}\n`)
  if (failure.remedy) process.stderr.write(`  ${failure.remedy}\n`)
  if (stack) process.stderr.write(`  This is a fault of Forge itself; please report it with these lines:\n${stack}\n`)
  return failure.exitCode
}

/** What failed may have had a key or a database address in its hands; an error of usage was typed by its reader. */
async function harmless(failure: Failure): Promise<Failure> {
  if (failure.code === 'USAGE') return failure
  const { environmentSecrets, redact } = await import('@forge/core')
  const secrets = environmentSecrets(process.env)
  const clean = <T extends string | null>(text: T) => (text === null ? text : redact(text, { secrets })) as T
  return { ...failure, message: clean(failure.message), remedy: clean(failure.remedy), stack: clean(failure.stack) }
}

/** Errors are told apart by name, so that usage errors need not load the packages that define the rest. */
function describe(error: unknown, argv: readonly string[]): Failure {
  if (!(error instanceof Error)) return { code: 'INTERNAL', message: String(error), remedy: null, exitCode: 1, stack: null }
  const { name, message, stack = null } = error
  if (name === 'CACError') return { code: 'USAGE', message: `${message}.`, remedy: wordsRemedy(message, argv), exitCode: 2, stack: null }
  const remedy = textOf(error, 'remedy')
  if (name === 'UsageError') return { code: 'USAGE', message, remedy, exitCode: 2, stack: null }
  const code = textOf(error, 'code') ?? 'INTERNAL'
  if (name === 'ForgeError' || name === 'SpecError') return { code, message: sentence(message), remedy, exitCode: EXIT_CODES[code] ?? 2, stack: null }
  return { code: 'INTERNAL', message, remedy: null, exitCode: 1, stack }
}

/** What is meant, as a rule, by words that the parser refuses: of which command, and how its complaint begins. */
const MEANT: readonly [command: string, complaint: string, hint: string][] = [
  ['generate', 'Unused args', 'Name the specification with --spec FILE. '],
  ['policy', 'missing required args', "Say what to do: forge policy check 'ls -la'. "],
  ['policy', 'Unknown option', "Put each command in quotes: forge policy check 'ls -la'. "],
]

/** What to do about words that the parser refuses. */
function wordsRemedy(message: string, [first = '']: readonly string[]): string {
  const command = /^[a-z]+$/.test(first) ? first : 'generate'
  const [, , hint = ''] = MEANT.find(([name, complaint]) => name === command && message.startsWith(complaint)) ?? []
  return `${hint}Run \`forge ${command} --help\` for the options.`
}

/** Errors of the library are written to stand within a text as well. */
const sentence = (message: string) => (/[.!?:…]\s*$/.test(message) ? message : `${message}.`)

function textOf(error: Error, property: 'code' | 'remedy'): string | null {
  const value: unknown = Reflect.get(error, property)
  return typeof value === 'string' ? value : null
}
