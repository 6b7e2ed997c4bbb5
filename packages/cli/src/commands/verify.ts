import type { CAC } from 'cac'
import type { CommandOutcome } from '../cli'
import { chooseSandbox, folder } from '../options'
import { abortOnSignals } from '../signals'

async function verify(dir: string | undefined, options: { json?: boolean; sandbox?: unknown; verbose?: boolean }): Promise<CommandOutcome> {
  const projectDir = folder(dir, '.')
  // The judged project may be anybody's code, but proving it is the caller's explicit wish; `auto` says so when nothing confines it.
  const { sandbox, warning } = await chooseSandbox(options.sandbox, true)
  if (warning) process.stderr.write(`forge: ${warning}\n`)
  const { verifyProject } = await import('@forge/templates')
  const signals = abortOnSignals()
  try {
    const { report, drift, features } = await verifyProject(projectDir, {
      sandbox,
      signal: signals.signal,
      emit: (event) => {
        if (event.type === 'verification-step') process.stderr.write(`  ${event.step} (${event.seconds.toFixed(1)} s)\n`)
      },
    })
    if (!report.ran) {
      process.stderr.write(`forge: Not run: ${report.reason}\n  ${report.remedy}\n`)
      if (options.json)
        process.stdout.write(
          `${JSON.stringify({ features: [], drift: [], error: { code: report.code, message: report.reason, remedy: report.remedy } })}\n`,
        )
      return { exitCode: 2 }
    }
    const proven = report.features.filter((feature) => feature.proven).length
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ features: report.features, drift, problems: report.problems, suite: report.suite, tree: report.tree })}\n`,
      )
    } else {
      for (const problem of report.problems) process.stdout.write(`problem: ${problem}\n`)
      for (const difference of drift) process.stdout.write(`drift: ${difference.message}\n`)
      for (const feature of report.features) {
        if (feature.proven) continue
        const definition = features.find((candidate) => candidate.id === feature.id)
        process.stdout.write(`not proven: #${feature.id} ${definition?.description ?? ''}: ${feature.reason ?? 'no reason given'}\n`)
      }
      process.stdout.write(`${proven} of ${report.features.length} features proven in ${report.seconds.toFixed(1)} s.\n`)
    }
    const complete = proven === report.features.length && report.features.length > 0 && drift.length === 0
    return { exitCode: complete ? 0 : 1 }
  } finally {
    signals.dispose()
  }
}

export function registerVerify(program: CAC): void {
  program
    .command('verify [dir]', 'Prove every feature again from nothing but the project directory')
    .option('--sandbox <name>', 'auto, bubblewrap or none (default: auto)')
    .option('--json', 'End with one JSON line')
    .example('forge verify ./my_api')
    .action(verify)
}
