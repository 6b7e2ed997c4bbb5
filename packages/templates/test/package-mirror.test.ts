import { existsSync, statSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { startPackageMirror } from '../src/fastapi/workplace/package-mirror'
import { AUTH, JSON_TYPE, PASSWORD, askAt, fileOf, indexUrl, mirrorBench } from './support/mirror-bench'
import { serveProxy } from './support/package-index'

const bench = mirrorBench()
const { folder, socket, start, index, startMirror } = bench
const ask = (path: string, options?: Parameters<typeof askAt>[2]) => askAt(socket, path, options)

describe('the mirror', () => {
  it.each(['json', 'html'] as const)('keeps what a page says about a file, in either form (from %s)', async (form) => {
    vi.stubEnv('PIP_INDEX_URL', indexUrl(await start(index(form), { tls: bench.tls, auth: AUTH })))
    await startMirror()
    const json = await ask('/0/simple/mirrored/', { headers: { accept: `${JSON_TYPE}, text/html;q=0.1` } })
    expect(json.headers['content-type']).toBe(JSON_TYPE)
    const [file, ...others] = JSON.parse(json.body.toString('utf8')).files
    expect(others).toEqual([])
    const said = { 'requires-python': '>=3.8', 'core-metadata': true, 'dist-info-metadata': true, yanked: 'not "good"' }
    expect(file).toMatchObject({ filename: bench.wheel.filename, hashes: { sha256: bench.wheel.sha256 }, ...said })
    const html = (await ask('/0/simple/Mirrored/')).body.toString('utf8')
    expect(html).toContain(`href="${file.url}#sha256=${bench.wheel.sha256}" data-requires-python="&gt;=3.8" data-core-metadata="true"`)
    expect(html).toContain(`data-yanked="not &quot;good&quot;">${bench.wheel.filename}</a>`)
    expect(html.match(/<a /g)).toHaveLength(1)
  })

  it('passes files on: whole, in part, their size alone, and their metadata', async () => {
    vi.stubEnv('PIP_INDEX_URL', indexUrl(await start(index('json'), { tls: bench.tls, auth: AUTH })))
    await startMirror()
    const file = fileOf((await ask('/0/simple/mirrored/')).body)
    const whole = await ask(file)
    expect(whole.body.equals(bench.wheel.bytes)).toBe(true)
    expect(whole.headers).not.toHaveProperty('set-cookie')
    const part = await ask(file, { headers: { range: 'bytes=10-' } })
    expect(part).toMatchObject({ status: 206, headers: { 'content-length': String(bench.wheel.bytes.length - 10) } })
    expect(part.body.equals(bench.wheel.bytes.subarray(10))).toBe(true)
    const head = await ask(file, { method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(bench.wheel.bytes.length) } })
    expect((await ask(`${file}.metadata`)).body.toString('utf8')).toBe(bench.wheel.metadata)
  })

  it('serves nothing that no page listed, and no other path', async () => {
    const server = await start(index('json'))
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    await startMirror()
    const file = `/0/file/${'0'.repeat(32)}/${bench.wheel.filename}`
    expect((await ask(file)).status).toBe(404)
    const listed = fileOf((await ask('/0/simple/mirrored/')).body)
    const before = server.seen.length
    const absolute = [`${server.origin}/simple/mirrored/`, 'http://127.0.0.1/0/simple/mirrored/', '//127.0.0.1/0/simple/mirrored/']
    const tricks = ['/0/simple/../x', '/0/simple/../', '/0/simple/..%2fx/', '/0/simple/mirrored%2f..%2fx/', '/0/simple/mirrored/../', '/0/simple/']
    const others = ['/', '/0/', '/1/simple/mirrored/', '/0/links/', '/0/simple/mirrored', '/0/simple/mirrored/?x=1', '/00000/simple/mirrored/']
    const names = [
      '/0/simple/.hidden/',
      '/0/simple/a b/'.replace(' ', '%20'),
      `/0/simple/${'a'.repeat(101)}/`,
      `${listed}x`,
      `${listed}/../x`,
      `${listed}?x`,
    ]
    for (const path of [...absolute, ...tricks, ...others, ...names]) expect([path, (await ask(path)).status]).toEqual([path, 404])
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await ask('/0/simple/mirrored/', { method })).status).toBe(405)
    await expect(ask('127.0.0.1:80', { method: 'CONNECT' })).rejects.toThrow()
    expect(server.seen).toHaveLength(before)
  })

  it('sends credentials to the index alone, and never inside', async () => {
    const files = await start(index('json'))
    const server = await start(index('json', `${files.origin}/files/${bench.wheel.filename}`), { tls: bench.tls, auth: AUTH })
    vi.stubEnv('PIP_INDEX_URL', indexUrl(server))
    const { env } = await startMirror()
    const page = await ask('/0/simple/mirrored/')
    const answers = [page, await ask(fileOf(page.body)), await ask('/0/simple/unknown/'), await ask('/9/simple/mirrored/')]
    await server.close()
    answers.push(await ask('/0/simple/mirrored/'))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404, 502])
    expect(answers.at(-1)?.reason).toMatch(/^127\.0\.0\.1 did not answer \(\w+\)$/)
    const encoded = Buffer.from(AUTH).toString('base64')
    for (const text of [...answers.map(({ all }) => all), JSON.stringify(env)])
      for (const secret of [PASSWORD, encoded, 'reader']) expect(text).not.toContain(secret)
    expect(files.seen).toMatchObject([{ path: `/files/${bench.wheel.filename}`, authorization: undefined }])
  })

  it('follows redirects, but not from https to http, and not without end', async () => {
    const plain = await start(index('json'), {})
    const files = await start(index('json'))
    const moved: RequestListener = (request, response) => {
      const to = {
        '/good': `${files.origin}/files/${bench.wheel.filename}`,
        '/bad': `${plain.origin}/files/${bench.wheel.filename}`,
        '/round': '/round',
      }[request.url ?? '']
      if (to !== undefined) return response.writeHead(302, { location: to }).end()
      const urls = ['good', 'bad', 'round'].map((name) => ({ filename: `${name}-1.0-py3-none-any.whl`, url: `/${name}`, hashes: {} }))
      response.writeHead(200, { 'content-type': JSON_TYPE }).end(JSON.stringify({ files: urls }))
    }
    vi.stubEnv('PIP_INDEX_URL', indexUrl(await start(moved)))
    await startMirror()
    const page = await ask('/0/simple/mirrored/', { headers: { accept: JSON_TYPE } })
    const urls = JSON.parse(page.body.toString('utf8')).files.map((file: { url: string }) => file.url)
    const [good, bad, round] = [await ask(urls[0]), await ask(urls[1]), await ask(urls[2])]
    expect(good.body.equals(bench.wheel.bytes)).toBe(true)
    expect(bad).toMatchObject({ status: 502, reason: expect.stringContaining('redirects to where pip would not go') })
    expect(round).toMatchObject({ status: 502, reason: expect.stringContaining('without end') })
    expect(files.seen[0]?.authorization).toBeUndefined()
    expect(plain.seen).toEqual([])
  })

  it('trusts the configured authority alone, or a trusted host', async () => {
    const server = await start(index('json'))
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    vi.stubEnv('PIP_CERT', undefined)
    const first = await startMirror()
    expect(await ask('/0/simple/mirrored/')).toMatchObject({ status: 502, reason: expect.stringContaining('VERIFY') })
    await first.close()
    vi.stubEnv('PIP_TRUSTED_HOST', '127.0.0.1')
    const second = await startMirror()
    expect((await ask('/0/simple/mirrored/')).status).toBe(200)
    await second.close()
    vi.stubEnv('PIP_TRUSTED_HOST', undefined)
    vi.stubEnv('SSL_CERT_FILE', bench.tls.ca)
    await startMirror()
    expect((await ask('/0/simple/mirrored/')).status).toBe(200)
  })

  it('serves further indexes, pages of links and what netrc knows', async () => {
    const page: RequestListener = (request, response) =>
      index('html')({ ...request, url: '/simple/mirrored/', headers: {} } as typeof request, response)
    const further = await start(index('html'), { tls: bench.tls, auth: 'mirror:other-password' })
    writeFileSync(join(folder, 'netrc'), 'machine elsewhere login x password y\nmachine 127.0.0.1\n  login mirror\n  password other-password\n')
    vi.stubEnv('NETRC', join(folder, 'netrc'))
    vi.stubEnv('PIP_INDEX_URL', indexUrl(await start(index('json'), { tls: bench.tls, auth: AUTH })))
    vi.stubEnv('PIP_EXTRA_INDEX_URL', `${further.origin}/simple`)
    vi.stubEnv('PIP_FIND_LINKS', `${(await start(page)).origin}/pages/links.html`)
    const { env } = await startMirror(4321)
    expect(env).toMatchObject({ PIP_INDEX_URL: 'http://127.0.0.1:4321/0/simple/', PIP_EXTRA_INDEX_URL: 'http://127.0.0.1:4321/1/simple/' })
    expect(env).toMatchObject({
      UV_DEFAULT_INDEX: env['PIP_INDEX_URL'],
      UV_INDEX: env['PIP_EXTRA_INDEX_URL'],
      PIP_FIND_LINKS: 'http://127.0.0.1:4321/0/links/',
    })
    for (const path of ['/0/simple/mirrored/', '/1/simple/mirrored/', '/0/links/'])
      expect((await ask(path)).body.toString('utf8')).toContain(`>${bench.wheel.filename}</a>`)
  })

  it('says when the index wants other credentials, or gives nonsense', async () => {
    const strange: RequestListener = (_request, response) => response.writeHead(200, { 'content-type': JSON_TYPE }).end('{')
    vi.stubEnv('PIP_INDEX_URL', indexUrl(await start(index('json'), { tls: bench.tls, auth: AUTH }), 'reader:wrong-password'))
    vi.stubEnv('PIP_EXTRA_INDEX_URL', `${(await start(strange)).origin}/simple/`)
    await startMirror()
    expect(await ask('/0/simple/mirrored/')).toMatchObject({ status: 502, reason: '127.0.0.1 answered with status 401' })
    expect(await ask('/1/simple/mirrored/')).toMatchObject({ status: 502, reason: expect.stringContaining('cannot be read') })
  })

  it('goes through the proxy of the environment', async () => {
    const proxy = await serveProxy()
    const server = await start(index('json'))
    vi.stubEnv('PIP_INDEX_URL', `${server.origin}/simple/`)
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    const first = await startMirror()
    expect((await ask('/0/simple/mirrored/')).status).toBe(200)
    expect(proxy.seen).toEqual([`127.0.0.1:${server.port}`])
    await first.close()
    vi.stubEnv('NO_PROXY', '127.0.0.1')
    await startMirror()
    expect((await ask('/0/simple/mirrored/')).status).toBe(200)
    expect(proxy.seen).toHaveLength(1)
    proxy.close()
  })

  it('is for its user alone, closes twice, and leaves no socket', async () => {
    const { close } = await startMirror()
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    await expect(startPackageMirror({ host: bench.host, python: bench.python.executable, socket, port: 4001 })).rejects.toMatchObject({
      code: 'ENVIRONMENT_FAILED',
    })
    await Promise.all([close(), close()])
    expect(existsSync(socket)).toBe(false)
  })

  it.each([
    ['a socket path that is too long', {}, `/${'a'.repeat(100)}`],
    ['a CA file that is not there', { PIP_CERT: '/nowhere/ca.pem' }, socket],
    ['an index that is no URL of the web', { PIP_INDEX_URL: 'ftp://reader:secret-word@example.org/simple/' }, socket],
  ])('refuses %s', async (_what, env, at) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const failure = await startPackageMirror({ host: bench.host, python: bench.python.executable, socket: at, port: 4000 }).catch((error) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', remedy: expect.any(String) })
    expect(failure.message).not.toContain('secret-word')
  })
})
