import { type Dirent, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isInside, protectedFolder, realPathOf } from './real-path'

export type Reach = 'outside' | '.git' | '.forge'

/** Looking at more entries than this takes too long. */
const MAX_ENTRIES = 5000
const PROTECTED = ['.git', '.forge'] as const
const SPECIAL = /[*?[\\]/

/**
 * The worst place that a pattern of bash (`*`, `?`, `[…]`) can reach, links included; undefined when it stays on ordinary files of the root folder.
 * Takes too much for a match rather than too little.
 */
export function reachOf(pattern: string, cwd: string, root: string): Reach | undefined {
  const parts = pattern.split('/')
  const literalParts = parts.findIndex((part) => SPECIAL.test(part))
  const rest = parts.slice(literalParts).filter((part) => part !== '' && part !== '.')
  let budget = MAX_ENTRIES

  function visit(path: string, at: number): Reach | undefined {
    const found = realPathOf(path)
    if ('problem' in found || !isInside(found.realPath, root)) return 'outside'
    const within = found.realPath
      .slice(root.length)
      .split('/')
      .map(protectedFolder)
      .find((name) => name !== undefined)
    return worst([within, descend(found.realPath, at)])
  }

  function descend(folder: string, at: number): Reach | undefined {
    const part = rest[at]
    if (part === undefined) return undefined
    if (!SPECIAL.test(part)) return visit(resolve(folder, part), at + 1)
    const matches = matcherOf(part)
    const reaches: (Reach | undefined)[] = [PROTECTED.find(matches)]
    /** Bash before 5.2 lets `.*` match this one too. */
    if (matches('..')) reaches.push(visit(join(folder, '..'), at + 1))
    for (const entry of entriesOf(folder)) {
      if (--budget < 0) return 'outside'
      const isPlain = at + 1 === rest.length && !entry.isSymbolicLink() && protectedFolder(entry.name) === undefined
      if (matches(entry.name) && !isPlain) reaches.push(visit(join(folder, entry.name), at + 1))
    }
    return worst(reaches)
  }

  return visit(resolve(cwd, parts.slice(0, literalParts).join('/') || (pattern.startsWith('/') ? '/' : '.')), 0)
}

const worst = (reaches: readonly (Reach | undefined)[]) => (reaches.includes('outside') ? 'outside' : reaches.find((reach) => reach !== undefined))

/** The names in a folder; none when it cannot be read. */
export const namesIn = (folder: string) => entriesOf(folder).map(({ name }) => name)

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

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
