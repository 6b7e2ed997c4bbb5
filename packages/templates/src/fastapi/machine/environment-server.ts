import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { ForgeError } from '@forge/core'
import type { Client } from 'pg'
import { dialServer } from './dial'
import { type Relay, startRelay } from './relay'
import { OLDEST_MAJOR } from './server-binaries'
import type { ServerUrl } from './server-url'
import { connect, dropDatabase, PORT, type ServerAddress } from './sql'
import { makeTemporaryFolder } from './temporary-folder'

/** The server of `DATABASE_URL`, within reach of a unix socket. */
export interface EnvironmentServer {
  address: ServerAddress
  version: string
  /** Start of the names of this run's databases. */
  prefix: string
  stop(): Promise<void>
}

/** A run's databases begin with this, its session on the server is named like it: so those of a run that was killed can be told. */
const RUN_NAME = /^forge_[0-9a-f]{12}(?=_)/

/**
 * Relays the server into a folder of its own, where processes without a network can reach it. The database that the URL names is only connected to.
 * @throws ForgeError DATABASE_MISSING when the server does not answer, refuses, or is too old
 */
export async function useEnvironmentServer(server: ServerUrl): Promise<EnvironmentServer> {
  const folder = await makeTemporaryFolder()
  const prefix = `forge_${randomBytes(6).toString('hex')}`
  const address: ServerAddress = { socketDir: folder.socketDir, user: server.user, password: server.password, database: server.database }
  let problem: unknown
  const relay = await startRelay({ path: join(folder.socketDir, `.s.PGSQL.${PORT}`) }, () =>
    dialServer(server).catch((error: unknown) => {
      problem = error
      throw error
    }),
  )
  try {
    const presence = await connect(address, prefix).catch((error: unknown) => {
      throw unusable(server, problem ?? error)
    })
    const version = await checkVersion(presence, server)
    await dropAbandoned(presence, address)
    return { address, version, prefix, stop: () => stop(presence, relay, folder.path) }
  } catch (error) {
    await relay.close()
    rmSync(folder.path, { recursive: true, force: true })
    throw error
  }
}

async function stop(presence: Client, relay: Relay, folder: string): Promise<void> {
  await presence.end().catch(() => {})
  await relay.close()
  rmSync(folder, { recursive: true, force: true })
}

async function checkVersion(client: Client, server: ServerUrl): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  const version = rows[0]?.server_version.split(' ')[0] ?? ''
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return version
  throw unusable(server, new Error(`it is version ${version}, and ${OLDEST_MAJOR} or newer is needed`))
}

/** Databases of runs whose session is gone. */
async function dropAbandoned(client: Client, address: ServerAddress): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    String.raw`SELECT datname FROM pg_database WHERE datname LIKE 'forge\_%' AND pg_has_role(datdba, 'USAGE')`,
  )
  const sessions = await client.query<{ application_name: string }>('SELECT application_name FROM pg_stat_activity')
  const present = new Set(sessions.rows.map((row) => row.application_name))
  for (const { datname } of rows) {
    const run = RUN_NAME.exec(datname)?.[0]
    if (run !== undefined && !present.has(run)) await dropDatabase(address, datname).catch(() => {})
  }
}

function unusable(server: ServerUrl, error: unknown): ForgeError {
  const reason = error instanceof Error ? error.message || error.name : String(error)
  return new ForgeError(
    'DATABASE_MISSING',
    `The PostgreSQL server of DATABASE_URL (${server.host}, port ${server.port}) cannot be used: ${reason}.`,
    {
      remedy: 'Start it or correct DATABASE_URL; or unset DATABASE_URL: Forge then uses a PostgreSQL server of its own.',
      cause: error,
    },
  )
}
