/** How one command runs. */
export interface ExecOptions {
  /** Absolute; default the session's root. */
  cwd?: string | undefined
  env?: Record<string, string> | undefined
  /** Milliseconds; default 120 000. The whole process group is ended. */
  timeoutMs?: number | undefined
  /** Bytes kept of each of stdout and stderr (head and tail); default 256 KiB. */
  maxOutputBytes?: number | undefined
  signal?: AbortSignal | undefined
}

/** How a command ended. */
export interface ExecResult {
  /** Null when a signal ended it. */
  exitCode: number | null
  signal: string | null
  stdout: string
  stderr: string
  timedOut: boolean
  /** Part of the output was left out of its middle. */
  truncated: boolean
  durationMs: number
}

/** A process that runs until it is stopped or its session ends. */
export interface BackgroundProcess {
  /** Never rejects. */
  readonly exited: Promise<{ exitCode: number | null; signal: string | null }>
  /** The last 64 KiB of stdout and stderr together. */
  output(): string
  /** Ends the whole process group: SIGTERM, then SIGKILL after `graceMs` (default 2 000). */
  stop(options?: { graceMs?: number }): Promise<void>
}

/** A door out of a session: TCP connections to a loopback port inside lead to a unix socket outside. */
export interface Forward {
  /** Inside, on 127.0.0.1. */
  port: number
  /** Absolute path of a unix socket of the host, which must exist when the session starts. */
  socket: string
}

/**
 * What a session may see. Everything not named is hidden or read-only, and the network is a loopback interface of its own, as far as the sandbox can
 * keep it so.
 */
export interface SandboxSpec {
  /** Working directory and the one place commands may write, besides `writable`. Absolute. */
  root: string
  writable?: readonly string[] | undefined
  /** Bound read-only even where they lie in a hidden place (interpreters, wheels, CA files, sockets' folders). */
  readable?: readonly string[] | undefined
  /** The only ways to the host's network; default none. */
  forwards?: readonly Forward[] | undefined
  /** The complete environment; nothing of the harness's own environment is added but a minimal PATH. */
  env?: Record<string, string> | undefined
}

export interface SandboxSession {
  /** Runs a shell command with `bash --noprofile --norc -c` (or an argv without any shell); never throws for a failing command. */
  exec(command: string | readonly string[], options?: ExecOptions): Promise<ExecResult>
  /** Starts an argv in the background. */
  spawn(argv: readonly string[], options?: Omit<ExecOptions, 'timeoutMs' | 'signal'>): Promise<BackgroundProcess>
  /** Ends every process of the session. Idempotent. */
  stop(): Promise<void>
}

/** Whether a sandbox works on this machine. */
export type SandboxProbe = { works: true } | { works: false; reason: string; remedy: string }

/** Where commands of agents and projects run. */
export interface Sandbox {
  /** For example `bubblewrap` or `none`. */
  readonly kind: string
  /** True when code inside is really confined. */
  readonly confines: boolean
  /** Tries it out; changes nothing. */
  probe(): Promise<SandboxProbe>
  /** @throws ForgeError SANDBOX_UNAVAILABLE */
  start(spec: SandboxSpec): Promise<SandboxSession>
}
