import type { Drift, Feature, VerifyReport } from '@forge/core'
import type { CAC } from 'cac'
import type { CommandOutcome } from '../outcome'
import { folder, sandboxOption } from '../options'
import { abortOnSignals } from '../signals'

interface VerifyOptions {
  json?: boolean
  sandbox?: unknown
}

/** What a proof from the project directory alone found. */
interface Proof {
  report: VerifyReport
  features: readonly Feature[]
  drift: readonly Drift[]
}

async function verify(dir: string | undefined, options: VerifyOptions): Promise<CommandOutcome> {
  const projectDir = folder(dir, '.')
  // The judged project may be anybody's code, but proving it is the caller's explicit wish; `auto` says so when nothing confines it.
  const { sandbox, warning } = await sandboxOption(options.sandbox, true)
  if (warning) process.stderr.write(`forge: ${warning}\n`)
  const { verifyProject } = await import('@forge/templates')
  const { signal, dispose } = abortOnSignals()
  try {
    const proof = await verifyProject(projectDir, {
      sandbox,
      signal,
      emit: (event) => {
        if (event.type === 'verification-step') process.stderr.write(`  ${event.step} (${event.seconds.toFixed(1)} s)\n`)
      },
    })
    process.stdout.write(options.json ? `${JSON.stringify(asJson(proof))}\n` : asText(proof))
    return { exitCode: exitCodeOf(proof) }
  } catch (error) {
    if (!signal.aborted) throw error
    process.stderr.write('Interrupted, so nothing is proven.\n')
    return { exitCode: 130 }
  } finally {
    dispose()
  }
}

function exitCodeOf({ report, drift }: Proof): number {
  if (!report.ran) return 2
  return report.features.length > 0 && report.features.every(({ proven }) => proven) && drift.length === 0 ? 0 : 1
}

function asJson({ report, drift }: Proof): object {
  if (!report.ran) return { features: [], drift, error: { code: report.code, message: report.reason, remedy: report.remedy } }
  return { features: report.features, drift, problems: report.problems, suite: report.suite, tree: report.tree }
}

function asText({ report, features, drift }: Proof): string {
  if (!report.ran) return `Not run, so nothing is proven: ${report.reason}\n  ${report.remedy}\n`
  const descriptions = new Map(features.map(({ id, description }) => [id, description]))
  const open = report.features.filter(({ proven }) => !proven)
  const lines = [
    ...report.problems.map((problem) => `problem: ${problem}`),
    ...drift.map(({ message }) => `drift: ${message}`),
    ...open.map(({ id, reason }) => `not proven: #${id} ${descriptions.get(id) ?? ''}\n${indented(reason ?? 'no reason given')}`),
    `${report.features.length - open.length} of ${report.features.length} features proven in ${report.seconds.toFixed(1)} s.`,
  ]
  return `${lines.join('\n')}\n`
}

const indented = (text: string): string => text.trimEnd().replace(/^/gm, '    ')

export function registerVerify(program: CAC): void {
  program
    .command('verify [dir]', 'Prove every feature again from nothing but the project directory')
    .option('--sandbox <name>', 'auto, bubblewrap or none (default: auto)')
    .option('--json', 'End with one JSON line')
    .example('forge verify ./my_api')
    .action(verify)
}
