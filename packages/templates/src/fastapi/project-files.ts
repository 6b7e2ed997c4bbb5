import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { assetPath } from './environment/asset-path'

/** One file of a generated project. */
export interface ProjectFile {
  /** Relative to the project directory, with `/`. */
  path: string
  content: string
  executable?: boolean
}

/** Files whose names the package manager or git would act on are kept under another. */
const RENAMED: Record<string, string> = { 'dot-env.example': '.env.example' }
const EXECUTABLE = new Set(['init.sh'])

/** The files that every generated project has in common, in the order of their paths. */
export function projectFiles(): ProjectFile[] {
  const root = assetPath('fastapi', 'project')
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name: name.replace(/\\/g, '/'), file: join(root, name) }))
    .filter(({ name, file }) => statSync(file).isFile() && !/(^|\/)__pycache__\/|\.pyc$/.test(name))
    .map(({ name, file }): ProjectFile => {
      const path = RENAMED[name] ?? name
      return { path, content: readFileSync(file, 'utf8'), ...(EXECUTABLE.has(path) ? { executable: true } : {}) }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
