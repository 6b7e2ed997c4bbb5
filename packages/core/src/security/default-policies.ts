import { commandAllowlist } from './command-allowlist'
import type { SecurityPolicy } from './policy'

let allowlist: SecurityPolicy | undefined

/** What an agent that builds a Python backend needs, and nothing that reaches outside its project. */
export function defaultPolicies(): SecurityPolicy[] {
  allowlist ??= Object.freeze(commandAllowlist())
  return [allowlist]
}
