export { type CommandOutcome, run } from './cli'
