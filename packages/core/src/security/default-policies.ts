import { commandAllowlist } from './command-allowlist'
import type { SecurityPolicy } from './policy'

/** What an agent that builds a Python backend needs, and nothing that reaches outside its project. */
export function defaultPolicies(): SecurityPolicy[] {
  return [commandAllowlist()]
}
