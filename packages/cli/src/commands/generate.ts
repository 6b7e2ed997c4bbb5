import { resolve } from 'node:path'
import { blueprint } from '@forge/blueprint'
import { exitCodeFor, Harness, jsonRenderer, type Provider, plainRenderer, type Renderer, type RunResult } from '@forge/core'
import { fastapi, loadSize } from '@forge/templates'
import type { CAC } from 'cac'
import type { CommandOutcome } from '../cli'
import { UsageError } from '../errors'
import { chooseSandbox, folder, oneOf, single, wholeNumber } from '../options'
import { abortOnSignals } from '../signals'
import { summarise } from '../summary'

interface GenerateOptions {
  projectDir?: string
  spec?: string
  config?: string
  provider?: string
  maxIterations?: string
  maxTokens?: string
  maxMinutes?: string
  sandbox?: string
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

function chooseProvider(name: string): ChosenProvider {
  const wanted = oneOf(name, '--provider', ['auto', 'blueprint', 'anthropic', 'azure'] as const)
  if (wanted === 'anthropic' || wanted === 'azure') {
    throw new UsageError(`The ${wanted} provider is not part of this release.`, 'Use --provider blueprint, which needs no key.')
  }
  const found = wanted === 'auto' ? MODEL_KEYS.filter((key) => process.env[key]) : []
  const notice = found.length > 0 ? `${found.join(' and ')} set but not used: this release has the embedded provider only.` : null
  return { provider: blueprint(), notice }
}

function chooseRenderer(options: GenerateOptions): Renderer {
  if (options.json) return jsonRenderer({ stream: process.stdout })
  const level = options.verbose ? 'verbose' : options.quiet ? 'quiet' : 'normal'
  return plainRenderer({ stream: process.stderr, level })
}

async function generate(options: GenerateOptions): Promise<CommandOutcome> {
  const size = await loadSize(single(options.config, '--config') ?? 'medium')
  const specFile = single(options.spec, '--spec')
  const maxIterations = wholeNumber(options.maxIterations, '--max-iterations', 1)
  const tokens = wholeNumber(options.maxTokens, '--max-tokens', 1)
  const minutes = wholeNumber(options.maxMinutes, '--max-minutes', 1)
  const { provider, notice } = chooseProvider(single(options.provider, '--provider') ?? 'auto')
  const { sandbox, warning } = await chooseSandbox(single(options.sandbox, '--sandbox') ?? 'auto', provider.trusted === true)
  const projectDir = folder(single(options.projectDir, '--project-dir'), './my_api')

  const harness = new Harness({
    projectDir,
    template: fastapi({ size }),
    provider,
    sandbox,
    renderer: chooseRenderer(options),
    git: options.git !== false,
    autoContinueDelayMs: provider.trusted === true ? 0 : 3000,
    ...(specFile === undefined ? {} : { spec: resolve(specFile) }),
    ...(maxIterations === undefined ? {} : { maxIterations }),
    limits: { ...(tokens === undefined ? {} : { tokens }), ...(minutes === undefined ? {} : { minutes }) },
  })
  for (const line of [warning, notice]) if (line) process.stderr.write(`forge: ${line}\n`)

  const signals = abortOnSignals()
  let result: RunResult
  try {
    result = await harness.run({ signal: signals.signal })
  } finally {
    signals.dispose()
  }
  if (!options.json) process.stdout.write(summarise(result, projectDir, warning))
  return { exitCode: exitCodeFor(result), result }
}

export function registerGenerate(program: CAC): void {
  program
    .command('generate', 'Build and prove a backend from a specification (the default command)')
    .alias('!')
    .option('--project-dir <dir>', 'Output folder (default: ./my_api)')
    .option('--spec <file>', 'The specification (default: DIR/app_spec.txt, else the bundled example)')
    .option('--config <name>', 'Size: test, small, medium, large, or a JSON file (default: medium)')
    .option('--provider <name>', 'auto or blueprint (default: auto)')
    .option('--max-iterations <n>', 'Sessions at most, initializer included')
    .option('--max-tokens <n>', 'Stop after so many tokens, state saved')
    .option('--max-minutes <n>', 'Stop after so many minutes, state saved')
    .option('--sandbox <name>', 'auto, bubblewrap or none (default: auto)')
    .option('--no-git', 'No repository, no commits')
    .option('-v, --verbose', 'Show every tool call')
    .option('-q, --quiet', 'Show only the result')
    .option('--json', 'One event a line on stdout, the last one the result')
    .example('forge generate --spec app_spec.txt --project-dir ./my_api')
    .action(generate)
}
