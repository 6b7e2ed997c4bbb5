import { type SecurityPolicy, evaluateCommand } from '../../../src'
import type { bashWitness } from './bash-witness'
import { randomScript, randomSource } from './script-generator'

const MAX_MS = 250
/** Scripts that one bash runs one after the other. */
const BATCH = 100

export interface Findings {
  /** Scripts that the policy was asked about. */
  judged: number
  allowed: number
  /** Allowed scripts that bash ran: each one once, however often it was generated. */
  run: number
  escaped: string[]
  /** Slow, or an error inside the policy. */
  failed: string[]
}

export interface FuzzOptions {
  witness: Awaited<ReturnType<typeof bashWitness>>
  policies: readonly SecurityPolicy[]
  scripts: number
  seed: number
  /** Stops when so many scripts have escaped; default never. */
  enough?: number
  /** Called after each batch. */
  progress?: (findings: Findings) => void
}

/** Judges random scripts, and has bash run all that the policies allow. */
export async function fuzz({ witness, policies, scripts, seed, enough = Number.POSITIVE_INFINITY, progress }: FuzzOptions): Promise<Findings> {
  const random = randomSource(seed)
  const findings: Findings = { judged: 0, allowed: 0, run: 0, escaped: [], failed: [] }
  const seen = new Set<string>()
  const running = new Set<Promise<void>>()
  let batch: string[] = []

  const runBatch = () => {
    findings.run += batch.length
    const run = witness.escapesOf(batch).then((escaped) => {
      findings.escaped.push(...escaped)
      running.delete(run)
      progress?.(findings)
    })
    running.add(run)
    batch = []
  }

  while (findings.judged < scripts && findings.escaped.length < enough) {
    const script = randomScript(random)
    findings.judged += 1
    if (!isAllowed(script)) continue
    findings.allowed += 1
    if (seen.has(script)) continue
    seen.add(script)
    batch.push(script)
    if (batch.length === BATCH) runBatch()
    if (running.size >= witness.lanes) await Promise.race(running)
  }
  if (batch.length > 0) runBatch()
  await Promise.all(running)
  return findings

  function isAllowed(script: string): boolean {
    const judge = () => evaluateCommand(script, { projectDir: witness.project, policies })
    const startedAt = performance.now()
    const { verdict, rule } = judge()
    if (rule.startsWith('internal.') || (performance.now() - startedAt > MAX_MS && isSlow(judge))) findings.failed.push(script)
    return verdict === 'allow'
  }
}

/** Slow each time, so that a busy machine is not taken for a slow policy. */
function isSlow(action: () => void): boolean {
  return [1, 2, 3].every(() => {
    const startedAt = performance.now()
    action()
    return performance.now() - startedAt > MAX_MS
  })
}
