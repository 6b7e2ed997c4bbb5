import type { ParameterExpansionPart, ParameterOperation, Word, WordPart } from 'unbash'
import { type Argument, anyNumber, printedNumber, asValue, joined, literal, plainArgument, unknownArgument, unquoted } from './argument'
import { type ArithmeticContext, checkArithmetic } from './arithmetic'
import { expandBraces } from './braces'
import type { Judge } from './judge'
import { type CommandReader, outputOf } from './output-kind'
import { operated } from './parameter-values'
import { allParameters, joinedParameters, oneParameter, severalWords } from './positional'
import { refuse, unknownSyntax } from './refusal'
import { checkPlain, checkQuoted, checkTiling } from './residue'
import { type Scope, maybe, valuesOf } from './scope'
import type { ParsedScript } from './shell-parser'
import { NUMERIC_VARIABLES, mayAssign } from './variables'
import { checkIndex, commandName, isQuotedText } from './word-text'

/** Ways to read one command; beyond it the words count as unknown. */
export const MAX_READINGS = 64

const NUMERIC_SPECIALS = new Set(['?', '#', '$', '!'])

/** What words need from the walk that finds them. */
export interface WordContext {
  judge: Judge
  /** The text that the positions of the parts refer to. */
  source(): string
  /** Judges a script inside a word, which runs in a process of its own. */
  inner(script: ParsedScript | undefined, scope: Scope): void
  mayFail(scope: Scope): void
}

/** Reads words as bash will; the scripts inside them are judged on the way. */
export function wordReader({ judge, source, inner, mayFail }: WordContext) {
  /** The words that a word becomes, once for each way to read it. */
  function readings(word: Word, scope: Scope): Argument[][] {
    if (word.parts?.some((part) => part.type === 'BraceExpansion')) return braces(word, scope)
    checkBraces(word)
    if (word.text === '"$@"') return [allParameters(scope.positional)]
    if (word.text === '$@' || word.text === '$*') return [allParameters(scope.positional).map(unquoted)]
    return wordOf(word, scope).map((value) => [value])
  }

  /** Bash may see braces that end elsewhere than where the parser looks for their end (`{a},b}`). */
  function checkBraces({ parts, text }: Word): void {
    const plain = parts === undefined ? text : parts.map((part) => (part.type === 'Literal' || part.type === 'Glob' ? part.text : '_')).join('')
    if (/\{.*(?:,|\.\.).*\}/s.test(plain.replace(/\\[\s\S]/g, '')))
      refuse('word.braces', 'the braces of a word cannot be read.', 'Put the word into quotes, or write the words out.')
  }

  function braces(word: Word, scope: Scope): Argument[][] {
    const isPlain = (word.parts ?? []).every((part) => part.type === 'BraceExpansion' || part.type === 'Literal' || part.type === 'Glob')
    const parts = word.parts ?? []
    checkTiling(source(), word, parts)
    checkPlain(word.text)
    const words = isPlain && !/[\\'"$`~]/.test(word.text) ? expandBraces(word.text) : undefined
    if (!words) return refuse('word.braces', 'the braces of a word cannot be read.', 'Write the words out.')
    wordParts(parts, scope)
    /** A word that comes out empty is none. */
    const some = words.filter((each) => each !== '')
    return [some.map((each) => ({ ...literal(each), glob: /[*?[]/.test(each), prefix: each.replace(/[*?[].*$/s, '') }))]
  }

  /** The values that a word without braces may have. */
  function wordOf(word: Word, scope: Scope): Argument[] {
    if (word.parts === undefined) {
      checkPlain(word.text)
      return [plainArgument(word.value, word.text, true)]
    }
    checkTiling(source(), word, word.parts)
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
        judge.files.alongside(() => inner(part.script, scope))
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
    checkTiling(source(), { pos: part.pos + 1, end: part.end - 1 }, part.parts)
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
        return severalWords(part.text, variable(part.text.slice(1), scope))
      case 'ParameterExpansion':
        return severalWords(part.text, parameter(part, scope))
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
      return [outputOf(part.script, reader(scope))]
    }
    if (!part.expression) return refuse('arithmetic.unknown', 'the arithmetic cannot be read.')
    checkArithmetic(part.expression, scope, arithmetic)
    return [anyNumber]
  }

  /** Substitutions in the words have been judged already, and count as unknown. */
  const reader =
    (scope: Scope): CommandReader =>
    (node) => {
      const name = commandName(node)
      const lists = node.suffix.flatMap((entry) => {
        if (entry.type === 'Assignment') return [[[unknownArgument]]]
        if (entry.type !== 'Word') return []
        return [/[`(]/.test(entry.text) && entry.parts !== undefined && !isQuotedText(entry) ? [[unknownArgument]] : readings(entry, scope)]
      })
      if (name === undefined || lists.some((each) => each.length !== 1)) return undefined
      return { name, args: lists.flatMap(([words]) => words ?? []) }
    }

  const arithmetic: ArithmeticContext = {
    judge,
    mayFail,
    isNumeric(script, scope) {
      inner(script, scope)
      return outputOf(script, reader(scope)).numeric
    },
  }

  function variable(name: string, scope: Scope): Argument[] {
    if (name === '!') return [{ ...printedNumber, job: true }]
    if (NUMERIC_SPECIALS.has(name) || NUMERIC_VARIABLES.has(name)) return [anyNumber]
    if (/^[1-9]\d*$/.test(name)) return [oneParameter(Number(name), scope.positional)]
    if (name === '*') return [joinedParameters(scope.positional)]
    if (name === 'PWD' && !scope.variables.has('PWD')) return scope.folders.map(literal)
    return [...valuesOf(scope, name)]
  }

  function parameter(part: ParameterExpansionPart, scope: Scope): Argument[] {
    if (part.prefix === '!') refuse('parameter.indirect', 'a variable that names another one is not allowed.', 'Use the variable itself.')
    if (part.index) checkIndex(part.index)
    if (!/^([A-Za-z_][A-Za-z0-9_]*|\d+|[@*?#$!-])$/.test(part.parameter)) return unknownSyntax('parameter')
    if (part.prefix === '#') return [anyNumber]
    if (part.operation) {
      const values = part.index || /^[@*]$/.test(part.parameter) ? [unknownArgument] : variable(part.parameter, scope)
      operation(part.parameter, part.operation, scope)
      return values.flatMap((value) => operated(value, part.operation as ParameterOperation)).map(asValue)
    }
    return part.index ? [unknownArgument] : variable(part.parameter, scope)
  }

  function operation(name: string, node: ParameterOperation, scope: Scope): void {
    switch (node.type) {
      case 'Default':
        maybe(scope, (taken) => {
          for (const value of wordOf(node.operand, taken)) if (node.operator.endsWith('=')) mayAssign(judge, name, value, taken)
        })
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

  return { readings, wordOf, quotedPart, arithmetic }
}

export type WordReader = ReturnType<typeof wordReader>
