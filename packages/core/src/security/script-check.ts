import type {
  ArithmeticExpression,
  ArrayValue,
  Assignment,
  Command,
  CompoundList,
  Function as ShellFunction,
  ParameterExpansionPart,
  ParameterOperation,
  Redirection,
  Script,
  Statement,
  TestExpression,
  Word,
  WordPart,
} from 'unbash'
import { type Argument, literal, unknownArgument } from './argument'
import { expandBraces } from './braces'
import type { ResolvedCommand } from './command-rule'
import { refuse } from './refusal'
import { checkPlain, checkQuoted, checkTiling } from './residue'
import { type Scope, assign, copyOf, either, isSame, newScope, valuesOf } from './scope'
import { variableRule } from './variables'

/** What the walk asks of the policy; each answer is given by throwing a refusal or not. */
export interface Judge {
  command(command: ResolvedCommand, folder: string): void
  redirection(target: Argument, direction: 'read' | 'write', folder: string): void
  /** Whether a function of this name would hide a program or builtin that the policy knows. */
  isTaken(name: string): boolean
  /** The real folder that `cd` would enter, and whether it is there. */
  folder(target: Argument, from: string): { path: string; exists: boolean }
  projectPaths(value: Argument, folder: string): void
}

const MAX_DEPTH = 60
/** Ways to read one command; beyond it the words count as unknown. */
const MAX_READINGS = 64
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const INTEGER = /^-?\d+$/
const NUMERIC_SPECIALS = new Set(['?', '#', '$', '!'])
const NUMERIC_VARIABLES = new Set(['RANDOM', 'SECONDS', 'LINENO', 'UID', 'EUID', 'PPID'])

/**
 * Walks a whole script and judges every command it may run, in the order and the folders in which it may run them. Fails closed: what is not
 * known here is refused. @throws RefusalError
 */
export function checkScript(script: Script, source: string, folder: string, judge: Judge): void {
  scriptWalk(judge).script(script, source, newScope(folder), 0)
}

type Parsed = Script & { readonly errors?: readonly { message: string }[] | undefined }

function scriptWalk(judge: Judge) {
  let text = ''
  let depth = 0

  function script(node: Parsed | undefined, source: string, scope: Scope, level: number): void {
    if (node === undefined) return unknownSyntax('a part')
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
  const inner = (node: Parsed | undefined, scope: Scope) => script(node, text, copyOf(scope), depth + 1)

  function statements(list: readonly Statement[], scope: Scope): void {
    for (const statement of list) {
      if (statement.type !== 'Statement') unknownSyntax((statement as { type: string }).type)
      run(statement.command, statement.background ? copyOf(scope) : scope)
    }
  }

  const body = (list: CompoundList, scope: Scope) => statements(list.commands, scope)

  /** Judges what may run or not, and keeps both outcomes. */
  function maybe(scope: Scope, action: (scope: Scope) => void): void {
    const taken = copyOf(scope)
    action(taken)
    assign(scope, either(scope, taken))
  }

  /** What runs again and again must leave the folder as it found it; its variables may have any value from the second round on. */
  function repeated(scope: Scope, action: (scope: Scope) => void): void {
    const first = copyOf(scope)
    action(first)
    if (!isSame(first.folders, scope.folders))
      refuse('cd.loop', 'cd inside a loop or function is not followed.', 'Put the cd into a subshell: (cd folder && command).')
    const again = either(scope, first)
    action(again)
    assign(scope, either(scope, again))
  }

  function run(node: Statement['command'], scope: Scope): void {
    switch (node.type) {
      case 'Command':
        return simple(node, scope)
      case 'AndOr':
        return andOr(node, scope)
      case 'Pipeline':
        for (const prefix of node.prefixes) if (prefix.type !== 'Time' && prefix.type !== 'Negation') unknownSyntax((prefix as { type: string }).type)
        if (node.commands.length === 1) return run(node.commands[0] as Statement['command'], scope)
        for (const part of node.commands) run(part, copyOf(scope))
        return
      case 'Redirected':
        for (const redirect of node.redirects) redirection(redirect, scope)
        return run(node.command, scope)
      case 'Subshell':
        return body(node.body, copyOf(scope))
      case 'BraceGroup':
        return body(node.body, scope)
      case 'If':
        return conditional([{ clause: node.clause, then: node.then }, ...node.elif], node.else, scope)
      case 'While':
        return repeated(scope, (round) => {
          body(node.clause, round)
          body(node.body, round)
        })
      case 'For':
        return forLoop(node, scope)
      case 'ArithmeticFor':
        if (node.initialize) arithmetic(node.initialize, scope)
        return repeated(scope, (round) => {
          if (node.test) arithmetic(node.test, round)
          body(node.body, round)
          if (node.update) arithmetic(node.update, round)
        })
      case 'Case':
        wordOf(node.word, scope)
        for (const item of node.items) {
          for (const pattern of item.pattern) wordOf(pattern, scope)
          maybe(scope, (taken) => body(item.body, taken))
        }
        return
      case 'TestCommand':
        return test(node.expression, scope)
      case 'ArithmeticCommand':
        if (!node.expression) refuse('arithmetic.unknown', 'the arithmetic cannot be read.')
        arithmetic(node.expression, scope)
        return
      case 'Function':
        return define(node, scope)
      default:
        return unknownSyntax(node.type)
    }
  }

  /** After `a && b`: a alone, or both. The folder of b is what a left. */
  function andOr(node: Extract<Statement['command'], { type: 'AndOr' }>, scope: Scope): void {
    const outcomes: Scope[] = []
    node.commands.forEach((command, index) => {
      if (index > 0) {
        const before = copyOf(scope)
        outcomes.push(before)
        if (node.operators[index - 1] === '||') assign(scope, outcomes.reduce(either, copyOf(scope)))
      }
      if (command.type === 'Command' && commandName(command) === 'cd') {
        if (node.operators[index] === '&&') outcomes.push(copyOf(scope))
        changeFolder(command, scope, node.operators[index] === '&&')
      } else run(command, scope)
    })
    assign(scope, outcomes.reduce(either, copyOf(scope)))
  }

  function conditional(branches: readonly { clause: CompoundList; then: CompoundList }[], otherwise: CompoundList | undefined, scope: Scope): void {
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
    mayAssign(name, unknownArgument, scope)
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

  function commandName(node: Command): string | undefined {
    return node.name && node.name.parts === undefined ? node.name.value : undefined
  }

  function simple(node: Command, scope: Scope): void {
    for (const entry of node.prefix) if (entry.type !== 'Assignment') redirection(entry, scope)
    for (const entry of node.suffix) if (entry.type !== 'Assignment' && entry.type !== 'Word') redirection(entry, scope)
    const assignments = node.prefix.filter((entry) => entry.type === 'Assignment')
    if (!node.name) {
      for (const entry of assignments) assignment(entry, scope)
      return
    }
    /** An assignment before a command does not reach the words of that command. */
    const aside = copyOf(scope)
    for (const entry of assignments) assignment(entry, aside)

    const name = literalName(node.name, scope)
    if (name === 'cd') return changeFolder(node, scope, false)
    if (name === 'export' || name === 'local') return declare(name, node, scope)
    if (name === 'unset') return unset(node, scope)
    const called = scope.functions.get(name)
    for (const args of argumentLists(node, scope)) {
      if (!called) for (const folder of scope.folders) judge.command({ name, args }, folder)
    }
    if (called) call(called, scope)
  }

  /** All the ways in which the words of a command can be read. */
  function argumentLists(node: Command, scope: Scope): Argument[][] {
    let lists: Argument[][] = [[]]
    for (const entry of node.suffix) {
      if (entry.type !== 'Word' && entry.type !== 'Assignment') continue
      const words = entry.type === 'Word' ? readings(entry, scope) : assignmentWord(entry, scope)
      lists = lists.flatMap((list) => words.map((word) => [...list, ...word]))
      if (lists.length > MAX_READINGS)
        refuse('scope.readings', 'the words of the command can be read in too many ways.', 'Use fewer variables in one command.')
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

  function changeFolder(node: Command, scope: Scope, certain: boolean): void {
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
    assign(scope, certain || entered.every(({ exists }) => exists) ? moved : either(scope, moved))
  }

  function declare(name: string, node: Command, scope: Scope): void {
    for (const entry of node.suffix) {
      if (entry.type === 'Assignment') assignment(entry, scope)
      else if (entry.type === 'Word') {
        const [word] = readings(entry, scope)[0] ?? []
        if (word?.text === undefined || !(NAME.test(word.text) || (name === 'export' && word.text === '-p'))) {
          refuse(`${name}.form`, `${name} takes names and name=value only.`)
        }
        if (word.text !== '-p') mayAssign(word.text, valuesOf(scope, word.text)[0] ?? unknownArgument, scope)
      }
    }
  }

  function unset(node: Command, scope: Scope): void {
    for (const list of argumentLists(node, scope)) {
      for (const word of list) {
        if (word.text === undefined || !NAME.test(word.text)) refuse('unset.form', 'unset takes names of variables only.')
        mayAssign(word.text, unknownArgument, scope)
        scope.variables.set(word.text, [unknownArgument])
      }
    }
  }

  function assignment(node: Assignment, scope: Scope): void {
    if (!NAME.test(node.name)) refuse('assignment.name', 'the name of the variable cannot be read.')
    if (node.index) checkIndex(node.index)
    if (node.value.type === 'ArrayValue') {
      arrayValue(node.value, scope)
      mayAssign(node.name, unknownArgument, scope)
      scope.variables.set(node.name, [unknownArgument])
      return
    }
    const written = node.value.text === ''
    const values = written ? [literal('')] : wordOf(node.value, scope)
    for (const value of values) mayAssign(node.name, value, scope)
    scope.variables.set(node.name, node.append || node.index ? [unknownArgument] : values.map(asValue))
  }

  /** `name=value` as a word of a command that is no declaration. */
  function assignmentWord(node: Assignment, scope: Scope): Argument[][] {
    if (node.index || node.value.type === 'ArrayValue') return unknownSyntax('Assignment')
    return wordOf(node.value, scope).map((value) => [joined([literal(`${node.name}${node.append ? '+' : ''}=`), value])])
  }

  function arrayValue(node: ArrayValue, scope: Scope): void {
    for (const element of node.elements) wordOf(element, scope)
    const gaps = [node.pos + 1, ...node.elements.map((element) => element.end)].map((from, index) =>
      text.slice(from, node.elements[index]?.pos ?? node.end - 1),
    )
    if (gaps.some((gap) => gap.trim() !== '') || text[node.end - 1] !== ')') refuse('parse.residue', 'the array cannot be read with certainty.')
  }

  function mayAssign(name: string, value: Argument, scope: Scope): void {
    const rule = variableRule(name)
    if (rule === 'forbidden') {
      refuse(
        'variable.forbidden',
        `the variable ${name} must not be set.`,
        name === 'PATH' ? 'Call programs of the environment by path: .venv/bin/python.' : 'Use options of the program instead.',
      )
    }
    if (rule === 'project-paths') for (const folder of scope.folders) judge.projectPaths(value, folder)
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
    if (!node.target) return unknownSyntax('redirection')
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

  function test(node: TestExpression, scope: Scope): void {
    switch (node.type) {
      case 'TestUnary':
        if (!/^-[a-zA-Z]$/.test(node.operator) || node.operator === '-v' || node.operator === '-R') {
          refuse('test.operator', `the test ${node.operator} is not allowed.`, 'Use [ -n "${name:-}" ] to see whether a variable is set.')
        }
        wordOf(node.operand, scope)
        return
      case 'TestBinary':
        for (const side of [node.left, node.right]) {
          const values = wordOf(side, scope)
          if (/^-(eq|ne|lt|le|gt|ge)$/.test(node.operator) && !values.every(isNumber)) {
            refuse('test.arithmetic', `[[ ${node.operator} ]] evaluates its words as arithmetic.`, `Use [ … ${node.operator} … ] instead.`)
          }
        }
        return
      case 'TestLogical':
        for (const operand of node.operands) test(operand, scope)
        return
      case 'TestNot':
        return test(node.operand, scope)
      case 'TestGroup':
        return test(node.expression, scope)
      default:
        return unknownSyntax((node as { type: string }).type)
    }
  }

  function arithmetic(node: ArithmeticExpression, scope: Scope): void {
    switch (node.type) {
      case 'ArithmeticBinary':
        if (/^([-+*/%&|^]|<<|>>)?=$/.test(node.operator)) {
          arithmetic(node.right, scope)
          if (node.left.type !== 'ArithmeticWord' || !NAME.test(node.left.value))
            return refuse('arithmetic.target', 'the target of the arithmetic cannot be read.')
          mayAssign(node.left.value, unknownArgument, scope)
          scope.variables.set(node.left.value, [number])
          return
        }
        arithmetic(node.left, scope)
        return arithmetic(node.right, scope)
      case 'ArithmeticUnary':
        arithmetic(node.operand, scope)
        if ((node.operator === '++' || node.operator === '--') && node.operand.type === 'ArithmeticWord')
          mayAssign(node.operand.value, unknownArgument, scope)
        return
      case 'ArithmeticTernary':
        for (const part of [node.test, node.consequent, node.alternate]) arithmetic(part, scope)
        return
      case 'ArithmeticGroup':
        return arithmetic(node.expression, scope)
      case 'ArithmeticWord':
        return arithmeticWord(node.value, node.parts, scope)
      default:
        return refuse(
          'arithmetic.unknown',
          'a substitution inside arithmetic is not allowed.',
          'Put its result into a variable and compare it with [ … ].',
        )
    }
  }

  function arithmeticWord(value: string, parts: readonly WordPart[] | undefined, scope: Scope): void {
    if (/^\d+$/.test(value)) return
    const name = /^\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(value)?.[1]
    const special = /^\$\{?([?#$!])\}?$/.exec(value)?.[1]
    if (special !== undefined) return
    if (
      name !== undefined &&
      (parts ?? []).length <= 1 &&
      (NUMERIC_VARIABLES.has(name) || (scope.variables.has(name) && valuesOf(scope, name).every(isNumber)))
    )
      return
    refuse(
      'arithmetic.variable',
      'arithmetic is allowed on numbers and on variables that this script has set to a number.',
      'Set the variable to a number first.',
    )
  }

  function plainName(word: Word): string {
    if (word.parts !== undefined || !/^[A-Za-z_][\w-]*$/.test(word.text)) return refuse('name.dynamic', 'the name must be written out.')
    return word.text
  }

  function checkIndex(word: Word): void {
    if (word.parts !== undefined || !/^(\d+|@|\*)$/.test(word.text)) refuse('array.index', 'the index of an array must be a number.')
  }

  /** The words that a word becomes, once for each way to read it. */
  function readings(word: Word, scope: Scope): Argument[][] {
    if (word.parts?.some((part) => part.type === 'BraceExpansion')) return braces(word, scope)
    return wordOf(word, scope).map((value) => [value])
  }

  function braces(word: Word, scope: Scope): Argument[][] {
    const isPlain = (word.parts ?? []).every((part) => part.type === 'BraceExpansion' || part.type === 'Literal' || part.type === 'Glob')
    const parts = word.parts ?? []
    checkTiling(text, word, parts)
    checkPlain(word.text)
    const words = isPlain && !/[\\'"$`~]/.test(word.text) ? expandBraces(word.text) : undefined
    if (!words) return refuse('word.braces', 'the braces of a word cannot be read.', 'Write the words out.')
    wordParts(parts, scope)
    return [words.map((each) => ({ ...literal(each), glob: /[*?[]/.test(each), prefix: each.replace(/[*?[].*$/s, '') }))]
  }

  /** The values that a word without braces may have. */
  function wordOf(word: Word, scope: Scope): Argument[] {
    if (word.parts === undefined) {
      checkPlain(word.text)
      return [plainArgument(word.value, word.text, true)]
    }
    checkTiling(text, word, word.parts)
    return wordParts(word.parts, scope)
  }

  function wordParts(parts: readonly WordPart[], scope: Scope): Argument[] {
    let values: Argument[] = [literal('')]
    parts.forEach((part, index) => {
      const next = partOf(part, index === 0, scope)
      values = values.length * next.length > MAX_READINGS ? [unknownArgument] : values.flatMap((value) => next.map((each) => joined([value, each])))
    })
    return values
  }

  function partOf(part: WordPart, first: boolean, scope: Scope): Argument[] {
    switch (part.type) {
      case 'Literal':
        checkPlain(part.text)
        return [plainArgument(part.value, part.text, first)]
      case 'Glob':
        checkPlain(part.text)
        if (part.parts) wordParts(part.parts, scope)
        return [{ ...literal(part.text), prefix: '', glob: true, numeric: false }]
      case 'SingleQuoted':
        return [literal(part.value)]
      case 'AnsiCQuoted':
        if (/[\0-\x08\x0b-\x1f\x7f]/.test(part.value)) refuse('raw.character', 'the command contains control characters.')
        return [literal(part.value)]
      case 'DoubleQuoted':
        return doubleQuoted(part, scope)
      case 'SimpleExpansion':
        return variable(part.text.slice(1), scope).map(unquoted)
      case 'ParameterExpansion':
        return parameter(part, scope).map(unquoted)
      case 'CommandExpansion':
      case 'ArithmeticExpansion':
        return expansion(part, scope).map(unquoted)
      case 'ProcessSubstitution':
        inner(part.script, scope)
        return [{ ...unknownArgument, pipe: true }]
      case 'BraceExpansion':
        if (part.parts) wordParts(part.parts, scope)
        else checkPlain(part.text)
        return [unknownArgument]
      default:
        return unknownSyntax(part.type)
    }
  }

  function doubleQuoted(part: Extract<WordPart, { type: 'DoubleQuoted' }>, scope: Scope): Argument[] {
    checkTiling(text, { pos: part.pos + 1, end: part.end - 1 }, part.parts)
    let values: Argument[] = [literal('')]
    for (const child of part.parts) {
      const next = quotedPart(child, scope)
      values = values.length * next.length > MAX_READINGS ? [unknownArgument] : values.flatMap((value) => next.map((each) => joined([value, each])))
    }
    return values
  }

  function quotedPart(part: WordPart, scope: Scope): Argument[] {
    switch (part.type) {
      case 'Literal':
        checkQuoted(part.text)
        return [literal(part.value)]
      case 'SimpleExpansion':
        return variable(part.text.slice(1), scope)
      case 'ParameterExpansion':
        return parameter(part, scope)
      case 'CommandExpansion':
      case 'ArithmeticExpansion':
        return expansion(part, scope)
      default:
        return unknownSyntax(part.type)
    }
  }

  function expansion(part: Extract<WordPart, { type: 'CommandExpansion' | 'ArithmeticExpansion' }>, scope: Scope): Argument[] {
    if (part.type === 'CommandExpansion') {
      inner(part.script, scope)
      const only = part.script?.commands.length === 1 ? part.script.commands[0]?.command : undefined
      if (only?.type === 'Command' && only.suffix.length === 0 && commandName(only) === 'pwd' && scope.folders.length === 1)
        return [literal(scope.folders[0] as string)]
      if (only?.type === 'Command' && commandName(only) === 'seq') return [number]
      return [unknownArgument]
    }
    if (!part.expression) return refuse('arithmetic.unknown', 'the arithmetic cannot be read.')
    arithmetic(part.expression, scope)
    return [number]
  }

  function variable(name: string, scope: Scope): Argument[] {
    if (name === '!') return [{ ...number, job: true }]
    if (NUMERIC_SPECIALS.has(name) || NUMERIC_VARIABLES.has(name)) return [number]
    if (name === 'PWD' && !scope.variables.has('PWD')) return scope.folders.map(literal)
    return [...valuesOf(scope, name)]
  }

  function parameter(part: ParameterExpansionPart, scope: Scope): Argument[] {
    if (part.prefix === '!') refuse('parameter.indirect', 'a variable that names another one is not allowed.', 'Use the variable itself.')
    if (part.index) checkIndex(part.index)
    if (!/^([A-Za-z_][A-Za-z0-9_]*|\d+|[@*?#$!-])$/.test(part.parameter)) return unknownSyntax('parameter')
    if (part.prefix === '#') return [number]
    if (part.operation) {
      operation(part.parameter, part.operation, scope)
      return [unknownArgument]
    }
    return part.index ? [unknownArgument] : variable(part.parameter, scope)
  }

  function operation(name: string, node: ParameterOperation, scope: Scope): void {
    switch (node.type) {
      case 'Default':
        for (const value of wordOf(node.operand, scope)) if (node.operator.endsWith('=')) mayAssign(name, value, scope)
        if (node.operator.endsWith('=')) scope.variables.set(name, [unknownArgument])
        return
      case 'Remove':
        wordOf(node.operand, scope)
        return
      case 'Replace':
        wordOf(node.pattern, scope)
        wordOf(node.replacement, scope)
        return
      case 'CaseModification':
        if (node.operand) wordOf(node.operand, scope)
        return
      case 'Slice':
        for (const word of [node.offset, node.length])
          if (word && !/^\s*-?\d+$/.test(word.text)) refuse('parameter.slice', 'a slice needs numbers that are written out.')
        return
      default:
        refuse('parameter.operation', `the expansion of ${name} uses an operation that is not allowed.`, 'Use the variable without it.')
    }
  }

  return { script }
}

const number: Argument = { ...unknownArgument, numeric: true }

const isNumber = (value: Argument) => value.numeric || (value.text !== undefined && INTEGER.test(value.text))

const isQuotedText = (part: WordPart): boolean =>
  part.type === 'Literal' ||
  part.type === 'SingleQuoted' ||
  part.type === 'AnsiCQuoted' ||
  (part.type === 'DoubleQuoted' && part.parts.every((child) => child.type === 'Literal'))

/** The text of a word without quotes; `raw` is how it is written. */
function plainArgument(value: string, raw: string, first: boolean): Argument {
  const tilde = (first && raw.startsWith('~')) || /[=:]~/.test(raw)
  const glob = /(^|[^\\])[*?[]/.test(raw)
  return { ...literal(value), tilde, glob, prefix: glob ? value.replace(/[*?[].*$/s, '') : value }
}

/** As the value of a variable: patterns and tildes are taken up only where it is used without quotes. */
const asValue = (value: Argument): Argument => (value.tilde ? unknownArgument : { ...value, splits: false })

/** What an expansion without quotes becomes: a text with blanks or patterns in it turns into other words. */
function unquoted(value: Argument): Argument {
  if (value.text === undefined) return { ...value, splits: !value.numeric }
  return value.glob || /^[^\s*?[\\]+$/.test(value.text) ? value : { ...unknownArgument, splits: true }
}

function joined(parts: readonly Argument[]): Argument {
  const [one, other] = parts as [Argument, Argument]
  if (one.text === '' && !one.glob && !one.tilde) return other
  if (other.text === '' && !other.glob) return one
  const text = one.text === undefined || other.text === undefined ? undefined : one.text + other.text
  return {
    text,
    prefix: one.text === undefined || one.glob ? one.prefix : one.text + other.prefix,
    glob: one.glob || other.glob,
    splits: one.splits || other.splits,
    numeric: one.numeric && other.numeric,
    job: false,
    pipe: false,
    tilde: one.tilde || (other.tilde && /[=:]$/.test(one.text ?? '')),
  }
}

function unknownSyntax(kind: string): never {
  return refuse('parse.unknown', `${kind} is not allowed in a command.`, 'Use plain commands.')
}
