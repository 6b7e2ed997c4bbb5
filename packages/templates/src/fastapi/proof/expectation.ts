import type { TestCase } from '@forge/core'
import type { Exchange } from './exchange'
import { inputFault } from './input'

/** A case made ready to be compared with many exchanges. */
export interface Expectation {
  testCase: TestCase
  /** Texts that must occur in the answer. */
  content: string[]
  /** `elsewhere`: another route. `wrong`: its route, and not what the case expects, with what is different. */
  compare(exchange: Exchange): { fit: 'met' } | { fit: 'elsewhere' } | { fit: 'wrong'; why: string }
}

/** @param parameters names that are query parameters of the API; default none */
export function expectationOf(testCase: TestCase, parameters: ReadonlySet<string> = new Set()): Expectation {
  const content = [...(testCase.expected_response_contains ?? []), ...(testCase.expected_error ? [testCase.expected_error] : [])].filter(
    (text) => text !== '',
  )
  const onRoute = routeMatcher(testCase.path)
  return {
    testCase,
    content,
    compare(exchange) {
      if (exchange.method !== testCase.method || !onRoute(exchange.target)) return { fit: 'elsewhere' }
      const why = statusFault(exchange, testCase) ?? contentFault(exchange, content) ?? inputFault(testCase, exchange, parameters)
      return why === undefined ? { fit: 'met' } : { fit: 'wrong', why }
    },
  }
}

function statusFault({ answer }: Exchange, { expected_status }: TestCase): string | undefined {
  if (answer.status === expected_status) return undefined
  return `the application answered ${answer.status}, expected ${expected_status}`
}

function contentFault({ answer }: Exchange, content: readonly string[]): string | undefined {
  const text = answer.body.toString('utf8')
  const missing = content.find((wanted) => !text.includes(wanted))
  return missing === undefined ? undefined : `the answer does not contain ${JSON.stringify(missing)}`
}

/** Compares path and, where the template has a query, that the request has its parameters too. `{name}` stands for exactly one segment. */
function routeMatcher(template: string): (target: string) => boolean {
  const [path = '', query] = template.split('?')
  const pattern = new RegExp(
    `^${trimmed(path)
      .split(/\{[^}]*\}/)
      .map((part) => part.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&'))
      .join('[^/]+')}$`,
  )
  const wanted = [...new URLSearchParams(query ?? '').keys()]
  return (target) => {
    const [asked = '', parameters] = target.split('?')
    const given = new URLSearchParams(parameters ?? '')
    return pattern.test(trimmed(asked)) && wanted.every((name) => given.has(name))
  }
}

const trimmed = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') : path)
