import { afterAll, describe, expect, test } from 'vitest'
import { type SecurityPolicy, bubblewrap, defaultPolicies, evaluateCommand, noSandbox } from '../../src'
import { bashWitness } from './support/bash-witness'
import { randomScript, randomSource } from './support/script-generator'

/** Each seed is a run of its own; `npm run fuzz -- SCRIPTS SEED` starts a long one. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const SCRIPTS = Number(process.env['FUZZ_SCRIPTS'] ?? 200_000)
const PROGRESS = process.env['FUZZ_PROGRESS'] !== undefined
const MAX_MS = 250
/** Scripts that wait for bash before more are judged. */
const AT_ONCE = 64

const probe = await bubblewrap().probe()
const bash = await bashWitness(probe.works ? bubblewrap() : noSandbox())

/** Slow each time, so that a busy machine is not taken for a slow policy. */
function isSlow(action: () => void): boolean {
  return [1, 2, 3].every(() => {
    const startedAt = performance.now()
    action()
    return performance.now() - startedAt > MAX_MS
  })
}

interface Findings {
  allowed: number
  /** Allowed scripts that name the forbidden program, and so were run. */
  run: number
  escaped: string[]
  /** Slow, or an error inside the policy. */
  failed: string[]
}

async function fuzz(policies: readonly SecurityPolicy[], scripts: number): Promise<Findings> {
  const random = randomSource(SEED)
  const findings: Findings = { allowed: 0, run: 0, escaped: [], failed: [] }
  const running = new Set<Promise<void>>()
  const settle = async () => {
    await Promise.all(running)
    running.clear()
  }
  for (let count = 0; count < scripts; count += 1) {
    const script = randomScript(random)
    const judge = () => evaluateCommand(script, { projectDir: bash.project, policies })
    const startedAt = performance.now()
    const { verdict, rule } = judge()
    if (rule.startsWith('internal.') || (performance.now() - startedAt > MAX_MS && isSlow(judge))) findings.failed.push(script)
    if (verdict === 'deny') continue
    findings.allowed += 1
    if (!script.includes('evil') && !script.includes('x65')) continue
    findings.run += 1
    running.add(
      bash.starts(script).then((started) => {
        if (started) findings.escaped.push(script)
      }),
    )
    if (running.size >= AT_ONCE) await settle()
    if (PROGRESS && findings.run % 5000 === 0) report(count, findings)
  }
  await settle()
  return findings
}

const report = (scripts: number, { allowed, run, escaped, failed }: Findings) =>
  process.stderr.write(`${scripts} scripts, ${allowed} allowed, ${run} run, ${escaped.length} escaped, ${failed.length} slow or failed\n`)

describe('scripts that the policy allows', () => {
  afterAll(bash.remove)

  test(`never start a forbidden program in real bash${probe.works ? '' : ' (in the sandbox: not run)'}`, {
    timeout: 1000 * 60 * 60 * 24,
  }, async () => {
    const findings = await fuzz(defaultPolicies(), SCRIPTS)
    if (PROGRESS) report(SCRIPTS, findings)
    expect(findings.escaped).toEqual([])
    expect(findings.failed).toEqual([])
    expect(findings.allowed).toBeGreaterThan(SCRIPTS / 50)
    expect(findings.run).toBeGreaterThan(SCRIPTS / 200)
  })

  test('would be found by it if they did', async () => {
    const namesOnly: SecurityPolicy = {
      id: 'first word only',
      evaluate: ({ command }) => ({
        verdict: /^\s*(?:ls|cat|echo|true)\b/.test(command) ? 'allow' : 'deny',
        rule: 'first.word',
        reason: 'for this test',
      }),
    }
    const { escaped } = await fuzz([namesOnly], 3000)
    expect(escaped.length).toBeGreaterThan(20)
  })

  test('the witness sees what bash starts', async () => {
    expect(await bash.starts('ls; evil')).toBe(true)
    expect(await bash.starts('echo "$(evil)"')).toBe(true)
    expect(await bash.starts("echo '$(evil)'")).toBe(false)
  })
})
