import type { Command, CompoundList, Function as ShellFunction, Redirection, Statement, Word, WordPart } from 'unbash'
import { type Argument, asValue, unknownArgument } from './argument'
import { checkArithmetic } from './arithmetic'
import { assignments } from './assignments'
import { checkCondition } from './conditions'
import type { Judge } from './judge'
import { refuse, unknownSyntax } from './refusal'
import { checkQuoted } from './residue'
import { type Scope, assign, copyOf, either, isSame, maybe, newScope, sameVariables } from './scope'
import type { ParsedScript } from './shell-parser'
import { mayAssign } from './variables'
import { MAX_READINGS, commandName, wordReader } from './words'

const MAX_DEPTH = 60
/** Parts of a script, counted once for each round of a loop around them; more would take too long. */
const MAX_STEPS = 2000
const MAX_WORDS = 4000
/** After this many rounds of a loop the variables that still change count as unknown. */
const MAX_ROUNDS = 3
const LEAVING = new Set(['break', 'continue', 'return'])

/**
 * Walks a whole script and judges every command it may run, in the order and the folders in which it may run them. Fails closed: what is not
 * known here is refused. @throws RefusalError
 */
export function checkScript(script: ParsedScript, source: string, folder: string, judge: Judge): void {
  scriptWalk(judge).script(script, source, newScope(folder), 0)
}

type Branch = Pick<Extract<Statement['command'], { type: 'If' }>, 'clause' | 'then'>

function scriptWalk(judge: Judge) {
  let text = ''
  let depth = 0
  let steps = 0
  let read = 0
  /** Commands have run that may have changed which folders there are. */
  let hasRun = false
  /** What is known where a loop or function may be left early, for each one around the current place. */
  const exits: Scope[][] = []

  function script(node: ParsedScript | undefined, source: string, scope: Scope, level: number): void {
    if (node === undefined) unknownSyntax('a part')
    if (node.errors && node.errors.length > 0)
      refuse('parse.error', `the command is not valid bash: ${node.errors[0]?.message}.`, 'Check the quotes and brackets.')
    if (level > MAX_DEPTH) refuse('parse.depth', 'the command is nested too deeply.')
    const [outerText, outerDepth] = [text, depth]
    text = node.source ?? source
    depth = level
    statements(node.commands, scope)
    text = outerText
    depth = outerDepth
  }

  /** A script inside a word runs in a process of its own. */
  const inner = (node: ParsedScript | undefined, scope: Scope) => script(node, text, copyOf(scope), depth + 1)
  const context = { judge, inner, source: () => text }
  const words = wordReader(context)
  const { readings, wordOf, quotedPart } = words
  const { assignment, assignmentWord, declare, unset } = assignments(context, words)

  function statements(list: readonly Statement[], scope: Scope): void {
    for (const statement of list) {
      if (statement.type !== 'Statement') unknownSyntax((statement as { type: string }).type)
      run(statement.command, statement.background ? copyOf(scope) : scope)
    }
  }

  const body = (list: CompoundList, scope: Scope) => statements(list.commands, scope)

  /** What runs again and again must leave the folder as it found it. Its rounds are followed until the variables have no new values. */
  function repeated(scope: Scope, action: (scope: Scope) => void): void {
    const changing = new Set<string>()
    for (let round = 0; ; round++) {
      const before = copyOf(scope)
      const after = roundOf(scope, action)
      if (!isSame(after.folders, scope.folders)) {
        refuse('cd.loop', 'cd inside a loop or function is not followed.', 'Put the cd into a subshell: (cd folder && command).')
      }
      assign(scope, either(scope, after))
      if (round >= MAX_ROUNDS) for (const name of scope.variables.keys()) if (!sameVariables(before, scope, name)) changing.add(name)
      for (const name of changing) scope.variables.set(name, [unknownArgument])
      if ([...scope.variables.keys()].every((name) => sameVariables(before, scope, name))) return
    }
  }

  /** One round, however it ends. */
  function roundOf(scope: Scope, action: (scope: Scope) => void): Scope {
    const end = copyOf(scope)
    exits.push([])
    action(end)
    return (exits.pop() as Scope[]).reduce(either, end)
  }

  function run(node: Statement['command'], scope: Scope): void {
    if (++steps > MAX_STEPS) refuse('scope.steps', 'the script is too long to be judged.', 'Write a script file and run it, or run it in parts.')
    switch (node.type) {
      case 'Command':
        simple(node, scope)
        break
      case 'AndOr':
        andOr(node, scope)
        break
      case 'Pipeline':
        pipeline(node, scope)
        break
      case 'Redirected':
        for (const redirect of node.redirects) redirection(redirect, scope)
        run(node.command, scope)
        break
      case 'Subshell':
        body(node.body, copyOf(scope))
        break
      case 'BraceGroup':
        body(node.body, scope)
        break
      case 'If':
        conditional([node, ...node.elif], node.else, scope)
        break
      case 'While':
        repeated(scope, (round) => {
          body(node.clause, round)
          body(node.body, round)
        })
        break
      case 'For':
        forLoop(node, scope)
        break
      case 'ArithmeticFor':
        countingLoop(node, scope)
        break
      case 'Case':
        cases(node, scope)
        break
      case 'TestCommand':
        checkCondition(node.expression, scope, { wordOf, file: lookedAt })
        break
      case 'ArithmeticCommand':
        if (!node.expression) refuse('arithmetic.unknown', 'the arithmetic cannot be read.')
        checkArithmetic(node.expression, scope, judge)
        break
      case 'Function':
        define(node, scope)
        break
      default:
        unknownSyntax(node.type)
    }
  }

  function pipeline(node: Extract<Statement['command'], { type: 'Pipeline' }>, scope: Scope): void {
    for (const prefix of node.prefixes) if (prefix.type !== 'Time' && prefix.type !== 'Negation') unknownSyntax((prefix as { type: string }).type)
    const isAlone = node.commands.length === 1
    for (const part of node.commands) run(part, isAlone ? scope : copyOf(scope))
  }

  function countingLoop(node: Extract<Statement['command'], { type: 'ArithmeticFor' }>, scope: Scope): void {
    if (node.initialize) checkArithmetic(node.initialize, scope, judge)
    repeated(scope, (round) => {
      if (node.test) checkArithmetic(node.test, round, judge)
      body(node.body, round)
      if (node.update) checkArithmetic(node.update, round, judge)
    })
  }

  function cases(node: Extract<Statement['command'], { type: 'Case' }>, scope: Scope): void {
    wordOf(node.word, scope)
    for (const item of node.items) {
      for (const pattern of item.pattern) wordOf(pattern, scope)
      maybe(scope, (taken) => body(item.body, taken))
    }
  }

  /** After `a && b`: a alone, or both. The folder of b is what a left. */
  function andOr(node: Extract<Statement['command'], { type: 'AndOr' }>, scope: Scope): void {
    let left: Scope | undefined
    const leave = (outcome: Scope) => {
      left = left ? either(left, outcome) : copyOf(outcome)
    }
    node.commands.forEach((command, index) => {
      if (index > 0) leave(scope)
      if (left && node.operators[index - 1] === '||') assign(scope, either(left, scope))
      const isFollowed = node.operators[index] === '&&'
      if (command.type === 'Command' && commandName(command) === 'cd') {
        const stayed = copyOf(scope)
        if (!changeFolder(command, scope, isFollowed) && isFollowed) leave(stayed)
      } else run(command, scope)
    })
    if (left) assign(scope, either(left, scope))
  }

  function conditional(branches: readonly Branch[], otherwise: CompoundList | undefined, scope: Scope): void {
    const outcomes: Scope[] = []
    for (const branch of branches) {
      body(branch.clause, scope)
      const taken = copyOf(scope)
      body(branch.then, taken)
      outcomes.push(taken)
    }
    if (otherwise) body(otherwise, scope)
    assign(scope, outcomes.reduce(either, copyOf(scope)))
  }

  function forLoop(node: Extract<Statement['command'], { type: 'For' }>, scope: Scope): void {
    const name = plainName(node.name)
    mayAssign(judge, name, unknownArgument, scope)
    const values = node.wordlist ? node.wordlist.flatMap((word) => readings(word, scope).flat()) : [unknownArgument]
    repeated(scope, (round) => {
      round.variables.set(name, values.length > 0 && values.length <= MAX_READINGS ? values.map(asValue) : [unknownArgument])
      body(node.body, round)
    })
  }

  function define(node: ShellFunction, scope: Scope): void {
    const name = plainName(node.name)
    if (judge.isTaken(name)) refuse('function.shadow', `a function named ${name} would hide the command.`, 'Choose another name.')
    if (scope.functions.has(name)) refuse('function.twice', `the function ${name} is defined twice.`, 'Define it once.')
    scope.functions.set(name, node)
    call(node, { ...copyOf(scope), variables: new Map() })
  }

  function call(node: ShellFunction, scope: Scope): void {
    if (node.body.type === 'CompoundList') unknownSyntax('Function')
    if (depth > MAX_DEPTH) refuse('parse.depth', 'functions call each other too deeply.')
    depth += 10
    const others = copyOf(scope)
    others.functions.delete(node.name.value)
    const within = node.body as Statement['command']
    repeated(others, (round) => run(within, round))
    depth -= 10
    scope.variables = others.variables
  }

  function simple(node: Command, scope: Scope): void {
    for (const entry of node.prefix) if (entry.type !== 'Assignment') redirection(entry, scope)
    for (const entry of node.suffix) if (entry.type !== 'Assignment' && entry.type !== 'Word') redirection(entry, scope)
    const settings = node.prefix.filter((entry) => entry.type === 'Assignment')
    if (!node.name) {
      for (const entry of settings) assignment(entry, scope)
      return
    }
    /** An assignment before a command does not reach the words of that command. */
    const aside = copyOf(scope)
    for (const entry of settings) assignment(entry, aside)

    invoke(literalName(node.name, scope), node, scope)
  }

  function invoke(name: string, node: Command, scope: Scope): void {
    const called = scope.functions.get(name)
    if (LEAVING.has(name)) for (const frame of exits) frame.push(copyOf(scope))
    hasRun ||= name !== 'cd'
    if (name === 'cd') changeFolder(node, scope, false)
    else if (name === 'export' || name === 'local') declare(name, node, scope)
    else if (name === 'unset') for (const list of argumentLists(node, scope)) unset(list, scope)
    else if (called) {
      argumentLists(node, scope)
      call(called, scope)
    } else for (const args of argumentLists(node, scope)) for (const folder of scope.folders) judge.command({ name, args }, folder)
  }

  /** All the ways in which the words of a command can be read. */
  function argumentLists(node: Command, scope: Scope): Argument[][] {
    let lists: Argument[][] = [[]]
    for (const entry of node.suffix) {
      if (entry.type !== 'Word' && entry.type !== 'Assignment') continue
      const readable = entry.type === 'Word' ? readings(entry, scope) : assignmentWord(entry, scope)
      read += readable.reduce((sum, { length }) => sum + length, 0) * lists.length
      if (read > MAX_WORDS)
        refuse('scope.words', 'the script has too many words to be judged.', 'Write a script file and run it, or run it in parts.')
      const [only] = readable
      if (readable.length === 1 && only) for (const list of lists) list.push(...only)
      else lists = lists.flatMap((list) => readable.map((each) => [...list, ...each]))
      if (lists.length > MAX_READINGS) {
        refuse('scope.readings', 'the words of the command can be read in too many ways.', 'Use fewer variables in one command.')
      }
    }
    return lists
  }

  function literalName(word: Word, scope: Scope): string {
    const values = readings(word, scope)
    const single = values.length === 1 && values[0]?.length === 1 ? values[0][0] : undefined
    const isWritten = (word.parts ?? []).every(isQuotedText)
    if (single?.text === undefined || single.text === '' || !isWritten || single.tilde) {
      return refuse(
        'name.dynamic',
        'the name of a command must be written out.',
        'Write the program itself instead of a variable, pattern or substitution.',
      )
    }
    return single.text
  }

  /** Whether the folders are there, so that the shell will certainly be in them. `followed`: what comes next runs only there. */
  function changeFolder(node: Command, scope: Scope, followed: boolean): boolean {
    for (const entry of [...node.prefix, ...node.suffix]) {
      if (entry.type !== 'Word') refuse('cd.form', 'cd takes one folder and nothing else.', 'Use cd folder && command.')
    }
    const lists = argumentLists(node, scope).map((list) => (list[0]?.text === '--' ? list.slice(1) : list))
    const entered = lists.flatMap((list) => {
      const [target] = list
      if (list.length !== 1 || target?.text === undefined || target.glob || target.tilde || target.text === '' || target.text.startsWith('-')) {
        return refuse('cd.target', 'cd needs exactly one folder that is written out.', 'Name a folder inside the project.')
      }
      return scope.folders.map((from) => judge.folder(target, from))
    })
    const moved = { ...copyOf(scope), folders: [...new Set(entered.map(({ path }) => path))] }
    /** A cd that fails leaves the shell where it was. */
    const isCertain = !hasRun && entered.every(({ exists }) => exists)
    assign(scope, followed || isCertain ? moved : either(scope, moved))
    return isCertain
  }

  function redirection(node: Redirection, scope: Scope): void {
    if (node.descriptor && node.descriptor.type !== 'FileDescriptor') refuse('redirect.variable', 'a redirection into a variable is not allowed.')
    if (node.type === 'HereDoc') {
      if (node.delimiter === undefined || node.closing === undefined)
        refuse('parse.error', 'the here-document has no end.', 'End it with its delimiter on a line of its own.')
      if (!node.delimiter.quoted) {
        if (node.body.parts) for (const part of node.body.parts) quotedPart(part, scope)
        else checkQuoted(node.body.text)
      }
      return
    }
    if (!node.target) unknownSyntax('redirection')
    if (node.type === 'HereString') {
      wordOf(node.target, scope)
      return
    }
    const duplicates = node.operator === '>&' || node.operator === '<&'
    for (const target of wordOf(node.target, scope)) {
      if (duplicates && target.text !== undefined && /^(\d+-?|-)$/.test(target.text)) continue
      const direction = node.operator === '<' || node.operator === '<&' ? 'read' : 'write'
      if (target.glob) refuse('redirect.target', 'a redirection needs one file that is written out.')
      for (const folder of scope.folders) judge.redirection(target, direction, folder)
    }
  }

  /** As `test` does: what is known only at run time passes, since looking changes nothing. */
  function lookedAt(value: Argument, scope: Scope): void {
    if (value.text !== undefined) for (const folder of scope.folders) judge.redirection(value, 'read', folder)
  }

  function plainName(word: Word): string {
    if (word.parts !== undefined || !/^[A-Za-z_][\w-]*$/.test(word.text)) return refuse('name.dynamic', 'the name must be written out.')
    return word.text
  }

  return { script }
}

const isQuotedText = (part: WordPart): boolean =>
  part.type === 'Literal' ||
  part.type === 'SingleQuoted' ||
  part.type === 'AnsiCQuoted' ||
  (part.type === 'DoubleQuoted' && part.parts.every((child) => child.type === 'Literal'))
