import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bubblewrap, type ProcessHost, type SandboxSession, startProcessHost } from '@forge/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensurePythonEnv, type PythonEnv } from '../src/fastapi/environment/python-env'
import { migrate, serveApplication } from '../src/fastapi/machine/application'
import { type Database, type DatabaseServer, startDatabaseServer } from '../src/fastapi/machine/database'
import { writeSmallProject } from './support/small-project'

/** Everything in bubblewrap, as in a proof. */
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-app-')))
const tree = writeSmallProject(join(folder, 'tree'))
const sockets = join(folder, 'run')
let host: ProcessHost
let env: PythonEnv
let server: DatabaseServer
let database: Database
let session: SandboxSession

beforeAll(async () => {
  mkdirSync(sockets)
  host = await startProcessHost()
  ;[env, server] = await Promise.all([ensurePythonEnv({ host }), startDatabaseServer({ host })])
  database = await server.createDatabase()
  session = await bubblewrap().start({ root: tree, writable: [sockets], readable: [...env.readable, server.socketDir] })
}, 300_000)

afterAll(async () => {
  await session?.stop()
  await server?.stop()
  await host?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('an application in a sandbox', () => {
  it('is migrated, answers over its socket, and keeps what it stored across a restart', async () => {
    expect(await migrate({ session, env, tree, databaseUrl: database.url })).toMatchObject({ exitCode: 0 })
    const place = { session, env, tree, databaseUrl: database.url, socket: join(sockets, 'app.sock') }
    const first = await serveApplication(place)
    try {
      expect(await send(first.socket, 'POST', '/api/v1/notes', { title: 'Milk' })).toEqual({ status: 201, body: { id: 1, title: 'Milk' } })
    } finally {
      await first.stop()
    }
    await expect(send(first.socket, 'GET', '/health')).rejects.toThrow()
    const second = await serveApplication(place)
    try {
      expect(await send(second.socket, 'GET', '/api/v1/notes/1')).toEqual({ status: 200, body: { id: 1, title: 'Milk' } })
    } finally {
      await second.stop()
    }
  })

  it('sees the socket of the database, and neither its data nor the password of its superuser', async () => {
    const place = dirname(server.socketDir)
    expect(existsSync(join(place, 'data', 'forge.json'))).toBe(true)
    const script = 'test -S "$0/socket/.s.PGSQL.5432" && ls -a "$0"'
    const seen = await session.exec(['/bin/sh', '-c', script, place], { cwd: tree })
    expect(seen).toMatchObject({ exitCode: 0, stdout: '.\n..\nsocket\n' })
  })

  it('says why a migration fails', async () => {
    const broken = writeSmallProject(join(folder, 'broken-migration'))
    writeFileSync(join(broken, 'alembic', 'versions', '0002_wrong.py'), 'revision = "0002"\ndown_revision = "0000"\n')
    const inside = await bubblewrap().start({ root: broken, readable: [...env.readable, server.socketDir] })
    const result = await migrate({ session: inside, env, tree: broken, databaseUrl: database.url })
    await inside.stop()
    expect(result.exitCode).not.toBe(0)
    expect(result.stderr).toContain('0000')
  })

  it('says why it does not start', async () => {
    const broken = writeSmallProject(join(folder, 'broken-import'))
    writeFileSync(join(broken, 'app', 'models.py'), 'import nowhere_to_be_found\n')
    const inside = await bubblewrap().start({ root: broken, writable: [sockets], readable: [...env.readable, server.socketDir] })
    const started = serveApplication({ session: inside, env, tree: broken, databaseUrl: database.url, socket: join(sockets, 'broken.sock') })
    await expect(started).rejects.toMatchObject({ code: 'ENVIRONMENT_FAILED', message: expect.stringContaining('nowhere_to_be_found') })
    await inside.stop()
  })

  it('runs the installed packages, whatever the tree calls its own folders', async () => {
    const shadowing = writeSmallProject(join(folder, 'shadowing'))
    mkdirSync(join(shadowing, 'uvicorn'))
    writeFileSync(join(shadowing, 'uvicorn', '__init__.py'), 'raise SystemExit("mine")\n')
    const inside = await bubblewrap().start({ root: shadowing, writable: [sockets], readable: [...env.readable, server.socketDir] })
    const application = await serveApplication({
      session: inside,
      env,
      tree: shadowing,
      databaseUrl: database.url,
      socket: join(sockets, 'mine.sock'),
    })
    expect(await send(application.socket, 'GET', '/health')).toMatchObject({ status: 200 })
    await application.stop()
    await inside.stop()
  })

  it('says when it ended by itself', async () => {
    const application = await serveApplication({ session, env, tree, databaseUrl: database.url, socket: join(sockets, 'killed.sock') })
    await session.exec(['/bin/sh', '-c', 'for p in /proc/[0-9]*; do grep -q killed[.]sock $p/cmdline && kill -9 ${p#/proc/}; done; true'])
    await application.ended
    await application.stop()
  })
})

function send(socketPath: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, headers: { 'content-type': 'application/json', connection: 'close' } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown }))
    })
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
