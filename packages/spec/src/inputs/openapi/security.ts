import type { Input } from '../tables'
import type { Document } from './document'
import type { Operation } from './model'
import { list } from './schema'

/** Who calls, in the words that the convention of identity understands. */
export function addSecurity(operations: Operation[], document: Document, input: Input): void {
  const { auth, endpoints } = input.facts
  const schemes = document.resolve(document.resolve(document.root['components'])['securitySchemes'])
  for (const [name, value] of Object.entries(schemes)) {
    const scheme = document.resolve(value)
    const line = document.lineOf(schemes, name)
    const required = list(document.root['security']).length > 0 ? ', required' : ''
    if (scheme['type'] === 'apiKey' && scheme['in'] === 'header' && /^x-/i.test(String(scheme['name'])))
      auth.push({ text: `Header ${String(scheme['name'])} names the caller${required}`, line })
    else {
      auth.push({ text: 'Authorization: Bearer token', line })
      if (scheme['type'] !== 'http' || String(scheme['scheme']).toLowerCase() !== 'bearer')
        input.diagnostics.push({ level: 'warning', message: `the security scheme ${name} is not followed; bearer tokens are used`, lines: [line] })
    }
  }
  const headers = operations.flatMap((one) =>
    one.params.filter((param) => param['in'] === 'header' && /^x-(?!request|correlation|trace|idempotency)/i.test(String(param['name']))),
  )
  if (auth.length === 0 && headers[0] !== undefined)
    auth.push({
      text: `Header ${String(headers[0]['name'])} names the caller${headers[0]['required'] === true ? ', required' : ''}`,
      line: document.lineOf(headers[0]),
    })
  if (auth.length === 0) {
    auth.push({ text: 'No authentication', line: 1 })
    return
  }
  const usual = list(document.root['security']).length > 0
  const some = usual || operations.some(({ node }) => list(node['security']).length > 0)
  for (const [index, { node }] of operations.entries()) {
    const own = node['security']
    const open = Array.isArray(own) ? own.length === 0 || own.some((one) => Object.keys(document.resolve(one)).length === 0) : some && !usual
    if (open) endpoints[index]!.notes.push({ text: 'No authentication required', line: endpoints[index]!.line })
  }
}
