import type { CommandRule } from '../command-rule'
import { fileRules } from './files'
import { plainRules } from './plain'
import { searchRules } from './search'

/** Everything an agent may run, as far as its rule lets it. */
export const defaultRules: readonly CommandRule[] = [...plainRules, ...fileRules, ...searchRules]
