import { ForgeError } from '../errors'
import { addedRule } from './added-rule'
import { isForbiddenBuiltin } from './builtins'
import type { CommandRule } from './command-rule'
import type { SecurityPolicy } from './policy'
import { defaultRules } from './rules'
import { shellPolicy } from './shell-policy'
import { runsOthers } from './unlisted'

export interface AllowlistOptions {
  /**
   * More programs: names on the PATH (`make`), or scripts by their path from the project folder (`./scripts/build.sh`). Their words must not lead
   * outside of the project, nor to another host, and no option may look like one that runs something else. A program whose purpose is to run others
   * (`bash`, `env`, `xargs`, `perl`) needs a rule.
   */
  add?: readonly string[] | undefined
  /** Programs that are denied, whoever else allows them. */
  remove?: readonly string[] | undefined
  /** Own checks, which also add the programs that they name. For a program of the built-in list they hold beside its own rule: they tighten, and never relax. */
  rules?: readonly CommandRule[] | undefined
  /**
   * Own checks in the place of the built-in ones for the programs that they name: the only way to relax. It works only where no other policy of the
   * chain holds the built-in rule, so leave `defaultPolicies()` out.
   */
  replace?: readonly CommandRule[] | undefined
}

/**
 * The built-in rules with programs added or removed. It denies what breaks a rule, and abstains on a script with programs that it does not know, naming
 * them: so several lists in one chain vouch together for a script that uses commands of each.
 * @throws ForgeError CONFIG_INVALID for a name that cannot be added
 */
export function commandAllowlist({ add = [], remove = [], rules = [], replace = [] }: AllowlistOptions = {}): SecurityPolicy {
  const builtIn = without(namesOf(replace), defaultRules)
  const known = new Set(namesOf([...builtIn, ...replace]))
  const added = add.filter((name) => !known.has(name))
  for (const name of [...add, ...remove, ...namesOf([...rules, ...replace])]) checkName(name)
  const ruled = new Set(namesOf(rules))
  for (const name of added) if (!ruled.has(name)) checkAdded(name)
  const id = ['allowlist', ...signed('+', add), ...signed('-', remove), ...signed('~', namesOf(replace))].join(' ')
  return shellPolicy(id, [...builtIn, addedRule(added), removedRule(remove), ...rules, ...replace])
}

const namesOf = (rules: readonly CommandRule[]) => rules.flatMap(({ names }) => names)
const signed = (sign: string, names: readonly string[]) => names.map((name) => `${sign}${name}`)

function without(replaced: readonly string[], rules: readonly CommandRule[]): CommandRule[] {
  return rules.map((rule) => ({ names: rule.names.filter((name) => !replaced.includes(name)), check: rule.check }))
}

const removedRule = (names: readonly string[]): CommandRule => ({
  names,
  check: ({ name }) => ({ rule: `${name}.removed`, reason: `${name} is switched off here.`, hint: 'Do it another way.' }),
})

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

/** What a name alone cannot say. */
function checkAdded(name: string): void {
  const why = runsOthers(name)
  if (why === undefined) return
  throw new ForgeError('CONFIG_INVALID', `${name} cannot be allowed by its name alone: it ${why}, so the policy would judge nothing`, {
    remedy: `Allow the programs that ${name} would run, or give ${name} a rule of its own: commandAllowlist({ rules: [{ names: ['${name}'], check }] }), with the command line in a --policy file.`,
  })
}
