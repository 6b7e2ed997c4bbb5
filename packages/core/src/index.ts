export type * from './events'
export type * from './features/feature'
export type {
  Message,
  ModelEvent,
  ModelRequest,
  Provider,
  ProviderErrorKind,
  RequestContext,
  StopReason,
  ToolDefinition,
  Usage,
  ContentBlock,
} from './providers/provider'
export type * from './sandbox/sandbox'
export type * from './security/policy'
export type { Tool, ToolResult, Workspace } from './tools/tool'
export type * from './template'
export type * from './verification/verifier'
export type { Logger } from './logging/logger'
export type { Renderer } from './rendering/renderer'
export { ForgeError, type ForgeErrorCode } from './errors'
export { ProviderError } from './providers/provider'
export { DeniedError } from './tools/tool'
