import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BackgroundProcess, ForgeError, type ForgeEventBody, type ProcessHost } from '@forge/core'
import { withBuildLock } from '../environment/build-lock'
import { makeDataDirectory } from './data-directory'
import { makeOpenFolder } from './machine-folders'
import { APPLICATION, readSuperuser } from './server-access'
import type { ServerBinaries } from './server-binaries'
import { serverUser } from './server-user'
import { PORT, type ServerAddress, type Sides, withClient } from './sql'
import { type TemporaryFolder, makeTemporaryFolder } from './temporary-folder'

/** A server that Forge started. */
export interface OwnServer {
  sides: Sides
  ended: Promise<void>
  stop(): Promise<void>
}

export interface OwnServerOptions {
  host: ProcessHost
  /** Data that are to be kept; default: in a temporary folder, gone with the server. */
  dataDir?: string | undefined
  /** Whether the application's role may make databases; default: where data are kept. */
  mayCreate?: boolean | undefined
  signal?: AbortSignal | undefined
  emit?: ((event: ForgeEventBody) => void) | undefined
}

const START_LIMIT_MS = 60_000
const STOP_GRACE_MS = 10_000

const COMMON = {
  ...{ listen_addresses: '', unix_socket_permissions: '0777', logging_collector: 'off', log_timezone: 'UTC', timezone: 'UTC', jit: 'off' },
  /** A client that stops half-way would make DROP DATABASE wait for a minute. */
  authentication_timeout: '10s',
}
/** Nothing survives the machine, so nothing need be safe from it; and a killed server leaves no shared memory behind. */
const THROWAWAY = {
  ...{ fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: '0', max_wal_size: '1GB' },
  ...{ autovacuum: 'off', checkpoint_timeout: '1h', dynamic_shared_memory_type: 'mmap', max_logical_replication_workers: '0' },
}

/**
 * Starts a server that listens on a unix socket only. It dies with the harness.
 * @throws ForgeError ENVIRONMENT_FAILED
 */
export async function startOwnServer(binaries: ServerBinaries, options: OwnServerOptions): Promise<OwnServer> {
  const folder = await makeTemporaryFolder(serverUser())
  try {
    const dataDir = options.dataDir ?? join(folder.path, 'data')
    if (options.dataDir === undefined) await makeDataDirectory(binaries, dataDir, options)
    else await makeKeptDirectory(binaries, dataDir, options)
    const keeps = options.dataDir !== undefined
    const { mayCreate = keeps } = options
    return await launch(binaries, { ...options, folder, dataDir, mayCreate, settings: { ...COMMON, ...(keeps ? {} : THROWAWAY) } })
  } catch (error) {
    rmSync(folder.path, { recursive: true, force: true })
    throw error
  }
}

async function makeKeptDirectory(binaries: ServerBinaries, dataDir: string, options: OwnServerOptions): Promise<void> {
  makeOpenFolder(dirname(dataDir))
  await withBuildLock(`${dataDir}.lock`, options.signal, async () => {
    if (existsSync(dataDir)) return
    const fresh = `${dataDir}.new`
    rmSync(fresh, { recursive: true, force: true })
    await makeDataDirectory(binaries, fresh, options)
    renameSync(fresh, dataDir)
  })
}

interface Launch extends OwnServerOptions {
  folder: TemporaryFolder
  dataDir: string
  /** The project's own tests make a database beside its own. */
  mayCreate: boolean
  settings: Record<string, string>
}

async function launch(binaries: ServerBinaries, options: Launch): Promise<OwnServer> {
  const { socketDir } = options.folder
  const superuser = readSuperuser(options.dataDir)
  const settings = Object.entries({ ...options.settings, unix_socket_directories: socketDir, port: String(PORT) })
  const argv = [join(binaries.bin, 'postgres'), '-D', options.dataDir, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const server = await options.host.spawn(argv, { cwd: '/', stopSignal: 'SIGINT', removeOnExit: [options.folder.path], ...serverUser() })
  const stop = () => server.stop({ graceMs: STOP_GRACE_MS })
  const harness = { socketDir, ...superuser, database: 'postgres' }
  try {
    await ready(server, harness, options)
    if (options.mayCreate) await withClient(harness, (client) => client.query(`ALTER ROLE ${APPLICATION.user} CREATEDB`))
  } catch (error) {
    await stop()
    throw error
  }
  return { sides: { harness, application: { socketDir, ...APPLICATION, database: 'postgres' } }, ended: server.exited.then(() => {}), stop }
}

async function ready(server: BackgroundProcess, address: ServerAddress, options: Launch): Promise<void> {
  let ended = false
  void server.exited.then(() => {
    ended = true
  })
  const until = Date.now() + START_LIMIT_MS
  while (!ended && Date.now() < until) {
    options.signal?.throwIfAborted()
    if (existsSync(join(address.socketDir, `.s.PGSQL.${PORT}`)) && (await answers(address))) return
    await sleep(15)
  }
  throw startFailure(server.output(), options.dataDir)
}

async function answers(address: ServerAddress): Promise<boolean> {
  try {
    await withClient(address, (client) => client.query('SELECT 1'))
    return true
  } catch {
    return false
  }
}

function startFailure(output: string, dataDir: string): ForgeError {
  if (/lock file "postmaster\.pid" already exists/.test(output))
    return new ForgeError('ENVIRONMENT_FAILED', `The database in ${dataDir} is already running, most likely for another \`forge serve\`.`, {
      remedy: 'Stop the other one, then run the same command again.',
    })
  const tail = output.trim().split('\n').slice(-8).join('\n')
  return new ForgeError('ENVIRONMENT_FAILED', `PostgreSQL does not start:\n${tail || 'it gave no answer in time, and no message'}`, {
    remedy: 'Do what the message asks for, or set DATABASE_URL to a server whose role may create databases.',
  })
}
