import type { AndOr, Pipeline } from 'unbash'
import { unknownSyntax } from '../refusal'
import { type Scope, assign, copyOf, either } from '../scope'
import { commandName } from '../word-text'
import { changeFolder } from './change-folder'
import type { Node, Walk } from './walk'

export function pipeline(walk: Walk, node: Pipeline, scope: Scope): void {
  for (const prefix of node.prefixes) if (prefix.type !== 'Time' && prefix.type !== 'Negation') unknownSyntax((prefix as { type: string }).type)
  const last = node.commands.at(-1)
  const others = node.commands.slice(0, -1)
  if (last === undefined) return
  if (others.length === 0) walk.run(last, scope)
  else walk.judge.files.together(() => pipe(walk, others, last, scope))
}

function pipe(walk: Walk, others: readonly Node[], last: Node, scope: Scope): void {
  for (const part of others) walk.judge.files.alongside(() => walk.run(part, copyOf(scope)))
  walk.run(last, copyOf(scope))
}

/** What is known where the commands so far have succeeded, and where they have failed; undefined where that cannot happen. */
interface Outcomes {
  success: Scope | undefined
  failure: Scope | undefined
}

export function andOr(walk: Walk, node: AndOr, scope: Scope): void {
  const [first, ...others] = node.commands
  let so: Outcomes = outcomesOf(walk, first as Node, copyOf(scope))
  others.forEach((command, index) => {
    const follows = node.operators[index] === '&&' ? 'success' : 'failure'
    /** What is never reached is judged all the same. */
    const next = outcomesOf(walk, command, copyOf(so[follows] ?? scope))
    const reached: Outcomes = so[follows] ? next : { success: undefined, failure: undefined }
    so =
      follows === 'success'
        ? { success: reached.success, failure: oneOf(so.failure, reached.failure) }
        : { success: oneOf(so.success, reached.success), failure: reached.failure }
  })
  assign(scope, oneOf(so.success, so.failure) ?? { ...scope, ended: true })
}

const oneOf = (one: Scope | undefined, other: Scope | undefined) => (one && other ? either(one, other) : (one ?? other))

function outcomesOf(walk: Walk, node: Node, scope: Scope): Outcomes {
  if (node.type === 'Command' && commandName(node) === 'cd') return changeFolder(walk, node, scope)
  walk.run(node, scope)
  return scope.ended ? { success: undefined, failure: undefined } : { success: scope, failure: scope }
}
