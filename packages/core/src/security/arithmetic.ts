import type { ArithmeticExpression, WordPart } from 'unbash'
import { type Argument, anyNumber, isNumber, literal } from './argument'
import type { Judge } from './judge'
import { refuse } from './refusal'
import { type Scope, maybe, valuesOf } from './scope'
import type { ParsedScript } from './shell-parser'
import { NUMERIC_VARIABLES, mayAssign } from './variables'

export interface ArithmeticContext {
  judge: Judge
  /** Takes down what is known where arithmetic may fail: bash then leaves the line and goes on with the next. */
  mayFail(scope: Scope): void
  /** Judges a script inside the arithmetic, and says whether it can print nothing but numbers. */
  isNumeric(script: ParsedScript | undefined, scope: Scope): boolean
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Allows numbers, and variables that the script has set to a number: in bash any other text would be evaluated. @throws RefusalError */
export function checkArithmetic(node: ArithmeticExpression, scope: Scope, context: ArithmeticContext): void {
  const check = (part: ArithmeticExpression) => checkArithmetic(part, scope, context)
  switch (node.type) {
    case 'ArithmeticBinary':
      if (/^(?:[/%]=?|\*\*)$/.test(node.operator) && !isNonZero(node.right)) context.mayFail(scope)
      if (/^([-+*/%&|^]|<<|>>)?=$/.test(node.operator)) assigned(node, scope, context)
      else {
        check(node.left)
        if (node.operator === '&&' || node.operator === '||') maybe(scope, (taken) => checkArithmetic(node.right, taken, context))
        else check(node.right)
      }
      break
    case 'ArithmeticUnary':
      check(node.operand)
      if ((node.operator === '++' || node.operator === '--') && node.operand.type === 'ArithmeticWord') setNumber(node.operand.value, scope, context)
      break
    case 'ArithmeticTernary':
      check(node.test)
      for (const part of [node.consequent, node.alternate]) maybe(scope, (taken) => checkArithmetic(part, taken, context))
      break
    case 'ArithmeticGroup':
      check(node.expression)
      break
    case 'ArithmeticWord':
      arithmeticWord(node.value, node.parts, scope, context)
      break
    case 'ArithmeticCommandExpansion':
      context.mayFail(scope)
      if (context.isNumeric(node.script, scope)) break
      refuse('arithmetic.unknown', 'what this substitution prints may not be a number.', 'Put its result into a variable and compare it with [ … ].')
      break
    default:
      refuse('arithmetic.unknown', 'the arithmetic cannot be read.')
  }
}

type Assigned = Extract<ArithmeticExpression, { type: 'ArithmeticBinary' }>

function assigned({ left: target, operator, right: value }: Assigned, scope: Scope, context: ArithmeticContext): void {
  checkArithmetic(value, scope, context)
  if (target.type !== 'ArithmeticWord' || !NAME.test(target.value)) refuse('arithmetic.target', 'the target of the arithmetic cannot be read.')
  if (operator !== '=') arithmeticWord(target.value, undefined, scope, context)
  setNumber(target.value, scope, context)
}

function setNumber(name: string, scope: Scope, context: ArithmeticContext): void {
  mayAssign(context.judge, name, anyNumber, scope)
  scope.variables.set(name, [anyNumber])
}

const isNonZero = (node: ArithmeticExpression) => node.type === 'ArithmeticWord' && /^[1-9]\d{0,17}$/.test(node.value)

/** `08` is no number, nor are two of them. */
const isSure = ({ text, numeric, printed }: Argument) => (text === undefined ? numeric && !printed : /^-?(?:0|[1-9]\d{0,17})$/.test(text))

function arithmeticWord(value: string, parts: readonly WordPart[] | undefined, scope: Scope, context: ArithmeticContext): void {
  if (/^\d+$/.test(value)) {
    if (!isSure(literal(value))) context.mayFail(scope)
    return
  }
  const name = /^\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(value)?.[1]
  if (/^\$\{?[?#$!]\}?$/.test(value) || /^\$\{#[A-Za-z_]\w*(?:\[[@*]\])?\}$/.test(value)) return
  const parameter = /^\$([1-9])$/.exec(value)?.[1]
  const given = parameter === undefined ? undefined : scope.positional.words[Number(parameter) - 1]
  if (given !== undefined && !isSure(given)) context.mayFail(scope)
  if (given !== undefined && isNumber(given)) return
  const isSet = name !== undefined && scope.variables.has(name) && valuesOf(scope, name).every(isNumber)
  if (isSet && !valuesOf(scope, name).every(isSure)) context.mayFail(scope)
  if (name !== undefined && (parts ?? []).length <= 1 && (isSet || NUMERIC_VARIABLES.has(name))) return
  refuse(
    'arithmetic.variable',
    'arithmetic is allowed on numbers and on variables that this script has set to a number.',
    'Set the variable to a number first.',
  )
}
