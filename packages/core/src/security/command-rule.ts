import type { Argument } from './argument'
import type { Refusal } from './refusal'

/** One simple command as bash will start it. A word that may mean several things is judged once for each. */
export interface ResolvedCommand {
  name: string
  args: readonly Argument[]
}

/** Where a command stands. */
export interface CommandScope {
  readonly projectDir: string
  readonly cwd: string
  /** Why the argument cannot be a path to read (or a folder to enter); undefined when it can. */
  readable(argument: Argument): Refusal | undefined
  /** Why the argument cannot be a path to write, make or delete; undefined when it can. */
  writable(argument: Argument): Refusal | undefined
  /** The absolute, real path that a known argument means. */
  pathOf(argument: Argument): string | undefined
  /** Judges another command that this one will run. */
  judge(command: ResolvedCommand): Refusal | undefined
}

/** What one or more programs may do. Pure; returns why not, or undefined. */
export interface CommandRule {
  readonly names: readonly string[]
  check(command: ResolvedCommand, scope: CommandScope): Refusal | undefined
}
