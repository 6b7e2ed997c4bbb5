import { ForgeError } from '../errors'
import { addedRule } from './added-rule'
import { isForbiddenBuiltin } from './builtins'
import type { CommandRule } from './command-rule'
import { checkFields, checkNames, isObject, nearest, shown, wrong } from './given'
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
 * @throws ForgeError CONFIG_INVALID for a name that cannot be added, one to remove that is a listed one misspelt, and options of another form
 */
export function commandAllowlist(options: AllowlistOptions = {}): SecurityPolicy {
  checkForm(options)
  const { add = [], remove = [], rules = [], replace = [] } = options
  const builtIn = without(namesOf(replace), defaultRules)
  const known = new Set(namesOf([...builtIn, ...replace]))
  const added = add.filter((name) => !known.has(name))
  for (const name of [...add, ...remove, ...namesOf([...rules, ...replace])]) checkName(name)
  const ruled = new Set(namesOf(rules))
  for (const name of added) if (!ruled.has(name)) checkAdded(name)
  const listed = new Set([...known, ...added, ...ruled])
  for (const name of remove) if (!listed.has(name)) checkRemoved(name, listed)
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

function checkForm(options: AllowlistOptions): void {
  checkFields('the options of commandAllowlist', options, ['add', 'remove', 'rules', 'replace'])
  for (const field of ['add', 'remove'] as const) checkNames(`${field} of commandAllowlist`, options[field] ?? [])
  for (const field of ['rules', 'replace'] as const) checkRules(`${field} of commandAllowlist`, options[field] ?? [])
}

function checkRules(what: string, rules: unknown): void {
  const remedy = 'Write [{ names: ["program"], check }], or use optionRule.'
  if (!Array.isArray(rules)) throw wrong(`${what} must be a list of rules, not ${shown(rules)}`, remedy)
  for (const rule of rules as unknown[]) {
    if (!isObject(rule) || typeof rule['check'] !== 'function') throw wrong(`${what} holds something that is no rule`, remedy)
    checkNames(`names of a rule in ${what}`, rule['names'])
  }
}

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

/** A program that is not on this list may be on that of another policy; one of nearly the same name is a slip, and would stay allowed. */
function checkRemoved(name: string, listed: ReadonlySet<string>): void {
  const meant = nearest(
    name,
    [...listed].filter((each) => Math.min(each.length, name.length) >= SHORTEST_SLIP),
  )
  if (meant !== undefined)
    throw wrong(`${name} cannot be removed: it is not on the list, and ${meant} is`, `Write ${meant}, or deny ${name} by a rule of its own.`)
}

/** Too many programs differ by one letter of three. */
const SHORTEST_SLIP = 4
