import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Feature, ForgeEvent } from '@forge/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forge, startForge } from './forge'

const SPEC = `Shelf API
- Book (id, title, pages, created_at)
- GET /api/v1/books - List books
- POST /api/v1/books - Create book
- GET /api/v1/books/{id} - Get book
- DELETE /api/v1/books/{id} - Delete book
`

describe('the forge command', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forge-cli-'))
    await writeFile(join(folder, 'spec.txt'), SPEC)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const generate = (directory: string, ...more: string[]): string[] => [
    'generate',
    '--spec',
    'spec.txt',
    '--project-dir',
    directory,
    '--config',
    'test',
    ...more,
  ]

  it('starts fast, and reads a specification', async () => {
    const { exitCode, stdout, milliseconds } = await forge(['spec', 'spec.txt'], { cwd: folder })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Book')
    expect(milliseconds).toBeLessThan(2000)
  })

  it('refuses an empty specification within two seconds, and writes nothing', async () => {
    const before = await readdir(folder)
    const { exitCode, stdout, milliseconds } = await forge(['generate', '--spec', '/dev/null', '--project-dir', 'nothing'], { cwd: folder })
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(milliseconds).toBeLessThan(2000)
    expect(await readdir(folder)).toEqual(before)
  })

  it('stops after --max-iterations with 3; --json prints events and nothing else; --no-git makes no repository', async () => {
    // A policy that only listens shows that the run asks the policies of the command line.
    const heard = join(folder, 'heard.txt')
    const listener = `import { appendFileSync } from 'node:fs'
export default { id: 'listener', evaluate({ command }) { appendFileSync(${JSON.stringify(heard)}, command + '\\n'); return { verdict: 'abstain' } } }`
    await writeFile(join(folder, 'listener.mjs'), listener)
    const words = ['--json', '--no-git', '--max-iterations', '1', '--policy', 'listener.mjs']
    const { exitCode, stdout } = await forge(generate('api', ...words), { cwd: folder })
    expect(await readFile(heard, 'utf8')).toContain('chmod +x ')
    const lines = stdout.trimEnd().split('\n')
    const events = lines.map((line) => JSON.parse(line) as ForgeEvent | { type: 'result'; status: string })
    expect(exitCode).toBe(3)
    expect(events[0]).toMatchObject({ type: 'run-start', provider: 'blueprint' })
    expect(events.at(-1)).toMatchObject({ type: 'result', status: 'limit', which: 'iterations' })
    expect(existsSync(join(folder, 'api', '.git'))).toBe(false)
  }, 300_000)

  it('resumes by the same command, reads no .env of the project, and --quiet leaves the result only', async () => {
    await writeFile(join(folder, 'api', '.env'), 'DATABASE_URL=postgresql://nobody@127.0.0.1:1/nowhere\nANTHROPIC_API_KEY=sk-of-the-project\n')
    const { exitCode, stdout, stderr } = await forge(generate('api', '--quiet', '--no-git', '--sandbox', 'none'), { cwd: folder })
    expect(stderr).not.toContain('ANTHROPIC_API_KEY')
    expect(exitCode, stderr).toBe(0)
    expect(stdout).toContain('4 features of 4 proven')
    expect(stdout).toContain('serve api')
  }, 300_000)

  it('proves again from the project directory alone, and names what was tampered with', async () => {
    const proof = await forge(['verify', 'api', '--json'], { cwd: folder })
    const report = JSON.parse(proof.stdout.trimEnd().split('\n').at(-1) ?? '') as { features: { proven: boolean }[]; drift: unknown[] }
    expect(proof.exitCode, proof.stderr).toBe(0)
    expect(report.features.map(({ proven }) => proven)).toEqual([true, true, true, true])

    const file = join(folder, 'api', 'feature_list.json')
    const list = JSON.parse(await readFile(file, 'utf8')) as Feature[]
    await writeFile(file, JSON.stringify(list.slice(1), null, 2))
    const tampered = await forge(['verify', 'api', '--json'], { cwd: folder })
    expect(tampered.exitCode).toBe(1)
    expect((JSON.parse(tampered.stdout.trimEnd().split('\n').at(-1) ?? '') as { drift: unknown[] }).drift).toMatchObject([{ id: 1, kind: 'deleted' }])
  }, 300_000)

  it('names a database server that does not answer, with its remedy; nothing counts as proven, and the exit code is 2', async () => {
    const env = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nowhere' }
    const doctor = await forge(['doctor', '--json'], { cwd: folder, env })
    const { findings } = JSON.parse(doctor.stdout) as { findings: { name: string; ok: boolean; remedy?: string }[] }
    expect(doctor.exitCode).toBe(2)
    expect(findings.find(({ name }) => name === 'PostgreSQL')).toMatchObject({ ok: false, remedy: expect.any(String) })

    const { exitCode, stdout } = await forge(generate('unproven', '--json'), { cwd: folder, env })
    const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { status: string; code: string; features: { proven: boolean }[] }
    expect(exitCode).toBe(2)
    expect(result).toMatchObject({ status: 'not-verified', code: 'DATABASE_MISSING', remedy: expect.any(String) })
    expect(result.features.filter(({ proven }) => proven)).toEqual([])
  }, 300_000)

  it('Ctrl+C saves and ends with 130', async () => {
    const run = startForge(generate('interrupted', '--json'), { cwd: folder })
    await run.prints(/"type":"tool-end"/)
    run.child.kill('SIGINT')
    const { exitCode, stdout } = await run.ended
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'result', status: 'interrupted' })
    expect(existsSync(join(folder, 'interrupted', 'app_spec.txt'))).toBe(true)
  }, 120_000)

  it('a second Ctrl+C ends at once', async () => {
    const run = startForge(generate('interrupted', '--json'), { cwd: folder })
    await run.prints(/"type":"session-start"/)
    run.child.kill('SIGINT')
    run.child.kill('SIGINT')
    const at = performance.now()
    expect((await run.ended).exitCode).toBe(130)
    expect(performance.now() - at).toBeLessThan(3000)
  }, 120_000)
})
