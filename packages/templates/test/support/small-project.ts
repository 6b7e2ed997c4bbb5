import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), 'small-project')

/**
 * Writes a complete small project (one table `notes`; create, list, get; migration; five tests with markers for features 1 to 3) into a folder,
 * which is made where it is missing, and returns the folder. Without a lock of its own: the template's applies.
 */
export function writeSmallProject(folder: string): string {
  mkdirSync(folder, { recursive: true })
  cpSync(SOURCE, folder, { recursive: true, filter: (path) => !path.endsWith('__pycache__') })
  return folder
}
