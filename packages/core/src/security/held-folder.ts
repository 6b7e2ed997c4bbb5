import { randomBytes } from 'node:crypto'
import { closeSync, constants, mkdirSync, openSync, readlinkSync } from 'node:fs'
import { type FileHandle, open as openFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { DeniedError } from '../tools/tool'

const ON_LINUX = process.platform === 'linux'
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/**
 * Opens a folder below the root step by step, each step in the folder that the last one holds open: nobody can put a link in the way after the check.
 * Where the system cannot do that (not Linux), by its path. @throws DeniedError when a part of the path was replaced by a link or a file
 */
export async function openFolder(root: string, path: string, { make = false } = {}): Promise<FileHandle> {
  const names = relative(root, path)
    .split(sep)
    .filter((name) => name !== '')
  if (!ON_LINUX) {
    if (make) mkdirSync(path, { recursive: true })
    return openFile(path, FOLDER).catch(denied(path))
  }
  let held = await openFile(root, FOLDER).catch(denied(path))
  for (const name of names) {
    const step = within(held, name)
    try {
      if (make) makeFolder(step)
      const next = await openFile(step, FOLDER).catch(denied(path))
      await held.close()
      held = next
    } catch (error) {
      await held.close()
      throw error
    }
  }
  return held
}

/** One step only: node's own recursion never ends below a folder that was removed while it is held open. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/**
 * The same, one step, synchronous: opens a folder, or one by its name in a folder that is held (`<held>/<name>`), and hands on the path under which it
 * is held as long as `use` runs. @throws DeniedError when a link or a file is there
 */
export function holdFolder<T>(path: string, use: (held: string) => T): T {
  const folder = openHeld(path)
  try {
    return use(ON_LINUX ? `/proc/self/fd/${folder}` : path)
  } finally {
    closeSync(folder)
  }
}

function openHeld(path: string): number {
  try {
    return openSync(path, FOLDER)
  } catch (error) {
    return denied(path)(error as NodeJS.ErrnoException)
  }
}

/** The path of a name in a folder that is held open. */
export function within(folder: FileHandle, path: string): string {
  return ON_LINUX ? join(`/proc/self/fd/${folder.fd}`, basename(path)) : path
}

/** Puts a whole file in the place of another, or where none is: by a temporary file and a rename. */
export async function replaceIn(folder: FileHandle, path: string, content: string, mode: number | undefined): Promise<void> {
  const temporary = within(folder, join(dirname(path), `.forge-${randomBytes(6).toString('hex')}.tmp`))
  const handle = await openFile(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode ?? 0o666)
  try {
    await handle.writeFile(content)
    if (mode !== undefined) await handle.chmod(mode)
    await rename(temporary, within(folder, path))
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  } finally {
    await handle.close()
  }
}

/** Whether an open file is not the one at that path. */
export function isElsewhere(handle: FileHandle, expected: string): boolean {
  return ON_LINUX && readlinkSync(`/proc/self/fd/${handle.fd}`) !== expected
}

export function moved(path: string): DeniedError {
  return new DeniedError({ verdict: 'deny', rule: 'fs.race', reason: `${path} was replaced while it was opened.`, hint: 'Try again.' })
}

/**
 * Lets the system's error name the path that was asked for, in the place of one such as /proc/self/fd/22/x. A link that was put in the place of a file
 * looks like a loop.
 */
export function explained(path: string): (error: NodeJS.ErrnoException & { dest?: string }) => never {
  return (error) => {
    if (error.code === 'ELOOP') throw moved(path)
    const opened = [error.path, error.dest].filter((name) => name !== undefined)
    if (opened.length === 0) throw error
    const named = (text: string) => opened.reduce((before, name) => before.replaceAll(name, () => path), text)
    const stack = named(error.stack ?? '')
    throw Object.assign(error, { path, message: named(error.message), stack }, error.dest === undefined ? {} : { dest: path })
  }
}

function denied(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw error.code === 'ELOOP' || error.code === 'ENOTDIR' ? moved(path) : error
  }
}
