import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, sep } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { ForgeError } from '../errors'
import { wrongPlace } from './bound-places'
import { bubblewrapArguments } from './bubblewrap-arguments'
import { openForwards, realForwards } from './forwards'
import { requireAbsolute } from './hidden-places'
import { type HostConnection, MINIMAL_PATH, connectHost } from './host-connection'
import { HOST_PROGRAM } from './host-program'
import { hostSession } from './host-session'
import type { Sandbox, SandboxProbe, SandboxSpec } from './sandbox'
import { systemCallFilter } from './system-call-filter'

export interface BubblewrapOptions {
  /** The bwrap program; default: the first one on PATH. */
  executable?: string
  /** Absolute folders that commands may read besides the system's, for example a toolchain; default none. */
  visible?: readonly string[]
  /** Absolute folders and files to hide although they lie in a folder that is seen, but not in one where commands may write; default none. */
  hidden?: readonly string[]
}

const REMEDY =
  'Install bubblewrap (Debian, Ubuntu: apt install bubblewrap) and allow unprivileged user namespaces (Ubuntu 24.04: an AppArmor profile for bwrap, or sysctl kernel.apparmor_restrict_unprivileged_userns=0), or choose to run without a sandbox (--sandbox none; in a program noSandbox()).'

/** In order of preference: the second is for a bwrap that is set-uid or older. */
const VARIANTS = [
  { namespace: ['--unshare-user', '--disable-userns'], canLimit: true },
  { namespace: ['--unshare-user-try'], canLimit: false },
]

/** Processes and threads of the sandbox's user inside; the kernel does not hold root to it. No core is dumped: one would hold what is in memory. */
const LIMITS = 'ulimit -c 0; ulimit -u 4096 2>/dev/null || ulimit -p 4096 2>/dev/null; exec "$0" "$@"'

const START_LIMIT_MS = 15_000
const STOP_LIMIT_MS = 6_000

/**
 * One bubblewrap per session, with a process host inside: background servers live from one command to the next, and all of it is gone when
 * the session stops or the harness dies.
 *
 * Inside: the system's programs, libraries and settings, read-only and without what only some users may read; the project and `writable` folders,
 * writable, except what git runs or trusts and the harness's `.forge` and `logs`; `readable` folders; empty home and temporary folders. Nothing else
 * of the machine is there. A network of its own with nothing but loopback; no capability, no further namespace, no process of the host in sight.
 * @throws ForgeError CONFIG_INVALID for a relative path in `visible` or `hidden`
 */
export function bubblewrap(options: BubblewrapOptions = {}): Sandbox {
  const { executable: name = 'bwrap', visible = [], hidden = [] } = options
  requireAbsolute('visible', visible)
  requireAbsolute('hidden', hidden)
  let working: (typeof VARIANTS)[number] | undefined

  async function launch(spec: SandboxSpec): Promise<HostConnection> {
    const executable = name.includes(sep) ? [name].find(canRun) : findOnPath(name)
    if (!executable) throw unavailable(`bubblewrap (${name}) is not installed`)
    const forwards = realForwards(spec.forwards)
    let reason = ''
    for (const variant of working ? [working] : VARIANTS) {
      const { args, bound, release } = bubblewrapArguments(spec, { visible, hidden, forwards, ...variant })
      const attempt = startInside(executable, args, spec.root)
      void attempt.connection.gone.then(release)
      const failure = await attempt.failure
      if (failure === undefined) {
        working = variant
        await check(attempt.connection, bound)
        await openForwards(attempt.connection, forwards)
        return attempt.connection
      }
      reason ||= failure
    }
    throw unavailable(`bubblewrap cannot start: ${reason || 'it ended without a message'}`)
  }

  async function probe(): Promise<SandboxProbe> {
    if (process.platform !== 'linux')
      return { works: false, reason: 'bubblewrap exists on Linux only', remedy: 'Run without a sandbox, or on Linux.' }
    const root = mkdtempSync(join(tmpdir(), 'forge-probe-'))
    try {
      const connection = await launch({ root })
      const result = await connection.exec(['/bin/sh', '-c', 'echo works > probe'], { cwd: root, timeoutMs: 10_000 })
      await connection.close()
      if (result.exitCode === 0 && existsSync(join(root, 'probe'))) return { works: true }
      return { works: false, reason: `a command inside bubblewrap failed: ${result.stderr.trim()}`, remedy: REMEDY }
    } catch (error) {
      return { works: false, reason: error instanceof Error ? error.message : String(error), remedy: REMEDY }
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  }

  return {
    kind: 'bubblewrap',
    confines: true,
    probe,
    async start(spec) {
      let connection = launch(spec)
      await connection
      let stopping: Promise<void> | undefined
      /** Code inside may have killed the host it runs under: the next command gets a new one, once what the old one held is given back. */
      const renewed = async (last: HostConnection) => {
        if (last.alive) return last
        await last.gone
        return launch(spec)
      }
      const current = async () => {
        if (stopping) throw new ForgeError('SANDBOX_UNAVAILABLE', 'the session was stopped', { remedy: 'Start another one.' })
        connection = connection.then(renewed, () => launch(spec))
        return connection
      }
      const stop = async () => {
        const last = await connection.catch(() => undefined)
        await last?.close()
      }
      return hostSession(spec, current, () => {
        stopping ??= stop()
        return stopping
      })
    },
  }
}

/** Before anything else runs inside. @throws ForgeError SANDBOX_UNAVAILABLE when something else was bound than what was looked at */
async function check(connection: HostConnection, bound: ReadonlyMap<string, string>): Promise<void> {
  const inside = await connection.mounts()
  const wrong = inside === '' ? '/proc' : wrongPlace(inside, readFileSync('/proc/self/mountinfo', 'utf8'), bound)
  if (wrong === undefined) return
  await connection.close()
  throw new ForgeError('SANDBOX_UNAVAILABLE', `${wrong} was replaced while the sandbox was started`, {
    remedy: 'Start it again when nothing else works in the project.',
  })
}

const unavailable = (message: string) => new ForgeError('SANDBOX_UNAVAILABLE', message, { remedy: REMEDY })

function startInside(
  executable: string,
  args: readonly string[],
  root: string,
): { connection: HostConnection; failure: Promise<string | undefined> } {
  const host = [realpathSync(process.execPath), '--input-type=commonjs', '-e', HOST_PROGRAM, randomUUID()]
  const filter = systemCallFilter()
  const child = spawn(executable, [...(filter ? ['--seccomp', '3'] : []), ...args, '--', '/bin/sh', '-c', LIMITS, ...host], {
    env: { PATH: MINIMAL_PATH },
    stdio: ['pipe', 'pipe', 'pipe', filter ? 'pipe' : 'ignore'],
    detached: true,
  }) as ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable & { unref?(): void } }
  ;(child.stdio[3] as Writable | null)?.on('error', () => {}).end(filter)
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-2000)
  })
  child.stderr.unref?.()
  const connection = connectHost(child, root)
  const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS)
  const failure = connection.ready
    .then(
      () => undefined,
      () => complaint.trim().replace(/^bwrap: /, '') || `it gave no answer within ${START_LIMIT_MS / 1000} s`,
    )
    .finally(() => clearTimeout(limit))
  const close = async () => {
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    await connection.close().finally(() => clearTimeout(kill))
  }
  return {
    connection: {
      ready: connection.ready,
      gone: connection.gone,
      get alive() {
        return connection.alive
      },
      exec: connection.exec,
      spawn: connection.spawn,
      forward: connection.forward,
      mounts: connection.mounts,
      close,
    },
    failure,
  }
}

function findOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? MINIMAL_PATH)
    .split(delimiter)
    .filter((folder) => folder.startsWith(sep))
    .map((folder) => join(folder, name))
    .find(canRun)
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
