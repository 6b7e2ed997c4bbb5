import { afterAll, describe, expect, test } from 'vitest'
import { bubblewrap, defaultPolicies, noSandbox } from '../../src'
import { bashWitness } from './support/bash-witness'
import { type Findings, fuzz } from './support/fuzz'

/** Each seed is a run of its own; `npm run fuzz -- SCRIPTS SEED` starts a long one. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const SCRIPTS = Number(process.env['FUZZ_SCRIPTS'] ?? 200_000)
const PROGRESS = process.env['FUZZ_PROGRESS'] !== undefined

const probe = await bubblewrap().probe()
const witness = await bashWitness(probe.works ? bubblewrap() : noSandbox())
afterAll(() => witness.remove())

describe('scripts that the policy allows', () => {
  test(`never start a forbidden program nor write outside in real bash${probe.works ? '' : ' (in the sandbox: not run)'}`, {
    timeout: 1000 * 60 * 60 * 24,
  }, async () => {
    const findings = await fuzz({
      witness,
      policies: defaultPolicies(),
      scripts: SCRIPTS,
      seed: SEED,
      ...(PROGRESS ? { progress: rarely(report) } : {}),
    })
    report(findings)
    expect(findings.escaped).toEqual([])
    expect(findings.failed).toEqual([])
    expect(findings.judged).toBe(SCRIPTS)
    expect(findings.run).toBeGreaterThan(SCRIPTS / 50)
  })
})

const shown = new Set<string>()

/** How far it is, and what was found since the last report. */
function report({ judged, allowed, run, escaped, failed }: Findings): void {
  const counts = `${judged} scripts, ${allowed} allowed, ${run} different ones run, ${escaped.length} escaped, ${failed.length} slow or failed`
  const found = [...escaped, ...failed].filter((script) => !shown.has(script))
  for (const script of found) shown.add(script)
  process.stderr.write(`${[counts, ...found.map((script) => JSON.stringify(script))].join('\n')}\n`)
}

/** Once a minute. */
function rarely(action: typeof report): typeof report {
  let last = performance.now()
  return (findings) => {
    if (performance.now() - last < 60_000) return
    last = performance.now()
    action(findings)
  }
}
