import { isAbsolute } from 'node:path'
import { ForgeError } from '@forge/core'
import { ownName } from './server-user'

/** Where the server of a `DATABASE_URL` is, and who connects to it. */
export interface ServerUrl {
  user: string
  password: string | undefined
  database: string
  /** A host name or address, or the absolute folder of a unix socket. */
  host: string
  port: number
  /** How much the connection is to be encrypted, in libpq's words; only over TCP. */
  sslMode: string
}

const SCHEME = /^postgres(ql)?(\+\w+)?:\/\//

/** Reads the URLs that libpq reads (the first host only), and SQLAlchemy's with a driver. `undefined` when it is not PostgreSQL's. @throws ForgeError DATABASE_MISSING when nothing names a user */
export function parseServerUrl(text: string): ServerUrl | undefined {
  if (!SCHEME.test(text)) return undefined
  const url = asUrl(text)
  if (url === undefined) return undefined
  const query = url.searchParams
  const user = decodeURIComponent(url.username) || query.get('user') || process.env['PGUSER'] || ownName()
  if (user === undefined) throw userless()
  const place = first(query.get('host')) || bareHost(url.hostname) || process.env['PGHOST'] || 'localhost'
  return {
    user,
    password: decodeURIComponent(url.password) || query.get('password') || process.env['PGPASSWORD'] || undefined,
    database: decodeURIComponent(url.pathname.slice(1)) || query.get('dbname') || user,
    host: place,
    port: Number(first(query.get('port')) || url.port || process.env['PGPORT'] || 5432),
    sslMode: isAbsolute(place) ? 'disable' : (query.get('sslmode') ?? query.get('ssl') ?? process.env['PGSSLMODE'] ?? 'prefer'),
  }
}

function userless(): ForgeError {
  return new ForgeError('DATABASE_MISSING', 'DATABASE_URL names no role, and the user that runs Forge has no name on this machine.', {
    remedy: 'Name the role in it: postgresql://role@host/database.',
  })
}

/** A generic URL cannot have a user without a host, nor several hosts; libpq's can. */
function asUrl(text: string): URL | undefined {
  const [, before = '', hosts = '', after = ''] = /^([^/?#]*@)?([^/?#]*)(.*)$/s.exec(text.replace(SCHEME, '')) ?? []
  const host = first(hosts.startsWith('%2F') ? null : hosts) || 'socket.invalid'
  try {
    const url = new URL(`http://${before}${host}${after}`)
    if (hosts.startsWith('%2F')) url.searchParams.set('host', decodeURIComponent(hosts.replace(/:\d+$/, '')))
    return url
  } catch {
    return undefined
  }
}

const first = (list: string | null) => list?.split(',')[0] ?? ''
const bareHost = (name: string) => (name === 'socket.invalid' ? '' : name.replace(/^\[|\]$/g, ''))
