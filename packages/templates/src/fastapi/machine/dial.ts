import { once } from 'node:events'
import { type Socket, connect, isIP } from 'node:net'
import { isAbsolute, join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { ServerUrl } from './server-url'

const CONNECT_LIMIT_MS = 10_000
/** The request for encryption, to which the server answers with one letter before anything else is said. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** A new connection to a unix socket. */
export async function dialSocket(path: string): Promise<Socket> {
  const socket = connect(path)
  await happened(socket, 'connect')
  return socket
}

/**
 * A new connection to the server, encrypted as its URL asks: the relay's other side is a unix socket, where nothing can be.
 * @param limitMs for each step; default 10 s
 */
export async function dialServer(server: ServerUrl, limitMs = CONNECT_LIMIT_MS): Promise<Socket> {
  if (isAbsolute(server.host)) return dialSocket(join(server.host, `.s.PGSQL.${server.port}`))
  const socket = connect({ host: server.host, port: server.port, noDelay: true, keepAlive: true })
  await happened(socket, 'connect', limitMs)
  if (/^(disable|allow|false)$/.test(server.sslMode)) return socket
  socket.write(SSL_REQUEST)
  await happened(socket, 'readable', limitMs)
  const answer = String(socket.read(1) ?? '')
  if (answer === 'S') return encrypted(socket, server, limitMs)
  if (answer === 'N' && server.sslMode === 'prefer') return socket
  socket.destroy()
  throw new Error(answer === 'N' ? `it does not support TLS, which sslmode=${server.sslMode} asks for` : 'it closed the connection')
}

async function encrypted(socket: Socket, server: ServerUrl, limitMs: number): Promise<Socket> {
  const verify = server.sslMode.startsWith('verify-')
  const checkName = server.sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }
  const name = isIP(server.host) ? {} : { servername: server.host }
  const secure = connectTls({ socket, host: server.host, ...name, rejectUnauthorized: verify, ...checkName })
  await happened(secure, 'secureConnect', limitMs)
  return secure
}

async function happened(socket: Socket, event: 'connect' | 'readable' | 'secureConnect', limitMs = CONNECT_LIMIT_MS): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  try {
    await once(socket, event, { signal: limit })
  } catch (error) {
    socket.destroy()
    throw limit.aborted ? new Error('it does not answer') : error
  }
}
