import { lstatSync, statSync } from 'node:fs'
import { basename, relative, resolve, sep } from 'node:path'
import { type Argument, literal } from './argument'
import type { CommandScope } from './command-rule'
import { type Effort, reachOf } from './glob-reach'
import { isAddress, isInside, protectedPlace, reachedPath, realPathOf } from './real-path'
import type { Refusal } from './refusal'

/** Files that are not files: reading and writing them touches nothing. */
const FREE_DEVICES = new Set(['/dev/null', '/dev/stdin', '/dev/stdout', '/dev/stderr'])
const ENVIRONMENT_TOOL = /^\.?venv\/bin\/([\w.+-]+)$/

/** `a/..` is the folder that `a` stands in for bash's cd, and the one above where `a` leads for every program. */
function goesBack(path: string): boolean {
  const parts = path.split('/')
  const first = parts.findIndex((part) => part !== '' && part !== '.' && part !== '..')
  return first >= 0 && parts.indexOf('..', first) > first
}

/** What a command may be called by: a bare name, a tool of the project's own Python environment, or a script by its path from the project folder. */
export function programName(written: string, folder: string, projectDir: string): string | Refusal {
  if (!written.includes('/')) return written
  const inside = relative(projectDir, resolve(folder, written))
  const tool = ENVIRONMENT_TOOL.exec(inside)?.[1]
  if (goesBack(written)) return { rule: 'name.path', reason: `${written} may lead elsewhere through a link.`, hint: 'Leave out the way back.' }
  if (tool !== undefined) return tool
  if (inside.startsWith('..') || inside.startsWith('/')) {
    return { rule: 'name.path', reason: `${written} is outside the project.`, hint: `Use ${basename(written)} by its bare name.` }
  }
  return `./${inside}`
}

export interface PathScope extends Omit<CommandScope, 'judge' | 'unchanged'> {
  /** The folder that `cd` would enter, and whether it is there; undefined when it is outside. */
  folder(target: Argument): { path: string; exists: boolean } | undefined
  /** Why a list of folders with colons is not all inside the project. */
  pathList(value: Argument): Refusal | undefined
}

const unknownPath = (use: string): Refusal => ({
  rule: 'path.unknown',
  reason: `which file ${use} is known only when it runs.`,
  hint: 'Write the path out.',
})

/** Judges paths as seen from one folder of the project. */
export function commandScope(projectDir: string, cwd: string, effort: Effort): PathScope {
  const known = new Map<string, string | undefined>()
  const pathOf = ({ text }: Argument) => {
    if (text === undefined || known.has(text)) return text === undefined ? undefined : known.get(text)
    const found = realPathOf(resolve(cwd, text))
    const reached = goesBack(text) ? reachedPath(cwd, text) : found
    known.set(text, 'problem' in found || 'problem' in reached || reached.realPath !== found.realPath ? undefined : found.realPath)
    return known.get(text)
  }

  function place(argument: Argument, use: string): Refusal | undefined {
    if (argument.pipe) return undefined
    if (argument.tilde)
      return { rule: 'path.home', reason: 'a path that starts with ~ is outside the project.', hint: 'Use a path inside the project.' }
    if (argument.listed) return undefined
    if (argument.text === undefined) return argument.numeric ? anyName(use) : unknownPath(use)
    const { text } = argument
    if (isAddress(text)) return { rule: 'path.address', reason: `${text} is an address, not a path.`, hint: 'Use a file of the project.' }
    if (text === '-' || FREE_DEVICES.has(text)) return undefined
    const outside: Refusal = { rule: 'path.outside', reason: `${text} is outside the project folder.`, hint: 'Use a path inside the project.' }
    if (argument.glob) return goesBack(text) || reachOf(text, cwd, projectDir, effort) === 'outside' ? outside : undefined
    const path = pathOf(argument)
    if (path === undefined) return { rule: 'path.problem', reason: `${text} cannot be resolved.`, hint: 'Use a path that exists.' }
    return isInside(path, projectDir) ? undefined : outside
  }

  /** A number may be the name of any file here, but no link leads out. */
  const anyName = (use: string) => (reachOf('*', cwd, projectDir, effort) === 'outside' ? unknownPath(use) : undefined)

  function writable(argument: Argument): Refusal | undefined {
    if (argument.listed) return unknownPath('is written')
    const problem = place(argument, 'is written')
    if (problem || argument.text === undefined || FREE_DEVICES.has(argument.text)) return problem
    const path = argument.glob ? undefined : pathOf(argument)
    const folder = path === undefined ? reachOf(argument.text, cwd, projectDir, effort) : protectedPlace(relative(projectDir, path).split(sep))
    if (folder === '.git')
      return { rule: 'path.git', reason: "git's own files cannot be written.", hint: 'Use git commands to change the repository.' }
    if (folder === '.forge')
      return { rule: 'path.state', reason: "the harness's own files cannot be written.", hint: 'Leave the folder .forge alone.' }
    if (folder === 'logs')
      return {
        rule: 'path.state',
        reason: "the harness's own logs cannot be written.",
        hint: 'Leave logs/run_… alone; write to a file of another name.',
      }
    const stats = path === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false })
    if (stats?.isFile() && stats.nlink > 1)
      return { rule: 'path.hard-link', reason: `${argument.text} has a second name elsewhere, so it cannot be written.` }
    return undefined
  }

  return {
    projectDir,
    cwd,
    pathOf,
    readable: (argument) => place(argument, 'is read'),
    writable,
    folder(target) {
      const path = pathOf(target)
      /** From a link bash goes back to where the link stands. */
      if (path === undefined || !isInside(path, projectDir) || path !== resolve(cwd, target.text ?? '')) return undefined
      return { path, exists: statSync(path, { throwIfNoEntry: false })?.isDirectory() === true }
    },
    pathList(value) {
      if (value.text === undefined)
        return { rule: 'variable.paths', reason: 'a search path must be written out.', hint: 'Use folders of the project: PYTHONPATH=.' }
      return value.text
        .split(':')
        .filter((entry) => entry !== '')
        .map((entry) => place({ ...literal(entry), tilde: entry.startsWith('~') }, 'is searched'))
        .find((problem) => problem !== undefined)
    },
  }
}
