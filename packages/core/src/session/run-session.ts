import { realpath } from 'node:fs/promises'
import { createEventBus } from '../event-bus'
import { ForgeError } from '../errors'
import type { EventSink } from '../events'
import { eventRedactor } from '../logging/event-redactor'
import type { Logger } from '../logging/logger'
import { knownSecrets } from '../logging/secrets'
import type { Provider } from '../providers/provider'
import { runIdFor } from '../logging/run-id'
import type { Sandbox } from '../sandbox/sandbox'
import { defaultPolicies } from '../security/default-policies'
import type { SecurityPolicy } from '../security/policy'
import { builtinTools } from '../tools/builtin'
import type { Tool } from '../tools/tool'
import { SANDBOX_NONE, chooseSandbox } from './choose-sandbox'
import { type SessionResult, holdSession } from './session'
import { memoryTranscript } from './transcript'

/** What {@link runSession} is made of. */
export interface RunSessionOptions {
  provider: Provider
  /** The first user message. */
  prompt: string
  system: string
  /** An existing folder: all the tools see. */
  projectDir: string
  /** Default: the six built-in tools. */
  tools?: readonly Tool[] | undefined
  /** Default `defaultPolicies()`. */
  policies?: readonly SecurityPolicy[] | undefined
  /** Default: bubblewrap where it works; where it does not, none for a trusted provider, and an error for any other. */
  sandbox?: Sandbox | undefined
  /** Default: none. */
  logger?: Logger | undefined
  /** Sees every event, as a renderer would. */
  sinks?: readonly EventSink[] | undefined
  /** Model turns; default 1000. */
  maxTurns?: number | undefined
  /** Default: never. */
  signal?: AbortSignal | undefined
}

/**
 * The agent loop by itself: one fresh context, no template, no proof. A provider's failure and an abort are statuses.
 * @throws ForgeError `CONFIG_INVALID` (no such folder, no turns), `SANDBOX_UNAVAILABLE`
 */
export async function runSession(options: RunSessionOptions): Promise<SessionResult> {
  const { provider, prompt, system, logger, signal = new AbortController().signal, maxTurns = 1000 } = options
  const projectDir = await realpath(options.projectDir).catch((cause: unknown) => {
    throw new ForgeError('CONFIG_INVALID', `The project directory ${options.projectDir} does not exist.`, {
      remedy: 'Make it, or name another one.',
      cause,
    })
  })
  if (!Number.isInteger(maxTurns) || maxTurns < 1) {
    throw new ForgeError('CONFIG_INVALID', `maxTurns is ${maxTurns}; expected an integer of at least 1.`, {
      remedy: 'Pass 1 or more, or leave it out.',
    })
  }
  const { sandbox } = await chooseSandbox(options.sandbox, provider)
  const bus = createEventBus({
    sinks: [...(logger ? [logger] : []), ...(options.sinks ?? [])],
    redact: eventRedactor(knownSecrets(provider)),
  })
  const startedAt = new Date()
  const begun = performance.now()
  const runId = runIdFor(startedAt)
  if (logger) await bus.guard(`The logger "${logger.name}"`, logger, () => logger.open({ projectDir, runId, startedAt }))
  try {
    bus.emit({
      type: 'run-start',
      runId,
      projectDir,
      provider: provider.name,
      model: provider.model,
      size: null,
      sandbox: sandbox.kind,
      resumed: false,
    })
    if (!sandbox.confines) bus.emit(SANDBOX_NONE)
    bus.enterSession(1)
    bus.emit({ type: 'session-start', session: 1, phase: 'coding', provider: provider.name, model: provider.model })
    const result = await holdSession({
      provider,
      system,
      prompt,
      context: { phase: 'coding', projectDir, session: 1 },
      tools: options.tools ?? builtinTools(),
      policies: options.policies ?? defaultPolicies(),
      sandbox,
      transcript: memoryTranscript(),
      maxTurns,
      backoff: {},
      retries: { failures: 0, notBefore: 0, save: async () => {} },
      signal,
      mayGoOn: () => true,
      emit: bus.emit,
    })
    const { status, turns, usage } = result
    const seconds = (performance.now() - begun) / 1000
    bus.emit({ type: 'session-end', session: 1, phase: 'coding', status, turns, seconds, usage })
    bus.enterSession(0)
    bus.emit({ type: 'run-end', status, proven: 0, total: 0, seconds, usage })
    return result
  } finally {
    await bus.close()
  }
}
