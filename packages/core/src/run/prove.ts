import { join } from 'node:path'
import { ForgeError } from '../errors'
import type { Drift, Feature } from '../features/feature'
import { type Verdict, applyProof, diffDefinitions, featuresOf, noteLeftovers } from '../features/ledger'
import { parseFeatureList } from '../features/schema'
import { ensureFile, readOwnFile } from '../files'
import { type NotRun, notRunBecause } from '../verification/not-run'
import type { VerifyReport } from '../verification/verifier'
import { type Run, provenCount, saveState } from './context'
import { writeList } from './freeze-list'
import { FEATURE_LIST, SPEC_FILE } from './project'
import { digestTree } from './tree'

/** Ids of the features that the list on disk calls passing. */
export async function readClaims(run: Run): Promise<ReadonlySet<number>> {
  const { features } = await currentList(run)
  return new Set(features.filter(({ passes }) => passes).map(({ id }) => id))
}

/**
 * Restores what an agent changed of the frozen definitions and of the specification, and says so. The copy of the list that clones are proven from
 * is made again, too: a kill may have come before it.
 */
export async function restoreDrift(run: Run): Promise<void> {
  const { ledger } = run
  if (ledger === undefined) return
  const { features, fault } = await currentList(run)
  const drift = fault === undefined ? diffDefinitions(ledger.definitions, features) : [fault]
  if (drift.length > 0) run.bus.emit({ type: 'features-drifted', drift })
  if (run.options.provider.trusted === true && fault === undefined) run.ledger = noteLeftovers(ledger, features)
  if (await ensureFile(join(run.projectDir, SPEC_FILE), run.spec.text)) {
    run.bus.emit({ type: 'notice', level: 'warning', code: 'SPEC_RESTORED', message: `${SPEC_FILE} was changed and is restored.` })
  }
  await run.store.writeFrozen({ specDigest: run.spec.digest, definitions: [...ledger.definitions] })
  await writeList(run)
}

async function currentList(run: Run): Promise<{ features: Feature[]; fault?: Drift }> {
  const text = await readOwnFile(join(run.projectDir, FEATURE_LIST))
  if (text === undefined) return { features: [], fault: { id: 0, kind: 'deleted', message: `${FEATURE_LIST} was deleted` } }
  try {
    return { features: parseFeatureList(text, FEATURE_LIST) }
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error
    return { features: [], fault: { id: 0, kind: 'changed', message: error.message } }
  }
}

/** One full proof of the tree as it is. Its report alone turns features green, and back. */
export async function prove(run: Run, claimed: ReadonlySet<number>): Promise<NotRun | undefined> {
  const { ledger, bus } = run
  if (ledger === undefined) return undefined
  const startedAt = performance.now()
  const total = ledger.definitions.length
  bus.emit({ type: 'verification-start', features: total })
  const tree = await digestTree(run.projectDir)
  const report = await verify(run)
  run.signal.throwIfAborted()
  const seconds = (performance.now() - startedAt) / 1000
  if (!report.ran) {
    bus.emit({ type: 'verification-end', ran: false, proven: 0, total, seconds, reason: report.reason })
    return report
  }
  const applied = applyProof(ledger, report, { claimed, at: new Date() })
  run.ledger = applied.ledger
  run.provenHere = tree
  const proven = provenCount(run)
  await saveState(run, { provenTree: tree, projectProblems: report.problems })
  await writeList(run)
  for (const verdict of applied.verdicts) bus.emit(eventOf(verdict))
  bus.emit({ type: 'verification-end', ran: true, proven, total, seconds })
  bus.emit({ type: 'progress', proven, total })
  return undefined
}

/** Claims made without any change to the tree need no new proof to be refused. */
export function refuseClaims(run: Run, claimed: ReadonlySet<number>): void {
  for (const { id, description } of run.ledger?.definitions ?? []) {
    const standing = run.ledger?.standings.get(id)
    if (!claimed.has(id) || standing?.passes === true) continue
    run.bus.emit({ type: 'feature-rejected', feature: { id, description }, claimed: true, reason: standing?.reason ?? 'not proven yet' })
  }
}

async function verify(run: Run): Promise<VerifyReport> {
  const { options, projectDir, sandbox, bus, signal, ledger } = run
  try {
    return await options.template.verifier.verify({
      projectDir,
      features: ledger === undefined ? [] : featuresOf(ledger),
      sandbox,
      signal,
      emit: (event) => {
        if (event.type === 'verification-step' || event.type === 'notice') bus.emit(event)
      },
    })
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ForgeError)) throw error
    return notRunBecause(error)
  }
}

function eventOf({ feature: { id, description }, ...verdict }: Verdict) {
  const feature = { id, description }
  return verdict.kind === 'verified'
    ? ({ type: 'feature-verified', feature, evidence: verdict.evidence } as const)
    : ({ type: 'feature-rejected', feature, claimed: verdict.claimed, reason: verdict.reason } as const)
}
