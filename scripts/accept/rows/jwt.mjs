import { createHmac, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { suiteCounts } from '../junit.mjs'
import { tail } from '../processes.mjs'

const SECRET = 'a-secret-of-the-acceptance-run-that-is-long-enough'
const JWT = { AUTH_MODE: 'jwt', JWT_SECRET: SECRET }
const LOGIN = /\/(?:log-?in|sign-?in|tokens?|sessions?)\/?$/i

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '10',
  title: 'identities, mocked and signed',
  needs: 'server',
  async check(subject) {
    if (subject.spec.auth.kind === 'none') return { findings: await refusal(subject), figure: 'the specification asks nobody who they are' }
    const { dir, python, databaseUrl } = await subject.clone()
    const report = join(subject.folder, 'jwt.xml')
    const result = await subject.run(python, ['-m', 'pytest', '-q', `--junitxml=${report}`, '-p', 'no:cacheprovider'], {
      cwd: dir,
      env: { DATABASE_URL: databaseUrl, ...JWT },
    })
    const counts = suiteCounts(report)
    const clean = result.code === 0 && counts.tests > 0 && counts.failures + counts.errors + counts.skipped === 0
    return {
      findings: [
        ...(clean ? [] : [`the tests with AUTH_MODE=jwt ended with ${result.code}, ${counts.skipped} skipped: ${tail(result, 25)}`]),
        ...(await signedOnly(subject)),
        ...(await refusal(subject)),
      ],
      figure: `${counts.tests} tests with signed tokens; ${told(subject.spec)}`,
    }
  },
}

const told = ({ auth }) =>
  auth.kind === 'header' ? `${auth.header} names the caller only while identities are mocked` : 'bearer tokens in both modes'

/** With AUTH_MODE=jwt a signature is all that counts, and who has a password can trade it for one. */
async function signedOnly(subject) {
  const { spec } = subject
  const guarded = spec.endpoints.find(
    (each) => each.operation === 'list' && each.authenticated && each.unsupported === null && !each.path.includes('{'),
  )
  const { dir, python } = await subject.clone()
  const server = await subject.serve(JWT)
  try {
    // Whoever signs in has to be among the users.
    const seeded = await subject.run(python, ['-m', 'app.seed'], { cwd: dir, env: { DATABASE_URL: server.databaseUrl, ...JWT } })
    if (seeded.code !== 0) return [`python -m app.seed with AUTH_MODE=jwt ended with ${seeded.code}: ${tail(seeded, 8)}`]
    const id = String(spec.auth.mockUser.id ?? 1)
    return [...(guarded === undefined ? [] : await answersOf(server.url, guarded.path, spec, id)), ...missingLogin(subject)]
  } finally {
    await server.stop()
  }
}

async function answersOf(url, path, { auth }, id) {
  const mocked = auth.kind === 'header' ? { [auth.header]: id } : { Authorization: `Bearer mock:${id}` }
  const refused = { 'no token': {}, 'a mocked identity': mocked, 'a foreign signature': bearer(token(id, 'another-secret-that-is-long-enough-too')) }
  const findings = []
  for (const [who, headers] of Object.entries(refused)) {
    const response = await fetch(`${url}${path}`, { headers })
    await response.body?.cancel()
    if (response.status !== 401 || !response.headers.has('WWW-Authenticate'))
      findings.push(`GET ${path} with ${who} answers ${response.status} with AUTH_MODE=jwt, not 401 with WWW-Authenticate`)
  }
  const response = await fetch(`${url}${path}`, { headers: bearer(token(id, SECRET)) })
  await response.body?.cancel()
  if (response.status === 401) findings.push(`GET ${path} with a signed token answers 401`)
  return findings
}

const bearer = (signed) => ({ Authorization: `Bearer ${signed}` })

/** Signed here, not by the application. */
function token(id, secret) {
  const now = Math.floor(Date.now() / 1000)
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: id, iat: now, exp: now + 300, jti: randomUUID(), typ: 'access' })}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

function missingLogin({ spec, openapi }) {
  const users = spec.entities.find(({ name }) => name === spec.auth.userEntity)
  if (!users?.fields.some(({ name }) => /^(?:password|password_?hash|hashed_?password)$/i.test(name))) return []
  const found = Object.entries(openapi().paths).some(([path, operations]) => LOGIN.test(path) && operations.post !== undefined)
  return found ? [] : ['the users have passwords, and no path lets them log in']
}

/** Nobody serves production with identities that anybody can claim. */
async function refusal(subject) {
  try {
    const server = await subject.serve({ ENVIRONMENT: 'production', AUTH_MODE: 'mock' })
    await server.stop()
    return ['the application starts with ENVIRONMENT=production and AUTH_MODE=mock']
  } catch (error) {
    return /AUTH_MODE/.test(error.message) ? [] : [`the refusal of AUTH_MODE=mock in production does not name it: ${error.message}`]
  }
}
