/** `run_YYYYMMDD_HHMMSS`, UTC. */
export function runIdFor(startedAt: Date): string {
  const digits = startedAt.toISOString().replace(/\D/g, '')
  return `run_${digits.slice(0, 8)}_${digits.slice(8, 14)}`
}
