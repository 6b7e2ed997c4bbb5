import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ForgeError } from '../errors'
import { holdPlace } from './held-places'
import { isLink } from './visible-paths'

/** Parts of a repository that git only reads in everyday work, and from which it takes commands or where to find them. */
const FIXED = ['hooks', 'config', 'config.worktree', 'commondir', 'worktrees', 'modules']

/** What a repository says of itself that is its own common folder; the file must exist to be pinned. */
const OWN_COMMON_FOLDER = '.\n'

export interface GitPins {
  /** For bwrap, after the project was bound. */
  args: string[]
  /** Takes away what was made only to hold a place. */
  release(): void
}

/**
 * What git runs or trusts later cannot be changed from inside. `.git` is bound on itself first, so that it cannot be moved away either. Hooks, config
 * and commondir are made where they are missing, since only what exists can be pinned; where there is no repository an empty folder keeps its place,
 * so that none can be made.
 * Links are never followed: what they name would be laid open.
 * @throws ForgeError CONFIG_INVALID when `.git` is a link, which cannot be protected
 */
export function gitPins(root: string): GitPins {
  const git = join(root, '.git')
  if (isLink(git))
    throw new ForgeError('CONFIG_INVALID', `${git} is a symbolic link: commands could put a repository with hooks of their own in its place`, {
      remedy: `Replace the link by the folder itself, or by a file with the one line "gitdir: <folder>".`,
    })
  const facts = lstatSync(git, { throwIfNoEntry: false })
  if (facts && !facts.isDirectory()) return { args: readOnly(git), release: () => {} }
  if (facts === undefined || readdirSync(git).length === 0) return emptyPlace(git)
  const commonFolder = join(git, 'commondir')
  const isHeld = placeCommonFolder(commonFolder)
  for (const name of FIXED) if (isLink(join(git, name))) rmSync(join(git, name))
  mkdirSync(join(git, 'hooks'), { recursive: true })
  touch(join(git, 'config'))
  if (/worktreeconfig/i.test(readFileSync(join(git, 'config'), 'utf8'))) touch(join(git, 'config.worktree'))
  const fixed = FIXED.map((name) => join(git, name)).filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined)
  return {
    args: ['--bind', git, git, ...fixed.flatMap(readOnly)],
    release: isHeld ? holdPlace(commonFolder, () => rmSync(commonFolder, { force: true })) : () => {},
  }
}

const readOnly = (path: string) => ['--ro-bind', path, path]

function touch(path: string): void {
  closeSync(openSync(path, 'a'))
}

function emptyPlace(git: string): GitPins {
  try {
    mkdirSync(git, { recursive: true })
  } catch {
    // Who may not make it here may not inside either.
    return { args: [], release: () => {} }
  }
  return {
    args: readOnly(git),
    release: holdPlace(git, () => {
      try {
        rmdirSync(git)
      } catch {
        // The host has made a repository there in the meantime, or another session has taken the folder away.
      }
    }),
  }
}

/** @returns whether the file is there for the pin alone, also one that a killed harness left */
function placeCommonFolder(path: string): boolean {
  if (isLink(path)) rmSync(path)
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (facts === undefined) writeFileSync(path, OWN_COMMON_FOLDER)
  return facts === undefined || (facts.isFile() && readFileSync(path, 'utf8') === OWN_COMMON_FOLDER)
}
