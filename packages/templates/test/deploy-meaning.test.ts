import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startProcessHost } from '@forge/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { projectFiles } from '../src/index'
import { findPython } from '../src/fastapi/environment/find-python'

// What the deploy files say, held against one another and against the application that they deploy.

const files = new Map(projectFiles().map(({ path, content }) => [path, content]))
const read = (path: string): string => files.get(path) ?? expect.fail(`There is no ${path}.`)
// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes, which the schemas of deploy-files.test.ts hold to their form
const document = (path: string): any => parse(read(path), { merge: true })

/** `[NAME, arguments]` of each instruction, continued lines joined. */
const instructions = read('Dockerfile')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line))
  .map((line) => [line.split(' ', 1)[0]!, line.slice(line.indexOf(' ') + 1)] as const)
const argumentsOf = (name: string) => instructions.filter(([each]) => each === name).map(([, value]) => value)
/** Environment variables of the application. */
const settings = [...read('app/config.py').matchAll(/^ {4}(\w+): .* = /gm)].map(([, name]) => name!.toUpperCase())
const example = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name!)
const healthcheckOfImage = (): string[] => JSON.parse(argumentsOf('HEALTHCHECK')[0]!.replace(/^.*? CMD /, '')) as string[]
const kubernetes = (name: string) => document(`deploy/kubernetes/${name}.yaml`)

describe('the image', () => {
  test('is built in two stages and runs as a numbered user that is not root', () => {
    expect(argumentsOf('FROM')).toHaveLength(2)
    expect(argumentsOf('USER')).toEqual([expect.stringMatching(/^[1-9]\d+:[1-9]\d+$/)])
    expect(argumentsOf('ARG')).toEqual([expect.stringMatching(/^PYTHON_IMAGE=python:3\.\d+-slim-\w+$/)])
  })

  test('installs by hash, starts without a shell, and needs no curl', () => {
    expect(argumentsOf('RUN').join()).toContain('--require-hashes -r /tmp/requirements.lock')
    expect(JSON.parse(argumentsOf('CMD')[0]!)).toEqual(expect.arrayContaining(['uvicorn', 'app.main:app']))
    expect(read('Dockerfile')).not.toMatch(/curl|wget/)
  })

  test('takes exactly what .dockerignore lets through', () => {
    const copied = argumentsOf('COPY')
      .filter((value) => !value.startsWith('--from'))
      .map((value) => value.split(' ')[0]!)
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path)
    expect(allowed.sort()).toEqual(copied.sort())
    expect(read('.dockerignore')).toMatch(/^\*$/m)
    for (const path of copied) expect([...files.keys()].some((file) => file === path || file.startsWith(`${path}/`))).toBe(true)
  })
})

describe('the health checks', () => {
  let host: Awaited<ReturnType<typeof startProcessHost>>
  let python: string
  beforeAll(async () => {
    host = await startProcessHost()
    python = (await findPython(host)).executable
  })
  afterAll(() => host.close())

  test.each([
    ['image', '/health', healthcheckOfImage()],
    ['compose file', '/health/ready', (document('docker-compose.yml').services.api.healthcheck.test as string[]).slice(1)],
  ])('of the %s asks for %s and believes only 200', async (_, path, [program, ...options]) => {
    expect(program).toBe('python')
    const asked: (string | undefined)[] = []
    let status = 200
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(status).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const here = options.map((option) => option.replace('8000', String((server.address() as AddressInfo).port)))
    const check = async () => (await host.exec([python, ...here], { timeoutMs: 20_000 })).exitCode
    expect(await check()).toBe(0)
    status = 503
    expect(await check()).toBe(1)
    await new Promise((done) => server.close(done))
    expect(await check()).toBe(1)
    expect(asked).toEqual([path, path])
  })
})

describe('the compose file', () => {
  const { services } = document('docker-compose.yml')
  const variables = [...read('docker-compose.yml').matchAll(/(?<!\$)\$\{(\w+)(?::([-?])([^}]*))?\}/g)].map(([, name, kind, text]) => ({
    name,
    kind,
    text,
  }))

  test('migrates after the database is well, and serves after the migration', () => {
    expect(Object.keys(services)).toEqual(['db', 'migrate', 'api'])
    expect(services.migrate.depends_on).toEqual({ db: { condition: 'service_healthy' } })
    expect(services.api.depends_on).toEqual({ db: { condition: 'service_healthy' }, migrate: { condition: 'service_completed_successfully' } })
    expect(services.migrate.restart).toBe('no')
    expect(services.db.healthcheck.test.join(' ')).toContain('pg_isready')
  })

  test('has a place in .env.example for each of its variables, and no secret of its own', () => {
    expect(example).toEqual(expect.arrayContaining(variables.map(({ name }) => name)))
    const secrets = variables.filter(({ name }) => /PASSWORD|SECRET/.test(name!))
    expect(secrets.length).toBeGreaterThan(2)
    expect(secrets.filter(({ kind, text }) => kind !== '?' && text !== '')).toEqual([])
  })

  test('opens its ports to this machine only', () => {
    for (const { ports = [] } of Object.values<{ ports?: string[] }>(services)) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{/)
  })

  test('gives the application every setting, as .env.example does', () => {
    expect(Object.keys(services.api.environment).sort()).toEqual([...settings].sort())
    expect(services.migrate.environment).toEqual(services.api.environment)
    expect(example).toEqual(expect.arrayContaining(settings))
  })
})

describe('the manifests for Kubernetes', () => {
  const pods = [kubernetes('deployment').spec.template.spec, kubernetes('migration-job').spec.template.spec]

  test('are all named by the kustomization, the example of a secret apart', () => {
    const present = [...files.keys()].filter((path) => path.startsWith('deploy/kubernetes/')).map((path) => path.split('/').at(-1))
    expect([...kubernetes('kustomization').resources, 'kustomization.yaml', 'secret.example.yaml'].sort()).toEqual(present.sort())
  })

  test('give the application its settings, and the secret ones from a secret without values', () => {
    const { data } = kubernetes('config-map')
    const { stringData } = kubernetes('secret.example')
    expect([...Object.keys(data), ...Object.keys(stringData)].sort()).toEqual([...settings].sort())
    expect(Object.values(stringData)).toEqual(['', ''])
    expect(data).toMatchObject({ ENVIRONMENT: 'production', AUTH_MODE: 'jwt' })
    expect(pods[0].containers[0].envFrom).toEqual([{ configMapRef: { name: 'api' } }, { secretRef: { name: 'api' } }])
  })

  test('select the pods of the deployment, and not those of the migration', () => {
    const { labels } = kubernetes('deployment').spec.template.metadata
    for (const selector of [
      kubernetes('deployment').spec.selector.matchLabels,
      kubernetes('pod-disruption-budget').spec.selector.matchLabels,
      kubernetes('service').spec.selector,
    ])
      expect(selector).toEqual(labels)
    expect(kubernetes('migration-job').spec.template.metadata.labels).not.toEqual(labels)
  })

  test('run without rights, with limits, on a root that cannot be written', () => {
    for (const { securityContext, containers, automountServiceAccountToken } of pods) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } })
      expect(automountServiceAccountToken).toBe(false)
      expect(containers).toMatchObject([
        {
          resources: { requests: { cpu: expect.any(String), memory: expect.any(String) }, limits: { memory: expect.any(String) } },
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        },
      ])
    }
    expect(argumentsOf('USER')).toEqual(['10001:10001'])
  })

  test('probe the process for life and the database for readiness, at the port of the image', () => {
    const [api] = pods[0].containers
    expect(api.ports).toEqual([{ name: 'http', containerPort: Number(argumentsOf('EXPOSE')[0]) }])
    expect(api.livenessProbe.httpGet).toEqual({ path: '/health', port: 'http' })
    expect(api.readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'http' })
    expect(kubernetes('service').spec.ports[0].targetPort).toBe('http')
  })
})

describe('the pipelines', () => {
  const { jobs } = document('.github/workflows/ci.yml')
  const gitlab = document('.gitlab-ci.yml')

  test('have limits, and name a version of all they use', () => {
    for (const job of [jobs.test, jobs.image]) {
      expect(job['timeout-minutes']).toBeGreaterThan(0)
      for (const { uses } of job.steps) if (uses !== undefined) expect(uses).toMatch(/@(v\d+|[0-9a-f]{40})$/)
    }
    expect(gitlab.test.timeout).toBeDefined()
    expect(gitlab.test.image).toMatch(/^python:3\.\d+-/)
  })

  test('check the same on either platform', () => {
    const github: string[] = jobs.test.steps.flatMap((step: { run?: string; if?: string }) => (step.run === undefined || step.if ? [] : [step.run]))
    const other: string[] = [...gitlab.test.before_script, ...gitlab.test.script].filter((command) => !command.startsWith('if '))
    expect(other).toEqual(github)
  })
})
