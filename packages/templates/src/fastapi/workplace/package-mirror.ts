import { createHash } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { isAbsolute } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ForgeError, type ProcessHost } from '@forge/core'
import { ACCEPT_PAGE, type IndexFile, JSON_TYPE, readPage, writePage } from './index-page'
import { mirrorEnvironment } from './mirror-environment'
import { type PackageSources, packageSources } from './package-sources'
import { type Upstream, UpstreamError, openUpstream, textOf } from './upstream'

export interface PackageMirrorOptions {
  host: ProcessHost
  /** Interpreter whose pip's configuration counts. */
  python: string
  /** Absolute path of the unix socket to listen on, in a folder of the harness's own; at most 100 bytes. */
  socket: string
  /** Where commands inside reach it, on 127.0.0.1 (see `Forward`). */
  port: number
  signal?: AbortSignal
}

/** The user's package indexes, for commands that reach nothing else. */
export interface PackageMirror {
  /** Makes pip and uv use it and nothing else. */
  env: Record<string, string>
  /** Local folders of packages. */
  readable: string[]
  /** Idempotent. */
  close(): Promise<void>
}

/** Names by the grammar of packages; the path is never decoded, so nothing else can be meant by it. */
const PROJECT_PATH = /^\/(\d{1,2})\/simple\/([a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?)\/$/i
const LINKS_PATH = /^\/(\d{1,2})\/links\/$/
const FILE_PATH = /^\/\d{1,2}\/file\/([0-9a-f]{32})\/([^/?#]+)$/
/** One range: as much as tools ask for, and nothing that carries data. */
const RANGE = /^bytes=\d{0,12}-\d{0,12}$/
/** As those who are meant say it: a page of the web that a browser outside shows, under a name of its own for 127.0.0.1, is not served. */
const HOST = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/

/** Kept of what upstream says about a file. */
const FILE_HEADERS = ['content-type', 'content-length', 'content-range', 'content-encoding', 'accept-ranges', 'etag', 'last-modified']

/** Files that may be asked for; the oldest are forgotten. */
const LISTED_LIMIT = 200_000
const LONGEST_URL = 4096
/** Connections at a time; uv downloads 50 files side by side. A program inside must not use up the harness's files. */
const CONNECTION_LIMIT = 100
/** A connection on which nothing moves, in either direction. */
const IDLE_LIMIT_MS = 180_000
/** Bytes of pages that are held at a time, for all requests together: read, or written and not yet taken. */
const HELD_LIMIT = 256 * 1024 ** 2

interface Listed {
  url: string
  filename: string
  hasMetadata: boolean
  source: URL
}

/**
 * Serves the pages of single projects from the indexes that the user's pip is configured for, and the files that these pages listed; nothing else.
 * Requests go out with the user's credentials, CA files and proxies; none of that is seen inside.
 * @throws ForgeError CONFIG_INVALID, ENVIRONMENT_FAILED
 */
export async function startPackageMirror(options: PackageMirrorOptions): Promise<PackageMirror> {
  const { socket, port } = options
  if (!isAbsolute(socket) || Buffer.byteLength(socket) > 100)
    throw new ForgeError('CONFIG_INVALID', `The package mirror cannot listen on ${socket}.`, {
      remedy: 'Give an absolute path of at most 100 bytes.',
    })
  const sources = await packageSources(options.host, options.python, options.signal)
  const upstream = await openUpstream(sources)
  const server = createServer((request, response) => {
    // Another request before the answer to the last one: none of the tools does that, and each would count as no connection.
    if (response.socket === null) request.socket.destroy()
    else void serve(request, response)
  })
  server.maxConnections = CONNECTION_LIMIT
  server.timeout = IDLE_LIMIT_MS
  const answer = answerFrom(sources, upstream)

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    response.on('error', () => {})
    try {
      await answer(request, response, gone.signal)
    } catch (error) {
      if (response.headersSent) response.destroy()
      else refuse(response, 502, error instanceof UpstreamError ? error.message : 'the answer of the package index cannot be read')
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const remedy = 'Give a path in a folder that exists, where no other file is.'
      reject(new ForgeError('ENVIRONMENT_FAILED', `The package mirror cannot listen on ${socket}: ${cause.message}`, { remedy, cause }))
    })
    server.listen(socket, resolve)
  }).catch(async (error) => {
    await upstream.close()
    throw error
  })
  server.on('error', () => {})
  chmodSync(socket, 0o600)
  let closing: Promise<void> | undefined
  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await upstream.close()
    await closed
  }
  return {
    env: mirrorEnvironment(sources, `http://127.0.0.1:${port}`),
    readable: [...new Set([...sources.linkFolders, ...sources.indexFolders])],
    close: () => (closing ??= close()),
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => Promise<void>

function answerFrom(sources: PackageSources, upstream: Upstream): Answer {
  const listed = new Map<string, Listed>()
  let held = 0

  /** Counts what is held until an answer is taken. @throws UpstreamError when that is too much */
  function holder(response: ServerResponse): (bytes: number) => void {
    let own = 0
    response.once('close', () => {
      held -= own
    })
    return (bytes) => {
      if (response.destroyed || held + bytes > HELD_LIMIT) throw new UpstreamError('too many pages are asked for at a time')
      own += bytes
      held += bytes
    }
  }

  /** The place of a file in the mirror; its id says nothing about credentials. */
  function list(index: string, file: IndexFile, source: URL): string {
    const bare = Object.assign(new URL(file.url), { username: '', password: '' })
    const id = createHash('sha256').update(`${source.host}${source.pathname} ${bare.href}`).digest('hex').slice(0, 32)
    listed.delete(id)
    listed.set(id, { url: file.url, filename: file.filename, hasMetadata: Boolean(file.metadata), source })
    if (listed.size > LISTED_LIMIT) listed.delete(listed.keys().next().value as string)
    return `/${index}/file/${id}/${encodeURIComponent(file.filename)}`
  }

  async function page(request: IncomingMessage, response: ServerResponse, signal: AbortSignal, index: string, project?: string): Promise<void> {
    const source = (project === undefined ? sources.linkPages : sources.indexes)[Number(index)]
    if (source === undefined && project !== undefined && sources.indexes.length === 0 && !sources.noIndex)
      return refuse(response, 502, 'no package index is known: set index-url in the configuration of pip outside')
    if (source === undefined) return refuse(response, 404, 'no such index')
    const url = project === undefined ? source : new URL(`${project.toLowerCase().replace(/[-_.]+/g, '-')}/`, source)
    const found = await upstream.open(url, { method: 'GET', headers: { accept: ACCEPT_PAGE, 'accept-encoding': 'gzip' }, source, signal })
    const hold = holder(response)
    const text = await textOf(found, hold)
    if (found.status === 404 || found.status === 410) return refuse(response, 404, 'the package index has no such project')
    if (found.status !== 200) return refuse(response, 502, `${url.hostname} answered with status ${found.status}`)
    const files = readPage(text, String(found.headers['content-type'] ?? ''), found.url).filter(({ url }) => url.length <= LONGEST_URL)
    const wantsJson = request.headers.accept?.includes(JSON_TYPE) === true
    const { type, body } = writePage(project ?? 'links', files, (file) => list(index, file, source), wantsJson && project !== undefined)
    hold(body.length)
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-cache' })
    response.end(body)
  }

  async function file(request: IncomingMessage, response: ServerResponse, signal: AbortSignal, id: string, name: string): Promise<void> {
    const entry = listed.get(id)
    const wanted = decoded(name)
    const isMetadata = wanted === `${entry?.filename}.metadata`
    if (entry === undefined || !(isMetadata ? entry.hasMetadata : wanted === entry.filename))
      return refuse(response, 404, 'no page listed such a file')
    const url = new URL(entry.url)
    if (isMetadata) url.pathname += '.metadata'
    const range = request.headers.range
    const found = await upstream.open(url, {
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      headers: { 'accept-encoding': 'identity', ...(range !== undefined && RANGE.test(range) ? { range } : {}) },
      source: entry.source,
      signal,
    })
    if (![200, 206, 416].includes(found.status)) {
      found.body.destroy()
      return refuse(response, found.status === 404 ? 404 : 502, `${url.hostname} answered with status ${found.status}`)
    }
    response.writeHead(found.status, Object.fromEntries(FILE_HEADERS.flatMap((name) => (found.headers[name] ? [[name, found.headers[name]]] : []))))
    await pipeline(found.body, response)
  }

  return async (request, response, signal) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'only GET and HEAD are served', { allow: 'GET, HEAD' })
    if (!HOST.test(request.headers.host ?? '')) return refuse(response, 403, 'the mirror is known by the name 127.0.0.1')
    const path = request.url ?? ''
    const [, index, project] = PROJECT_PATH.exec(path) ?? LINKS_PATH.exec(path) ?? []
    if (index !== undefined) return page(request, response, signal, index, project)
    const [, id, name] = FILE_PATH.exec(path) ?? []
    if (id !== undefined && name !== undefined) return file(request, response, signal, id, name)
    refuse(response, 404, 'the mirror serves the pages of packages and their files only')
  }
}

function refuse(response: ServerResponse, status: number, reason: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, reason.replace(/[^ -~]/g, '?'), { ...headers, 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${reason}\n`)
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
