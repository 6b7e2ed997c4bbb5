import type { CommandRule } from '../command-rule'
import { awkRules } from './awk'
import { dockerRules } from './docker'
import { fileRules } from './files'
import { gitRules } from './git'
import { networkRules } from './network'
import { nodeRules } from './node'
import { packageRules } from './packages'
import { plainRules } from './plain'
import { processRules } from './processes'
import { pythonRules } from './python'
import { pythonToolRules } from './python-tools'
import { searchRules } from './search'

/** Everything an agent may run, as far as its rule lets it. */
export const defaultRules: readonly CommandRule[] = [
  ...plainRules,
  ...fileRules,
  ...searchRules,
  ...awkRules,
  ...pythonRules,
  ...pythonToolRules,
  ...packageRules,
  ...gitRules,
  ...networkRules,
  ...dockerRules,
  ...nodeRules,
  ...processRules,
]
