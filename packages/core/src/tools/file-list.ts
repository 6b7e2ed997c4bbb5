import { type Dirent, closeSync, constants, fstatSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { holdFolder } from '../security/held-folder'
import { DeniedError } from './tool'

/** What one `.gitignore` says, and where it stands. */
interface Rules {
  folder: string
  rules: Ignore
}

/** A walk that meets more files than this stops: nobody reads such a list. */
export const MAX_FILES = 50_000
const MAX_IGNORE_BYTES = 1024 * 1024

/**
 * Regular files below `start`, relative to `root` with forward slashes, sorted. Leaves out `.git` and what the `.gitignore` files name; links are not
 * followed, and each folder is read as it was opened: a link that takes its place leads nowhere. A start that is itself ignored is listed all the
 * same: it was asked for by name.
 * @throws DeniedError when a part of `start` was replaced by a link or a file
 */
export function listFiles(root: string, start: string): string[] {
  const files: string[] = []
  const steps = relative(root, start)
    .split(sep)
    .filter((name) => name !== '')
  holdFolder(root, (held) => descend(root, held, steps, []))
  return files.sort((a, b) => (a < b ? -1 : 1))

  function descend(folder: string, held: string, [next, ...rest]: readonly string[], above: readonly Rules[]): void {
    if (next === undefined) walk(folder, held, isIgnored(folder, true, above) ? [] : above)
    else holdFolder(join(held, next), (deeper) => descend(join(folder, next), deeper, rest, withRulesOf(folder, held, above)))
  }

  function walk(folder: string, held: string, above: readonly Rules[]): void {
    const rules = withRulesOf(folder, held, above)
    for (const entry of entriesOf(held)) {
      if (files.length >= MAX_FILES) return
      const path = join(folder, entry.name)
      if (entry.name.toLowerCase() === '.git' || isIgnored(path, entry.isDirectory(), rules)) continue
      if (entry.isDirectory()) skipUnopened(() => holdFolder(join(held, entry.name), (deeper) => walk(path, deeper, rules)))
      else if (entry.isFile()) files.push(slashes(relative(root, path)))
    }
  }
}

function withRulesOf(folder: string, held: string, above: readonly Rules[]): readonly Rules[] {
  try {
    return [...above, { folder, rules: ignore().add(plainText(join(held, '.gitignore'))) }]
  } catch {
    return above
  }
}

/** A pipe in place of the file must not stop the harness, and a link must not lead it elsewhere. @throws when it is no plain file */
function plainText(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const facts = fstatSync(file)
    if (!facts.isFile() || facts.size > MAX_IGNORE_BYTES) throw new Error(`${path} is no plain file`)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/** The innermost `.gitignore` that has an opinion decides. */
function isIgnored(path: string, isFolder: boolean, all: readonly Rules[]): boolean {
  let ignored = false
  for (const { folder, rules } of all) {
    const answer = rules.test(slashes(relative(folder, path)) + (isFolder ? '/' : ''))
    if (answer.ignored) ignored = true
    else if (answer.unignored) ignored = false
  }
  return ignored
}

function entriesOf(folder: string): Dirent[] {
  return skipUnopened(() => readdirSync(folder, { withFileTypes: true })) ?? []
}

/** A folder that may not be read, or is gone by now, is left out of the list. */
function skipUnopened<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch (error) {
    if (error instanceof DeniedError || (error as NodeJS.ErrnoException).code !== undefined) return undefined
    throw error
  }
}

const slashes = (path: string) => (sep === '/' ? path : path.split(sep).join('/'))
