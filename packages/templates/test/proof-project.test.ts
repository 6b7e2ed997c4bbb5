import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Feature, formatFeatureList } from '@forge/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { verifyProject } from '../src/fastapi/verify-project'
import { FEATURES, SPEC, write, writeHonestProject } from './support/proof-project'
import { PROOF_LIMIT_MS, type ProofMachine, provenIds, startProofMachine } from './support/proof-machine'

vi.setConfig({ testTimeout: PROOF_LIMIT_MS, hookTimeout: PROOF_LIMIT_MS })
let machine: ProofMachine
const [create, get, list] = FEATURES as [Feature, Feature, Feature]
const EMPTY_TESTS = ['creates_note', 'duplicate_title', 'title_too_long']
  .map((name) => `@pytest.mark.feature(1, "${name}")\nasync def test_${name}(client):\n    pass\n`)
  .join('\n')

beforeAll(async () => {
  machine = await startProofMachine()
})
afterAll(() => machine?.close())

async function verify(projectDir: string) {
  const verified = await verifyProject(projectDir, { ...machine.options, sandbox: machine.sandbox, signal: AbortSignal.timeout(PROOF_LIMIT_MS) })
  if (!verified.report.ran) throw new Error(verified.report.reason)
  return { ...verified, proven: provenIds(verified.report), messages: verified.drift.map(({ message }) => message) }
}

function freeze(projectDir: string): void {
  const definitions = FEATURES.map(({ passes: _, ...definition }) => definition)
  const digest = createHash('sha256').update(SPEC).digest('hex')
  write(projectDir, '.forge/features.json', JSON.stringify({ version: 1, spec_digest: digest, features: definitions }))
}

const forged = (feature: Feature): Feature => ({
  ...feature,
  passes: true,
  evidence: {
    verified_at: '2026-01-01T00:00:00.000Z',
    tree: 'a'.repeat(64),
    cases: feature.test_cases.map(({ name }) => ({ name, tests: ['tests/test_notes.py::test_it'] })),
  },
})

describe('verifyProject', () => {
  it('proves an honest project from its directory alone', async () => {
    const projectDir = writeHonestProject(machine.place())
    freeze(projectDir)
    expect(await verify(projectDir)).toMatchObject({ proven: [1, 2, 3], messages: [] })
  })

  it('judges the frozen features where the list was thinned, reworded and called proven with forged evidence', async () => {
    const projectDir = writeHonestProject(machine.place())
    freeze(projectDir)
    write(projectDir, 'tests/test_notes.py', `import pytest\n\n\n${EMPTY_TESTS}`)
    const easier = { ...get, description: 'Get anything', test_cases: [] }
    write(projectDir, 'feature_list.json', formatFeatureList([forged(create), forged(easier)]))
    write(projectDir, '.forge/evidence.json', JSON.stringify({ proven: [1, 2, 3] }))
    const { proven, messages, features } = await verify(projectDir)
    expect(proven).toEqual([])
    expect(features.map(({ id }) => id)).toEqual([1, 2, 3])
    expect(messages).toEqual([
      'feature 2: description was changed',
      'feature 2: test_cases[0] was changed',
      'feature 2: test_cases[1] was changed',
      'feature 3 (List all notes) was deleted',
    ])
  })

  it('says what the specification demands and a list without a frozen one lacks', async () => {
    const projectDir = writeHonestProject(machine.place())
    write(projectDir, 'feature_list.json', formatFeatureList([create, { ...list, path: '/api/v1/other', description: 'Other' }]))
    const { messages } = await verify(projectDir)
    expect(messages[0]).toMatch(/there is no .forge\/features.json/)
    expect(messages).toContainEqual(expect.stringContaining('no feature covers this endpoint: GET /api/v1/notes/{note_id}'))
    expect(messages).toContainEqual(expect.stringMatching(/no feature covers this endpoint: GET \/api\/v1\/notes( |$)/))
  })

  it('says that the specification is another one', async () => {
    const projectDir = writeHonestProject(machine.place())
    freeze(projectDir)
    write(projectDir, 'app_spec.txt', `${SPEC}\nMore.\n`)
    expect((await verify(projectDir)).messages).toEqual(['app_spec.txt is not the specification that the list was frozen from'])
  })

  it('waits for no pipe in place of the list', async () => {
    const projectDir = machine.place()
    mkdirSync(projectDir, { recursive: true })
    execFileSync('mkfifo', [join(projectDir, 'feature_list.json'), join(projectDir, 'app_spec.txt')])
    await expect(verify(projectDir)).rejects.toMatchObject({ code: 'PROJECT_FOREIGN' })
    rmSync(projectDir, { recursive: true })
  })

  it('names a directory that holds no project', async () => {
    const projectDir = machine.place()
    mkdirSync(projectDir, { recursive: true })
    await expect(verify(projectDir)).rejects.toMatchObject({ code: 'PROJECT_FOREIGN', remedy: expect.any(String) })
    rmSync(projectDir, { recursive: true })
  })
})
