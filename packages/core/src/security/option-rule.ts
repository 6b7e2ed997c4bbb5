import type { CommandRule } from './command-rule'
import { type OptionTable, type OperandsCheck, checkOptions } from './option-table'

/**
 * A rule made of a table, as the built-in rules are: what is not in the table is refused. It knows glued values (`-ofile`), `--name=value`,
 * clusters (`-rf`), abbreviations of forbidden options, and `--`.
 *
 * @param names programs as they are called
 * @param operands replaces the table's `operands` where all of them must be judged together
 */
export function optionRule(names: readonly string[], table: OptionTable, operands?: OperandsCheck): CommandRule {
  return { names, check: (command, scope) => checkOptions(command, scope, table, operands) }
}
