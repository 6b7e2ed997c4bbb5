import { type Argument, literal } from './argument'
import type { CommandRule, CommandScope, ResolvedCommand } from './command-rule'
import { type OptionTable, checkOptions, looksLikePath, unclear } from './option-table'
import { isAddress } from './real-path'
import { type Refusal, firstRefusal } from './refusal'

/** Nothing is known of its options. */
const ADDED: OptionTable = { unknown: 'allow', operands: 'ref' }

/** Options by which many programs run another one, or code: `--eval`, `--to-command`, `--use-compress-program`, `--checkpoint-action`. */
const RUNS_CODE = /^-+(?:[a-z\d]+-)*(?:exec|eval|command|cmd|program|shell|hook|rsh|action)(?![a-z])/i
/** A literal local host. A file is no host. */
const LOCAL_URL = /^(?!file:)[a-z][a-z\d+.-]*:\/\/(?:[^/?#@\\]*@)?(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:[/?#]|$)/i

/**
 * For programs of which only the name is known: their words must be written out, stay inside the project, name no other host, and no option may
 * look like one that runs something else.
 */
export function addedRule(names: readonly string[]): CommandRule {
  return {
    names,
    check: (command, scope) =>
      (command.args.some(({ listed }) => listed) ? unclear(command) : checkOptions(command, scope, ADDED)) ??
      firstRefusal(command.args.map((word) => runsCode(word, command) ?? partsOutside(word, command, scope))),
  }
}

function runsCode({ prefix }: Argument, { name }: ResolvedCommand): Refusal | undefined {
  const option = RUNS_CODE.exec(prefix)?.[0]
  if (option === undefined) return undefined
  return { rule: `${name}.option`, reason: `the option ${option} of ${name} may run another program.`, hint: 'Use the command without it.' }
}

/** A word may hold several paths: `DESTDIR=/usr`, `-I../x:/y`, `host:/x`. */
function partsOutside(word: Argument, { name }: ResolvedCommand, scope: CommandScope): Refusal | undefined {
  if (word.text === undefined) return undefined
  const values = word.text.split(/[=,\s]/)
  const url = values.find((value) => isAddress(value) && !LOCAL_URL.test(value))
  if (url !== undefined) return { rule: `${name}.host`, reason: `${name} may only talk to localhost.`, hint: 'Use http://localhost:PORT/….' }
  const parts = values.filter((value) => !isAddress(value)).flatMap((value) => value.split(/[:;@]/))
  return firstRefusal(parts.map((part) => outside(part, word, scope)))
}

function outside(text: string, word: Argument, scope: CommandScope): Refusal | undefined {
  const part = { ...literal(text), tilde: text.startsWith('~'), glob: word.glob && /[*?[]/.test(text) }
  return looksLikePath(part) ? scope.writable(part) : undefined
}
