import { setTimeout as sleep } from 'node:timers/promises'
import { addUsage } from '../providers/usage'
import type { Usage } from '../providers/provider'
import type { RetryMemory } from '../providers/retry'
import { defaultPolicies } from '../security/default-policies'
import { type SessionResult, holdSession } from '../session/session'
import { type Transcript, journaledTranscript } from '../session/transcript'
import type { Workplace } from '../template'
import { builtinTools } from '../tools/builtin'
import { bearingsOf } from './bearings'
import { recentCommits } from './commit'
import { type Run, openFeatures, provenCount, saveState } from './context'
import { digestTree } from './tree'

/** One session from its begin, or from where a kill cut it off, to the end of its conversation. */
export async function holdOneSession(run: Run, workplace: Workplace): Promise<SessionResult> {
  if (run.state.stage !== 'talking') await beginSession(run)
  const { bus, budget, state, options } = run
  const { session, phase } = state
  const { provider } = options
  budget.beginSession()
  bus.enterSession(session)
  bus.emit({ type: 'session-start', session, phase, provider: provider.name, model: provider.model })
  const startedAt = performance.now()
  const transcript = await journaledTranscript(run.store.journalPath(session), { session, provider: provider.name, model: provider.model })
  const before = transcript.usage
  const result = await converseIn(run, { transcript, before, workplace }).catch(async (error: unknown) => {
    await transcript.close({ discard: false })
    throw error
  })
  const usage = subtract(result.usage, before)
  budget.spend(usage)
  await closeConversation(run, transcript, result)
  bus.emit({
    type: 'session-end',
    session,
    phase,
    status: result.status,
    turns: result.turns,
    seconds: (performance.now() - startedAt) / 1000,
    usage,
  })
  return result
}

async function beginSession(run: Run): Promise<void> {
  const { state, budget, options } = run
  if (budget.sessions > 0) await sleep(options.autoContinueDelayMs, undefined, { signal: run.signal })
  const target = targetOf(run)
  const attempts = target === undefined ? state.attempts : { ...state.attempts, [target]: attemptsAt(run, target) + 1 }
  const phase = run.ledger === undefined ? 'initializer' : 'coding'
  const treeBefore = await digestTree(run.projectDir)
  await saveState(run, { session: state.session + 1, stage: 'talking', phase, attempts, provenBefore: provenCount(run), treeBefore, ending: '' })
}

/** The feature a session is told to work on: the first open one whose attempts are not used up. */
export function targetOf(run: Run): number | undefined {
  const most = run.options.limits.sessionsPerFeature
  return openFeatures(run).find((id) => most === undefined || attemptsAt(run, id) < most)
}

function attemptsAt(run: Run, id: number): number {
  return run.state.attempts[String(id)] ?? 0
}

interface Begun {
  transcript: Transcript
  /** Spent on the conversation by earlier processes. */
  before: Usage
  workplace: Workplace
}

async function converseIn(run: Run, { transcript, before, workplace }: Begun): Promise<SessionResult> {
  const { options, projectDir, state, bus, budget } = run
  const { session, phase, retry } = state
  const { template } = options
  const commits = await recentCommits(run, 10)
  const bearings = bearingsOf({ ledger: run.ledger, state, commits, target: targetOf(run) })
  const retries: RetryMemory = {
    ...retry,
    save: () => saveState(run, { retry: { failures: retries.failures, notBefore: retries.notBefore } }),
  }
  return holdSession({
    provider: options.provider,
    system: template.system(phase),
    prompt: template.prompt(phase, { projectDir, bearings }),
    context: { phase, projectDir, size: template.size, session },
    tools: [...builtinTools(), ...options.tools],
    policies: options.policies ?? defaultPolicies(),
    sandbox: run.sandbox,
    workplace,
    transcript,
    maxTurns: options.limits.turnsPerSession ?? 1000,
    backoff: options.retry,
    retries,
    signal: run.signal,
    mayGoOn: () => budget.exceeded(subtract(transcript.usage, before)) === undefined,
    emit: bus.emit,
  })
}

/** A conversation that can go on keeps its journal; one that ended, or that its provider refuses to continue, does not. */
async function closeConversation(run: Run, transcript: Transcript, { status, error }: SessionResult): Promise<void> {
  const isPoisoned = error !== undefined && (error.kind === 'invalid-request' || error.kind === 'protocol')
  const goesOn = status === 'interrupted' || status === 'stopped' || (status === 'provider-error' && !isPoisoned)
  if (!goesOn) await saveState(run, { stage: 'settling', ending: status })
  await transcript.close({ discard: !goesOn })
}

function subtract(a: Usage, b: Usage): Usage {
  const negative = {
    inputTokens: -b.inputTokens,
    outputTokens: -b.outputTokens,
    cacheReadTokens: -b.cacheReadTokens,
    cacheWriteTokens: -b.cacheWriteTokens,
  }
  return addUsage(a, negative)
}
