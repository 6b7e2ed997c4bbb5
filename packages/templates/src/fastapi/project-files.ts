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

/** Names with a leading dot, on which git, the package manager or an editor would act, are kept with a leading `dot-`. */
const pathOf = (name: string): string => name.replace(/(^|\/)dot-/g, '$1.')
const EXECUTABLE = new Set(['init.sh'])

/** The files that every generated project has in common, in the order of their paths. */
export function projectFiles(): ProjectFile[] {
  const root = assetPath('fastapi', 'project')
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name: name.replace(/\\/g, '/'), file: join(root, name) }))
    .filter(({ name, file }) => statSync(file).isFile() && !/(^|\/)__pycache__\/|\.pyc$/.test(name))
    .map(({ name, file }): ProjectFile => {
      const path = pathOf(name)
      return { path, content: readFileSync(file, 'utf8'), ...(EXECUTABLE.has(path) ? { executable: true } : {}) }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
