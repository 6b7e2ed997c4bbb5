import { existsSync, readdirSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { ForgeError, type ProcessHost } from '@forge/core'
import { copiedBinaries, installedBinaries } from './packaged-binaries'
import { namelessUser, type ServerUser, serverUser } from './server-user'

/** Programs of a PostgreSQL server that run here. */
export interface ServerBinaries {
  source: 'local' | 'package'
  /** For example `15.4`. */
  version: string
  major: number
  /** Absolute folder that holds `postgres` and `initdb`. */
  bin: string
}

export const OLDEST_MAJOR = 15

const VERSIONED_FOLDERS = ['/usr/lib/postgresql', '/Applications/Postgres.app/Contents/Versions', '/opt/homebrew/opt', '/usr/local/opt', '/usr/local']

type Fits = (found: ServerBinaries | undefined) => boolean

export interface BinariesWanted {
  /** Only this one; default: local ones first, then the npm package's. */
  source?: 'local' | 'package' | undefined
  /** Only this major version. */
  major?: number | undefined
  signal?: AbortSignal | undefined
}

/**
 * The first server ≥ 15 that the server's user can execute: PATH, then versioned folders, newest first, then the npm package for this platform.
 * `undefined` when there is none.
 * @throws ForgeError DATABASE_MISSING when the harness is root and cannot start programs as another user, or when the server's user has no name
 */
export async function findServerBinaries(host: ProcessHost, wanted: BinariesWanted = {}): Promise<ServerBinaries | undefined> {
  const fits: Fits = (found) => found !== undefined && (wanted.major === undefined || found.major === wanted.major)
  const found = (await localServer(host, wanted, fits)) ?? (await packagedServer(host, wanted, fits))
  if (found === undefined) await refuseLoneRoot(host)
  else refuseNameless()
  return found
}

async function localServer(host: ProcessHost, wanted: BinariesWanted, fits: Fits): Promise<ServerBinaries | undefined> {
  if (wanted.source === 'package') return undefined
  for (const bin of localFolders()) {
    const found = await probe(host, bin, 'local')
    wanted.signal?.throwIfAborted()
    if (fits(found)) return found
  }
  return undefined
}

async function packagedServer(host: ProcessHost, wanted: BinariesWanted, fits: Fits): Promise<ServerBinaries | undefined> {
  const installed = wanted.source === 'local' ? undefined : installedBinaries()
  if (installed === undefined) return undefined
  let found = await probe(host, installed, 'package')
  if (found === undefined) {
    const copied = await copiedBinaries(host, wanted.signal)
    found = copied === undefined ? undefined : await probe(host, copied, 'package')
  }
  return fits(found) ? found : undefined
}

/** `initdb` looks up the name of the user that runs it, and refuses without. */
function refuseNameless(): void {
  const id = namelessUser()
  if (id === undefined) return
  throw new ForgeError('DATABASE_MISSING', `PostgreSQL can be prepared only by a user that has a name; user ${id} has none on this machine.`, {
    remedy: `Add user ${id} to /etc/passwd, or run Forge as a user who is there, or set DATABASE_URL to a server whose role may create databases.`,
  })
}

/** Root of a container or namespace that has no other user: nothing can be run as somebody else, so no server was found either. */
async function refuseLoneRoot(host: ProcessHost): Promise<void> {
  const user = serverUser()
  if (user === undefined || (await host.exec(['/bin/sh', '-c', ':'], { cwd: '/', ...user })).exitCode === 0) return
  throw new ForgeError('DATABASE_MISSING', `PostgreSQL does not run as root, and here root cannot start programs as another user (${user.uid}).`, {
    remedy: 'Run Forge as an ordinary user, or set DATABASE_URL to a server whose role may create databases.',
  })
}

async function probe(host: ProcessHost, bin: string, source: 'local' | 'package'): Promise<ServerBinaries | undefined> {
  const user = serverUser()
  const versions = await Promise.all(['postgres', 'initdb'].map((name) => versionOf(host, join(bin, name), user)))
  const [version] = versions
  if (version === undefined || versions[1] === undefined) return undefined
  const major = Number.parseInt(version, 10)
  return major >= OLDEST_MAJOR ? { source, version, major, bin } : undefined
}

async function versionOf(host: ProcessHost, program: string, user: ServerUser | undefined): Promise<string | undefined> {
  const result = await host.exec([program, '--version'], { cwd: '/', timeoutMs: 10_000, ...user })
  return result.exitCode === 0 ? /\(PostgreSQL\) (\d+[\w.]*)/.exec(result.stdout)?.[1] : undefined
}

/** Folders with a `postgres` and an `initdb`, without running them. */
function localFolders(): string[] {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)
  const versioned = VERSIONED_FOLDERS.flatMap(versionedFolders)
  return [...new Set([...onPath, ...versioned])].filter((bin) => existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb')))
}

function versionedFolders(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^(postgresql(@\d+)?|pgsql(-\d+)?|\d+(\.\d+)?|latest)$/.test(name))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => join(folder, name, 'bin'))
  } catch {
    return []
  }
}
