import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { credentialsOf, netrcCredentials } from './credentials'
import type { PackageSources } from './package-sources'

/** What an index or the place of a file answered. */
export interface UpstreamAnswer {
  status: number
  headers: Dispatcher.ResponseData['headers']
  body: Dispatcher.ResponseData['body']
  /** After redirects. */
  url: URL
}

export interface UpstreamRequest {
  method: 'GET' | 'HEAD'
  headers: Record<string, string>
  /** The configured place that led to the URL. */
  source: URL
  signal: AbortSignal
}

export interface Upstream {
  /** Follows redirects. @throws UpstreamError */
  open(url: URL, request: UpstreamRequest): Promise<UpstreamAnswer>
  close(): Promise<void>
}

/** Nothing useful came back. The message is for the user: no URL, no credentials. */
export class UpstreamError extends Error {}

const REDIRECTS = 10
/** Bytes of one page of an index. */
const PAGE_LIMIT = 64 * 1024 ** 2
const ANSWER_LIMIT_MS = 45_000
/** Longest silence within an answer. */
const BODY_LIMIT_MS = 60_000

/** Requests as the user's pip would make them: its CA files, trusted hosts, credentials, and the proxies of the environment. */
export async function openUpstream(sources: PackageSources): Promise<Upstream> {
  const { EnvHttpProxyAgent, request } = await import('undici')
  const authorities = sources.certificates === undefined ? {} : { ca: sources.certificates }
  const agent = (tls: object) =>
    new EnvHttpProxyAgent({
      bodyTimeout: BODY_LIMIT_MS,
      ...proxies(),
      proxyTunnel: false,
      connect: { ...tls, timeout: 20_000 },
      requestTls: tls,
      proxyTls: authorities,
    })
  const strict = agent(authorities)
  const trusting = agent({ rejectUnauthorized: false })
  const places = [...sources.indexes, ...sources.linkPages]

  const isTrusted = (url: URL) => sources.trustedHosts.some((trusted) => trusted === url.hostname || trusted === url.host)

  /** As pip: https, or the machine itself, or a host that the user trusts; and a source elsewhere does not lead to this machine. */
  function check(url: URL, source: URL): void {
    if (isTrusted(url)) return
    if (isLoopback(url) && !isLoopback(source)) throw new UpstreamError(`${source.hostname} refers to this machine, which is not one of its places`)
    if (url.protocol === 'https:' || isLoopback(url)) return
    throw new UpstreamError(`${url.hostname} is plain http: pip takes packages from there when it is a trusted-host in its configuration`)
  }

  /** Only ever to the origin they are meant for. */
  function authorization(url: URL, source: URL): string | undefined {
    const holders = [url, source, ...places].filter((place) => place.origin === url.origin)
    return holders.map(credentialsOf).find(Boolean) ?? netrcCredentials(url.hostname)
  }

  async function once(url: URL, options: UpstreamRequest): Promise<UpstreamAnswer> {
    check(url, options.source)
    const secret = authorization(url, options.source)
    // The agent's own limits begin when it is connected: it tries for ever at a proxy that hangs up.
    const late = new AbortController()
    const limit = setTimeout(() => late.abort(), ANSWER_LIMIT_MS)
    const { statusCode, headers, body } = await request(withoutCredentials(url), {
      dispatcher: isTrusted(url) ? trusting : strict,
      method: options.method,
      headers: { ...options.headers, 'user-agent': 'forge', ...(secret === undefined ? {} : { authorization: secret }) },
      signal: AbortSignal.any([late.signal, options.signal]),
    })
      .catch((error: unknown) => {
        throw new UpstreamError(`${url.hostname} did not answer (${late.signal.aborted ? `within ${ANSWER_LIMIT_MS / 1000} s` : failureOf(error)})`)
      })
      .finally(() => clearTimeout(limit))
    body.on('error', () => {})
    return { status: statusCode, headers, body, url }
  }

  return {
    async open(url, options) {
      let current = url
      for (let hop = 0; hop <= REDIRECTS; hop += 1) {
        const answer = await once(current, options)
        const location = answer.headers.location
        if (![301, 302, 303, 307, 308].includes(answer.status) || typeof location !== 'string') return answer
        answer.body.destroy()
        const next = URL.canParse(location, current.href) ? new URL(location, current) : undefined
        const isWorse = next === undefined || !/^https?:$/.test(next.protocol) || (current.protocol === 'https:' && next.protocol !== 'https:')
        if (isWorse) throw new UpstreamError(`${current.hostname} redirects to where pip would not go`)
        current = next
      }
      throw new UpstreamError(`${url.hostname} redirects without end`)
    },
    async close() {
      await Promise.all([strict.destroy(), trusting.destroy()])
    },
  }
}

/** The whole text of a page. @throws UpstreamError */
export async function textOf({ body, headers, url }: UpstreamAnswer): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      size += part.length
      if (size > PAGE_LIMIT) throw new RangeError('too long')
      parts.push(part)
    }
    const bytes = Buffer.concat(parts)
    const isPacked = headers['content-encoding'] === 'gzip'
    return (isPacked ? await promisify(gunzip)(bytes, { maxOutputLength: PAGE_LIMIT }) : bytes).toString('utf8')
  } catch (error) {
    const isLong = error instanceof RangeError
    throw new UpstreamError(`${url.hostname} gave ${isLong ? `a page of more than ${PAGE_LIMIT} bytes` : `half an answer (${failureOf(error)})`}`)
  }
}

/** As pip reads the variables: the scheme may be missing, and ALL_PROXY stands for either. */
function proxies(): { httpProxy?: string; httpsProxy?: string } {
  const of = (scheme: string) => {
    const names = [`${scheme}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])
    return names
      .map((name) => process.env[name])
      .find(Boolean)
      ?.replace(/^(?!\w+:\/\/)/, 'http://')
  }
  const [http, https] = [of('http'), of('https')]
  return { ...(http && { httpProxy: http }), ...(https && { httpsProxy: https }) }
}

const isLoopback = ({ hostname }: URL) => /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\]|\[::ffff:7f.*\]|0\.0\.0\.0|\[::\])$/.test(hostname)

function withoutCredentials(url: URL): URL {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  bare.hash = ''
  return bare
}

/** A code such as ECONNREFUSED; messages may quote URLs. */
function failureOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } }
  const found = [code, cause?.code].find((value) => typeof value === 'string')
  return typeof found === 'string' ? found.slice(0, 60) : 'no reason given'
}
