import { plausible } from '../http/cases/access.mjs'
import { checked } from '../http/scene.mjs'

const ORIGIN = 'https://app.example'
const STRANGE = 'https://elsewhere.example'

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '11',
  title: 'headers',
  needs: 'server',
  check: (subject) =>
    checked(
      subject,
      async (scene) => {
        await corsCases(scene)
        await requestIdCases(scene)
        for (const endpoint of scene.facts.endpoints) await scene.attempt(`${endpoint.method} ${endpoint.path}`, () => bodyCases(scene, endpoint))
      },
      { env: { CORS_ORIGINS: `${ORIGIN},http://localhost:4321` } },
    ),
}

/** Configured origins only, whatever the answer. */
async function corsCases(scene) {
  const { client, callers } = scene
  for (const path of Object.keys(scene.document.paths).map((each) => each.replace(/\{[^}]*\}/g, '1'))) {
    const preflight = (origin) =>
      client.request('OPTIONS', path, {
        headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization,content-type,x-request-id' },
      })
    const known = await preflight(ORIGIN)
    if (known.status !== 200 || known.headers['access-control-allow-origin'] !== ORIGIN)
      scene.find(`OPTIONS ${path}: a preflight of ${ORIGIN} is answered with ${known.status} and ${known.headers['access-control-allow-origin']}`)
    const strange = await preflight(STRANGE)
    if (strange.headers['access-control-allow-origin'] !== undefined) scene.find(`OPTIONS ${path}: a preflight of ${STRANGE} is allowed`)
  }
  for (const path of ['/health', '/no-such-path', ...scene.facts.endpoints.filter((each) => each.operation === 'list').map((each) => each.path)])
    for (const [origin, allowed] of [
      [ORIGIN, ORIGIN],
      [STRANGE, undefined],
      ['null', undefined],
      [`${ORIGIN}.evil.example`, undefined],
    ]) {
      const answer = await client.request('GET', path, { headers: { ...callers.builtIn.headers, origin } })
      const told = answer.headers['access-control-allow-origin']
      if (told !== allowed) scene.find(`GET ${path} from ${origin} has Access-Control-Allow-Origin ${told}`)
      if (allowed !== undefined && !/x-request-id/i.test(answer.headers['access-control-expose-headers'] ?? ''))
        scene.find(`GET ${path} does not let ${origin} see X-Request-ID`)
      if (told === '*' && answer.headers['access-control-allow-credentials'] === 'true')
        scene.find(`GET ${path} allows every origin with credentials`)
    }
}

/** An id comes back; one that could forge a line of a log does not. */
async function requestIdCases(scene) {
  const { client, callers } = scene
  for (const path of ['/health', '/no-such-path', '/openapi.json']) {
    const given = await client.request('GET', path, { headers: { ...callers.builtIn.headers, 'x-request-id': 'accept-1.a_b' } })
    if (given.headers['x-request-id'] !== 'accept-1.a_b')
      scene.find(`GET ${path}: the id of the request comes back as ${given.headers['x-request-id']}`)
    const first = await client.request('GET', path, { headers: callers.builtIn.headers })
    const second = await client.request('GET', path, { headers: callers.builtIn.headers })
    if (!first.headers['x-request-id'] || first.headers['x-request-id'] === second.headers['x-request-id'])
      scene.find(`GET ${path}: requests have no ids of their own`)
    for (const id of ['a b', '{"a":1}', 'x'.repeat(5_000)]) {
      const answer = await client.request('GET', path, { headers: { ...callers.builtIn.headers, 'x-request-id': id } })
      if (answer.headers['x-request-id'] === id) scene.find(`GET ${path}: the id ${id.slice(0, 20)} comes back as it was sent`)
    }
  }
}

/** JSON of at most 1 MB. */
async function bodyCases(scene, endpoint) {
  if (!['POST', 'PUT', 'PATCH'].includes(endpoint.method)) return
  const { path, body } = await plausible(scene, endpoint)
  if (body === undefined) return
  const send = (raw, type) => scene.send(endpoint, path, { raw, headers: { 'content-type': type } })
  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp'])
    scene.expect(await send(JSON.stringify(body), type), 415, type)
  scene.expect(await send(`{"a":"${'a'.repeat(1_100_000)}"}`, 'application/json'), 413, 'more than 1 MB')
  const good = await send(JSON.stringify(body), 'application/json; charset=utf-8')
  if (good.status === 415 || good.status === 413) scene.find(`${good.request} with a charset is answered with ${good.status}`)
}
