import { type Dirent, closeSync, constants, fstatSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import ignore, { type Ignore } from 'ignore'

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
 * followed. A start that is itself ignored is listed all the same: it was asked for by name.
 */
export function listFiles(root: string, start: string): string[] {
  const files: string[] = []
  const inherited = rulesAbove(root, start)
  walk(start, isIgnored(start, true, inherited) ? [] : inherited)
  return files.sort((a, b) => (a < b ? -1 : 1))

  function walk(folder: string, above: readonly Rules[]): void {
    const own = rulesOf(folder)
    const rules = own ? [...above, own] : above
    for (const entry of entriesOf(folder)) {
      if (files.length >= MAX_FILES) return
      const path = join(folder, entry.name)
      if (entry.name.toLowerCase() === '.git' || isIgnored(path, entry.isDirectory(), rules)) continue
      if (entry.isDirectory()) walk(path, rules)
      else if (entry.isFile()) files.push(slashes(relative(root, path)))
    }
  }
}

function rulesAbove(root: string, start: string): Rules[] {
  const steps = relative(root, start).split(sep).slice(0, -1)
  const folders = start === root ? [] : [root, ...steps.map((_step, index) => join(root, ...steps.slice(0, index + 1)))]
  return folders.map(rulesOf).filter((rules) => rules !== undefined)
}

function rulesOf(folder: string): Rules | undefined {
  try {
    return { folder, rules: ignore().add(plainText(join(folder, '.gitignore'))) }
  } catch {
    return undefined
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
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

const slashes = (path: string) => (sep === '/' ? path : path.split(sep).join('/'))
