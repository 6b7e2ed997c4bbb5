import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { credentialsOf, netrcCredentials } from './credentials'
import { INNER, innerNetwork } from './inner-network'
import type { PackageSources } from './package-sources'
import { upstreamAgents } from './upstream-agents'

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
const PAGE_LIMIT = 32 * 1024 ** 2
const ANSWER_LIMIT_MS = 45_000
/** Longest silence within an answer. */
const BODY_LIMIT_MS = 60_000

/** Requests as the user's pip would make them: its CA files, trusted hosts, credentials, and the proxies of the environment. */
export async function openUpstream(sources: PackageSources): Promise<Upstream> {
  const { request } = await import('undici')
  const network = innerNetwork()
  const limits = { answerLimitMs: ANSWER_LIMIT_MS, bodyLimitMs: BODY_LIMIT_MS }
  const agents = await upstreamAgents({ certificates: sources.certificates, network, ...limits })

  const isTrusted = (url: URL) => sources.trustedHosts.some((trusted) => trusted === url.hostname || trusted === url.host)

  const refersInside = (source: URL) =>
    new UpstreamError(`${source.hostname} refers to this machine or its own network, where it has no place itself: a trusted-host may be there`)

  /** As pip: https, or the machine itself, or a host that the user trusts; and a source elsewhere does not lead to this machine or its network. */
  function agentFor(url: URL, source: URL): Dispatcher {
    const scheme = url.protocol.slice(0, -1)
    if (isTrusted(url)) return agents.agent('trusting', scheme)
    const mayBeInner = url.hostname === source.hostname || network.holds(source.hostname)
    if (network.holds(url.hostname) && !mayBeInner) throw refersInside(source)
    if (url.protocol === 'https:' || isLoopback(url)) return agents.agent(mayBeInner ? 'strict' : 'outward', scheme)
    throw new UpstreamError(`${url.hostname} is plain http: pip takes packages from there when it is a trusted-host in its configuration`)
  }

  /** Those of the link or of the place that led to it, only ever to their own origin: a page cannot have files read with what is meant for another. */
  function authorization(url: URL, source: URL): string | undefined {
    const holders = [url, source].filter((place) => place.origin === url.origin)
    return holders.map(credentialsOf).find(Boolean) ?? (url.hostname === source.hostname ? netrcCredentials(url.hostname) : undefined)
  }

  async function once(url: URL, options: UpstreamRequest): Promise<UpstreamAnswer> {
    const dispatcher = agentFor(url, options.source)
    const secret = authorization(url, options.source)
    // The agent's own limits, and its care for the signal, begin when it is connected.
    const late = new AbortController()
    const limit = setTimeout(() => late.abort(), ANSWER_LIMIT_MS)
    const signal = AbortSignal.any([late.signal, options.signal])
    const answer = request(withoutCredentials(url), {
      dispatcher,
      method: options.method,
      headers: { ...options.headers, 'user-agent': 'forge', ...(secret === undefined ? {} : { authorization: secret }) },
      signal,
    })
    const { statusCode, headers, body } = await Promise.race([answer, aborted(signal)])
      .catch((error: unknown) => {
        if (failureOf(error) === INNER) throw refersInside(options.source)
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
      await agents.close()
    },
  }
}

/** The whole text of a page. `hold` is told of every piece that is kept. @throws UpstreamError */
export async function textOf({ body, headers, url }: UpstreamAnswer, hold: (bytes: number) => void): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      size += part.length
      if (size > PAGE_LIMIT) throw new RangeError('too long')
      hold(part.length)
      parts.push(part)
    }
    const bytes = Buffer.concat(parts)
    const isPacked = headers['content-encoding'] === 'gzip'
    return (isPacked ? await promisify(gunzip)(bytes, { maxOutputLength: PAGE_LIMIT }) : bytes).toString('utf8')
  } catch (error) {
    if (error instanceof UpstreamError) throw error
    const isLong = error instanceof RangeError
    throw new UpstreamError(`${url.hostname} gave ${isLong ? `a page of more than ${PAGE_LIMIT} bytes` : `half an answer (${failureOf(error)})`}`)
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(signal.reason)
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
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
