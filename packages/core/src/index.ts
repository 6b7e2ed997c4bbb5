export { Harness } from './harness'
export type { HarnessOptions, Limits, RetryOptions } from './options'
export { exitCodeFor, type FeatureResult, type LimitName, type RunOutcome, type RunResult } from './result'
export { type FrozenList, readFrozenList } from './run/state'
export { type RunSessionOptions, runSession } from './session/run-session'
export { type ChosenSandbox, chooseSandbox } from './session/choose-sandbox'
export { INTERRUPTED_CALL } from './session/calls'
export type { SessionStatus } from './session/loop'
export type { SessionResult } from './session/session'

export type { EventOf, EventSink, ForgeEvent, ForgeEventBody, ForgeEventType } from './events'
export { ForgeError, type ForgeErrorCode } from './errors'
export { readOwnFile } from './files'

export type {
  ContentBlock,
  Message,
  ModelEvent,
  ModelRequest,
  Provider,
  ProviderErrorKind,
  RequestContext,
  StopReason,
  ToolDefinition,
  Usage,
} from './providers/provider'
export { ProviderError } from './providers/provider'
export { type DetectedProviders, detectProvider } from './providers/detect'

export type { Phase } from './phase'
export type { SizePreset } from './size-preset'
export type { PromptContext, Template, Workplace, WorkplaceOptions } from './template'
export type { CaseProof, FeatureProof, Verifier, VerifyContext, VerifyReport } from './verification/verifier'
export type {
  Drift,
  Feature,
  FeatureCategory,
  FeatureEvidence,
  FeatureSource,
  HttpMethod,
  Requirement,
  TestCase,
} from './features/feature'
export { endpointKey, uncoveredRequirements } from './features/coverage'
export { formatFeatureList, parseFeatureList } from './features/schema'
export { type Definition, diffDefinitions } from './features/ledger'

export type { Tool, ToolResult, Workspace } from './tools/tool'
export { DeniedError } from './tools/tool'
export { builtinTools } from './tools/builtin'
export { type WorkspaceOptions, createWorkspace } from './tools/workspace'

export type {
  BackgroundProcess,
  ExecOptions,
  ExecResult,
  Forward,
  Sandbox,
  SandboxProbe,
  SandboxSession,
  SandboxSpec,
} from './sandbox/sandbox'
export { type BubblewrapOptions, bubblewrap } from './sandbox/bubblewrap'
export { noSandbox } from './sandbox/none'
export { type HostExecOptions, type HostSpawnOptions, type ProcessHost, startProcessHost } from './sandbox/process-host'

export type { Abstention, Decision, FileOperation, PolicyContext, PolicyVerdict, SecurityPolicy, ShellRequest } from './security/policy'
export { type AllowlistOptions, commandAllowlist } from './security/command-allowlist'
export type { Argument } from './security/argument'
export type { CommandRule, CommandScope, ResolvedCommand } from './security/command-rule'
export { optionRule } from './security/option-rule'
export type { OperandsCheck, OptionTable, ValueKind } from './security/option-table'
export type { Refusal } from './security/refusal'
export { type PolicyDeclaration, declaredPolicies } from './security/declared-policies'
export { defaultPolicies } from './security/default-policies'
export { type EvaluateOptions, evaluateCommand } from './security/evaluate'
export { type FilesystemGuard, filesystemGuard } from './security/filesystem-guard'
export { type RedactOptions, type TextRedactor, createRedactor, redact } from './security/redact'

export type { Logger } from './logging/logger'
export { jsonLogger } from './logging/json-logger'
export { environmentSecrets } from './logging/secrets'
export type { Renderer } from './rendering/renderer'
export { type JsonRendererOptions, jsonRenderer } from './rendering/json'
export { type PlainLevel, type PlainRendererOptions, plainRenderer } from './rendering/plain'
export { type RunAnalysis, analyzeRun } from './analysis/analyze-run'
export { type TimelineEntry, readTimeline } from './analysis/timeline'
