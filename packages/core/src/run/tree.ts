import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readFile, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Never part of what a proof judges: the harness's own files, notes, and folders that tools fill. */
const APART: ReadonlySet<string> = new Set(['.git', '.forge', 'logs', 'feature_list.json', 'claude-progress.txt'])
const MADE_BY_TOOLS: ReadonlySet<string> = new Set(['.venv', 'venv', 'node_modules', '__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache'])

/** SHA-256 over the paths and contents of a project, to tell whether a proof is still of this tree. What .gitignore names is part of it. */
export async function digestTree(root: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const [path, content] of filesBelow(root, '')) {
    hash.update(`${path.length}:${path}${content.length}:`)
    hash.update(content)
  }
  return hash.digest('hex')
}

async function* filesBelow(root: string, folder: string): AsyncGenerator<[string, Buffer]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (MADE_BY_TOOLS.has(entry.name) || (folder === '' && APART.has(entry.name))) continue
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* filesBelow(root, path)
    else yield [path, await contentOf(join(root, path), entry)]
  }
}

async function contentOf(path: string, entry: Dirent): Promise<Buffer> {
  if (entry.isSymbolicLink()) return Buffer.from(`link ${await readlink(path)}`)
  return entry.isFile() ? readFile(path) : Buffer.from('special')
}
