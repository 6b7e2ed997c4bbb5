import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ForgeEventBody, type ProcessHost, startProcessHost } from '@forge/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DatabaseServer, startDatabaseServer } from '../src/fastapi/machine/database'
import { dialSocket } from '../src/fastapi/machine/dial'
import { type Relay, startRelay } from '../src/fastapi/machine/relay'
import { SUPERUSER } from '../src/fastapi/machine/server-access'
import { as, letIn, query, superuserUrl } from './support/postgres'

/** What would reach beyond the database. */
const FORBIDDEN = [
  `COPY (SELECT 1) TO PROGRAM 'id'`,
  `COPY (SELECT 1) TO '/tmp/forge-written'`,
  `CREATE TABLE lines (line text); COPY lines FROM '/etc/passwd'`,
  `SELECT pg_read_file('/etc/passwd')`,
  `SELECT pg_ls_dir('.')`,
  `SELECT lo_import('/etc/passwd')`,
  'SELECT rolpassword FROM pg_authid',
  'CREATE ROLE another SUPERUSER',
  'ALTER ROLE CURRENT_USER SUPERUSER',
  `GRANT pg_execute_server_program TO CURRENT_USER`,
  `SET ROLE ${SUPERUSER}`,
  `ALTER SYSTEM SET archive_command = 'id'`,
  'CREATE EXTENSION file_fdw',
  `CREATE FUNCTION run(text) RETURNS int AS 'libc.so.6', 'system' LANGUAGE c`,
  `CREATE TABLESPACE elsewhere LOCATION '/tmp'`,
]

async function expectNoRights(url: string): Promise<void> {
  for (const sql of FORBIDDEN) {
    const refusal = query(url, sql).then(
      () => `${sql}: accepted`,
      (error: { code?: string }) => `${sql}: ${error.code}`,
    )
    expect(await refusal).toMatch(/: (42501|0LP01)$/)
  }
  const rights = 'rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls AS beyond'
  expect(await query(url, `SELECT ${rights} FROM pg_roles WHERE rolname = current_user`)).toEqual([{ beyond: false }])
  const inherited = `SELECT rolname FROM pg_roles WHERE pg_has_role(rolname, 'MEMBER') AND rolname <> current_user`
  expect((await query(url, inherited)).filter(({ rolname }) => rolname !== 'pg_database_owner')).toEqual([])
}

/** What a generated project and its tests do. */
async function expectHonestRights(server: DatabaseServer, url: string, name: string): Promise<void> {
  for (const extension of ['citext', 'pg_trgm', 'pgcrypto']) await query(url, `CREATE EXTENSION ${extension}`)
  await query(url, `CREATE TYPE mood AS ENUM ('good'); CREATE SCHEMA own; CREATE TABLE own.notes (id serial PRIMARY KEY, title citext, mood mood)`)
  await query(url, `INSERT INTO own.notes (title) VALUES ('Milk'); CREATE INDEX ON own.notes USING gin (title gin_trgm_ops)`)
  const copy = await server.createDatabase({ template: name })
  await query(copy.url, `ALTER TABLE own.notes ADD COLUMN body text; TRUNCATE own.notes RESTART IDENTITY`)
  await query(copy.url, `INSERT INTO own.notes (title) VALUES ('Tea')`)
  expect(await query(copy.url, 'SELECT id, title FROM own.notes')).toEqual([{ id: 1, title: 'Tea' }])
  expect(await query(url, `SELECT title FROM own.notes WHERE title = 'MILK'`)).toEqual([{ title: 'Milk' }])
  await query(copy.url, 'DROP EXTENSION pgcrypto; DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  await copy.drop()
}

const userOf = (url: string) => /\/\/([^:@]*)/.exec(url)?.[1] ?? ''

let host: ProcessHost
beforeAll(async () => {
  host = await startProcessHost()
})
afterAll(() => host.close())
afterEach(() => vi.unstubAllEnvs())

describe.each(['local', 'package'] as const)('the URL of a database on a server from %s programs', (source) => {
  let server: DatabaseServer
  beforeAll(async () => {
    vi.stubEnv('FORGE_POSTGRES', source)
    server = await startDatabaseServer({ host })
  })
  afterAll(() => server?.stop())

  it('gives no rights beyond the database', async () => {
    const { url } = await server.createDatabase()
    await expectNoRights(url)
    await expect(query(url, 'CREATE DATABASE another')).rejects.toMatchObject({ code: '42501' })
  })

  it('gives all that a project needs', async () => {
    const { url, name } = await server.createDatabase()
    await expectHonestRights(server, url, name)
  })

  it('lets nobody else in', async () => {
    const { url } = await server.createDatabase()
    expect(await query(superuserUrl(server), 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([{ rolsuper: true }])
    for (const login of [SUPERUSER, `${SUPERUSER}:`, `${SUPERUSER}:wrong`])
      await expect(query(as(url, login), 'SELECT 1')).rejects.toThrow(/password/)
    for (const login of ['postgres', 'nobody', 'root']) await expect(query(as(url, login), 'SELECT 1')).rejects.toMatchObject({ code: '28000' })
    await expect(query(`${url}&replication=true`, 'IDENTIFY_SYSTEM')).rejects.toMatchObject({ code: expect.stringMatching(/^(28000|53300)$/) })
  })
})

describe('a server that lets the tests of a project make databases', () => {
  it('gives no other right', async () => {
    vi.stubEnv('DATABASE_URL', '')
    const server = await startDatabaseServer({ host, mayCreate: true })
    const { url, name } = await server.createDatabase()
    await expectNoRights(url)
    await query(url, `CREATE DATABASE ${name}_test`)
    await server.stop()
  })
})

describe('a server whose data are kept', () => {
  it('lets the tests of the project make a database, and nothing more', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'forge-kept-'))
    chmodSync(folder, 0o755)
    const dataDir = join(folder, 'data')
    try {
      vi.stubEnv('DATABASE_URL', '')
      const server = await startDatabaseServer({ host, dataDir })
      const { url } = await server.createDatabase({ name: 'app' })
      await expectNoRights(url)
      await expect(query(`${url}&replication=true`, 'IDENTIFY_SYSTEM')).rejects.toMatchObject({ code: '28000' })
      await query(url, 'CREATE DATABASE app_test')
      await query(url, 'DROP DATABASE app_test WITH (FORCE)')
      await server.stop()
      rmSync(join(dataDir, 'forge.json'))
      await expect(startDatabaseServer({ host, dataDir })).rejects.toMatchObject({
        code: 'ENVIRONMENT_FAILED',
        remedy: expect.stringContaining('Delete that folder'),
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('the server of DATABASE_URL', () => {
  let real: DatabaseServer
  let relay: Relay
  const events: ForgeEventBody[] = []
  const start = () => startDatabaseServer({ host, emit: (event) => events.push(event) })
  const asAdmin = (sql: string) => query(superuserUrl(real), sql)
  const named = (pattern: string) => asAdmin(`SELECT rolname FROM pg_roles WHERE rolname ~ '${pattern}'`)

  beforeAll(async () => {
    vi.stubEnv('DATABASE_URL', '')
    real = await startDatabaseServer({ host })
    relay = await startRelay({ port: 0 }, () => dialSocket(join(real.socketDir, '.s.PGSQL.5432')))
    await asAdmin(`CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD 'p@ss/word'; CREATE ROLE mighty LOGIN SUPERUSER`)
    await letIn(real, 'local all mighty trust', 'local all all scram-sha-256')
  })
  beforeEach(() => {
    events.length = 0
  })
  afterAll(async () => {
    await relay?.close()
    await real?.stop()
  })

  it.each(['maker:p%40ss%2Fword', 'mighty'])('hands out a role of its own when %s may make roles, and leaves none', async (given) => {
    vi.stubEnv('DATABASE_URL', `postgresql://${given}@127.0.0.1:${relay.port}/postgres`)
    const server = await start()
    const { url, name } = await server.createDatabase()
    expect(userOf(url)).toMatch(/^forge_[0-9a-f]{12}$/)
    await expectNoRights(url)
    await expectHonestRights(server, url, name)
    await expect(query(as(url, given), 'SELECT 1')).rejects.toMatchObject({ code: '28000' })
    await expect(query(as(url, userOf(url)), 'SELECT 1')).rejects.toThrow(/password/)
    await server.stop()
    expect(await named('^forge_[0-9a-f]{12}')).toEqual([])
    expect(events).toEqual([])
  })

  it('drops the databases that the role was allowed to make', async () => {
    vi.stubEnv('DATABASE_URL', `postgresql://maker:p%40ss%2Fword@127.0.0.1:${relay.port}/postgres`)
    const server = await startDatabaseServer({ host, mayCreate: true })
    const { url, name } = await server.createDatabase()
    await expectNoRights(url)
    await query(url, `CREATE DATABASE ${name}_test`)
    await server.stop()
    expect(await asAdmin(String.raw`SELECT datname FROM pg_database WHERE datname LIKE 'forge\_%'`)).toEqual([])
    expect(await named('^forge_[0-9a-f]{12}')).toEqual([])
  })

  it('keeps a named database from one run to the next, for one run at a time', async () => {
    vi.stubEnv('DATABASE_URL', `postgresql://maker:p%40ss%2Fword@127.0.0.1:${relay.port}/postgres`)
    const first = await start()
    const { url } = await first.createDatabase({ name: 'forge_serve_x' })
    await query(url, 'CREATE TABLE kept AS SELECT 7 AS n')
    const besides = await start()
    await expect(besides.createDatabase({ name: 'forge_serve_x' })).rejects.toMatchObject({ code: 'ENVIRONMENT_FAILED' })
    await besides.stop()
    await first.stop()
    const second = await start()
    const again = await second.createDatabase({ name: 'forge_serve_x' })
    expect(await query(again.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
    await expectNoRights(again.url)
    await expect(query(as(again.url, userOf(url)), 'SELECT 1')).rejects.toThrow(/password/)
    await again.drop()
    await second.stop()
  })

  it('drops the role of a run that was killed', async () => {
    await asAdmin('CREATE ROLE forge_0123456789ab LOGIN')
    await asAdmin('CREATE DATABASE forge_0123456789ab_deadbeef OWNER forge_0123456789ab')
    vi.stubEnv('DATABASE_URL', `postgresql://mighty@127.0.0.1:${relay.port}/postgres`)
    const server = await start()
    expect(await named('^forge_0123456789ab')).toEqual([])
    await server.stop()
  })

  it('says so when the code gets a superuser, because the server lets in nobody else', async () => {
    vi.stubEnv('DATABASE_URL', '')
    const strict = await startDatabaseServer({ host })
    await query(superuserUrl(strict), 'CREATE ROLE mighty LOGIN SUPERUSER')
    await letIn(strict, 'local all mighty trust')
    await sleep(200)
    const socket = encodeURIComponent(strict.socketDir)
    vi.stubEnv('DATABASE_URL', `postgresql://mighty@/postgres?host=${socket}`)
    const server = await start()
    const { url } = await server.createDatabase()
    expect(await query(url, 'SELECT current_user AS me')).toEqual([{ me: 'mighty' }])
    expect(events).toEqual([expect.objectContaining({ code: 'DATABASE_SUPERUSER', level: 'warning' })])
    await server.stop()
    expect(await query(superuserUrl(strict), `SELECT rolname FROM pg_roles WHERE rolname ~ '^forge_[0-9a-f]{12}'`)).toEqual([])
    await strict.stop()
  })
})
