export {
  type ConformanceCase,
  type PolicyConformanceOptions,
  type ProviderConformanceOptions,
  policyConformance,
  providerConformance,
  sandboxConformance,
} from './conformance'
export { type MemorySandbox, type ScriptedAnswer, memorySandbox } from './memory-sandbox'
export {
  type ScriptedProvider,
  type ScriptedProviderOptions,
  type ScriptedReply,
  type ScriptedTurn,
  scriptedProvider,
} from './scripted-provider'
