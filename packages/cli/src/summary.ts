import { realpathSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FeatureResult, RunResult } from '@forge/core'
import { quote } from 'shell-quote'

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** How this very program can be called again: `forge` where it is installed, else its file. */
function ownCommand(): string {
  const invoked = process.argv[1] ?? ''
  if (basename(invoked) === 'forge') return 'forge'
  const file = fileURLToPath(new URL('../bin/forge.js', import.meta.url))
  return quote(['node', relative(process.cwd(), realpathSync(file))])
}

/** What a person reads at the end of a run. */
export function summarise(result: RunResult, projectDir: string, sandboxWarning: string | null): string {
  const lines: string[] = []
  const proven = result.features.filter((feature) => feature.proven)
  const left = result.features.filter((feature) => !feature.proven && feature.leftForModel !== null)
  const unproven = result.features.filter((feature) => !feature.proven && feature.leftForModel === null)
  const tokens = result.usage.inputTokens + result.usage.outputTokens
  const cases = proven.reduce((sum, feature) => sum + feature.cases, 0)

  const count =
    result.features.length === 0
      ? 'No feature list yet'
      : `${plural(proven.length, 'feature')} of ${result.features.length} proven (${plural(cases, 'test case')})`
  lines.push('', `${count} in ${result.seconds.toFixed(1)} s, ${plural(tokens, 'token')}.`)
  if (left.length > 0) {
    lines.push('', `${plural(left.length, 'feature')} left for a model:`, ...byReason(left, (feature) => feature.leftForModel ?? ''))
  }
  if (unproven.length > 0 && result.status !== 'not-verified') {
    lines.push('', `${plural(unproven.length, 'feature')} not proven:`, ...byReason(unproven, (feature) => feature.reason ?? 'not attempted yet'))
  }
  lines.push('', endingOf(result))
  if (sandboxWarning) lines.push(sandboxWarning)
  if (proven.length > 0) {
    const directory = quote([relative(process.cwd(), projectDir) || '.'])
    lines.push(
      '',
      'Start the server (and its database):',
      `  ${ownCommand()} serve ${directory}`,
      'Prove it again:',
      `  ${ownCommand()} verify ${directory}`,
    )
  }
  return `${lines.join('\n')}\n`
}

/** Features that share a reason stand together above it. */
function byReason(features: readonly FeatureResult[], reasonOf: (feature: FeatureResult) => string): string[] {
  const groups = new Map<string, FeatureResult[]>()
  for (const feature of features) groups.set(reasonOf(feature), [...(groups.get(reasonOf(feature)) ?? []), feature])
  return [...groups].flatMap(([reason, group]) => [
    ...group.map(({ id, description }) => `  #${id} ${description}`),
    ...shortened(reason).map((line) => `      ${line}`),
  ])
}

/** The ends of a long text tell most of it: what happened, and the last line of a traceback. */
function shortened(text: string): string[] {
  const lines = text.trim().split('\n')
  return lines.length <= 4 ? lines : [lines[0]!, '…', lines.at(-1)!]
}

function endingOf(result: RunResult): string {
  switch (result.status) {
    case 'proven':
      return 'Every feature is proven.'
    case 'needs-model':
      return 'All that the embedded provider claims is proven; the rest needs a model.'
    case 'failed':
      return `Failed (${result.why}): ${result.reason}`
    case 'limit':
      return `Stopped at the limit (${result.which}); the same command goes on.`
    case 'interrupted':
      return 'Interrupted; the state is saved, the same command goes on.'
    case 'provider-unavailable':
      return `The provider is unavailable: ${result.error.message}\n  ${result.error.remedy}`
    case 'not-verified':
      return `Nothing is proven, since the proof was not run: ${result.reason}\n  ${result.remedy}`
  }
}
