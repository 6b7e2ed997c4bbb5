import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { bubblewrap } from '@forge/core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { fastapiVerifier } from '../src/fastapi/proof'
import { bundleScript, runScript } from './support/child-script'
import { FEATURES, write, writeHonestProject } from './support/proof-project'
import { processesNaming } from './support/processes'
import { PROOF_LIMIT_MS, type ProofMachine, provenIds, startProofMachine } from './support/proof-machine'

vi.setConfig({ testTimeout: PROOF_LIMIT_MS, hookTimeout: PROOF_LIMIT_MS })
let machine: ProofMachine

/** A folder for temporary files that no other test uses. */
function ownTemporary(): string {
  const folder = machine.place()
  mkdirSync(folder, { recursive: true })
  vi.stubEnv('TMPDIR', folder)
  return folder
}

beforeAll(async () => {
  machine = await startProofMachine()
})
afterAll(() => machine?.close())
afterEach(() => vi.unstubAllEnvs())

describe('a proof', () => {
  it('finds every feature of an honest project proven, with its evidence, and leaves nothing behind', async () => {
    const projectDir = writeHonestProject(machine.place())
    const temporary = ownTemporary()
    const report = await machine.prove(projectDir, FEATURES)
    expect(report).toMatchObject({ problems: [], suite: { passed: 6, failed: 0, skipped: 0 }, tree: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(provenIds(report)).toEqual([1, 2, 3])
    expect(report.features[1]?.cases[0]).toEqual({
      name: 'gets_note',
      proven: true,
      tests: ['tests/test_notes.py::test_gets_note'],
      exchange: { method: 'GET', path: '/api/v1/notes/1', status: 200 },
    })
    expect(readdirSync(temporary)).toEqual([])
    expect(existsSync(`${projectDir}/tests/__pycache__`)).toBe(false)
  })

  it('tells the features that hold from those that do not', async () => {
    const projectDir = writeHonestProject(machine.place())
    const tests = `import pytest\n\n\n@pytest.mark.feature(2, "unknown_note")\nasync def test_other(client):\n    assert False, "not yet"\n`
    write(projectDir, 'tests/test_other.py', tests)
    const report = await machine.prove(projectDir, [...FEATURES, { ...FEATURES[2]!, id: 4 }, { ...FEATURES[2]!, id: 5, test_cases: [] }])
    expect(provenIds(report)).toEqual([1, 3])
    expect(report.suite).toMatchObject({ passed: 6, failed: 1, skipped: 0 })
    expect(report.features.map(({ reason }) => reason)).toEqual([
      undefined,
      expect.stringMatching(/^case "unknown_note": tests\/test_other.py::test_other fails: .*not yet/),
      undefined,
      'case "lists_notes": no test names it in a marker: @pytest.mark.feature(4, "lists_notes")',
      'it has no test case that could prove it',
    ])
  })

  it.each([
    ['migrations fail', 'alembic/versions/0002_more.py', 'raise RuntimeError("no such revision")\n', /migrations fail.*no such revision/s],
    ['the application does not start', 'app/main.py', 'raise RuntimeError("no application")\n', /ended before it answered.*no application/s],
    [
      'a test file cannot be read',
      'tests/test_broken.py',
      'import nothing_of_the_kind\n',
      /cannot be collected: tests\/test_broken.py.*nothing_of_the_kind/,
    ],
    ['the specification holds nothing', 'app_spec.txt', '\n', /app_spec.txt cannot be read/],
  ])('names what keeps the whole project from being proven: %s', async (_name, path, content, problem) => {
    const projectDir = writeHonestProject(machine.place())
    write(projectDir, path, content)
    const report = await machine.prove(projectDir, FEATURES)
    expect(report.problems).toEqual([expect.stringMatching(problem)])
    expect(provenIds(report)).toEqual([])
  })

  it('ends tests that do not', async () => {
    const projectDir = writeHonestProject(machine.place())
    write(projectDir, 'tests/test_endless.py', 'import time\n\n\ndef test_endless():\n    time.sleep(1000)\n')
    const verifier = fastapiVerifier({ ...machine.options, suiteTimeoutMs: 4_000 })
    const context = { projectDir, features: FEATURES, sandbox: machine.sandbox, signal: AbortSignal.timeout(PROOF_LIMIT_MS), emit: () => {} }
    expect(await verifier.verify(context)).toMatchObject({
      ran: true,
      problems: ['the tests did not end within 4 s'],
      features: [{ proven: false }, {}, {}],
    })
  })

  it('stops when it is told to', async () => {
    const projectDir = writeHonestProject(machine.place())
    const temporary = ownTemporary()
    const stop = new AbortController()
    const context = { projectDir, features: FEATURES, sandbox: machine.sandbox, signal: stop.signal, emit: () => stop.abort(new Error('enough')) }
    await expect(fastapiVerifier(machine.options).verify(context)).rejects.toThrow('enough')
    expect(readdirSync(temporary)).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('leaves no process and no folder when it is killed', async () => {
    const projectDir = writeHonestProject(machine.place())
    const { folder, script } = await bundleScript('proof-child')
    const temporary = machine.place()
    mkdirSync(temporary, { recursive: true })
    const { PATH = '', HOME = '/' } = process.env
    const child = runScript(script, { PATH, HOME, TMPDIR: temporary, PROJECT: projectDir })
    await child.firstLine
    expect(processesNaming(temporary)).not.toEqual([])
    child.process.kill('SIGKILL')
    await child.exited
    const isGone = () => processesNaming(temporary).length === 0 && readdirSync(temporary).length === 0
    for (const until = Date.now() + 20_000; Date.now() < until && !isGone(); ) await sleep(50)
    expect(processesNaming(temporary)).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
    rmSync(folder, { recursive: true })
  })

  it('is not run, and proves nothing, where the machine lacks something', async () => {
    const projectDir = writeHonestProject(machine.place())
    const context = { projectDir, features: FEATURES, sandbox: machine.sandbox, signal: AbortSignal.timeout(PROOF_LIMIT_MS), emit: () => {} }
    vi.stubEnv('DATABASE_URL', 'postgresql://nobody@127.0.0.1:1/none')
    const { environment } = machine.options
    const noDatabase = await fastapiVerifier({ environment }).verify(context)
    expect(noDatabase).toMatchObject({ ran: false, code: 'DATABASE_MISSING', remedy: expect.any(String) })
    const noSandbox = await fastapiVerifier(machine.options).verify({ ...context, sandbox: bubblewrap({ executable: '/no/such/bwrap' }) })
    expect(noSandbox).toMatchObject({ ran: false, code: 'SANDBOX_UNAVAILABLE', remedy: expect.any(String) })
  })
})
