export { run } from './cli'
export type { CommandOutcome } from './outcome'
