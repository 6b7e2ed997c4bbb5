import { type Hash, createHash } from 'node:crypto'
import { type Dirent, constants } from 'node:fs'
import { open, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../files'

/** Never part of what a proof judges: the harness's own files and notes, and environments. */
const APART: ReadonlySet<string> = new Set(['.git', '.forge', 'logs', 'feature_list.json', 'claude-progress.txt', '.venv', 'venv', 'node_modules'])
const CACHES: ReadonlySet<string> = new Set(['__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache'])

/** A file beyond this size, in bytes, stands by its size and the time of its last change, so that no look takes minutes. */
const LARGEST_READ = 256 * 1024 * 1024

/**
 * SHA-256 over the paths and contents of a project, to tell whether a proof is still of this tree. What .gitignore names is part of it; what
 * cannot be read stands by its reason.
 */
export async function digestTree(root: string): Promise<string> {
  const hash = createHash('sha256')
  await addFolder(hash, root, '')
  return hash.digest('hex')
}

async function addFolder(hash: Hash, root: string, folder: string): Promise<void> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    addEntry(hash, folder, Buffer.from(`unreadable folder ${errorCode(error)}`))
    return []
  })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (CACHES.has(entry.name) || (folder === '' && APART.has(entry.name))) continue
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) await addFolder(hash, root, path)
    else addEntry(hash, path, await contentOf(join(root, path), entry))
  }
}

function addEntry(hash: Hash, path: string, content: Buffer): void {
  hash.update(`${path.length}:${path}${content.length}:`)
  hash.update(content)
}

async function contentOf(path: string, entry: Dirent): Promise<Buffer> {
  try {
    if (entry.isSymbolicLink()) return Buffer.from(`link ${await readlink(path)}`)
    return entry.isFile() ? await readPlainFile(path) : Buffer.from('special')
  } catch (error) {
    return Buffer.from(`unreadable ${errorCode(error)}`)
  }
}

async function readPlainFile(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { size, ctimeMs } = await file.stat()
    return size > LARGEST_READ ? Buffer.from(`large ${size} ${ctimeMs}`) : await file.readFile()
  } finally {
    await file.close()
  }
}
