import type { ToolDefinition } from '../providers/provider'
import type { Decision, FileOperation } from '../security/policy'
import type { ExecResult } from '../sandbox/sandbox'

/** What the model is answered. */
export interface ToolResult {
  content: string
  isError: boolean
  /** Set when the call was refused rather than failed. */
  denied?: Decision | undefined
}

/** The one door to the machine: files through the filesystem guard, commands through policy and sandbox. */
export interface Workspace {
  /** Absolute, real path of the project. */
  readonly root: string
  /** At most 32 MiB of UTF-8. @throws DeniedError, or an error for a file that is absent, larger or no text */
  readText(path: string): Promise<string>
  /** Atomic: temporary file and rename. Makes missing folders. @throws DeniedError */
  writeText(path: string, content: string, operation?: 'write' | 'edit'): Promise<void>
  /** Project-relative paths of regular files below `path`, sorted; ignores .git and what .gitignore names. */
  list(path?: string): Promise<string[]>
  /** The real path that the operation would touch. @throws DeniedError, or an error for a folder in the place of a file, or the reverse */
  check(operation: FileOperation, path: string): string
  /** Runs a shell command in the project folder; `timeoutMs` is 120 000 by default. @throws DeniedError when the policy refuses. */
  run(command: string, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<ExecResult>
}

/** Thrown by the workspace when policy or guard refuses; becomes a message to the model. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError'
  constructor(readonly decision: Decision) {
    super(`${decision.rule}: ${decision.reason}${decision.hint ? ` ${decision.hint}` : ''}`)
  }
}

/** Something an agent can do. Its effects pass the workspace. */
export interface Tool extends ToolDefinition {
  /** `input` keeps to `inputSchema`. An error that is thrown becomes a result with `isError`. */
  execute(input: unknown, workspace: Workspace, options: { signal: AbortSignal }): Promise<ToolResult>
}
