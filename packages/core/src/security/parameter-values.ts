import type { ParameterOperation, Word, WordPart } from 'unbash'
import { type Argument, literal, unknownArgument } from './argument'

/** What `${name%…}`, `${name^}`, `${name:-…}` and the like make of a value; unknown where either of them is. */
export function operated(value: Argument, node: ParameterOperation): Argument[] {
  if (value.text === undefined || value.tilde || !/^[\x20-\x7e]*$/.test(value.text)) return [unknownArgument]
  if (value.glob) return [ofPattern(value, node)]
  const text = value.text
  switch (node.type) {
    case 'Default':
      return withDefault(value, node.operator, plainText(node.operand))
    case 'Remove':
      return known(removed(text, node.operator, plainText(node.operand)))
    case 'Replace':
      return known(replaced(text, node.operator, plainText(node.pattern), plainText(node.replacement)))
    case 'CaseModification':
      return known(node.operand ? undefined : inCase(text, node.operator))
    case 'Slice':
      return known(slice(text, node.offset.text, node.length?.text))
    default:
      return [unknownArgument]
  }
}

const known = (text: string | undefined) => [text === undefined ? unknownArgument : literal(text)]

/** The text of a word in which nothing is special but `*` and `?`. */
const plainText = (word: Word): string | undefined =>
  (word.parts ?? []).every(isPlain) && /^[\w.,:;/=@%+ *?-]*$/.test(word.text) ? word.text : undefined

const isPlain = (part: WordPart) => part.type === 'Literal' || (part.type === 'Glob' && part.parts === undefined)

/** A name that fits a pattern is not known; an end that is written out is the end of all of them. */
function ofPattern(value: Argument, node: ParameterOperation): Argument {
  const end = node.type === 'Remove' && node.operator.startsWith('%') ? plainText(node.operand) : undefined
  const text = value.text ?? ''
  if (end === undefined || /[*?]/.test(end) || /[[\\]/.test(text) || !text.endsWith(end)) return unknownArgument
  const kept = text.slice(0, text.length - end.length)
  return /[*?]/.test(kept) ? { ...value, text: kept } : unknownArgument
}

/** An empty value may be one that is not set. */
function withDefault(value: Argument, operator: string, operand: string | undefined): Argument[] {
  const other = known(operand === undefined || /[*?]/.test(operand) ? undefined : operand)
  if (operator.endsWith('+')) return value.text === '' ? [value, ...other] : other
  return value.text === '' ? [value, ...other] : [value]
}

/** The shortest or longest end or beginning that matches. */
function removed(text: string, operator: string, pattern: string | undefined): string | undefined {
  if (pattern === undefined) return undefined
  const expression = new RegExp(`^${pattern.replace(/[.+]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 's')
  const lengths = Array.from({ length: text.length + 1 }, (_, length) => length)
  if (operator.length === 2) lengths.reverse()
  const atEnd = operator.startsWith('%')
  const length = lengths.find((each) => expression.test(atEnd ? text.slice(text.length - each) : text.slice(0, each)))
  if (length === undefined) return text
  return atEnd ? text.slice(0, text.length - length) : text.slice(length)
}

function replaced(text: string, operator: string, pattern: string | undefined, replacement: string | undefined): string | undefined {
  if (pattern === undefined || replacement === undefined || pattern === '' || pattern.startsWith('%') || /[*?]/.test(pattern + replacement))
    return undefined
  if (operator === '//') return text.replaceAll(pattern, () => replacement)
  if (operator === '/') return text.replace(pattern, () => replacement)
  if (operator === '/#') return text.startsWith(pattern) ? replacement + text.slice(pattern.length) : text
  return text.endsWith(pattern) ? text.slice(0, text.length - pattern.length) + replacement : text
}

function inCase(text: string, operator: string): string {
  const changed = operator.startsWith('^') ? text.toUpperCase() : text.toLowerCase()
  return operator.length === 2 ? changed : changed.slice(0, 1) + text.slice(1)
}

/** Bash counts in eights where a number begins with a zero. */
const DECIMAL = /^\s*(?:0|[1-9]\d*)$/

function slice(text: string, offset: string, length: string | undefined): string | undefined {
  if (!DECIMAL.test(offset) || (length !== undefined && !DECIMAL.test(length))) return undefined
  return text.slice(Number(offset), length === undefined ? undefined : Number(offset) + Number(length))
}
