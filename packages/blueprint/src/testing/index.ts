export { compile } from '../compile'
export { emitApp } from '../emit/app'
export type { Mutant } from './mutants'
export { mutants } from './mutants'
