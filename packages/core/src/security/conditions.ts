import type { TestExpression, Word } from 'unbash'
import { type Argument, isNumber } from './argument'
import { refuse, unknownSyntax } from './refusal'
import { type Scope, maybe } from './scope'
import type { WordReader } from './words'

const FILE_TEST = /^-[abcdefghkLprsuwxGNOS]$/
const FILE_COMPARISON = /^-(?:nt|ot|ef)$/

/** In a regular expression a `$` before nothing, `)` or `|`, and brackets in pairs, are text. */
function isPlainPattern({ parts, text }: Word): boolean {
  const plain = text.replace(/\\[^\s]/g, '')
  if (parts !== undefined || /[\s`"'<>;&\\]|^#|\$(?![)|]|$)/.test(plain)) return false
  let depth = 0
  for (const character of plain) {
    if (character === '(') depth++
    if (character === ')' && --depth < 0) return false
  }
  return depth === 0
}

export interface ConditionContext {
  wordOf: WordReader['wordOf']
  /** Judges a file that is looked at. */
  file(value: Argument, scope: Scope): void
}

/** The expression of `[[ … ]]`. @throws RefusalError */
export function checkCondition(node: TestExpression, scope: Scope, context: ConditionContext): void {
  const { wordOf, file } = context
  switch (node.type) {
    case 'TestUnary':
      if (!/^-[a-zA-Z]$/.test(node.operator) || node.operator === '-v' || node.operator === '-R') {
        refuse('test.operator', `the test ${node.operator} is not allowed.`, 'Use [ -n "${name:-}" ] to see whether a variable is set.')
      }
      for (const value of wordOf(node.operand, scope)) if (FILE_TEST.test(node.operator)) file(value, scope)
      break
    case 'TestBinary':
      for (const side of [node.left, node.right]) {
        if (node.operator === '=~' && side === node.right && isPlainPattern(side)) continue
        const values = wordOf(side, scope)
        if (FILE_COMPARISON.test(node.operator)) for (const value of values) file(value, scope)
        if (/^-(eq|ne|lt|le|gt|ge)$/.test(node.operator) && !values.every(isNumber)) {
          refuse('test.arithmetic', `[[ ${node.operator} ]] evaluates its words as arithmetic.`, `Use [ … ${node.operator} … ] instead.`)
        }
      }
      break
    case 'TestLogical':
      /** What comes later may not be looked at. */
      node.operands.forEach((operand, index) => {
        if (index === 0) checkCondition(operand, scope, context)
        else maybe(scope, (taken) => checkCondition(operand, taken, context))
      })
      break
    case 'TestNot':
      checkCondition(node.operand, scope, context)
      break
    case 'TestGroup':
      checkCondition(node.expression, scope, context)
      break
    default:
      unknownSyntax((node as { type: string }).type)
  }
}
