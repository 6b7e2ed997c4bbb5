import type { FeatureProof } from '@forge/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { HONEST_PROJECTS, HONEST_TESTS } from './support/honest-tests'
import { LYING_PROJECTS } from './support/lying-projects'
import { LYING_TESTS } from './support/lying-tests'
import { FEATURES, featureAbout, write, writeHonestProject } from './support/proof-project'
import type { TestText } from './support/test-text'
import { PROOF_LIMIT_MS, type ProofMachine, provenIds, startProofMachine } from './support/proof-machine'

vi.setConfig({ testTimeout: PROOF_LIMIT_MS, hookTimeout: PROOF_LIMIT_MS })
let machine: ProofMachine

beforeAll(async () => {
  machine = await startProofMachine()
})
afterAll(() => machine?.close())

/** Proves one project that holds all the tests, each for a feature of its own. */
async function proveTests(tests: readonly TestText[]): Promise<Map<string, FeatureProof>> {
  const projectDir = writeHonestProject(machine.place())
  const features = tests.map(({ about }, index) => featureAbout(100 + index, about))
  for (const [index, { about, code }] of tests.entries()) {
    const mark = `pytest.mark.feature(${100 + index}, "${about}")`
    const text = code.replaceAll('{mark}', `@${mark}`).replaceAll('{markless}', mark)
    write(projectDir, `tests/test_extra_${index}.py`, `import asyncio\n\nimport httpx\nimport pytest\n\n\n${text}\n`)
  }
  const report = await machine.prove(projectDir, [...FEATURES, ...features])
  expect(report.problems).toEqual([])
  expect(provenIds(report)).toEqual(expect.arrayContaining([1, 2, 3]))
  return new Map(tests.map(({ name }, index) => [name, report.features.find(({ id }) => id === 100 + index)!]))
}

describe('a test that proves nothing', () => {
  let proofs: Map<string, FeatureProof>
  beforeAll(async () => {
    proofs = await proveTests(LYING_TESTS)
  })

  it.each(LYING_TESTS.map(({ name }) => name))('%s', (name) => {
    expect(proofs.get(name)).toMatchObject({ proven: false, reason: expect.any(String) })
  })
})

describe('a test that proves its case', () => {
  let proofs: Map<string, FeatureProof>
  beforeAll(async () => {
    proofs = await proveTests(HONEST_TESTS)
  })

  it.each(HONEST_TESTS.map(({ name }) => name))('%s', (name) => {
    expect(proofs.get(name)).toMatchObject({ proven: true })
  })
})

describe('an agent that', () => {
  it.each(LYING_PROJECTS)('$name gets nothing accepted', async ({ change, why, about = [1, 2, 3] }) => {
    const projectDir = writeHonestProject(machine.place())
    change(projectDir)
    const report = await machine.prove(projectDir, FEATURES)
    expect(provenIds(report).filter((id) => about.includes(id))).toEqual([])
    expect(report.features.find(({ id }) => id === about[0])?.reason).toMatch(why)
  })
})

describe('an honest project that', () => {
  it.each(HONEST_PROJECTS)('$name keeps every feature', async ({ change }) => {
    const projectDir = writeHonestProject(machine.place())
    change(projectDir)
    const report = await machine.prove(projectDir, FEATURES)
    expect(report).toMatchObject({ problems: [], suite: { failed: 0 } })
    expect(provenIds(report)).toEqual([1, 2, 3])
  })
})
