// Stands between an application and PostgreSQL, and writes down the statements that go by.
import { connect, createServer } from 'node:net'

const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104

/**
 * @param {string} databaseUrl where PostgreSQL is, by port or by socket
 * @returns {Promise<{ url: string, take(): string[], close(): void }>} `url`: the same database by way of this; `take`: the statements since the last call
 */
export async function watched(databaseUrl) {
  const [, user, address, database, query] = /^\w+:\/\/(?:([^/@]*)@)?([^/?]*)\/([^?]*)\??(.*)$/.exec(databaseUrl)
  const [hostname, ownPort] = address.split(':')
  const settings = new URLSearchParams(query)
  const host = settings.get('host') ?? hostname
  const port = Number(settings.get('port') ?? ownPort ?? 5432)
  const place = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }
  let seen = []
  const sockets = new Set()
  const server = createServer((client) => {
    const upstream = connect(place)
    const read = reader((text) => seen.push(text))
    client.on('data', read)
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    url: `postgresql://${user === undefined ? '' : `${user}@`}127.0.0.1:${server.address().port}/${database}`,
    take() {
      const taken = seen
      seen = []
      return taken
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Reads what a client sends: the start first, then messages of one letter and a length. */
function reader(tell) {
  let pending = Buffer.alloc(0)
  let started = false
  const parsed = new Map()
  let bound = ''
  const message = (kind, body) => {
    const [first, second] = texts(body)
    if (kind === 'Q') tell(first)
    if (kind === 'P') parsed.set(first, second)
    if (kind === 'B') bound = second
    if (kind === 'E') tell(parsed.get(bound) ?? '')
  }
  return (chunk) => {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      const head = started ? 1 : 0
      if (pending.length < head + 4) return
      const length = pending.readUInt32BE(head)
      if (pending.length < head + length) return
      const body = pending.subarray(head + 4, head + length)
      if (started) message(String.fromCharCode(pending[0]), body)
      else started = ![SSL_REQUEST, GSS_REQUEST].includes(body.readUInt32BE(0))
      pending = pending.subarray(head + length)
    }
  }
}

/** The first two texts of a message, each up to its NUL. */
function texts(body) {
  const end = body.indexOf(0)
  if (end < 0) return [body.toString(), '']
  const next = body.indexOf(0, end + 1)
  return [body.toString('utf8', 0, end), body.toString('utf8', end + 1, next < 0 ? body.length : next)]
}
