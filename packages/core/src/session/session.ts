import type { ForgeEventBody } from '../events'
import { ProviderError, type Provider, type RequestContext, type Usage } from '../providers/provider'
import type { Backoff, RetryMemory } from '../providers/retry'
import type { Sandbox, SandboxSpec } from '../sandbox/sandbox'
import type { SecurityPolicy } from '../security/policy'
import type { Tool } from '../tools/tool'
import { createWorkspace } from '../tools/workspace'
import { type ConversationEnd, type SessionStatus, converse } from './loop'
import { startSandbox } from './start-sandbox'
import type { Transcript } from './transcript'

export interface Session {
  provider: Provider
  system: string
  prompt: string
  context: RequestContext
  tools: readonly Tool[]
  policies: readonly SecurityPolicy[]
  sandbox: Sandbox
  /** What its commands have besides the project. */
  workplace?: Omit<SandboxSpec, 'root'> | undefined
  transcript: Transcript
  maxTurns: number
  backoff: Backoff
  retries: RetryMemory
  signal: AbortSignal
  mayGoOn(): boolean
  emit(event: ForgeEventBody): void
}

/** How one session ended. */
export interface SessionResult {
  status: SessionStatus
  /** Model turns. */
  turns: number
  /** The model's last text. */
  text: string
  usage: Usage
  /** Set when `status` is `provider-error`. */
  error?: ProviderError | undefined
}

/** One fresh (or continued) context in one sandbox. No process of it is left when it returns; a provider's failure is a status. */
export async function holdSession(session: Session): Promise<SessionResult> {
  const end = await inSandbox(session)
  const { turns, usage } = session.transcript
  return { ...end, turns, usage }
}

async function inSandbox(session: Session): Promise<ConversationEnd> {
  const root = session.context.projectDir
  const confined = await startSandbox(session.sandbox, { ...session.workplace, root })
  try {
    const workspace = await createWorkspace({ root, policies: session.policies, session: confined })
    return await converse({ ...session, workspace })
  } catch (error) {
    if (session.signal.aborted) return { status: 'interrupted', text: '' }
    if (error instanceof ProviderError) return { status: 'provider-error', text: '', error }
    throw error
  } finally {
    await confined.stop()
  }
}
