import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type ForgeEventBody, noSandbox } from '@forge/core'
import { Client } from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { serveProject } from '../src/fastapi/serve-project'
import { writeSmallProject } from './support/small-project'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-serve-')))
chmodSync(folder, 0o755)
const project = writeSmallProject(join(folder, 'notes'))

beforeEach(() => {
  vi.stubEnv('DATABASE_URL', '')
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'))
})
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('serveProject', () => {
  it('serves on the next free port, keeps the data between starts, and stops all', async () => {
    const taken = await occupy(8000)
    const first = await serveProject(project)
    expect(new URL(first.url)).toMatchObject({ hostname: '127.0.0.1', protocol: 'http:' })
    expect(Number(new URL(first.url).port)).toBeGreaterThan(8000)
    expect(await post(first.url, 'Milk')).toBe(201)
    expect(await post(first.url, 'Milk')).toBe(409)
    await first.stop()
    await first.ended
    await expect(fetch(first.url)).rejects.toThrow()
    await new Promise((resolve) => (taken ? taken.close(resolve) : resolve(undefined)))

    const controller = new AbortController()
    const second = await serveProject(project, { signal: controller.signal })
    expect(await (await fetch(`${second.url}/api/v1/notes`)).json()).toEqual([{ id: 1, title: 'Milk' }])
    const socketDir = new URLSearchParams(second.databaseUrl.split('?')[1]).get('host') ?? ''
    expect(existsSync(socketDir)).toBe(true)
    controller.abort()
    await second.ended
    expect(existsSync(dirname(socketDir))).toBe(false)
  })

  it('starts the database alone, with the same data', async () => {
    const served = await serveProject(project, { dbOnly: true })
    const client = new Client({ connectionString: served.databaseUrl })
    await client.connect()
    const { rows } = await client.query('SELECT count(*)::int AS n FROM pg_database WHERE datname = current_database()')
    expect(rows).toEqual([{ n: 1 }])
    await client.end()
    await served.stop()
  })

  it('says when the application ends by itself', async () => {
    const mortal = writeSmallProject(join(folder, 'mortal'))
    const mainFile = join(mortal, 'app', 'main.py')
    const exit = `@app.get("/exit")\nasync def exit() -> None:\n    import os\n    print("goodbye", flush=True)\n    os._exit(3)\n`
    writeFileSync(mainFile, `${readFileSync(mainFile, 'utf8')}\n\n${exit}`)
    const events: ForgeEventBody[] = []
    const served = await serveProject(mortal, { sandbox: noSandbox(), emit: (event) => events.push(event) })
    await expect(fetch(`${served.url}/exit`)).rejects.toThrow()
    await served.ended
    expect(events).toContainEqual(expect.objectContaining({ code: 'APPLICATION_ENDED', message: expect.stringContaining('goodbye') }))
    await served.stop()
  })

  it('refuses a folder that is no project', async () => {
    await expect(serveProject(folder)).rejects.toMatchObject({ code: 'PROJECT_FOREIGN', remedy: expect.stringContaining('forge serve') })
  })

  it('refuses a port that is taken, before it starts anything', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await expect(serveProject(project, { port })).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(String(port)) })
    await new Promise((resolve) => server.close(resolve))
  })

  it('says why the migrations fail, and how to begin again', async () => {
    const broken = writeSmallProject(join(folder, 'broken'))
    writeFileSync(join(broken, 'alembic', 'versions', '0002_wrong.py'), 'revision = "0002"\ndown_revision = "0000"\n')
    await expect(serveProject(broken)).rejects.toMatchObject({ code: 'ENVIRONMENT_FAILED', remedy: expect.stringContaining(join(folder, 'state')) })
  })
})

async function post(url: string, title: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/notes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title }),
  })
  await response.text()
  return response.status
}

/** `undefined` when somebody else has the port already. */
function occupy(port: number): Promise<Server | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
