import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { type HostConnection, type HostExecOptions, type HostSpawnOptions, MINIMAL_PATH, connectHost } from './host-connection'
import { HOST_PROGRAM } from './host-program'
import type { BackgroundProcess, ExecResult, Forward } from './sandbox'

export type { HostExecOptions, HostSpawnOptions } from './host-connection'

/**
 * A small helper process that starts all others. It keeps the cost of starting one independent of the harness's size, and ends all of them
 * when the harness is gone, however that came about (`kill -9` included).
 */
export interface ProcessHost {
  /**
   * Runs a program to its end. A failing or missing program is a result (exit code 127 when it cannot be started), not an error.
   * Defaults: `cwd` the folder the harness was in when the host was started, `env` nothing but a minimal PATH, 120 000 ms, 256 KiB of each stream.
   * @throws ForgeError SANDBOX_UNAVAILABLE when the host itself is gone.
   */
  exec(argv: readonly string[], options?: HostExecOptions): Promise<ExecResult>
  /**
   * Starts a program that runs until it is stopped, ends by itself, or the host is closed. What it leaves behind when it ends is ended too.
   * @throws ForgeError ENVIRONMENT_FAILED when it cannot be started.
   */
  spawn(argv: readonly string[], options?: HostSpawnOptions): Promise<BackgroundProcess>
  /** Listens on the forward's port until the host is closed. @throws ForgeError ENVIRONMENT_FAILED when the port cannot be had. */
  forward(forward: Forward): Promise<void>
  /** Ends every process that was started here, then the helper. Idempotent. */
  close(): Promise<void>
}

/** Every process that the harness starts carries this variable: the ids of the hosts and starts it descends from, separated by colons. */
const SESSION_VARIABLE = 'FORGE_SESSION'

/** Starts the helper process. @throws ForgeError SANDBOX_UNAVAILABLE when it cannot run. */
export async function startProcessHost(): Promise<ProcessHost> {
  const session = randomUUID()
  const connection = launch(session)
  await connection.ready
  const folders = new Set<string>()

  /** Somebody killed the helper itself: a second one with the same marker, told to close at once, ends what the first one left. */
  const swept = connection.gone.then(async (clean) => {
    if (clean) return
    await launch(session).close()
    await Promise.all([...folders].map((folder) => rm(folder, { recursive: true, force: true })))
  })

  return {
    exec: (argv, options = {}) => connection.exec(argv, options),
    async spawn(argv, options = {}) {
      const started = await connection.spawn(argv, options)
      for (const folder of options.removeOnExit ?? []) folders.add(folder)
      return started
    },
    forward: (forward) => connection.forward(forward),
    async close() {
      await connection.close()
      await swept
    },
  }
}

function launch(session: string): HostConnection {
  const inherited = process.env[SESSION_VARIABLE]
  const child = spawn(process.execPath, ['--input-type=commonjs', '-e', HOST_PROGRAM, session], {
    env: { PATH: MINIMAL_PATH, ...(inherited ? { [SESSION_VARIABLE]: inherited } : {}) },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  return connectHost(child, process.cwd())
}
