import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ForgeError } from '@forge/core'
import type { Client } from 'pg'

/** Who connects. */
export interface Login {
  user: string
  password?: string | undefined
}

/** How to reach a server over its unix socket. */
export interface ServerAddress extends Login {
  socketDir: string
  /** An existing database, only connected to. */
  database: string
}

/** A database of one server. */
export interface Database {
  name: string
  /** libpq style, over the unix socket: `postgresql://user@/name?host=/socket/dir&port=5432`. */
  url: string
  /** Also ends connections that are still open. Idempotent. */
  drop(): Promise<void>
}

export interface CreateDatabaseOptions {
  /** Name of a database to copy; must have no connections. */
  template?: string | undefined
  /** Default: a new name. A database that already has this name is kept as it is. */
  name?: string | undefined
}

export const PORT = 5432
const CONNECT_LIMIT_MS = 10_000
/** The last connections to a template may still be closing. */
const TEMPLATE_LIMIT_MS = 5_000

export async function connect(address: ServerAddress, applicationName = 'forge'): Promise<Client> {
  const { Client } = await import('pg')
  const client = new Client({
    host: address.socketDir,
    port: PORT,
    user: address.user,
    password: address.password ?? '',
    database: address.database,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

export async function withClient<T>(address: ServerAddress, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(address)
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The two sides of a server: the harness's, and the one that is handed out. */
export interface Sides {
  harness: ServerAddress
  application: ServerAddress
}

/**
 * Made by the harness, owned by the application's role.
 * @param prefix of a new name
 * @throws ForgeError DATABASE_MISSING when the harness's role may not create databases or another one owns it; what the server says otherwise.
 */
export async function createDatabase({ harness, application }: Sides, prefix: string, options: CreateDatabaseOptions = {}): Promise<Database> {
  const name = options.name ?? `${prefix}_${randomBytes(4).toString('hex')}`
  await withClient(harness, async (client) => {
    const known = await client.query<{ owner: string }>('SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1', [name])
    const owner = known.rows[0]?.owner
    if (owner === undefined) await create(client, name, application.user, options.template)
    else if (owner !== application.user) throw foreignDatabase(name, owner, application.user)
  })
  return { name, url: databaseUrl(application, name), drop: () => dropDatabase(harness, name) }
}

export async function dropDatabase(address: ServerAddress, name: string): Promise<void> {
  await withClient(address, (client) => client.query(`DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`))
}

export function databaseUrl(address: ServerAddress, name: string): string {
  const secret = address.password === undefined ? '' : `:${encodeURIComponent(address.password)}`
  return `postgresql://${encodeURIComponent(address.user)}${secret}@/${encodeURIComponent(name)}?host=${encodePath(address.socketDir)}&port=${PORT}`
}

async function create(client: Client, name: string, owner: string, template: string | undefined): Promise<void> {
  const from = template === undefined ? '' : ` TEMPLATE ${quote(template)}`
  const until = Date.now() + TEMPLATE_LIMIT_MS
  for (;;) {
    try {
      await client.query(`CREATE DATABASE ${quote(name)} OWNER ${quote(owner)}${from}`)
      return
    } catch (error) {
      if (sqlState(error) === '42P04' && template === undefined) return
      if (sqlState(error) === '42501') throw mayNotCreate(error)
      if (sqlState(error) !== '55006' || Date.now() > until) throw error
      await sleep(50)
    }
  }
}

function mayNotCreate(cause: unknown): ForgeError {
  return new ForgeError('DATABASE_MISSING', 'The role of DATABASE_URL may not create databases.', {
    remedy: 'Give it the right (ALTER ROLE … CREATEDB), or unset DATABASE_URL: Forge then uses a PostgreSQL server of its own.',
    cause,
  })
}

function foreignDatabase(name: string, owner: string, wanted: string): ForgeError {
  return new ForgeError('DATABASE_MISSING', `The database ${name} belongs to the role ${owner}, not to ${wanted}.`, {
    remedy: `Drop it (dropdb ${name}) to start with an empty one, or set DATABASE_URL to another server.`,
  })
}

/** The five characters by which PostgreSQL names an error; `undefined` when it came from elsewhere. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')
