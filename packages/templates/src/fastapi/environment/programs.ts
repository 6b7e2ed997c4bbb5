import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** The absolute folders of the user's PATH. */
export function pathFolders(): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)
}

/** A compiled program on the user's PATH; scripts, such as a version manager's stand-ins, need more than themselves. */
export function findCompiled(name: string): string | undefined {
  return pathFolders()
    .map((folder) => join(folder, name))
    .find((path) => isExecutable(path) && !isScript(path))
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isScript(path: string): boolean {
  const start = Buffer.alloc(2)
  const file = openSync(path, 'r')
  try {
    readSync(file, start)
  } finally {
    closeSync(file)
  }
  return start.toString('latin1') === '#!'
}
