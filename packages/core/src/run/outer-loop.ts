import { rm } from 'node:fs/promises'
import type { ProviderError } from '../providers/provider'
import type { SessionResult } from '../session/session'
import { commit } from './commit'
import { type Run, leftForModel, openFeatures, provenCount, saveState } from './context'
import { freezeOrSendBack } from './freeze-list'
import { holdOneSession, targetOf } from './one-session'
import { prove, readClaims, refuseClaims, restoreDrift } from './prove'
import type { RunOutcome } from '../result'
import type { NotRun } from '../verification/not-run'
import { digestTree } from './tree'

/** Coding sessions in a row that may prove nothing new. */
const IDLE_SESSIONS = 3

/** The outer loop: sessions until everything is proven, a limit is hit, or nothing moves any more. */
export async function runToTheEnd(run: Run): Promise<RunOutcome> {
  try {
    return await loop(run)
  } catch (error) {
    if (!run.signal.aborted) throw error
    return stoppedBySignal(run)
  }
}

async function loop(run: Run): Promise<RunOutcome> {
  let notRun = await takeStock(run)
  while (notRun === undefined) {
    run.signal.throwIfAborted()
    const ending = await endingOf(run)
    if (ending !== undefined) return ending
    const workplace = await run.workplace.open()
    if ('ran' in workplace) return notVerified(workplace)
    const session = await holdOneSession(run, workplace)
    const stop = stopOf(run, session)
    if (stop !== undefined) return stop
    notRun = await settle(run)
  }
  return notVerified(notRun)
}

/** Before the first session: finishes what a kill left open, and proves a tree that somebody changed, copied or had adopted since the last proof. */
async function takeStock(run: Run): Promise<NotRun | undefined> {
  const { stage, phase, provenTree } = run.state
  if (stage === 'settling') return settle(run)
  if (stage === 'talking' || run.ledger === undefined) return undefined
  const claimed = await readClaims(run)
  await restoreDrift(run)
  if (phase === 'initializer' || provenTree === (await digestTree(run.projectDir))) return undefined
  return proveAgain(run, claimed)
}

/** A proof outside of any session. */
async function proveAgain(run: Run, claimed: ReadonlySet<number>): Promise<NotRun | undefined> {
  const notRun = await prove(run, claimed)
  if (notRun === undefined) await commit(run, `Proof: ${standingOf(run)}`)
  return notRun
}

/** Whether the run is over before another session, with one last proof where the end would rest on an older one. */
async function endingOf(run: Run): Promise<RunOutcome | undefined> {
  if (run.state.stage === 'talking') return limitOf(run)
  if (run.ledger !== undefined && openFeatures(run).length === 0) {
    if (run.ledger.definitions.length === 0)
      return { status: 'failed', why: 'no-features', reason: 'Neither the list nor the specification names anything to prove.' }
    if (run.provenHere !== (await digestTree(run.projectDir))) {
      const notRun = await proveAgain(run, await readClaims(run))
      if (notRun !== undefined) return notVerified(notRun)
    }
    if (openFeatures(run).length === 0) return completed(run)
  }
  if (run.state.idleSessions >= IDLE_SESSIONS) return stalled(run)
  return limitOf(run)
}

function limitOf(run: Run): RunOutcome | undefined {
  const which = run.budget.exhausted()
  if (which !== undefined) return { status: 'limit', which }
  if (run.ledger !== undefined && run.state.stage === 'idle' && targetOf(run) === undefined) return { status: 'limit', which: 'sessionsPerFeature' }
  return undefined
}

async function stalled(run: Run): Promise<RunOutcome> {
  const reason =
    run.options.provider.trusted === true
      ? 'The last session proved nothing new, and the provider would do the same again.'
      : `${run.state.idleSessions} sessions in a row proved nothing new.`
  await saveState(run, { idleSessions: 0 })
  return { status: 'failed', why: 'stalled', reason }
}

function completed(run: Run): RunOutcome {
  const left = (run.ledger?.definitions ?? []).flatMap(({ id, description }) => {
    const reason = leftForModel(run, run.ledger?.standings.get(id))
    return reason === undefined ? [] : [{ id, description, reason }]
  })
  return left.length === 0 ? { status: 'proven' } : { status: 'needs-model', left }
}

/** How a conversation that did not come to its own end ends the run. */
function stopOf(run: Run, { status, error }: SessionResult): RunOutcome | undefined {
  if (status === 'interrupted') return stoppedBySignal(run)
  if (status === 'stopped') return { status: 'limit', which: run.budget.exceeded() ?? 'tokens' }
  return error === undefined ? undefined : providerUnavailable(error)
}

function stoppedBySignal(run: Run): RunOutcome {
  return run.budget.deadline.aborted ? { status: 'limit', which: 'minutes' } : { status: 'interrupted' }
}

function providerUnavailable({ kind, message, remedy }: ProviderError): RunOutcome {
  return { status: 'provider-unavailable', error: { kind, message, remedy: remedy ?? REMEDIES[kind] } }
}

const LATER = 'Run the same command later: the state is saved.'

const REMEDIES: Record<ProviderError['kind'], string> = {
  auth: 'Check the key and what it may use, then run the same command.',
  'rate-limit': LATER,
  'spend-limit': 'Raise the spending limit of the account, then run the same command.',
  overloaded: LATER,
  timeout: LATER,
  network: 'Check the connection and the address of the provider, then run the same command.',
  'invalid-request': 'Check the model and its options, then run the same command; it begins a fresh session.',
  protocol: 'Run the same command: it begins a fresh session. If it happens again, report it with the log.',
  server: LATER,
}

function notVerified({ code, reason, remedy }: NotRun): RunOutcome {
  return { status: 'not-verified', code, reason, remedy }
}

/** What follows every conversation: freeze or drift check, proof, ledger, commit. Can be repeated after a kill at any point. */
async function settle(run: Run): Promise<NotRun | undefined> {
  const { state } = run
  await rm(run.store.journalPath(state.session), { force: true })
  const isInitializer = state.phase === 'initializer'
  const claimed = await readClaims(run)
  if (run.ledger === undefined) await freezeOrSendBack(run)
  await restoreDrift(run)
  const tree = await digestTree(run.projectDir)
  const changed = run.ledger !== undefined && state.provenTree !== tree
  if (changed && (!isInitializer || claimed.size > 0 || run.budget.exhausted() !== undefined)) {
    const notRun = await prove(run, claimed)
    if (notRun !== undefined) return notRun
  } else {
    refuseClaims(run, claimed)
  }
  await commit(run, `Iteration ${state.session}: ${standingOf(run)}`)
  await saveState(run, { stage: 'idle', idleSessions: idleAfter(run, state.treeBefore !== tree) })
  return undefined
}

/**
 * Sessions in a row that proved nothing new, the last one included; one that its provider broke off tells nothing. A deterministic provider
 * that changed nothing will change nothing the next time either.
 */
function idleAfter(run: Run, changed: boolean): number {
  const { phase, ending, idleSessions, provenBefore } = run.state
  if (phase === 'initializer' || provenCount(run) > provenBefore) return 0
  if (ending === 'provider-error') return idleSessions
  return run.options.provider.trusted === true && !changed ? IDLE_SESSIONS : idleSessions + 1
}

function standingOf(run: Run): string {
  return run.ledger === undefined ? 'feature list in progress' : `${provenCount(run)} of ${run.ledger.definitions.length} features proven`
}
