import type { Dispatcher, Pool } from 'undici'
import type { InnerNetwork } from './inner-network'

/** Whom connections are made to: any certificate will do; as configured; as configured, and not on this machine or in its network. */
export type Reach = 'trusting' | 'strict' | 'outward'

export interface UpstreamAgents {
  agent(reach: Reach, scheme: string): Dispatcher
  close(): Promise<void>
}

export interface AgentOptions {
  /** PEM texts; undefined: those of Node. */
  certificates: string[] | undefined
  network: InnerNetwork
  /** Milliseconds for the answer of a proxy. */
  answerLimitMs: number
  /** Longest silence within an answer. */
  bodyLimitMs: number
}

/** Connections by the proxies of the environment, made as they are needed. */
export async function upstreamAgents({ certificates, network, answerLimitMs, bodyLimitMs }: AgentOptions): Promise<UpstreamAgents> {
  const { EnvHttpProxyAgent, Pool } = await import('undici')
  const authorities = certificates === undefined ? {} : { ca: certificates }
  const made = new Map<string, Dispatcher>()

  function make(reach: Reach, scheme: string): Dispatcher {
    const tls = reach === 'trusting' ? { rejectUnauthorized: false } : authorities
    const proxy = proxyFor(scheme)
    return new EnvHttpProxyAgent({
      bodyTimeout: bodyLimitMs,
      httpProxy: proxy,
      httpsProxy: proxy,
      proxyTunnel: false,
      connect: { ...tls, lookup: reach === 'outward' ? network.outside : network.anywhere, timeout: 20_000 },
      requestTls: tls,
      proxyTls: authorities,
      clientFactory: (url, options) => patientOnce(new Pool(url, { ...options, headersTimeout: answerLimitMs })),
    })
  }

  return {
    agent(reach, scheme) {
      const key = `${reach} ${scheme}`
      const agent = made.get(key) ?? make(reach, scheme)
      made.set(key, agent)
      return agent
    },
    async close() {
      await Promise.all([...made.values()].map((agent) => agent.destroy()))
    },
  }
}

/** A proxy that hangs up: to undici the failure of a socket is a reason to try again at once, without end. */
function patientOnce(pool: Pool): Pool {
  const connect = pool.connect.bind(pool) as (options: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData>
  const failing = (options: Dispatcher.ConnectOptions) =>
    connect(options).catch((cause) => {
      throw Object.assign(new Error('the proxy did not connect', { cause }), { code: 'EPROXY' })
    })
  return Object.assign(pool, { connect: failing })
}

/** As pip reads the variables: the scheme may be missing, and ALL_PROXY stands for either. Empty without one, so that nobody looks further. */
function proxyFor(scheme: string): string {
  const names = [`${scheme}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])
  const value = names.map((name) => process.env[name]).find(Boolean) ?? ''
  return value.replace(/^(?!$|\w+:\/\/)/, 'http://')
}
