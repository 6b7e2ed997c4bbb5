import { randomBytes } from 'node:crypto'
import { type Dirent, constants, readdirSync } from 'node:fs'
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Writes a whole file so that a reader, or a kill at any moment, sees the old content or the new one: temporary file, fsync, rename. */
export async function writeFileAtomic(path: string, content: string, options: { mode?: number } = {}): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  const file = await open(temporary, 'wx', options.mode ?? 0o644)
  try {
    await file.writeFile(content)
    await file.sync()
  } catch (error) {
    await file.close()
    await rm(temporary, { force: true })
    throw error
  }
  await file.close()
  await rename(temporary, path)
}

/**
 * As {@link writeFileAtomic}, but makes missing folders and leaves a file alone that already has this content. Whatever else stands in its
 * place, a folder included, is replaced.
 */
export async function ensureFile(path: string, content: string, options: { mode?: number } = {}): Promise<boolean> {
  if ((await readOwnFile(path)) === content) return false
  await mkdir(dirname(path), { recursive: true })
  if ((await lstat(path).catch(() => undefined))?.isDirectory()) await rm(path, { recursive: true })
  await writeFileAtomic(path, content, options)
  return true
}

/** No file of the harness grows to this size, in bytes. */
const LARGEST_OWN_FILE = 64 * 1024 * 1024

/**
 * The text of a file of the harness, or `undefined` when it does not exist. An agent could have replaced it: a link (out of its project), a
 * pipe, a device, a folder or a file beyond 64 MiB in its place counts as absent, and is neither waited for nor read.
 */
export async function readOwnFile(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const facts = await file.stat()
      return facts.isFile() && facts.size <= LARGEST_OWN_FILE ? await file.readFile('utf8') : undefined
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = errorCode(error)
    if (isMissing(error) || code === 'ELOOP' || code === 'ENXIO') return undefined
    throw error
  }
}

/** Removes a link that stands in place of a folder of the harness: it would lead later writes elsewhere. */
export async function removeLink(path: string): Promise<void> {
  if ((await lstat(path).catch(() => undefined))?.isSymbolicLink()) await rm(path)
}

export function isMissing(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What is in a folder; nothing when it cannot be read. */
export function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
