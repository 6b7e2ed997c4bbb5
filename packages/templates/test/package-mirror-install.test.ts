import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Sandbox, bubblewrap, noSandbox } from '@forge/core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { findUv } from '../src/fastapi/environment/python-env'
import { userEnvironment } from '../src/fastapi/environment/user-environment'
import { AUTH, PASSWORD, askAt, fileOf, indexUrl, mirrorBench } from './support/mirror-bench'
import { freePort } from './support/package-index'

const probe = await bubblewrap().probe()
const bench = mirrorBench()
const { folder, socket, places, start, index, startMirror } = bench

const sandboxes: [string, Sandbox, string][] = [
  ['none', noSandbox(), ''],
  ['bubblewrap', bubblewrap(), probe.works ? '' : probe.reason],
]

describe.each(sandboxes)('pip in a session (%s)', (kind, sandbox, missing) => {
  const why = missing && ` (not run: ${missing})`
  const root = join(folder, `project-${kind}`)
  const site = join(root, 'site')

  async function inside(port: number, argv: readonly string[]) {
    const { env, readable } = await startMirror(port)
    rmSync(root, { recursive: true, force: true })
    mkdirSync(root)
    writeFileSync(join(root, 'requirements.txt'), `mirrored==1.0 --hash=sha256:${bench.wheel.sha256}\n`)
    const spec = { root, env: { ...env, HOME: root }, readable: [bench.python.prefix, ...readable], forwards: [{ port, socket }] }
    const session = await sandbox.start(spec)
    try {
      return { ...(await session.exec(argv)), environment: (await session.exec('env')).stdout }
    } finally {
      await session.stop()
    }
  }

  const install = async (port: number, arguments_: string[]) =>
    inside(port, [bench.python.executable, '-m', 'pip', 'install', '--no-compile', '--target', site, ...arguments_])

  it.skipIf(missing).each(['json', 'html'] as const)(
    `installs with hashes from an index of its own authority that wants a password (%s)${why}`,
    async (form) => {
      const server = await start(index(form), { tls: bench.tls, auth: AUTH })
      vi.stubEnv('PIP_INDEX_URL', indexUrl(server))
      const result = await install(await freePort(), ['--require-hashes', '-r', 'requirements.txt'])
      expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Successfully installed mirrored-1.0') })
      expect(readFileSync(join(site, 'mirrored.py'), 'utf8')).toContain('mirrored works')
      expect(result.stdout + result.stderr + result.environment).not.toContain(PASSWORD)
      expect(server.seen.map(({ path }) => path)).toContain('/simple/mirrored/')
    },
  )

  it.skipIf(missing)(`installs from a folder of links, without any index${why}`, async () => {
    vi.stubEnv('PIP_FIND_LINKS', `${places.links} ${join(folder, 'nowhere')}`)
    vi.stubEnv('PIP_NO_INDEX', '1')
    const result = await install(await freePort(), ['linked'])
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Successfully installed linked-1.0') })
    expect(existsSync(join(site, 'linked.py'))).toBe(true)
  })

  it.skipIf(missing)(`says why when the index does not answer${why}`, async () => {
    const server = await start(index('json'))
    vi.stubEnv('PIP_INDEX_URL', indexUrl(server))
    await server.close()
    const result = await install(await freePort(), ['--retries', '0', 'mirrored'])
    expect(result.exitCode).not.toBe(0)
    expect(result.stdout + result.stderr).toContain('No matching distribution')
    expect(result.stdout + result.stderr).not.toContain(PASSWORD)
  })
})

describe('the network', () => {
  const noNetwork = probe.works ? '' : ` (not run: ${probe.reason})`
  it.skipIf(!probe.works)(`is all that a session reaches${noNetwork}`, async () => {
    const server = await start(index('json'))
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    await startMirror()
    const session = await bubblewrap().start({ root: places.index, forwards: [{ port: 4000, socket }] })
    const dial = (port: number) => ['/usr/bin/env', 'bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`]
    const [open, closed] = [await session.exec(dial(4000)), await session.exec(dial(server.port))]
    await session.stop()
    expect([open.exitCode, closed.exitCode]).toEqual([0, 1])
  })

  it('is not entered at what an index elsewhere says of this machine, nor in plain http without trust', async () => {
    const local = await start((_request, response) => response.end('of this machine'), {})
    const link = `<a href="${local.origin}/${bench.wheel.filename}">x</a>`
    const proxy = await start((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(link), {})
    vi.stubEnv('HTTP_PROXY', proxy.origin)
    vi.stubEnv('PIP_INDEX_URL', 'http://index.invalid/simple/')
    const first = await startMirror()
    expect(await askAt(socket, '/0/simple/mirrored/')).toMatchObject({ status: 502, reason: expect.stringContaining('plain http') })
    expect(proxy.seen).toEqual([])
    await first.close()
    vi.stubEnv('PIP_TRUSTED_HOST', 'index.invalid')
    await startMirror()
    const page = await askAt(socket, '/0/simple/mirrored/')
    expect(proxy.seen).toMatchObject([{ path: 'http://index.invalid/simple/mirrored/' }])
    expect(await askAt(socket, fileOf(page.body))).toMatchObject({ status: 502, reason: expect.stringContaining('refers to this machine') })
    expect([local.seen, proxy.seen.length]).toEqual([[], 1])
  })
})

describe('on this machine, as it is configured', () => {
  beforeEach(() => vi.unstubAllEnvs())
  const site = join(folder, 'real-site')

  it('pip installs a package through the mirror', async (context) => {
    const env = userEnvironment()
    const tried = await bench.host.exec(
      [bench.python.executable, '-m', 'pip', 'download', '-q', '--no-deps', '-d', join(folder, 'direct'), 'iniconfig'],
      { env },
    )
    if (tried.exitCode !== 0) return context.skip(`not run: pip cannot reach its index: ${tried.stderr.trim().split('\n').at(-1)}`)
    const port = await freePort()
    const { env: inside, readable } = await startMirror(port)
    const sandbox = probe.works ? bubblewrap() : noSandbox()
    const session = await sandbox.start({
      root: places.index,
      env: inside,
      readable: [bench.python.prefix, ...readable],
      forwards: [{ port, socket }],
    })
    const result = await session.exec([bench.python.executable, '-m', 'pip', 'install', '--no-compile', '--target', 'site', 'iniconfig'])
    await session.stop()
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Successfully installed iniconfig') })
    expect(existsSync(join(places.index, 'site', 'iniconfig'))).toBe(true)
  })

  it('uv installs through the mirror', async (context) => {
    const uv = await findUv(bench.host)
    if (uv === undefined) return context.skip('not run: uv is not installed')
    vi.stubEnv('PIP_CERT', bench.tls.ca)
    vi.stubEnv('PIP_INDEX_URL', indexUrl(await start(index('json'), { tls: bench.tls, auth: AUTH })))
    vi.stubEnv('PIP_FIND_LINKS', places.links)
    const port = await freePort()
    const { env } = await startMirror(port)
    const session = await noSandbox().start({ root: places.index, env: { ...env, PATH: process.env['PATH'] ?? '' }, forwards: [{ port, socket }] })
    const result = await session.exec([uv, 'pip', 'install', '--python', bench.python.executable, '--target', site, 'mirrored==1.0', 'linked'])
    await session.stop()
    expect(result).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('mirrored==1.0') })
    expect(existsSync(join(site, 'linked.py'))).toBe(true)
  })
})
