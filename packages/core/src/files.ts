import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
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

/** As {@link writeFileAtomic}, but makes missing folders and leaves a file alone that already has this content. */
export async function ensureFile(path: string, content: string, options: { mode?: number } = {}): Promise<boolean> {
  if ((await readIfPresent(path)) === content) return false
  await mkdir(dirname(path), { recursive: true })
  await writeFileAtomic(path, content, options)
  return true
}

/** The file's text, or `undefined` when it does not exist. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** As {@link readIfPresent}, for a file that an agent could have replaced by a link out of its project: a link counts as absent. */
export async function readOwnFile(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    return await file.readFile('utf8').finally(() => file.close())
  } catch (error) {
    if (isMissing(error) || errorCode(error) === 'ELOOP') return undefined
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
