import type { Argument } from './argument'
import type { ResolvedCommand } from './command-rule'
import type { WrittenFiles } from './written-files'

/** What the walk asks of the policy; each answer is given by throwing a refusal or not. */
export interface Judge {
  command(command: ResolvedCommand, folder: string): void
  redirection(target: Argument, direction: 'read' | 'write', folder: string): void
  /** Whether a function of this name would hide a program or builtin that the policy knows. */
  isTaken(name: string): boolean
  /** The real folder that `cd` would enter, and whether it is there. */
  folder(target: Argument, from: string): { path: string; exists: boolean }
  /** What the script may have written. */
  readonly files: WrittenFiles
  projectPaths(value: Argument, folder: string): void
}
