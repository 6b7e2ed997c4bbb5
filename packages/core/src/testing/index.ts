export {
  type ConformanceCase,
  type ProviderConformanceOptions,
  providerConformance,
} from './conformance'
export { type DeniedCommand, type PolicyConformanceOptions, policyConformance } from './policy-conformance'
export { type MemorySandbox, type ScriptedAnswer, memorySandbox } from './memory-sandbox'
export {
  type ScriptedProvider,
  type ScriptedProviderOptions,
  type ScriptedReply,
  type ScriptedTurn,
  scriptedProvider,
} from './scripted-provider'
export { sandboxConformance } from './sandbox-conformance'
