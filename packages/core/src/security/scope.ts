import type { Function as ShellFunction } from 'unbash'
import { type Argument, unknownArgument } from './argument'
import { refuse } from './refusal'

/** More folders than this at once is more than anybody needs to follow. */
const MAX_FOLDERS = 8
/** A variable with more possible values counts as unknown. */
const MAX_VALUES = 64
const MAX_VARIABLES = 100
const MAX_FUNCTIONS = 50

/** What is known at one point of a script. */
export interface Scope {
  /** Every folder the shell may be in here. */
  folders: readonly string[]
  /** Every value that a variable may have here. What is not listed came from outside. */
  variables: Map<string, readonly Argument[]>
  functions: Map<string, ShellFunction>
}

export function newScope(folder: string): Scope {
  return { folders: [folder], variables: new Map(), functions: new Map() }
}

/** For what runs in a process of its own: nothing it changes comes back. */
export function copyOf(scope: Scope): Scope {
  if (scope.variables.size > MAX_VARIABLES || scope.functions.size > MAX_FUNCTIONS) {
    refuse('scope.names', 'the script sets too many variables or functions.', 'Write a script file and run it.')
  }
  return { folders: scope.folders, variables: new Map(scope.variables), functions: new Map(scope.functions) }
}

export function assign(scope: Scope, from: Scope): void {
  scope.folders = from.folders
  scope.variables = from.variables
  scope.functions = from.functions
}

/** What is known after one or the other has happened. A function that may be missing does not count: its name may mean a program. */
export function either(one: Scope, other: Scope): Scope {
  for (const [name, body] of one.functions) {
    if ((other.functions.get(name) ?? body) !== body) refuse('function.twice', `the function ${name} is defined in two ways.`, 'Define it once.')
  }
  const names = new Set([...one.variables.keys(), ...other.variables.keys()])
  return {
    folders: limited([...new Set([...one.folders, ...other.folders])]),
    variables: new Map([...names].map((name) => [name, distinct([...valuesOf(one, name), ...valuesOf(other, name)])])),
    functions: new Map([...one.functions].filter(([name]) => other.functions.has(name))),
  }
}

/** For what may happen or not: both outcomes are kept. */
export function maybe(scope: Scope, action: (scope: Scope) => void): void {
  const taken = copyOf(scope)
  action(taken)
  assign(scope, either(scope, taken))
}

export function valuesOf(scope: Scope, name: string): readonly Argument[] {
  return scope.variables.get(name) ?? [unknownArgument]
}

/** Whether a variable has the same possible values in both. */
export function sameVariables(one: Scope, other: Scope, name: string): boolean {
  return isSame(valuesOf(one, name).map(keyOf), valuesOf(other, name).map(keyOf))
}

const keyOf = (value: Argument) => JSON.stringify(value)

export const isSame = (one: readonly string[], other: readonly string[]) => one.length === other.length && one.every((entry) => other.includes(entry))

function limited(folders: readonly string[]): readonly string[] {
  if (folders.length > MAX_FOLDERS)
    refuse('scope.folders', 'the script changes folders in too many ways.', 'Use one cd, or paths from the project folder.')
  return folders
}

function distinct(values: readonly Argument[]): readonly Argument[] {
  const known = new Map(values.map((value) => [keyOf(value), value]))
  return known.size > MAX_VALUES ? [unknownArgument] : [...known.values()]
}
