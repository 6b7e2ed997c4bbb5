import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { accessSync, closeSync, constants, existsSync, lstatSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join, sep } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { ForgeError } from '../errors'
import { type HostConnection, MINIMAL_PATH, connectHost } from './host-connection'
import { HOST_PROGRAM } from './host-program'
import { hostSession } from './host-session'
import type { Sandbox, SandboxProbe, SandboxSpec } from './sandbox'

export interface BubblewrapOptions {
  /** The bwrap program; default: the first one on PATH. */
  executable?: string
  /** Absolute folders to hide besides home folders, temporary folders, /run, /mnt, /media and /srv. */
  hidden?: readonly string[]
}

const REMEDY =
  'Install bubblewrap (Debian, Ubuntu: apt install bubblewrap) and allow unprivileged user namespaces (Ubuntu 24.04: an AppArmor profile for bwrap, or sysctl kernel.apparmor_restrict_unprivileged_userns=0), or choose to run without a sandbox.'

/** In order of preference: the second is for a bwrap that is set-uid or older. */
const NAMESPACES = [['--unshare-user', '--disable-userns'], ['--unshare-user-try']]

/** Keys and leftovers of secrets, which only root could read anyway: a sandbox that is started by root must not. */
const SECRET_FOLDERS = ['/etc/ssl/private', '/etc/ssh', '/etc/sudoers.d', '/var/backups', '/var/spool']
const SECRET_FILES = ['/etc/shadow', '/etc/shadow-', '/etc/gshadow', '/etc/gshadow-', '/etc/sudoers', '/etc/krb5.keytab']

const START_LIMIT_MS = 15_000
const STOP_LIMIT_MS = 6_000

/**
 * One bubblewrap per session, with a process host inside: background servers live from one command to the next, and all of it is gone when
 * the session stops or the harness dies.
 *
 * Inside: everything read-only; home folders, temporary folders, /run, /mnt, /media and /srv hidden; the project and `writable` folders
 * writable, except git's hooks and configuration and the harness's `.forge` and `logs`; a network of its own with nothing but loopback; no capability,
 * no further namespace, and no process of the host in sight.
 */
export function bubblewrap(options: BubblewrapOptions = {}): Sandbox {
  let namespaces: string[] | undefined

  async function launch(spec: SandboxSpec): Promise<HostConnection> {
    const executable = options.executable ?? findOnPath('bwrap')
    if (!executable) throw unavailable('bubblewrap (bwrap) is not installed')
    let reason = ''
    for (const candidate of namespaces ? [namespaces] : NAMESPACES) {
      const attempt = startInside(executable, [...candidate, ...sandboxArguments(spec, options.hidden ?? [])], spec.root)
      const failure = await attempt.failure
      if (failure === undefined) {
        namespaces = candidate
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
      let connection: Promise<HostConnection> | undefined = launch(spec)
      await connection
      /** Code inside may have killed the host it runs under: the next command gets a new one. */
      const current = async () => {
        if (!connection) throw new ForgeError('SANDBOX_UNAVAILABLE', 'the session was stopped')
        if (!(await connection).alive) connection = launch(spec)
        return connection
      }
      return hostSession(spec, current, async () => {
        const last = await connection
        connection = undefined
        await last?.close()
      })
    },
  }
}

const unavailable = (message: string) => new ForgeError('SANDBOX_UNAVAILABLE', message, { remedy: REMEDY })

function startInside(
  executable: string,
  args: readonly string[],
  root: string,
): { connection: HostConnection; failure: Promise<string | undefined> } {
  const child = spawn(executable, [...args, '--', realpathSync(process.execPath), '--input-type=commonjs', '-e', HOST_PROGRAM, randomUUID()], {
    env: { PATH: MINIMAL_PATH },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  }) as ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable & { unref?(): void } }
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
      close,
    },
    failure,
  }
}

function sandboxArguments(spec: SandboxSpec, hidden: readonly string[]): string[] {
  const root = existing(spec.root)
  if (root === sep) throw new ForgeError('CONFIG_INVALID', 'the root of the file system cannot be the project of a sandbox')
  const veils = outermost(
    ['/root', '/home', '/tmp', '/var/tmp', '/run', '/mnt', '/media', '/srv', homedir(), tmpdir(), ...SECRET_FOLDERS, ...hidden]
      .filter(isFolder)
      .map((path) => realpathSync(path)),
  ).filter((path) => path !== sep && !isWithin(path, root))
  const isVeiled = (path: string) => veils.some((veil) => isWithin(path, veil))
  return [
    ...['--die-with-parent', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--unshare-cgroup-try', '--hostname', 'forge'],
    ...['--cap-drop', 'ALL', '--clearenv', '--setenv', 'PATH', MINIMAL_PATH],
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...veils.flatMap((path) => ['--tmpfs', path]),
    ...SECRET_FILES.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...binds(spec, root, isVeiled),
    ...pins(root),
    ...['--chdir', root],
  ]
}

function existing(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw new ForgeError('CONFIG_INVALID', `the folder ${path} that commands should write does not exist`, { remedy: 'Make it first.', cause })
  }
}

/** Outer folders before inner ones; at the same place what may be written comes last. */
function binds(spec: SandboxSpec, root: string, isVeiled: (path: string) => boolean): string[] {
  const node = realpathSync(process.execPath)
  const readable = [...(spec.readable ?? []), ...(isVeiled(node) ? [node] : [])]
  const wanted = [
    ...readable.filter((path) => existsSync(path)).map((path) => ({ how: '--ro-bind', path, real: realpathSync(path) })),
    ...[root, ...(spec.writable ?? [])].map((path) => ({ how: '--bind', path, real: existing(path) })),
  ]
  return wanted
    .filter(({ real }) => real !== sep)
    .sort((a, b) => a.real.split(sep).length - b.real.split(sep).length)
    .flatMap(({ how, path, real }) => [how, real, real, ...(path !== real && isVeiled(path) ? [how, real, path] : [])])
}

/**
 * What git or the harness runs or trusts later cannot be changed from inside. `.git` is bound on itself first, so that it cannot be moved away
 * either; hooks and config are made where they are missing, since only what exists can be pinned. Links are never followed: what they name
 * would be laid open.
 */
function pins(root: string): string[] {
  const git = join(root, '.git')
  const own = ['.forge', 'logs'].map((name) => join(root, name)).filter((path) => isPlainFolder(path))
  const list = own.flatMap((path) => ['--ro-bind', path, path])
  const facts = lstatSync(git, { throwIfNoEntry: false })
  if (facts?.isFile()) return [...list, '--ro-bind', git, git]
  if (!facts?.isDirectory()) return list
  const hooks = join(git, 'hooks')
  const config = join(git, 'config')
  for (const path of [hooks, config]) removeLink(path)
  mkdirSync(hooks, { recursive: true })
  closeSync(openSync(config, 'a'))
  return [...list, '--bind', git, git, '--ro-bind', hooks, hooks, '--ro-bind', config, config]
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function removeLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(path)
}

/** A link would have its target bound, wherever that is. */
function isPlainFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function outermost(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)]
  return unique.filter((path) => !unique.some((other) => other !== path && isWithin(path, other)))
}

function findOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? MINIMAL_PATH)
    .split(delimiter)
    .filter((folder) => folder.startsWith(sep))
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
