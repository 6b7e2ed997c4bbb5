import { type Socket, connect } from 'node:net'
import { isAbsolute, join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { ServerUrl } from './server-url'

const CONNECT_LIMIT_MS = 10_000
/** The request for encryption, to which the server answers with one letter before anything else is said. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** A new connection to a unix socket. */
export async function dialSocket(path: string): Promise<Socket> {
  const socket = connect(path)
  await opened(socket, 'connect')
  return socket
}

/** A new connection to the server, encrypted as its URL asks: the relay's other side is a unix socket, where nothing can be. */
export async function dialServer(server: ServerUrl): Promise<Socket> {
  if (isAbsolute(server.host)) return dialSocket(join(server.host, `.s.PGSQL.${server.port}`))
  const socket = connect({ host: server.host, port: server.port, noDelay: true, keepAlive: true })
  await opened(socket, 'connect')
  if (/^(disable|allow|false)$/.test(server.sslMode)) return socket
  socket.write(SSL_REQUEST)
  if ((await firstByte(socket)) === 'S') return encrypted(socket, server)
  if (/^(require|verify-ca|verify-full|true)$/.test(server.sslMode)) {
    socket.destroy()
    throw new Error('the server does not support TLS, which sslmode asks for')
  }
  return socket
}

async function encrypted(socket: Socket, server: ServerUrl): Promise<Socket> {
  const verify = server.sslMode.startsWith('verify-')
  const checkName = server.sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }
  const secure = connectTls({ socket, servername: server.host, rejectUnauthorized: verify, ...checkName })
  await opened(secure, 'secureConnect')
  return secure
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => socket.destroy(new Error('no answer in time')), CONNECT_LIMIT_MS)
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
    socket.once(event, () => {
      clearTimeout(limit)
      socket.off('error', reject)
      resolve()
    })
  })
}

function firstByte(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
    socket.once('readable', () => {
      socket.off('error', reject)
      resolve(String(socket.read(1) ?? ''))
    })
  })
}
