import { join } from 'node:path'
import { ForgeError } from '../errors'
import { type FreezeCheck, checkCoverage, featureFor } from '../features/coverage'
import type { Feature } from '../features/feature'
import { featuresOf, freeze } from '../features/ledger'
import { formatFeatureList, parseFeatureList } from '../features/schema'
import { ensureFile, readOwnFile } from '../files'
import type { Run } from './context'
import { FEATURE_LIST } from './project'

/** Initializer sessions after which the list is frozen as it is, with what it lacks added. */
const INITIALIZERS = 2

/**
 * After an initializer session: freezes the list, or notes in the unsaved state what has to go back, so that a repeated call counts once. A
 * session that its provider broke off does not count.
 */
export async function freezeOrSendBack(run: Run): Promise<void> {
  const { features, faults } = await readList(run)
  const check = checkCoverage(features, run.requirements, run.options.template.size, { trusted: isTrusted(run) })
  const problems = [...faults, ...problemsOf(check, run)]
  const initializers = run.state.initializers + (run.state.ending === 'provider-error' ? 0 : 1)
  if (problems.length > 0 && initializers < INITIALIZERS) {
    run.state = { ...run.state, initializers, problems }
    const message = `The feature list goes back to the initializer: ${problems.length} problems, first: ${problems[0]}.`
    run.bus.emit({ type: 'notice', level: 'warning', code: 'LIST_INCOMPLETE', message })
    return
  }
  await freezeList(run, features, check)
  run.state = { ...run.state, initializers, problems: [] }
}

/** Makes the list immutable; what the specification demands and the list lacks is added as a feature that does not pass. */
export async function freezeList(run: Run, features: readonly Feature[], check = coverageOf(run, features)): Promise<void> {
  const highest = features.reduce((most, { id }) => Math.max(most, id), 0)
  const added = check.missing.map((requirement, index) => featureFor(requirement, highest + 1 + index))
  const ledger = freeze([...features.map((feature) => (isTrusted(run) ? feature : { ...feature, left_for_model: undefined })), ...added])
  await run.store.writeFrozen({ specDigest: run.spec.digest, definitions: [...ledger.definitions] })
  run.ledger = ledger
  await writeList(run)
  for (const message of [check.aboveRange, check.belowRange]) {
    if (message !== undefined) run.bus.emit({ type: 'notice', level: 'info', code: 'LIST_RANGE', message: `The list has ${message}; it stays so.` })
  }
  run.bus.emit({
    type: 'features-frozen',
    total: ledger.definitions.length,
    cases: ledger.definitions.reduce((sum, definition) => sum + definition.test_cases.length, 0),
    added: added.map(({ id, description }) => ({ id, text: description })),
  })
}

/** Writes the frozen list with the harness's own verdicts. */
export async function writeList(run: Run): Promise<void> {
  if (run.ledger !== undefined) await ensureFile(join(run.projectDir, FEATURE_LIST), formatFeatureList(featuresOf(run.ledger)))
}

function coverageOf(run: Run, features: readonly Feature[]): FreezeCheck {
  return checkCoverage(features, run.requirements, run.options.template.size, { trusted: isTrusted(run) })
}

function isTrusted(run: Run): boolean {
  return run.options.provider.trusted === true
}

async function readList(run: Run): Promise<{ features: Feature[]; faults: string[] }> {
  const text = await readOwnFile(join(run.projectDir, FEATURE_LIST))
  if (text === undefined) return { features: [], faults: [`${FEATURE_LIST} does not exist`] }
  try {
    return { features: parseFeatureList(text, FEATURE_LIST), faults: [] }
  } catch (error) {
    if (error instanceof ForgeError) return { features: [], faults: error.message.split('\n') }
    throw error
  }
}

/** What a feature must have to cover an endpoint. */
const WANTED = ' (its method and path, with a case on them that succeeds)'

/** Our own code knows best how many cases a small specification yields; a model is asked once more. */
function problemsOf(check: FreezeCheck, run: Run): string[] {
  return [
    ...(run.state.ending === 'done' ? [] : [`the session ended (${run.state.ending}) before you were finished`]),
    ...check.missing.map(
      ({ kind, line, text }) => `line ${line} of app_spec.txt: no feature covers this ${kind}: ${text}${kind === 'endpoint' ? WANTED : ''}`,
    ),
    ...check.caseless.map(({ id, description }) => `feature ${id} (${description}) has no test case`),
    ...(isTrusted(run) ? [] : [check.aboveRange, check.belowRange].filter((problem) => problem !== undefined)),
  ]
}
