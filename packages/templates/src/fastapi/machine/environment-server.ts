import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { ForgeError, type ForgeEventBody } from '@forge/core'
import type { Client } from 'pg'
import { dialServer } from './dial'
import { type Rights, dropRole, makeRole, rightsOf } from './environment-roles'
import { type Relay, startRelay } from './relay'
import { OLDEST_MAJOR } from './server-binaries'
import type { ServerUrl } from './server-url'
import { connect, dropDatabase, type Login, PORT, type ServerAddress, type Sides, sqlState, withClient } from './sql'
import { admits } from './startup-guard'
import { makeTemporaryFolder } from './temporary-folder'

/** The server of `DATABASE_URL`, within reach of a unix socket. */
export interface EnvironmentServer {
  version: string
  /** Folder of the socket that is handed out; it takes no role but those of `sides`. */
  socketDir: string
  /** Start of the names of this run's databases. */
  prefix: string
  /** For this run's databases, or for one that is kept and has this name. @throws ForgeError ENVIRONMENT_FAILED when another run uses that one */
  sides(name?: string): Promise<Sides>
  /** Drops the databases of the run. */
  stop(): Promise<void>
}

/** A run's databases begin with this, its session and its role on the server are named like it: so those of a run that was killed can be told. */
const RUN_NAME = /^forge_[0-9a-f]{12}(?=_|$)/

type Emit = ((event: ForgeEventBody) => void) | undefined

export interface EnvironmentServerOptions {
  /** Whether the roles of a run may make databases, which then are dropped with it; default false. Those of kept databases always may. */
  mayCreate?: boolean | undefined
  emit?: Emit
}

/**
 * Relays the server into a folder of its own, where processes without a network can reach it. The database that the URL names is only connected to.
 * Databases belong to a role made for them where the URL's role may make roles, else to that one.
 * @throws ForgeError DATABASE_MISSING when the server does not answer, refuses, or is too old
 */
export async function useEnvironmentServer(
  server: ServerUrl,
  { mayCreate = false, emit }: EnvironmentServerOptions = {},
): Promise<EnvironmentServer> {
  const folder = await makeTemporaryFolder()
  const prefix = `forge_${randomBytes(6).toString('hex')}`
  const given: Login = { user: server.user, password: server.password }
  const admitted = new Set<string>()
  let problem: unknown
  const dial = () =>
    dialServer(server).catch((error: unknown) => {
      problem = error
      throw error
    })
  const relays = [
    await startRelay({ path: join(folder.path, `.s.PGSQL.${PORT}`) }, dial),
    await startRelay({ path: join(folder.socketDir, `.s.PGSQL.${PORT}`) }, dial, (incoming) => admits(incoming, admitted)),
  ]
  const harness: ServerAddress = { socketDir: folder.path, ...given, database: server.database }
  try {
    const presence = await connect(harness, prefix).catch((error: unknown) => {
      throw unusable(server, problem ?? error)
    })
    const version = await checkVersion(presence, server)
    await dropAbandoned(presence, harness)
    const login = logins({ presence, harness, given, rights: await rightsOf(presence), emit })
    return {
      version,
      socketDir: folder.socketDir,
      prefix,
      async sides(name) {
        if (name !== undefined) await reserve(presence, name)
        const { user, password } = await login(name ?? prefix, name === undefined && !mayCreate ? 'NOCREATEDB' : 'CREATEDB')
        admitted.add(user)
        return { harness, application: { socketDir: folder.socketDir, user, password, database: server.database } }
      },
      async stop() {
        for (const name of await databasesOf(presence, prefix)) await dropDatabase(harness, name).catch(() => {})
        await dropRole(presence, prefix)
        await presence.end().catch(() => {})
        await close(relays, folder.path)
      },
    }
  } catch (error) {
    await close(relays, folder.path)
    throw error
  }
}

async function close(relays: Relay[], folder: string): Promise<void> {
  await Promise.all(relays.map((relay) => relay.close()))
  rmSync(folder, { recursive: true, force: true })
}

interface LoginOptions {
  presence: Client
  harness: ServerAddress
  given: Login
  rights: Rights
  emit: Emit
}

/** A role is made when it is first asked for. */
function logins({ presence, harness, given, rights, emit }: LoginOptions): (name: string, may: 'CREATEDB' | 'NOCREATEDB') => Promise<Login> {
  const known = new Map<string, Promise<Login>>()
  const make = async (name: string, may: 'CREATEDB' | 'NOCREATEDB'): Promise<Login> => {
    const made = rights.roles ? await makeRole(presence, name, may) : undefined
    if (made !== undefined && (await mayConnect({ ...harness, ...made }))) return made
    if (made !== undefined) await dropRole(presence, name)
    if (rights.superuser) emit?.(superuserNotice(given.user))
    return given
  }
  return (name, may) => {
    const login = known.get(name) ?? make(name, may)
    known.set(name, login)
    return login
  }
}

/** Whether the server lets it in, be it not into this database. */
async function mayConnect(address: ServerAddress): Promise<boolean> {
  try {
    await withClient(address, async () => {})
    return true
  } catch (error) {
    if (sqlState(error)?.startsWith('28')) return false
    if (sqlState(error) === '42501') return true
    throw error
  }
}

function superuserNotice(user: string): ForgeEventBody {
  return {
    type: 'notice',
    level: 'warning',
    code: 'DATABASE_SUPERUSER',
    message: `The code under test uses the role ${user} of DATABASE_URL, a superuser, who may run programs and read files on that server: the server does not let in a role that was made for it.`,
    remedy: 'Set DATABASE_URL to a role that is no superuser and may create databases, or let roles connect with a password (pg_hba.conf).',
  }
}

/** A database that is kept is used by one run at a time, whose password is the role's. */
async function reserve(presence: Client, name: string): Promise<void> {
  const { rows } = await presence.query<{ mine: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS mine', [name])
  if (rows[0]?.mine) return
  throw new ForgeError('ENVIRONMENT_FAILED', `The database ${name} is already in use by another run of Forge.`, {
    remedy: 'Stop the other one, then run the same command again.',
  })
}

async function checkVersion(client: Client, server: ServerUrl): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  const version = rows[0]?.server_version.split(' ')[0] ?? ''
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return version
  throw unusable(server, new Error(`it is version ${version}, and ${OLDEST_MAJOR} or newer is needed`))
}

/** Those of one run, by whomever they were made. */
async function databasesOf(client: Client, prefix: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('SELECT datname AS name FROM pg_database WHERE starts_with(datname::text, $1)', [
    `${prefix}_`,
  ])
  return rows.map(({ name }) => name)
}

/** Databases and roles of runs whose session is gone. */
async function dropAbandoned(client: Client, address: ServerAddress): Promise<void> {
  const databases = await client.query<{ name: string }>(
    String.raw`SELECT datname AS name FROM pg_database WHERE datname LIKE 'forge\_%' AND pg_has_role(datdba, 'USAGE')`,
  )
  const roles = await client.query<{ name: string }>(String.raw`SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'forge\_%'`)
  const sessions = await client.query<{ application_name: string }>('SELECT application_name FROM pg_stat_activity')
  const present = new Set(sessions.rows.map((row) => row.application_name))
  const isAbandoned = ({ name }: { name: string }) => {
    const run = RUN_NAME.exec(name)?.[0]
    return run !== undefined && !present.has(run)
  }
  for (const { name } of databases.rows.filter(isAbandoned)) await dropDatabase(address, name).catch(() => {})
  for (const { name } of roles.rows.filter(isAbandoned)) await dropRole(client, name)
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
