import type { Feature, Phase } from '@forge/core'
import type { Blueprint } from './compile'

/** The text of `claude-progress.txt` after a session. The same blueprint and phase give the same text. */
export function progressNotes({ spec, features }: Blueprint, phase: Phase): string {
  const left = features.filter((feature) => feature.left_for_model !== undefined)
  const cases = features.reduce((sum, feature) => sum + feature.test_cases.length, 0)
  const done =
    phase === 'initializer'
      ? ['The feature list and the foundation are written: settings, errors, middleware, migrations, scripts.', 'Next: application and tests.']
      : [
          'Application and tests are written for every feature that is not left for a model.',
          'What is proven stands in feature_list.json; only the harness sets it.',
        ]
  return [
    `Progress: ${spec.title}`,
    '',
    `${features.length} features with ${cases} test cases: ${spec.endpoints.length} endpoints, ${spec.rules.length} rules.`,
    ...done,
    ...(left.length === 0 ? ['', 'Nothing is left for a model.'] : ['', 'Left for a model:', ...left.map(leftLine)]),
    '',
  ].join('\n')
}

function leftLine({ id, description, left_for_model: reason }: Feature): string {
  return `- #${id} ${description} (${reason ?? ''})`
}
