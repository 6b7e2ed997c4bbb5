/** Which documented provider keys an environment holds. */
export interface DetectedProviders {
  /** `AZURE_FOUNDRY_API_KEY` and `AZURE_FOUNDRY_BASE_URL` are both set. */
  azure: boolean
  /** `ANTHROPIC_API_KEY` is set. */
  anthropic: boolean
}

/** Says which providers the environment's keys are complete for. Reads the documented names and nothing else. */
export function detectProvider(env: Record<string, string | undefined>): DetectedProviders {
  const has = (name: string) => Boolean(env[name]?.trim())
  return { azure: has('AZURE_FOUNDRY_API_KEY') && has('AZURE_FOUNDRY_BASE_URL'), anthropic: has('ANTHROPIC_API_KEY') }
}
