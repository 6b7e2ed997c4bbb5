import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'

const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g

/**
 * Resolves the links in what exists of an absolute path; the rest is names that do not exist. There is no way back to the unresolved path: what
 * cannot be resolved is a problem.
 */
export function realPathOf(path: string): { realPath: string } | { problem: string } {
  const missing: string[] = []
  for (let current = path; ; current = dirname(current)) {
    try {
      return { realPath: join(realpathSync(current), ...missing) }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code !== 'ENOENT')
        return { problem: code === 'ENOTDIR' ? 'a part of the path is a file, not a folder.' : `it cannot be resolved (${code}).` }
      if (lstatSync(current, { throwIfNoEntry: false })?.isSymbolicLink()) return { problem: 'it is a link to something that does not exist.' }
      missing.unshift(basename(current))
    }
  }
}

/** Compares by component: `/project-other` is not inside `/project`. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** Which protected folder a part of a path means, under any name that a file system may accept for it. */
export function protectedFolder(part: string): '.git' | '.forge' | undefined {
  const folded = part
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(/[. ]+$/, '')
    .toLowerCase()
  if (folded === '.git' || /^git~\d+$/.test(folded)) return '.git'
  if (folded === '.forge' || /^forge~\d+$/.test(folded)) return '.forge'
  return undefined
}
