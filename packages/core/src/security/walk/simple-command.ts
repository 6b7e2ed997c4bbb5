import type { Command, Word } from 'unbash'
import { type Argument, isNumber, unknownArgument } from '../argument'
import { UNKNOWN_POSITIONAL } from '../positional'
import { refuse } from '../refusal'
import { type Definition, type Scope, assign, copyOf, either, sameVariables, valuesOf } from '../scope'
import { isQuotedText } from '../word-text'
import { argumentLists } from './argument-lists'
import { changeFolder } from './change-folder'
import { call } from './functions'
import { redirected } from './redirections'
import type { Walk } from './walk'

const LEAVING = new Set(['break', 'continue', 'return'])

export function simpleCommand(walk: Walk, node: Command, scope: Scope): void {
  const before = copyOf(scope)
  redirected(walk, node.redirects, scope, (taken) => withoutRedirections(walk, node, taken))
  /** Bash reads the words first, and they may assign. */
  const isChanged = node.redirects.length > 0 && [...scope.variables.keys()].some((name) => !sameVariables(before, scope, name))
  if (isChanged) redirected(walk, node.redirects, copyOf(scope), () => undefined)
}

function withoutRedirections(walk: Walk, node: Command, scope: Scope): void {
  const settings = node.prefix.filter((entry) => entry.type === 'Assignment')
  if (!node.name) {
    for (const entry of settings) walk.variables.assignment(entry, scope)
    return
  }
  /** An assignment before a command does not reach the words of that command. */
  const aside = copyOf(scope)
  for (const entry of settings) walk.variables.assignment(entry, aside)
  if (settings.length > 0) assign(scope, either(scope, without(settings, aside, scope)))

  invoke(walk, literalName(walk, node.name, scope), node, scope, aside)
}

/** What else the values assign (`y=$((x=5))`) may stay. */
function without(settings: readonly { name: string }[], aside: Scope, scope: Scope): Scope {
  const others = copyOf(aside)
  for (const { name } of settings) others.variables.set(name, valuesOf(scope, name))
  return others
}

function invoke(walk: Walk, name: string, node: Command, scope: Scope, aside: Scope): void {
  const called = scope.functions.get(name)
  if (LEAVING.has(name)) for (const frame of walk.exits) frame.push(copyOf(scope))
  walk.hasRun ||= name !== 'cd'
  if (name === 'cd') assign(scope, afterChange(walk, changeFolder(walk, node, scope)))
  else if (name === 'export' || name === 'local') {
    const before = copyOf(scope)
    walk.variables.declare(name, node, scope)
    /** Outside of functions `local` does nothing. */
    assign(scope, name === 'local' && walk.running.size === 0 ? either(before, scope) : keeping(node, scope, aside))
  } else if (name === 'unset') for (const list of argumentLists(walk, node, scope)) walk.variables.unset(list, scope)
  else if (called) callAs(walk, called, node, scope, aside)
  else program(walk, name, node, argumentLists(walk, node, scope), scope)
}

/** With `set -e` a cd that fails ends the script. */
function afterChange(walk: Walk, { success, failure }: ReturnType<typeof changeFolder>): Scope {
  return failure === undefined || (walk.stopsOnFailure && walk.isStatement) ? success : either(failure, success)
}

function program(walk: Walk, name: string, node: Command, lists: readonly Argument[][], scope: Scope): void {
  for (const args of lists) for (const folder of scope.folders) walk.judge.command({ name, args }, folder)
  if (name === 'exit') scope.ended = node.prefix.length === 0 && lists.every(isStatus)
  if (name === 'set' && lists.some((args) => args.some(({ text }) => !text?.startsWith('-')))) walk.stopsOnFailure = false
  if (name === 'source' || name === '.') scope.variables.set('VIRTUAL_ENV', [unknownArgument])
  if (name === 'shift') shift(lists, scope)
}

/** Any of the readings may be what happens. */
function callAs(walk: Walk, called: Definition, node: Command, scope: Scope, within: Scope): void {
  const outcomes = argumentLists(walk, node, scope).map((args) => {
    const outcome = copyOf(within)
    call(walk, called, args, outcome)
    return outcome
  })
  assign(scope, keeping(node, outcomes.reduce(either), scope))
}

/** `export` keeps what was assigned before it, and a function does not: both are kept. */
const keeping = ({ prefix }: Command, one: Scope, other: Scope) => (prefix.some(({ type }) => type === 'Assignment') ? either(one, other) : one)

/** With anything else after `exit` bash complains, and may go on. */
const isStatus = (args: readonly Argument[]) => args.length === 0 || (args.length === 1 && args.every(isNumber))

function shift(lists: readonly Argument[][], scope: Scope): void {
  const { words, complete } = scope.positional
  const isPlain = lists.length === 1 && lists[0]?.length === 0 && words.length > 0
  scope.positional = isPlain ? { words: words.slice(1), complete } : UNKNOWN_POSITIONAL
}

function literalName(walk: Walk, word: Word, scope: Scope): string {
  const values = walk.words.readings(word, scope)
  const single = values.length === 1 && values[0]?.length === 1 ? values[0][0] : undefined
  if (single?.text === undefined || single.text === '' || !isQuotedText(word) || single.tilde) {
    return refuse(
      'name.dynamic',
      'the name of a command must be written out.',
      'Write the program itself instead of a variable, pattern or substitution.',
    )
  }
  return single.text
}
