import { type Argument, literal } from './argument'
import type { CommandScope, ResolvedCommand } from './command-rule'
import { protectedFolder } from './real-path'
import type { Refusal } from './refusal'

/**
 * What a value must be: any `text`; a `path` that is read or one that is `write`n; a `number`; a `ref` (a name, or a path inside the project);
 * or its own check.
 */
export type ValueKind = 'text' | 'path' | 'write' | 'number' | 'ref' | ((value: Argument, scope: CommandScope) => Refusal | undefined)

/** The options of one program, as data. */
export interface OptionTable {
  /** Options without a value, as they are written: `-v --verbose`. */
  flags?: string
  /** Options with a value, by kind: `{ text: '-m --message', path: '-F' }`. */
  values?: Partial<Record<'text' | 'path' | 'write' | 'number' | 'ref', string>>
  /** Options with a check of their own. */
  checked?: Record<string, ValueKind>
  /** Options that are always refused; where others pass, abbreviations of these are refused too. */
  forbidden?: string
  /** Options whose value is optional: it counts only when it is glued (`--color=auto`). */
  optional?: string
  /** What to do with an option that is not named here; default `deny`. */
  unknown?: 'allow' | 'deny'
  /** What each operand must be; default `path`. */
  operands?: ValueKind | 'none'
  /** Where the operands start, options end (`python script.py -x`). */
  stopAtOperand?: boolean
  /** One dash introduces a whole word (`-name`), not letters. */
  singleDashWords?: boolean
}

/** Judges all operands of a command together. */
export type OperandsCheck = (operands: readonly Argument[], scope: CommandScope) => Refusal | undefined

interface Compiled {
  flags: ReadonlySet<string>
  optional: ReadonlySet<string>
  values: ReadonlyMap<string, ValueKind>
  forbidden: readonly string[]
}

const words = (list: string | undefined) => (list ?? '').split(/\s+/).filter((word) => word !== '')
const compiled = new WeakMap<OptionTable, Compiled>()

function compile(table: OptionTable): Compiled {
  const known = compiled.get(table)
  if (known) return known
  const values = new Map<string, ValueKind>(Object.entries(table.checked ?? {}))
  for (const [kind, list] of Object.entries(table.values ?? {})) for (const name of words(list)) values.set(name, kind as ValueKind)
  const result = { flags: new Set(words(table.flags)), optional: new Set(words(table.optional)), values, forbidden: words(table.forbidden) }
  compiled.set(table, result)
  return result
}

/** Judges options and operands by a table. `operandsCheck` replaces the table's own when the operands need a function over all of them. */
export function checkOptions(command: ResolvedCommand, scope: CommandScope, table: OptionTable, operandsCheck?: OperandsCheck): Refusal | undefined {
  const { flags, values, forbidden, optional } = compile(table)
  const allowUnknown = table.unknown === 'allow'
  const operands: Argument[] = []
  const queue = [...command.args]
  const denyOption = (option: string): Refusal => ({
    rule: `${command.name}.option`,
    reason: `the option ${option} of ${command.name} is not allowed.`,
    hint: 'Use the command without it.',
  })
  const isForbidden = (option: string) =>
    forbidden.some(
      (name) =>
        name === option || (option.startsWith('--') && option.length > 3 && name.startsWith(option) && !flags.has(option) && !values.has(option)),
    )

  /** Where any option passes, the beginning of one with a value stands for it; the strictest counts. */
  const abbreviated = (option: string) => {
    const kinds = option.length > 3 ? [...values].filter(([name]) => name.startsWith(option)).map(([, kind]) => kind) : []
    return kinds.find((kind) => kind === 'write') ?? kinds[0]
  }

  for (let next = queue.shift(); next; next = queue.shift()) {
    const word = next.text ?? next.prefix
    if (next.text === '--') {
      operands.push(...queue)
      break
    }
    if (!word.startsWith('-') || word === '-') {
      if (next.splits && !next.listed) return unclear(command)
      operands.push(next)
      if (table.stopAtOperand) {
        operands.push(...queue)
        break
      }
      continue
    }
    const isLong = word.startsWith('--') || table.singleDashWords === true
    const equals = isLong ? word.indexOf('=') : -1
    if (next.text === undefined && equals < 0) return unclear(command)
    if (isLong) {
      const name = equals < 0 ? word : word.slice(0, equals)
      const glued = equals < 0 ? undefined : rest(next, equals + 1)
      if (isForbidden(name)) return denyOption(name)
      const kind = values.get(name) ?? (allowUnknown && !flags.has(name) && !optional.has(name) ? abbreviated(name) : undefined)
      if (kind !== undefined) {
        const value = glued ?? queue.shift()
        const problem = value ? optionValue(value, kind, scope, command) : undefined
        if (problem) return problem
      } else if (optional.has(name) || (flags.has(name) && glued === undefined)) {
        const problem = glued && looksLikePath(glued) ? scope.writable(glued) : undefined
        if (problem) return problem
      } else if (allowUnknown) {
        const problem = glued && looksLikePath(glued) ? scope.writable(glued) : undefined
        if (problem) return problem
      } else return denyOption(name)
      continue
    }
    if (flags.has(word)) continue
    if (/^-\d+$/.test(word) && flags.has('-<number>')) continue
    for (let at = 1; at < word.length; at++) {
      const name = `-${word[at]}`
      if (isForbidden(name)) return denyOption(name)
      const kind = values.get(name)
      if (kind !== undefined) {
        const value = at + 1 < word.length ? rest(next, at + 1) : queue.shift()
        const problem = value ? optionValue(value, kind, scope, command) : undefined
        if (problem) return problem
        break
      }
      if (optional.has(name)) break
      if (flags.has(name)) continue
      if (!allowUnknown) return denyOption(name)
      const glued = rest(next, at + 1)
      if (looksLikePath(glued)) {
        const problem = scope.writable(glued)
        if (problem) return problem
      }
    }
  }
  if (operandsCheck) return operandsCheck(operands, scope)
  const kind = table.operands ?? 'path'
  if (kind === 'none') return operands.length > 0 ? { rule: `${command.name}.operand`, reason: `${command.name} takes no operands here.` } : undefined
  for (const operand of operands) {
    const problem = checkValue(operand, kind as ValueKind, scope, command)
    if (problem) return problem
  }
  return undefined
}

/** Whatever it is, it must be one word. */
const optionValue = (value: Argument, kind: ValueKind, scope: CommandScope, command: ResolvedCommand) =>
  value.splits ? unclear(command) : checkValue(value, kind, scope, command)

export function checkValue(value: Argument, kind: ValueKind, scope: CommandScope, command: ResolvedCommand): Refusal | undefined {
  if (typeof kind === 'function') return kind(value, scope)
  if (value.listed && (kind === 'path' || kind === 'ref')) return scope.readable(value)
  if (value.splits) return unclear(command)
  if (kind === 'text') return undefined
  if (kind === 'path') return scope.readable(value)
  if (kind === 'write') return scope.writable(value)
  if (kind === 'number') {
    if (value.numeric || /^[-+]?[\d.]+[a-zA-Z]*$/.test(value.text ?? '')) return undefined
    return { rule: `${command.name}.number`, reason: `${command.name} needs a number here.` }
  }
  if (value.text === undefined && !value.numeric) return scope.readable(value)
  return looksLikePath(value) ? scope.readable(value) : undefined
}

/** Could mean a place outside the folder it stands in. */
export function looksLikePath(value: Argument): boolean {
  const text = value.text ?? value.prefix
  return value.text === undefined
    ? !value.numeric
    : value.tilde || text.startsWith('/') || text.startsWith('~') || /(^|\/)\.\.(\/|$)/.test(text) || text.split('/').some(protectedFolder)
}

function rest(word: Argument, from: number): Argument {
  if (word.text !== undefined) return { ...literal(word.text.slice(from)), glob: word.glob, tilde: word.tilde }
  return { ...word, prefix: word.prefix.slice(from) }
}

export function unclear(command: ResolvedCommand): Refusal {
  return {
    rule: `${command.name}.unclear`,
    reason: `a word of ${command.name} is known only when it runs.`,
    hint: 'Write the value out, or put the variable in double quotes.',
  }
}
