import type { Argument } from './argument'
import type { Refusal } from './refusal'

/** One simple command as bash will start it. A word that may mean several things is judged once for each. */
export interface ResolvedCommand {
  /** Bare name (`git`, also for `.venv/bin/pytest`), or `./` and the path of a script from the project folder. */
  name: string
  /** The words after the name, without redirections and assignments. */
  args: readonly Argument[]
}

/** Where a command stands, and what may be asked about its words. */
export interface CommandScope {
  /** Absolute, real path. */
  readonly projectDir: string
  /** The folder that the command would run in, as far as `cd` in the script says; absolute, real path. */
  readonly cwd: string
  /** Why the argument cannot be a path to read (or a folder to enter); undefined when it can. */
  readable(argument: Argument): Refusal | undefined
  /** Why the argument cannot be a path to write, make or delete; undefined when it can. */
  writable(argument: Argument): Refusal | undefined
  /** The absolute, real path that a known argument means. */
  pathOf(argument: Argument): string | undefined
  /** Why these files (absolute, real paths) cannot be taken as they are now: the same script may have changed them, or may do so meanwhile. */
  unchanged(files: readonly string[]): Refusal | undefined
  /** Judges another command that this one will run, by every rule that there is for it. */
  judge(command: ResolvedCommand): Refusal | undefined
}

/** What one or more programs may do. */
export interface CommandRule {
  /** Programs as they are called: bare names, or `./` and the path of a script from the project folder. */
  readonly names: readonly string[]
  /** Pure and synchronous: why not, or undefined. One that throws denies. */
  check(command: ResolvedCommand, scope: CommandScope): Refusal | undefined
}
