import { cac } from 'cac'
import { registerDoctor } from './commands/doctor'
import { registerGenerate } from './commands/generate'
import { registerOpenApi } from './commands/openapi'
import { registerPolicy } from './commands/policy'
import { registerServe } from './commands/serve'
import { registerSpec } from './commands/spec'
import { registerVerify } from './commands/verify'
import { printError, UsageError } from './errors'
import type { CommandOutcome } from './outcome'
import { version } from './version'

/** Marks words that look like numbers, since the parser would turn `007` into `7` and an empty word into `0`; and `-`, which is a value like any other. */
const VERBATIM = '\u0001'

const protect = (word: string): string => (word === '-' || (!word.startsWith('-') && !Number.isNaN(Number(word))) ? VERBATIM + word : word)

/** `--name=007` and `--name 007` alike. */
function protectArgv(argv: readonly string[]): string[] {
  return argv.map((word) => {
    const equals = word.startsWith('--') ? word.indexOf('=') : -1
    return equals === -1 ? protect(word) : `${word.slice(0, equals + 1)}${protect(word.slice(equals + 1))}`
  })
}

/** The text of an option's value, exactly as it was typed. */
function restore(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(VERBATIM) ? value.slice(VERBATIM.length) : value
  if (Array.isArray(value)) return value.map(restore)
  return value
}

/** The parser writes a default behind every `--no-…`, which reads as its opposite, and blanks at the ends of lines. */
const tidy = (help: string): string => help.replace(/ +\(default: true\)$| +$/gm, '')

/**
 * Runs the command line and never throws: errors become a message on stderr and an exit code.
 *
 * @param argv words after the program's name
 */
export async function run(argv: readonly string[]): Promise<CommandOutcome> {
  const program = cac('forge')
  registerGenerate(program)
  registerSpec(program)
  registerVerify(program)
  registerServe(program)
  registerPolicy(program)
  registerOpenApi(program)
  registerDoctor(program)
  program.help((sections) => sections.map(({ title, body }) => ({ ...(title === undefined ? {} : { title }), body: tidy(body) })))
  program.version(version(), '--version')
  try {
    program.parse(['node', 'forge', ...protectArgv(argv)], { run: false })
    const { options, matchedCommandName } = program
    if (options['help']) return { exitCode: 0 }
    if (options['version']) {
      if (matchedCommandName !== undefined) program.outputVersion()
      return { exitCode: 0 }
    }
    for (const key of Object.keys(options)) options[key] = restore(options[key])
    program.args = [...program.args, ...(options['--'] as string[])].map((word) => restore(word) as string)
    if (matchedCommandName === undefined && program.args.length > 0) {
      throw new UsageError(`There is no command "${program.args[0]}".`, 'Run `forge --help` for the list.')
    }
    return (await program.runMatchedCommand()) as CommandOutcome
  } catch (error) {
    return { exitCode: await printError(error, argv) }
  }
}
