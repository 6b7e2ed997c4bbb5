import { afterAll, describe, expect, test } from 'vitest'
import { defaultPolicies, evaluateCommand } from '../../src'
import { bashWitness } from './support/bash-witness'
import { randomScript, randomSource } from './support/script-generator'

/** Each seed is a run of its own: `FUZZ_SEED=7 FUZZ_SCRIPTS=200000` for a long one. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const SCRIPTS = Number(process.env['FUZZ_SCRIPTS'] ?? 6000)
const MAX_MS = 250

/** Slow each time, so that a busy machine is not taken for a slow policy. */
function isSlow(action: () => void): boolean {
  return [1, 2, 3].every(() => {
    const startedAt = performance.now()
    action()
    return performance.now() - startedAt > MAX_MS
  })
}

describe('scripts that the policy allows', () => {
  const bash = bashWitness()
  afterAll(bash.remove)

  test('never start a forbidden program in real bash', { timeout: 1000 * 60 * 60 }, () => {
    const random = randomSource(SEED)
    const policies = defaultPolicies()
    const escaped: string[] = []
    const failed: string[] = []
    let allowed = 0
    let mentioned = 0
    for (let count = 0; count < SCRIPTS; count += 1) {
      const script = randomScript(random)
      const judge = () => evaluateCommand(script, { projectDir: bash.project, policies })
      const startedAt = performance.now()
      const { verdict, rule } = judge()
      if (rule.startsWith('internal.') || (performance.now() - startedAt > MAX_MS && isSlow(judge))) failed.push(script)
      if (verdict === 'deny') continue
      allowed += 1
      if (!script.includes('evil') && !script.includes('x65')) continue
      mentioned += 1
      if (bash.starts(script)) escaped.push(script)
    }
    expect(escaped).toEqual([])
    expect(failed).toEqual([])
    expect(allowed).toBeGreaterThan(SCRIPTS / 50)
    expect(mentioned).toBeGreaterThan(SCRIPTS / 200)
  })

  test('the witness sees what bash starts', () => {
    expect(bash.starts('ls; evil')).toBe(true)
    expect(bash.starts('echo "$(evil)"')).toBe(true)
    expect(bash.starts("echo '$(evil)'")).toBe(false)
  })
})
