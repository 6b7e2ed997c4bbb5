import type { CommandRule } from './command-rule'
import { checkFields, checkNames, remedyFor, shown, wrong } from './given'
import { type OptionTable, type OperandsCheck, checkOptions } from './option-table'

/**
 * A rule made of a table, as the built-in rules are: what is not in the table is refused. It knows glued values (`-ofile`), `--name=value`,
 * clusters (`-rf`), abbreviations of forbidden options, and `--`.
 *
 * @param names programs as they are called
 * @param operands replaces the table's `operands` where all of them must be judged together
 * @throws ForgeError CONFIG_INVALID for a table that holds anything else than an {@link OptionTable} does
 */
export function optionRule(names: readonly string[], table: OptionTable, operands?: OperandsCheck): CommandRule {
  checkNames('the names of an option rule', names)
  checkTable(`the option table of ${names.join(', ')}`, table)
  if (operands !== undefined && typeof operands !== 'function') {
    throw wrong(`the operands of ${names.join(', ')} are ${shown(operands)}, not a function`, 'Put a kind into the table: { operands: "path" }.')
  }
  return { names, check: (command, scope) => checkOptions(command, scope, table, operands) }
}

const KINDS = ['text', 'path', 'write', 'number', 'ref']
const OPTION_LISTS = ['flags', 'forbidden', 'optional'] as const
const SWITCHES = ['stopAtOperand', 'singleDashWords'] as const
const FIELDS = [...OPTION_LISTS, 'values', 'checked', 'unknown', 'operands', ...SWITCHES]
const OPTION = /^--?[^-,\s][^,\s]*$/

function checkTable(what: string, table: OptionTable): void {
  checkFields(what, table, FIELDS)
  const { values = {}, checked = {}, unknown = 'deny', operands = 'path' } = table
  for (const field of OPTION_LISTS) checkOptionList(`${field} in ${what}`, table[field])
  checkFields(`values in ${what}`, values, KINDS)
  for (const [kind, list] of Object.entries(values)) checkOptionList(`values.${kind} in ${what}`, list)
  checkFields(`checked in ${what}`, checked, Object.keys(checked))
  for (const [option, kind] of Object.entries(checked)) {
    checkOptionList(`checked in ${what}`, option)
    checkKind(`checked.${option} in ${what}`, kind, KINDS)
  }
  checkKind(`operands in ${what}`, operands, [...KINDS, 'none'])
  if (unknown !== 'deny' && unknown !== 'allow') throw wrong(`unknown in ${what} is ${shown(unknown)}`, 'Write allow or deny.')
  for (const field of SWITCHES) {
    const value: unknown = table[field]
    if (value !== undefined && typeof value !== 'boolean') throw wrong(`${field} in ${what} is ${shown(value)}`, 'Write true or false.')
  }
}

function checkOptionList(what: string, list: unknown): void {
  if (list === undefined) return
  if (typeof list !== 'string') throw wrong(`${what} must be one text, not ${shown(list)}`, "Write the options with blanks between: '-q --quiet'.")
  const odd = list.split(/\s+/).find((word) => word !== '' && !OPTION.test(word))
  if (odd !== undefined) throw wrong(`${JSON.stringify(odd)} among ${what} is not an option`, "Write options as they are typed: '-q --quiet'.")
}

function checkKind(what: string, kind: unknown, kinds: readonly string[]): void {
  if (typeof kind === 'function' || kinds.includes(kind as string)) return
  throw wrong(`${what} is ${shown(kind)}`, typeof kind === 'string' ? remedyFor(kind, kinds) : `Use one of ${kinds.join(', ')}, or a function.`)
}
