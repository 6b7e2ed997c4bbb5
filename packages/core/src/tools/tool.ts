import type { ToolDefinition } from '../providers/provider'
import type { Decision, FileOperation } from '../security/policy'
import type { ExecResult } from '../sandbox/sandbox'

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
  readText(path: string): Promise<string>
  /** Atomic: temporary file and rename. Makes missing folders. */
  writeText(path: string, content: string, operation?: 'write' | 'edit'): Promise<void>
  /** Project-relative paths of regular files below `path`, sorted; ignores .git and what .gitignore names. */
  list(path?: string): Promise<string[]>
  /** @throws DeniedError */
  check(operation: FileOperation, path: string): string
  /** @throws DeniedError when the policy refuses. */
  run(command: string, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<ExecResult>
}

/** Thrown by the workspace when policy or guard refuses; becomes a message to the model. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError'
  constructor(readonly decision: Decision) {
    super(`${decision.rule}: ${decision.reason}${decision.hint ? ` ${decision.hint}` : ''}`)
  }
}

export interface Tool extends ToolDefinition {
  execute(input: unknown, workspace: Workspace, options: { signal: AbortSignal }): Promise<ToolResult>
}
