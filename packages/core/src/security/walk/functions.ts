import type { Function as ShellFunction } from 'unbash'
import { type Argument, asValue } from '../argument'
import { type Positional, UNKNOWN_POSITIONAL } from '../positional'
import { refuse, unknownSyntax } from '../refusal'
import { type Definition, type Scope, copyOf, either } from '../scope'
import { plainName } from '../word-text'
import { roundOf } from './loops'
import { MAX_DEPTH, type Node, type Walk } from './walk'

/** A call counts as this many levels of nesting. */
const LEVELS_OF_CALL = 10

/** Names that the walk itself knows, and that of the function which bash calls for a program that is not there. */
const CALLED_BY_BASH = new Set(['cd', 'export', 'local', 'unset', 'command_not_found_handle'])

/** It is judged at each call, with what it is given there. */
export function define(walk: Walk, node: ShellFunction, scope: Scope): void {
  const name = plainName(node.name)
  if (walk.judge.isTaken(name) || CALLED_BY_BASH.has(name))
    refuse('function.shadow', `a function named ${name} would hide the command.`, 'Choose another name.')
  if (scope.functions.has(name) || walk.running.has(name)) refuse('function.twice', `the function ${name} is defined twice.`, 'Define it once.')
  const definition = { node, source: walk.source }
  scope.functions.set(name, definition)
  walk.defined.set(node, { definition, scope: { ...copyOf(scope), variables: new Map(), positional: UNKNOWN_POSITIONAL } })
}

/** What nobody has called counts as well, with nothing known of what it would be given. */
export function judgeUncalled(walk: Walk): void {
  for (const [node, { definition, scope }] of walk.defined) if (!walk.called.has(node)) run(walk, definition, scope, UNKNOWN_POSITIONAL)
}

export function call(walk: Walk, definition: Definition, args: readonly Argument[], scope: Scope): void {
  run(walk, definition, scope, positionalOf(args))
}

/** From the first word that may become several, or none, nothing is known. */
function positionalOf(args: readonly Argument[]): Positional {
  const end = args.findIndex(({ splits, glob }) => splits || glob)
  return { words: (end < 0 ? args : args.slice(0, end)).map(asValue), complete: end < 0 }
}

function run(walk: Walk, { node, source }: Definition, scope: Scope, positional: Positional): void {
  if (node.body.type === 'CompoundList') unknownSyntax('Function')
  if (walk.depth > MAX_DEPTH) refuse('parse.depth', 'functions call each other too deeply.')
  walk.called.add(node)
  const outer = { source: walk.source, depth: walk.depth, isStatement: walk.isStatement, running: walk.running }
  const running = new Set([...walk.running, node.name.value])
  Object.assign(walk, { source, depth: walk.depth + LEVELS_OF_CALL, isStatement: false, running })
  const within = { ...copyOf(scope), positional }
  within.functions.delete(node.name.value)
  const after = roundOf(walk, within, (round) => walk.run(node.body as Node, round))
  Object.assign(walk, outer)
  /** A variable may have been local. */
  const { variables, previous } = either(within, after)
  Object.assign(scope, { variables, previous })
  scope.ended ||= after.ended
}
