import { lookup } from 'node:dns/promises'
import { writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { innerNetwork, isInnerName } from '../src/fastapi/workplace/inner-network'
import { AUTH, JSON_TYPE, askAt, fileOf, indexUrl, mirrorBench } from './support/mirror-bench'

const bench = mirrorBench()
const { folder, socket, start, index, startMirror } = bench
const ask = (path: string, options?: Parameters<typeof askAt>[2]) => askAt(socket, path, options)
const MIB = 1024 ** 2

const open: Socket[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.destroy()
})

/** A connection that sends a text and reads nothing of its own accord. */
function dial(text: string): Socket {
  const connection = connect(socket).on('error', () => {})
  connection.write(text)
  open.push(connection)
  return connection
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
const closed = (connection: Socket) => connection.closed || new Promise((resolve) => connection.resume().once('close', resolve))

/** An index whose one page lists these files. */
const listing =
  (...urls: string[]): RequestListener =>
  (_request, response) => {
    const files = urls.map((url, at) => ({ filename: `f${at}-1.0-py3-none-any.whl`, url, hashes: {} }))
    response.writeHead(200, { 'content-type': JSON_TYPE }).end(JSON.stringify({ files }))
  }

async function links(project = 'mirrored'): Promise<string[]> {
  const page = await ask(`/0/simple/${project}/`, { headers: { accept: JSON_TYPE } })
  return (JSON.parse(page.body.toString('utf8')) as { files: { url: string }[] }).files.map(({ url }) => url)
}

describe('a program inside', () => {
  it('does not use up the connections of the harness', async () => {
    vi.stubEnv('PIP_INDEX_URL', indexUrl(await start(index('json'), { tls: bench.tls, auth: AUTH })))
    await startMirror()
    const flood = Array.from({ length: 150 }, () => dial(''))
    await Promise.all(flood.slice(100).map(closed))
    expect(flood.slice(0, 100).filter(({ destroyed }) => destroyed)).toEqual([])
    flood[0]?.destroy()
    await vi.waitFor(async () => expect((await ask('/0/simple/mirrored/')).status).toBe(200))
  })

  it('asks once at a time on a connection', async () => {
    const server = await start((_request, _response) => {})
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    await startMirror()
    await closed(dial(Array.from({ length: 50 }, (_each, at) => get(`/0/simple/p${at}/`)).join('')))
    await vi.waitFor(() => expect(server.seen.length).toBeLessThanOrEqual(1))
  })

  it('that leaves takes its request with it', async () => {
    let left = 0
    const server = await start((request, response) => {
      if (request.url === '/simple/mirrored/') index('json')(request, response)
      else response.once('close', () => (left += 1))
    })
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    await startMirror()
    const waiting = ['a', 'b', 'c'].map((name) => dial(get(`/0/simple/${name}/`)))
    await vi.waitFor(() => expect(server.seen).toHaveLength(3))
    for (const each of waiting) each.destroy()
    await vi.waitFor(() => expect(left).toBe(3))
    expect((await ask('/0/simple/mirrored/')).status).toBe(200)
  })

  it('sends no bytes of its own but the name of a project and one range', async () => {
    const headers: unknown[] = []
    const server = await start((request, response) => {
      headers.push({ ...request.headers, host: '' })
      index('json')(request, response)
    })
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    await startMirror()
    const own = { 'x-secret': 'secret', 'user-agent': 'secret', cookie: 'secret', authorization: 'secret', referer: 'secret' }
    const page = await ask('/0/simple/mirrored/', { headers: { ...own, accept: `secret, ${JSON_TYPE}`, 'accept-encoding': 'secret' } })
    const file = fileOf(page.body)
    for (const range of ['bytes=1-2,3-4', 'bytes=1234567890123-', 'secret=1-', 'bytes= 1-']) await ask(file, { headers: { ...own, range } })
    expect(JSON.stringify(headers)).not.toContain('secret')
    expect(headers.slice(1)).toEqual(headers.slice(1).map(() => expect.not.objectContaining({ range: expect.anything() })))
    await ask(file, { headers: { range: 'bytes=-20' } })
    expect(headers.at(-1)).toMatchObject({ range: 'bytes=-20' })
  })

  it('does not fill the memory of the harness with pages that it does not read', { timeout: 60_000 }, async () => {
    const large = 'x'.repeat(14 * MIB)
    const page = gzipSync(JSON.stringify({ files: [{ filename: bench.wheel.filename, url: '/a', 'requires-python': large }] }))
    const server = await start((_request, response) => response.writeHead(200, { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' }).end(page))
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    await startMirror()
    const waiting = Array.from({ length: 18 }, (_each, at) => dial(get(`/0/simple/p${at}/`)))
    await vi.waitFor(() => expect(server.seen).toHaveLength(18))
    await vi.waitFor(async () => expect((await ask('/0/simple/more/')).reason).toContain('too many pages'), { timeout: 30_000, interval: 500 })
    for (const each of waiting) each.destroy()
    await vi.waitFor(async () => expect((await ask('/0/simple/more/')).status).toBe(200), { timeout: 10_000, interval: 200 })
  })

  it('and a page of the web that a browser outside shows under a name of its own are not the same', async () => {
    const server = await start(index('json'))
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    await startMirror()
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'evil.example:4000', '127.0.0.1@evil'])
      expect([host, (await ask('/0/simple/mirrored/', { headers: { host } })).status]).toEqual([host, 403])
    expect(server.seen).toEqual([])
    for (const host of ['127.0.0.1:4000', 'localhost'])
      expect([host, (await ask('/0/simple/mirrored/', { headers: { host } })).status]).toEqual([host, 200])
  })
})

describe('an index that means harm', () => {
  it('is not given what opens another index, neither of its URL nor of netrc', async () => {
    const other = await start(index('json'), { tls: bench.tls, auth: AUTH })
    const plain = await start(index('json'), {})
    const named = plain.origin.replace('127.0.0.1', 'localhost')
    const evil = await start(listing(`${other.origin}/private`, `${named}/private`))
    writeFileSync(join(folder, 'netrc'), 'machine localhost login reader password of-netrc\n')
    vi.stubEnv('NETRC', join(folder, 'netrc'))
    vi.stubEnv('PIP_INDEX_URL', `${evil.origin}/simple/`)
    vi.stubEnv('PIP_EXTRA_INDEX_URL', `${indexUrl(other)} ${named}/simple/`)
    await startMirror()
    for (const link of await links()) await ask(link)
    expect([...other.seen, ...plain.seen]).toMatchObject([
      { path: '/private', authorization: undefined },
      { path: '/private', authorization: undefined },
    ])
    for (const at of [1, 2]) await ask(`/${at}/simple/mirrored/`)
    expect([other.seen[1]?.authorization, plain.seen[1]?.authorization]).toEqual(
      [AUTH, 'reader:of-netrc'].map((auth) => `Basic ${Buffer.from(auth).toString('base64')}`),
    )
  })

  it('leads neither to this machine nor to its network', async (context) => {
    const [known] = await lookup(hostname(), { all: true }).catch(() => [])
    const addresses = [
      'localhost.',
      'a.localhost',
      '127.1',
      '[::1]',
      '[::ffff:10.0.0.1]',
      '10.1.2.3',
      '169.254.169.254',
      '192.168.0.1',
      '[fd00::1]',
      '0',
    ]
    const isInner = known !== undefined && isInnerName(known.address)
    const urls = [...addresses, ...(isInner ? [hostname()] : [])].map((name) => `https://${name}:1/x`)
    const proxy = await start(listing(...urls), {})
    vi.stubEnv('HTTP_PROXY', proxy.origin)
    vi.stubEnv('PIP_INDEX_URL', 'http://index.invalid/simple/')
    vi.stubEnv('PIP_TRUSTED_HOST', 'index.invalid')
    await startMirror()
    const found = await links()
    expect(found).toHaveLength(urls.length)
    for (const [at, link] of found.entries())
      expect([urls[at], await ask(link)]).toMatchObject([urls[at], { status: 502, reason: expect.stringContaining('refers to this machine') }])
    if (!isInner) context.skip('by a name, not run: the name of this machine leads nowhere, or to a public address')
  })

  it('fills no memory', { timeout: 60_000 }, async () => {
    const long = `https://example.org/${'a'.repeat(5000)}`
    const pages: Record<string, [Buffer, string?]> = {
      '/simple/long/': [Buffer.from(JSON.stringify({ files: [{ filename: bench.wheel.filename, url: long }] }))],
      '/simple/large/': [Buffer.alloc(33 * MIB, ' ')],
      '/simple/bomb/': [gzipSync(Buffer.alloc(64 * MIB, ' ')), 'gzip'],
      '/simple/deep/': [Buffer.alloc(4 * MIB, '[')],
    }
    const server = await start(({ url = '' }, response) => {
      const [body, encoding] = pages[url] ?? ['']
      response.writeHead(200, { 'content-type': JSON_TYPE, ...(encoding && { 'content-encoding': encoding }) }).end(body)
    })
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    await startMirror()
    expect(await links('long')).toEqual([])
    for (const name of ['large', 'bomb'])
      expect(await ask(`/0/simple/${name}/`)).toMatchObject({ status: 502, reason: expect.stringContaining('more than') })
    expect(await ask('/0/simple/deep/')).toMatchObject({ status: 502, reason: expect.stringContaining('cannot be read') })
  })
})

describe('a proxy', () => {
  it('that hangs up is asked once, and the answer says so', async () => {
    let asked = 0
    const proxy = createServer((client) => {
      asked += 1
      client.on('error', () => {}).once('data', () => client.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo
    vi.stubEnv('HTTPS_PROXY', `127.0.0.1:${port}`)
    vi.stubEnv('PIP_INDEX_URL', 'https://index.invalid/simple/')
    await startMirror()
    expect(await ask('/0/simple/mirrored/')).toMatchObject({ status: 502, reason: 'index.invalid did not answer (EPROXY)' })
    expect(asked).toBe(1)
    proxy.close()
  })

  it('for http is not one for https', async () => {
    const proxy = await start(listing(), {})
    vi.stubEnv('HTTP_PROXY', proxy.origin)
    vi.stubEnv('PIP_INDEX_URL', indexUrl(await start(index('json'), { tls: bench.tls, auth: AUTH })))
    await startMirror()
    expect((await ask('/0/simple/mirrored/')).status).toBe(200)
    expect(proxy.seen).toEqual([])
  })
})

describe('names', () => {
  const resolve = (by: 'anywhere' | 'outside', name: string, network = innerNetwork()) =>
    new Promise((done) => network[by](name, {}, (error, address) => done(error ? error.code : address)))

  it('are known for what they are, in whatever form', () => {
    for (const name of ['localhost', 'x.localhost.', '127.0.0.1', '[::1]', '[::ffff:7f00:1]', '172.31.0.1', '100.64.0.1', '[fe80::1]'])
      expect([name, isInnerName(name)]).toEqual([name, true])
    for (const name of ['pypi.org', 'localhost.example.org', '172.32.0.1', '8.8.8.8', '[2606:4700::1]', '10.example.org'])
      expect([name, isInnerName(name)]).toEqual([name, false])
  })

  it('are followed where they lead when the connection is made', async () => {
    const network = innerNetwork()
    expect(await resolve('outside', 'localhost', network)).toBe('EINNER')
    expect(await resolve('anywhere', 'localhost', network)).toMatch(/^(127\.0\.0\.1|::1)$/)
    expect(await resolve('outside', '8.8.8.8')).toBe('8.8.8.8')
  })
})
