import type { Drift, FeatureEvidence } from './features/feature'
import type { Phase } from './phase'
import type { Usage } from './providers/provider'
import type { Decision } from './security/policy'

/** What happened, without the envelope. Noun-verb names; one object per event. */
export type ForgeEventBody =
  | { type: 'run-start'; runId: string; projectDir: string; provider: string; model: string; size: string | null; sandbox: string; resumed: boolean }
  | { type: 'run-end'; status: string; proven: number; total: number; seconds: number; usage: Usage }
  | { type: 'session-start'; session: number; phase: Phase; provider: string; model: string }
  | { type: 'session-end'; session: number; phase: Phase; status: string; turns: number; seconds: number; usage: Usage }
  | { type: 'turn-start'; turn: number }
  | { type: 'turn-end'; turn: number; usage: Usage }
  | { type: 'message-delta'; text: string }
  | { type: 'message-end'; text: string }
  | { type: 'tool-start'; id: string; name: string; input: unknown }
  | { type: 'tool-end'; id: string; name: string; input: unknown; content: string; isError: boolean; seconds: number }
  | { type: 'tool-denied'; id: string; name: string; input: unknown; decision: Decision }
  | { type: 'features-frozen'; total: number; cases: number; added: { id: number; text: string }[] }
  | { type: 'features-drifted'; drift: Drift[] }
  | { type: 'verification-start'; features: number }
  | { type: 'verification-step'; step: string; seconds: number; detail?: string | undefined }
  | { type: 'verification-end'; ran: boolean; proven: number; total: number; seconds: number; reason?: string | undefined }
  | { type: 'feature-verified'; feature: { id: number; description: string }; evidence: FeatureEvidence }
  | { type: 'feature-rejected'; feature: { id: number; description: string }; claimed: boolean; reason: string }
  | { type: 'progress'; proven: number; total: number }
  | { type: 'commit-created'; commit: string; message: string }
  | { type: 'notice'; level: 'info' | 'warning' | 'error'; code: string; message: string; remedy?: string | undefined }

/** The envelope every sink sees. */
export type ForgeEvent = ForgeEventBody & {
  /** UTC, ISO 8601 with milliseconds. */
  time: string
  /** 0 outside a session. */
  sessionNumber: number
}

export type ForgeEventType = ForgeEvent['type']
export type EventOf<T extends ForgeEventType> = Extract<ForgeEvent, { type: T }>

/** Sees every event. One that throws is isolated and reported; it never ends a run. */
export interface EventSink {
  readonly name: string
  handle(event: ForgeEvent): void
  /** Called once, at the end of the run. */
  close?(): Promise<void>
}
