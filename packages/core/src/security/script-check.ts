import type { Command } from 'unbash'
import { assignments } from './assignments'
import { isNumber } from './argument'
import { checkArithmetic } from './arithmetic'
import { checkCondition } from './conditions'
import type { Judge } from './judge'
import { refuse, unknownSyntax } from './refusal'
import { type Scope, assign, copyOf, either, newScope } from './scope'
import type { ParsedScript } from './shell-parser'
import { cases, conditional } from './walk/branches'
import { define, judgeUncalled } from './walk/functions'
import { andOr, pipeline } from './walk/lists'
import { countingLoop, forLoop, whileLoop } from './walk/loops'
import { lookedAt, redirected } from './walk/redirections'
import { simpleCommand } from './walk/simple-command'
import { MAX_DEPTH, type Node, type Walk, runAll, runBody } from './walk/walk'
import { commandName } from './word-text'
import { wordReader } from './words'

/** Parts of a script, counted once for each round of a loop around them; more would take too long. */
const MAX_STEPS = 2000

/**
 * Walks a whole script and judges every command it may run, in the order and the folders in which it may run them. Fails closed: what is not
 * known here is refused. @throws RefusalError
 */
export function checkScript(script: ParsedScript, source: string, folder: string, judge: Judge): void {
  const walk = newWalk(judge)
  checkPart(walk, script, source, newScope(folder), 0)
  judgeUncalled(walk)
}

function newWalk(judge: Judge): Walk {
  const context = {
    judge,
    source: () => walk.source,
    /** A script inside a word runs in a process of its own. */
    mayFail: (scope: Scope) => void walk.failures.push(copyOf(scope)),
    inner: (script: ParsedScript | undefined, scope: Scope) => checkPart(walk, script, walk.source, copyOf(scope), walk.depth + 1),
  }
  const words = wordReader(context)
  const walk: Walk = {
    judge,
    words,
    variables: assignments(context, words),
    source: '',
    depth: 0,
    steps: 0,
    wordsRead: 0,
    hasRun: false,
    stopsOnFailure: false,
    isStatement: false,
    exits: [],
    failures: [],
    defined: new Map(),
    called: new Set(),
    running: new Set(),
    run: (node, scope) => checkNode(walk, node, scope),
  }
  return walk
}

function checkPart(walk: Walk, script: ParsedScript | undefined, source: string, scope: Scope, depth: number): void {
  if (script === undefined) unknownSyntax('a part')
  if (script.errors && script.errors.length > 0)
    refuse('parse.error', `the command is not valid bash: ${script.errors[0]?.message}.`, 'Check the quotes and brackets.')
  if (depth > MAX_DEPTH) refuse('parse.depth', 'the command is nested too deeply.')
  const outer = { source: walk.source, depth: walk.depth, isStatement: walk.isStatement }
  Object.assign(walk, { source: script.source ?? source, depth, isStatement: false })
  if (depth === 0) runStatements(walk, script.commands, scope)
  else runAll(walk, script.commands, scope)
  Object.assign(walk, outer)
}

/** Those of the script itself, where `set -e` counts from. */
function runStatements(walk: Walk, list: ParsedScript['commands'], scope: Scope): void {
  for (const statement of list) {
    walk.isStatement = statement.command.type === 'Command' && !statement.background
    runAll(walk, [statement], scope)
    walk.isStatement = false
    for (const failed of walk.failures.splice(0)) assign(scope, afterFailure(scope, failed))
    if (statement.command.type === 'Command' && setsErrexit(statement.command)) walk.stopsOnFailure = true
  }
}

/** A number that the script has not set before stays one: what came from outside is nobody's text. */
function afterFailure(scope: Scope, failed: Scope): Scope {
  const { variables } = scope
  const both = either(scope, failed)
  for (const [name, values] of variables) if (!failed.variables.has(name) && values.every(isNumber)) both.variables.set(name, values)
  return both
}

function setsErrexit(node: Command): boolean {
  const words = node.suffix.map((entry) => (entry.type === 'Word' ? entry.text : '+'))
  const isPlain =
    commandName(node) === 'set' && node.prefix.length === 0 && node.redirects.length === 0 && !words.some((word) => word.startsWith('+'))
  return isPlain && words.some((word) => /^-[a-z]*e/.test(word) || word === 'errexit')
}

function checkNode(walk: Walk, node: Node, scope: Scope): void {
  if (++walk.steps > MAX_STEPS) refuse('scope.steps', 'the script is too long to be judged.', 'Write a script file and run it, or run it in parts.')
  switch (node.type) {
    case 'Command':
      simpleCommand(walk, node, scope)
      break
    case 'AndOr':
      andOr(walk, node, scope)
      break
    case 'Pipeline':
      pipeline(walk, node, scope)
      break
    case 'Redirected':
      redirected(walk, node.redirects, scope, (taken) => walk.run(node.command, taken))
      break
    case 'Subshell':
      runBody(walk, node.body, copyOf(scope))
      break
    case 'BraceGroup':
      runBody(walk, node.body, scope)
      break
    case 'If':
      conditional(walk, node, scope)
      break
    case 'While':
      whileLoop(walk, node, scope)
      break
    case 'For':
      forLoop(walk, node, scope)
      break
    case 'ArithmeticFor':
      countingLoop(walk, node, scope)
      break
    case 'Case':
      cases(walk, node, scope)
      break
    case 'TestCommand':
      checkCondition(node.expression, scope, { wordOf: walk.words.wordOf, file: (value, at) => lookedAt(walk, value, at) })
      break
    case 'ArithmeticCommand':
      if (!node.expression) refuse('arithmetic.unknown', 'the arithmetic cannot be read.')
      checkArithmetic(node.expression, scope, walk.words.arithmetic)
      break
    case 'Function':
      define(walk, node, scope)
      break
    default:
      unknownSyntax(node.type)
  }
}
