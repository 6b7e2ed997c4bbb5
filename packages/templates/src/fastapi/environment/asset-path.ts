import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

declare const __dirname: string | undefined

/** Absolute path of a file or folder below the package's `assets`, from the sources as from either bundle. */
export function assetPath(...parts: string[]): string {
  let folder = typeof __dirname === 'undefined' ? dirname(fileURLToPath(import.meta.url)) : __dirname
  while (!existsSync(join(folder, 'assets', 'fastapi')) && folder !== dirname(folder)) folder = dirname(folder)
  return join(folder, 'assets', ...parts)
}
