import { ForgeError } from '../errors'
import type { CommandRule } from './command-rule'
import { type OptionTable, checkOptions } from './option-table'
import type { SecurityPolicy } from './policy'
import { defaultRules } from './rules'
import { isForbiddenBuiltin } from './builtins'
import { shellPolicy } from './shell-policy'

export interface AllowlistOptions {
  /** More programs: names on the PATH (`make`), or scripts by their path from the project folder (`./scripts/build.sh`). Their words must not lead outside. */
  add?: readonly string[] | undefined
  /** Programs of the built-in list that are denied. */
  remove?: readonly string[] | undefined
  /** Own checks. For a program of the built-in list they hold in addition to its own rule: they tighten, and never relax. */
  rules?: readonly CommandRule[] | undefined
}

/**
 * The built-in rules with programs added or removed. It denies what breaks a rule, and abstains on a script with programs that it does not know, naming
 * them: so several lists in one chain vouch together for a script that uses commands of each.
 * @throws ForgeError CONFIG_INVALID for a name that cannot be added
 */
export function commandAllowlist({ add = [], remove = [], rules = [] }: AllowlistOptions = {}): SecurityPolicy {
  for (const name of [...add, ...rules.flatMap(({ names }) => names)]) checkName(name)
  const removed: CommandRule = {
    names: remove,
    check: ({ name }) => ({ rule: `${name}.removed`, reason: `${name} is switched off here.` }),
  }
  const id = ['allowlist', ...add.map((name) => `+${name}`), ...remove.map((name) => `-${name}`)].join(' ')
  const known = new Set(defaultRules.flatMap(({ names }) => names))
  const added: CommandRule = { names: add.filter((name) => !known.has(name)), check: (command, scope) => checkOptions(command, scope, ADDED) }
  return shellPolicy(id, [...defaultRules, added, removed, ...rules])
}

/** Nothing is known of its options: only words that lead outside the project are refused. */
const ADDED: OptionTable = { unknown: 'allow', operands: 'ref' }

const PLAIN_NAME = /^[\w+][\w.+-]*$/
const SCRIPT_PATH = /^\.\/[\w+][\w.+-]*(\/[\w+][\w.+-]*)*$/

function checkName(name: string): void {
  if (isForbiddenBuiltin(name)) {
    throw new ForgeError('CONFIG_INVALID', `the shell builtin ${name} cannot be allowed: it hides from the policy what runs`, {
      remedy: `Remove ${name} from the allowlist.`,
    })
  }
  if (!PLAIN_NAME.test(name) && !SCRIPT_PATH.test(name)) {
    throw new ForgeError('CONFIG_INVALID', `${JSON.stringify(name)} is not the name of a command`, {
      remedy: 'Give the name of a program, or ./ and the path of a script in the project.',
    })
  }
}
