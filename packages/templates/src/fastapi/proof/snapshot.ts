import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, mkdir, open, readdir, readlink, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** The judged tree, read once and kept in memory: what is proven is what was read, whatever happens in the project meanwhile. */
export interface Snapshot {
  /** SHA-256 over paths and contents, without the ledger's own files and notes. */
  digest: string
  /** Reasons why the tree cannot be judged; empty when it can. */
  faults: string[]
  /** Text of a file, by its path with forward slashes. */
  text(path: string): string | undefined
  /** Whether a file lies below the folder. */
  hasFolder(path: string): boolean
  /** Writes a fresh copy. */
  writeTo(folder: string): Promise<void>
}

interface Entry {
  path: string
  content: Buffer
  kind: 'file' | 'program' | 'link'
}

/** Not copied: the harness's own files, secrets of this machine, and folders that tools fill. */
const APART: ReadonlySet<string> = new Set(['.git', '.forge', 'logs', 'claude-progress.txt'])
const MADE_BY_TOOLS: ReadonlySet<string> = new Set([
  '.venv',
  'venv',
  'node_modules',
  '__pycache__',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.hypothesis',
  'htmlcov',
  '.coverage',
])
/** Copied, but no part of the digest: the harness writes its verdicts there. */
const UNDIGESTED: ReadonlySet<string> = new Set(['feature_list.json'])

const MAX_FILES = 20_000
/** Levels of folders: far more than a project has, and less than a path may be long. */
const MAX_DEPTH = 64
const MAX_FAULTS = 20
const MAX_BYTES = 256 * 1024 * 1024

/** Reads a project. Links that lead out of it and special files are faults, never followed. */
export async function readSnapshot(projectDir: string): Promise<Snapshot> {
  const root = await realpath(projectDir)
  const entries: Entry[] = []
  const faults: string[] = []
  let bytes = 0
  for await (const found of entriesBelow(root, '')) {
    if (typeof found === 'string') {
      faults.push(found)
      if (faults.length >= MAX_FAULTS) break
      continue
    }
    entries.push(found)
    bytes += found.content.length
    if (entries.length <= MAX_FILES && bytes <= MAX_BYTES) continue
    faults.push(`the project is too large to be judged: more than ${MAX_FILES} files or ${MAX_BYTES / 1024 / 1024} MiB`)
    break
  }
  const files = new Map(entries.map((entry) => [entry.path, entry]))
  return {
    digest: digestOf(entries),
    faults,
    text: (path) => files.get(path)?.content.toString('utf8'),
    hasFolder: (path) => entries.some((entry) => entry.path.startsWith(`${path}/`)),
    writeTo: (folder) => writeEntries(entries, folder),
  }
}

async function* entriesBelow(root: string, folder: string, depth = 0): AsyncGenerator<Entry | string> {
  const listed = depth > MAX_DEPTH ? undefined : await readdir(join(root, folder), { withFileTypes: true }).catch(() => undefined)
  if (listed === undefined) return yield `the folder ${folder.slice(0, 200)} cannot be read`
  for (const item of listed.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isSkipped(item.name, folder)) continue
    const path = folder === '' ? item.name : `${folder}/${item.name}`
    if (item.isDirectory()) yield* entriesBelow(root, path, depth + 1)
    else if (item.isSymbolicLink()) yield await linkAt(root, path)
    else if (item.isFile()) yield await fileAt(root, path)
    else yield `${path} is neither a file nor a folder`
  }
}

function isSkipped(name: string, folder: string): boolean {
  if (MADE_BY_TOOLS.has(name) || name.endsWith('.pyc')) return true
  if (folder !== '') return false
  return APART.has(name) || (/^\.env($|\.)/.test(name) && name !== '.env.example')
}

async function linkAt(root: string, path: string): Promise<Entry | string> {
  const target = await readlink(join(root, path))
  const leads = resolve(dirname(join(root, path)), target)
  const real = await realpath(leads).catch(() => leads)
  const inside = (place: string) => place === root || place.startsWith(root + sep)
  if (!inside(leads) || !inside(real) || isSkipped(relative(root, leads).split(sep)[0] ?? '', ''))
    return `${path} is a link that leads out of the project`
  return { path, content: Buffer.from(target.startsWith(sep) ? relative(dirname(join(root, path)), leads) : target), kind: 'link' }
}

async function fileAt(root: string, path: string): Promise<Entry | string> {
  const file = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined)
  if (file === undefined) return `${path} cannot be read`
  try {
    const facts = await file.stat()
    if (!facts.isFile()) return `${path} is not a file`
    if (facts.size > MAX_BYTES) return `${path} is too large to be judged`
    return { path, content: await file.readFile(), kind: (facts.mode & 0o100) === 0 ? 'file' : 'program' }
  } finally {
    await file.close()
  }
}

function digestOf(entries: readonly Entry[]): string {
  const hash = createHash('sha256')
  for (const { path, content, kind } of entries) {
    if (UNDIGESTED.has(path)) continue
    hash.update(`${kind === 'link' ? 'link' : 'file'}:${path.length}:${path}:${content.length}:`)
    hash.update(content)
  }
  return hash.digest('hex')
}

async function writeEntries(entries: readonly Entry[], folder: string): Promise<void> {
  for (const parent of new Set(['', ...entries.map(({ path }) => dirname(path))])) await mkdir(join(folder, parent), { recursive: true })
  await Promise.all(
    entries.map(async ({ path, content, kind }) => {
      const place = join(folder, path)
      if (kind === 'link') await symlink(content.toString('utf8'), place)
      else await writeFile(place, content)
      if (kind === 'program') await chmod(place, 0o755)
    }),
  )
}
