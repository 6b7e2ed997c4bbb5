import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sandbox, bubblewrap, noSandbox } from '@forge/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fastapiVerifier } from '../src/fastapi/proof'
import { FEATURES, writeHonestProject } from './support/proof-project'

const folder = mkdtempSync(join(tmpdir(), 'forge-proof-'))
let sandbox: Sandbox

beforeAll(async () => {
  const confined = bubblewrap()
  sandbox = (await confined.probe()).works ? confined : noSandbox()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('fastapiVerifier', () => {
  it('proves an honest project', async () => {
    const projectDir = writeHonestProject(join(folder, 'honest'))
    const steps: string[] = []
    const report = await fastapiVerifier().verify({
      projectDir,
      features: FEATURES,
      sandbox,
      signal: AbortSignal.timeout(60_000),
      emit: (event) => event.type === 'verification-step' && steps.push(`${event.step} ${event.seconds.toFixed(2)}`),
    })
    console.error(JSON.stringify(report, null, 1), steps)
    expect(report).toMatchObject({ ran: true, problems: [], suite: { passed: 5, failed: 0, skipped: 0 } })
    expect(report.ran && report.features.filter((feature) => feature.proven).map(({ id }) => id)).toEqual([1, 2, 3])
  })
})
