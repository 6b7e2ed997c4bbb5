import { type Stats, constants, lstatSync, realpathSync } from 'node:fs'
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { ForgeError } from '../errors'
import { DeniedError } from '../tools/tool'
import { explained, isElsewhere, moved, openFolder, replaceIn, within } from './held-folder'
import type { Decision, FileOperation } from './policy'
import { foldedName, isAddress, isInside, protectedFolder, reachedPath, realPathOf } from './real-path'

/** Keeps file access inside one folder. Paths are absolute or relative to that folder. */
export interface FilesystemGuard {
  /** Absolute, real path of the guarded folder. */
  readonly root: string
  check(operation: FileOperation, path: string): Decision
  /** The real path that a permitted operation would touch. @throws DeniedError */
  resolve(operation: FileOperation, path: string): string
  /**
   * Checks and opens in one step: the handle is known to be the file that was checked. Reading needs a regular file, listing a folder; writing
   * creates a file in a folder that exists. The caller closes the handle.
   * @throws DeniedError, or the system's error for what is not there, which names `path`
   */
  open(operation: FileOperation, path: string): Promise<{ handle: FileHandle; realPath: string }>
  /** Replaces the whole file at once (temporary file and rename), making missing folders. @throws DeniedError */
  replace(operation: 'write' | 'edit', path: string, content: string): Promise<{ realPath: string; existed: boolean }>
}

type Judgement = { decision: Decision; realPath: string; stats: Stats | undefined }

/** The rule for a file that is taken for a folder, or a folder for a file: a slip, and nothing to be kept from. */
export const MISTAKEN = 'fs.folder'

const OPERATIONS: readonly FileOperation[] = ['read', 'write', 'edit', 'list']
const WRITES: readonly FileOperation[] = ['write', 'edit']
const MAX_PATH = 4096
/** Of the project folder only: the sandbox keeps the same one read-only. */
const LOG_FOLDER = 'logs'
const NAMES_A_FOLDER = /\/\.?$/

/** Guards one folder. @throws ForgeError CONFIG_INVALID when it does not exist. */
export function filesystemGuard(root: string): FilesystemGuard {
  const realRoot = existing(root)

  function judge(operation: FileOperation, path: string): Judgement {
    const refuse = (rule: string, reason: string, hint?: string): Judgement => ({
      decision: { verdict: 'deny', rule, reason, hint },
      realPath: '',
      stats: undefined,
    })
    if (!OPERATIONS.includes(operation)) return { decision: unknownOperation(operation, OPERATIONS), realPath: '', stats: undefined }
    const malformed = malformedPath(path)
    if (malformed) return refuse('fs.path', malformed, 'Give a path inside the project folder.')

    const found = reachedPath(realRoot, path)
    if ('problem' in found) {
      const rule = isBelowFile(operation, path) ? MISTAKEN : 'fs.path'
      return refuse(rule, `${path} cannot be used: ${found.problem}`, 'Give the path of a file or folder that is there, or of a new one in a folder.')
    }
    const { realPath } = found
    if (!isInside(realPath, realRoot)) {
      return refuse('fs.outside', `${path} is outside the project folder.`, 'Only files inside the project folder can be used.')
    }
    const parts = realPath.slice(realRoot.length).split(sep).slice(1)
    const writes = WRITES.includes(operation)
    const folder = writes ? parts.map(protectedFolder).find((name) => name !== undefined) : undefined
    if (folder === '.git') {
      return refuse('fs.git', "git's own files cannot be written.", 'Use git commands to change the repository.')
    }
    if (folder === '.forge') {
      return refuse('fs.state', "the harness's own files cannot be written.", 'Leave the folder .forge alone.')
    }
    if (writes && foldedName(parts[0] ?? '') === LOG_FOLDER) {
      return refuse('fs.state', "the harness's own logs cannot be written.", `Leave the folder ${LOG_FOLDER} alone; use a folder of another name.`)
    }
    const stats = lstatSync(realPath, { throwIfNoEntry: false })
    if (NAMES_A_FOLDER.test(path) && !stats?.isDirectory() && (stats || operation !== 'list')) {
      return refuse(MISTAKEN, `${path} names a folder by its end, and none is there.`, 'Leave out the slash at the end.')
    }
    if (operation !== 'list') {
      if (stats?.isDirectory()) return refuse(MISTAKEN, `${path} is a folder, not a file.`, 'Name a file in it.')
      if (stats && !stats.isFile()) return refuse('fs.special', `${path} is not a regular file.`, 'Use a regular file.')
      if (writes && stats && stats.nlink > 1) {
        return refuse('fs.hard-link', `${path} has a second name elsewhere, so it cannot be written.`, 'Write a file of another name.')
      }
    }
    return { decision: { verdict: 'allow', rule: 'fs.inside', reason: 'inside the project folder' }, realPath, stats }
  }

  function permitted(operation: FileOperation, path: string): Judgement {
    const judgement = judge(operation, path)
    if (judgement.decision.verdict === 'deny') throw new DeniedError(judgement.decision)
    return judgement
  }

  /**
   * Whether a path goes on below a file that may be used, as if it were a folder: `app/main.py/x`. Found by halving: what is below something that
   * cannot be resolved cannot be, either.
   */
  function isBelowFile(operation: FileOperation, path: string): boolean {
    const whole = resolve(realRoot, path)
    if (!isInside(whole, realRoot)) return false
    const names = relative(realRoot, whole).split(sep)
    const beginning = (count: number) => join(realRoot, ...names.slice(0, count))
    let [usable, unusable] = [0, names.length]
    while (unusable - usable > 1) {
      const middle = (usable + unusable) >> 1
      if ('problem' in realPathOf(beginning(middle))) unusable = middle
      else usable = middle
    }
    return usable > 0 && judge(operation, beginning(usable)).stats?.isFile() === true
  }

  async function open(operation: FileOperation, path: string) {
    const { realPath, stats } = permitted(operation, path)
    if (operation === 'list') return openToList(realPath, stats, path)
    const access = operation === 'read' ? constants.O_RDONLY : constants.O_RDWR | (operation === 'write' ? constants.O_CREAT : 0)
    const folder = await openFolder(realRoot, dirname(realPath))
    try {
      const handle = await openFile(within(folder, realPath), access | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o666)
      const opened = await handle.stat()
      if (opened.isFile() && !isElsewhere(handle, realPath) && (operation === 'read' || opened.nlink === 1)) return { handle, realPath }
      await handle.close()
      throw moved(path)
    } finally {
      await folder.close()
    }
  }

  async function openToList(realPath: string, stats: Stats | undefined, path: string) {
    if (stats && !stats.isDirectory()) {
      throw new DeniedError({ verdict: 'deny', rule: MISTAKEN, reason: `${path} is not a folder.`, hint: 'Name the folder that it is in.' })
    }
    const handle = await openFolder(realRoot, realPath)
    if (!isElsewhere(handle, realPath)) return { handle, realPath }
    await handle.close()
    throw moved(path)
  }

  async function replace(operation: 'write' | 'edit', path: string, content: string) {
    if (!WRITES.includes(operation)) throw new DeniedError(unknownOperation(operation, WRITES))
    const { realPath, stats } = permitted(operation, path)
    const folder = await openFolder(realRoot, dirname(realPath), { make: true })
    try {
      await replaceIn(folder, realPath, content, stats && stats.mode & 0o777)
    } finally {
      await folder.close()
    }
    return { realPath, existed: stats !== undefined }
  }

  return {
    root: realRoot,
    check: (operation, path) => judge(operation, path).decision,
    resolve: (operation, path) => permitted(operation, path).realPath,
    open: (operation, path) => open(operation, path).catch(explained(path)),
    replace: (operation, path, content) => replace(operation, path, content).catch(explained(path)),
  }
}

function existing(root: string): string {
  try {
    return realpathSync(root)
  } catch (cause) {
    throw new ForgeError('CONFIG_INVALID', `the folder ${root} does not exist`, { remedy: 'Create it, or name another one.', cause })
  }
}

/** JavaScript can ask for what the types do not have. */
function unknownOperation(operation: unknown, known: readonly string[]): Decision {
  const reason = `${String(operation)} is no operation here.`
  return { verdict: 'deny', rule: 'fs.operation', reason, hint: `The operations are ${known.join(', ')}.` }
}

function malformedPath(path: string): string | undefined {
  if (typeof path !== 'string' || path === '') return 'the path is empty.'
  if (path.length > MAX_PATH) return 'the path is too long.'
  if (path.includes('\0')) return 'the path contains a NUL character.'
  if (path.startsWith('~')) return 'a path that starts with ~ is not expanded.'
  if (isAddress(path) || /^[a-z][a-z0-9+.-]+:\//i.test(path)) return 'a URL is not a path.'
  return undefined
}
