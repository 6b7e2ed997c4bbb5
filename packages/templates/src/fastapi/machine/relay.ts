import { type Server, type Socket, createServer } from 'node:net'

/** Passes bytes between connections that come in at one place and new ones to another. */
export interface Relay {
  /** Its port on 127.0.0.1; 0 for a unix socket. */
  port: number
  close(): Promise<void>
}

/** Where to listen: a unix socket's path, or a port on 127.0.0.1 (0: any free one). */
export type ListenAddress = { path: string } | { port: number }

/**
 * Starts listening. A connection that is not admitted, or cannot be passed on is closed. Does not keep the harness alive by itself.
 * @throws the system's error (`EADDRINUSE`) when the place is taken.
 */
export async function startRelay(at: ListenAddress, dial: () => Promise<Socket>, admit?: (incoming: Socket) => Promise<boolean>): Promise<Relay> {
  const open = new Set<Socket>()
  const pass = async (incoming: Socket) => {
    if (admit !== undefined && !(await admit(incoming))) return
    const outgoing = await dial()
    track(open, outgoing)
    join(incoming, outgoing)
  }
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    track(open, incoming)
    pass(incoming).catch(() => incoming.destroy())
  })
  await listen(server, at)
  server.unref()
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

function track(open: Set<Socket>, socket: Socket): void {
  open.add(socket)
  socket.once('close', () => open.delete(socket))
  socket.on('error', () => socket.destroy())
}

function join(a: Socket, b: Socket): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    if (from.destroyed) to.destroy()
    from.once('close', () => (from.readableEnded && !from.errored ? to.end() : to.destroy()))
    from.pipe(to)
  }
}

function listen(server: Server, at: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen('path' in at ? at.path : { port: at.port, host: '127.0.0.1' }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
