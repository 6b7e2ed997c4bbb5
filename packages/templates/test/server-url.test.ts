import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { startProcessHost } from '@forge/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startDatabaseServer } from '../src/fastapi/machine/database'
import { dialSocket } from '../src/fastapi/machine/dial'
import { parseServerUrl } from '../src/fastapi/machine/server-url'

afterEach(() => vi.unstubAllEnvs())

describe('parseServerUrl', () => {
  it.each([
    [
      'postgresql://ann:p%40ss@db.example:6000/app?sslmode=require',
      { user: 'ann', password: 'p@ss', database: 'app', host: 'db.example', port: 6000, sslMode: 'require' },
    ],
    [
      'postgres://ann@/app?host=/run/postgresql&port=5433',
      { user: 'ann', password: undefined, host: '/run/postgresql', port: 5433, sslMode: 'disable' },
    ],
    ['postgresql+asyncpg://ann@localhost/app', { database: 'app', host: 'localhost', port: 5432, sslMode: 'prefer' }],
    ['postgresql://ann@%2Fvar%2Frun/app', { host: '/var/run', database: 'app' }],
    ['postgresql://ann@[::1]:5433/app', { host: '::1', port: 5433 }],
    ['postgresql://ann@one:5433,two:5434/app', { host: 'one', port: 5433 }],
    ['postgresql:///app?user=ann&password=x', { user: 'ann', password: 'x', database: 'app' }],
  ])('reads %s', (url, expected) => {
    expect(parseServerUrl(url)).toMatchObject(expected)
  })

  it.each(['mysql://ann@db/app', 'sqlite:///app.db', '', 'postgresql'])('leaves %s alone', (url) => {
    expect(parseServerUrl(url)).toBeUndefined()
  })
})

describe('a server that wants TLS', () => {
  it('is reached from a unix socket all the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'forge-tls-'))
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
    execFileSync('openssl', ['req', '-x509', '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
    const host = await startProcessHost()
    const real = await startDatabaseServer({ host })
    const front = createServer((socket) => void demandTls(socket, readFileSync(key), readFileSync(cert), join(real.socketDir, '.s.PGSQL.5432')))
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
    const { port } = front.address() as { port: number }
    try {
      vi.stubEnv('DATABASE_URL', `postgresql://forge@127.0.0.1:${port}/postgres?sslmode=require`)
      const server = await startDatabaseServer({ host })
      expect(server).toMatchObject({ source: 'environment', version: real.version })
      await server.stop()
      vi.stubEnv('DATABASE_URL', `postgresql://forge@127.0.0.1:${port}/postgres?sslmode=verify-full`)
      await expect(startDatabaseServer({ host })).rejects.toMatchObject({ code: 'DATABASE_MISSING', message: expect.stringContaining('self-signed') })
    } finally {
      front.close()
      await real.stop()
      await host.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** Speaks the server's side of the request for encryption, then passes on what it decrypts. */
async function demandTls(socket: Socket, key: Buffer, cert: Buffer, behind: string): Promise<void> {
  socket.on('error', () => {})
  const request = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
  expect(request.readInt32BE(4)).toBe(80_877_103)
  socket.pause()
  socket.write('S')
  const secure = new TLSSocket(socket, { isServer: true, key, cert })
  const server = await dialSocket(behind)
  secure.on('error', () => server.destroy())
  server.on('error', () => secure.destroy())
  secure.pipe(server)
  server.pipe(secure)
}
