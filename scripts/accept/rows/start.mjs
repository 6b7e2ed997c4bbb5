const START_LIMIT_SECONDS = 5
/** Nothing listens there. */
const NO_DATABASE = 'postgresql://nobody:nothing@127.0.0.1:9/none'

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '2',
  title: 'start',
  needs: 'server',
  async check(subject) {
    const server = await subject.serve()
    const findings = [...early(server, 'with its database'), ...(await health(server.url, { health: 200, ready: 200 }, 'with its database'))]
    await subject.bench.cluster.drop(server.databaseUrl)
    findings.push(...(await health(server.url, { health: 200, ready: 503 }, 'after its database went away')))
    await server.stop()
    const lonely = await subject.serve({ DATABASE_URL: NO_DATABASE })
    findings.push(...early(lonely, 'without a database'), ...(await health(lonely.url, { health: 200, ready: 503 }, 'without a database')))
    await lonely.stop()
    const gone = await subject.serve({ DATABASE_URL: server.databaseUrl })
    findings.push(
      ...early(gone, 'before its database is made'),
      ...(await health(gone.url, { health: 200, ready: 503 }, 'before its database is made')),
    )
    await gone.stop()
    return { findings, figure: `/health after ${server.startSeconds.toFixed(1)} s, without a database ${lonely.startSeconds.toFixed(1)} s` }
  },
}

const early = ({ startSeconds }, when) => (startSeconds <= START_LIMIT_SECONDS ? [] : [`/health took ${startSeconds.toFixed(1)} s ${when}`])

async function health(url, wanted, when) {
  const alive = await fetch(`${url}/health`)
  const body = await alive.json().catch(() => null)
  const ready = await fetch(`${url}/health/ready`)
  await ready.body?.cancel()
  return [
    ...(alive.status === wanted.health && typeof body?.status === 'string'
      ? []
      : [`GET /health answers ${alive.status} ${JSON.stringify(body)} ${when}`]),
    ...(ready.status === wanted.ready ? [] : [`GET /health/ready answers ${ready.status} ${when}, not ${wanted.ready}`]),
  ]
}
