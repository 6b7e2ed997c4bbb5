import type { ArithmeticFor, For, While } from 'unbash'
import { type Argument, asValue, unknownArgument } from '../argument'
import { checkArithmetic } from '../arithmetic'
import { refuse } from '../refusal'
import { type Scope, assign, copyOf, either, isSame, sameSurroundings, sameVariables } from '../scope'
import { mayAssign } from '../variables'
import { plainName } from '../word-text'
import { MAX_READINGS } from '../words'
import { type Walk, runBody } from './walk'

/** After this many rounds of a loop the variables that still change count as unknown. */
const MAX_ROUNDS = 3

/** What runs again and again. Its rounds are followed until the variables have no new values. */
export function repeated(walk: Walk, scope: Scope, action: (scope: Scope) => void): void {
  const changing = new Set<string>()
  for (let round = 0; ; round++) {
    const before = copyOf(scope)
    const writtenBefore = walk.judge.files.count
    const after = roundOf(walk, scope, action)
    assign(scope, either(scope, after))
    if (round >= MAX_ROUNDS) for (const name of scope.variables.keys()) if (!sameVariables(before, scope, name)) changing.add(name)
    for (const name of changing) scope.variables.set(name, [unknownArgument])
    const isSettled = walk.judge.files.count === writtenBefore && sameSurroundings(before, scope)
    if (isSettled && [...scope.variables.keys()].every((name) => sameVariables(before, scope, name))) return
  }
}

/** One round, however it ends; it must leave the folder as it found it. */
export function roundOf(walk: Walk, scope: Scope, action: (scope: Scope) => void): Scope {
  const end = copyOf(scope)
  walk.exits.push([])
  action(end)
  const after = (walk.exits.pop() as Scope[]).reduce(either, end)
  if (!after.ended && !isSame(after.folders, scope.folders)) {
    refuse('cd.loop', 'cd inside a loop or function is not followed.', 'Put the cd into a subshell: (cd folder && command).')
  }
  return after
}

export function whileLoop(walk: Walk, node: While, scope: Scope): void {
  repeated(walk, scope, (round) => {
    runBody(walk, node.clause, round)
    runBody(walk, node.body, round)
  })
}

export function forLoop(walk: Walk, node: For, scope: Scope): void {
  const name = plainName(node.name)
  mayAssign(walk.judge, name, unknownArgument, scope)
  const values = node.wordlist ? node.wordlist.flatMap((word) => walk.words.readings(word, scope).flat()) : [unknownArgument]
  repeated(walk, scope, (round) => {
    round.variables.set(name, values.length > 0 && values.length <= MAX_READINGS ? values.map(oneWord) : [unknownArgument])
    runBody(walk, node.body, round)
  })
}

/** What bash has split is a word of its own. */
const oneWord = (value: Argument) => (value.splits ? { ...asValue(value), printed: false } : asValue(value))

export function countingLoop(walk: Walk, node: ArithmeticFor, scope: Scope): void {
  if (node.initialize) checkArithmetic(node.initialize, scope, walk.words.arithmetic)
  repeated(walk, scope, (round) => {
    if (node.test) checkArithmetic(node.test, round, walk.words.arithmetic)
    /** The update comes after `continue`, too. */
    walk.exits.push([])
    runBody(walk, node.body, round)
    assign(round, (walk.exits.pop() as Scope[]).reduce(either, round))
    if (node.update) checkArithmetic(node.update, round, walk.words.arithmetic)
  })
}
