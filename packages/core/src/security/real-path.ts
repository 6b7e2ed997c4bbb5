import { lstatSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'

const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g

const MAX_PATH = 4096

/** What a path means, or why that cannot be said. */
export type RealPath = { realPath: string } | { problem: string }

/**
 * Resolves the links in what exists of an absolute path; the rest is names that do not exist. There is no way back to the unresolved path: what
 * cannot be resolved is a problem.
 */
export function realPathOf(path: string): RealPath {
  if (path.length > MAX_PATH) return { problem: 'the path is too long.' }
  if (path.includes('\0')) return { problem: 'it holds a NUL character.' }
  try {
    const present = deepestPresent(path)
    const real = realpathOrNothing(present)
    return real === undefined ? { problem: 'it is a link to something that does not exist.' } : { realPath: join(real, path.slice(present.length)) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { problem: code === 'ENOTDIR' ? 'a part of the path is a file, not a folder.' : `it cannot be resolved (${code}).` }
  }
}

/** Where a path leads from a folder: each `..` goes up from where the links before it lead, as for every program, and not from where they stand. */
export function reachedPath(folder: string, path: string): RealPath {
  const [first = '', ...afterBack] = path.split(/(?:^|\/)\.\.(?=\/|$)/)
  let reached = realPathOf(resolve(path.startsWith(sep) ? sep : folder, first))
  for (const rest of afterBack) {
    if ('problem' in reached) return reached
    const below = lstatSync(reached.realPath, { throwIfNoEntry: false })
    if (below && !below.isDirectory()) return { problem: 'a part of the path is a file, not a folder.' }
    reached = realPathOf(resolve(dirname(reached.realPath), `./${rest}`))
  }
  return reached
}

/** The longest beginning of a path that is there, be it a link that leads nowhere. Found by halving: what is below a missing folder is missing. */
function deepestPresent(path: string): string {
  const ends = [...path.matchAll(/\/+(?=[^/])|$/g)].map(({ index }) => Math.max(index, 1))
  let [present, missing] = [0, ends.length]
  while (missing - present > 1) {
    const middle = (present + missing) >> 1
    if (lstatSync(path.slice(0, ends[middle]), { throwIfNoEntry: false })) present = middle
    else missing = middle
  }
  return path.slice(0, ends[present])
}

function realpathOrNothing(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Something like `https://…`, which is no path. */
export const isAddress = (text: string) => /^[a-z][a-z\d+.-]*:\/\//i.test(text)

/** Compares by component: `/project-other` is not inside `/project`. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/**
 * Which protected folder a part of a path means, under any name that a file system may accept for it. A backslash parts names, and a colon ends one,
 * as on Windows (`sub\.git\config`, `.git::$INDEX_ALLOCATION`).
 */
export function protectedFolder(part: string): '.git' | '.forge' | undefined {
  const names = part.split('\\').map(foldedName)
  if (names.some((name) => name === '.git' || /^git~\d+$/.test(name))) return '.git'
  if (names.some((name) => name === '.forge' || /^forge~\d+$/.test(name))) return '.forge'
  return undefined
}

export type ProtectedPlace = '.git' | '.forge' | 'logs'

/** What of a path below the project folder only git or the harness may write; the logs of runs are in `logs/run_…`, other files there are not theirs. */
export function protectedPlace(parts: readonly string[]): ProtectedPlace | undefined {
  const folder = parts.map(protectedFolder).find((name) => name !== undefined)
  if (folder !== undefined) return folder
  const [first = '', second = ''] = parts.map(foldedName)
  return first === 'logs' && second.startsWith('run_') ? 'logs' : undefined
}

/** What a file system that folds names may take a name for. */
export function foldedName(name: string): string {
  return name
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
    .toLowerCase()
}
