import type { ArithmeticExpression, WordPart } from 'unbash'
import { anyNumber, isNumber } from './argument'
import type { Judge } from './judge'
import { refuse } from './refusal'
import { type Scope, maybe, valuesOf } from './scope'
import { NUMERIC_VARIABLES, mayAssign } from './variables'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Allows numbers, and variables that the script has set to a number: in bash any other text would be evaluated. @throws RefusalError */
export function checkArithmetic(node: ArithmeticExpression, scope: Scope, judge: Judge): void {
  const check = (part: ArithmeticExpression) => checkArithmetic(part, scope, judge)
  switch (node.type) {
    case 'ArithmeticBinary':
      if (/^([-+*/%&|^]|<<|>>)?=$/.test(node.operator)) assigned(node.left, node.right, scope, judge)
      else {
        check(node.left)
        if (node.operator === '&&' || node.operator === '||') maybe(scope, (taken) => checkArithmetic(node.right, taken, judge))
        else check(node.right)
      }
      break
    case 'ArithmeticUnary':
      check(node.operand)
      if ((node.operator === '++' || node.operator === '--') && node.operand.type === 'ArithmeticWord') setNumber(node.operand.value, scope, judge)
      break
    case 'ArithmeticTernary':
      check(node.test)
      for (const part of [node.consequent, node.alternate]) maybe(scope, (taken) => checkArithmetic(part, taken, judge))
      break
    case 'ArithmeticGroup':
      check(node.expression)
      break
    case 'ArithmeticWord':
      arithmeticWord(node.value, node.parts, scope)
      break
    default:
      refuse('arithmetic.unknown', 'a substitution inside arithmetic is not allowed.', 'Put its result into a variable and compare it with [ … ].')
  }
}

function assigned(target: ArithmeticExpression, value: ArithmeticExpression, scope: Scope, judge: Judge): void {
  checkArithmetic(value, scope, judge)
  if (target.type !== 'ArithmeticWord' || !NAME.test(target.value)) refuse('arithmetic.target', 'the target of the arithmetic cannot be read.')
  setNumber(target.value, scope, judge)
}

function setNumber(name: string, scope: Scope, judge: Judge): void {
  mayAssign(judge, name, anyNumber, scope)
  scope.variables.set(name, [anyNumber])
}

function arithmeticWord(value: string, parts: readonly WordPart[] | undefined, scope: Scope): void {
  if (/^\d+$/.test(value)) return
  const name = /^\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(value)?.[1]
  const special = /^\$\{?([?#$!])\}?$/.exec(value)?.[1]
  if (special !== undefined) return
  const isSet = name !== undefined && scope.variables.has(name) && valuesOf(scope, name).every(isNumber)
  if (name !== undefined && (parts ?? []).length <= 1 && (isSet || NUMERIC_VARIABLES.has(name))) return
  refuse(
    'arithmetic.variable',
    'arithmetic is allowed on numbers and on variables that this script has set to a number.',
    'Set the variable to a number first.',
  )
}
