import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { tail } from '../processes.mjs'

const COMPOSE = 'docker-compose.yml'
const MANIFESTS = 'deploy/kubernetes'

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '23',
  title: 'deploy files',
  needs: 'clone',
  async check(subject) {
    const { dir, databaseUrl } = await subject.clone()
    const { linters } = await subject.bench.tools()
    const manifests = readdirSync(join(dir, MANIFESTS)).filter((name) => name !== 'kustomization.yaml')
    const lints = [
      ['hadolint', '--no-color', 'Dockerfile'],
      ['check-jsonschema', '--builtin-schema', 'vendor.compose-spec', COMPOSE],
      ['check-jsonschema', '--builtin-schema', 'vendor.github-workflows', '.github/workflows/ci.yml'],
      ['check-jsonschema', '--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci', '.gitlab-ci.yml'],
      ...manifests.map((name) => ['kubernetes-validate', '--strict', '--quiet', `${MANIFESTS}/${name}`]),
    ]
    const findings = []
    for (const [program, ...args] of lints) {
      const result = await subject.run(join(linters, program), args, { cwd: dir })
      if (result.code !== 0) findings.push(`${program} ${args.at(-1)}: ${tail(result)}`)
    }
    const read = (path) => readFileSync(join(dir, path), 'utf8')
    if (/^USER\s+(root|0)\b/m.test(read('Dockerfile')) || !/^USER\s/m.test(read('Dockerfile'))) findings.push('the image runs as root')
    if (!/^HEALTHCHECK\b/m.test(read('Dockerfile'))) findings.push('the image has no HEALTHCHECK')
    if (!/^ {4}healthcheck:/m.test(read(COMPOSE))) findings.push(`no service of ${COMPOSE} has a healthcheck`)
    findings.push(...(await unsafeStarts(subject, { dir, databaseUrl })))
    const here = (await subject.run('docker', ['compose', 'version'], { cwd: dir })).code === 0
    if (here) {
      const docker = await subject.run('docker', ['compose', '--env-file', '.env.example', 'config', '--quiet'], { cwd: dir })
      if (docker.code !== 0) findings.push(`docker compose config: ${tail(docker)}`)
    }
    return { findings, figure: `${lints.length} files linted; docker compose ${here ? 'read its file' : 'not run (no docker compose here)'}` }
  },
}

/** Settings with which production must not start. */
const UNSAFE = {
  'mock identities': { AUTH_MODE: 'mock' },
  'no secret': { AUTH_MODE: 'jwt', JWT_SECRET: '' },
  'the password of the example': { AUTH_MODE: 'jwt', JWT_SECRET: 'x'.repeat(40), DATABASE_URL: 'postgresql://postgres:postgres@localhost:5432/app' },
}

async function unsafeStarts(subject, { dir, databaseUrl }) {
  const findings = []
  for (const [what, settings] of Object.entries(UNSAFE)) {
    const env = { DATABASE_URL: databaseUrl, ENVIRONMENT: 'production', ...settings }
    const result = await subject.run(join(dir, '.venv/bin/python'), ['-c', 'import app.main'], { cwd: dir, env })
    if (result.code === 0) findings.push(`ENVIRONMENT=production starts with ${what}`)
  }
  return findings
}
