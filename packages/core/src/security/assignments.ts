import type { ArrayValue, Assignment, Command } from 'unbash'
import { type Argument, asValue, joined, literal, unknownArgument } from './argument'
import { refuse, unknownSyntax } from './refusal'
import { type Scope, valuesOf } from './scope'
import { mayAssign } from './variables'
import { checkIndex } from './word-text'
import type { WordContext, WordReader } from './words'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Follows what a script writes into variables. */
export function assignments({ judge, source }: WordContext, { readings, wordOf }: WordReader) {
  function declare(name: string, node: Command, scope: Scope): void {
    for (const entry of node.suffix) {
      if (entry.type === 'Assignment') assignment(entry, scope)
      else if (entry.type === 'Word') {
        const [words = [], ...others] = readings(entry, scope)
        const [{ text, glob } = unknownArgument] = words
        const isPlain = others.length === 0 && words.length === 1 && !glob
        if (!isPlain || text === undefined || !(NAME.test(text) || (name === 'export' && text === '-p' && node.suffix.length === 1))) {
          refuse(`${name}.form`, `${name} takes names and name=value only.`, 'Name the variable.')
        }
        if (text === '-p') continue
        for (const value of valuesOf(scope, text)) mayAssign(judge, text, value, scope)
        /** A name that was local before keeps its value. */
        if (name === 'local') scope.variables.set(text, [literal(''), ...valuesOf(scope, text)])
      }
    }
  }

  function unset(names: readonly Argument[], scope: Scope): void {
    for (const { text } of names) {
      if (text === undefined || !NAME.test(text) || scope.functions.has(text)) refuse('unset.form', 'unset takes names of variables only.')
      mayAssign(judge, text, unknownArgument, scope)
      scope.variables.set(text, [unknownArgument])
    }
  }

  function assignment(node: Assignment, scope: Scope): void {
    if (!NAME.test(node.name)) refuse('assignment.name', 'the name of the variable cannot be read.')
    if (node.index) checkIndex(node.index)
    if (node.value.type === 'ArrayValue') {
      arrayValue(node.value, scope)
      mayAssign(judge, node.name, unknownArgument, scope)
      scope.variables.set(node.name, [unknownArgument])
      return
    }
    const written = node.value.text === ''
    const values = written ? [literal('')] : wordOf(node.value, scope)
    for (const value of values) mayAssign(judge, node.name, value, scope)
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
      source().slice(from, node.elements[index]?.pos ?? node.end - 1),
    )
    if (gaps.some((gap) => gap.trim() !== '') || source()[node.end - 1] !== ')') refuse('parse.residue', 'the array cannot be read with certainty.')
  }

  return { assignment, assignmentWord, declare, unset }
}
