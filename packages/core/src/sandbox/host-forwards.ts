/**
 * The part of the host program that forwards TCP connections from a loopback port to a unix socket, as source. It needs `send` and defines
 * `forward(request)`, which answers `started` once the port listens. Connections end with the host.
 */
export const FORWARDS_SOURCE = `
const { connect, createServer } = require('node:net')

/* Either side may end its half; what breaks on one side breaks on the other. */
function join(from, to) {
  from.on('error', () => to.destroy())
  from.once('close', () => (from.readableEnded && !from.errored ? to.end() : to.destroy()))
  from.pipe(to)
}

function forward({ id, port, socket }) {
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ path: socket, allowHalfOpen: true })
    join(incoming, outgoing)
    join(outgoing, incoming)
  })
  server.once('error', (error) => send({ id, type: 'failed', message: String(error.code) }))
  server.listen({ port, host: '127.0.0.1' }, () => {
    server.on('error', () => {})
    send({ id, type: 'started' })
  })
}
`
