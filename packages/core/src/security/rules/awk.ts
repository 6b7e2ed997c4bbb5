import type { Argument } from '../argument'
import type { CommandRule, CommandScope } from '../command-rule'
import { type OptionTable, checkOptions } from '../option-table'
import { type Refusal, firstRefusal } from '../refusal'

const AWK: OptionTable = { values: { text: '-F -v' }, operands: 'text', stopAtOperand: true }

/** Calls, pipes, files and other code; wherever they stand, also in a text. */
const REACHES_OUT = /system|getline|extension|ENVIRON|ARG[CV]|SYMTAB|FUNCTAB|PROCINFO|[@\\`]/
/** After `print` a `>` opens a file, and a `|` starts a program. */
const WRITES = /print.*[>|]/s

/** Programs that only pick and count: what is not plainly so is refused. */
function checkProgram({ text }: Argument): Refusal | undefined {
  const plain = text?.replaceAll('||', '').replace(/\\[tnr"/.$]/g, '')
  if (plain !== undefined && !REACHES_OUT.test(plain) && !WRITES.test(plain)) return undefined
  return { rule: 'awk.program', reason: 'this program of awk may run others or touch other files.', hint: 'Use cut, grep, sed or a Python script.' }
}

const awk: CommandRule = {
  names: ['awk'],
  check: (command, scope) => checkOptions(command, scope, AWK, ([program, ...files]) => program && checkOperands(program, files, scope)),
}

const checkOperands = (program: Argument, files: readonly Argument[], scope: CommandScope) =>
  checkProgram(program) ?? firstRefusal(files.map((file) => scope.readable(file)))

export const awkRules: readonly CommandRule[] = [awk]
