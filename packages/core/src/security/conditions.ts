import type { TestExpression } from 'unbash'
import { isNumber } from './argument'
import { refuse, unknownSyntax } from './refusal'
import type { Scope } from './scope'
import type { WordReader } from './words'

/** The expression of `[[ … ]]`. @throws RefusalError */
export function checkCondition(node: TestExpression, scope: Scope, wordOf: WordReader['wordOf']): void {
  switch (node.type) {
    case 'TestUnary':
      if (!/^-[a-zA-Z]$/.test(node.operator) || node.operator === '-v' || node.operator === '-R') {
        refuse('test.operator', `the test ${node.operator} is not allowed.`, 'Use [ -n "${name:-}" ] to see whether a variable is set.')
      }
      wordOf(node.operand, scope)
      break
    case 'TestBinary':
      for (const side of [node.left, node.right]) {
        const values = wordOf(side, scope)
        if (/^-(eq|ne|lt|le|gt|ge)$/.test(node.operator) && !values.every(isNumber)) {
          refuse('test.arithmetic', `[[ ${node.operator} ]] evaluates its words as arithmetic.`, `Use [ … ${node.operator} … ] instead.`)
        }
      }
      break
    case 'TestLogical':
      for (const operand of node.operands) checkCondition(operand, scope, wordOf)
      break
    case 'TestNot':
      checkCondition(node.operand, scope, wordOf)
      break
    case 'TestGroup':
      checkCondition(node.expression, scope, wordOf)
      break
    default:
      unknownSyntax((node as { type: string }).type)
  }
}
