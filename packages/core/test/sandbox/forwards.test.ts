import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { type Server, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bubblewrap, noSandbox } from '../../src/index'
import type { Forward, Sandbox, SandboxSession } from '../../src/index'

const probe = await bubblewrap().probe()
const sandboxes: Sandbox[] = [noSandbox(), ...(probe.works ? [bubblewrap()] : [])]
const missing = probe.works ? '' : ` (bubblewrap not run: ${probe.reason})`

const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-forwards-')))
const root = join(base, 'project')
const socket = join(base, 'echo.sock')
let server: Server
let session: SandboxSession | undefined
let port: number

/** Sends what it read back, doubled, when the other side has ended its half. */
const doubler = () =>
  createServer({ allowHalfOpen: true }, (peer) => {
    const parts: Buffer[] = []
    peer.on('error', () => {})
    peer.on('data', (part: Buffer) => parts.push(part))
    peer.on('end', () => peer.end(Buffer.concat([...parts, ...parts])))
  })

async function listen(server: Server, at: string | number): Promise<void> {
  await new Promise<void>((resolve) => (typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve)))
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await listen(probe, 0)
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}

const ask = (port: number, size: number) => [
  '/usr/bin/python3',
  '-c',
  `import socket
client = socket.create_connection(("127.0.0.1", ${port}), 5)
client.sendall(b"x" * ${size})
client.shutdown(socket.SHUT_WR)
size = 0
while part := client.recv(65536): size += len(part)
print(size)`,
]

beforeAll(async () => {
  mkdirSync(root)
  server = doubler()
  await listen(server, socket)
})
afterAll(() => {
  server.close()
  rmSync(base, { recursive: true, force: true })
})

describe.each(sandboxes.map((sandbox) => [sandbox.kind, sandbox] as const))(`%s: forwards${missing}`, (_kind, sandbox) => {
  afterEach(() => session?.stop())

  async function start(forwards: readonly Forward[]): Promise<SandboxSession> {
    session = await sandbox.start({ root, forwards })
    return session
  }

  it('lead from a loopback port inside to a unix socket outside, each half to its end', async () => {
    port = await freePort()
    const running = await start([{ port, socket }])
    for (const size of [0, 3, 3_000_000]) expect(await running.exec(ask(port, size))).toMatchObject({ stdout: `${2 * size}\n`, stderr: '' })
  })

  it('carry connections side by side', async () => {
    port = await freePort()
    const running = await start([{ port, socket }])
    const answers = await Promise.all([1, 2, 3, 4].map((size) => running.exec(ask(port, size))))
    expect(answers.map(({ stdout }) => stdout.trim())).toEqual(['2', '4', '6', '8'])
  })

  it('end with the session', async () => {
    port = await freePort()
    const running = await start([{ port, socket }])
    await running.stop()
    const refused = await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve).once('connect', resolve))
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('close the connection when nobody listens at the socket any more', async () => {
    port = await freePort()
    const gone = doubler()
    await listen(gone, join(base, 'gone.sock'))
    const running = await start([{ port, socket: join(base, 'gone.sock') }])
    await new Promise((resolve) => gone.close(resolve))
    expect((await running.exec(ask(port, 0))).stderr + (await running.exec(ask(port, 0))).stdout).toMatch(/reset|^0$/m)
    expect(await running.exec('echo on')).toMatchObject({ stdout: 'on\n' })
  })

  it('say when a port is taken, and leave nothing running', async () => {
    port = await freePort()
    const twice = [
      { port, socket },
      { port, socket },
    ]
    await expect(sandbox.start({ root, forwards: twice })).rejects.toMatchObject({
      code: 'ENVIRONMENT_FAILED',
      message: expect.stringContaining(`port ${port} `),
      remedy: expect.stringContaining('another port'),
    })
    const running = await start([{ port, socket }])
    expect((await running.exec(ask(port, 1))).stdout).toBe('2\n')
  })

  it.each([
    ['no port', { port: 0, socket }],
    ['no socket', { port: 5432, socket: join(base, 'nowhere') }],
    ['a folder', { port: 5432, socket: root }],
    ['a relative path', { port: 5432, socket: 'echo.sock' }],
  ])('refuse %s', async (_what, forward) => {
    await expect(sandbox.start({ root, forwards: [forward] })).rejects.toMatchObject({ code: 'CONFIG_INVALID', remedy: expect.any(String) })
  })
})

describe.skipIf(!probe.works)(`bubblewrap: forwards${probe.works ? '' : ` (not run: ${probe.reason})`}`, () => {
  it('are the only way out, and come back with a new host inside', async () => {
    const other = doubler()
    await listen(other, 0)
    const { port: closed } = other.address() as { port: number }
    const session = await bubblewrap().start({ root, forwards: [{ port: 5432, socket }] })
    try {
      expect((await session.exec(ask(5432, 1))).stdout).toBe('2\n')
      expect((await session.exec(ask(closed, 1))).stderr).toContain('ConnectionRefused')
      expect((await session.exec(`ls ${base}`)).stdout.split('\n').sort()).toEqual(['', 'echo.sock', 'project'])
      await session.exec('kill -9 $PPID').catch(() => {})
      expect((await session.exec(ask(5432, 1))).stdout).toBe('2\n')
    } finally {
      await session.stop()
      other.close()
    }
  })
})
