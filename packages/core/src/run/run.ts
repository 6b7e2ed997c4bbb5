import { mkdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createEventBus } from '../event-bus'
import { ForgeError } from '../errors'
import type { ForgeEvent, ForgeEventBody, ForgeEventType } from '../events'
import type { Requirement } from '../features/feature'
import { messageOf, removeLink } from '../files'
import { jsonLogger } from '../logging/json-logger'
import { runIdFor } from '../logging/run-id'
import type { ResolvedOptions } from '../options'
import { eventRedactor } from '../logging/event-redactor'
import { redactValue } from '../logging/redact-value'
import { knownSecrets } from '../logging/secrets'
import { prepareRedactor } from '../security/redact'
import type { Sandbox } from '../sandbox/sandbox'
import { SANDBOX_NONE, chooseSandbox } from '../session/choose-sandbox'
import { createBudget } from './budget'
import { commit, initRepository } from './commit'
import { type Run, leftForModel, provenCount, restoreLedger, saveState } from './context'
import { freezeList } from './freeze-list'
import { projectGit, requireGit } from './git'
import { type RunLock, acquireLock, refuseIfLocked } from './lock'
import { runToTheEnd } from './outer-loop'
import { type Project, type SpecText, inspectProject, resolveSpec } from './project'
import type { FeatureResult, RunOutcome, RunResult } from '../result'
import { layGround, sweepTemporaries } from './setup'
import { STATE_FOLDER, type StateStore, newState, openStateStore } from './state'
import { runWorkplace } from './workplace'

export interface RunContext {
  signal: AbortSignal
  listeners(type: ForgeEventType): readonly ((event: ForgeEvent) => unknown)[]
}

/** One run of a project, from the look at its directory to the result. */
export async function runProject(options: ResolvedOptions, context: RunContext): Promise<RunResult> {
  const findings = await lookAround(options)
  const { projectDir, store, lock } = await enter(options.projectDir)
  try {
    return await runLocked({ ...options, projectDir }, { ...findings, healed: lock.healed }, store, context)
  } finally {
    await lock.release()
  }
}

/** The first write: the directory and its lock. */
async function enter(path: string): Promise<{ projectDir: string; store: StateStore; lock: RunLock }> {
  try {
    await mkdir(path, { recursive: true })
    const projectDir = await realpath(path)
    await removeLink(join(projectDir, STATE_FOLDER))
    const store = await openStateStore(projectDir)
    return { projectDir, store, lock: await acquireLock(store.lockPath) }
  } catch (cause) {
    if (cause instanceof ForgeError) throw cause
    throw new ForgeError('CONFIG_INVALID', `The project directory ${path} cannot be written: ${messageOf(cause)}`, {
      remedy: 'Make it writable for you, or name another one.',
      cause,
    })
  }
}

interface Findings {
  spec: SpecText
  requirements: Requirement[]
  sandbox: Sandbox
}

/** Finds everything that can be found wrong before the first write. */
async function lookAround(options: ResolvedOptions): Promise<Findings> {
  const store = await openStateStore(options.projectDir)
  const project = await inspectProject(options.projectDir, store)
  const spec = await resolveSpec(options, project, store)
  const requirements = options.template.requirements(spec.text)
  await refuseIfLocked(store.lockPath)
  if (options.git) await requireGit()
  const { sandbox } = await chooseSandbox(options.sandbox, options.provider)
  return { spec, requirements, sandbox }
}

async function runLocked(
  options: ResolvedOptions,
  findings: Findings & { healed: boolean },
  store: StateStore,
  context: RunContext,
): Promise<RunResult> {
  const startedAt = new Date()
  const begun = performance.now()
  const runId = await freeRunId(options.projectDir, startedAt)
  // Another run may have ended between the look around and the lock.
  const project = await inspectProject(options.projectDir, store)
  const spec = await resolveSpec(options, project, store)
  const { template, logger = jsonLogger() } = options
  const sinks = [logger, ...(options.renderer ? [options.renderer] : [])]
  const secrets = knownSecrets(options.provider)
  const bus = createEventBus({ sinks, listeners: context.listeners, redact: eventRedactor(secrets) })
  const budget = createBudget(options.limits, options.maxIterations)
  const signal = AbortSignal.any([context.signal, budget.deadline])
  const workplace = runWorkplace(options, bus, signal)
  const run: Run = {
    options,
    projectDir: options.projectDir,
    runDir: join(options.projectDir, 'logs', runId),
    spec,
    requirements: spec.digest === findings.spec.digest ? findings.requirements : template.requirements(spec.text),
    store,
    git: options.git ? projectGit(options.projectDir) : undefined,
    sandbox: findings.sandbox,
    bus,
    budget,
    signal,
    workplace,
    state: project.kind === 'forge' ? project.state : newState(spec.digest),
    ledger: project.kind === 'forge' && project.frozen ? restoreLedger(project.frozen, project.state) : undefined,
    provenHere: undefined,
  }
  try {
    await claim(run, project)
    await bus.guard(`The logger "${logger.name}"`, logger, () => logger.open({ projectDir: run.projectDir, runId, startedAt }))
    announce(run, runId, project)
    if (findings.healed) bus.emit(LOCK_HEALED)
    await prepare(run, project)
    const outcome = await runToTheEnd(run)
    const result = resultOf(run, outcome, secondsSince(begun))
    emitEnd(run, result.status, result.seconds)
    const { renderer } = options
    if (renderer?.result !== undefined)
      await bus.guard(`The renderer "${renderer.name}"`, renderer, () =>
        renderer.result?.(redactValue(result, prepareRedactor({ secrets })) as RunResult),
      )
    return result
  } catch (error) {
    bus.emit({ type: 'notice', level: 'error', code: 'RUN_FAILED', message: messageOf(error) })
    emitEnd(run, 'error', secondsSince(begun))
    throw error
  } finally {
    budget.dispose()
    await workplace.close()
    await bus.close()
  }
}

const LOCK_HEALED: ForgeEventBody = {
  type: 'notice',
  level: 'info',
  code: 'LOCK_HEALED',
  message: 'An earlier run died without giving its lock back; it is taken over, and the run goes on from the saved state.',
}

/** Named after the start, or the first second after it whose log folder is not taken. */
async function freeRunId(projectDir: string, startedAt: Date): Promise<string> {
  const named = new Date(startedAt)
  while (await stat(join(projectDir, 'logs', runIdFor(named))).catch(() => undefined)) named.setSeconds(named.getSeconds() + 1)
  return runIdFor(named)
}

function announce({ options, projectDir, sandbox, bus }: Run, runId: string, project: Project): void {
  const { provider, template } = options
  const resumed = project.kind !== 'new'
  bus.emit({
    type: 'run-start',
    runId,
    projectDir,
    provider: provider.name,
    model: provider.model,
    size: template.size.name,
    sandbox: sandbox.kind,
    resumed,
  })
  if (!sandbox.confines) bus.emit(SANDBOX_NONE)
}

/** The first write of a new project makes it one, so that a kill right after it leaves nothing foreign. */
async function claim(run: Run, project: Project): Promise<void> {
  if (project.kind !== 'forge') await run.store.forgetOutside()
  if (project.kind === 'new') await saveState(run)
  await removeLink(join(run.projectDir, 'logs'))
}

/** Lays the ground, and takes over a seed project's list. */
async function prepare(run: Run, project: Project): Promise<void> {
  const { projectDir, store, spec, options } = run
  for (const folder of [projectDir, store.outside]) await sweepTemporaries(folder)
  await layGround({ projectDir, spec: spec.text, template: options.template, store })
  await initRepository(run)
  if (project.kind === 'seed') await adopt(run, project.features)
  if (run.state.session === 0) await commit(run, project.kind === 'seed' ? 'Iteration 0: project adopted' : 'Initial commit: project setup')
}

async function adopt(run: Run, features: Parameters<typeof freezeList>[1]): Promise<void> {
  await freezeList(run, features)
  await saveState(run, { session: 0, initializers: 1, phase: 'coding' })
  const message = `Adopted a project with ${features.length} features; each has to be proven afresh.`
  run.bus.emit({ type: 'notice', level: 'info', code: 'PROJECT_ADOPTED', message })
}

function resultOf(run: Run, outcome: RunOutcome, seconds: number): RunResult {
  return {
    ...outcome,
    features: featureResults(run),
    usage: run.budget.usage,
    seconds,
    runDir: run.runDir,
  }
}

function featureResults(run: Run): FeatureResult[] {
  return (run.ledger?.definitions ?? []).map((definition) => {
    const standing = run.ledger?.standings.get(definition.id)
    const proven = standing?.passes === true
    return {
      id: definition.id,
      description: definition.description,
      cases: definition.test_cases.length,
      proven,
      reason: proven ? null : (standing?.reason ?? 'not proven yet'),
      leftForModel: leftForModel(run, standing) ?? null,
    }
  })
}

function emitEnd(run: Run, status: string, seconds: number): void {
  const { bus, budget, ledger } = run
  bus.enterSession(0)
  bus.emit({ type: 'run-end', status, proven: provenCount(run), total: ledger?.definitions.length ?? 0, seconds, usage: budget.usage })
}

const secondsSince = (begun: number) => (performance.now() - begun) / 1000
