import { once } from 'node:events'
import type { Socket } from 'node:net'

const LIMIT_MS = 10_000
/** No client says more than that before it is known. */
const LONGEST = 10_000
const CANCEL = 80_877_102
/** Requests for encryption with TLS and GSSAPI; a unix socket has neither. */
const ENCRYPTION: ReadonlySet<number> = new Set([80_877_103, 80_877_104])

/**
 * Reads who a PostgreSQL client says it is, and puts what was read back. A client that is not admitted is told so.
 * @returns whether the connection may be passed on
 */
export async function admits(socket: Socket, users: ReadonlySet<string>): Promise<boolean> {
  const message = await readStartup(socket)
  if (message.readInt32BE(4) !== CANCEL) {
    const named = usersOf(message)
    if (named.length === 0 || !named.every((user) => users.has(user))) {
      socket.end(refusal(`the role "${named[0] ?? ''}" may not connect here`))
      return false
    }
  }
  socket.unshift(message)
  return true
}

async function readStartup(socket: Socket): Promise<Buffer> {
  const limit = AbortSignal.timeout(LIMIT_MS)
  for (;;) {
    const head = await take(socket, 8, limit)
    const length = head.readInt32BE(0)
    if (length < 8 || length > LONGEST) throw new Error('not a PostgreSQL client')
    const message = length === 8 ? head : Buffer.concat([head, await take(socket, length - 8, limit)])
    if (!ENCRYPTION.has(message.readInt32BE(4))) return message
    socket.write('N')
  }
}

async function take(socket: Socket, bytes: number, limit: AbortSignal): Promise<Buffer> {
  for (;;) {
    const part = socket.read(bytes) as Buffer | null
    if (part?.length === bytes) return part
    if (part !== null || socket.readableEnded || socket.destroyed) throw new Error('the client left')
    await once(socket, 'readable', { signal: limit })
  }
}

/** Every value of `user` among the pairs of texts that follow the version. */
function usersOf(message: Buffer): string[] {
  const texts = message.toString('utf8', 8).split('\0')
  return texts.filter((_, index) => index % 2 === 1 && texts[index - 1] === 'user')
}

function refusal(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C28000\0M${message}\0\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
