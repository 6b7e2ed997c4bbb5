import type { Function as ShellFunction } from 'unbash'
import { type Argument, unknownArgument } from './argument'
import { type Positional, UNKNOWN_POSITIONAL } from './positional'
import { refuse } from './refusal'

/** More folders than this at once is more than anybody needs to follow. */
const MAX_FOLDERS = 8
/** A variable with more possible values counts as unknown. */
const MAX_VALUES = 64
const MAX_VARIABLES = 100
const MAX_FUNCTIONS = 50

/** A function as it was written. */
export interface Definition {
  node: ShellFunction
  /** The text that the positions in it refer to. */
  source: string
}

/** What is known at one point of a script. */
export interface Scope {
  /** Every folder the shell may be in here. */
  folders: readonly string[]
  /** Every folder that `cd -` may lead to; undefined when that is not known. */
  previous: readonly string[] | undefined
  /** Every value that a variable may have here. What is not listed came from outside. */
  variables: Map<string, readonly Argument[]>
  functions: Map<string, Definition>
  positional: Positional
  /** The shell has certainly been left before this point. */
  ended: boolean
}

export function newScope(folder: string): Scope {
  return { folders: [folder], previous: undefined, variables: new Map(), functions: new Map(), positional: UNKNOWN_POSITIONAL, ended: false }
}

/** For what runs in a process of its own: nothing it changes comes back. */
export function copyOf(scope: Scope): Scope {
  if (scope.variables.size > MAX_VARIABLES || scope.functions.size > MAX_FUNCTIONS) {
    refuse('scope.names', 'the script sets too many variables or functions.', 'Write a script file and run it.')
  }
  return { ...scope, variables: new Map(scope.variables), functions: new Map(scope.functions) }
}

export function assign(scope: Scope, from: Scope): void {
  Object.assign(scope, from)
}

/** What is known after one or the other has happened. A function that may be missing does not count: its name may mean a program. */
export function either(one: Scope, other: Scope): Scope {
  if (one === other) return one
  if (one.ended || other.ended) return one.ended ? other : one
  for (const [name, body] of one.functions) {
    if ((other.functions.get(name) ?? body).node !== body.node)
      refuse('function.twice', `the function ${name} is defined in two ways.`, 'Define it once.')
  }
  const names = new Set([...one.variables.keys(), ...other.variables.keys()])
  return {
    folders: limited(union(one.folders, other.folders)),
    previous: one.previous && other.previous && limited(union(one.previous, other.previous)),
    variables: new Map([...names].map((name) => [name, merged(valuesOf(one, name), valuesOf(other, name))])),
    functions: new Map([...one.functions].filter(([name]) => other.functions.has(name))),
    positional: isSamePositional(one, other) ? one.positional : UNKNOWN_POSITIONAL,
    ended: false,
  }
}

/** For what may happen or not: both outcomes are kept. */
export function maybe(scope: Scope, action: (scope: Scope) => void): void {
  const taken = copyOf(scope)
  action(taken)
  assign(scope, either(scope, taken))
}

const UNKNOWN: readonly Argument[] = [unknownArgument]

export function valuesOf(scope: Scope, name: string): readonly Argument[] {
  return scope.variables.get(name) ?? UNKNOWN
}

/** Whether a variable has the same possible values in both. */
export function sameVariables(one: Scope, other: Scope, name: string): boolean {
  const [values, others] = [valuesOf(one, name), valuesOf(other, name)]
  return values === others || isSame(values.map(keyOf), others.map(keyOf))
}

const union = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])]

const isSamePositional = (one: Scope, other: Scope) =>
  one.positional === other.positional || JSON.stringify(one.positional) === JSON.stringify(other.positional)

/** Whether the parameters, and where `cd -` leads to, are the same in both. */
export const sameSurroundings = (one: Scope, other: Scope) => isSamePositional(one, other) && isSame(one.previous ?? [''], other.previous ?? [''])

const keyOf = (value: Argument) => JSON.stringify(value)

export const isSame = (one: readonly string[], other: readonly string[]) => one.length === other.length && one.every((entry) => other.includes(entry))

function limited(folders: readonly string[]): readonly string[] {
  if (folders.length > MAX_FOLDERS)
    refuse('scope.folders', 'the script changes folders in too many ways.', 'Use one cd, or paths from the project folder.')
  return folders
}

function merged(one: readonly Argument[], other: readonly Argument[]): readonly Argument[] {
  if (one === other) return one
  const known = new Map([...one, ...other].map((value) => [keyOf(value), value]))
  return known.size > MAX_VALUES ? [unknownArgument] : [...known.values()]
}
