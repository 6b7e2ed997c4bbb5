import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Feature } from '@forge/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, ROOT, start, startForge } from './forge'

/** What may differ between two runs: logs, repository, state of the machine, notes, environments. */
const OWN = /^(logs|\.git|\.venv|claude-progress\.txt|\.forge\/(?!features\.json).*)(\/|$)/

/** Digest of every file of a generated project; evidence left out of the list. */
async function fingerprint(project: string): Promise<Record<string, string>> {
  const entries = await readdir(project, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(project, join(entry.parentPath, entry.name)))
  const digests: Record<string, string> = {}
  for (const file of files.filter((name) => !OWN.test(name)).sort()) {
    const bytes = await readFile(join(project, file))
    const content = file === 'feature_list.json' ? JSON.stringify(withoutEvidence(bytes.toString())) : bytes
    digests[file] = createHash('sha256').update(content).digest('hex')
  }
  return digests
}

/** Two features are beyond a compiler: one is not stated in full, the other calls out. */
const SHELF = `# Shelf

## Models
- Book (id, title, pages, created_at)

## Endpoints
- GET /api/v1/books - List books
- POST /api/v1/books - Create book
- POST /api/v1/books/bulk-update - Bulk update books

## Business Rules
- Readers are told by e-mail when a book arrives
`

const withoutEvidence = (text: string): Feature[] => (JSON.parse(text) as Feature[]).map((feature) => ({ ...feature, evidence: undefined }))

const gitStatus = (): string => execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' })

describe('npm run quickstart', () => {
  let folder: string
  let before: string
  let first: Ended
  let written: Record<string, string>
  const quickstart = (...words: string[]): Promise<Ended> =>
    start('npm', ['--prefix', ROOT, 'run', 'quickstart', '--', ...words], { cwd: folder, env: { ANTHROPIC_API_KEY: 'sk-not-to-be-used' } }).ended

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forge-quickstart-'))
    before = gitStatus()
    first = await quickstart()
    written = await fingerprint(join(folder, 'my_api'))
  }, 600_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('proves everything of the bundled example, and leaves nothing for a model', async () => {
    expect(first.exitCode, first.stderr).toBe(0)
    const features = JSON.parse(await readFile(join(folder, 'my_api', 'feature_list.json'), 'utf8')) as Feature[]
    const open = features.filter((feature) => !feature.passes)
    expect(features.filter((feature) => feature.source?.kind === 'endpoint').length).toBeGreaterThanOrEqual(25)
    expect(features.filter((feature) => feature.source?.kind === 'rule').length).toBeGreaterThanOrEqual(20)
    expect(open).toEqual([])
    expect(features.flatMap((feature) => feature.test_cases).length).toBeGreaterThanOrEqual(100)
    expect(features.filter((feature) => feature.passes).every((feature) => feature.evidence !== undefined)).toBe(true)
  })

  it('prints what was proven, and how to start the server', async () => {
    const features = JSON.parse(await readFile(join(folder, 'my_api', 'feature_list.json'), 'utf8')) as Feature[]
    expect(first.stdout).toContain(`${features.length} features of ${features.length} proven`)
    expect(first.stdout).not.toContain('left for a model')
    expect(first.stdout).toMatch(/forge(\.js)? serve my_api$/m)
    expect(first.stdout).toContain('0 tokens')
    expect(first.stdout + first.stderr).not.toContain('sk-not-to-be-used')
  })

  it('prints each sentence of another specification that is left for a model, and exits with 0 all the same', async () => {
    await writeFile(join(folder, 'shelf.md'), SHELF)
    const { exitCode, stdout, stderr } = await quickstart('--spec', 'shelf.md', '--project-dir', 'shelf', '--config', 'test')
    expect(exitCode, stderr).toBe(0)
    const features = JSON.parse(await readFile(join(folder, 'shelf', 'feature_list.json'), 'utf8')) as Feature[]
    const left = features.filter((feature) => feature.left_for_model !== undefined)
    expect(left.map(({ description, passes }) => [description, passes])).toEqual([
      ['Bulk update books.', false],
      ['Readers are told by e-mail when a book arrives.', false],
    ])
    expect(stdout).toContain(`${features.length - left.length} features of ${features.length} proven`)
    for (const { description, left_for_model: reason } of left) {
      expect(stdout).toContain(description)
      expect(stdout).toContain(reason)
    }
  }, 300_000)

  it('leaves the git state of the clone as it was', () => {
    expect(gitStatus()).toBe(before)
  })

  it('serves the API: health, and a row of each entity created and got', async () => {
    const server = startForge(['serve', 'my_api', '--port', '18473'], { cwd: folder })
    const [url] = await server.prints(/http:\/\/\S+/)
    try {
      expect((await fetch(`${url}/health`)).status).toBe(200)
      const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
        const answer = await fetch(`${url}/api/v1${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        const row = (await answer.json()) as Record<string, unknown>
        expect(answer.status, JSON.stringify(row)).toBe(201)
        return row
      }
      const got = async (path: string): Promise<unknown> => (await fetch(`${url}/api/v1${path}`)).json()
      const user = await post('/users', { email: 'grace@crewboard.example', name: 'Grace' })
      expect(await got(`/users/${user['id']}`)).toMatchObject({ name: 'Grace' })
      const project = await post('/projects', { code: 'APOLLO', name: 'Apollo', owner_id: user['id'] })
      expect(await got(`/projects/${project['id']}`)).toMatchObject({ code: 'APOLLO' })
      const task = await post('/tasks', { project_id: project['id'], title: 'Check the guidance program', reporter_id: user['id'] })
      expect(await got(`/tasks/${task['id']}`)).toMatchObject({ title: 'Check the guidance program', status: 'backlog' })
      const label = await post('/labels', { name: 'urgent' })
      expect(await got(`/labels/${label['id']}`)).toMatchObject({ name: 'urgent' })
      const comment = await post(`/tasks/${task['id']}/comments`, { body: 'On my list.', user_id: user['id'] })
      expect(await got(`/tasks/${task['id']}/comments`)).toMatchObject({ items: [{ id: comment['id'], body: 'On my list.' }] })
    } finally {
      server.child.kill('SIGINT')
    }
    expect((await server.ended).exitCode).toBe(0)
  }, 180_000)

  it('the generated project sets itself up as its README says, and is free of lint and type errors', async () => {
    const project = join(folder, 'my_api')
    const database = startForge(['serve', '--db-only', 'my_api'], { cwd: folder })
    const [, url] = await database.prints(/^DATABASE_URL=(.+)$/m)
    try {
      const steps: [string, string[]][] = [
        ['./init.sh', []],
        ['.venv/bin/ruff', ['check', '.']],
        ['.venv/bin/ruff', ['format', '--check', '.']],
        ['.venv/bin/mypy', ['app']],
      ]
      for (const [program, words] of steps) {
        const { exitCode, stdout, stderr } = await start(program, words, { cwd: project, env: { DATABASE_URL: url } }).ended
        expect(exitCode, `${program} ${words.join(' ')}\n${stdout}\n${stderr}`).toBe(0)
      }
    } finally {
      database.child.kill('SIGINT')
    }
    await database.ended
  }, 400_000)

  it('writes the same bytes into another directory', async () => {
    const second = await quickstart('--project-dir', 'elsewhere/again')
    expect(second.exitCode, second.stderr).toBe(0)
    expect(await fingerprint(join(folder, 'elsewhere/again'))).toEqual(written)
  }, 300_000)
})
