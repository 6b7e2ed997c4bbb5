import { join, resolve } from 'node:path'
import { entriesOf } from '../files'
import { type ProtectedPlace, foldedName, isInside, protectedFolder, protectedPlace, realPathOf } from './real-path'
import { refuse } from './refusal'

export type Reach = 'outside' | ProtectedPlace

/** What all patterns of one script may cost together: one for an entry that is looked at, more for one that has to be resolved. */
const MAX_EFFORT = 20_000
const RESOLVING = 10
const PROTECTED = ['.git', '.forge'] as const
/** The log folder of a run, whenever it was. */
const ANY_RUN = 'run_20000101_000000'
const SPECIAL = /[*?[\\]/

/** What the patterns of one script have cost so far. */
export interface Effort {
  spent: number
}

export function spend(effort: Effort, units: number): void {
  effort.spent += units
  if (effort.spent > MAX_EFFORT) refuse('scope.patterns', 'the patterns of the script match too much to be judged.', 'Name the files or folders.')
}

/**
 * The worst place that a pattern of bash (`*`, `?`, `[…]`) can reach, links included; undefined when it stays on ordinary files of the root folder.
 * Takes too much for a match rather than too little. @throws RefusalError when it would take too long
 */
export function reachOf(pattern: string, cwd: string, root: string, effort: Effort): Reach | undefined {
  const parts = pattern.split('/')
  const literalParts = parts.findIndex((part) => SPECIAL.test(part))
  const rest = parts.slice(literalParts).filter((part) => part !== '' && part !== '.')

  function visit(path: string, at: number): Reach | undefined {
    spend(effort, RESOLVING)
    const found = realPathOf(path)
    if ('problem' in found || !isInside(found.realPath, root)) return 'outside'
    const within = protectedPlace(found.realPath.slice(root.length).split('/').slice(1))
    return worst([within, descend(found.realPath, at)])
  }

  function descend(folder: string, at: number): Reach | undefined {
    const part = rest[at]
    if (part === undefined) return undefined
    if (!SPECIAL.test(part)) return visit(resolve(folder, part), at + 1)
    const matches = matcherOf(part)
    const reaches: (Reach | undefined)[] = [PROTECTED.find(matches), isLogFolder(folder, root) && matches(ANY_RUN) ? 'logs' : undefined]
    /** Bash before 5.2 lets `.*` match this one too. */
    if (matches('..')) reaches.push(visit(join(folder, '..'), at + 1))
    for (const entry of entriesOf(folder)) {
      spend(effort, 1)
      const isPlain = at + 1 === rest.length && !entry.isSymbolicLink() && protectedFolder(entry.name) === undefined
      if (matches(entry.name) && !isPlain) reaches.push(visit(join(folder, entry.name), at + 1))
    }
    return worst(reaches)
  }

  return visit(resolve(cwd, parts.slice(0, literalParts).join('/') || (pattern.startsWith('/') ? '/' : '.')), 0)
}

const isLogFolder = (folder: string, root: string) => foldedName(folder.slice(root.length + 1)) === 'logs' && folder.startsWith(root)

const worst = (reaches: readonly (Reach | undefined)[]) => (reaches.includes('outside') ? 'outside' : reaches.find((reach) => reach !== undefined))

/** The names in a folder; none when it cannot be read. */
export const namesIn = (folder: string) => entriesOf(folder).map(({ name }) => name)

/** A name that begins with a dot is only matched by a dot that is written. A class in brackets counts as anything. */
function matcherOf(part: string): (name: string) => boolean {
  const expression = new RegExp(
    `^${part
      .split(/(\[.*\]|[*?]|\\.)/s)
      .map(asExpression)
      .join('')}$`,
    'su',
  )
  const dotted = /^\\?\./.test(part)
  return (name) => (dotted || !name.startsWith('.')) && expression.test(name)
}

function asExpression(token: string): string {
  if (token === '?') return '.'
  if (token === '*' || /^\[.*\]$/s.test(token)) return '.*'
  const text = /^\\.$/s.test(token) ? token.slice(1) : token
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
