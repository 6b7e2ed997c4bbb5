import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'

export interface Tls {
  /** Of the authority that signed it. */
  ca: string
  key: string
  cert: string
}

/** A certificate for 127.0.0.1 by an authority that nobody knows. `ca` is a path, the others are texts. */
export function makeTls(folder: string): Tls {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Test authority', '-keyout', 'ca.key', '-out', 'ca.pem')
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=127.0.0.1', '-keyout', 'leaf.key', '-out', 'leaf.csr')
  writeFileSync(join(folder, 'leaf.ext'), 'subjectAltName=IP:127.0.0.1\n')
  openssl(...'x509 -req -days 2 -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile leaf.ext -out leaf.pem'.split(' '))
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return { ca: join(folder, 'ca.pem'), key: read('leaf.key'), cert: read('leaf.pem') }
}

export interface Wheel {
  filename: string
  bytes: Buffer
  sha256: string
  metadata: string
}

const WHEEL = `
import sys, zipfile
folder, name, files = sys.argv[1], sys.argv[2], sys.argv[3:]
with zipfile.ZipFile(f"{folder}/{name}-1.0-py3-none-any.whl", "w") as wheel:
    info = f"{name}-1.0.dist-info"
    parts = {
        f"{name}.py": f"VALUE = '{name} works'\\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    parts[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in [*parts, f"{info}/RECORD"])
    for path, text in parts.items(): wheel.writestr(path, text)
`

/** A wheel of one module in a folder. */
export function makeWheel(python: string, folder: string, name: string): Wheel {
  execFileSync(python, ['-I', '-c', WHEEL, folder, name])
  const filename = `${name}-1.0-py3-none-any.whl`
  const bytes = readFileSync(join(folder, filename))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { filename, bytes, sha256, metadata: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n` }
}

export interface TestServer {
  /** `https://127.0.0.1:PORT`, or http. */
  origin: string
  port: number
  /** What was asked, in order. */
  seen: { method: string; path: string; authorization: string | undefined }[]
  close(): Promise<void>
}

/** A server on a loopback port; with `auth` (`name:password`) everything else is refused. */
export async function serve(answer: RequestListener, options: { tls?: Tls; auth?: string } = {}): Promise<TestServer> {
  const seen: TestServer['seen'] = []
  const wanted = options.auth && `Basic ${Buffer.from(options.auth).toString('base64')}`
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = request
    seen.push({ method, path, authorization: headers.authorization })
    if (wanted && headers.authorization !== wanted) response.writeHead(401).end('who are you')
    else answer(request, response)
  }
  const server = options.tls ? createTlsServer({ key: options.tls.key, cert: options.tls.cert }, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A proxy for CONNECT; `seen` holds what it was asked to reach. */
export async function serveProxy(): Promise<{ url: string; seen: string[]; close(): void }> {
  const seen: string[] = []
  const server = createServer()
  server.on('connect', (request, client) => {
    seen.push(request.url ?? '')
    const [host, port] = (request.url ?? '').split(':')
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    for (const side of [client, target]) side.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close: () => server.close() }
}

export async function freePort(): Promise<number> {
  const server = await serve(() => {})
  await server.close()
  return server.port
}
