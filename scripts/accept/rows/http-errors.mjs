import { pathOf } from '../http/facts.mjs'
import { checked } from '../http/scene.mjs'
import { plausible } from '../http/cases/access.mjs'
import { faultyBodies } from '../http/cases/traps.mjs'

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '6',
  title: 'error shape',
  needs: 'server',
  async check(subject) {
    const outcome = await checked(subject, async (scene) => {
      await frameworkErrors(scene)
      for (const endpoint of scene.facts.endpoints) await scene.attempt(`${endpoint.method} ${endpoint.path}`, () => endpointErrors(scene, endpoint))
      return `${scene.client.count} requests, all of them errors`
    })
    return withoutDatabase(subject, outcome)
  },
}

/** What the framework refuses before any code of the application runs. */
async function frameworkErrors(scene) {
  const { client, callers } = scene
  const { headers } = callers.builtIn
  for (const path of ['/no-such-path', '/', '//', '/%00', '/%ff', `/${'a'.repeat(8_000)}`])
    scene.expect(await client.request('GET', path, { headers }), 404, 'a path that is none')
  for (const method of ['TRACE', 'PROPFIND', 'OPTIONS', 'HEAD']) {
    scene.expect(await client.request(method, '/health', { headers }), 405, `${method} /health`)
  }
}

/** Wrong method, wrong media type, too large, unreadable: each of them for each endpoint. */
async function endpointErrors(scene, endpoint) {
  const { path, body } = await plausible(scene, endpoint)
  const send = (options, why, statuses) => scene.send(endpoint, path, options).then((answer) => scene.expect(answer, statuses, why))
  await scene.client.request('TRACE', path, { headers: scene.callers.builtIn.headers }).then((answer) => scene.expect(answer, 405, 'TRACE'))
  await scene.client
    .request(endpoint.method, `${path}/`, { headers: scene.callers.builtIn.headers })
    .then((answer) => scene.expect(answer, [404, 405], 'a trailing slash'))
  if (body === undefined) return
  for (const { raw, type, status, why } of faultyBodies(scene)) await send({ raw, headers: { 'content-type': type } }, why, status)
  const unknown = pathOf(endpoint, Object.fromEntries([...endpoint.path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => [name, '\u0000'])))
  if (unknown !== endpoint.path)
    await scene.send(endpoint, unknown, { body }).then((answer) => scene.expect(answer, [scene.invalid, 404], 'NUL in the path'))
}

/** A database that is gone is an error of the same shape. */
async function withoutDatabase(subject, outcome) {
  const server = await subject.serve()
  try {
    const down = await checked(
      subject,
      async (scene) => {
        await subject.bench.cluster.drop(server.databaseUrl)
        const listing = scene.facts.endpoints.find((endpoint) => endpoint.operation === 'list')
        scene.expect(await scene.client.request('GET', '/health/ready'), 503, 'readiness without a database')
        if (listing !== undefined) scene.expect(await scene.send(listing, listing.path), 503, 'a list without a database')
      },
      { server },
    )
    return { ...outcome, findings: [...outcome.findings, ...down.findings] }
  } finally {
    await server.stop()
  }
}
