import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bubblewrap, type ForgeEventBody, noSandbox, type Sandbox, type SandboxSession, type Workplace } from '@forge/core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { fastapi } from '../src/index'

const probe = await bubblewrap().probe()
const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-workplace-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))
afterEach(() => vi.unstubAllEnvs())

async function open(): Promise<{ workplace: Workplace; events: ForgeEventBody[] }> {
  const events: ForgeEventBody[] = []
  const signal = new AbortController().signal
  const workplace = await fastapi().workplace?.({ projectDir: base, signal, emit: (event) => void events.push(event) })
  if (workplace === undefined) throw new Error('the template has no workplace')
  return { workplace, events }
}

const ASK = `
import asyncio, os, asyncpg
async def main():
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"CREATE DATABASE {name}_test")
    print(await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname LIKE 'forge%'"))
asyncio.run(main())
`

describe.each<[string, () => Sandbox, boolean]>([
  ['none', noSandbox, true],
  ['bubblewrap', bubblewrap, probe.works],
])('the workplace of an agent under %s (not run where it does not work)', (kind, sandbox, works) => {
  let workplace: Workplace
  let session: SandboxSession
  const root = mkdtempSync(join(base, 'project-'))

  beforeAll(async () => {
    if (!works) return
    vi.stubEnv('DATABASE_URL', '')
    workplace = (await open()).workplace
    const { env, readable, forwards } = workplace
    session = await sandbox().start({ root, env: { HOME: root, TMPDIR: root, ...env }, readable, forwards })
  })
  afterAll(async () => {
    await session?.stop()
    await workplace?.close()
  })

  it.skipIf(!works)(
    'has Python, the package index and a database in which a test suite can make its own',
    async () => {
      const setUp = await session.exec('python3 -m venv .venv && .venv/bin/pip install --quiet six', { timeoutMs: 100_000 })
      expect(setUp, setUp.stderr).toMatchObject({ exitCode: 0 })
      const asked = await session.exec(['python3', '-c', ASK])
      expect(asked, asked.stderr).toMatchObject({ exitCode: 0, stdout: '2\n' })
    },
    120_000,
  )

  it.skipIf(!works || kind === 'none')('has nothing else of the network', async () => {
    const reached = await session.exec(['python3', '-c', 'import socket; socket.create_connection(("192.0.2.1", 80), 2)'])
    expect(reached.stderr).toContain('unreachable')
  })
})

it('leaves no folder and no server, and closes twice', async () => {
  vi.stubEnv('DATABASE_URL', '')
  const { workplace } = await open()
  const { forwards = [], readable = [] } = workplace
  const sockets = [
    ...forwards.map(({ socket }) => socket),
    ...readable.filter((path) => path.endsWith('/socket')).map((path) => join(path, '.s.PGSQL.5432')),
  ]
  expect(sockets.map((path) => existsSync(path))).toEqual([true, true])
  await workplace.close()
  await workplace.close()
  expect(sockets.map((path) => existsSync(path))).toEqual([false, false])
})

it('says what the machine lacks, and leaves nothing behind', async () => {
  vi.stubEnv('DATABASE_URL', 'postgresql://nobody@127.0.0.1:9/none')
  await expect(open()).rejects.toMatchObject({ code: 'DATABASE_MISSING', remedy: expect.stringContaining('DATABASE_URL') })
  vi.stubEnv('DATABASE_URL', '')
  vi.stubEnv('PIP_CERT', join(base, 'no-such.pem'))
  await expect(open()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})
