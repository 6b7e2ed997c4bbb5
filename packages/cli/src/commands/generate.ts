import { resolve } from 'node:path'
import type { Harness, Provider, Renderer, RunResult } from '@forge/core'
import type { CAC } from 'cac'
import type { CommandOutcome } from '../outcome'
import { UsageError } from '../errors'
import { folder, oneOf, sandboxOption, single, wholeNumber } from '../options'
import { type PolicyFlags, policyOptions } from '../policies'
import { abortOnSignals } from '../signals'
import { summarise } from '../summary'

/** As parsed: values are strings, and lists of them where an option was repeated. */
interface GenerateOptions extends PolicyFlags {
  projectDir?: unknown
  spec?: unknown
  config?: unknown
  provider?: unknown
  maxIterations?: unknown
  maxTokens?: unknown
  maxMinutes?: unknown
  sandbox?: unknown
  verbose?: boolean
  quiet?: boolean
  json?: boolean
  git?: boolean
}

/** Keys that a model provider would need; values are never read here. */
const MODEL_KEYS = ['ANTHROPIC_API_KEY', 'AZURE_FOUNDRY_API_KEY'] as const

interface ChosenProvider {
  provider: Provider
  notice: string | null
}

async function chooseProvider(value: unknown): Promise<ChosenProvider> {
  const given = single(value, '--provider') ?? 'auto'
  if (given === 'anthropic' || given === 'azure') {
    throw new UsageError(`The ${given} provider is not part of this release.`, 'Use --provider blueprint, which needs no key.')
  }
  const wanted = oneOf(given, '--provider', ['auto', 'blueprint'] as const)
  const found = wanted === 'auto' ? MODEL_KEYS.filter((key) => process.env[key]) : []
  const notice =
    found.length > 0
      ? `${found.join(' and ')} ${found.length > 1 ? 'are' : 'is'} set but not used: this release has the embedded provider only.`
      : null
  const { blueprint } = await import('@forge/blueprint')
  return { provider: blueprint(), notice }
}

async function chooseRenderer(options: GenerateOptions): Promise<Renderer> {
  const { jsonRenderer, plainRenderer } = await import('@forge/core')
  if (options.json) return jsonRenderer({ stream: process.stdout })
  const level = options.verbose ? 'verbose' : options.quiet ? 'quiet' : 'normal'
  return plainRenderer({ stream: process.stderr, level })
}

async function generate(options: GenerateOptions): Promise<CommandOutcome> {
  const projectDir = folder(single(options.projectDir, '--project-dir'), './my_api')
  const spec = single(options.spec, '--spec')
  const maxIterations = wholeNumber(options.maxIterations, '--max-iterations', 1)
  const limits = {
    tokens: wholeNumber(options.maxTokens, '--max-tokens', 1),
    minutes: wholeNumber(options.maxMinutes, '--max-minutes', 1),
  }
  const { policies, notice: policyNotice } = await policyOptions(options, projectDir)
  const { provider, notice } = await chooseProvider(options.provider)
  const { fastapi, loadSize } = await import('@forge/templates')
  const template = fastapi({ size: loadSize(single(options.config, '--config') ?? 'medium') })
  const { sandbox, warning } = await sandboxOption(options.sandbox, provider.trusted === true)

  const { exitCodeFor, Harness } = await import('@forge/core')
  const harness = new Harness({
    projectDir,
    spec: spec === undefined ? undefined : resolve(spec),
    template,
    provider,
    sandbox,
    policies,
    renderer: await chooseRenderer(options),
    maxIterations,
    limits,
    git: options.git !== false,
    ...(provider.trusted === true ? { autoContinueDelayMs: 0 } : {}),
  })
  for (const text of [notice, policyNotice]) if (text) process.stderr.write(`forge: ${text}\n`)
  const result = await runUntilSignal(harness)
  if (!options.json) process.stdout.write(summarise(result, projectDir, warning))
  return { exitCode: exitCodeFor(result), result }
}

async function runUntilSignal(harness: Harness): Promise<RunResult> {
  const { signal, dispose } = abortOnSignals()
  try {
    return await harness.run({ signal })
  } finally {
    dispose()
  }
}

export function registerGenerate(program: CAC): void {
  program
    .command('generate', 'Build and prove a backend from a specification (the default command)')
    .alias('!')
    .usage('[generate] [options]')
    .option('--project-dir <dir>', 'Output folder (default: ./my_api)')
    .option('--spec <file>', 'The specification (default: DIR/app_spec.txt, else the bundled example)')
    .option('--config <name>', 'Size: test, small, medium, large, or a JSON file (default: medium)')
    .option('--provider <name>', 'auto or blueprint (default: auto, the embedded blueprint)')
    .option('--max-iterations <n>', 'Sessions at most, initializer included')
    .option('--max-tokens <n>', 'Stop after so many tokens, state saved')
    .option('--max-minutes <n>', 'Stop after so many minutes, state saved')
    .option('--sandbox <name>', 'auto, bubblewrap or none (default: auto)')
    .option('--allow <name>', 'Let the agent run a further command, with words inside the project (repeatable)')
    .option('--policy <file>', 'Own policies: an ES module or JSON outside the project directory (repeatable)')
    .option('--no-git', 'No repository, no commits')
    .option('-v, --verbose', 'Show every tool call')
    .option('-q, --quiet', 'Show only the result')
    .option('--json', 'One event a line on stdout, the last one the result')
    .example('forge generate --spec app_spec.txt --project-dir ./my_api')
    .action(generate)
}
