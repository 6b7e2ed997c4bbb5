import { existsSync } from 'node:fs'
import { type HostExecOptions, type HostSpawnOptions, MINIMAL_PATH } from './host-connection'
import type { BackgroundProcess, ExecResult, SandboxSession, SandboxSpec } from './sandbox'

interface Host {
  exec(argv: readonly string[], options: HostExecOptions): Promise<ExecResult>
  spawn(argv: readonly string[], options: HostSpawnOptions): Promise<BackgroundProcess>
  close(): Promise<void>
}

/** A bash that no folder of the project can shadow; by name where the machine keeps it elsewhere. */
const BASH = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', '/run/current-system/sw/bin/bash'].find((path) => existsSync(path)) ?? 'bash'

/** No start-up files, and no stdin: with a socket there bash would take itself for a remote shell and read ~/.bashrc. */
const shell = (command: string) => [BASH, '--noprofile', '--norc', '-c', command]

/** A sandbox session over a process host, which `current` hands out. */
export function hostSession(spec: SandboxSpec, current: () => Promise<Host>, stop: () => Promise<void>): SandboxSession {
  const base = { PATH: MINIMAL_PATH, ...spec.env }
  const complete = (options: Pick<HostExecOptions, 'cwd' | 'env'> | undefined) => ({
    ...options,
    cwd: options?.cwd ?? spec.root,
    env: { ...base, ...options?.env },
  })
  return {
    async exec(command, options) {
      const host = await current()
      return host.exec(typeof command === 'string' ? shell(command) : command, complete(options))
    },
    async spawn(argv, options) {
      const host = await current()
      return host.spawn(argv, complete(options))
    },
    stop,
  }
}
