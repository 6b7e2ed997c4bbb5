import type { CompoundList, Function as ShellFunction, Statement } from 'unbash'
import type { assignments } from '../assignments'
import type { Judge } from '../judge'
import { unknownSyntax } from '../refusal'
import { type Definition, type Scope, copyOf } from '../scope'
import type { WordReader } from '../words'

/** Deeper nesting, of words in words and of calls, would take too long. */
export const MAX_DEPTH = 60

export type Node = Statement['command']

/** What the parts of the walk over one script share. */
export interface Walk {
  readonly judge: Judge
  readonly words: WordReader
  readonly variables: ReturnType<typeof assignments>
  /** The text that the positions of the current script refer to. */
  source: string
  depth: number
  /** Parts of the script so far, counted once for each round of a loop around them. */
  steps: number
  /** Words so far, counted once for each way to read them. */
  wordsRead: number
  /** Commands have run that may have changed which folders there are. */
  hasRun: boolean
  /** `set -e` holds, and nothing so far has taken it back. */
  stopsOnFailure: boolean
  /** The command is a statement of its own, outside of every construct in which `set -e` does not count. */
  isStatement: boolean
  /** What is known where a loop or function may be left early, for each one around the current place. */
  readonly exits: Scope[][]
  /** What is known where the current statement of the script may be left because arithmetic fails. */
  readonly failures: Scope[]
  /** Functions that have been defined, with what was known there. */
  readonly defined: Map<ShellFunction, { definition: Definition; scope: Scope }>
  readonly called: Set<ShellFunction>
  /** The names of the functions that are being called around the current place. */
  running: ReadonlySet<string>
  /** Judges one node of any kind. */
  run(node: Node, scope: Scope): void
}

export function runAll(walk: Walk, list: readonly Statement[], scope: Scope): void {
  for (const statement of list) {
    if (statement.type !== 'Statement') unknownSyntax((statement as { type: string }).type)
    if (statement.background) walk.judge.files.alongside(() => walk.run(statement.command, copyOf(scope)))
    else walk.run(statement.command, scope)
  }
}

export const runBody = (walk: Walk, list: CompoundList, scope: Scope) => runAll(walk, list.commands, scope)
