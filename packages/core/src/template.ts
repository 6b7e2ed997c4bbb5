import type { ForgeEventBody } from './events'
import type { Requirement } from './features/feature'
import type { Phase } from './phase'
import type { SandboxSpec } from './sandbox/sandbox'
import type { SizePreset } from './size-preset'
import type { Verifier } from './verification/verifier'

/** What can be built. A template brings prompts, sizes, what a spec demands, and the verifier that proves it. */
export interface Template {
  readonly name: string
  readonly size: SizePreset
  /** One byte-stable text per phase. */
  system(phase: Phase): string
  /** The first message of a session: the same at the front from session to session, what changes at its end. */
  prompt(phase: Phase, context: PromptContext): string
  /** Everything the list must cover. @throws ForgeError SPEC_INVALID when the text holds nothing to build. */
  requirements(specText: string): Requirement[]
  /** The specification used when the project has none and the caller gives none. */
  readonly exampleSpec: string
  readonly verifier: Verifier
  /** Lines for the project's .gitignore. */
  readonly gitignore: readonly string[]
  /**
   * Opens what the commands of an agent's sessions need besides the project: toolchains, packages, services. Once per run, before its first session.
   * Default: nothing but what the sandbox shows.
   * @throws ForgeError PYTHON_MISSING, DATABASE_MISSING, ENVIRONMENT_FAILED
   */
  workplace?(options: WorkplaceOptions): Promise<Workplace>
}

export interface WorkplaceOptions {
  /** Absolute. */
  projectDir: string
  signal: AbortSignal
  /** Notices, for renderers and logs. */
  emit(event: ForgeEventBody): void
}

/** What a template lends to the commands of an agent's sessions. */
export interface Workplace extends Pick<SandboxSpec, 'env' | 'readable' | 'writable' | 'forwards'> {
  /** Takes all of it back, when no session is left. Idempotent. */
  close(): Promise<void>
}

/** What changes from session to session. */
export interface PromptContext {
  /** Absolute. */
  projectDir: string
  /** Written by the harness: state of the features, last failures, last commits. */
  bearings: string
}
