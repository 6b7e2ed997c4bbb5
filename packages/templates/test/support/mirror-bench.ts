import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { type IncomingHttpHeaders, type RequestListener, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ProcessHost, startProcessHost } from '@forge/core'
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import { type PythonInterpreter, findPython } from '../../src/fastapi/environment/find-python'
import { type PackageMirror, startPackageMirror } from '../../src/fastapi/workplace/package-mirror'
import { type TestServer, type Tls, type Wheel, makeTls, makeWheel, serve } from './package-index'

export const PASSWORD = 'pass-w0rd-of-the-index'
export const AUTH = `reader:${PASSWORD}`
export const JSON_TYPE = 'application/vnd.pypi.simple.v1+json'

/** With credentials in the URL. */
export const indexUrl = (server: TestServer, auth = AUTH) => server.origin.replace('://', `://${auth}@`).concat('/simple/')

export interface MirrorBench {
  folder: string
  /** Of the mirror. */
  socket: string
  /** Folders of wheels: what the index serves, and a find-links folder. */
  places: { index: string; links: string }
  host: ProcessHost
  python: PythonInterpreter
  tls: Tls
  /** Of the package `mirrored`. */
  wheel: Wheel
  /** A server that is closed after the test. */
  start(answer: RequestListener, options?: { tls?: Tls; auth?: string }): Promise<TestServer>
  /** An index of the package `mirrored`. */
  index(form: 'json' | 'html', url?: string): RequestListener
  /** Closed after the test. */
  startMirror(port?: number): Promise<PackageMirror>
}

/** What tests of the mirror need, with pip configured for nothing but the test's authority. */
export function mirrorBench(): MirrorBench {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-mirror-')))
  const bench = { folder, socket: join(folder, 'mirror.sock'), places: { index: join(folder, 'index'), links: join(folder, 'links') } } as MirrorBench
  const open: { close(): Promise<void> }[] = []

  beforeAll(async () => {
    bench.host = await startProcessHost()
    bench.python = await findPython(bench.host)
    bench.tls = makeTls(folder)
    for (const place of Object.values(bench.places)) mkdirSync(place)
    bench.wheel = makeWheel(bench.python.executable, bench.places.index, 'mirrored')
    makeWheel(bench.python.executable, bench.places.links, 'linked')
  })
  afterAll(async () => {
    await bench.host.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    const configured = Object.keys(process.env).filter((name) => /^(PIP|UV)_|_proxy$|_CA_BUNDLE$|^SSL_CERT_FILE$/i.test(name))
    for (const name of configured) vi.stubEnv(name, undefined)
    vi.stubEnv('PIP_CONFIG_FILE', '/dev/null')
    vi.stubEnv('PIP_CERT', bench.tls.ca)
    vi.stubEnv('NETRC', join(folder, 'no-netrc'))
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()))
    vi.unstubAllEnvs()
  })

  bench.start = async (answer, options = { tls: bench.tls }) => {
    const server = await serve(answer, options)
    open.push(server)
    return server
  }
  bench.index = (form, url = `../../files/${bench.wheel.filename}`) => indexOf(bench.wheel, form, url)
  bench.startMirror = async (port = 4000) => {
    const mirror = await startPackageMirror({ host: bench.host, python: bench.python.executable, socket: bench.socket, port })
    open.push(mirror)
    return mirror
  }
  return bench
}

/** An index as most are: a page of one project, its wheel, and the wheel's metadata. */
const indexOf =
  (wheel: Wheel, form: 'json' | 'html', url: string): RequestListener =>
  ({ url: path, headers }, response) => {
    if (path === `/files/${wheel.filename}.metadata`) return response.end(wheel.metadata)
    if (path === `/files/${wheel.filename}`) {
      const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
      const range = headers.range ? { 'content-range': `bytes ${from}-${wheel.bytes.length - 1}/${wheel.bytes.length}` } : {}
      response.writeHead(headers.range ? 206 : 200, { 'content-length': wheel.bytes.length - from, 'set-cookie': 'a=b', ...range })
      return response.end(wheel.bytes.subarray(from))
    }
    if (path !== '/simple/mirrored/') return response.writeHead(404).end()
    if (form === 'html') {
      response.writeHead(200, { 'content-type': 'text/html' })
      const attributes = `data-requires-python="&gt;=3.8" data-core-metadata="true" data-yanked="not &quot;good&quot;"`
      return response.end(`<a href="${url}#sha256=${wheel.sha256}" ${attributes}>${wheel.filename}</a><a href="../other/">other</a>`)
    }
    response.writeHead(200, { 'content-type': JSON_TYPE })
    const hashes = { sha256: wheel.sha256 }
    const file = { filename: wheel.filename, url, hashes, 'requires-python': '>=3.8', 'core-metadata': true, yanked: 'not "good"', size: 7 }
    response.end(JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'mirrored', versions: ['1.0'], files: [file] }))
  }

/** Asks the mirror itself; the path goes out as it is. */
export function askAt(socket: string, path: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<{ status: number; reason: string; headers: IncomingHttpHeaders; body: Buffer; all: string }>((resolve, reject) => {
    const sent = request({ socketPath: socket, path, agent: false, ...options }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const { statusCode: status = 0, statusMessage: reason = '', headers } = response
        const body = Buffer.concat(parts)
        resolve({ status, reason, headers, body, all: `${reason} ${JSON.stringify(headers)} ${body.toString('latin1')}` })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** The link of a page's first file. */
export const fileOf = (body: Buffer): string => /\/0\/file\/[0-9a-f]+\/[\w.%-]+/.exec(body.toString('utf8'))?.[0] ?? 'no link'
