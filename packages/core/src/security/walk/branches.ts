import type { Case, CompoundList, If } from 'unbash'
import { type Scope, assign, copyOf, either, maybe } from '../scope'
import { type Walk, runBody } from './walk'

export const conditional = (walk: Walk, node: If, scope: Scope) => branches(walk, [node, ...node.elif], node.else, scope)

function branches(walk: Walk, choices: readonly Pick<If, 'clause' | 'then'>[], otherwise: CompoundList | undefined, scope: Scope): void {
  const outcomes: Scope[] = []
  for (const { clause, then } of choices) {
    runBody(walk, clause, scope)
    const taken = copyOf(scope)
    runBody(walk, then, taken)
    outcomes.push(taken)
  }
  if (otherwise) runBody(walk, otherwise, scope)
  assign(scope, outcomes.reduce(either, copyOf(scope)))
}

export function cases(walk: Walk, node: Case, scope: Scope): void {
  walk.words.wordOf(node.word, scope)
  for (const item of node.items) {
    for (const pattern of item.pattern) maybe(scope, (taken) => walk.words.wordOf(pattern, taken))
    maybe(scope, (taken) => runBody(walk, item.body, taken))
  }
}
